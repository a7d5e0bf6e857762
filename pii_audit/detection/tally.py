"""Chunks in, tallies out: the raw counts, samples and sketches of one chunk of an asset."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pii_audit.detection import forms
from pii_audit.detection.bulk.matcher import BulkMatcher
from pii_audit.detection.cells import MATCH_THRESHOLD, Cell, CellReader, ColumnName, Hit, lookalikes_of
from pii_audit.detection.clearing import Clearing
from pii_audit.detection.gather import Gathering
from pii_audit.detection.matcher import Candidate, Matcher, Taken
from pii_audit.detection.names.running import NAMED, RunningText
from pii_audit.detection.names.span import ADDRESS
from pii_audit.identifiers.addresses import area_columns
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.identifiers.model import Pattern
from pii_audit.model.asset import Asset, Chunk, Field, TableChunk, TextChunk
from pii_audit.model.evidence import FREE_TEXT, AssetTally, Evidence, FieldTally, Match
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.forms import Form

_DATE = re.compile(
    r"((?:18|19|20|21)[0-9]{2})(?:[-/.]|年)?(0[1-9]|1[0-2]|(?<=[-/.年])[1-9])(?:(?:[-/.]|月)?[0-3]?[0-9]日?)?(?:[T ].*)?"
)
_AGREEMENTS = frozenset(
    {
        "1",
        "y",
        "yes",
        "t",
        "true",
        "agree",
        "agreed",
        "granted",
        "是",
        "有",
        "同意",
        "已同意",
        "授权",
        "已授权",
        "已签署",
    }
)
_REFERENCE = re.compile(r"(?=.*[1-9])[0-9A-Za-z][0-9A-Za-z._/: 年月日-]{3,39}")
"""A consent's number or date: at least four characters, and more than zeros."""
_LONGEST_DATE = 40
"""Characters; a longer cell is not looked at."""
_SENTENCE = 15
_PROSE = re.compile(r"[\u4e00-\u9fff][，。；！？,;!?][^0-9A-Za-z]|(?:[A-Za-z']+[,;]? ){7}[A-Za-z']+")
"""Han text with a mark inside, or eight Latin words in a row: an address has neither."""
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
        self._cells = CellReader(catalogue, self._matcher)
        self._fingerprinter = fingerprinter
        self._names = RunningText(self._ids) if names and not self._ids.isdisjoint(NAMED) else None
        self._samples = samples
        self._own_bins = tuple(own_bins)
        self._columns: dict[tuple[Field, tuple[str, ...]], ColumnName] = {}

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
        return self._matches(text, self._engine.candidates(text))

    def located(self, asset: Asset, chunk: TableChunk) -> Iterator[tuple[int, str, Match, str]]:
        """Each match of a table chunk in reading order: (row number, field, match within the cell, cell)."""
        columns = {name: self._distinct(asset, name, cells) for name, cells in chunk.columns.items()}
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

    def _distinct(self, asset: Asset, name: str, cells: Sequence[str | None]) -> Mapping[str, Cell]:
        values = list(dict.fromkeys(value for value in cells if value))
        read = self._cells.read(values, self.column(asset, name))
        if self._names is not None:
            for place, matches in self._names.in_cells(values).items():
                read[place] = _with_names(read[place], matches)
        return dict(zip(values, read, strict=True))

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
        extra = [
            Match(name, start, end, MASKED_SCORE, Form.MASKED)
            for start, end, name in forms.masked_numbers(text)
            if name in self._ids
        ]
        if self._names is not None:
            named = self._names.in_text(text)
            # The pattern of addresses knows the usual ones; running text has them longer.
            spans = [(one.start, one.end) for one in named if one.identifier == ADDRESS]
            matches = [one for one in matches if one.identifier != ADDRESS or not _overlaps(one, spans)]
            extra += named
        if extra:
            taken = Taken()
            matches = [one for one in (*matches, *extra) if taken.add(one.start, one.end)]
        return sorted(matches, key=lambda match: match.start)

    def _tally_table(self, asset: Asset, chunk: TableChunk) -> AssetTally:
        fields: dict[str, FieldTally] = {}
        together: dict[int, set[str]] = defaultdict(set)
        for name, cells in chunk.columns.items():
            rows_of: dict[str, list[int]] = defaultdict(list)
            for place, value in enumerate(cells):
                if value:
                    rows_of[value].append(place)
            gathered: dict[str, Gathering] = {}
            for value, cell in self._distinct(asset, name, cells).items():
                for identifier in self._gather(gathered, value, cell, len(rows_of[value])):
                    for place in rows_of[value]:
                        together[place].add(identifier)
            filled = sum(map(len, rows_of.values()))
            refused = sum(
                len(rows)
                for value, rows in rows_of.items()
                if value.strip().lower() not in _AGREEMENTS and not _REFERENCE.fullmatch(value.strip())
            )
            prose = sum(
                len(rows) for value, rows in rows_of.items() if len(value) >= _SENTENCE and _PROSE.search(value)
            )
            months, evidence = _months(rows_of), self._evidence(gathered)
            fields[name] = FieldTally(len(cells), filled, refused, months, evidence, prose)
        combinations = Counter(frozenset(found) for found in together.values() if len(found) > 1)
        return AssetTally(frozenset({chunk.id}), rows=len(chunk.rows), fields=fields, together=dict(combinations))

    def _gather(self, gathered: dict[str, Gathering], value: str, cell: Cell, rows: int) -> Iterator[str]:
        """Adds one distinct value that stands in so many rows; gives the identifiers that it exposes."""
        found = {hit.match.identifier for hit in cell.hits}
        for identifier, lookalikes in cell.lookalikes.items():
            self._of(gathered, identifier).lookalikes += lookalikes * rows
        for identifier in sorted(found):
            hits = [hit for hit in cell.hits if hit.match.identifier == identifier]
            one = self._of(gathered, identifier)
            one.supported = max(one.supported, *(hit.match.score if hit.supported else 0.0 for hit in hits))
            pairs = [(hit.match, value[hit.match.start : hit.match.end]) for hit in hits]
            score = max((hit.match.score for hit in hits if not hit.by_name), default=0.0)
            if one.add(pairs, rows, whole=any(hit.whole for hit in hits), score=score):
                yield identifier

    def _tally_text(self, chunk: TextChunk) -> AssetTally:
        text = chunk.text
        breaks = [found.start() for found in re.finditer("\n", text)]
        lines = len(breaks) + (0 if text.endswith("\n") or not text else 1)
        candidates = list(self._engine.candidates(text, refuted=True))
        gathered: dict[str, Gathering] = {}
        for candidate in candidates:
            if candidate.supported and candidate.base:
                one = self._of(gathered, candidate.identifier.id)
                one.supported = max(one.supported, candidate.score)
        together: Counter[frozenset[str]] = Counter()
        for found, matches in _by_line(candidates, self._matches(text, candidates), breaks):
            for identifier, lookalikes in lookalikes_of(found, matches).items():
                self._of(gathered, identifier).lookalikes += lookalikes
            exposed = set()
            for identifier in sorted({match.identifier for match in matches}):
                pairs = [(match, text[match.start : match.end]) for match in matches if match.identifier == identifier]
                if self._of(gathered, identifier).add(pairs, 1, score=max(match.score for match, _ in pairs)):
                    exposed.add(identifier)
            if len(exposed) > 1:
                together[frozenset(exposed)] += 1
        free_text = FieldTally(rows=lines, filled=lines, evidence=self._evidence(gathered))
        return AssetTally(frozenset({chunk.id}), lines, len(text), {FREE_TEXT: free_text}, dict(together))

    def _of(self, gathered: dict[str, Gathering], identifier: str) -> Gathering:
        if identifier not in gathered:
            gathered[identifier] = Gathering(self.catalogue[identifier], self._own_bins)
        return gathered[identifier]

    def _evidence(self, gathered: Mapping[str, Gathering]) -> dict[str, Evidence]:
        return {
            identifier: one.evidence(self._fingerprinter, samples=self._samples)
            for identifier, one in sorted(gathered.items())
        }


def _beside_letters(pattern: Pattern) -> Pattern:
    return replace(pattern, boundary="digit") if pattern.boundary == "ascii_alnum" else pattern


def _with_names(cell: Cell, matches: Sequence[Match]) -> Cell:
    """A cell with the names that its text holds beside what was found in it."""
    taken = Taken()
    for hit in cell.hits:
        taken.add(hit.match.start, hit.match.end)
    return replace(
        cell, hits=(*cell.hits, *(Hit(one, whole=False) for one in matches if taken.add(one.start, one.end)))
    )


def _overlaps(match: Match, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a match overlaps one of some spans in reading order."""
    place = bisect_left(spans, (match.end, 0)) - 1
    return place >= 0 and spans[place][1] > match.start


def _by_line(
    candidates: Iterable[Candidate], matches: Iterable[Match], breaks: Sequence[int]
) -> Iterator[tuple[list[Candidate], list[Match]]]:
    """Candidates and matches of each line in which one starts, matches in reading order."""
    lines: dict[int, tuple[list[Candidate], list[Match]]] = defaultdict(lambda: ([], []))
    for candidate in candidates:
        lines[bisect_left(breaks, candidate.start)][0].append(candidate)
    for match in matches:
        lines[bisect_left(breaks, match.start)][1].append(match)
    yield from lines.values()


def _months(rows_of: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Rows by month, where values are dates: ISO 8601, its basic form, and 年月日."""
    months: Counter[str] = Counter()
    for value, rows in rows_of.items():
        found = _DATE.fullmatch(value.strip()) if len(value) <= _LONGEST_DATE else None
        if found:
            months[f"{found[1]}-{int(found[2]):02d}"] += len(rows)
    return dict(months)


def without_rejected(tally: AssetTally, kept: frozenset[str]) -> AssetTally:
    """A tally whose combinations hold only the identifiers that were judged to be there."""
    together: Counter[frozenset[str]] = Counter()
    for found, rows in tally.together.items():
        if len(found & kept) > 1:
            together[found & kept] += rows
    return replace(tally, together=dict(together))
