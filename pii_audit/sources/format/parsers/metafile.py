"""Windows metafiles, EMF (MS-EMF) with EMF+ (MS-EMFPLUS) and WMF (MS-WMF): the text that they write, and the bitmaps that they draw."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from pii_audit.language import Text
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.expansion import broken_off
from pii_audit.sources.format.parsers.blips import bitmap
from pii_audit.sources.format.parsers.pictures import LARGEST, Pictures

_EMF_SIGNATURE = b" EMF"
_SIGNATURE_AT = 40
_PLACEABLE = b"\xd7\xcd\xc6\x9a"
_PLACEABLE_HEADER, _WMF_HEADER = 22, 18
_GLYPHS, _NO_RECTANGLE, _SMALL, _BOXED = 0x10, 0x100, 0x200, 0x6
"""Options of text (MS-EMF 2.1.11, MS-WMF 2.1.2.2): numbers of glyphs, no bounds, one byte a character, a rectangle before the text."""
_EOF, _COMMENT, _SMALL_TEXT = 14, 70, 108
_TEXTS = {83: 1, 84: 2}
"""EMR_EXTTEXTOUTA and W with the bytes of a character."""
_SEVERAL = {96: 1, 97: 2}
"""EMR_POLYTEXTOUTA and W."""
_BITMAPS = {76: 84, 77: 84, 78: 84, 80: 48, 81: 48, 114: 84, 116: 84}
"""Records that draw a bitmap, and where they say its place (MS-EMF 2.3.1)."""
_PLUS = b"EMF+"
_PLUS_STRING, _PLUS_DRIVER_STRING, _PLUS_OBJECT = 0x401C, 0x4036, 0x4008
_PLUS_IMAGE, _AS_IT_WAS = 5, b"\1\0\0\0"
"""An object that is an image; a bitmap, and one that stands as the file that it was (MS-EMFPLUS 2.2.1.4, 2.2.2.2)."""
_WMF_TEXT, _WMF_EXT_TEXT = 0x0521, 0x0A32
_WMF_BITMAPS = {0x0F43: 22, 0x0B41: 20, 0x0940: 16, 0x0D33: 18}
"""META_STRETCHDIB, DIBSTRETCHBLT, DIBBITBLT and SETDIBTODEV, and where the bitmap begins in each (MS-WMF 2.3.1)."""
_HEADERS = (12, 40, 52, 56, 64, 108, 124)
"""Bytes of the headers that a bitmap may have."""


@dataclass
class _Drawing:
    """What was written and drawn so far; `glyphs` says that text stands as numbers of glyphs, which say nothing without the font."""

    text: str = ""
    bitmaps: list[bytes] = field(default_factory=list)
    glyphs: bool = False
    _line: int | None = None
    _end: int | None = None

    def write(self, text: str, x: int, y: int, advance: list[int]) -> None:
        """Text at a place: what goes on where the last one ended is one with it, what stands beside it another column."""
        if not text:
            return
        width = sum(advance)
        near = self._end is not None and abs(x - self._end) * 2 * len(advance) <= width
        if self._line is not None:
            self.text += "\n" if y != self._line else "" if near else "\t"
        self.text += text.replace("\0", " ")
        self._line, self._end = y, x + width if width else None

    def draw(self, dib: bytes) -> None:
        """A bitmap with its header and colours in front."""
        if len(dib) > 4 and int.from_bytes(dib[:4], "little") in _HEADERS:  # noqa: PLR2004 - the size of the header
            self.bitmaps.append(bitmap(dib))


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends the text, then the bitmaps as files."""
    data = file.read(LARGEST)
    drawing = _Drawing()
    read = _read_emf if data.startswith(_EMF_SIGNATURE, _SIGNATURE_AT) else _read_wmf
    whole = read(data, drawing)
    sink.begin(Part(PartKind.TEXT))
    sink.text(drawing.text)
    if drawing.glyphs:
        sink.fail(Text("文字以字形编号存放，无法读取", "text stands as numbers of glyphs, which cannot be read"))
    if not whole:
        sink.fail(broken_off().what)
    pictures = Pictures(sink)
    for number, one in enumerate(drawing.bitmaps, 1):
        pictures.send(f"picture {number}", one)
    pictures.tell()


def _read_emf(data: bytes, drawing: _Drawing) -> bool:
    """Whether the last record was reached."""
    at = 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<LL", data, at)
        if size < 8 or at + size > len(data):  # noqa: PLR2004 - type and size
            return False
        try:
            _emf_record(kind, data[at : at + size], drawing)
        except struct.error:  # a record too short for what it says it is
            return False
        if kind == _EOF:
            return True
        at += size
    return False


def _emf_record(kind: int, record: bytes, drawing: _Drawing) -> None:
    if kind in _TEXTS:
        _emf_text(record, 36, _TEXTS[kind], drawing)
    elif kind in _SEVERAL:
        (count,) = struct.unpack_from("<L", record, 36)
        for number in range(min(count, len(record) // 40)):
            _emf_text(record, 40 + 40 * number, _SEVERAL[kind], drawing)
    elif kind == _SMALL_TEXT:
        x, y, count, options = struct.unpack_from("<llLL", record, 8)
        begin = 36 if options & _NO_RECTANGLE else 52
        width = 1 if options & _SMALL else 2
        _add(record[begin : begin + count * width], width, options, (x, y), [], drawing)
    elif kind in _BITMAPS:
        header, header_size, bits, bits_size = struct.unpack_from("<4L", record, _BITMAPS[kind])
        drawing.draw(record[header : header + header_size] + record[bits : bits + bits_size])
    elif kind == _COMMENT and record.startswith(_PLUS, 12):
        for what, flags, body in _plus_records(record[16 : 12 + struct.unpack_from("<L", record, 8)[0]]):
            _plus_record(what, flags, body, drawing)


def _emf_text(record: bytes, at: int, width: int, drawing: _Drawing) -> None:
    """An EmrText object (2.2.5); its places are counted from the beginning of the record."""
    x, y, count, begin, options = struct.unpack_from("<llLLL", record, at)
    (spaces,) = struct.unpack_from("<L", record, at + 36)
    advance = record[spaces : spaces + 4 * count] if spaces else b""
    steps = list(struct.unpack(f"<{len(advance) // 4}L", advance[: len(advance) & ~3]))
    _add(record[begin : begin + count * width], width, options, (x, y), steps, drawing)


def _add(raw: bytes, width: int, options: int, place: tuple[int, int], steps: list[int], drawing: _Drawing) -> None:
    if options & _GLYPHS:
        drawing.glyphs = drawing.glyphs or bool(raw)
    else:
        text = raw.decode("utf-16-le", "replace") if width > 1 else decode_cell(raw)[0]
        drawing.write(text, *place, steps)


def _plus_records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Type, flags and data of the records in a comment (MS-EMFPLUS 2.3)."""
    at = 0
    while at + 12 <= len(data):
        kind, flags, size, length = struct.unpack_from("<HHLL", data, at)
        yield kind, flags, data[at + 12 : at + 12 + length]
        at += max(size, 12)


def _plus_record(kind: int, flags: int, data: bytes, drawing: _Drawing) -> None:
    if kind == _PLUS_STRING:
        (count,) = struct.unpack_from("<L", data, 8)
        x, y = struct.unpack_from("<ff", data, 12)
        place = (int(x), int(y)) if abs(x) + abs(y) < 1 << 31 else (0, 0)
        _add(data[28 : 28 + 2 * count], 2, 0, place, [], drawing)
    elif kind == _PLUS_DRIVER_STRING:
        options, _, count = struct.unpack_from("<LLL", data, 4)
        # Without the lookup in a table of characters they are numbers of glyphs.
        _add(data[16 : 16 + 2 * count], 2, 0 if options & 1 else _GLYPHS, (0, -1), [], drawing)
    elif kind == _PLUS_OBJECT and flags >> 8 & 0x7F == _PLUS_IMAGE and data[4:8] == data[24:28] == _AS_IT_WAS:
        drawing.bitmaps.append(data[28:])


def _read_wmf(data: bytes, drawing: _Drawing) -> bool:
    """Whether the last record was reached."""
    at = (_PLACEABLE_HEADER if data.startswith(_PLACEABLE) else 0) + _WMF_HEADER
    while at + 6 <= len(data):
        words, kind = struct.unpack_from("<LH", data, at)
        if not kind:
            return True
        size = 2 * words
        if size < 6 or at + size > len(data):  # noqa: PLR2004 - size and function
            return False
        try:
            _wmf_record(kind, data[at + 6 : at + size], drawing)
        except struct.error:
            return False
        at += size
    return False


def _wmf_record(kind: int, record: bytes, drawing: _Drawing) -> None:
    if kind == _WMF_TEXT:
        (count,) = struct.unpack_from("<H", record)
        y, x = struct.unpack_from("<hh", record, 2 + count + count % 2)
        _add(record[2 : 2 + count], 1, 0, (x, y), [], drawing)
    elif kind == _WMF_EXT_TEXT:
        y, x, count, options = struct.unpack_from("<hhHH", record)
        begin = 16 if options & _BOXED else 8
        advance = record[begin + count + count % 2 :][: 2 * count]
        steps = list(struct.unpack(f"<{len(advance) // 2}h", advance[: len(advance) & ~1]))
        _add(record[begin : begin + count], 1, options, (x, y), steps, drawing)
    elif kind in _WMF_BITMAPS:
        drawing.draw(record[_WMF_BITMAPS[kind] :])
