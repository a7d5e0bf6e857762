"""What was found in the values of a column, value by value, without a Python object for each candidate."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import nonzero
from pii_audit.detection.bulk.candidates import Candidates
from pii_audit.detection.kinds import Column
from pii_audit.detection.matcher import Candidate
from pii_audit.identifiers.model import Identifier

APART = b"apart"
"""Stands for candidates that depend on more than their places and scores."""


class Found:
    """Candidates of a column's text by the value in which they stand.

    `keys` of two values are equal where the same candidates stand at the same places of both; a value without any has none, one with a
    candidate of an identifier out of `apart` has `APART`.
    """

    def __init__(self, column: Column, candidates: Candidates, apart: frozenset[int]) -> None:
        value = np.searchsorted(column.starts, candidates.start, "right") - 1
        order = np.lexsort((candidates.end, candidates.place, candidates.start))
        self._candidates, value = candidates.at(order), value[order]
        first = nonzero(np.diff(value, prepend=-1))
        self._starts = column.starts
        borders = np.append(first, len(value)).tolist()
        self._rows = dict(zip(value[first].tolist(), pairwise(borders), strict=True))
        self.keys = self._keys(value)
        for row in nonzero(np.isin(self._candidates.place, list(apart))).tolist():
            self.keys[int(value[row])] = APART

    @cached_property
    def there(self) -> NDArray[np.bool_]:
        """In which values anything was found."""
        there = np.zeros(len(self._starts), np.bool_)
        there[list(self.keys)] = True
        return there

    def _keys(self, value: NDArray[np.int64]) -> dict[int, bytes]:
        one = self._candidates
        flags = one.supported + 2 * one.validated + 4 * one.labelled + 8 * one.doubted
        begin = self._starts[value]
        table = np.column_stack([one.place * 16 + flags, one.start - begin, one.end - begin, one.base.view(np.int64)])
        raw, width = table.tobytes(), 8 * table.shape[1]
        return {number: raw[low * width : high * width] for number, (low, high) in self._rows.items()}

    def candidates(self, place: int, identifiers: Sequence[Identifier]) -> list[Candidate]:
        """Those of one value, offsets within it; `identifiers` are those of the matcher."""
        if place not in self._rows:
            return []
        low, high = self._rows[place]
        begin = int(self._starts[place])
        found = self._candidates.at(slice(low, high))
        return [one.moved(-begin) for one in found.objects(identifiers)]
