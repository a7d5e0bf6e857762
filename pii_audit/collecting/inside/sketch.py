"""Distinct persons without identities, as `pii_audit.model.sketch` has them, by Python alone.

The same bytes as those of Apache DataSketches (theta, compact and ordered, serial version 3), so that what is counted behind a bastion is
joined with what is counted here. Hashing is MurmurHash3 x64 128 with DataSketches' seed; of a full sketch the smallest `2 ** LG_K` hashes
are kept, and the next one is its theta.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

LG_K = 12
EXACT_PERSONS = 2**LG_K
"""Up to so many values a sketch counts exactly."""

_SEED = 9001
_EVERYTHING = (1 << 63) - 1
"""Theta of a sketch that has dropped nothing."""
_MASK = (1 << 64) - 1
_C1, _C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F
_HEAD = struct.Struct("<BBB2xBH")
_COUNT = struct.Struct("<I4x")
_FLAGS = 0x1A
"""Read-only, compact, ordered."""
_SEED_HASH = 0x93CC
"""Of the default seed, by which DataSketches tells sketches that cannot be joined."""
_SINGLE, _EXACT, _ESTIMATED = 1, 2, 3
"""Longs of the preamble."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """An immutable set of keyed hashes that answers how many, and how many in common; `Sketch()` is empty."""

    payload: bytes = b""

    @classmethod
    def of(cls, fingerprints: Iterable[int]) -> Sketch:
        """The sketch of 63-bit keyed hashes."""
        return cls(_written(_EVERYTHING, set(map(_hash, fingerprints))))

    def __add__(self, other: Sketch) -> Sketch:
        if not self.payload or not other.payload:
            return self if self.payload else other
        (theta, hashes), (other_theta, more) = _read(self.payload), _read(other.payload)
        return Sketch(_written(min(theta, other_theta), hashes | more))

    def __len__(self) -> int:
        if not self.payload:
            return 0
        theta, hashes = _read(self.payload)
        return round(len(hashes) / (theta / _EVERYTHING))

    def common(self, other: Sketch) -> int:
        """How many persons are in both."""
        if not self.payload or not other.payload:
            return 0
        (theta, hashes), (other_theta, more) = _read(self.payload), _read(other.payload)
        least = min(theta, other_theta)
        return round(sum(value < least for value in hashes & more) / (least / _EVERYTHING))


def _written(theta: int, hashes: set[int]) -> bytes:
    kept = sorted(value for value in hashes if value < theta)
    if len(kept) > EXACT_PERSONS:
        theta, kept = kept[EXACT_PERSONS], kept[:EXACT_PERSONS]
    if not kept and theta == _EVERYTHING:
        return b""
    entries = struct.pack(f"<{len(kept)}Q", *kept)
    if theta < _EVERYTHING:
        return _head(_ESTIMATED) + _COUNT.pack(len(kept)) + struct.pack("<Q", theta) + entries
    return _head(_SINGLE) + entries if len(kept) == 1 else _head(_EXACT) + _COUNT.pack(len(kept)) + entries


def _head(longs: int) -> bytes:
    return _HEAD.pack(longs, 3, 3, _FLAGS, _SEED_HASH)


def _read(payload: bytes) -> tuple[int, set[int]]:
    longs = payload[0]
    theta = struct.unpack_from("<Q", payload, 16)[0] if longs == _ESTIMATED else _EVERYTHING
    entries = payload[8 * longs :]
    return theta, set(struct.unpack(f"<{len(entries) // 8}Q", entries))


def _hash(value: int) -> int:
    """The first half of MurmurHash3 x64 128 of eight bytes, without its lowest bit."""
    first = second = _SEED
    first ^= _rotated(value * _C1 & _MASK, 31) * _C2 & _MASK
    first, second = first ^ 8, second ^ 8
    first = (first + second) & _MASK
    second = (second + first) & _MASK
    return ((_mixed(first) + _mixed(second)) & _MASK) >> 1


def _rotated(value: int, by: int) -> int:
    return (value << by | value >> (64 - by)) & _MASK


def _mixed(value: int) -> int:
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & _MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ value >> 33
