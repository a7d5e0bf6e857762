"""Archives of cpio in ASCII (POSIX.1-2001 `odc`, SVR4 `newc` and `crc`), read forward only."""

from __future__ import annotations

import io
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.opened import Descend, Found, Opened
from pii_audit.sources.format.packed.expansion import BLOCK, broken_off, damaged, exactly, followed
from pii_audit.sources.format.packed.tar import OTHER
from pii_audit.sources.format.packed.zip import LINK
from pii_audit.sources.reading import unreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MAGIC = 6
_OLD, _NEW = b"070707", (b"070701", b"070702")
_LAST = b"TRAILER!!!"
_LONGEST_NAME = 1 << 16


@dataclass(frozen=True, slots=True)
class _Header:
    """One entry: its name, mode and size, and to how many bytes name and data are filled up."""

    name: bytes
    mode: int
    size: int
    unit: int


class _Source:
    """The archive's bytes, and how many of them were read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at = 0

    def some(self, size: int) -> bytes:
        """At most so many, none at the end."""
        data = self._stream.read(size)
        self._at += len(data)
        return data

    def exactly(self, size: int) -> bytes:
        """So many; StreamError where the archive breaks off."""
        return exactly(self.some, size)

    def fill(self, unit: int) -> None:
        """Passes over what fills the last part up."""
        self.exactly(-self._at % unit)

    def begins(self) -> bytes:
        """How the next entry begins, none at the end; archives are filled up with zeros, and several may stand in a row."""
        while data := self.some(1):
            if data != b"\0":
                return data + self.exactly(_MAGIC - 1)
        return b""


class _Entry(io.RawIOBase):
    """The bytes of one entry; StreamError where they are too few."""

    def __init__(self, source: _Source, size: int) -> None:
        self._source = source
        self.left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        data = self._source.some(min(len(target), self.left)) if self.left else b""
        if self.left and not data:
            raise broken_off()
        self.left -= len(data)
        target[: len(data)] = data
        return len(data)


def cpio_readings(opened: Opened, descend: Descend) -> Iterator[Found]:
    """What every file in it holds; what comes after a broken place cannot be found and is told as missing."""
    source = _Source(opened.content.stream())
    empty, ended = True, False
    try:
        while magic := source.begins():
            if magic != _OLD and magic not in _NEW:
                raise followed() if ended else damaged()
            header = _header(source, magic)
            ended = header.name == _LAST
            if not ended:
                empty = False
                yield from _entry(opened, source, header, descend)
            source.fill(header.unit)
        if not ended:
            raise broken_off()
        if empty:
            yield opened.empty()
    except OSError as error:
        yield opened.failed(unreadable(error), opened.inner("rest") if ended else None)


def _header(source: _Source, magic: bytes) -> _Header:
    if magic == _OLD:
        fields, base, unit = source.exactly(70), 8, 1
        mode, name_size, size = fields[12:18], fields[53:59], fields[59:70]
    else:
        fields, base, unit = source.exactly(104), 16, 4
        mode, size, name_size = fields[8:16], fields[48:56], fields[88:96]
    if not (mode + size + name_size).isalnum():  # a sign or a blank would do for a number, too
        raise damaged()
    try:
        length = min(int(name_size, base), _LONGEST_NAME)
        header = _Header(source.exactly(length).rstrip(b"\0"), int(mode, base), int(size, base), unit)
    except ValueError:
        raise damaged() from None
    source.fill(unit)
    return header


def _entry(opened: Opened, source: _Source, header: _Header, descend: Descend) -> Iterator[Found]:
    opened.expansion.entry()
    stream = _Entry(source, header.size)
    kind = stat.S_IFMT(header.mode)
    if kind != stat.S_IFDIR:
        asset = opened.inner(decode_cell(header.name)[0], size=header.size)
        if kind == stat.S_IFREG:
            yield from descend(opened.entry(asset, cast("BinaryIO", stream)))
        else:
            yield opened.skipped(LINK if kind == stat.S_IFLNK else OTHER, asset)
    while stream.read(BLOCK):
        pass
