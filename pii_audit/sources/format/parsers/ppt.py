"""PowerPoint .ppt (MS-PPT, 97 to 2003): the text of slides, notes and comments."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

import olefile

from pii_audit.errors import InspectionError
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.zip import ENCRYPTED
from pii_audit.sources.format.parsers.pictures import LARGEST

_RECORD = struct.Struct("<HHI")
_CONTAINER = 0xF
_TEXTS = {0x0FA0: "utf-16-le", 0x0FA8: "latin-1", 0x0FBA: "utf-16-le"}
"""TextCharsAtom (2.9.42), TextBytesAtom (2.9.43) and CString, with their encodings."""
_OBJECTS = frozenset({0x1011})
"""ExOleObjStg and the storage of macros (2.10.34, 2.4.11): a compound file, in instance 1 compressed behind its size."""
_TOKEN_AT, _ENCRYPTED = 12, 0xF3D1C4DF
"""CurrentUserAtom.headerToken (2.3.2) of an encrypted document."""


def send_presentation(compound: olefile.OleFileIO, sink: Sink) -> None:
    """Sends all text in the order in which it is kept; InspectionError where it has a password."""
    user = compound.openstream("Current User").read(64) if compound.exists("Current User") else b""
    if len(user) >= _TOKEN_AT + 4 and struct.unpack_from("<I", user, _TOKEN_AT)[0] == _ENCRYPTED:
        raise InspectionError(ENCRYPTED)
    sink.begin(Part(PartKind.TEXT))
    stream = compound.openstream("PowerPoint Document").read()
    for kind, data in _records(stream):
        if kind in _TEXTS:
            text = data.decode(_TEXTS[kind], "replace")
            sink.text(text.replace("\r", "\n").replace("\x0b", "\n").replace("\0", " ") + "\n")
    objects = [data for kind, data in _records(stream) if kind in _OBJECTS]
    for number, data in enumerate(objects, 1):
        sink.begin(Part(PartKind.FILE, f"object {number}"))
        sink.data(data)


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and data of all records that hold no others; objects as they were before they were compressed."""
    at = 0
    while at + _RECORD.size <= len(stream):
        version, kind, length = _RECORD.unpack_from(stream, at)
        at += _RECORD.size
        if version & _CONTAINER == _CONTAINER:
            continue  # its records follow
        data = stream[at : at + length]
        if kind in _OBJECTS and version >> 4 == 1:
            with suppress(zlib.error):
                data = zlib.decompressobj().decompress(data[4:], LARGEST)
        yield kind, data
        at += length
