"""Avro object container files: each record a row, nested values by their path as in JSON."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import BinaryIO

import fastavro

from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.jsonpath import Members, row_of


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends every record as a row."""
    sink.begin(Part(PartKind.TABLE))
    for record in fastavro.reader(file):
        sink.row(row_of(_plain(record)))


def _plain(value: object) -> object:
    """A value as a JSON reader would give it; bytes as the text that they are, or nothing."""
    if isinstance(value, dict):
        return Members((str(name), _plain(below)) for name, below in value.items())
    if isinstance(value, list | tuple):
        return [_plain(below) for below in value]
    if isinstance(value, bytes):
        text, understood = decode_cell(value)
        return text if understood and "\0" not in text else None
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return value
