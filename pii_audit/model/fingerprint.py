"""Keyed HMACs: the only trace that a value leaves behind (RFC 2104, HMAC-SHA-256).

A bare hash of a phone number or an ID is enumerable; a keyed one is not, as long as the key lives apart.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Fingerprinter:
    """Turns values into keyed fingerprints; never shows its key."""

    key: bytes = field(repr=False)

    @classmethod
    def ephemeral(cls) -> Fingerprinter:
        """A key for this process alone: sketches and sample order are then comparable within one run only."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def of_nobody(cls) -> Fingerprinter:
        """A fixed, public key, for a gate without a workspace key.

        Fingerprints of findings (rule, flow, element: policy words, no values) are then stable from run to run; what is made of
        values with it stays in memory.
        """
        return cls(b"pii-audit gate without a workspace key")

    def number(self, kind: str, value: str) -> int:
        """A 63-bit keyed hash of a value of one kind, for sketches and for the order of samples."""
        return int.from_bytes(self._digest(kind, value)[:8], "big") >> 1

    def numbers(self, kind: str, values: Iterable[str]) -> list[int]:
        """The same of many values of one kind: the key and the kind are hashed once for all."""
        block = hashlib.sha256().block_size
        key = (self.key if len(self.key) <= block else hashlib.sha256(self.key).digest()).ljust(block, b"\0")
        inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in key)) for pad in (0x36, 0x5C))
        inner.update(f"{kind}\x1e".encode("utf-8", "surrogatepass"))
        begin, end = inner.copy, outer.copy
        digests: list[bytes] = []
        for value in values:
            message, digest = begin(), end()
            message.update(value.encode("utf-8", "surrogatepass"))
            digest.update(message.digest())
            digests.append(digest.digest())
        return [number >> 1 for (number,) in struct.iter_unpack(">Q24x", b"".join(digests))]

    def text(self, kind: str, *parts: str) -> str:
        """128 bits in hex over parts that cannot run into each other, for the identity of findings."""
        return self._digest(kind, "\x1f".join(parts)).hex()[:32]

    def digest(self, kind: str, pieces: Iterable[bytes]) -> str:
        """256 bits in hex over bytes of any length: content that could be guessed is not told by it."""
        running = hmac.new(self.key, f"{kind}\x1e".encode(), "sha256")
        for piece in pieces:
            running.update(piece)
        return running.hexdigest()

    @property
    def mark(self) -> str:
        """What tells one key from another and says nothing of it: fingerprints of two marks do not compare."""
        return self.text("mark")[:12]

    def _digest(self, kind: str, value: str) -> bytes:
        return hmac.digest(self.key, f"{kind}\x1e{value}".encode("utf-8", "surrogatepass"), "sha256")
