"""Files compressed as one stream: gzip (RFC 1952), bzip2, xz, Zstandard (RFC 8878), of one member or several."""

from __future__ import annotations

import bz2
import io
import lzma
import re
import sys
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from pii_audit.sources.format.packed.expansion import BLOCK, MEBIBYTE, Expansion, broken_off, damaged, followed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

XZ_MEMORY = 256 * MEBIBYTE
"""The largest dictionary for which an xz file may ask; `xz -9` makes 64 MiB."""
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_ENDINGS = re.compile(r"\.(?:gz|gzip|bz2|bzip2|xz|lzma|zst|zstd)$", re.IGNORECASE)
_TAR_ENDINGS = re.compile(r"\.t(?:gz|bz2?|xz|zst)$", re.IGNORECASE)


class _Engine(Protocol):
    """One member being unpacked, as bz2, lzma and zstd have it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """The same for zlib, which keeps what it did not yet take on the outside."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(_GZIP_WINDOW)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)
        self.needs_input = not self._zlib.unconsumed_tail and len(out) < max_length
        return out


ENGINES: dict[str, Callable[[], _Engine]] = {
    "gzip": _Gzip,
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY),
    "zstd": zstd.ZstdDecompressor,
}
"""By the kinds of scanners/file_share/kinds.yaml."""
_ERRORS = (zlib.error, lzma.LZMAError, zstd.ZstdError, OSError, ValueError)


def bare_name(name: str) -> str:
    """The name of what was compressed: `a.csv` of `a.csv.gz`, `b.tar` of `b.tgz`."""
    return _TAR_ENDINGS.sub(".tar", _ENDINGS.sub("", name))


def unpacked(kind: str, packed: BinaryIO, expansion: Expansion) -> BinaryIO:
    """The bytes inside a compressed stream; a StreamError where they break off or exceed the limits."""
    return cast("BinaryIO", _Unpacked(ENGINES[kind], packed, expansion))


class _Unpacked(io.RawIOBase):
    def __init__(self, engine: Callable[[], _Engine], packed: BinaryIO, expansion: Expansion) -> None:
        self._new = engine
        self._engine = engine()
        self._packed = packed
        self._expansion = expansion

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        data = self._next(len(target))
        self._expansion.grew(len(data))
        target[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        while True:
            if self._engine.eof:
                more = self._after_member()
                if not more:
                    return b""
                out = self._begin(more, size)
            else:
                more = self._packed.read(BLOCK) if self._engine.needs_input else b""
                if not more and self._engine.needs_input:
                    raise broken_off()
                out = self._unpack(more, size)
            if out:
                return out

    def _after_member(self) -> bytes:
        """What follows a member, without the zeros that fill up a tape or a block."""
        more = self._engine.unused_data.lstrip(b"\0")
        while not more:
            block = self._packed.read(BLOCK)
            if not block:
                return b""
            more = block.lstrip(b"\0")
        return more

    def _begin(self, more: bytes, size: int) -> bytes:
        self._engine = self._new()
        try:
            return self._engine.decompress(more, size)
        except _ERRORS:
            raise followed() from None

    def _unpack(self, more: bytes, size: int) -> bytes:
        try:
            return self._engine.decompress(more, size)
        except _ERRORS:
            raise damaged() from None
