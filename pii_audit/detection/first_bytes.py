"""Cells that may be encoded text; base64 and hexadecimal that is none is told by its first bytes: nearly all digests, UUIDs and long numbers."""

from __future__ import annotations

import re
import string

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import nonzero
from pii_audit.detection.encodings import LAYOUT, from_base64
from pii_audit.detection.kinds import Column, Sign

LOOKED_AT = 16
"""Characters of a cell: twelve bytes in base64, eight in hexadecimal."""
_HEX = np.full(256, 255, np.uint8)
for _value, _digit in enumerate(string.hexdigits[:16]):
    _HEX[[ord(_digit), ord(_digit.upper())]] = _value
_BASE64, _BARE = np.zeros(256, np.uint8), np.zeros(256, np.bool_)
for _digit in string.ascii_letters + string.digits + "+/-_":
    _BASE64[ord(_digit)], _BARE[ord(_digit)] = from_base64(_digit * 8)[0] >> 2, True

_SHORTEST = 8
"""Characters of base64 that is looked into."""
_DEAD = 4
"""The state of what is no text."""


def _printable() -> NDArray[np.bool_]:
    table = np.zeros(256, np.bool_)
    table[0x20:0x7F] = True
    table[list(map(ord, LAYOUT))] = True
    return table


def _utf_8() -> NDArray[np.uint8]:
    """By state (so many bytes of a character are still to come) and byte, the next state; a little more is let through than RFC 3629 allows."""
    table = np.full((_DEAD + 1, 256), _DEAD, np.uint8)
    table[0, _printable()] = 0
    for length, low, high in ((1, 0xC2, 0xDF), (2, 0xE0, 0xEF), (3, 0xF0, 0xF4)):
        table[0, low : high + 1] = length
        table[length, 0x80:0xC0] = length - 1
    return table


def _gb18030() -> NDArray[np.uint8]:
    """The same for the characters that `encodings.text_of` believes; in state 2 anything may follow."""
    table = np.full((_DEAD + 1, 256), _DEAD, np.uint8)
    table[0, _printable()] = 0
    table[0, 0xA1:0xA4] = table[0, 0xB0:0xD8] = 1
    table[1, 0x40:0xFF] = 0
    table[1, 0x30:0x3A] = table[2] = 2
    return table


_READERS = (_utf_8(), _gb18030())


_may_decode = re.compile(r"\s*(?:[0AaXx+/_-]{8,}={0,2}|(?:0x|0X)[0Aa]{16,})\s*|.*?(?:[%\\]|&#).*", re.DOTALL).fullmatch


def may_decode(column: Column) -> NDArray[np.bool_]:
    """In which values `encodings.decoded` may find something, by their characters."""
    encoded = ~column.holding(Sign.UNENCODED) & (column.lengths >= _SHORTEST)
    among = ~encoded & (column.holding(Sign.ESCAPE) | column.edged(Sign.SPACE))
    return encoded | column.of_kinds(_may_decode, among=among)


def maybe_text(column: Column, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of some values of a column that may decode to text, as far as their length and their first bytes say."""
    misfit = column.lengths[places] % 4 == 1
    if misfit.any():
        # Base64 without padding never has 4 n + 1 characters (RFC 4648 3.2).
        places = places[~misfit | column.holding(Sign.BESIDE_BASE64)[places]]
    if not len(places) or not column.plain:
        return places
    codes = np.minimum(column.units, 255).astype(np.uint8)
    told = (~column.holding(Sign.UNENCODED) & (column.lengths >= LOOKED_AT))[places]
    heads = codes[column.starts[places[told]][:, None] + np.arange(LOOKED_AT)]
    plainly = _BARE[heads].all(axis=1) & ~((heads[:, 0] == ord("0")) & (heads[:, 1] | 32 == ord("x")))
    told[told] = plainly
    asked, heads = places[told], heads[plainly]
    hexadecimal = _is_hex(column, codes)[asked]
    kept = np.zeros(len(asked), np.bool_)
    kept[hexadecimal] = readable_hex(heads[hexadecimal])
    kept[~hexadecimal] = readable_base64(heads[~hexadecimal])
    refused = nonzero(told)[~kept]
    return np.delete(places, refused)


def _is_hex(column: Column, codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which values are pairs of hexadecimal digits from end to end."""
    digits = np.add.reduceat((_HEX[codes] < LOOKED_AT).astype(np.int64), column.starts)
    pairs: NDArray[np.bool_] = (digits == column.lengths) & (column.lengths % 2 == 0)
    return pairs


def readable_hex(heads: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which rows of codes are the hexadecimal digits of what may be the beginning of a text; shape (n, even)."""
    digits = _HEX[heads]
    readable: NDArray[np.bool_] = _readable((digits[:, ::2] << 4 | digits[:, 1::2]).astype(np.uint8, copy=False))
    return readable & (digits < LOOKED_AT).all(axis=1)


def readable_base64(heads: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The same of base64 in either alphabet; shape (n, 4 m)."""
    groups = heads.shape[1] // 4
    digits = _BASE64[heads].reshape(len(heads), groups, 4)
    first, second, third, fourth = (digits[:, :, place] for place in range(4))
    content = np.stack([first << 2 | second >> 4, second << 4 | third >> 2, third << 6 | fourth], axis=2)
    return _readable(content.reshape(len(heads), 3 * groups))


def _readable(content: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which rows of bytes may be the beginning of a text."""
    readable = np.zeros(len(content), np.bool_)
    for table in _READERS:
        state = np.zeros(len(content), np.uint8)
        for place in range(content.shape[1]):
            state = table[state, content[:, place]]
        readable |= state != _DEAD
    return readable
