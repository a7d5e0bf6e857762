"""Tar archives (POSIX ustar and pax, GNU), read forward only, so that one inside a compressed file needs no copy."""

from __future__ import annotations

import io
import tarfile
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, cast

from pii_audit.language import Text
from pii_audit.sources.file_share.names import shown
from pii_audit.sources.format.opened import Descend, Found, Opened
from pii_audit.sources.format.packed.expansion import BLOCK, Entry, broken_off, damaged, followed
from pii_audit.sources.format.packed.zip import LINK
from pii_audit.sources.reading import unreadable

MAX_HEADER = 1 << 20
"""Bytes for which a header (a long name, pax records) may ask at once; data is read in pieces that are smaller."""
_ERRORS = (tarfile.TarError, ValueError, OverflowError)
OTHER = Text("归档内的设备或管道，不是文件", "is a device or pipe inside an archive, not a file")


class _Forward(io.RawIOBase):
    """A stream that can only go on: it moves forward by reading, and back within the last block alone.

    tarfile steps back by one byte to see whether a member is complete.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at = 0
        self._end = 0
        self._last = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET or offset < self._end - len(self._last):
            raise damaged()
        self._at = min(offset, self._end)
        while self._at < offset and self.read(min(BLOCK, offset - self._at)):
            pass
        return self._at

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_HEADER:
            raise damaged()
        behind = self._last[len(self._last) - (self._end - self._at) :] if self._at < self._end else b""
        parts = deque([behind[:size]])
        self._at += len(parts[0])
        left = size - len(parts[0])
        while left:
            data = self._stream.read(left)
            if not data:
                break
            parts.append(data)
            left -= len(data)
            self._at += len(data)
        whole = b"".join(parts)
        if self._at > self._end:
            self._end = self._at
            self._last = (self._last + whole)[-tarfile.BLOCKSIZE :]
        return whole

    def ended_well(self, at: int) -> bool:
        """Whether a block of zeros stands at that offset, where the members end."""
        return self._at - at == tarfile.BLOCKSIZE and not self._last.strip(b"\0")

    def goes_on(self) -> bool:
        """Whether anything but zeros is left."""
        while data := self.read(BLOCK):
            if data.strip(b"\0"):
                return True
        return False


def tar_readings(opened: Opened, descend: Descend) -> Iterator[Found]:
    """What every file in it holds; what comes after a broken place cannot be found and is told as missing."""
    try:
        stream = _Forward(opened.content.stream())
        with tarfile.open(fileobj=cast("BinaryIO", stream), mode="r:") as archive:
            yield from _members(opened, archive, descend)
            if not stream.ended_well(archive.offset):
                yield opened.failed(broken_off().what)
            elif stream.goes_on():
                yield opened.failed(followed().what, opened.inner("rest"))
    except OSError as error:
        yield opened.failed(unreadable(error))
    except _ERRORS:
        yield opened.failed(broken_off().what)


def _members(opened: Opened, archive: tarfile.TarFile, descend: Descend) -> Iterator[Found]:
    empty = True
    while (member := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # an archive of a million entries is not kept in memory
        empty = False
        opened.expansion.entry()
        if member.isdir():
            continue
        asset = opened.inner(shown(member.name), size=member.size)
        # A type that nobody knows is to be taken for a file (POSIX.1-2017, pax, ustar typeflag).
        is_file = member.isreg() or member.type not in tarfile.SUPPORTED_TYPES
        file = archive.extractfile(member) if is_file else None
        if file is None:
            yield opened.skipped(LINK if member.issym() or member.islnk() else OTHER, asset)
            continue
        try:
            # Holes of a sparse file are no bytes of the archive; all others were counted when they were unpacked.
            stream = Entry(cast("io.BufferedIOBase", file), opened.expansion if member.issparse() else None)
            yield from descend(opened.entry(asset, cast("BinaryIO", stream)))
        except OSError as error:
            yield opened.failed(unreadable(error), asset)
    if empty:
        yield opened.empty()
