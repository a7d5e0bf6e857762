"""Runs of the digits of base64 in a text, found by looking at every seventh character."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import ASCII, Codes, Membership, nonzero, units_of
from pii_audit.detection.encoded_runs import NARROW, SHORTEST, WIDE
from pii_audit.detection.first_bytes import readable_base64, readable_hex

_STRIDE = SHORTEST // 2
"""Of a run that is long enough, two places that are multiples of it stand within."""
_LOOKED_AT = 12
"""Digits at the beginning of a run that are decoded."""
_BETWEEN = (3, 5, 2, 4, 1, 6)
"""The places within a stride, those first that tell most."""
Places = NDArray[np.int64]


def _members(digits: str) -> Membership:
    table = np.zeros(ASCII + 1, np.bool_)
    table[[ord(one) for one in re.findall(f"[{digits}]", "".join(map(chr, range(ASCII))))]] = True
    return table


_WIDE, _NARROW = _members(WIDE), _members(NARROW)


def runs(text: str) -> Iterator[tuple[int, int]]:
    """The places of the runs whose first bytes may be text, before those within them."""
    codes = np.minimum(units_of(text), ASCII).astype(np.uint8)
    member = _WIDE[codes[::_STRIDE]]
    wide = _whole(codes, nonzero(member[:-1] & member[1:]) * _STRIDE, _WIDE)
    both = (_of(codes, wide, _WIDE), _of(codes, _whole(codes, wide, _NARROW), _NARROW))
    start, end = map(np.concatenate, zip(*both, strict=True))
    # Most are of both kinds.
    size = len(codes) + 1
    ordered = np.unique(start * size - end)
    start, end = -(-ordered // size), -ordered % size
    kept = _readable(codes, start)
    return zip(start[kept].tolist(), end[kept].tolist(), strict=True)


def _whole(codes: Codes, at: Places, table: Membership) -> Places:
    """The places from which on a stride is of some characters, its end included."""
    for step in (0, _STRIDE, *_BETWEEN):
        at = at[table[codes[at + step]]]
    return at


def _of(codes: Codes, at: Places, table: Membership) -> tuple[Places, Places]:
    """Where the runs begin and end whose strides begin at some places."""
    goes_on = np.diff(at) == _STRIDE
    start = at[np.append(True, ~goes_on)[: len(at)]]
    last = at[np.append(~goes_on, True)[: len(at)]] + _STRIDE
    start, end = _moved(codes, start, table, -1), _moved(codes, last, table, 1) + 1
    kept = nonzero(end - start >= SHORTEST)
    return start[kept], end[kept]


def _moved(codes: Codes, at: Places, table: Membership, direction: int) -> Places:
    """The last places that are reached by such characters in a direction, less than a stride away."""
    reached, going = at.copy(), np.arange(len(at))
    for _ in range(1, _STRIDE):
        ahead = reached[going] + direction
        inside = (ahead >= 0) & (ahead < len(codes))
        going, ahead = going[inside], ahead[inside]
        inside = table[codes[ahead]]
        going = going[inside]
        reached[going] = ahead[inside]
    return reached


def _readable(codes: Codes, start: Places) -> NDArray[np.bool_]:
    """Which runs begin with the digits of a text; the very first ones are asked before."""
    prefixed = (codes[start] == ord("0")) & (codes[start + 1] | 32 == ord("x"))
    kept = np.zeros(len(start), np.bool_)
    for readable, begin in ((readable_base64, start), (readable_hex, start + 2 * prefixed)):
        rows = np.arange(len(start))
        for digits in (4, _LOOKED_AT):
            rows = rows[readable(codes[begin[rows][:, None] + np.arange(digits)])]
        kept[rows] = True
    return kept
