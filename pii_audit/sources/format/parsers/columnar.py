"""Parquet, ORC and Arrow files: each record a row, nested values by their path as in JSON; a few thousand rows in memory at a time.

Where no column is nested, cells are taken column by column: a record as a Python object costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

import pyarrow as pa
from pyarrow import ipc, orc, parquet

from pii_audit.model.asset import Field
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.jsonpath import row_of, scalar, telling
from pii_audit.sources.format.parsers.typed import plain

ROWS = 4_096
BYTES = 8 << 20
"""Rows that are taken at once at most, and bytes of them."""
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
    by_column = len(flat) == len(set(schema.names)) == len(schema) and not any(map(telling, schema.names))
    for batch in batches:
        rows = max(1, min(ROWS, ROWS * BYTES // max(1, batch.nbytes)))
        for start in range(0, batch.num_rows, rows):
            part = batch.slice(start, rows)
            if by_column:
                sink.columns([list(map(_cell, column.to_pylist())) for column in part.columns])
            else:
                for record in part.to_pylist():
                    sink.row(row_of(plain(record)))


def _cell(value: object) -> str | None:
    return value if type(value) is str and "\0" not in value else scalar(plain(value))
