"""PowerPoint .ppt (MS-PPT, 97 to 2003): the text of slides, notes and comments."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import olefile

from pii_audit.errors import InspectionError
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.zip import ENCRYPTED

_RECORD = struct.Struct("<HHI")
_CONTAINER = 0xF
_TEXTS = {0x0FA0: "utf-16-le", 0x0FA8: "latin-1", 0x0FBA: "utf-16-le"}
"""TextCharsAtom (2.9.42), TextBytesAtom (2.9.43) and CString, with their encodings."""
_TOKEN_AT, _ENCRYPTED = 12, 0xF3D1C4DF
"""CurrentUserAtom.headerToken (2.3.2) of an encrypted document."""


def send_presentation(compound: olefile.OleFileIO, sink: Sink) -> None:
    """Sends all text in the order in which it is kept; InspectionError where it has a password."""
    user = compound.openstream("Current User").read(64) if compound.exists("Current User") else b""
    if len(user) >= _TOKEN_AT + 4 and struct.unpack_from("<I", user, _TOKEN_AT)[0] == _ENCRYPTED:
        raise InspectionError(ENCRYPTED)
    sink.begin(Part(PartKind.TEXT))
    for text in _texts(compound.openstream("PowerPoint Document").read()):
        sink.text(text.replace("\r", "\n").replace("\x0b", "\n").replace("\0", " ") + "\n")


def _texts(stream: bytes) -> Iterator[str]:
    at = 0
    while at + _RECORD.size <= len(stream):
        version, kind, length = _RECORD.unpack_from(stream, at)
        at += _RECORD.size
        if version & _CONTAINER == _CONTAINER:
            continue  # its records follow
        if kind in _TEXTS:
            yield stream[at : at + length].decode(_TEXTS[kind], "replace")
        at += length
