"""What a cell holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.matcher import Taken
from pii_audit.model.evidence import Match


@dataclass(frozen=True, slots=True)
class Hit:
    """One identifier in one cell.

    `whole`: it fills the cell; `supported`: a word beside it in the text speaks for it; `by_name`: only the column's name
    and the cell's shape say so, no pattern.
    """

    match: Match
    whole: bool
    supported: bool = False
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What one distinct value holds; `lookalikes` counts what is of an identifier's length and alphabet, as `lookalikes_of` does."""

    hits: tuple[Hit, ...] = ()
    lookalikes: Mapping[str, int] = attribute(default_factory=dict)

    def beside(self, matches: Iterable[Match]) -> Cell:
        """The same with those of some matches in its text that overlap nothing."""
        taken = Taken()
        for hit in self.hits:
            taken.add(hit.match.start, hit.match.end)
        more = [Hit(one, whole=False) for one in matches if taken.add(one.start, one.end)]
        return replace(self, hits=(*self.hits, *more))


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Cells:
    """What some values hold: `cells` without repetition, `of` says which of them each value is."""

    cells: list[Cell]
    of: NDArray[np.int64]

    @classmethod
    def empty(cls, count: int) -> Cells:
        """So many values that hold nothing."""
        return cls([EMPTY], np.zeros(count, np.int64))

    def put(self, place: int, cell: Cell) -> None:
        """Gives one value a cell of its own."""
        self.of[place] = self.add(cell)

    def add(self, cell: Cell) -> int:
        """Adds a cell; gives its number."""
        self.cells.append(cell)
        return len(self.cells) - 1

    def each(self) -> list[Cell]:
        """One cell for each value."""
        return [self.cells[number] for number in self.of.tolist()]
