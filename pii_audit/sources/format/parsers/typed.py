"""Values of typed formats (Avro, Parquet, ORC, Arrow) as a reader of JSON would give them."""

from __future__ import annotations

from datetime import date, datetime, time

from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.jsonpath import Members


def plain(value: object) -> object:
    """A value as a JSON reader would give it; bytes as the text that they are, or nothing."""
    if isinstance(value, dict):
        return Members((str(name), plain(below)) for name, below in value.items())
    if isinstance(value, list | tuple):
        return [plain(below) for below in value]
    if isinstance(value, bytes):
        text, understood = decode_cell(value)
        return text if understood and "\0" not in text else None
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return value
