"""Parquet, ORC and Arrow files: each record a row, nested values by their path as in JSON; a few thousand rows in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

import pyarrow as pa
from pyarrow import ipc, orc, parquet

from pii_audit.model.asset import Field
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.jsonpath import row_of
from pii_audit.sources.format.parsers.typed import plain

ROWS = 4_096
# The default allocators reserve address space by the gigabyte, which a parser's process does not have.
pa.set_memory_pool(pa.system_memory_pool())


def parse_parquet(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends every record of every row group."""
    opened = parquet.ParquetFile(file, pre_buffer=False)
    _send(opened.schema_arrow, opened.iter_batches(ROWS, use_threads=False), sink)


def parse_orc(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - as above
    """Sends every record of every stripe."""
    opened = orc.ORCFile(file)
    _send(opened.schema, (opened.read_stripe(number) for number in range(opened.nstripes)), sink)


def parse_arrow(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - as above
    """Sends every record of every batch of an Arrow IPC file, which Feather version 2 is too."""
    opened = ipc.open_file(file)
    _send(opened.schema, (opened.get_batch(number) for number in range(opened.num_record_batches)), sink)


def _send(schema: pa.Schema, batches: Iterable[pa.RecordBatch], sink: Sink) -> None:
    flat = tuple(Field(one.name, str(one.type)) for one in schema if not pa.types.is_nested(one.type))
    sink.begin(Part(PartKind.TABLE, fields=flat))
    for batch in batches:
        for start in range(0, batch.num_rows, ROWS):
            for record in batch.slice(start, ROWS).to_pylist():
                sink.row(row_of(plain(record)))
