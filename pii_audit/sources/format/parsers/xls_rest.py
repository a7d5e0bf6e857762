"""What an Excel .xls (MS-XLS) says beside its cells: text boxes, headers, lists to choose from, links, charts, caches of pivot tables."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Iterator

import olefile

from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.parsers.runs import runs

_RECORD = struct.Struct("<HH")
_CONTINUE, _TEXT_BOX = 0x3C, 0x1B6
_OF_CELLS = frozenset(
    {
        *(0xFC, 0xFF, 0xFD, 0x203, 0x27E, 0xBD, 0xBE, 0x201, 0x204, 0xD6, 0x207, 0x208, 0xD7),  # strings, cells, rows
        *(0xE0, 0x31, 0x41E, 0x293, 0x92, 0x87D, 0x892, 0x88E, 0x896),  # how they look
        *(0xEB, 0x85),  # pictures, names of sheets
    }
)
"""Records that are read with the cells, or of which nothing can be about somebody (2.3)."""
_TEXTS = frozenset(
    {0x14, 0x15, 0x89C, _TEXT_BOX, 0x1BE, 0x1B8, 0x800, 0x100D, 0x5C, 0xCD, 0x5A, 0x1C, 0x18, 0x1AE, 0x23, 0xEC}
)
"""Records that hold words: headers, text boxes, validations, links, titles of series, the last user, items of pivot tables, other books."""
_CACHE = "_sx_db_cur"


def send_records(compound: olefile.OleFileIO, read: Collection[str], unshown: Iterable[str], sink: Sink) -> None:
    """Sends it as one text, without the lines that were read, and with the strings that no cell shows."""
    said = dict.fromkeys(filter(None, map(str.strip, unshown)))
    for entry in compound.listdir():
        if entry[0].lower() in ("workbook", "book", _CACHE):
            said.update(dict.fromkeys(_said(compound.openstream(entry).read())))
    lines = [line for line in said if line not in read]
    if lines:
        sink.begin(Part(PartKind.TEXT, "other parts"))
        sink.text("\n".join(lines) + "\n")


def _said(stream: bytes) -> Iterator[str]:
    before = 0
    for kind, data in _records(stream):
        before = before if kind == _CONTINUE else kind
        if before in _OF_CELLS:
            continue
        yield from runs(data, words=before in _TEXTS)


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _RECORD.size <= len(stream):
        kind, size = _RECORD.unpack_from(stream, at)
        at += _RECORD.size
        yield kind, stream[at : at + size]
        at += size
