"""Word .doc (MS-DOC, Word 97 to 2003): all text by its piece table, notes, headers, comments and text boxes included."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import olefile

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.expansion import damaged
from pii_audit.sources.format.packed.zip import ENCRYPTED

_FLAGS_AT = 0x0A
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
"""FibBase.fEncrypted and fWhichTblStm (2.5.2)."""
_WORD_97 = 0x00C1
_CLX_AT = 0x01A2
"""FibRgFcLcb97.fcClx and lcbClx (2.5.6)."""
_PRC, _PCDT = 1, 2
_PIECE = 8
_COMPRESSED = 0x40000000
_MARKS = str.maketrans({"\x07": "\t", "\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\x1f": None, "\xa0": " "})
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def send_document(compound: olefile.OleFileIO, sink: Sink) -> None:
    """Sends the text; InspectionError where it has a password or is older than Word 97."""
    main = compound.openstream("WordDocument").read()
    if len(main) < _CLX_AT + 8:
        raise InspectionError(damaged().what)
    (flags,) = struct.unpack_from("<H", main, _FLAGS_AT)
    if flags & _ENCRYPTED:
        raise InspectionError(ENCRYPTED)
    if struct.unpack_from("<H", main, 2)[0] < _WORD_97:
        raise InspectionError(Text("早于 Word 97 的文档", "a document of a Word older than 97"))
    table = compound.openstream("1Table" if flags & _SECOND_TABLE else "0Table").read()
    start, length = struct.unpack_from("<II", main, _CLX_AT)
    sink.begin(Part(PartKind.TEXT))
    for text in _pieces(main, table[start : start + length]):
        # A row of a table ends in one more mark than its last cell.
        sink.text(_CONTROL.sub(" ", text.replace("\x07\x07", "\x07\n").translate(_MARKS)))


def _pieces(main: bytes, clx: bytes) -> Iterator[str]:
    """The text of every piece (2.9.38, 2.9.177); StructError where the table is broken."""
    at = 0
    while clx[at] == _PRC:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if clx[at] != _PCDT:
        raise InspectionError(damaged().what)
    (size,) = struct.unpack_from("<I", clx, at + 1)
    plc = clx[at + 5 : at + 5 + size]
    count = (len(plc) - 4) // (4 + _PIECE)
    ends = struct.unpack_from(f"<{count + 1}I", plc)
    for number in range(count):
        (place,) = struct.unpack_from("<I", plc, 4 * (count + 1) + _PIECE * number + 2)
        characters = ends[number + 1] - ends[number]
        if place & _COMPRESSED:
            begin = (place & ~_COMPRESSED) // 2
            yield main[begin : begin + characters].decode("cp1252", "replace")
        else:
            yield main[place : place + 2 * characters].decode("utf-16-le", "replace")
