"""Portable regular expressions taken apart: what the bulk engine asks of a pattern before it matches anything.

The language is that of `pii_audit.identifiers.patterns`: literals, classes, groups, alternation, counted repetition; no look-around.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import heappop, heappush

UNBOUNDED = 1 << 30
"""More characters than any text in memory has."""
HIGHEST = 0x10FFFF
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True, eq=False)
class Characters:
    """One character out of a set, as inclusive ranges of code points; NUL is never among them.

    `characters` makes them, one object for each set: they are compared far too often for their ranges to be.
    """

    ranges: tuple[tuple[int, int], ...]


@cache
def characters(ranges: tuple[tuple[int, int], ...]) -> Characters:
    """The set of some ranges."""
    return Characters(ranges)


@dataclass(frozen=True, slots=True)
class Sequential:
    """One node after another."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of several nodes, the earlier preferred."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A node from `least` to `most` times, as often as possible unless `lazy`."""

    node: Node
    least: int
    most: int
    lazy: bool


@dataclass(frozen=True, slots=True)
class Captured:
    """A group whose span is asked for."""

    node: Node


Node = Characters | Sequential | Alternative | Repeated | Captured

_REPEAT = re.compile(r"([*+?]|\{([0-9]+)(,?)([0-9]*)\})(\??)")


def parse(regex: str, *, ignore_case: bool = False) -> Node:
    """The tree of a portable regular expression; raises ValueError for anything else, anchors included."""
    reader = _Parser(regex, ignore_case=ignore_case)
    node = reader.alternatives()
    if reader.at != len(regex):
        message = f"unbalanced parenthesis at {reader.at}"
        raise ValueError(message)
    return node


class _Parser:
    """Recursive descent over the characters of an expression."""

    def __init__(self, regex: str, *, ignore_case: bool) -> None:
        self.regex = regex
        self.at = 0
        self._ignore_case = ignore_case

    def alternatives(self) -> Node:
        branches = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Alternative(tuple(branches))

    def _peek(self) -> str:
        return self.regex[self.at : self.at + 1]

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(self._one()))
        return parts[0] if len(parts) == 1 else Sequential(tuple(parts))

    def _repeated(self, node: Node) -> Node:
        found = _REPEAT.match(self.regex, self.at)
        if found is None:
            return node
        self.at = found.end()
        least, most = {"*": (0, UNBOUNDED), "+": (1, UNBOUNDED), "?": (0, 1)}.get(found[1]) or (
            int(found[2]),
            int(found[4]) if found[4] else UNBOUNDED if found[3] else int(found[2]),
        )
        return Repeated(node, least, most, lazy=bool(found[5]))

    def _one(self) -> Node:
        character = self.regex[self.at]
        if character == "(":
            return self._group()
        if character == "[":
            return self._class()
        self.at += 1
        if character == "\\":
            character = self._escaped()
        elif character == ".":
            return characters(_complement(((10, 10),)))
        elif character in "^$*+?":
            message = f"{character} at {self.at - 1} is no part of a portable expression"
            raise ValueError(message)
        return self._characters([(ord(character), ord(character))])

    def _escaped(self) -> str:
        character = self.regex[self.at]
        self.at += 1
        return _CONTROLS.get(character, character)

    def _group(self) -> Node:
        captured = not self.regex.startswith("(?:", self.at)
        self.at += 1 if captured else 3
        node = self.alternatives()
        if self._peek() != ")":
            message = "missing )"
            raise ValueError(message)
        self.at += 1
        return Captured(node) if captured else node

    def _class(self) -> Node:
        self.at += 1
        negated = self._peek() == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        first = True
        while first or self._peek() != "]":
            first = False
            low = self._member()
            high = low
            if self._peek() == "-" and self.regex[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self._member()
            ranges.append((ord(low), ord(high)))
        self.at += 1
        return self._characters(ranges, negated=negated)

    def _member(self) -> str:
        character = self.regex[self.at]
        self.at += 1
        return self._escaped() if character == "\\" else character

    def _characters(self, ranges: Sequence[tuple[int, int]], *, negated: bool = False) -> Characters:
        wanted = list(ranges)
        if self._ignore_case:
            for upper, lower in ((65, 97), (97, 65)):
                for low, high in ranges:
                    start, end = max(low, upper), min(high, upper + 25)
                    if start <= end:
                        wanted.append((start - upper + lower, end - upper + lower))
        return characters(_complement(wanted) if negated else _without_nul(_merged(wanted)))


def _merged(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _complement(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """All characters but these and NUL."""
    kept: list[tuple[int, int]] = []
    start = 1
    for low, high in _merged(ranges):
        if low > start:
            kept.append((start, low - 1))
        start = max(start, high + 1)
    return tuple([*kept, (start, HIGHEST)] if start <= HIGHEST else kept)


def _without_nul(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    return tuple((max(low, 1), high) for low, high in ranges if high)


def classes(node: Node) -> Iterator[Characters]:
    """Every set of characters in a tree."""
    match node:
        case Characters():
            yield node
        case Sequential(parts=inner) | Alternative(branches=inner):
            for one in inner:
                yield from classes(one)
        case Repeated(node=one) | Captured(node=one):
            yield from classes(one)


def written(node: Node, as_class: Callable[[Characters], str]) -> str:
    """A tree as a regular expression again, each set of characters as `as_class` writes it."""
    match node:
        case Characters():
            return as_class(node)
        case Captured(node=one):
            return f"({written(one, as_class)})"
        case Repeated(node=one, least=least, most=most, lazy=lazy):
            limit = "" if most >= UNBOUNDED else most
            return f"(?:{written(one, as_class)}){{{least},{limit}}}{'?' if lazy else ''}"
        case Alternative(branches=branches):
            return f"(?:{'|'.join(written(branch, as_class) for branch in branches)})"
        case Sequential(parts=parts):
            return "".join(written(part, as_class) for part in parts)


def longest(node: Node) -> int:
    """The most characters that a tree matches, `UNBOUNDED` and more where nothing limits it."""
    match node:
        case Characters():
            return 1
        case Sequential(parts=parts):
            return sum(map(longest, parts))
        case Alternative(branches=branches):
            return max(map(longest, branches))
        case Captured(node=one):
            return longest(one)
        case Repeated(node=one, most=most):
            return most * longest(one)


def shortest(node: Node) -> int:
    """The fewest characters that a tree matches."""
    match node:
        case Characters():
            return 1
        case Sequential(parts=parts):
            return sum(map(shortest, parts))
        case Alternative(branches=branches):
            return min(map(shortest, branches))
        case Captured(node=one):
            return shortest(one)
        case Repeated(node=one, least=least):
            return least * shortest(one)


def reached(node: Node, starts: int, seen: dict[Characters, int], within: int) -> int:
    """The offsets at which a match of a tree may end that began at one of `starts`; only offsets out of `within` are looked at.

    Sets of offsets are bits of integers. Fills `seen`: at which offsets each set of characters may stand.
    """
    starts &= within
    if not starts:
        return 0
    match node:
        case Characters():
            seen[node] = seen.get(node, 0) | starts
            return starts << 1
        case Sequential(parts=parts):
            for part in parts:
                starts = reached(part, starts, seen, within)
            return starts
        case Alternative(branches=branches):
            ends = 0
            for branch in branches:
                ends |= reached(branch, starts, seen, within)
            return ends
        case Captured(node=one):
            return reached(one, starts, seen, within)
        case Repeated(node=one, least=least, most=most):
            ends = starts if least == 0 else 0
            for count in range(1, most + 1):
                starts = reached(one, starts, seen, within)
                if count >= least:
                    if not starts & ~ends:
                        break
                    ends |= starts
            return ends


def shapes(node: Node, limit: int) -> list[tuple[Characters, ...]] | None:
    """Every sequence of character sets that a tree matches, the preferred first; None for more than `limit` of them."""
    match node:
        case Characters():
            return [(node,)]
        case Captured(node=one):
            return shapes(one, limit)
        case Sequential(parts=parts):
            found: list[tuple[Characters, ...]] = [()]
            for part in parts:
                more = shapes(part, limit)
                if more is None or len(found) * len(more) > limit:
                    return None
                found = [(*before, *after) for before in found for after in more]
            return found
        case Alternative(branches=branches):
            several = [shapes(branch, limit) for branch in branches]
            listed = [shape for one in several for shape in one or ()]
            return None if None in several or len(listed) > limit else listed
        case Repeated(node=one, least=least, most=most, lazy=lazy):
            return _repeated_shapes(one, least, most, limit, lazy=lazy)


def _repeated_shapes(
    node: Node, least: int, most: int, limit: int, *, lazy: bool
) -> list[tuple[Characters, ...]] | None:
    inner = shapes(node, limit)
    if inner is None or most > 64:  # noqa: PLR2004 - longer ones are no fixed formats
        return None
    if len(inner) == 1:
        counts = range(least, most + 1) if lazy else range(most, least - 1, -1)
        return [inner[0] * count for count in counts] if len(counts) <= limit else None
    found: list[tuple[Characters, ...]] = [()]
    for count in range(most, 0, -1):
        # From the last repetition to the first: what comes after is either nothing, once enough are there, or one more.
        again = [(*one, *rest) for one in inner for rest in found]
        stop: list[tuple[Characters, ...]] = [()] if count > least else []
        found = [*stop, *again] if lazy else [*again, *stop]
        if len(found) > limit:
            return None
    return found


def beginnings(
    node: Node, limit: int, depth: int, *, branches: bool = True
) -> list[tuple[tuple[Characters, ...], Sequential]]:
    """How a match may begin, in up to `limit` ways: the sets of its first characters, and the tree of what follows them.

    Without `branches`, alternatives are not told apart, only how often something is repeated.
    """
    ways: list[tuple[int, int, tuple[Characters, ...], tuple[Node, ...]]] = [(0, 0, (), (node,))]
    settled: list[tuple[tuple[Characters, ...], tuple[Node, ...]]] = []
    number = 0
    while ways:
        # The shortest first, of these the oldest.
        _, _, shape, rest = heappop(ways)
        if not rest or len(shape) >= depth or (isinstance(rest[0], Alternative) and not branches):
            settled.append((shape, rest))
            continue
        further = _advanced(shape, rest)
        if len(settled) + len(ways) + len(further) > limit:
            settled.append((shape, rest))
            continue
        for way in further:
            number += 1
            heappush(ways, (len(way[0]), number, *way))
    return [(shape, Sequential(rest)) for shape, rest in settled]


def _advanced(
    shape: tuple[Characters, ...], rest: tuple[Node, ...]
) -> list[tuple[tuple[Characters, ...], tuple[Node, ...]]]:
    """One step into what follows a shape, in as many ways as that step has."""
    first, after = rest[0], rest[1:]
    match first:
        case Characters():
            return [((*shape, first), after)]
        case Captured(node=one):
            return [(shape, (one, *after))]
        case Sequential(parts=parts):
            return [(shape, (*parts, *after))]
        case Alternative(branches=branches):
            return [(shape, (branch, *after)) for branch in branches]
        case Repeated(node=one, least=least, most=most, lazy=lazy):
            again = Repeated(one, max(0, least - 1), most - (most < UNBOUNDED), lazy)
            more = [(shape, (one, again, *after) if most > 1 else (one, *after))] if most else []
            return more if least else [*more, (shape, after)]
