"""The bytes of one file or stream, read once from start to end, and the text decoded from them."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.cut import place_to_cut
from pii_audit.sources.format.encoding import Decoder, detect_encoding
from pii_audit.sources.reading import Ledger

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD = 1 << 20
"""Bytes by which a file's kind is told."""
BLOCK = 1 << 20
MAX_LINE = 16 << 20
"""Characters of the longest line that is kept in one piece."""


def open_regular(path: Path) -> BinaryIO:
    """Opens a regular file for reading; never waits on a pipe or device that took its place.

    Raises OSError, or InspectionError for something that is not a regular file.
    """
    descriptor = _open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb", buffering=0)
    os.close(descriptor)
    raise InspectionError(Text("不是普通文件", "is not a regular file"))


def _open(path: Path, flags: int) -> int:
    """Without a trace in the access time where the system lets us: to the owner of a file and to root."""
    quiet = getattr(os, "O_NOATIME", 0)
    if quiet:
        try:
            return os.open(path, flags | quiet)
        except PermissionError:
            pass  # of another owner; or not readable at all, as the next attempt tells
    return os.open(path, flags)


class Content:
    """One pass over a binary stream: its first bytes for a look, then all of its text.

    `holes` are those of a sparse file, which the text passes over. A stream that gives nothing before it fails raises OSError
    from the constructor; one that fails later raises it where the text breaks off, after all of the text before.
    """

    def __init__(self, stream: BinaryIO, holes: Holes | None = None) -> None:
        self._stream = stream
        self._holes = holes
        self._error: OSError | None = None
        self.head = self._read(HEAD)
        self.whole = len(self.head) < HEAD and self._error is None
        self.decoder = Decoder(detect_encoding(self.head, whole=self.whole))
        self.bytes = len(self.head)

    def _read(self, size: int) -> bytes:
        if self._error is not None:
            raise self._error
        parts: list[bytes] = []
        while size:
            try:
                part = self._stream.read(size)
            except OSError as error:
                if not parts:
                    raise
                self._error = error
                break
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def more(self, size: int) -> bytes:
        """Bytes after the head, at most so many; none at the end."""
        data = self._read(size)
        self.bytes += len(data)
        return data

    def stream(self) -> BinaryIO:
        """All bytes again from the first one on, in place of the text."""
        return cast("BinaryIO", _Again(self))

    def preview(self) -> str:
        """The text of the head, for telling the structure; leaves the pass untouched."""
        return Decoder(self.decoder.encoding).feed(self.head, final=self.whole)

    def blocks(self) -> Iterator[bytes]:
        """The bytes from the first one on, some at once; a hole is one that is zero."""
        data = self.head
        while data:
            yield data
            if self.whole:
                return
            data = (b"\0" if self._holes and self._holes.skip() else b"") + self._read(BLOCK)
            self.bytes += len(data)

    def texts(self) -> Iterator[str]:
        """The whole text in pieces that end at line ends where lines are of ordinary length."""
        return decoded(self.blocks(), self.decoder)

    def lines(self) -> Iterator[str]:
        """Lines with their own ends (LF, CR LF or CR); one of more than 16 million characters comes in pieces."""
        return lines_of(self.texts())

    def settle(self, ledger: Ledger) -> None:
        """Writes into the ledger how much was read, and what decoding met."""
        ledger.bytes = self.bytes
        if self._holes:
            ledger.notes += self._holes.notes()
        tell_decoding(ledger, self.decoder.replaced, self.decoder.first_bad, self.decoder.nuls)


def decoded(blocks: Iterator[bytes], decoder: Decoder) -> Iterator[str]:
    """Bytes as text, in pieces that end at line ends where lines are of ordinary length; what was held is given before an OSError is raised."""
    failure: OSError | None = None
    final = False
    while not final:
        try:
            data = next(blocks, b"")
        except OSError as error:
            failure, data = error, b""
        final = not data
        text = decoder.feed(data, final=final)
        if text:
            yield text
    if failure:
        raise failure


def lines_of(pieces: Iterator[str]) -> Iterator[str]:
    """The lines of a text with their own ends, as `Content.lines` gives them."""
    rest = ""
    while True:
        try:
            piece = next(pieces, None)
        except OSError:
            yield from io.StringIO(rest, newline="").readlines()
            raise
        if piece is None:
            break
        text = rest + piece
        held = "\r" if text.endswith("\r") else ""
        body = text[: len(text) - len(held)]
        lines = io.StringIO(body, newline="").readlines()
        rest = held
        if lines and not lines[-1].endswith(("\n", "\r")):
            rest = lines.pop() + held
        yield from lines
        while len(rest) >= MAX_LINE:
            cut = place_to_cut(rest[:MAX_LINE])
            yield rest[:cut]
            rest = rest[cut:]
    yield from io.StringIO(rest, newline="").readlines()


def tell_decoding(ledger: Ledger, replaced: int, first_bad: int | None, nuls: int) -> None:
    """Writes into the ledger what decoding met."""
    if replaced:
        ledger.failures.append(
            Text(
                f"{replaced} 处字节无法解码，首处在第 {first_bad} 行",
                f"{replaced} place(s) could not be decoded, the first in line {first_bad}",
            )
        )
    if nuls:
        ledger.notes.append(
            Text(f"{nuls} 个 NUL 字符按分隔符处理", f"{nuls} NUL character(s) were read as separators"),
        )


class Holes:
    """The holes of a regular file that is open: ranges without any block on the disk, which read as zeros.

    A log that was truncated while it was written to, or a file that was made large by its end, would take hours.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._opened = os.fstat(descriptor)
        self._skipped = 0

    def skip(self) -> bool:
        """Moves from inside a large hole to its end; whether it did."""
        if not hasattr(os, "SEEK_DATA"):
            return False
        at = os.lseek(self._descriptor, 0, os.SEEK_CUR)
        try:
            data = os.lseek(self._descriptor, at, os.SEEK_DATA)
        except OSError:  # nothing but a hole follows, or the file system knows none
            data = os.lseek(self._descriptor, 0, os.SEEK_END) if self._opened.st_blocks * 512 < at else at
        hole = data - at
        if hole < BLOCK:
            os.lseek(self._descriptor, at, os.SEEK_SET)
            return False
        self._skipped += hole
        return True

    def notes(self) -> Iterator[Text]:
        """What was odd about the file: its holes, and whether it changed under the reader."""
        if self._skipped:
            size = f"{self._skipped:,}"
            yield Text(f"稀疏文件，跳过 {size} 字节空洞", f"a sparse file: {size} bytes of holes were passed over")
        now = os.fstat(self._descriptor)
        if (now.st_size, now.st_mtime_ns) != (self._opened.st_size, self._opened.st_mtime_ns):
            yield Text("读取期间文件有改动", "it changed while it was read")


class _Again(io.RawIOBase):
    """The bytes of a content: its head, then what its stream has left."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._head = memoryview(content.head)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        data: bytes | memoryview = self._head[: len(target)]
        if data:
            self._head = self._head[len(data) :]
        elif not self._content.whole:
            data = self._content.more(len(target))
        target[: len(data)] = data
        return len(data)
