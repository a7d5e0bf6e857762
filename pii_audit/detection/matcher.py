r"""The exact reference: every pattern over a text, plainly, one after another.

Boundaries are ASCII look-arounds added here (`\b` fails beside Han characters, which count as word characters), validators decide
each candidate, context words raise the score, and where two spans overlap one wins. The bulk engine is tested against it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pii_audit.detection.buffer import Buffer, Reach
from pii_audit.identifiers.model import Finder, Identifier, Pattern
from pii_audit.identifiers.patterns import compiled

BOOST = 0.35
"""What a context word adds to a base score (Presidio's context enhancer adds the same)."""
CEILING = 0.95
LEAST_SUPPORTED = 0.4
"""The score of a match beside a context word is no lower (Presidio's context enhancer does the same)."""
BEFORE, AFTER = 40, 20
"""Characters on the same line, before and after a match, in which a context word counts."""

LONGEST_AMOUNT = 14
"""Digits of the largest amount that anybody writes; what is longer and validated is no integer part of a number."""

PIECE = re.compile(r"[^\0]+")
"""What no match leaves: NUL separates cells."""
_DIGITS = frozenset("0123456789")
_NUMERIC = re.compile(r"[0-9 -]+")
_ITEM = re.compile(r"(?:^|[\n\0;、。])[^\S\n]*[1-9][0-9]?\.$")
"""The number of an item of a list that stands right before the value: `1.`"""
_INLINE_ITEM = re.compile(r"(?:^|[^0-9A-Za-z.])[1-9][0-9]?\.$")
_LINE_BREAKS = "\n\r\0"
_INTEGRAL = re.compile(r"\.0+(?![0-9])")
"""The tail of an integer that a float column or a spreadsheet wrote: 13800138000.0."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match before overlaps are resolved; `base` is its score without context, `supported` says that a context word stands near."""

    identifier: Identifier
    start: int
    end: int
    base: float
    supported: bool
    validated: bool

    @property
    def score(self) -> float:
        """The base score, raised by context; what is certain already stays so."""
        if not self.supported or not self.base:
            return self.base
        return max(self.base, LEAST_SUPPORTED, min(CEILING, self.base + BOOST))


class _Scan:
    """One pattern of an identifier, with its context words; compiled when first asked for."""

    def __init__(self, identifier: Identifier, pattern: Pattern) -> None:
        self.identifier = identifier
        self.pattern = pattern
        self.reach = Reach.of(pattern.regex)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern with its boundary."""
        return compiled(self.pattern)

    @cached_property
    def context(self) -> re.Pattern[str]:
        """One expression for all context words."""
        return _any_of(self.identifier.context)


class ForeignFinder:
    """An identifier that finds its values itself, with its context words."""

    def __init__(self, identifier: Identifier, finder: Finder) -> None:
        self.identifier = identifier
        self.finder = finder

    @cached_property
    def context(self) -> re.Pattern[str]:
        """One expression for all context words."""
        return _any_of(self.identifier.context)

    def candidates(self, buffer: Buffer, text: str) -> Iterator[Candidate]:
        """What the finder finds, refuted values included, each piece between two NULs by itself."""
        near = buffer.mentions(self.identifier.context)
        pieces = list(PIECE.finditer(text))
        for place, found in self.finder.find([piece[0] for piece in pieces]):
            start, end = (pieces[place].start() + at for at in (found.start, found.end))
            supported = near and _near(self.context, buffer.lowered, start, end)
            proven = found.verdict is True
            if not part_of_number(buffer.folded, start, end, supported=supported and proven, proven=proven):
                yield Candidate(self.identifier, start, end, found.score, supported, proven)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """One expression for all context words; an ASCII word must stand alone, a Han word may touch others."""
    spelled = [f"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word) for word in words]
    return re.compile("|".join(spelled))


class Matcher:
    """Finds the identifiers of a set in texts; compiled once, then free of state."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        self.identifiers = tuple(identifiers)
        self.order = {identifier.id: place for place, identifier in enumerate(self.identifiers)}
        self._scans = [_Scan(identifier, pattern) for identifier in self.identifiers for pattern in identifier.patterns]
        self._foreign = [ForeignFinder(one, one.finder) for one in self.identifiers if one.finder is not None]
        self._least = min((scan.reach.width for scan in self._scans if scan.reach.width), default=0)

    def candidates(
        self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset()
    ) -> Iterator[Candidate]:
        """Every match of every pattern in a text, overlaps included; none crosses a NUL.

        With `refuted`, what a validator refuses comes too, with a base score of 0. Patterns that need context also match without it for
        the identifiers named in `hinted` (a column's name is their context).
        """
        buffer = Buffer(text, self._least)
        for scan in self._scans:
            identifier, pattern = scan.identifier, scan.pattern
            if pattern.requires and not buffer.mentions(pattern.requires):
                continue
            near = buffer.mentions(identifier.context)
            if pattern.needs_context and not near and identifier.id not in hinted:
                continue
            bare = not pattern.needs_context or identifier.id in hinted
            for start, end in buffer.spans(scan.regex, scan.reach, pattern.group):
                candidate = _judge(scan, buffer, start, end, near=near, bare=bare)
                if candidate and (candidate.base > 0 or refuted) and not buffer.within_uuid(start, end):
                    yield candidate
        for foreign in self._foreign:
            for candidate in foreign.candidates(buffer, text):
                if (candidate.base > 0 or refuted) and not buffer.part_of_uuid(candidate.start, candidate.end):
                    yield candidate

    def resolve(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Where two overlap, a validated one wins, then the longer one, then the one defined first."""
        if len(candidates) < 2:  # noqa: PLR2004 - one does not overlap itself
            return list(candidates)
        kept: list[Candidate] = []
        cluster: list[Candidate] = []
        reach = -1
        for candidate in sorted(candidates, key=lambda one: one.start):
            if candidate.start >= reach:
                kept += self._winners(cluster)
                cluster = []
            cluster.append(candidate)
            reach = max(reach, candidate.end)
        return kept + self._winners(cluster)

    def _winners(self, cluster: list[Candidate]) -> list[Candidate]:
        if len(cluster) < 2:  # noqa: PLR2004 - one does not overlap itself
            return cluster
        taken = Taken()
        kept = [one for one in sorted(cluster, key=self._rank) if taken.add(one.start, one.end)]
        return sorted(kept, key=lambda one: one.start)

    def _rank(self, one: Candidate) -> tuple[bool, int, int, float, int]:
        return (not one.validated, one.start - one.end, self.order[one.identifier.id], -one.score, one.start)


class Taken:
    """Spans that do not overlap; takes others as long as that holds."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def add(self, start: int, end: int) -> bool:
        """Takes a span if it is free; whether it was."""
        place = bisect_left(self._spans, (start, end))
        free = (place == 0 or self._spans[place - 1][1] <= start) and (
            place == len(self._spans) or self._spans[place][0] >= end
        )
        if free:
            self._spans.insert(place, (start, end))
        return free


def _judge(scan: _Scan, buffer: Buffer, start: int, end: int, *, near: bool, bare: bool) -> Candidate | None:
    """The candidate that a match is, or None; `near` where a context word may be about, `bare` where none is needed."""
    if start == end:
        return None
    identifier, pattern, text = scan.identifier, scan.pattern, buffer.folded
    supported = near and _near(scan.context, buffer.lowered, start, end)
    if not supported and not bare:
        return None
    verdict = identifier.validate(text[start:end]) if pattern.validate else None
    if part_of_number(text, start, end, supported=supported and verdict is True, proven=verdict is True):
        return None
    base = pattern.validated if verdict else 0.0 if verdict is False else pattern.score
    return Candidate(identifier, start, end, base, supported, verdict is True)


def part_of_number(text: str, start: int, end: int, *, supported: bool, proven: bool) -> bool:
    """Whether digits that match are the whole or fractional part of a decimal number.

    `1.13800138000` at the start of a line is the first item of a list, elsewhere only where a word speaks for it. A validated value is taken for
    a whole part only where no word speaks for it and it is no longer than an amount.
    """
    before, after = text[start - 1 : start] == ".", text[end : end + 1] == "."
    if not (before or after) or not _NUMERIC.fullmatch(text, start, end):
        return False
    if after and text[end + 1 : end + 2] in _DIGITS and not _INTEGRAL.match(text, end):
        long = proven and end - start > LONGEST_AMOUNT
        if not supported and not long:
            return True
    if not before or start < 2 or text[start - 2] not in _DIGITS:  # noqa: PLR2004 - a digit and a point
        return False
    item = _INLINE_ITEM if supported else _ITEM
    return item.search(text, max(0, start - 12), start) is None


def _near(context: re.Pattern[str], lowered: str, start: int, end: int) -> bool:
    left, right = max(0, start - BEFORE), min(len(lowered), end + AFTER)
    for mark in _LINE_BREAKS:
        left = max(left, lowered.rfind(mark, left, start) + 1)
        stop = lowered.find(mark, end, right)
        right = stop if stop >= 0 else right
    return bool(context.search(lowered, left, start) or context.search(lowered, end, right))
