"""The bulk engine: the candidates of the exact reference, found by looking at all of a text at once.

Tables over one-byte codes say where a pattern may match, fixed shapes are matched and checked as whole matrices, context words are found in the
same pass; only what has no fixed shape is left to a regular expression, and that only at the places where it may match.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.buffer import UUID
from pii_audit.detection.bulk import spans as spanning
from pii_audit.detection.bulk.alphabet import Alphabet, nonzero
from pii_audit.detection.bulk.candidates import NOTHING, Candidates
from pii_audit.detection.bulk.checks import CHECKS, PROVEN, REFUTED, UNDECIDED, UNKNOWN, Verdicts, verdict
from pii_audit.detection.bulk.expression import Node, classes, parse
from pii_audit.detection.bulk.places import FRONT, Places
from pii_audit.detection.bulk.plan import ALNUM, DIGIT, Plan, Where
from pii_audit.detection.bulk.spans import Page, Spans
from pii_audit.detection.bulk.words import Hits, Lines, Near, Words
from pii_audit.detection.context import AFTER, BEFORE
from pii_audit.detection.groups import groups
from pii_audit.detection.matcher import part_of_number
from pii_audit.identifiers.model import Identifier

_POINT, _DASH = ord("."), ord("-")
_UUID_LENGTH = 36
_LONGEST_ITEM = 16
"""Characters before a number in which the number of an item of a list stands, and more."""
_LONGEST_NUMBER = 64
"""Characters behind a number in which its decimals are looked for."""


class Engine:
    """The patterns of some identifiers, prepared."""

    def __init__(self, identifiers: Sequence[Identifier]) -> None:
        self._identifiers = identifiers
        trees = {
            pattern: _tree(pattern.regex, ignore_case=pattern.ignore_case)
            for one in identifiers
            for pattern in one.patterns
        }
        sets = {one for tree in trees.values() if tree for one in classes(tree)}
        words = [word for identifier in identifiers for word in (*identifier.context, *identifier.against)]
        self._alphabet = Alphabet(sorted(sets, key=lambda one: one.ranges), words)
        self._words = Words(words, self._alphabet)
        self._plans = [
            Plan(place, identifier, pattern, trees[pattern], self._alphabet)
            for place, identifier in enumerate(identifiers)
            for pattern in identifier.patterns
        ]
        self._rest = [plan for plan in self._plans if plan.where is not Where.TABLES]
        self._anchors = tuple(dict.fromkeys(anchor for plan in self._plans for anchor in plan.anchors))
        self._places = Places(self._plans, self._words.pairs)
        asked_for = (plan.identifier.context for plan in self._plans if plan.pattern.needs_context)
        self._asked_for = tuple(dict.fromkeys(word for context in asked_for for word in context))
        """The context words without which some patterns do not count."""

    def find(self, text: str, hinted: frozenset[str]) -> Candidates:
        """Every match of every pattern in a text, refuted ones and overlaps included, in no order."""
        reading = _Reading(self._words, Page(text, self._alphabet.encode(text)), hinted)
        page = reading.page
        first = self._places.look(page.codes, page.size)
        reading.hits = self._words.find(page.codes, page.units, first.words)
        places = self._places.survivors(page.codes, first, None if hinted else reading.near(self._asked_for).starts)
        found = [
            reading.judged(plan, spanning.from_places(plan, page, reading.promising(plan, at)))
            for plan, at in places.items()
        ]
        anchors = {anchor: self._places.anchors(page.codes, first, anchor) for anchor in self._anchors}
        for plan in self._rest:
            if plan.where is Where.ANCHOR:
                spans = spanning.around_anchors(plan, page, anchors)
            else:
                spans = reading.elsewhere(plan)
            found.append(reading.judged(plan, spans))
        return reading.standing_alone(Candidates.of([one for one in found if len(one)]), self._identifiers)


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
        """The candidates that matches are: spoken for or against, and checked."""
        spans = spans.at(nonzero(spans.end > spans.start))
        if not len(spans):
            return NOTHING
        pattern = plan.pattern
        supported, labelled, doubted = self._about(plan.identifier, spans)
        if not self._bare(plan):
            kept = nonzero(labelled if pattern.needs_label else supported)
            spans, supported, labelled, doubted = spans.at(kept), supported[kept], labelled[kept], doubted[kept]
        verdicts = self._verdicts(plan, spans)
        proven, none = verdicts == PROVEN, np.zeros(len(spans), np.bool_)
        return Candidates(
            np.full(len(spans), plan.place),
            spans.start - FRONT,
            spans.end - FRONT,
            np.where(proven, pattern.validated, np.where(verdicts == REFUTED, 0.0, pattern.score)),
            supported,
            proven,
            labelled & (not pattern.needs_label),
            doubted,
            none,
            none,
        )

    def _about(
        self, identifier: Identifier, spans: Spans
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Which spans are supported, labelled and doubted."""
        none = np.zeros(len(spans), np.int64)
        mine = (
            self.near(identifier.context).labels(self.page.text, self.page.codes, spans.start)
            if identifier.context
            else none
        )
        other = (
            self.near(identifier.against).labels(self.page.text, self.page.codes, spans.start)
            if identifier.against
            else none
        )
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
        if identifier.validator in CHECKS:
            check, lengths = CHECKS[identifier.validator]
            for rows, solid in self._solid(plan, spans):
                if len(solid) in lengths:
                    verdicts[rows] = check(self.page.codes[spans.start[rows][:, None] + np.array(solid)])
        rest = nonzero(verdicts == UNDECIDED)
        verdicts[rest] = [
            verdict(identifier.validate(self.page.folded(start, end)))
            for start, end in zip(spans.start[rest].tolist(), spans.end[rest].tolist(), strict=True)
        ]
        return verdicts

    def _solid(self, plan: Plan, spans: Spans) -> Iterator[tuple[NDArray[np.int64], Sequence[int]]]:
        """Spans of one form, with the places of their letters and digits: those of a fixed shape, and numbers of one length."""
        if plan.shapes:
            for shape, rows in groups(spans.shape):
                yield rows, plan.shapes.solid[shape] or ()
        else:
            length = spans.end - spans.start
            bare = nonzero(self.page.digits_from(spans.start) == spans.end)
            for size, rows in groups(length[bare]):
                yield bare[rows], range(size)

    def standing_alone(self, found: Candidates, identifiers: Sequence[Identifier]) -> Candidates:
        """Those candidates that are neither part of a decimal number nor of a UUID."""
        codes, start, end = self.page.codes, found.start + FRONT, found.end + FRONT
        part = np.zeros(len(found), np.bool_)
        after = (codes[end] == _POINT) & DIGIT[codes[end + 1]]
        before = (codes[start - 1] == _POINT) & DIGIT[codes[np.maximum(start - 2, 0)]]
        rows = nonzero(after | before)
        for row, one in zip(rows.tolist(), found.at(rows).objects(identifiers), strict=True):
            # What makes a number the item of a list need not be ASCII; what only stands before a point is told by codes.
            low = max(one.start - _LONGEST_ITEM, 0) if before[row] else -FRONT
            high = min(one.end + _LONGEST_NUMBER, self.page.size)
            near = self.page.folded(low + FRONT, high + FRONT) if before[row] else self.page.written
            part[row] = part_of_number(near, replace(one, start=one.start - low, end=one.end - low))
        dashed = (codes[start - 1] == _DASH) | (codes[end] == _DASH) | (end - start == _UUID_LENGTH)
        # Patterns without a boundary begin and end anywhere in a group.
        dashed |= ALNUM[codes[start - 1]] | ALNUM[codes[end]]
        for row in nonzero(dashed & ~part).tolist():
            part[row] = self._within_uuid(int(start[row]), int(end[row]))
        return found.at(nonzero(~part))

    def _within_uuid(self, start: int, end: int) -> bool:
        written = self.page.written
        near = UUID.finditer(written, max(0, end - _UUID_LENGTH), start + _UUID_LENGTH + 1)
        return any(found.start() <= start and end <= found.end() for found in near)
