r"""The exact reference: every pattern over a text, plainly, one after another.

Boundaries are ASCII look-arounds added here (`\b` fails beside Han characters, which count as word characters), validators decide
each candidate, context words raise the score, labels of other things lower it, and where two spans overlap one wins. The bulk engine is
tested against it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pii_audit.detection.buffer import Buffer, Reach
from pii_audit.detection.context import NO_LABEL, Words
from pii_audit.identifiers.model import Finder, Identifier, Pattern
from pii_audit.identifiers.patterns import compiled

if TYPE_CHECKING:
    from pii_audit.detection.bulk.candidates import Candidates

BOOST = 0.35
"""What a context word adds to a base score (Presidio's context enhancer adds the same), and what the label of another thing takes away."""
CEILING = 0.95
LEAST_SUPPORTED = 0.4
"""The score of a match beside a context word is no lower (Presidio's context enhancer does the same)."""

MATCH_THRESHOLD = 0.4
"""A match with a lower score is no evidence."""

LONGEST_AMOUNT = 14
"""Digits of the largest amount that anybody writes; what is longer and validated is no integer part of a number."""

PIECE = re.compile(r"[^\0]+")
"""What no match leaves: NUL separates cells."""
_DIGITS = frozenset("0123456789")
_NUMERIC = re.compile(r"[0-9 -]+")
_ITEM = re.compile(r"(?:^|[\n\0;、。])[^\S\n]*[1-9][0-9]?\.$")
"""The number of an item of a list that stands right before the value: `1.`"""
_INLINE_ITEM = re.compile(r"(?:^|[^0-9A-Za-z.])[1-9][0-9]?\.$")
_INTEGRAL = re.compile(r"\.0+(?![0-9])")
"""The tail of an integer that a float column or a spreadsheet wrote: 13800138000.0."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match before overlaps are resolved.

    `base` is its score without context. `supported`: a context word stands near. `labelled`: one stands directly before it, though its pattern
    does not ask for that. `doubted`: a label of another thing (`against`) does, nearer or longer than any of its own; it is neither supported
    nor labelled then. `encoded`: some of its characters are spelled by escapes (`clearing`), or all of it by digits (`encoded_runs`): then it is
    `inside` something that may be an identifier itself, and takes nothing from it.
    """

    identifier: Identifier
    start: int
    end: int
    base: float
    supported: bool
    validated: bool
    labelled: bool = False
    doubted: bool = False
    encoded: bool = False
    inside: bool = False

    def moved(self, by: int) -> Candidate:
        """The same at another place."""
        return replace(self, start=self.start + by, end=self.end + by)

    @property
    def score(self) -> float:
        """The base score, raised by context (what is certain already stays so) or lowered by the label of another thing."""
        if self.doubted:
            return max(0.0, self.base - BOOST)
        if not self.supported or not self.base:
            return self.base
        return max(self.base, LEAST_SUPPORTED, min(CEILING, self.base + BOOST))


class _Context:
    """The words that speak for and against an identifier."""

    def __init__(self, identifier: Identifier) -> None:
        self.own, self.other = Words(identifier.context), Words(identifier.against)

    def about(self, buffer: Buffer, start: int, end: int) -> tuple[bool, bool, bool]:
        """Whether a span is supported, labelled and doubted."""
        mine = self.own.label(buffer.folded, start) if buffer.mentions(self.own.literals) else NO_LABEL
        if buffer.mentions(self.other.literals) and self.other.label(buffer.folded, start) > mine:
            return False, False, True
        labelled = mine > NO_LABEL
        near = labelled or (buffer.mentions(self.own.literals) and self.own.near(buffer.folded, start, end))
        return near, labelled, False


class _Scan:
    """One pattern of an identifier, with its context words; compiled when first asked for."""

    def __init__(self, identifier: Identifier, pattern: Pattern, context: _Context) -> None:
        self.identifier = identifier
        self.pattern = pattern
        self.context = context
        self.reach = Reach.of(pattern.regex)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern with its boundary."""
        return compiled(self.pattern)


class ForeignFinder:
    """An identifier that finds its values itself, with its context words."""

    def __init__(self, identifier: Identifier, finder: Finder) -> None:
        self.identifier = identifier
        self.finder = finder
        self.context = _Context(identifier)

    def candidates(self, buffer: Buffer, text: str) -> Iterator[Candidate]:
        """What the finder finds, refuted values included, each piece between two NULs by itself."""
        pieces = list(PIECE.finditer(text))
        for place, found in self.finder.find([piece[0] for piece in pieces]):
            start, end = (pieces[place].start() + at for at in (found.start, found.end))
            supported, labelled, doubted = self.context.about(buffer, start, end)
            proven = found.verdict is True
            one = Candidate(self.identifier, start, end, found.score, supported, proven, labelled, doubted)
            if not part_of_number(buffer.folded, one):
                yield one


class Matcher:
    """Finds the identifiers of a set in texts; compiled once, then free of state."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        self.identifiers = tuple(identifiers)
        self.order = {identifier.id: place for place, identifier in enumerate(self.identifiers)}
        self._scans = [
            _Scan(identifier, pattern, context)
            for identifier in self.identifiers
            for context in (_Context(identifier),)
            for pattern in identifier.patterns
        ]
        self._foreign = [ForeignFinder(one, one.finder) for one in self.identifiers if one.finder is not None]
        self._least = min((scan.reach.width for scan in self._scans if scan.reach.width), default=0)

    def candidates(
        self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset()
    ) -> Iterator[Candidate]:
        """Every match of every pattern in a text, overlaps included; none crosses a NUL.

        With `refuted`, what a validator refuses comes too, with a base score of 0. Patterns that need context or a label also match without
        for the identifiers named in `hinted` (a column's name is their context).
        """
        buffer = Buffer(text, self._least)
        for scan in self._scans:
            identifier, pattern = scan.identifier, scan.pattern
            if pattern.requires and not buffer.mentions(pattern.requires):
                continue
            bare = not pattern.needs_context or identifier.id in hinted
            if not bare and not buffer.mentions(scan.context.own.literals):
                continue
            for start, end in buffer.spans(scan.regex, scan.reach, pattern.group):
                candidate = _judge(scan, buffer, start, end, bare=bare)
                if candidate and (candidate.base > 0 or refuted) and not buffer.within_uuid(start, end):
                    yield candidate
        for foreign in self._foreign:
            for candidate in foreign.candidates(buffer, text):
                if (candidate.base > 0 or refuted) and not buffer.part_of_uuid(candidate.start, candidate.end):
                    yield candidate

    def arrays(self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset()) -> Candidates:
        """The same as arrays, in no order."""
        from pii_audit.detection.bulk.candidates import NOTHING  # noqa: PLC0415 - NumPy is loaded where there is something for it to do

        found = Matcher.candidates(self, text, refuted=refuted, hinted=hinted)
        return NOTHING.joined((self.order[one.identifier.id], one) for one in found)

    def resolve(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Where two overlap, one validated and labelled wins over one that is either, and that over others; then the longer, then the one defined first.

        What is inside encoded runs contends with its like alone.
        """
        if len(candidates) < 2:  # noqa: PLR2004 - one does not overlap itself
            return list(candidates)
        inside = [one for one in candidates if one.inside]
        if 0 < len(inside) < len(candidates):
            outside = [one for one in candidates if not one.inside]
            return sorted((*self.resolve(outside), *self.resolve(inside)), key=lambda one: one.start)
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

    def _rank(self, one: Candidate) -> tuple[int, int, int, float, int]:
        return (
            -one.validated - one.labelled,
            one.start - one.end,
            self.order[one.identifier.id],
            -one.score,
            one.start,
        )


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


def overlaps(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a span overlaps one of others in reading order, which do not overlap each other."""
    place = bisect_left(spans, (end, 0)) - 1
    return place >= 0 and spans[place][1] > start


def _judge(scan: _Scan, buffer: Buffer, start: int, end: int, *, bare: bool) -> Candidate | None:
    """The candidate that a match is, or None; `bare` where it needs no context."""
    if start == end:
        return None
    identifier, pattern, text = scan.identifier, scan.pattern, buffer.folded
    supported, labelled, doubted = scan.context.about(buffer, start, end)
    if not bare and not (labelled if pattern.needs_label else supported):
        return None
    verdict = identifier.validate(text[start:end]) if pattern.validate else None
    base = pattern.validated if verdict else 0.0 if verdict is False else pattern.score
    free = labelled and not pattern.needs_label
    one = Candidate(identifier, start, end, base, supported, verdict is True, free, doubted)
    return None if part_of_number(text, one) else one


def part_of_number(text: str, one: Candidate) -> bool:
    """Whether digits that match are the whole or fractional part of a decimal number.

    `1.13800138000` at the start of a line is the first item of a list, elsewhere only where a word speaks for it. A validated value is taken for
    a whole part only where no label says what it is and it is no longer than an amount.
    """
    start, end = one.start, one.end
    before, after = text[start - 1 : start] == ".", text[end : end + 1] == "."
    if not (before or after) or not _NUMERIC.fullmatch(text, start, end):
        return False
    if after and text[end + 1 : end + 2] in _DIGITS and not _INTEGRAL.match(text, end):
        long = end - start > LONGEST_AMOUNT
        if not (one.validated and (one.labelled or long)):
            return True
    if not before or start < 2 or text[start - 2] not in _DIGITS:  # noqa: PLR2004 - a digit and a point
        return False
    item = _INLINE_ITEM if one.supported and one.validated else _ITEM
    return item.search(text, max(0, start - 12), start) is None
