"""Rows that are equal, numbered and put together with NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import nonzero


def numbered(*keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number from 0 for each row of some columns of one length, the same for rows that are equal in all of them."""
    number, count = np.zeros(len(keys[0]), np.int64), 1
    for key in keys:
        if len(key) and (key == key[0]).all():
            continue
        values, place = np.unique(key, return_inverse=True)
        both = number * len(values) + place
        values, number = np.unique(both, return_inverse=True) if count > 1 else (values, place)
        count = len(values)
    return number


def groups(number: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Each of some numbers, ascending, with the places at which it stands, ascending."""
    if not len(number):
        return
    order = np.argsort(number, kind="stable")
    ordered = number[order]
    borders = [0, *(nonzero(np.diff(ordered)) + 1).tolist(), len(ordered)]
    for low, high in pairwise(borders):
        yield int(ordered[low]), order[low:high]
