"""The exact reference: every pattern over a text, plainly, one after another.

Boundaries are ASCII look-arounds added here (`\\b` fails beside Han characters, which count as word characters), validators decide
each candidate, context words raise the score, and where two spans overlap one wins. The bulk engine is tested against it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.model import Identifier, Pattern
from pii_audit.identifiers.patterns import compiled

BOOST = 0.35
"""What a context word adds to a base score (Presidio's context enhancer adds the same)."""
CEILING = 0.95
BEFORE, AFTER = 40, 20
"""Characters on the same line, before and after a match, in which a context word counts."""

_NUMERIC = re.compile(r"[0-9 -]+")
_INTEGER_PART = re.compile(r"(?:^|[\n\0])[^\S\n]*([1-9][0-9]?)\.$")
_LINE_BREAKS = "\n\r\0"
_INTEGRAL = re.compile(r"\.0+(?![0-9])")
"""The tail of an integer that a float column or a spreadsheet wrote: 13800138000.0."""
_UUID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])")
"""RFC 9562: its groups are parts of one token."""


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
        """The base score, raised by context."""
        return min(CEILING, self.base + BOOST) if self.supported else self.base


class _Context:
    """The context words of an identifier, compiled when first asked for."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words

    @cached_property
    def regex(self) -> re.Pattern[str] | None:
        """One expression for all words; an ASCII word must stand alone, a Han word may touch others."""
        spelled = [
            f"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word) for word in self._words
        ]
        return re.compile("|".join(spelled)) if spelled else None


@dataclass(frozen=True, slots=True)
class _Compiled:
    identifier: Identifier
    pattern: Pattern
    regex: re.Pattern[str]
    context: _Context


class Matcher:
    """Finds the identifiers of a set in texts; compiled once, then free of state."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        self.identifiers = tuple(identifiers)
        self.order = {identifier.id: place for place, identifier in enumerate(self.identifiers)}
        contexts = {identifier.id: _Context(identifier.context) for identifier in self.identifiers}
        self._compiled = [
            _Compiled(identifier, pattern, compiled(pattern), contexts[identifier.id])
            for identifier in self.identifiers
            for pattern in identifier.patterns
        ]

    def candidates(
        self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset()
    ) -> Iterator[Candidate]:
        """Every match of every pattern in a text, overlaps included.

        With `refuted`, what a validator refuses comes too, with a base score of 0. Patterns that need context also match without it for
        the identifiers named in `hinted` (a column's name is their context).
        """
        folded = fold(text)
        lowered = folded.lower()
        if len(lowered) != len(folded):
            lowered = folded  # a few letters grow when lowered (İ): offsets matter more than their case
        uuids = [found.span() for found in _UUID.finditer(folded)] if "-" in folded else []
        for one in self._compiled:
            requires = one.pattern.requires
            if requires and not any(literal in lowered for literal in requires):
                continue
            for found in one.regex.finditer(folded):
                candidate = _judge(one, found, folded, lowered, hinted)
                if candidate is not None and (candidate.base > 0 or refuted) and not _inside(candidate, uuids):
                    yield candidate

    def find(self, text: str, *, hinted: frozenset[str] = frozenset()) -> list[Candidate]:
        """The matches of a text in reading order, overlaps resolved."""
        return self.resolve(self.candidates(text, hinted=hinted))

    def resolve(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Where two overlap, a validated one wins, then the longer one, then the one defined first."""
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
        if len(cluster) < 2:
            return cluster
        kept: list[Candidate] = []
        for candidate in sorted(cluster, key=self._rank):
            if all(candidate.end <= other.start or candidate.start >= other.end for other in kept):
                kept.append(candidate)
        return sorted(kept, key=lambda one: one.start)

    def _rank(self, one: Candidate) -> tuple[bool, int, int, float]:
        return (not one.validated, one.start - one.end, self.order[one.identifier.id], -one.score)


def _inside(candidate: Candidate, spans: Sequence[tuple[int, int]]) -> bool:
    place = bisect_right(spans, candidate.start, key=itemgetter(0)) - 1
    return place >= 0 and candidate.end <= spans[place][1]


def _judge(one: _Compiled, found: re.Match[str], folded: str, lowered: str, hinted: frozenset[str]) -> Candidate | None:
    identifier, pattern = one.identifier, one.pattern
    start, end = found.span(pattern.group)
    if start == end or _part_of_number(folded, start, end):
        return None
    verdict = identifier.validate(folded[start:end]) if pattern.validate else None
    context = one.context.regex
    supported = context is not None and _near(context, lowered, start, end)
    if pattern.needs_context and not supported and identifier.id not in hinted:
        return None
    base = pattern.validated if verdict else 0.0 if verdict is False else pattern.score
    return Candidate(identifier, start, end, base, supported, verdict is True)


def _part_of_number(text: str, start: int, end: int) -> bool:
    """Whether digits that match are the whole or fractional part of a decimal number.

    `1.13800138000` at the start of a line is the first item of a list.
    """
    if not _NUMERIC.fullmatch(text, start, end):
        return False
    if end + 1 < len(text) and text[end] == "." and text[end + 1].isdecimal() and not _INTEGRAL.match(text, end):
        return True
    if start < 2 or text[start - 1] != "." or not text[start - 2].isdecimal():
        return False
    return _INTEGER_PART.search(text, max(0, start - 12), start) is None


def _near(context: re.Pattern[str], lowered: str, start: int, end: int) -> bool:
    left, right = max(0, start - BEFORE), min(len(lowered), end + AFTER)
    for mark in _LINE_BREAKS:
        left = max(left, lowered.rfind(mark, left, start) + 1)
        stop = lowered.find(mark, end, right)
        right = stop if stop >= 0 else right
    return bool(context.search(lowered, left, start) or context.search(lowered, end, right))
