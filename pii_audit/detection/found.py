"""What was found in the values of a column, value by value, without a Python object for each candidate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import nonzero
from pii_audit.detection.bulk.candidates import Candidates
from pii_audit.detection.groups import numbered
from pii_audit.detection.kinds import Column
from pii_audit.detection.matcher import Candidate
from pii_audit.identifiers.model import Identifier

APART = -1
"""Stands for candidates that depend on more than their places and scores, or are too many or too far behind to be compared."""
_MOST = 8
"""Candidates of a value that are compared with those of others."""
_REACH = 31
"""Bits of the length of a candidate."""


class Found:
    """Candidates of a column's text by the value in which they stand.

    `keys` of two values are equal where the same candidates stand at the same places of both; a value without any has 0, one with a
    candidate of an identifier out of `apart` has `APART`.
    """

    def __init__(self, column: Column, candidates: Candidates, apart: frozenset[int]) -> None:
        value = np.searchsorted(column.starts, candidates.start, "right") - 1
        order = np.lexsort((candidates.end, candidates.place, candidates.start))
        self._candidates, value = candidates.at(order), value[order]
        self._starts = column.starts
        self._borders = np.searchsorted(value, np.arange(len(self._starts) + 1))
        count = np.diff(self._borders)
        self.there = count > 0
        """In which values anything was found."""
        one = self._candidates
        start, length = one.start - self._starts[value], one.end - one.start
        flags = one.supported + 2 * one.validated + 4 * one.labelled + 8 * one.doubted
        span = start << _REACH | length
        written = numbered(one.place * 16 + flags, one.base.view(np.int64), span)
        self.keys = self._keys(count, written)
        self.keys[value[np.isin(one.place, list(apart)) | (length >> _REACH > 0)]] = APART
        self.keys[count > _MOST] = APART

    def _keys(self, count: NDArray[np.int64], written: NDArray[np.int64]) -> NDArray[np.int64]:
        keys = np.minimum(count, 1)
        for rank in range(min(int(count.max(initial=0)), _MOST)):
            there = nonzero(count > rank)
            # The number of so many candidates is none of those of fewer.
            keys[there] = keys.max() + 1 + numbered(keys[there], written[self._borders[there] + rank])
        return keys

    def candidates(self, place: int, identifiers: Sequence[Identifier]) -> list[Candidate]:
        """Those of one value, offsets within it; `identifiers` are those of the matcher."""
        begin = int(self._starts[place])
        found = self._candidates.at(slice(self._borders[place], self._borders[place + 1]))
        return [one.moved(-begin) for one in found.objects(identifiers)]
