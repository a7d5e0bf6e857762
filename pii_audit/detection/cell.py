"""What a cell holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute

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
    """What one distinct value holds.

    `lookalikes` counts what is of an identifier's length and alphabet, `tried` what of it has its structure, as `lookalikes_of` does.
    """

    hits: tuple[Hit, ...] = ()
    lookalikes: Mapping[str, int] = attribute(default_factory=dict)
    tried: Mapping[str, int] = attribute(default_factory=dict)

    def beside(self, hits: Iterable[Hit]) -> Cell:
        """The same with those of some hits in its text that overlap nothing."""
        taken = Taken()
        for hit in self.hits:
            taken.add(hit.match.start, hit.match.end)
        more = [one for one in hits if taken.add(one.match.start, one.match.end)]
        return replace(self, hits=(*self.hits, *more))


EMPTY = Cell()
