"""The detector of a collector: values one by one, by Python alone, where the program counts kinds of them as arrays."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from pii_audit.detection import clearing
from pii_audit.detection.cell import Cell
from pii_audit.detection.clearing import BORDER, Clearing
from pii_audit.detection.column_name import ColumnName
from pii_audit.detection.encodings import decoded
from pii_audit.detection.gather import Gatherings
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
from pii_audit.detection.tally import Detector
from pii_audit.detection.values import ValueReader, whole_cell
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.identifiers.fold import fold
from pii_audit.model.asset import Asset, TableChunk
from pii_audit.model.evidence import AssetTally, FieldTally
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.forms import Form

ENCODED_THRESHOLD = 0.5
"""As in `detection.cells`."""
_HAN = range(0x4E00, 0xA000)


class PlainDetector(Detector):
    """Tallies the chunks of tables as `Detector` does, which a test holds it to."""

    def __init__(
        self, catalogue: Catalogue, fingerprinter: Fingerprinter, *, samples: bool = True, own_bins: Iterable[str] = ()
    ) -> None:
        super().__init__(catalogue, fingerprinter, samples=samples, own_bins=own_bins, matcher=Matcher)
        self._values = ValueReader(catalogue, self._matcher)
        self._clearing = Clearing(self._matcher)
        # From so many characters on invisible ones are looked for with NumPy.
        clearing.LONG = sys.maxsize

    def _tally_table(self, asset: Asset, chunk: TableChunk) -> AssetTally:
        fields: dict[str, FieldTally] = {}
        exposed: dict[int, set[str]] = defaultdict(set)
        for name, cells in chunk.columns.items():
            rows_of: dict[str, list[int]] = defaultdict(list)
            for row, value in enumerate(cells):
                if value:
                    rows_of[value].append(row)
            gathered = Gatherings(self.catalogue, self._own_bins)
            values = list(rows_of)
            for value, cell in zip(values, self._cells_of(values, self.column(asset, name)), strict=True):
                for identifier in _count(cell, value, len(rows_of[value]), gathered):
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
                prose=sum(rows for value, rows in counts.items() if _spoken(value) and is_prose(kind_of(value))),
            )
        together = Counter(frozenset(found) for found in exposed.values() if len(found) > 1)
        return AssetTally(frozenset({chunk.id}), rows=len(chunk.rows), fields=fields, together=dict(together))

    def _cells_of(self, values: Sequence[str], name: ColumnName) -> list[Cell]:
        found = self._by_value(values, name)
        cells = [self._values.alone(value, found.get(place, ()), name) for place, value in enumerate(values)]
        hidden = {
            place: text.replace(BORDER, " ")
            for place, value in enumerate(values)
            if not cells[place].hits and (text := decoded(value))
        }
        inside = self._by_value(list(hidden.values()), name) if hidden else {}
        for number, place in enumerate(hidden):
            if number in inside:
                cells[place] = self._encoded(values[place], cells[place], inside[number])
        return cells

    def _encoded(self, value: str, cell: Cell, candidates: Sequence[Candidate]) -> Cell:
        good = [one for one in candidates if one.base > 0 and one.score >= ENCODED_THRESHOLD]
        found = dict.fromkeys(one.identifier.id for one in self._matcher.resolve(good))
        return Cell(tuple(whole_cell(value, identifier, Form.ENCODED) for identifier in found), cell.lookalikes)

    def _by_value(self, values: Sequence[str], name: ColumnName) -> dict[int, list[Candidate]]:
        """Candidates of all values joined, by the value in which they stand, offsets within it."""
        starts = list(accumulate((len(value) + 1 for value in values), initial=0))
        found: dict[int, list[Candidate]] = defaultdict(list)
        for one in self._clearing.candidates(BORDER.join(values), refuted=True, hinted=name.positive):
            place = bisect_right(starts, one.start) - 1
            found[place].append(one.moved(-starts[place]))
        return found


def _count(cell: Cell, value: str, rows: int, gathered: Gatherings) -> Iterator[str]:
    """Counts so many rows of one value; gives the identifiers that they expose."""
    for identifier, lookalikes in cell.lookalikes.items():
        gathered[identifier].lookalikes += lookalikes * rows
    for identifier in sorted({hit.match.identifier for hit in cell.hits}):
        hits = [hit for hit in cell.hits if hit.match.identifier == identifier]
        one = gathered[identifier]
        one.supported = max(one.supported, *(hit.match.score if hit.supported else 0.0 for hit in hits))
        held = [(hit.match.form, value[hit.match.start : hit.match.end]) for hit in hits]
        for form, text in held:
            one.keep(form, [text])
        forms = [form for form, _ in held]
        if one.looks_at(forms):
            one.see(held, rows)
        score = max((hit.match.score for hit in hits if not hit.by_name), default=0.0)
        if one.count(forms, rows, whole=any(hit.whole for hit in hits), score=score):
            yield identifier


class _Kinds(dict[int, str]):
    """The sign that stands for each folded character, as in `detection.kinds`."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        if sign.isascii() and sign.isalnum() and sign not in "Xx":
            sign = "0" if sign.isdecimal() else "A" if sign.isupper() else "a"
        elif code in _HAN:
            sign = "汉"
        self[code] = sign
        return sign


_KINDS = _Kinds()


def kind_of(value: str) -> str:
    """The kind of one value."""
    return fold(value).translate(_KINDS)


def _spoken(value: str) -> bool:
    folded = fold(value)
    return " " in folded or any(ord(sign) in _HAN for sign in folded)


def _agreed(value: str) -> bool:
    """Whether a value is a yes, or the number or date of a consent."""
    if len(value) <= LONGEST_AGREEMENT and value.strip().lower() in AGREEMENTS:
        return True
    folded = fold(value)
    if len(value) > LONGEST_REFERENCE or not any(sign in "123456789" for sign in folded):
        return False
    return is_reference(kind_of(value)) and (not _spoken(value) or REFERENCE.fullmatch(folded.strip()) is not None)


def _months(counts: Mapping[str, int]) -> dict[str, int]:
    """Rows by month, where values are dates."""
    months: Counter[str] = Counter()
    for value, rows in counts.items():
        found = DATE.fullmatch(fold(value).strip()) if len(value) <= LONGEST_DATE and is_date(kind_of(value)) else None
        if found:
            months[f"{found[1]}-{int(found[2]):02d}"] += rows
    return dict(months)
