"""pii-audit: the exact reference and the bulk engine, through the public Detector."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import add
from pathlib import Path

from benchmarks.contestants.interface import BLOCK, Scan, Told, blocks
from benchmarks.scoring import ANY, Found
from pii_audit.detection import Detector, judge
from pii_audit.detection.bulk.matcher import BulkMatcher
from pii_audit.detection.matcher import Matcher
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.asset import Asset, AssetKind, Field, TableChunk
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import Match
from pii_audit.model.fingerprint import Fingerprinter

ROWS = 20_000
"""Rows of a chunk."""
BULK_BLOCK = 8 << 20
"""Bytes that are handed to the bulk engine at once."""


def prepare_reference() -> Scan:
    """Every pattern, plainly, one after another."""
    return _text(_detector(Matcher), BLOCK)


def prepare_bulk() -> Scan:
    """The bulk engine."""
    return _text(_detector(BulkMatcher), BULK_BLOCK)


def prepare_bulk_arrays() -> Scan:
    """The bulk engine without a Python object for each span: spans, verdicts and scores as arrays, overlaps not resolved."""
    matcher = BulkMatcher(load_catalogue().values())
    matcher.find("110105 19491231 002X, a@b.cn\n" * 1_000)

    def scan(path: Path, size: int) -> Told:
        given, at = [], 0
        for block in blocks(path, size, BULK_BLOCK):
            text = block.decode()
            given.append((at, matcher.find(text)))
            at += len(text)
        return lambda: [
            Found(at + start, at + end, ANY)
            for at, some in given
            for start, end in zip(some.start.tolist(), some.end.tolist(), strict=True)
        ]

    return scan


def prepare_reference_table() -> Scan:
    """The reference over the columns of a Parquet file."""
    return _table(_detector(Matcher))


def prepare_bulk_table() -> Scan:
    """The bulk engine over the columns of a Parquet file."""
    return _table(_detector(BulkMatcher))


def _detector(matcher: type[Matcher]) -> Detector:
    return Detector(load_catalogue(), Fingerprinter.ephemeral(), matcher=matcher)


def _text(detector: Detector, size_of_block: int) -> Scan:
    def scan(path: Path, size: int) -> Told:
        given, at = list[tuple[int, list[Match]]](), 0
        for block in blocks(path, size, size_of_block):
            text = block.decode()
            given.append((at, detector.text_matches(text)))
            at += len(text)
        return lambda: [
            Found(at + one.start, at + one.end, one.identifier, one.score) for at, matches in given for one in matches
        ]

    return scan


def _table(detector: Detector) -> Scan:
    def scan(path: Path, rows: int) -> Told:
        chunks = _chunks(path, rows)
        asset: Asset | None = None
        tallies = []
        for chunk in chunks:
            asset = asset or Asset("bench", path.name, AssetKind.TABLE, tuple(map(Field, chunk.columns)), rows=rows)
            tallies.append(detector.tally(asset, chunk))
        if asset is None:
            return list
        coverage = Coverage("bench", path.name, CoverageStatus.INSPECTED, rows=rows, total=rows)
        judged = judge(detector, asset, reduce(add, tallies), coverage).fields
        return lambda: [Found(one.hits, rows, f"{one.field}:{one.identifier}", one.confidence) for one in judged]

    return scan


def _chunks(path: Path, rows: int) -> Iterator[TableChunk]:
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - the text benchmarks go without

    at = 0
    for batch in ParquetFile(path).iter_batches(ROWS):
        part = batch.slice(0, min(ROWS, rows - at))
        if part.num_rows:
            columns = {name: part.column(name).to_pylist() for name in part.schema.names}
            yield TableChunk(str(at), range(at, at + part.num_rows), columns)
        at += part.num_rows
