"""The detector of a collector: values one by one, by Python alone, where the program counts kinds of them as arrays."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from pii_audit.detection import clearing, encoded_runs
from pii_audit.detection.cell import Cell
from pii_audit.detection.clearing import BORDER, Clearing
from pii_audit.detection.column_name import ColumnName
from pii_audit.detection.digests import digests, draw_of
from pii_audit.detection.encodings import decoded
from pii_audit.detection.gather import Gatherings, count_cell
from pii_audit.detection.kind import HAN, kind_of
from pii_audit.detection.matcher import Candidate, Matcher
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
)
from pii_audit.detection.spoilt import may_be_spoilt
from pii_audit.detection.tally import Detector
from pii_audit.detection.values import ValueReader, by_value
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.identifiers.fold import fold
from pii_audit.model.asset import Asset, TableChunk
from pii_audit.model.evidence import AssetTally, FieldTally
from pii_audit.model.fingerprint import Fingerprinter


class PlainDetector(Detector):
    """Tallies the chunks of tables as `Detector` does, which a test holds it to."""

    def __init__(
        self, catalogue: Catalogue, fingerprinter: Fingerprinter, *, samples: bool = True, own_bins: Iterable[str] = ()
    ) -> None:
        super().__init__(catalogue, fingerprinter, samples=samples, own_bins=own_bins, matcher=Matcher)
        self._values = ValueReader(catalogue, self._matcher)
        self._clearing = Clearing(self._matcher)
        # From so many characters on NumPy looks for what is invisible or encoded.
        clearing.LONG = encoded_runs.LONG = sys.maxsize

    def _tally_table(self, asset: Asset, chunk: TableChunk) -> AssetTally:
        fields: dict[str, FieldTally] = {}
        exposed: dict[int, set[str]] = defaultdict(set)
        drawn = draw_of(chunk)
        for name, cells in chunk.columns.items():
            rows_of: dict[str, list[int]] = defaultdict(list)
            for row, value in enumerate(cells):
                if value:
                    rows_of[value].append(row)
            gathered = Gatherings(self.catalogue, self._own_bins, drawn)
            values = list(rows_of)
            for value, cell in zip(values, self._cells_of(values, self.column(asset, name)), strict=True):
                for identifier in count_cell(cell, [value], [len(rows_of[value])], gathered):
                    for row in rows_of[value]:
                        exposed[row].add(identifier)
            evidence = gathered.evidence(self._fingerprinter, samples=self._samples)
            counts = {value: len(rows) for value, rows in rows_of.items()}
            fields[name] = FieldTally(
                rows=len(cells),
                filled=sum(counts.values()),
                refused=sum(rows for value, rows in counts.items() if not _agreed(value)),
                months=_months(counts),
                evidence=evidence,
                digests=digests(values, list(counts.values()), self._fingerprinter),
                prose=sum(rows for value, rows in counts.items() if _spoken(value) and is_prose(kind_of(value))),
            )
        together = Counter(frozenset(found) for found in exposed.values() if len(found) > 1)
        return AssetTally(frozenset({chunk.id}), rows=len(chunk.rows), fields=fields, together=dict(together))

    def _cells_of(self, values: Sequence[str], name: ColumnName) -> list[Cell]:
        found = self._by_value(values, name, cells=True)
        cells = [self._values.alone(value, found.get(place, ()), name) for place, value in enumerate(values)]
        hidden = {
            place: text.replace(BORDER, " ")
            for place, value in enumerate(values)
            if not cells[place].hits and (text := decoded(value))
        }
        inside = self._by_value(list(hidden.values()), name, cells=False) if hidden else {}
        for number, place in enumerate(hidden):
            if number in inside:
                cells[place] = self._values.encoded(values[place], cells[place], inside[number])
        spoilt = {place: (value, cells[place]) for place, value in enumerate(values) if may_be_spoilt(kind_of(value))}
        for place, cell in self._values.unspoilt(spoilt, name, lambda numbers: self._cells_of(numbers, name)).items():
            cells[place] = cell
        return cells

    def _by_value(self, values: Sequence[str], name: ColumnName, *, cells: bool) -> Mapping[int, list[Candidate]]:
        """Candidates of all values joined, by the value in which they stand, offsets within it; `cells` as in `encoded_runs`."""
        starts = list(accumulate((len(value) + 1 for value in values), initial=0))
        found = self._clearing.candidates(BORDER.join(values), refuted=True, hinted=name.positive, cells=cells)
        return by_value(starts, found)


def _spoken(value: str) -> bool:
    folded = fold(value)
    return " " in folded or HAN in kind_of(value)


def _agreed(value: str) -> bool:
    """Whether a value is a yes, or the number or date of a consent."""
    if len(value) <= LONGEST_AGREEMENT and value.strip().lower() in AGREEMENTS:
        return True
    folded = fold(value)
    if len(value) > LONGEST_REFERENCE or not any(sign in "123456789" for sign in folded):
        return False
    referring = not _spoken(value) or REFERENCE.fullmatch(folded.strip())
    return bool(referring and is_reference(kind_of(value)))


def _months(counts: Mapping[str, int]) -> dict[str, int]:
    """Rows by month, where values are dates."""
    months: Counter[str] = Counter()
    for value, rows in counts.items():
        found = DATE.fullmatch(fold(value).strip()) if len(value) <= LONGEST_DATE and is_date(kind_of(value)) else None
        if found:
            months[f"{found[1]}-{int(found[2]):02d}"] += rows
    return dict(months)
