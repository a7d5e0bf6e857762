"""From the places at which a pattern may match to the spans that it matches, as `re.finditer` gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import ASCII, BEYOND, FOLDED, Codes, Encoded, nonzero
from pii_audit.detection.bulk.places import BACK, FRONT, Positions, extended, thinned
from pii_audit.detection.bulk.plan import DEPTH, DIGIT, Plan, Shapes
from pii_audit.detection.bulk.words import Near
from pii_audit.detection.context import AFTER, BEFORE
from pii_audit.detection.matcher import PIECE
from pii_audit.identifiers.fold import fold


class Page:
    """One text, ready to be looked at from all sides; places are indices into padded codes, one more than offsets in the text."""

    def __init__(self, text: str, encoded: Encoded) -> None:
        self.text = text
        self.size = len(text)
        self.codes: Codes = np.zeros(FRONT + self.size + BACK, np.uint8)
        self.codes[FRONT : FRONT + self.size] = encoded.codes
        self._encoded = encoded

    @cached_property
    def units(self) -> NDArray[np.uint16] | Codes:
        """Code points, padded as the codes are; the codes themselves where all is ASCII."""
        if self._encoded.units is self._encoded.codes:
            return self.codes
        units = np.zeros(FRONT + self.size + BACK, np.uint16)
        units[FRONT : FRONT + self.size] = self._encoded.units
        return units

    @cached_property
    def written(self) -> str:
        """The padded codes as Latin-1, for regular expressions."""
        return self.codes.tobytes().decode("latin-1")

    def digits_from(self, at: Positions) -> Positions:
        """Where the digits end that stand from some places on, as far as tables look."""
        end = at.copy()
        going = np.arange(len(at))
        for _ in range(DEPTH):
            going = going[DIGIT[self.codes[end[going]]]]
            end[going] += 1
        return end

    @cached_property
    def text_folded(self) -> str:
        """The folded text, without padding."""
        if 1 not in self._folding:
            return self.text
        folded = FOLDED[self._encoded.units].tobytes().decode("utf-16-le", "surrogatepass")
        # Halves of pairs that stand together become one.
        return folded if len(folded) == self.size and chr(BEYOND) not in folded else fold(self.text)

    def folded(self, start: int, end: int) -> str:
        """The folded text between two places."""
        value = self.written[start:end]
        if value.isascii():
            return value
        value = self.text[start - FRONT : end - FRONT]
        return fold(value) if self._folding.find(1, start, end) >= 0 else value

    @cached_property
    def _folding(self) -> bytes:
        """One byte a character: 1 where it is ASCII only once it is folded."""
        return ((self.units >= ASCII) & (self.codes < ASCII)).tobytes()


@dataclass(frozen=True)
class Spans:
    """Matches of one pattern in reading order: its value (`start`, `end`), and the shape that it has, -1 where none is known."""

    start: Positions
    end: Positions
    shape: NDArray[np.int64]

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> Spans:
        """Spans without a known shape."""
        flat = np.array(list(pairs), np.int64).reshape(-1, 2)
        return cls(flat[:, 0], flat[:, 1], np.full(len(flat), -1))

    def __len__(self) -> int:
        return len(self.start)

    def at(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Spans:
        """Some of them."""
        return Spans(self.start[chosen], self.end[chosen], self.shape[chosen])


def from_places(plan: Plan, page: Page, at: Positions) -> Spans:
    """The matches of a pattern that begin at some of the places, none within another."""
    if plan.shapes is not None:
        begins = plan.outside[page.codes[at - 1]] | (plan.free & (page.codes[at] >= ASCII))
        return _of_shapes(plan.shapes, page.codes, at[begins])
    at, _ = thinned(page.codes, at, plan.beginnings)
    if not plan.bare.any() or not len(at):
        return Spans.of(_matches(plan, page, at))
    end = page.digits_from(at)
    bare = plan.bare[np.minimum(end - at, DEPTH)] & ~plan.alphabet[page.codes[end]]
    bare &= plan.outside[page.codes[end]] & plan.outside[page.codes[at - 1]]
    rest = Spans.of(_matches(plan, page, at[~bare]))
    # No other match goes on behind a number that its pattern cannot go on behind.
    both = Spans(
        np.append(at[bare], rest.start), np.append(end[bare], rest.end), np.full(int(bare.sum()) + len(rest), -1)
    )
    both = both.at(np.argsort(both.start, kind="stable"))
    return both.at(_apart(both.start, both.end))


def _of_shapes(shapes: Shapes, codes: Codes, at: Positions) -> Spans:
    """For each place the first shape that fits; then, from left to right, those that no earlier one overlaps."""
    best = np.full(len(at), len(shapes.lengths))
    for number, table in enumerate(shapes.tables):
        alive = table[0][codes[at]]
        places = np.arange(len(at))
        for offset in range(1, len(table)):
            if offset % 4 == 1:
                kept = nonzero(alive)
                places, alive = places[kept], alive[kept]
            # What lies so far behind the end that nothing is there is no part of any shape.
            alive &= table[offset][codes[np.minimum(at[places] + offset, len(codes) - 1)]]
        kept = nonzero(alive)
        lowest = alive[kept] & (~alive[kept] + np.uint64(1))
        # Exact up to 2^64, since they are powers of two.
        first = 64 * number + np.log2(lowest.astype(np.float64)).astype(np.int64)
        best[places[kept]] = np.minimum(best[places[kept]], first)
    found = nonzero(best < len(shapes.lengths))
    at, shape = at[found], best[found]
    spans = Spans(at, at + shapes.lengths[shape], shape)
    return spans.at(_apart(spans.start, spans.end))


def _apart(start: Positions, end: Positions) -> NDArray[np.bool_]:
    """Which of some spans, by their start, `re.finditer` would give: it goes on where a match ends."""
    kept = np.ones(len(start), np.bool_)
    if len(start) < 2:  # noqa: PLR2004 - one does not overlap itself
        return kept
    overlaps = start[1:] < np.maximum.accumulate(end)[:-1]
    crowded = nonzero(np.append(overlaps, False) | np.insert(overlaps, 0, False))
    reach = 0
    for place, low, high in zip(crowded.tolist(), start[crowded].tolist(), end[crowded].tolist(), strict=True):
        if low < reach:
            kept[place] = False
        else:
            reach = high
    return kept


def _searched(plan: Plan, page: Page) -> tuple[re.Pattern[str], str, int]:
    """A pattern, what it is applied to, and how far its places are moved there: codes where they are exact, else the folded text."""
    if plan.exact and plan.in_codes:
        return plan.in_codes, page.written, 0
    return plan.in_text, page.text_folded, FRONT


def _matches(plan: Plan, page: Page, at: Positions) -> Iterator[tuple[int, int]]:
    """The matches that begin at some places."""
    regex, text, moved = _searched(plan, page)
    match, group = regex.match, plan.pattern.group
    # One character more, for the boundary.
    longest = min(plan.longest, page.size) + 1
    reach = 0
    for place in (at - moved).tolist():
        if place < reach:
            continue
        found = match(text, place, place + longest)
        if found:
            reach = found.end()
            start, end = found.span(group)
            yield start + moved, end + moved


def around_anchors(plan: Plan, page: Page, anchors: Mapping[str, Positions]) -> Spans:
    """The matches of a pattern in the runs of its characters around the rarest of its anchors; `anchors` says where each stands."""
    anchor = min(plan.anchors, key=lambda one: len(anchors[one]))
    at = anchors[anchor]
    if not all(sign in page.written for sign in plan.signs):
        return Spans.of(())
    return _in_windows(plan, page, at, at + len(anchor))


def around_words(plan: Plan, page: Page, near: Near) -> Spans:
    """The matches of a pattern that may have one of its context words beside them."""
    reach = min(plan.longest, page.size) + BEFORE + AFTER
    low = np.maximum(near.starts - reach, FRONT)
    high = np.minimum(near.starts + reach, FRONT + page.size)
    return _in_windows(plan, page, low, high)


def _in_windows(plan: Plan, page: Page, low: Positions, high: Positions) -> Spans:
    if not len(low):
        return Spans.of(())
    low, high = extended(page.codes, low, high, plan.alphabet)
    if 2 * int((high - low).sum()) > page.size:
        # What is between such windows costs less than to begin in each of them.
        low, high = low[:1], high[-1:]
    return Spans.of(_within(plan, page, zip(low.tolist(), high.tolist(), strict=True)))


def _within(plan: Plan, page: Page, windows: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The matches between some pairs of places; what stands directly outside counts for the boundary."""
    regex, text, moved = _searched(plan, page)
    search, group = regex.finditer, plan.pattern.group
    for start, end in windows:
        for found in search(text, start - moved, end - moved + 1):
            first, last = found.span(group)
            yield first + moved, last + moved


def everywhere(plan: Plan, page: Page) -> Spans:
    """The matches of a pattern that nothing gives away, between NULs."""
    if plan.exact:
        return Spans.of(_within(plan, page, [(FRONT, FRONT + page.size)]))
    pieces = map(re.Match.span, PIECE.finditer(page.text_folded))
    # What is looked at for the boundary is not the NUL behind a piece.
    return Spans.of(_within(plan, page, ((start + FRONT, end + FRONT - 1) for start, end in pieces)))
