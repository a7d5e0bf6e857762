"""What is prepared of one pattern before any text is seen: where its matches can begin, and how they are recognised there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk import expression
from pii_audit.detection.bulk.alphabet import ASCII, Alphabet, Membership, as_bits, as_memberships, nonzero
from pii_audit.detection.bulk.expression import Alternative, Captured, Characters, Node, Repeated, Sequential
from pii_audit.identifiers.model import Identifier, Pattern
from pii_audit.identifiers.patterns import around, compiled, free

DEPTH = 24
"""Characters at the beginning of a match that tables look at."""
SHAPES = 512
"""A pattern with more fixed shapes than these is matched by a regular expression."""
TOKEN_WAYS, PAIR_WAYS, MANY_WAYS = 5, 20, 64
"""In so many ways the beginnings of a pattern are told apart: at a first look, by tokens or by pairs, and at a second."""
LEAD = 14
"""Within so many characters a token that tables look at has its first digit, colon or hyphen."""
FEW_PAIRS, PAIRS = 8, 150
"""A pattern that begins with one of so few pairs, of which the first is a letter or digit, is best looked for by them; with one of so many, if need be."""

DIGIT = np.zeros(256, np.bool_)
DIGIT[48:58] = True
ALNUM = DIGIT.copy()
ALNUM[65:91] = ALNUM[97:123] = True
ANY = np.ones(256, np.bool_)
_ALL = as_bits(ANY)
LEADS = DIGIT.copy()
LEADS[[ord(":"), ord("-")]] = True

_OUTSIDE: dict[str, Membership] = {"ascii_alnum": ~ALNUM, "digit": ~DIGIT, "none": ANY}
_RARE = "@^<>{}\\$#~`|&*"
"""Signs that are rare enough to look around each of them."""
_SIGNS = _RARE + "+!?;%/=_,:'\"().-"
"""Signs that are rare enough where two stand together."""


class Where(Enum):
    """How the places are found at which a pattern may match."""

    TABLES = "tables"
    """Tokens and pairs of characters, thinned out by tables of what may follow."""
    ANCHOR = "anchor"
    """Runs of its characters around a sign, or two, that every match holds."""
    CONTEXT = "context"
    """Runs of its characters around words of its context."""
    EVERYWHERE = "everywhere"


class Plan:
    """One pattern of an identifier, prepared."""

    def __init__(
        self, place: int, identifier: Identifier, pattern: Pattern, tree: Node | None, alphabet: Alphabet
    ) -> None:
        """`tree` is None for a pattern that is not portable; `place` is the identifier's among those of the engine."""
        self.place = place
        self.identifier = identifier
        self.pattern = pattern
        self._tree = tree
        self._alphabet = alphabet
        self.outside = _OUTSIDE[pattern.boundary]
        self.free = free(pattern)
        self.longest = expression.longest(tree) if tree else expression.UNBOUNDED
        self.exact = tree is not None and all(alphabet.members(one)[1] for one in expression.classes(tree))
        self.alphabet = np.zeros(256, np.bool_)
        for one in expression.classes(tree) if tree else ():
            self.alphabet |= alphabet.members(one)[0]
        self.by_token = self.by_pair = False
        self.signs = tuple(dict.fromkeys(_held(tree))) if tree else ()
        """What stands in every match beside its beginning."""
        self.anchors: tuple[str, ...] = ()
        """Those of them that are rare, to look for the one that is rarest in a text."""
        self.where = Where.EVERYWHERE if tree is None or expression.shortest(tree) == 0 else self._place(tree)

    def _place(self, tree: Node) -> Where:
        self.anchors = _anchors(self.signs)
        if self.anchors:
            return Where.ANCHOR
        first, second = self._first(tree)[:2]
        lead = _first_lead(tree)
        pairs = int((first & ALNUM).sum()) * int(second.sum())
        if self.pattern.boundary == "ascii_alnum" and lead is not None and lead < LEAD and pairs > FEW_PAIRS:
            self.by_token = bool((first & ALNUM).any())
            self.by_pair = bool((first & ~ALNUM).any())
            return Where.TABLES
        if pairs <= PAIRS:
            self.by_pair = True
            return Where.TABLES
        return Where.CONTEXT if self.pattern.needs_context else Where.EVERYWHERE

    @cached_property
    def token_heads(self) -> list[Membership]:
        """For each of a few ways in which a match may begin with a token, of shape (DEPTH, 256): the codes at each of its first places."""
        return [_beginning_with(ALNUM, way) for way in self._beginnings(TOKEN_WAYS, branches=False)]

    @cached_property
    def pair_heads(self) -> list[Membership]:
        """The same for matches that are found by their first two characters: all, or those that begin with no token."""
        heads = self._beginnings(PAIR_WAYS, branches=not self.by_token)
        return [_beginning_with(~ALNUM, way) for way in heads] if self.by_token else heads

    @cached_property
    def beginnings(self) -> NDArray[np.uint64]:
        """Of shape (DEPTH, 256): bit b of [j][c] says that the b-th of many ways in which a match may begin can have code c at place j."""
        table = np.zeros((DEPTH, 256), np.uint64)
        for number, way in enumerate(self._beginnings(MANY_WAYS, branches=True)):
            table[way] |= np.uint64(1) << np.uint64(number)
        return table

    def _beginnings(self, limit: int, *, branches: bool) -> list[Membership]:
        ways = expression.beginnings(self._tree, limit, DEPTH, branches=branches) if self._tree else []
        return [self._first(Sequential((*shape, rest))) for shape, rest in ways]

    def _first(self, tree: Node) -> Membership:
        """The codes at each of the first places of a match of a tree, all of them where it may have ended before.

        At the place after the shortest match, what may follow it by its boundary counts.
        """
        seen: dict[Characters, int] = {}
        within = (1 << min(expression.shortest(tree) + 1, DEPTH)) - 1
        ends = expression.reached(tree, 1, seen, within)
        first = [0 if within >> place & 1 else _ALL for place in range(DEPTH)]
        standing = [
            (as_bits(self.outside), ends),
            *((self._alphabet.bits(one), places) for one, places in seen.items()),
        ]
        for codes, places in standing:
            for place in _bits(places & within):
                first[place] |= codes
        return as_memberships(first)

    @cached_property
    def shapes(self) -> Shapes | None:
        """The fixed shapes of the pattern, where there are few and their codes are exact."""
        if self._tree is None or not self.exact or self.pattern.group:
            return None
        found = expression.shapes(self._tree, SHAPES)
        return Shapes(found, self._alphabet, self.outside) if found else None

    @cached_property
    def bare(self) -> Membership:
        """Of shape (DEPTH + 1,): which lengths of numbers are a match as a whole, whatever their digits; a longer one is for the pattern to judge."""
        found = np.zeros(DEPTH + 1, np.bool_)
        members = [self._alphabet.members(one)[0] for one in expression.classes(self._tree)] if self._tree else []
        if self.exact and not self.pattern.group and all(one[DIGIT].all() or not one[DIGIT].any() for one in members):
            for length in range(1, DEPTH):
                whole = self.in_text.match("0" * length)
                found[length] = whole is not None and whole.end() == length
        return found

    @cached_property
    def in_codes(self) -> re.Pattern[str] | None:
        """The pattern with its boundary over codes (as Latin-1), which may match more than the pattern where they are not exact."""
        if self._tree is None:
            return None
        before, after = around(self.pattern)
        return re.compile(f"{before}(?:{expression.written(self._tree, self._written)}){after}")

    def _written(self, one: Characters) -> str:
        return _class(nonzero(self._alphabet.members(one)[0]).tolist())

    @cached_property
    def in_text(self) -> re.Pattern[str]:
        """The pattern with its boundary over folded text."""
        return compiled(self.pattern)


@cache
def _bits(number: int) -> tuple[int, ...]:
    return tuple(place for place in range(number.bit_length()) if number >> place & 1)


def _beginning_with(first: Membership, way: Membership) -> Membership:
    return np.concatenate((way[:1] & first, way[1:]))


class Shapes:
    """Fixed shapes as tables: bit `s` of `tables[w][j][c]` says that shape 64 w + s can have code c at place j.

    `lengths` gives each shape's length, `solid` the places of its letters and digits, None where a place may hold those or others.
    """

    def __init__(self, shapes: Sequence[Sequence[Characters]], alphabet: Alphabet, outside: Membership) -> None:
        depth = max(map(len, shapes)) + 1
        words = (len(shapes) + 63) // 64
        self.tables = np.zeros((words, depth, 256), np.uint64)
        self.lengths = np.array([len(shape) for shape in shapes])
        self.solid: list[tuple[int, ...] | None] = []
        for number, shape in enumerate(shapes):
            bit = np.uint64(1) << np.uint64(number % 64)
            table = self.tables[number // 64]
            members = [alphabet.members(one)[0] for one in shape]
            for place, member in enumerate([*members, outside]):
                table[place][member] |= bit
            table[len(shape) + 1 :] |= bit
            mixed = any((member & ALNUM).any() and (member & ~ALNUM).any() for member in members)
            solid = tuple(place for place, member in enumerate(members) if (member & ALNUM).any())
            self.solid.append(None if mixed else solid)


def _first_lead(node: Node) -> int | None:
    """After how many characters at most a match has its first digit, colon or hyphen; None where it may have none."""
    match node:
        case Characters(ranges=ranges):
            return 0 if all(high < ASCII and LEADS[low : high + 1].all() for low, high in ranges) else None
        case Captured(node=one):
            return _first_lead(one)
        case Repeated(node=one, least=least):
            return _first_lead(one) if least else None
        case Alternative(branches=branches):
            found = [_first_lead(branch) for branch in branches]
            return None if None in found else max(at for at in found if at is not None)
        case Sequential(parts=parts):
            before = 0
            for part in parts:
                at = _first_lead(part)
                if at is not None:
                    return before + at
                before += expression.longest(part)
            return None


def _anchors(signs: Sequence[str]) -> tuple[str, ...]:
    """Of runs of signs, the rare signs, and two that stand together."""
    found = [sign for sign in _RARE if any(sign in one for one in signs)]
    found += [one[at : at + 2] for one in signs for at in range(len(one) - 1)]
    return tuple(dict.fromkeys(found))


def _held(node: Node) -> list[str]:
    """Runs of fixed signs that stand in every match, those at its beginning apart: by them alone its beginning is found."""
    match node:
        case Captured(node=one):
            return _held(one)
        case Sequential(parts=parts):
            runs: list[str] = [""]
            for part in parts[1:]:
                sign = _fixed(part)
                if sign:
                    runs[-1] += sign
                else:
                    runs += [*_held(part), ""]
            return [run for run in runs if run]
        case Repeated(node=one, least=least) if least:
            return _held(one)
        case _:
            return []


def _fixed(node: Node) -> str:
    match node:
        case Characters(ranges=((low, high),)) if low == high and chr(low) in _SIGNS:
            return chr(low)
        case _:
            return ""


def _class(codes: Iterable[int]) -> str:
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"\\x{low:02x}-\\x{high:02x}" for low, high in ranges) + "]" if ranges else "(?!)"
