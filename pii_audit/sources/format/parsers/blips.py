"""Images in Word, Excel and PowerPoint files of 97 to 2003: the BLIP records of their drawings (MS-ODRAW 2.2.23 to 2.2.31)."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

import olefile

from pii_audit.sources.format.isolated.frames import Sink
from pii_audit.sources.format.parsers.pictures import LARGEST, Pictures

_RECORD = struct.Struct("<HHL")
"""Version and instance, type, and the length of what follows."""
_BLIP = re.compile(
    rb"[\x40\x50]\x3d\x1a\xf0|[\x60\x70]\x21\x1b\xf0|[\x20\x30]\x54\x1c\xf0"  # EMF, WMF, PICT
    rb"|[\xa0\xb0]\x46\x1d\xf0|[\x20\x30]\x6e\x1d\xf0"  # JPEG, in RGB or CMYK
    rb"|[\x00\x10]\x6e\x1e\xf0|[\x80\x90]\x7a\x1f\xf0|[\x40\x50]\x6e\x29\xf0"  # PNG, DIB, TIFF
)
_DIB = 0xF01F
_METAFILES = frozenset({0xF01A, 0xF01B, 0xF01C})
_METAFILE_HEADER = 34
_UID = 16
"""Bytes of a checksum, of which there are two where the instance is odd."""
_BITMAP = struct.Struct("<2sLHHL")
"""BITMAPFILEHEADER, which a DIB goes without."""
_DRAWINGS, _CONTINUE = 0xEB, 0x3C
"""Records of a workbook: MsoDrawingGroup, and Continue (MS-XLS 2.4.171 and 2.4.58)."""
_STREAMS = ("Data", "WordDocument", "0Table", "1Table", "Pictures")
"""Where images of Word lie (MS-DOC 2.1.4, 2.9.190), and those of PowerPoint (MS-PPT 2.1.3)."""
_ENDINGS = {0xF01D: "jpg", 0xF01E: "png", 0xF01F: "bmp", 0xF029: "tif", 0xF01A: "emf", 0xF01B: "wmf", 0xF01C: "pict"}


def send_pictures(compound: olefile.OleFileIO, sink: Sink) -> None:
    """Sends the images of a document as files, numbered as they lie in it."""
    pictures = Pictures(sink)
    number = 0
    for stream in _streams(compound):
        for kind, data in _blips(stream):
            number += 1
            whole = _unpacked(data) if kind in _METAFILES else data
            pictures.send(f"picture {number}.{_ENDINGS[kind]}", whole)
    pictures.tell()


def _streams(compound: olefile.OleFileIO) -> Iterator[bytes]:
    for name in _STREAMS:
        if compound.exists(name):
            yield compound.openstream(name).read()
    for name in ("Workbook", "Book"):
        if compound.exists(name):
            yield b"".join(_drawings(compound.openstream(name).read()))


def _drawings(workbook: bytes) -> Iterator[bytes]:
    """The drawings of a workbook, which lie in records of at most 8 KB."""
    at, inside = 0, False
    while at + 4 <= len(workbook):
        kind, length = struct.unpack_from("<HH", workbook, at)
        inside = kind == _DRAWINGS or (inside and kind == _CONTINUE)
        if inside:
            yield workbook[at + 4 : at + 4 + length]
        at += 4 + length


def _blips(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and data of every image in a stream, one that is cut off included."""
    at = 0
    while found := _BLIP.search(stream, at):
        if found.start() + _RECORD.size > len(stream):
            return
        instance, kind, length = _RECORD.unpack_from(stream, found.start())
        begin = found.start() + _RECORD.size
        head = _UID * (2 if instance >> 4 & 1 else 1) + (_METAFILE_HEADER if kind in _METAFILES else 1)
        data = stream[begin + head : begin + length]
        if data:
            yield kind, bitmap(data) if kind == _DIB else data
        at = begin + max(length, 1) if length <= len(stream) - begin else begin


def _unpacked(metafile: bytes) -> bytes:
    """A metafile as it was before it was packed (2.2.31), as far as it goes; one that was not is as it stands."""
    try:
        return zlib.decompressobj().decompress(metafile, LARGEST)
    except zlib.error:
        return metafile


def bitmap(dib: bytes) -> bytes:
    """A DIB with the header by which a file begins; its pixels come after its own header and colours."""
    if len(dib) < 40:  # noqa: PLR2004 - BITMAPINFOHEADER
        return dib
    header, bits, compression, used = (
        *struct.unpack_from("<L", dib),
        *struct.unpack_from("<H", dib, 14),
        *struct.unpack_from("<L", dib, 16),
        *struct.unpack_from("<L", dib, 32),
    )
    colours = used or (1 << bits if bits <= 8 else 0)  # noqa: PLR2004 - palettes are of 1, 4 and 8 bits
    masks = 12 if compression == 3 and header == 40 else 0  # noqa: PLR2004 - BI_BITFIELDS after a BITMAPINFOHEADER
    return _BITMAP.pack(b"BM", 14 + len(dib), 0, 0, 14 + header + masks + 4 * min(colours, 1 << 16)) + dib
