"""The bulk engine: the candidates of the exact reference, found by looking at all of a text at once.

Tables over one-byte codes say where a pattern may match, fixed shapes are matched and checked as whole matrices, context words are found in the
same pass; only what has no fixed shape is left to a regular expression, and that only at the places where it may match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.buffer import UUID, Buffer
from pii_audit.detection.bulk import spans as spanning
from pii_audit.detection.bulk.alphabet import Alphabet
from pii_audit.detection.bulk.checks import CHECKS, PROVEN, REFUTED, UNDECIDED, UNKNOWN, Verdicts, verdict
from pii_audit.detection.bulk.expression import Node, classes, parse
from pii_audit.detection.bulk.places import FRONT, Places
from pii_audit.detection.bulk.plan import DIGIT, Plan, Where
from pii_audit.detection.bulk.spans import Page, Spans
from pii_audit.detection.bulk.words import Hits, Lines, Near, Words
from pii_audit.detection.matcher import (
    AFTER,
    BEFORE,
    BOOST,
    CEILING,
    LEAST_SUPPORTED,
    Candidate,
    ForeignFinder,
    part_of_number,
)
from pii_audit.identifiers.model import Identifier

_POINT, _DASH = ord("."), ord("-")
_UUID_LENGTH = 36
_LONGEST_NUMBER = 64
"""Characters behind a number in which its decimals are looked for."""


@dataclass(frozen=True)
class Candidates:
    """Matches before overlaps are resolved, as arrays of one length; `place` is the identifier's among those of the matcher.

    `start` and `end` are offsets in characters; `base`, `supported` and `validated` are as in `Candidate`.
    """

    place: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    base: NDArray[np.float64]
    supported: NDArray[np.bool_]
    validated: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def score(self) -> NDArray[np.float64]:
        """The base scores, raised by context."""
        raised = np.maximum(np.minimum(CEILING, self.base + BOOST), LEAST_SUPPORTED)
        return np.where(self.supported & (self.base > 0), np.maximum(self.base, raised), self.base)

    def at(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Candidates:
        """Some of them."""
        return Candidates(
            self.place[chosen],
            self.start[chosen],
            self.end[chosen],
            self.base[chosen],
            self.supported[chosen],
            self.validated[chosen],
        )

    @classmethod
    def of(cls, parts: Sequence[Candidates]) -> Candidates:
        """Several as one."""
        return cls(
            np.concatenate([part.place for part in parts] or [np.zeros(0, np.int64)]),
            np.concatenate([part.start for part in parts] or [np.zeros(0, np.int64)]),
            np.concatenate([part.end for part in parts] or [np.zeros(0, np.int64)]),
            np.concatenate([part.base for part in parts] or [np.zeros(0)]),
            np.concatenate([part.supported for part in parts] or [np.zeros(0, np.bool_)]),
            np.concatenate([part.validated for part in parts] or [np.zeros(0, np.bool_)]),
        )


class BulkMatcher:
    """Finds the identifiers of a set in texts; prepared once, then free of state."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        self.identifiers = tuple(identifiers)
        trees = {pattern: _tree(pattern.regex, ignore_case=pattern.ignore_case) for one in self.identifiers for pattern in one.patterns}
        sets = {one for tree in trees.values() if tree for one in classes(tree)}
        words = [word for identifier in self.identifiers for word in identifier.context]
        self._alphabet = Alphabet(sorted(sets, key=lambda one: one.ranges), words)
        self._words = Words(words, self._alphabet)
        self._plans = [
            Plan(place, identifier, pattern, trees[pattern], self._alphabet)
            for place, identifier in enumerate(self.identifiers)
            for pattern in identifier.patterns
        ]
        self._rest = [plan for plan in self._plans if plan.where is not Where.TABLES]
        self._places = Places(self._plans, self._words.pairs)
        self._foreign = [
            (place, ForeignFinder(one, one.finder)) for place, one in enumerate(self.identifiers) if one.finder is not None
        ]

    def find(self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset()) -> Candidates:
        """Every match of every pattern in a text, overlaps included, in no order; the arguments are those of `Matcher.candidates`."""
        reading = _Reading(self._words, Page(text, self._alphabet.encode(text)), hinted)
        page = reading.page
        first = self._places.look(page.codes, page.size)
        reading.hits = self._words.find(page.codes, page.units, first.words)
        places = self._places.survivors(page.codes, first, None if hinted else reading.hits.start)
        found = [
            reading.judged(plan, spanning.from_places(plan, page, reading.promising(plan, at)))
            for plan, at in places.items()
        ]
        for plan in self._rest:
            if plan.where is Where.ANCHOR:
                spans = spanning.around_anchors(plan, page, self._places.anchors(page.codes, first, plan.anchor))
            else:
                spans = reading.elsewhere(plan)
            found.append(reading.judged(plan, spans))
        found += [reading.foreign(place, finder) for place, finder in self._foreign]
        whole = Candidates.of([one for one in found if len(one)])
        return whole if refuted else whole.at(np.flatnonzero(whole.base > 0))


def _tree(regex: str, *, ignore_case: bool) -> Node | None:
    try:
        return parse(regex, ignore_case=ignore_case)
    except (ValueError, IndexError):
        return None


class _Reading:
    """One text on its way through the engine."""

    hits: Hits

    def __init__(self, words: Words, page: Page, hinted: frozenset[str]) -> None:
        self.page = page
        self._words = words
        self._hinted = hinted
        self._lines = Lines(page.codes)
        self._near: dict[tuple[str, ...], Near] = {}

    def _bare(self, plan: Plan) -> bool:
        """Whether a pattern counts without a context word."""
        return not plan.pattern.needs_context or plan.identifier.id in self._hinted

    def near(self, context: tuple[str, ...]) -> Near:
        """Where the words of a context stand."""
        if context not in self._near:
            chosen = np.zeros(len(self._words.words), np.bool_)
            chosen[[self._words.numbers[word] for word in context if word]] = True
            self._near[context] = Near(self.hits, chosen)
        return self._near[context]

    def promising(self, plan: Plan, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """The places at which a match would not be refused for want of a context word."""
        if self._bare(plan):
            return at
        reach = min(plan.longest, self.page.size) + AFTER
        return at[self.near(plan.identifier.context).within(at - BEFORE, at + reach)]

    def elsewhere(self, plan: Plan) -> Spans:
        """The matches of a pattern that tables do not find."""
        if plan.where is Where.CONTEXT and not self._bare(plan):
            return spanning.around_words(plan, self.page, self.near(plan.identifier.context))
        return spanning.everywhere(plan, self.page)

    def judged(self, plan: Plan, spans: Spans) -> Candidates:
        """The candidates that matches are: supported or not, checked, and no part of something longer."""
        spans = spans.at(np.flatnonzero(spans.end > spans.start))
        supported = np.zeros(len(spans), np.bool_)
        if plan.identifier.context and len(spans):
            left, right = self._lines.around(spans.start, spans.end)
            supported = self.near(plan.identifier.context).beside(spans.start, spans.end, left, right)
        if not self._bare(plan):
            spans, supported = spans.at(supported), supported[supported]
        if not len(spans):
            return Candidates.of(())
        verdicts = self._verdicts(plan, spans)
        pattern = plan.pattern
        base = np.where(verdicts == PROVEN, pattern.validated, np.where(verdicts == REFUTED, 0.0, pattern.score))
        proven = verdicts == PROVEN
        kept = np.flatnonzero(self._stands_alone(spans, supported & proven, proven))
        return Candidates(
            np.full(len(kept), plan.place),
            spans.start[kept] - FRONT,
            spans.end[kept] - FRONT,
            base[kept],
            supported[kept],
            proven[kept],
        )

    def _verdicts(self, plan: Plan, spans: Spans) -> Verdicts:
        identifier = plan.identifier
        if identifier.validator is None or not plan.pattern.validate:
            return np.full(len(spans), UNKNOWN)
        verdicts = np.full(len(spans), UNDECIDED)
        check, lengths = CHECKS.get(identifier.validator, (None, frozenset()))
        for shape in np.unique(spans.shape).tolist() if check and plan.shapes else ():
            solid = plan.shapes.solid[shape]
            if solid and len(solid) in lengths:
                rows = np.flatnonzero(spans.shape == shape)
                verdicts[rows] = check(self.page.codes[spans.start[rows][:, None] + np.array(solid)])
        rest = np.flatnonzero(verdicts == UNDECIDED)
        verdicts[rest] = [
            verdict(identifier.validate(self.page.folded(start, end)))
            for start, end in zip(spans.start[rest].tolist(), spans.end[rest].tolist(), strict=True)
        ]
        return verdicts

    def _stands_alone(self, spans: Spans, spoken_for: NDArray[np.bool_], proven: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which spans are neither part of a decimal number nor of a UUID."""
        codes, start, end = self.page.codes, spans.start, spans.end
        alone = np.ones(len(spans), np.bool_)
        decimal = (codes[end] == _POINT) & DIGIT[codes[end + 1]]
        decimal |= (codes[start - 1] == _POINT) & DIGIT[codes[np.maximum(start - 2, 0)]]
        for row in np.flatnonzero(decimal).tolist():
            first, last = int(start[row]), int(end[row])
            low, high = max(first - BEFORE, FRONT), min(last + _LONGEST_NUMBER, FRONT + self.page.size)
            alone[row] = not part_of_number(
                self.page.folded(low, high), first - low, last - low, supported=bool(spoken_for[row]), proven=bool(proven[row])
            )
        dashed = (codes[start - 1] == _DASH) | (codes[end] == _DASH) | (end - start == _UUID_LENGTH)
        for row in np.flatnonzero(dashed & alone).tolist():
            alone[row] = not self._within_uuid(int(start[row]), int(end[row]))
        return alone

    def _within_uuid(self, start: int, end: int) -> bool:
        written = self.page.written
        near = UUID.finditer(written, max(0, end - _UUID_LENGTH), start + _UUID_LENGTH + 1)
        return any(found.start() <= start and end <= found.end() for found in near)

    def foreign(self, place: int, finder: ForeignFinder) -> Candidates:
        """What an identifier finds by itself."""
        buffer = Buffer(self.page.text, 0)
        found = [
            one for one in finder.candidates(buffer, self.page.text) if not buffer.part_of_uuid(one.start, one.end)
        ]
        return Candidates(
            np.full(len(found), place),
            np.array([one.start for one in found], np.int64),
            np.array([one.end for one in found], np.int64),
            np.array([one.base for one in found], np.float64),
            np.array([one.supported for one in found], np.bool_),
            np.array([one.validated for one in found], np.bool_),
        )


def one_by_one(identifiers: Sequence[Identifier], found: Candidates) -> Iterator[Candidate]:
    """Candidates as objects."""
    for place, start, end, base, supported, validated in zip(
        *(array.tolist() for array in (found.place, found.start, found.end, found.base, found.supported, found.validated)),
        strict=True,
    ):
        yield Candidate(identifiers[place], start, end, base, supported, validated)
