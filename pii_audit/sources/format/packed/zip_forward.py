"""A ZIP archive without its directory, as a broken transfer leaves it: entry by entry from the first byte on."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from pii_audit.sources.format.packed.expansion import BLOCK, broken_off, exactly
from pii_audit.sources.reading import StreamError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LOCAL = struct.Struct("<4s5H3L2H")
"""A local file header (APPNOTE 4.3.7)."""
_SIGNATURE = b"PK\3\4"
_DESCRIPTOR = (b"PK\7\x08", 16, 24)
"""A data descriptor (4.3.9) with its two lengths, that of ZIP64 second."""
_SIZE_FOLLOWS = 0x8
_STORED, _DEFLATED = 0, 8


@dataclass(frozen=True, slots=True)
class Forward:
    """One entry; `skip` moves past what was not read of it."""

    name: bytes
    flags: int
    size: int | None
    stream: io.BufferedReader

    def skip(self) -> None:
        """Reads on to the entry's end; OSError where that is missing."""
        while self.stream.read1(BLOCK):
            pass


class _Source:
    """The archive's bytes, of which some may be put back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._back = b""

    def read(self, size: int) -> bytes:
        data, self._back = self._back[:size], self._back[size:]
        return data or self._file.read(size)

    def exactly(self, size: int) -> bytes:
        return exactly(self.read, size)

    def put_back(self, data: bytes) -> None:
        self._back = data + self._back


class _Packed(io.RawIOBase):
    """The unpacked bytes of one entry; the source stands behind it when they end."""

    def __init__(self, source: _Source, size: int | None, *, deflated: bool) -> None:
        self._source = source
        self._left = size
        self._zlib = zlib.decompressobj(-zlib.MAX_WBITS) if deflated else None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        data = self._inflated(self._zlib, len(target)) if self._zlib else self._stored(len(target))
        target[: len(data)] = data
        return len(data)

    def _stored(self, size: int) -> bytes:
        if not self._left:
            return b""
        data = self._source.read(min(size, self._left))
        if not data:
            raise broken_off()
        self._left -= len(data)
        return data

    def _inflated(self, engine: zlib._Decompress, size: int) -> bytes:
        while not engine.eof:
            data = engine.unconsumed_tail or self._source.read(BLOCK)
            out = engine.decompress(data, size)
            # There is unused data behind the end of the entry only.
            self._source.put_back(engine.unused_data)
            if out:
                return out
            if not data:
                raise broken_off()
        return b""


def entries_forward(file: BinaryIO) -> Iterator[Forward]:
    """The entries up to where the archive breaks off or the directory begins; OSError where one cannot be passed."""
    source = _Source(file)
    while (head := source.read(len(_SIGNATURE))) == _SIGNATURE:
        fields = _LOCAL.unpack(head + source.exactly(_LOCAL.size - len(head)))
        _, _, flags, method, _, _, _, packed, size, name_length, extra_length = fields
        name = source.exactly(name_length)
        source.exactly(extra_length)
        follows = bool(flags & _SIZE_FOLLOWS)
        if method != _DEFLATED and (method != _STORED or follows):
            raise StreamError(broken_off().what)
        stream = _Packed(source, packed, deflated=method == _DEFLATED)
        entry = Forward(name, flags, None if follows else size, io.BufferedReader(stream, BLOCK))
        if flags & 1:
            _pass_over(source, packed, follows=follows)
            yield entry
            continue
        if not name.endswith(b"/") or packed:
            yield entry
        entry.skip()
        if follows:
            _descriptor(source)


def _pass_over(source: _Source, size: int, *, follows: bool) -> None:
    """Skips an encrypted entry, which only its size can tell the end of."""
    if follows:
        raise broken_off()
    while size:
        data = source.read(min(size, BLOCK))
        if not data:
            raise broken_off()
        size -= len(data)


def _descriptor(source: _Source) -> None:
    signature, short, long = _DESCRIPTOR
    data = source.exactly(short)
    if not data.startswith(signature):
        # The signature is optional.
        source.put_back(data[short - 4 :])
        return
    after = source.exactly(len(_SIGNATURE))
    if after[:2] == b"PK":
        source.put_back(after)
    else:
        source.exactly(long - short - len(after))
