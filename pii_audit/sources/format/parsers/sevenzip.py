"""7z archives: every entry's bytes, streamed, solid blocks included."""

from __future__ import annotations

import struct
from functools import partial
from typing import BinaryIO

import py7zr
from py7zr.exceptions import CrcError, PasswordRequired, UnsupportedCompressionMethodError
from py7zr.io import Py7zIO, WriterFactory

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.expansion import BLOCK, broken_off, damaged, followed
from pii_audit.sources.format.packed.zip import ENCRYPTED, LINK

_START = struct.Struct("<12x2Q4x")
"""The start header: where the end header begins behind it, and how long that is."""


class _Writer(Py7zIO):
    """Takes what py7zr unpacks of one entry, and sends it on."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._size = 0

    def write(self, s: bytes | bytearray) -> int:
        self._sink.data(bytes(s))
        self._size += len(s)
        return len(s)

    def read(self, size: int | None = None) -> bytes:  # noqa: ARG002 - nothing is kept
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002 - as above
        return 0

    def flush(self) -> None:
        """Sent at once."""

    def size(self) -> int:
        return self._size


class _Entries(WriterFactory):
    def __init__(self, names: dict[str, str], sink: Sink) -> None:
        self._names = names
        self._sink = sink

    def create(self, filename: str) -> Py7zIO:
        self._sink.begin(Part(PartKind.FILE, self._names[filename]))
        return _Writer(self._sink)


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends every entry as a file; InspectionError where the archive as a whole cannot be read."""
    try:
        with py7zr.SevenZipFile(file) as archive:
            if archive.needs_password():
                raise InspectionError(ENCRYPTED)
            archive.extractall(factory=_Entries(_numbered(archive, sink), sink))
        if _goes_on(file):
            sink.begin(Part(PartKind.UNREAD, "rest"))
            sink.fail(followed().what)
    except PasswordRequired:
        raise InspectionError(ENCRYPTED) from None
    except UnsupportedCompressionMethodError:
        said = Text("压缩方法无法解开", "compressed by a method that cannot be undone here")
        raise InspectionError(said) from None
    except CrcError:
        raise InspectionError(damaged().what) from None
    except (py7zr.Bad7zFile, EOFError, OSError):
        raise InspectionError(broken_off().what) from None


def _goes_on(file: BinaryIO) -> bool:
    """Whether anything but zeros follows the end header, with which an archive ends."""
    file.seek(0)
    offset, size = _START.unpack(file.read(_START.size))
    file.seek(_START.size + offset + size)
    return any(data.strip(b"\0") for data in iter(partial(file.read, BLOCK), b""))


def _numbered(archive: py7zr.SevenZipFile, sink: Sink) -> dict[str, str]:
    """Names the entries by numbers, and gives the real names.

    py7zr refuses a whole archive for one name that climbs out of its folder, and nothing is written here.
    """
    names: dict[str, str] = {}
    for number, entry in enumerate(archive.files):
        if entry.is_symlink:
            sink.begin(Part(PartKind.UNREAD, entry.filename))
            sink.note(LINK)
        names[str(number)] = entry.filename
        entry._file_info["filename"] = str(number)  # noqa: SLF001 - it has no public way
    return names
