"""People, not rows: whom assets concern, and how many of them are those of others, told by sketches of keyed hashes alone.

Sketches of one kind of identifier add up and overlap; those of different kinds have nobody in common, even where they are of
the same people. So people are counted kind by kind, and the kind that tells most of them apart speaks for all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pii_audit.identifiers.model import Catalogue
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.evidence import FREE_TEXT
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Share, Sketch
from pii_audit.policy.model import CUSTOMER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HOLDERS = "account"
"""The group of identifiers that stand for whoever holds them, where nothing tells the person."""

LIKELY = 20
"""Assets that are compared in full, those with most hashes in common."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many of some people are those of others, by one kind of identifier.

    `here` and `there` are the people of either side who have that identifier, `share` is of those here.
    """

    identifier: str
    here: int
    there: int
    share: Share

    @property
    def common(self) -> int:
        """About how many are in both."""
        return round(self.share.share * self.here)


@dataclass(frozen=True, slots=True)
class Count:
    """The people of one source, flow or asset, told apart by one kind of identifier; bounds at 95 %, equal where counted exactly.

    Not `complete`: of some of its `assets` a sample was read, or less, and there are more. `among` compares with others, where asked.
    """

    scope: Literal["source", "flow", "asset"]
    name: str
    assets: int
    identifier: str
    persons: int
    at_least: int
    at_most: int
    complete: bool
    among: Overlap | None = None


@dataclass(frozen=True, slots=True)
class People:
    """The people of some assets, by identifier; `complete` where all of them were read in full.

    Of the `kinds`, `telling` ones stand for one person each; the others, for whoever holds an account.
    """

    kinds: Mapping[str, Sketch]
    telling: frozenset[str] = frozenset()
    complete: bool = True

    @property
    def identifier(self) -> str | None:
        """The kind that tells most people apart; None where there is nobody."""
        return max(self.kinds, key=lambda kind: (kind in self.telling, len(self.kinds[kind])), default=None)

    @property
    def persons(self) -> Sketch:
        """The people told apart by that kind: so many there are at least."""
        return self.kinds[self.identifier] if self.identifier else Sketch()

    def among(self, others: People) -> Overlap | None:
        """How many are those others, by the kind that tells most of those here whom both sides know; None where there is none."""
        shared = [kind for kind in self.kinds if kind in others.kinds]
        for kind in sorted(shared, key=lambda kind: (kind not in self.telling, -len(self.kinds[kind]))):
            share = self.kinds[kind].share_in(others.kinds[kind])
            if share is not None:
                return Overlap(kind, len(self.kinds[kind]), len(others.kinds[kind]), share)
        return None


def people_of(inspected: Iterable[Inspected], catalogue: Catalogue) -> People:
    """The people of some assets together: customers, where an asset has any."""
    kinds: dict[str, list[Sketch]] = defaultdict(list)
    complete = True
    for one in inspected:
        complete &= one.coverage.status is CoverageStatus.INSPECTED
        for found in [found for found in one.fields if found.subject == CUSTOMER] or one.fields:
            sketch = one.tally.fields[found.field or FREE_TEXT].evidence[found.identifier].persons
            if sketch.payload and _tells(catalogue, found.identifier):
                kinds[found.identifier].append(sketch)
    # In the order of the catalogue, in which documents come before addresses: of two that tell as many, the first speaks.
    ordered = {kind: Sketch.union(kinds[kind]) for kind in catalogue if kind in kinds}
    return People(ordered, frozenset(kind for kind in kinds if catalogue[kind].person_key), complete)


def _tells(catalogue: Catalogue, kind: str) -> bool:
    """Whether one value is one person, or one holder: namesakes are not the same person."""
    return kind in catalogue and (catalogue[kind].person_key or kind in catalogue.groups[HOLDERS])


class Populations:
    """Assets whose people others may be found among, by the keyed hashes that their sketches keep.

    Asking each of thousands of tables about each of thousands of files takes minutes; those that have a hash in common with a
    file are few.
    """

    def __init__(self, inspected: Iterable[Inspected], catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known = [(one, people_of([one], catalogue)) for one in inspected]
        self._index = {
            kind: self._indexed(kind) for kind in {kind for _, people in self._known for kind in people.kinds}
        }

    def _indexed(self, kind: str) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """The hashes of one kind in order, and whose each of them is."""
        import numpy as np  # noqa: PLC0415 - start-up must not

        held = [
            (place, people.kinds[kind].kept()) for place, (_, people) in enumerate(self._known) if kind in people.kinds
        ]
        hashes = np.concatenate([np.asarray(kept, np.uint64) for _, kept in held])
        owners = np.repeat([place for place, _ in held], [len(kept) for _, kept in held])
        order = np.argsort(hashes)
        return hashes[order], owners[order]

    def of(self, one: Inspected) -> Iterator[tuple[Inspected, Overlap]]:
        """The assets that have people in common with this one, and how many of its people they are."""
        mine = people_of([one], self._catalogue)
        for place in self._likely(mine):
            other, people = self._known[place]
            overlap = mine.among(people)
            if overlap is not None and other.asset.id != one.asset.id:
                yield other, overlap

    def _likely(self, people: People) -> Sequence[int]:
        import numpy as np  # noqa: PLC0415 - as above

        met: Counter[int] = Counter()
        for kind, sketch in people.kinds.items():
            if kind in self._index:
                hashes, owners = self._index[kind]
                mine = np.asarray(sketch.kept(), np.uint64)
                for first, last in zip(hashes.searchsorted(mine), hashes.searchsorted(mine, "right"), strict=True):
                    met.update(owners[first:last].tolist())
        return [place for place, _ in met.most_common(LIKELY)]
