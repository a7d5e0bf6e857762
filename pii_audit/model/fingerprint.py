"""Keyed HMACs: the only trace that a value leaves behind (RFC 2104, HMAC-SHA-256).

A bare hash of a phone number or an ID is enumerable; a keyed one is not, as long as the key lives apart.
"""

from __future__ import annotations

import hmac
import secrets
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

    def text(self, kind: str, *parts: str) -> str:
        """128 bits in hex over parts that cannot run into each other, for the identity of findings."""
        return self._digest(kind, "\x1f".join(parts)).hex()[:32]

    def _digest(self, kind: str, value: str) -> bytes:
        return hmac.digest(self.key, f"{kind}\x1e{value}".encode("utf-8", "surrogatepass"), "sha256")
