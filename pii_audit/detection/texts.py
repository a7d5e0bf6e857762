"""Free text: candidates become matches, and matches counts by line, as arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection import forms
from pii_audit.detection.bulk.alphabet import nonzero, units_of
from pii_audit.detection.bulk.candidates import Candidates
from pii_audit.detection.bulk.resolving import winners
from pii_audit.detection.gather import WEAKEST_FIRST, Gatherings
from pii_audit.detection.matcher import MATCH_THRESHOLD, Taken
from pii_audit.identifiers.model import Identifier
from pii_audit.model.evidence import Match
from pii_audit.model.forms import PLAIN_EQUIVALENT, Form

Numbers = NDArray[np.int64]
_WEAKNESS = {form: place for place, form in enumerate(WEAKEST_FIRST)}
_PLAIN, _ENCODED = _WEAKNESS[Form.PLAIN], _WEAKNESS[Form.ENCODED]
_EXPOSED = np.array([form in PLAIN_EQUIVALENT for form in WEAKEST_FIRST])


@dataclass(frozen=True)
class Matches:
    """Matches in reading order, none within another but for what stands encoded in it; `place` is the identifier's among those of the matcher, `form` an index into `WEAKEST_FIRST`."""

    place: Numbers
    start: Numbers
    end: Numbers
    score: NDArray[np.float64]
    form: Numbers

    def at(self, chosen: NDArray[np.bool_] | Numbers) -> Matches:
        """Some of them."""
        return Matches(*(getattr(self, one.name)[chosen] for one in fields(self)))

    def objects(self, identifiers: Sequence[Identifier]) -> list[Match]:
        """The matches one by one; `identifiers` are those of the matcher."""
        return [
            Match(identifiers[place].id, start, end, round(score, 4), WEAKEST_FIRST[form])
            for place, start, end, score, form in zip(
                *(getattr(self, one.name).tolist() for one in fields(self)), strict=True
            )
        ]

    def without(self, place: int, spans: Sequence[tuple[int, int]]) -> Matches:
        """Those that are not of one identifier and within reach of some spans, which stand in reading order."""
        if not spans:
            return self
        starts, ends = np.array(spans, np.int64).T
        before = np.searchsorted(starts, self.end, "left") - 1
        overlaps = (before >= 0) & (ends[before] > self.start)
        return self.at(~(overlaps & (self.place == place)))

    def beside(self, others: Iterable[Match], order: dict[str, int]) -> Matches:
        """These with others that overlap none of them, nor one another."""
        taken, more = Taken(), list[tuple[int, int, int, float, int]]()
        for one in others:
            at = int(np.searchsorted(self.start, one.end, "left")) - 1
            if (at < 0 or self.end[at] <= one.start) and taken.add(one.start, one.end):
                more.append((order[one.identifier], one.start, one.end, one.score, _WEAKNESS[one.form]))
        if not more:
            return self
        columns = zip(*more, strict=True)
        both = Matches(
            *(np.append(getattr(self, one.name), column) for one, column in zip(fields(self), columns, strict=True))
        )
        return both.at(np.argsort(both.start, kind="stable"))


def matches_of(found: Candidates, text: str, identifiers: Sequence[Identifier]) -> Matches:
    """What of some candidates in a text is evidence, overlaps resolved."""
    good = found.at(nonzero((found.base > 0) & (found.score >= MATCH_THRESHOLD)))
    good = good.at(winners(good))
    form = np.where(good.encoded, _ENCODED, _PLAIN)
    written = [place for place, one in enumerate(identifiers) if one.validator == "credential"]
    for row in nonzero(np.isin(good.place, written) & ~good.encoded).tolist():
        one = identifiers[int(good.place[row])]
        form[row] = _WEAKNESS[forms.written_form(one, text, int(good.start[row]), int(good.end[row]))]
    return Matches(good.place, good.start, good.end, good.score, form)


class Lines:
    """A text's candidates and matches, counted by line."""

    def __init__(self, text: str, found: Candidates, matches: Matches, identifiers: Sequence[Identifier]) -> None:
        self._text = text
        self._found, self._matches, self._identifiers = found, matches, identifiers
        self._breaks = nonzero(units_of(text) == ord("\n"))
        self._line = self._line_of(matches.start)
        self.count = len(self._breaks) + (0 if text.endswith("\n") or not text else 1)

    def _line_of(self, start: Numbers) -> Numbers:
        return np.searchsorted(self._breaks, start, "left")

    def gather(self, gathered: Gatherings) -> dict[frozenset[str], int]:
        """Counts all; gives lines by the set of identifiers that they expose, two or more."""
        self._supported(gathered)
        self._lookalikes(gathered)
        exposed = [self._of_identifier(place, gathered) for place in np.unique(self._matches.place).tolist()]
        return self._together(exposed)

    def _supported(self, gathered: Gatherings) -> None:
        found = self._found
        supported = found.at(nonzero(found.supported & (found.base > 0)))
        for place in np.unique(supported.place).tolist():
            best = float(supported.score[supported.place == place].max())
            one = gathered[self._identifiers[place].id]
            one.supported = max(one.supported, best)

    def _lookalikes(self, gathered: Gatherings) -> None:
        """Counts look-alikes as `lookalikes_of` does, a line being a row."""
        told = np.array([one.chance < 1 for one in self._identifiers])
        found = self._found.at(nonzero(told[self._found.place])) if len(told) else self._found
        spots = np.unique(np.column_stack([found.place, self._line_of(found.start), found.start]), axis=0)
        rows, counts = np.unique(spots[:, :2], axis=0, return_counts=True)
        passed = Counter(zip(self._matches.place.tolist(), self._line.tolist(), strict=True))
        for (place, line), count in zip(rows.tolist(), counts.tolist(), strict=True):
            more = 1 if count == 1 else max(1, round(count / max(1, passed[place, line])))
            gathered[self._identifiers[place].id].lookalikes += more

    def _of_identifier(self, place: int, gathered: Gatherings) -> tuple[int, Numbers]:
        """Counts the matches of one identifier; gives it and the lines that expose it."""
        mine = self._matches.at(self._matches.place == place)
        line = self._line[self._matches.place == place]
        first = nonzero(np.diff(line, prepend=-1))
        weakest = np.minimum.reduceat(mine.form, first)
        one = gathered[self._identifiers[place].id]
        score = round(float(mine.score.max()), 4)
        for number, count in enumerate(np.bincount(weakest).tolist()):
            if count:
                one.count([WEAKEST_FIRST[number]], count, whole=False, score=score)
        texts = [self._text[start:end] for start, end in zip(mine.start.tolist(), mine.end.tolist(), strict=True)]
        held = [WEAKEST_FIRST[number] for number in mine.form.tolist()]
        for form in dict.fromkeys(held):
            one.keep(form, [text for text, other in zip(texts, held, strict=True) if other is form])
        if one.looks_at(held):
            pairs = list(zip(held, texts, strict=True))
            for low, high in zip(first.tolist(), [*first[1:].tolist(), len(pairs)], strict=True):
                one.see(pairs[low:high], 1)
        return place, line[first][_EXPOSED[weakest]]

    def _together(self, exposed: Sequence[tuple[int, Numbers]]) -> dict[frozenset[str], int]:
        if len(exposed) < 2:  # noqa: PLR2004 - nothing is together with itself
            return {}
        line = np.concatenate([lines for _, lines in exposed])
        place = np.repeat([place for place, _ in exposed], [len(lines) for _, lines in exposed]).astype(np.uint16)
        order = np.lexsort((place, line))
        line, raw = line[order], place[order].tobytes()
        first = nonzero(np.diff(line, prepend=-1))
        borders = np.append(first, len(line))
        sets = Counter(
            raw[2 * low : 2 * high]
            for low, high in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True)
            if high - low > 1
        )
        return {
            frozenset(self._identifiers[place].id for place in np.frombuffer(one, np.uint16).tolist()): count
            for one, count in sets.items()
        }
