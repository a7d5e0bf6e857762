"""Runs of the digits of base64 in a text, found by looking at every seventh character."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import ASCII, nonzero, units_of
from pii_audit.detection.encoded_runs import NARROW, SHORTEST, WIDE
from pii_audit.detection.first_bytes import readable_base64, readable_hex

_STRIDE = SHORTEST // 2
"""Of a run that is long enough, two places that are multiples of it stand within."""
_LOOKED_AT = 12
"""Digits at the beginning of a run that are decoded."""


def _members(digits: str) -> NDArray[np.bool_]:
    table = np.zeros(ASCII + 1, np.bool_)
    table[[ord(one) for one in re.findall(f"[{digits}]", "".join(map(chr, range(ASCII))))]] = True
    return table


_TABLES = (_members(WIDE), _members(NARROW))


def runs(text: str) -> Iterator[tuple[int, int]]:
    """The places of the runs whose first bytes may be text, before those within them."""
    codes = np.minimum(units_of(text), ASCII).astype(np.uint8)
    starts, ends = map(np.concatenate, zip(*(_of(codes, table) for table in _TABLES), strict=True))
    prefixed = (codes[starts] == ord("0")) & (codes[starts + 1] | 32 == ord("x"))
    places = np.arange(_LOOKED_AT)
    readable = readable_base64(codes[starts[:, None] + places])
    readable |= readable_hex(codes[(starts + 2 * prefixed)[:, None] + places])
    kept = nonzero(readable)
    starts, ends = starts[kept], ends[kept]
    order = np.lexsort((-ends, starts))
    return zip(starts[order].tolist(), ends[order].tolist(), strict=True)


def _of(codes: NDArray[np.uint8], table: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the runs of some characters begin and end."""
    member = table[codes[::_STRIDE]]
    at = nonzero(member[:-1] & member[1:]) * _STRIDE
    at = at[table[codes[at[:, None] + np.arange(1, _STRIDE)]].all(axis=1)]
    goes_on = np.diff(at) == _STRIDE
    start = at[np.append(True, ~goes_on)[: len(at)]]
    last = at[np.append(~goes_on, True)[: len(at)]] + _STRIDE
    start, end = start - _reach(codes, start, table, -1), last + 1 + _reach(codes, last, table, 1)
    kept = nonzero(end - start >= SHORTEST)
    return start[kept], end[kept]


def _reach(
    codes: NDArray[np.uint8], at: NDArray[np.int64], table: NDArray[np.bool_], direction: int
) -> NDArray[np.int64]:
    """How many more such characters stand beside some places, fewer than a stride."""
    steps = at[:, None] + direction * np.arange(1, _STRIDE)
    inside = table[codes[np.clip(steps, 0, len(codes) - 1)]] & (steps >= 0) & (steps < len(codes))
    reach: NDArray[np.int64] = np.logical_and.accumulate(inside, axis=1).sum(axis=1)
    return reach
