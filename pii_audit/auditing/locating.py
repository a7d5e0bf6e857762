"""Where the rows of a finding are: detected again beside the data, written as keys and masks, never as values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pii_audit.detection.gather import masked_sample
from pii_audit.detection.redact import Redactor
from pii_audit.detection.tally import Detector
from pii_audit.errors import InspectionError, UsageError
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.language import Text
from pii_audit.model.asset import Asset, Chunk, TableChunk, TextChunk
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import Match
from pii_audit.model.finding import Finding
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.render.safe import safe_cell
from pii_audit.sources.interface import Reading, Sampling, Source, Tallied
from pii_audit.sources.registry import open_source
from pii_audit.workspace import Workspace, load_key, resolved

COLUMNS = ("asset", "field", "row", "offset", "key_column", "key", "identifier", "form", "masked")


@dataclass(frozen=True, slots=True)
class Row:
    """One place: the row (0-based, header not counted) with its key, or the character of free text at which it stands."""

    asset: str
    field: str
    row: int | None
    offset: int | None
    key_column: str
    key: str
    identifier: str
    form: str
    masked: str


@dataclass
class Located:
    """What was found again, and the assets that could not be read (or are not there any more)."""

    rows: list[Row] = field(default_factory=list)
    missed: list[Coverage] = field(default_factory=list)

    def as_csv(self) -> str:
        """The rows as CSV (RFC 4180) for programs that correct data; identifiers in keys are masked, formulas quoted."""
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for row in self.rows:
            values = (getattr(row, name) for name in COLUMNS)
            writer.writerow(["" if value is None else safe_cell(str(value)) for value in values])
        return stream.getvalue()


@dataclass(frozen=True)
class _Search:
    """What is looked for, and the means: identifiers by asset and field as shown, or by identifier alone."""

    finding: Finding
    detector: Detector
    redactor: Redactor
    places: frozenset[tuple[str, str, str]]

    def wanted(self, asset: str, column: str, identifier: str) -> bool:
        """Whether such a match is what the finding is about."""
        if self.places:
            return (asset, column, identifier) in self.places
        return identifier in self.finding.identifiers


def locate(space: Workspace, finding: Finding) -> Located:
    """Reads the assets of a finding again, in full. UsageError where it is about no values, or its source is not declared any more."""
    if not finding.identifiers or not finding.assets:
        raise UsageError(
            Text(
                "该发现不涉及具体的值，没有可定位的行", "this finding is about no values: there are no rows to locate"
            ),
            where=finding.fingerprint[:12],
            todo=Text("用 findings show 查看其证据", "`findings show` has its evidence"),
        )
    fingerprinter = Fingerprinter(load_key(space))
    detector = Detector(load_catalogue(space.identifiers), fingerprinter)
    search = _Search(finding, detector, Redactor(detector, fingerprinter), _places(finding))
    located = Located()
    by_source: dict[str, set[str]] = {}
    # Those with values, if it says which: another asset may only be what they were compared with.
    for asset in {asset for asset, _, _ in search.places} or finding.assets:
        by_source.setdefault(asset.partition(":")[0], set()).add(asset)
    sources = {name: space.source(name) for name in sorted(by_source)}
    if all(source.kind == "export_jobs" for source in sources.values()):
        raise UsageError(
            Text("该发现是关于脚本的，脚本没有数据行", "this finding is about a script, which has no rows"),
            where=str(finding.location) if finding.location else finding.fingerprint[:12],
            todo=Text("在其所读的表中查找", "look in the tables that it reads"),
        )
    for source_id, source in sources.items():
        if source.kind == "export_jobs":
            continue
        assets = by_source[source_id]
        opened = open_source(resolved(source), root=space.root, key=lambda: load_key(space))
        try:
            _search(opened, assets, search, located)
        finally:
            opened.close()
    return located


def _places(finding: Finding) -> frozenset[tuple[str, str, str]]:
    listed = finding.evidence.get("found")
    found: Sequence[Mapping[str, str | None]] = listed if isinstance(listed, list) else ()
    return frozenset((str(one["asset"]), one["field"] or "", str(one["identifier"])) for one in found)


def _search(source: Source, assets: set[str], search: _Search, into: Located) -> None:
    missing = set(assets)
    for met in source.assets():
        if isinstance(met, Coverage):
            row = search.redactor.coverage(met)
            if row.id in missing:
                missing.discard(row.id)
                into.missed.append(row)
            continue
        # What it contains is named after it: a.zip!b.csv.
        shown = search.redactor.asset(met).id
        if not any(name == shown or name.startswith(f"{shown}!") for name in missing):
            continue
        for asset, reading in source.open(met, Sampling()):
            name = search.redactor.asset(asset).id
            if name in missing:
                missing.discard(name)
                _read(asset, name, reading, search, into)
    gone = Text("已不存在", "it is not there any more")
    for name in sorted(missing):
        prefix, _, rest = name.partition(":")
        into.missed.append(Coverage(prefix, rest, CoverageStatus.FAILED, gone))


def _read(asset: Asset, name: str, reading: Reading, search: _Search, into: Located) -> None:
    failure: Text | None = None
    if isinstance(reading, Tallied):
        failure = Text(
            "采集包不含原始数据，请在数据库所在处定位", "a bundle holds no rows; look for them where the database is"
        )
    try:
        for chunk in reading:
            into.rows.extend(_rows(asset, name, chunk, search))
    except InspectionError as error:
        failure = error.what
    coverage = search.redactor.coverage(reading.coverage())
    if failure is not None:
        coverage = replace(coverage, status=CoverageStatus.FAILED, reason=failure)
    if coverage.incomplete:
        into.missed.append(coverage)


def _rows(asset: Asset, name: str, chunk: Chunk, search: _Search) -> Iterator[Row]:
    if isinstance(chunk, TextChunk):
        for match in search.detector.text_matches(chunk.text):
            if search.wanted(name, "", match.identifier):
                text = chunk.text[match.start : match.end]
                yield _row(name, "", match, text, search, offset=chunk.offset + match.start)
        return
    found = list(search.detector.located(asset, chunk))
    key_column = _key_column(chunk, {column for _, column, _, _ in found})
    keys = chunk.columns[key_column] if key_column is not None else ()
    place = {number: index for index, number in enumerate(chunk.rows)}
    shown_key = search.redactor.name(key_column) if key_column is not None else ""
    for number, column, match, cell in found:
        shown = search.redactor.name(column)
        if search.wanted(name, shown, match.identifier):
            key = search.redactor.name(keys[place[number]] or "") if key_column is not None else ""
            row = _row(name, shown, match, cell[match.start : match.end], search, row=number)
            yield replace(row, key_column=shown_key, key=key)


def _row(
    name: str,
    column: str,
    match: Match,
    text: str,
    search: _Search,
    *,
    row: int | None = None,
    offset: int | None = None,
) -> Row:
    definition = search.detector.catalogue[match.identifier]
    masked = masked_sample(definition, match.form, text)
    return Row(name, column, row, offset, "", "", match.identifier, str(match.form), masked)


def _key_column(chunk: TableChunk, holding: set[str]) -> str | None:
    """The first column that tells the rows apart and holds no identifier; without one, the row's number has to do."""
    for name, cells in chunk.columns.items():
        if name not in holding and all(cells) and len(set(cells)) == len(cells):
            return name
    return None
