"""What is prepared of one pattern before any text is seen: where its matches can begin, and how they are recognised there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk import expression
from pii_audit.detection.bulk.alphabet import Alphabet, Membership
from pii_audit.detection.bulk.expression import Alternative, Captured, Characters, Node, Repeated, Sequential
from pii_audit.identifiers.model import Identifier, Pattern
from pii_audit.identifiers.patterns import compiled

DEPTH = 24
"""Characters at the beginning of a match that tables look at."""
SHAPES = 512
"""A pattern with more fixed shapes than these is matched by a regular expression."""
LEAD = 14
"""Within so many characters a token that tables look at has its first digit."""
PAIRS = 150
"""A pattern that begins with one of at most so many pairs, of which the first is a letter or digit, is looked for by them."""

DIGIT = np.zeros(256, np.bool_)
DIGIT[48:58] = True
ALNUM = DIGIT.copy()
ALNUM[65:91] = ALNUM[97:123] = True
ANY = np.ones(256, np.bool_)

_OUTSIDE: dict[str, Membership] = {"ascii_alnum": ~ALNUM, "digit": ~DIGIT, "none": ANY}
_AROUND = {
    "ascii_alnum": ("(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"),
    "digit": ("(?<![0-9])", "(?![0-9])"),
    "none": ("", ""),
}
_ANCHORS = "@^<>{}\\$#~`|&*+!?;%/=_,:'\"().-"
"""Signs, the rarer first, one of which tells where a match may be."""
_REPEATED_ANCHOR = 3
"""From so many in one match on, a frequent sign is rare enough."""


class Where(Enum):
    """How the places are found at which a pattern may match."""

    TABLES = "tables"
    """Tokens and pairs of characters, thinned out by tables of what may follow."""
    ANCHORS = "anchors"
    """Runs of its characters around a sign that every match holds."""
    CONTEXT = "context"
    """Runs of its characters around words of its context."""
    EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A sign, and how often it stands in every match (of one branch) at least."""

    code: int
    count: int


class Plan:
    """One pattern of an identifier, prepared."""

    def __init__(self, place: int, identifier: Identifier, pattern: Pattern, tree: Node | None, alphabet: Alphabet) -> None:
        """`tree` is None for a pattern that is not portable; `place` is the identifier's among those of the engine."""
        self.place = place
        self.identifier = identifier
        self.pattern = pattern
        self._tree = tree
        self._alphabet = alphabet
        self.outside = _OUTSIDE[pattern.boundary]
        self.longest = expression.longest(tree) if tree else expression.UNBOUNDED
        self.exact = tree is not None and all(alphabet.members(one)[1] for one in expression.classes(tree))
        self.alphabet = np.zeros(256, np.bool_)
        for one in expression.classes(tree) if tree else ():
            self.alphabet |= alphabet.members(one)[0]
        self.by_token = self.by_pair = False
        self.anchors: tuple[Anchor, ...] = ()
        self.where = Where.EVERYWHERE if tree is None or expression.shortest(tree) == 0 else self._place(tree)

    def _place(self, tree: Node) -> Where:
        heads, _ = self.heads
        lead = _first_digit(tree)
        sound = self.pattern.boundary == "ascii_alnum" and lead is not None and lead < LEAD
        if sound:
            self.by_token = bool((heads[0] & ALNUM).any())
            self.by_pair = bool((heads[0] & ~ALNUM).any())
            return Where.TABLES
        if int((heads[0] & ALNUM).sum()) * int(heads[1].sum()) <= PAIRS:
            self.by_pair = True
            return Where.TABLES
        self.anchors = _anchors(tree)
        if self.anchors:
            return Where.ANCHORS
        return Where.CONTEXT if self.pattern.needs_context else Where.EVERYWHERE

    @cached_property
    def heads(self) -> tuple[NDArray[np.bool_], int]:
        """Of shape (DEPTH, 256): the codes at each of the first places of a match; and how many places say something.

        At the place after the shortest match, what may follow it by its boundary counts.
        """
        tree = self._tree
        if tree is None:
            message = "a pattern that cannot be taken apart has no heads"
            raise ValueError(message)
        seen: dict[int, set[Characters]] = {}
        ends = expression.reached(tree, frozenset({0}), DEPTH, seen)
        least = expression.shortest(tree)
        heads = np.ones((DEPTH, 256), np.bool_)
        for place in range(min(least + 1, DEPTH)):
            heads[place] = self.outside if place in ends else False
            for one in seen.get(place, ()):
                heads[place] |= self._alphabet.members(one)[0]
        return heads, min(least + 1, DEPTH)

    @cached_property
    def shapes(self) -> Shapes | None:
        """The fixed shapes of the pattern, where there are few and their codes are exact."""
        if self._tree is None or not self.exact or self.pattern.group:
            return None
        found = expression.shapes(self._tree, SHAPES)
        return Shapes(found, self._alphabet, self.outside) if found else None

    @cached_property
    def in_codes(self) -> re.Pattern[str] | None:
        """The pattern with its boundary over codes (as Latin-1), where they are exact."""
        if self._tree is None or not self.exact:
            return None
        before, after = _AROUND[self.pattern.boundary]
        return re.compile(f"{before}(?:{_written(self._tree, self._alphabet)}){after}")

    @cached_property
    def in_text(self) -> re.Pattern[str]:
        """The pattern with its boundary over folded text."""
        return compiled(self.pattern)


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
            self.solid.append(None if mixed else tuple(np.flatnonzero([(one & ALNUM).any() for one in members]).tolist()))


def _first_digit(node: Node) -> int | None:
    """After how many characters at most a match has its first digit; None where it may have none."""
    match node:
        case Characters(ranges=ranges):
            return 0 if all(low >= ord("0") and high <= ord("9") for low, high in ranges) else None
        case Captured(node=one):
            return _first_digit(one)
        case Repeated(node=one, least=least):
            return _first_digit(one) if least else None
        case Alternative(branches=branches):
            found = [_first_digit(branch) for branch in branches]
            return None if None in found else max(at for at in found if at is not None)
        case Sequential(parts=parts):
            before = 0
            for part in parts:
                at = _first_digit(part)
                if at is not None:
                    return before + at
                before += expression.longest(part)
            return None


def _fewest(node: Node, sign: int) -> int:
    """How often a sign stands in a match at least."""
    match node:
        case Characters(ranges=ranges):
            return int(ranges == ((sign, sign),))
        case Captured(node=one):
            return _fewest(one, sign)
        case Repeated(node=one, least=least):
            return least * _fewest(one, sign)
        case Alternative(branches=branches):
            return min(_fewest(branch, sign) for branch in branches)
        case Sequential(parts=parts):
            return sum(_fewest(part, sign) for part in parts)


def _anchors(tree: Node) -> tuple[Anchor, ...]:
    """A sign for each branch, or nothing where a branch has none that is rare enough."""
    anchors = []
    for branch in tree.branches if isinstance(tree, Alternative) else (tree,):
        counts = [(sign, _fewest(branch, ord(sign))) for sign in _ANCHORS]
        rare = [one for one in counts if one[1] and (one[1] >= _REPEATED_ANCHOR or one[0] in "@^<>{}\\$#~`|&*")]
        if not rare:
            return ()
        sign, count = rare[0]
        anchors.append(Anchor(ord(sign), count))
    return tuple(anchors)


def _written(node: Node, alphabet: Alphabet) -> str:
    """A tree as a regular expression over codes."""
    match node:
        case Characters():
            return _class(np.flatnonzero(alphabet.members(node)[0]).tolist())
        case Captured(node=one):
            return f"({_written(one, alphabet)})"
        case Repeated(node=one, least=least, most=most, lazy=lazy):
            limit = "" if most >= expression.UNBOUNDED else most
            return f"(?:{_written(one, alphabet)}){{{least},{limit}}}{'?' if lazy else ''}"
        case Alternative(branches=branches):
            return f"(?:{'|'.join(_written(branch, alphabet) for branch in branches)})"
        case Sequential(parts=parts):
            return "".join(_written(part, alphabet) for part in parts)


def _class(codes: Iterable[int]) -> str:
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"\\x{low:02x}-\\x{high:02x}" for low, high in ranges) + "]" if ranges else "(?!)"
