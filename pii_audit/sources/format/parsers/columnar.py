"""Parquet, ORC and Arrow files: each record a row, nested values by their path as in JSON; a few thousand rows in memory at a time.

Where no column is nested, cells are taken column by column: a record as a Python object costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import BinaryIO

import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import ipc, orc, parquet

from pii_audit.model.asset import Field
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.jsonpath import Members, row_of, scalar, telling
from pii_audit.sources.format.parsers.typed import plain

ROWS = 4_096
BYTES = 8 << 20
"""Rows that are taken at once at most, and bytes of them."""
_SCHEMA = b"ARROW:schema"
"""What Arrow adds to what is said of a file: its own columns again, in Base64."""
# The default allocators reserve address space by the gigabyte, which a parser's process does not have.
pa.set_memory_pool(pa.system_memory_pool())


def parse_parquet(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends every record of every row group."""
    opened = parquet.ParquetFile(file, pre_buffer=False)
    schema = opened.schema_arrow
    _send(schema, opened.iter_batches(ROWS, use_threads=False), sink, schema.metadata)


def parse_orc(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - as above
    """Sends every record of every stripe."""
    opened = orc.ORCFile(file)
    _send(opened.schema, (opened.read_stripe(number) for number in range(opened.nstripes)), sink, opened.metadata)


def parse_arrow(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - as above
    """Sends every record of every batch of an Arrow IPC file, which Feather version 2 is too."""
    opened = ipc.open_file(file)
    batches = (opened.get_batch(number) for number in range(opened.num_record_batches))
    _send(opened.schema, batches, sink, opened.schema.metadata)


def _send(schema: pa.Schema, batches: Iterable[pa.RecordBatch], sink: Sink, said: Mapping[bytes, bytes] | None) -> None:
    """Sends the rows, then as text what is said of the file."""
    flat = tuple(Field(one.name, str(one.type)) for one in schema if not pa.types.is_nested(one.type))
    sink.begin(Part(PartKind.TABLE, fields=flat))
    by_column = len(flat) == len(set(schema.names)) == len(schema) and not any(map(telling, schema.names))
    for batch in batches:
        size = batch.nbytes + sum(map(_spelt_out, batch.columns))
        rows = max(1, min(ROWS, batch.num_rows * BYTES // max(1, size)))
        for start in range(0, batch.num_rows, rows):
            columns = [_values(column) for column in batch.slice(start, rows).columns]
            if by_column:
                sink.columns([list(map(_cell, column)) for column in columns])
            else:
                for record in zip(*columns, strict=True):
                    sink.row(row_of(Members(zip(schema.names, map(plain, record), strict=True))))
    for name, value in (said or {}).items():
        if name != _SCHEMA:
            sink.text(f"{decode_cell(name)[0]}: {decode_cell(value)[0]}\n")


def _values(column: pa.Array) -> list[object]:
    """The values as Python has them."""
    values: list[object]
    try:
        values = column.to_pylist()
    except (ValueError, OverflowError):
        values = column.cast(_lenient(column.type), safe=False).to_pylist()
    return values


def _lenient(kind: pa.DataType) -> pa.DataType:
    """A type that says the same of values for which Python has none: nanoseconds, far years, text that is not UTF-8."""
    types = pa.types
    if types.is_dictionary(kind):
        return _lenient(kind.value_type)
    if types.is_struct(kind):
        return pa.struct([one.with_type(_lenient(one.type)) for one in kind])
    if types.is_map(kind):
        return pa.map_(_lenient(kind.key_type), _lenient(kind.item_type))
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return pa.large_list(_lenient(kind.value_type))
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return pa.large_binary()
    return pa.string() if types.is_temporal(kind) else kind


def _spelt_out(column: pa.Array) -> int:
    """Bytes that the values of dictionaries take where they are repeated, at any depth."""
    if isinstance(column, pa.ExtensionArray):
        return _spelt_out(column.storage)
    if isinstance(column, pa.DictionaryArray):
        values = column.dictionary
        if not (pa.types.is_binary(values.type) or pa.types.is_string(values.type)):
            return 0
        return pc.sum(pc.binary_length(values).take(column.indices)).as_py() or 0
    if isinstance(column, pa.MapArray):
        return _spelt_out(column.keys) + _spelt_out(column.items)
    if isinstance(column, pa.StructArray | pa.ListArray | pa.LargeListArray | pa.FixedSizeListArray):
        below = column.flatten()
        return sum(map(_spelt_out, below)) if isinstance(below, list) else _spelt_out(below)
    return 0


def _cell(value: object) -> str | None:
    return value if type(value) is str and "\0" not in value else scalar(plain(value))
