"""The bulk engine: the candidates of the exact reference, found by looking at all of a text at once.

Tables over one-byte codes say where a pattern may match, fixed shapes are matched and checked as whole matrices, context words are found in the
same pass; only what has no fixed shape is left to a regular expression, and that only at the places where it may match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

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
from pii_audit.detection.context import AFTER, BEFORE
from pii_audit.detection.matcher import (
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
_LONGEST_ITEM = 16
"""Characters before a number in which the number of an item of a list stands, and more."""
_LONGEST_NUMBER = 64
"""Characters behind a number in which its decimals are looked for."""


@dataclass(frozen=True)
class Candidates:
    """Matches before overlaps are resolved, as arrays of one length; `place` is the identifier's among those of the matcher.

    `start` and `end` are offsets in characters; the others are as in `Candidate`.
    """

    place: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    base: NDArray[np.float64]
    supported: NDArray[np.bool_]
    validated: NDArray[np.bool_]
    labelled: NDArray[np.bool_]
    doubted: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def score(self) -> NDArray[np.float64]:
        """The base scores, raised or lowered by context."""
        raised = np.maximum(np.minimum(CEILING, self.base + BOOST), LEAST_SUPPORTED)
        score = np.where(self.supported & (self.base > 0), np.maximum(self.base, raised), self.base)
        return np.where(self.doubted, np.maximum(0.0, self.base - BOOST), score)

    def at(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Candidates:
        """Some of them."""
        return Candidates(*(getattr(self, one.name)[chosen] for one in fields(self)))

    @classmethod
    def of(cls, parts: Sequence[Candidates]) -> Candidates:
        """Several as one."""
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls))) if parts else NOTHING

    @classmethod
    def from_objects(cls, place: int, found: Sequence[Candidate]) -> Candidates:
        """Candidates of one identifier."""
        return cls(
            np.full(len(found), place),
            np.array([one.start for one in found], np.int64),
            np.array([one.end for one in found], np.int64),
            np.array([one.base for one in found], np.float64),
            np.array([one.supported for one in found], np.bool_),
            np.array([one.validated for one in found], np.bool_),
            np.array([one.labelled for one in found], np.bool_),
            np.array([one.doubted for one in found], np.bool_),
        )

    def objects(self, identifiers: Sequence[Identifier]) -> Iterator[Candidate]:
        """Candidates one by one; `identifiers` are those of the matcher."""
        for place, *rest in zip(*(getattr(self, one.name).tolist() for one in fields(self)), strict=True):
            yield Candidate(identifiers[place], *rest)


NOTHING = Candidates.from_objects(0, ())


class BulkMatcher:
    """Finds the identifiers of a set in texts; prepared once, then free of state."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        self.identifiers = tuple(identifiers)
        trees = {pattern: _tree(pattern.regex, ignore_case=pattern.ignore_case) for one in self.identifiers for pattern in one.patterns}
        sets = {one for tree in trees.values() if tree for one in classes(tree)}
        words = [word for identifier in self.identifiers for word in (*identifier.context, *identifier.against)]
        self._alphabet = Alphabet(sorted(sets, key=lambda one: one.ranges), words)
        self._words = Words(words, self._alphabet)
        self._plans = [
            Plan(place, identifier, pattern, trees[pattern], self._alphabet)
            for place, identifier in enumerate(self.identifiers)
            for pattern in identifier.patterns
        ]
        self._rest = [plan for plan in self._plans if plan.where is not Where.TABLES]
        self._places = Places(self._plans, self._words.pairs)
        asked_for = (plan.identifier.context for plan in self._plans if plan.pattern.needs_context)
        self._asked_for = tuple(dict.fromkeys(word for context in asked_for for word in context))
        """The context words without which some patterns do not count."""
        self._foreign = [
            (place, ForeignFinder(one, one.finder)) for place, one in enumerate(self.identifiers) if one.finder is not None
        ]

    def find(self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset()) -> Candidates:
        """Every match of every pattern in a text, overlaps included, in no order; the arguments are those of `Matcher.candidates`."""
        reading = _Reading(self._words, Page(text, self._alphabet.encode(text)), hinted)
        page = reading.page
        first = self._places.look(page.codes, page.size)
        reading.hits = self._words.find(page.codes, page.units, first.words)
        places = self._places.survivors(page.codes, first, None if hinted else reading.near(self._asked_for).starts)
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
        """The candidates that matches are: spoken for or against, checked, and no part of something longer."""
        spans = spans.at(np.flatnonzero(spans.end > spans.start))
        if not len(spans):
            return NOTHING
        pattern = plan.pattern
        supported, labelled, doubted = self._about(plan.identifier, spans)
        if not self._bare(plan):
            kept = np.flatnonzero(labelled if pattern.needs_label else supported)
            spans, supported, labelled, doubted = spans.at(kept), supported[kept], labelled[kept], doubted[kept]
        verdicts = self._verdicts(plan, spans)
        proven = verdicts == PROVEN
        found = Candidates(
            np.full(len(spans), plan.place),
            spans.start,
            spans.end,
            np.where(proven, pattern.validated, np.where(verdicts == REFUTED, 0.0, pattern.score)),
            supported,
            proven,
            labelled & (not pattern.needs_label),
            doubted,
        )
        found = found.at(np.flatnonzero(self._stands_alone(plan, found)))
        return replace(found, start=found.start - FRONT, end=found.end - FRONT)

    def _about(self, identifier: Identifier, spans: Spans) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Which spans are supported, labelled and doubted."""
        none = np.zeros(len(spans), np.int64)
        mine = self.near(identifier.context).labels(self.page.text, self.page.codes, spans.start) if identifier.context else none
        other = self.near(identifier.against).labels(self.page.text, self.page.codes, spans.start) if identifier.against else none
        doubted, labelled = other > mine, (mine > 0) & (other <= mine)
        supported = labelled.copy()
        if identifier.context:
            left, right = self._lines.around(spans.start, spans.end)
            supported |= self.near(identifier.context).beside(spans.start, spans.end, left, right) & ~doubted
        return supported, labelled, doubted

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

    def _stands_alone(self, plan: Plan, found: Candidates) -> NDArray[np.bool_]:
        """Which candidates (with places for offsets) are neither part of a decimal number nor of a UUID."""
        codes, start, end = self.page.codes, found.start, found.end
        alone = np.ones(len(found), np.bool_)
        after = (codes[end] == _POINT) & DIGIT[codes[end + 1]]
        before = (codes[start - 1] == _POINT) & DIGIT[codes[np.maximum(start - 2, 0)]]
        rows = np.flatnonzero(after | before)
        for row, one in zip(rows.tolist(), found.at(rows).objects((plan.identifier,) * (plan.place + 1)), strict=True):
            if before[row]:
                # What makes it the item of a list need not be ASCII.
                low, high = max(one.start - _LONGEST_ITEM, FRONT), min(one.end + _LONGEST_NUMBER, FRONT + self.page.size)
                moved = replace(one, start=one.start - low, end=one.end - low)
                alone[row] = not part_of_number(self.page.folded(low, high), moved)
            else:
                alone[row] = not part_of_number(self.page.written, one)
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
        return Candidates.from_objects(place, found)
