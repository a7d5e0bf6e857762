"""Chunks in, tallies out: the raw counts, samples and sketches of one chunk of an asset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from pii_audit.detection import forms
from pii_audit.detection.bulk.matcher import SMALL, BulkMatcher
from pii_audit.detection.cell import Hit
from pii_audit.detection.clearing import Clearing
from pii_audit.detection.column_name import ColumnName
from pii_audit.detection.digests import draw_of
from pii_audit.detection.gather import Gatherings
from pii_audit.detection.masks import EMAIL, masked_values
from pii_audit.detection.matcher import MATCH_THRESHOLD, Candidate, Matcher, Taken, overlaps
from pii_audit.detection.names.running import NAMED, RunningText
from pii_audit.detection.names.span import ADDRESS
from pii_audit.identifiers.addresses import area_columns
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.identifiers.model import Pattern
from pii_audit.model.asset import Asset, Chunk, Field, TableChunk, TextChunk
from pii_audit.model.evidence import FREE_TEXT, AssetTally, FieldTally, Match
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.forms import Form

if TYPE_CHECKING:
    from pii_audit.detection.bulk.candidates import Candidates
    from pii_audit.detection.cell import Cell
    from pii_audit.detection.cells import CellReader, Cells
    from pii_audit.detection.kinds import Column
    from pii_audit.detection.texts import Matches

MASKED_SCORE = 0.5
"""The score of a masked number that its length gives away."""


class Detector:
    """Turns chunks into tallies and locates matches; what it keeps between chunks is only what it has compiled.

    `matcher` may be the exact reference instead of the bulk engine, which finds the same. `names` also looks for personal names and postal addresses in running text (cells included), by the words around them and by the shipped model; `only` limits
    the identifiers. `own_bins` are the leading digits of the institution's own cards.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        fingerprinter: Fingerprinter,
        *,
        names: bool = False,
        samples: bool = True,
        only: Iterable[str] = (),
        own_bins: Iterable[str] = (),
        matcher: type[Matcher] = BulkMatcher,
    ) -> None:
        wanted = frozenset(only)
        self.catalogue = catalogue
        self.identifiers = tuple(one for one in catalogue.values() if not wanted or one.id in wanted)
        self._ids = frozenset(one.id for one in self.identifiers)
        self._matcher = matcher(self.identifiers)
        self._engine = Clearing(self._matcher)
        self._fingerprinter = fingerprinter
        self._names = RunningText(self._ids) if names and not self._ids.isdisjoint(NAMED) else None
        self._samples = samples
        self._own_bins = tuple(own_bins)
        self._columns: dict[tuple[Field, tuple[str, ...]], ColumnName] = {}

    @cached_property
    def _cells(self) -> CellReader:
        from pii_audit.detection.cells import CellReader  # noqa: PLC0415 - NumPy, which texts go without

        return CellReader(self.catalogue, self._matcher)

    def for_names(self) -> Detector:
        """A detector for file, column and principal names: letters beside a number do not hide it there."""
        wider = [
            replace(one, patterns=tuple(_beside_letters(pattern) for pattern in one.patterns))
            for one in self.identifiers
        ]
        known = Catalogue({one.id: one for one in wider}, self.catalogue.group_titles)
        return Detector(known, self._fingerprinter, names=self._names is not None)

    def tally(self, asset: Asset, chunk: Chunk) -> AssetTally:
        """The raw counts of one chunk."""
        return self._tally_text(chunk) if isinstance(chunk, TextChunk) else self._tally_table(asset, chunk)

    def text_matches(self, text: str) -> list[Match]:
        """The identifiers of a text in reading order, overlaps resolved; offsets in characters."""
        if len(text) < SMALL:
            return self._matches(text, self._engine.candidates(text))
        return self._array_matches(text, self._found(text)).objects(self.identifiers)

    def located(self, asset: Asset, chunk: TableChunk) -> Iterator[tuple[int, str, Match, str]]:
        """Each match of a table chunk in reading order: (row number, field, match within the cell, cell)."""
        from pii_audit.detection.tables import Rows  # noqa: PLC0415 - NumPy, which texts go without

        columns: dict[str, dict[str, Cell]] = {}
        for name, cells in chunk.columns.items():
            distinct = Rows(cells).column
            read = self._read(asset, name, distinct)
            columns[name] = dict(zip(distinct.values, read.each(), strict=True))
        for place, row in enumerate(chunk.rows):
            for name, cells in chunk.columns.items():
                value = cells[place]
                if value:
                    for hit in sorted(columns[name][value].hits, key=lambda hit: hit.match.start):
                        yield row, name, hit.match, value

    def column(self, asset: Asset, name: str) -> ColumnName:
        """What a column of an asset is called, and what that says."""
        declared = next((one for one in asset.fields if one.name == name), None) or Field(name)
        areas = area_columns(one.name for one in asset.fields if one.name != name)
        if (declared, areas) not in self._columns:
            self._columns[declared, areas] = ColumnName.read(declared, self.identifiers, areas)
        return self._columns[declared, areas]

    def _read(self, asset: Asset, name: str, column: Column) -> Cells:
        read = self._cells.read(column, self.column(asset, name))
        if self._names is not None:
            for place, matches in self._names.in_cells(column.values).items():
                read.put(place, read.cells[read.of[place]].beside(Hit(one, whole=False) for one in matches))
        return read

    def _matches(self, text: str, candidates: Iterable[Candidate]) -> list[Match]:
        good = [one for one in candidates if one.base > 0 and one.score >= MATCH_THRESHOLD]
        matches = [
            Match(
                one.identifier.id,
                one.start,
                one.end,
                round(one.score, 4),
                Form.ENCODED if one.encoded else forms.written_form(one.identifier, text, one.start, one.end),
            )
            for one in self._matcher.resolve(good)
        ]
        more = self._beside_patterns(text)
        for identifier, spans in _longer(more):
            matches = [
                one for one in matches if one.identifier != identifier or not overlaps(one.start, one.end, spans)
            ]
        taken = Taken()
        for one in matches:
            taken.add(one.start, one.end)
        matches += [one for one in more if taken.add(one.start, one.end)]
        return sorted(matches, key=lambda match: match.start)

    def _beside_patterns(self, text: str) -> list[Match]:
        """Masked values, then names and addresses in running text."""
        masked = [
            Match(name, start, end, MASKED_SCORE, Form.MASKED)
            for start, end, name in masked_values(text)
            if name in self._ids
        ]
        return masked + self._names.in_text(text) if self._names is not None else masked

    def _tally_table(self, asset: Asset, chunk: TableChunk) -> AssetTally:
        from pii_audit.detection.tables import Rows, Together, gather  # noqa: PLC0415 - NumPy, which texts go without

        fields: dict[str, FieldTally] = {}
        together = Together()
        drawn = draw_of(chunk)
        for name, cells in chunk.columns.items():
            rows, gathered = Rows(cells), Gatherings(self.catalogue, self._own_bins, drawn)
            gather(rows, self._read(asset, name, rows.column), gathered, together)
            fields[name] = rows.tally(gathered, self._fingerprinter, samples=self._samples)
        return AssetTally(frozenset({chunk.id}), rows=len(chunk.rows), fields=fields, together=together.count())

    def _tally_text(self, chunk: TextChunk) -> AssetTally:
        from pii_audit.detection.texts import Lines  # noqa: PLC0415 - NumPy, which short texts go without

        text = chunk.text
        found = self._found(text, refuted=True)
        lines = Lines(text, found, self._array_matches(text, found), self.identifiers)
        gathered = Gatherings(self.catalogue, self._own_bins, draw_of(chunk))
        together = lines.gather(gathered)
        evidence = gathered.evidence(self._fingerprinter, samples=self._samples)
        free_text = FieldTally(rows=lines.count, filled=lines.count, evidence=evidence)
        return AssetTally(frozenset({chunk.id}), lines.count, len(text), {FREE_TEXT: free_text}, together)

    def _found(self, text: str, *, refuted: bool = False) -> Candidates:
        undone = self._engine.undone(text, refuted=refuted)
        return self._matcher.arrays(text, refuted=refuted).joined(
            (self._matcher.order[one.identifier.id], one) for one in undone
        )

    def _array_matches(self, text: str, found: Candidates) -> Matches:
        from pii_audit.detection.texts import matches_of  # noqa: PLC0415 - NumPy, which short texts go without

        matches = matches_of(found, text, self.identifiers)
        more = self._beside_patterns(text)
        for identifier, spans in _longer(more):
            matches = matches.without(self._matcher.order[identifier], spans)
        return matches.beside(more, self._matcher.order)


def _beside_letters(pattern: Pattern) -> Pattern:
    return replace(pattern, boundary="digit") if pattern.boundary == "ascii_alnum" else pattern


def _longer(matches: Sequence[Match]) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Of what patterns know only in part, where all of it stands: addresses in running text, masked e-mail addresses."""
    for identifier in (ADDRESS, EMAIL):
        if spans := [(one.start, one.end) for one in matches if one.identifier == identifier]:
            yield identifier, spans


def without_rejected(tally: AssetTally, kept: frozenset[str]) -> AssetTally:
    """A tally whose combinations hold only the identifiers that were judged to be there."""
    together: Counter[frozenset[str]] = Counter()
    for found, rows in tally.together.items():
        if len(found & kept) > 1:
            together[found & kept] += rows
    return replace(tally, together=dict(together))
