"""What a ZIP archive holds beside the entries of its directory: comments, entries that it does not name, what follows its end."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.packed.expansion import BLOCK

_LOCAL = struct.Struct("<4s22x2H")
"""Of a local file header (APPNOTE 4.3.7): its signature, and the lengths of the name and of the extra field behind it."""
_SIGNATURE = b"PK\3\4"
END = struct.Struct("<4s4H2LH")
"""The end of central directory record (4.3.16), without its comment."""
_END_SIGNATURE = b"PK\5\6"
_FURTHEST = 65_535 + 200
"""How far before the end of the file this record and that of ZIP64 begin at most: a comment, and what stands between them."""


def last_record(file: BinaryIO) -> tuple[bytes, int]:
    """The last bytes of a file, and where among them its end record begins; BadZipFile where there is none."""
    file.seek(max(0, file.seek(0, io.SEEK_END) - _FURTHEST))
    tail = file.read()
    at = tail.rfind(_END_SIGNATURE)
    if at < 0:
        raise zipfile.BadZipFile
    return tail, at


def behind(file: BinaryIO) -> bytes:
    """What follows the end record and its comment; the same error."""
    tail, at = last_record(file)
    *_, comment = END.unpack_from(tail, at)
    return tail[at + END.size + comment :]


def comments(archive: zipfile.ZipFile) -> str:
    """What is said of the archive and of its entries."""
    said = (archive.comment, *(info.comment for info in archive.infolist()))
    return "\n".join(decode_cell(one)[0].replace("\0", "\n") for one in said if one)


def unnamed(file: BinaryIO, archive: zipfile.ZipFile) -> bool:
    """Whether an entry begins where the directory names none: one of another archive in front, or one that was taken off the list."""
    end = 0
    for info in sorted(archive.infolist(), key=lambda one: one.header_offset):
        if _begins(file, end, info.header_offset):
            return True
        file.seek(info.header_offset)
        header = file.read(_LOCAL.size)
        lengths = _LOCAL.unpack(header)[1:] if len(header) == _LOCAL.size else ()
        end = max(end, info.header_offset + _LOCAL.size + sum(lengths) + info.compress_size)
    return _begins(file, end, archive.start_dir)


def _begins(file: BinaryIO, start: int, end: int) -> bool:
    """Whether an entry begins between two places; what else lies there (the sizes of the last one, signatures, padding) is none."""
    if end - start < _LOCAL.size:
        return False
    return any(_SIGNATURE in piece for piece in _pieces(file, start, end))


def _pieces(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """The bytes between, each piece with the last of the one before."""
    file.seek(start)
    before = b""
    left = end - start
    while left and (data := file.read(min(left, BLOCK))):
        yield before + data
        before = data[1 - len(_SIGNATURE) :]
        left -= len(data)
