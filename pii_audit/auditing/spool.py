"""Where an export waits for its verdict: sealed, so that whoever finds the place finds nothing.

Blocks of AES-256-GCM (NIST SP 800-38D) under a key that exists in this process alone, numbered by their nonces, so that none can be
changed, moved, repeated or left out unseen. Up to a limit they stay in memory, then they go to a file that has no name.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, Self, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pii_audit.errors import SpoolError, reason_of
from pii_audit.language import Text

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 1 << 20
IN_MEMORY = 256 << 20
"""Bytes that stay in memory unless told otherwise."""
_TAG = 16
_NONCE = 12


class Spool:
    """Bytes in, then the same bytes out, as often as asked. Every failure is a SpoolError."""

    def __init__(self, limit: int = IN_MEMORY) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(bit_length=256))
        self._file = tempfile.SpooledTemporaryFile(max(1, limit))  # noqa: SIM115 - lives as long as the spool
        self._filling = bytearray()
        self._blocks = 0
        self.size = 0

    def write(self, data: bytes) -> None:
        """Takes the next bytes."""
        self._filling += data
        self.size += len(data)
        while len(self._filling) >= BLOCK:
            self._seal(BLOCK)

    def _seal(self, size: int) -> None:
        nonce = self._blocks.to_bytes(_NONCE, "big")
        try:
            self._file.write(self._cipher.encrypt(nonce, bytes(self._filling[:size]), None))
        except (OSError, MemoryError) as error:
            reason = reason_of(error)
            raise SpoolError(
                Text(
                    f"导出未能暂存到裁决，没有放行：{reason.zh}",
                    f"the export could not be kept until its verdict, and nothing was released: {reason.en}",
                ),
                todo=Text(
                    "用 TMPDIR 换一个空间足够的位置，或用 --spool-memory 多用内存",
                    "name a place with more room by TMPDIR, or allow more memory by --spool-memory",
                ),
            ) from error
        self._blocks += 1
        del self._filling[:size]

    def blocks(self) -> Iterator[bytes]:
        """All of it from the first byte on, each block proven to be what was put in."""
        if self._filling:
            self._seal(len(self._filling))
        try:
            self._file.seek(0)
            left = self.size
            for number in range(self._blocks):
                size = min(BLOCK, left)
                sealed = self._file.read(size + _TAG)
                yield self._cipher.decrypt(number.to_bytes(_NONCE, "big"), sealed, None)
                left -= size
        except (OSError, InvalidTag) as error:
            raise SpoolError(
                Text(
                    "暂存的导出读不回原样，没有放行", "what was kept does not read back as it was; nothing was released"
                ),
                todo=Text("检查 TMPDIR 所在的磁盘", "look at the disk under TMPDIR"),
            ) from error

    def stream(self) -> BinaryIO:
        """All of it as a stream to be read once."""
        return cast("BinaryIO", _Stream(self.blocks()))

    def check(self) -> None:
        """Reads all of it back: what cannot be released whole is not released at all."""
        for _ in self.blocks():
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of everything."""
        with suppress(OSError):  # a full disk, told already, is met again by what is still buffered
            self._file.close()


class _Stream(io.RawIOBase):
    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        self._left = self._left or next(self._blocks, b"")
        data, self._left = self._left[: len(target)], self._left[len(target) :]
        target[: len(data)] = data
        return len(data)
