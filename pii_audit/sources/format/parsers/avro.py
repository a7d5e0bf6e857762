"""Avro object container files: each record a row, nested values by their path as in JSON."""

from __future__ import annotations

from typing import BinaryIO

import fastavro

from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.jsonpath import row_of
from pii_audit.sources.format.parsers.typed import plain


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends every record as a row, then as text what is said of the file."""
    sink.begin(Part(PartKind.TABLE))
    records = fastavro.reader(file)
    for record in records:
        sink.row(row_of(plain(record)))
    for about, said in records.metadata.items():
        sink.text(f"{about}: {said}\n")
