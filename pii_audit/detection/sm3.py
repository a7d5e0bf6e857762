"""The SM3 digest, GB/T 32905-2016 (ISO/IEC 10118-3:2018), for Pythons whose OpenSSL does not offer it."""

from __future__ import annotations

import hashlib
import struct
from functools import cache

_WORD = 0xFFFFFFFF
_INITIAL = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
"""IV, clause 4.1."""
_BLOCK = 64
_FIRST_ROUNDS = 16


def _rotated(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> (32 - by)) & _WORD


_CONSTANTS = tuple(_rotated(0x79CC4519 if place < _FIRST_ROUNDS else 0x7A879D8A, place) for place in range(64))
"""T_j, clause 4.2, turned by j as the compression function uses it."""


def _expanded(block: bytes) -> list[int]:
    """The 68 words of a message block, clause 5.3.2."""
    words = list(struct.unpack(">16I", block))
    for place in range(_FIRST_ROUNDS, 68):
        mixed = words[place - 16] ^ words[place - 9] ^ _rotated(words[place - 3], 15)
        mixed ^= _rotated(mixed, 15) ^ _rotated(mixed, 23)
        words.append(mixed ^ _rotated(words[place - 13], 7) ^ words[place - 6])
    return words


def _compressed(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    """The compression function, clause 5.3.3."""
    words = _expanded(block)
    a, b, c, d, e, f, g, h = state
    for place in range(64):
        turned = _rotated(a, 12)
        first = _rotated((turned + e + _CONSTANTS[place]) & _WORD, 7)
        if place < _FIRST_ROUNDS:
            chosen, picked = a ^ b ^ c, e ^ f ^ g
        else:
            chosen, picked = (a & b) | (a & c) | (b & c), (e & f) | (~e & g)
        one = (chosen + d + (first ^ turned) + (words[place] ^ words[place + 4])) & _WORD
        two = (picked + h + first + words[place]) & _WORD
        a, b, c, d = one, a, _rotated(b, 9), c
        e, f, g, h = two ^ _rotated(two, 9) ^ _rotated(two, 17), e, _rotated(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def sm3_plain(content: bytes) -> bytes:
    """The 32 bytes of the digest, computed here."""
    padded = content + b"\x80" + bytes(-(len(content) + 9) % _BLOCK) + struct.pack(">Q", 8 * len(content))
    state: tuple[int, ...] = _INITIAL
    for start in range(0, len(padded), _BLOCK):
        state = _compressed(state, padded[start : start + _BLOCK])
    return struct.pack(">8I", *state)


@cache
def offered() -> bool:
    """Whether hashlib has SM3; some builds of OpenSSL list it and then refuse."""
    try:
        return hashlib.new("sm3", b"").digest_size == len(sm3_plain(b""))
    except ValueError:
        return False


def sm3(content: bytes) -> bytes:
    """The 32 bytes of the digest, by OpenSSL where it offers SM3."""
    return hashlib.new("sm3", content).digest() if offered() else sm3_plain(content)
