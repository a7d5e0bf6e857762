"""Hard limits on what one file may unpack to, so that no archive exhausts time, memory or disk."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pii_audit.language import Text
from pii_audit.sources.reading import StreamError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 1 << 18
MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one outermost file may unpack to.

    `depth` layers in each other, `entries` in all, `total` bytes in all, and `ratio` bytes for each packed one, which
    counts from `free` bytes on. DEFLATE reaches 1032, and only on one repeated byte; logs stay below 100.
    """

    depth: int = 8
    entries: int = 500_000
    total: int = 1 << 40
    ratio: int = 250
    free: int = 256 * MEBIBYTE


class Expansion:
    """What has come out of one outermost file so far; `packed` tells its own size in bytes, as far as it was read."""

    def __init__(self, packed: Callable[[], int], limits: Limits | None = None) -> None:
        self._packed = packed
        self.limits = limits or Limits()
        self.bytes = 0
        self._over: Text | None = None
        self.entries = 0

    def grew(self, size: int) -> None:
        """Counts unpacked bytes; StreamError where they are too many."""
        self.bytes += size
        limits = self.limits
        if self.bytes > limits.total:
            gib = limits.total >> 30
            self._over = Text(
                f"展开后超过 {gib} GiB，其余未读", f"unpacks to more than {gib} GiB; the rest was not read"
            )
        elif self.bytes > limits.free and self.bytes > limits.ratio * self._packed():
            self._over = Text(
                f"展开到压缩前的 {limits.ratio} 倍以上（疑似压缩炸弹），其余未读",
                f"unpacks to more than {limits.ratio} times its size (as a zip bomb does); the rest was not read",
            )
        self._stop()

    def entry(self) -> None:
        """Counts an entry; StreamError where there are too many, or where the bytes were too many already."""
        self.entries += 1
        self._stop()
        if self.entries > self.limits.entries:
            raise self.too_many()

    def too_many(self) -> StreamError:
        """The error of an archive with more entries than are read."""
        many = self.limits.entries
        return StreamError(Text(f"条目超过 {many} 个，其余未读", f"more than {many} entries; the rest was not read"))

    def _stop(self) -> None:
        if self._over is not None:
            raise StreamError(self._over)


class Entry(io.RawIOBase):
    """What comes out of an entry: counted, with the unpacker's own errors as StreamError, and nothing lost before one.

    The stream gives what it has (`read1`), since a reader that collects first loses it where the entry breaks off.
    """

    def __init__(
        self, stream: io.BufferedIOBase, expansion: Expansion | None = None, errors: tuple[type[Exception], ...] = ()
    ) -> None:
        self._stream = stream
        self._expansion = expansion
        self._errors = errors

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        try:
            data = self._stream.read1(len(target))
        except StreamError:
            raise
        except EOFError:
            raise broken_off() from None
        except self._errors:
            raise damaged() from None
        if self._expansion is not None:
            self._expansion.grew(len(data))
        target[: len(data)] = data
        return len(data)


def exactly(read: Callable[[int], bytes], size: int) -> bytes:
    """So many bytes; StreamError where fewer are left."""
    data = b""
    while len(data) < size:
        more = read(size - len(data))
        if not more:
            raise broken_off()
        data += more
    return data


def damaged() -> StreamError:
    """The error of packed data that cannot be what was packed."""
    return StreamError(Text("数据损坏，其余未读", "the data is damaged; the rest was not read"))


def broken_off() -> StreamError:
    """The error of packed data that ends too early."""
    return StreamError(Text("文件不完整，在中途结束", "the file is cut off: its end is missing"))


def followed() -> StreamError:
    """The error of packed data that is not the last of its file."""
    return StreamError(
        Text("压缩数据之后还有其他内容，未读取", "something else follows the compressed data and was not read")
    )
