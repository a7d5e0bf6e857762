"""Tables: the cells of a chunk as distinct values and row numbers, counted a column at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import nonzero
from pii_audit.detection.cells import Cells
from pii_audit.detection.digests import digests
from pii_audit.detection.gather import Gatherings, count_cell
from pii_audit.detection.groups import groups
from pii_audit.detection.kinds import Column, Sign
from pii_audit.detection.meanings import (
    AGREEMENTS,
    DATE,
    LONGEST_AGREEMENT,
    LONGEST_DATE,
    LONGEST_REFERENCE,
    REFERENCE,
    is_date,
    is_prose,
    is_reference,
    may_agree,
)
from pii_audit.identifiers.fold import fold
from pii_audit.model.evidence import FieldTally
from pii_audit.model.fingerprint import Fingerprinter


class Rows:
    """The cells of a column as distinct values, and the rows in which each stands."""

    def __init__(self, cells: Sequence[str | None]) -> None:
        distinct = dict.fromkeys(filter(None, cells))
        self.column = Column(list(distinct))
        if len(distinct) == len(cells):
            self._of = np.arange(len(cells))
        else:
            numbers: dict[str | None, int] = {None: -1, "": -1, **dict(zip(distinct, count(), strict=False))}
            self._of = np.fromiter(map(numbers.__getitem__, cells), np.int64, len(cells))
        self.counts = np.bincount(self._of[self._of >= 0], minlength=len(distinct))
        """In how many rows each value stands."""

    def holding(self, values: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The rows that hold one of some values."""
        return np.append(values, False)[self._of]

    def tally(self, gathered: Gatherings, fingerprinter: Fingerprinter, *, samples: bool) -> FieldTally:
        """The counts of the column, with what was gathered of it."""
        return FieldTally(
            rows=len(self._of),
            filled=int(self.counts.sum()),
            refused=int(self.counts[~self._agreed()].sum()),
            months=self._months(),
            evidence=gathered.evidence(fingerprinter, samples=samples),
            digests=digests(self.column.values, self.counts.tolist(), fingerprinter),
            prose=int(self.counts[self.column.of_kinds(is_prose, among=self.column.holding(Sign.SPOKEN))].sum()),
        )

    def _agreed(self) -> NDArray[np.bool_]:
        """Which values are a yes, or the number or date of a consent."""
        column = self.column
        agreed = column.holding(Sign.NONZERO) & column.of_kinds(is_reference, among=column.up_to(LONGEST_REFERENCE))
        for place in nonzero(agreed & column.holding(Sign.SPOKEN)).tolist():
            agreed[place] = REFERENCE.fullmatch(fold(column.values[place]).strip()) is not None
        for place in nonzero(column.of_kinds(may_agree, among=column.up_to(LONGEST_AGREEMENT))).tolist():
            agreed[place] |= column.values[place].strip().lower() in AGREEMENTS
        return agreed

    def _months(self) -> dict[str, int]:
        """Rows by month, where values are dates: ISO 8601, its basic form, and 年月日."""
        months: Counter[str] = Counter()
        dates = self.column.of_kinds(is_date, among=self.column.up_to(LONGEST_DATE))
        for place in nonzero(dates).tolist():
            found = DATE.fullmatch(fold(self.column.values[place]).strip())
            if found:
                months[f"{found[1]}-{int(found[2]):02d}"] += int(self.counts[place])
        return dict(months)


class Together:
    """Which identifiers the rows of a chunk expose."""

    def __init__(self) -> None:
        self._rows: dict[str, NDArray[np.bool_]] = {}

    def add(self, identifier: str, rows: NDArray[np.bool_]) -> None:
        """Some rows expose an identifier."""
        self._rows[identifier] = self._rows[identifier] | rows if identifier in self._rows else rows

    def count(self) -> dict[frozenset[str], int]:
        """Rows by the set of identifiers that they expose, two or more."""
        if len(self._rows) < 2:  # noqa: PLR2004 - nothing is together with itself
            return {}
        names = list(self._rows)
        table = np.column_stack(list(self._rows.values()))
        sets, rows = np.unique(np.packbits(table[table.sum(axis=1) > 1], axis=1), axis=0, return_counts=True)
        held = np.unpackbits(sets, axis=1, count=len(names)).astype(np.bool_)
        return {
            frozenset(name for name, there in zip(names, one, strict=True) if there): number
            for one, number in zip(held.tolist(), rows.tolist(), strict=True)
        }


def gather(rows: Rows, read: Cells, gathered: Gatherings, together: Together) -> None:
    """Counts what the cells of a column hold, those that hold the same all at once."""
    exposed: dict[str, NDArray[np.bool_]] = {}
    for number, places in groups(read.of):
        cell = read.cells[number]
        if not (cell.hits or cell.lookalikes):
            continue
        texts = [rows.column.values[place] for place in places.tolist()] if cell.hits else []
        for identifier in count_cell(cell, texts, rows.counts[places].tolist(), gathered):
            exposed.setdefault(identifier, np.zeros(len(rows.counts), np.bool_))[places] = True
    for identifier, values in exposed.items():
        together.add(identifier, rows.holding(values))
