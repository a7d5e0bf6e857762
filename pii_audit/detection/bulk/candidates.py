"""Candidates as arrays: what the bulk engine finds, before any Python object is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.matcher import BOOST, CEILING, LEAST_SUPPORTED, Candidate
from pii_audit.identifiers.model import Identifier


@dataclass(frozen=True)
class Candidates:
    """Matches before overlaps are resolved, as arrays of one length; `place` is the identifier's among those of the matcher.

    `start` and `end` are offsets in characters; the others are as in `Candidate`.
    """

    place: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    base: NDArray[np.float64]
    supported: NDArray[np.bool_]
    validated: NDArray[np.bool_]
    labelled: NDArray[np.bool_]
    doubted: NDArray[np.bool_]
    encoded: NDArray[np.bool_]
    inside: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def score(self) -> NDArray[np.float64]:
        """The base scores, raised or lowered by context."""
        raised = np.maximum(np.minimum(CEILING, self.base + BOOST), LEAST_SUPPORTED)
        score = np.where(self.supported & (self.base > 0), np.maximum(self.base, raised), self.base)
        return np.where(self.doubted, np.maximum(0.0, self.base - BOOST), score)

    def at(self, chosen: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Candidates:
        """Some of them."""
        return Candidates(*(getattr(self, one.name)[chosen] for one in fields(self)))

    @classmethod
    def of(cls, parts: Sequence[Candidates]) -> Candidates:
        """Several as one."""
        return (
            cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))
            if parts
            else NOTHING
        )

    @classmethod
    def from_objects(cls, place: int, found: Sequence[Candidate]) -> Candidates:
        """Candidates of one identifier."""
        return cls(
            np.full(len(found), place),
            np.array([one.start for one in found], np.int64),
            np.array([one.end for one in found], np.int64),
            np.array([one.base for one in found], np.float64),
            np.array([one.supported for one in found], np.bool_),
            np.array([one.validated for one in found], np.bool_),
            np.array([one.labelled for one in found], np.bool_),
            np.array([one.doubted for one in found], np.bool_),
            np.array([one.encoded for one in found], np.bool_),
            np.array([one.inside for one in found], np.bool_),
        )

    def joined(self, others: Iterable[tuple[int, Candidate]]) -> Candidates:
        """These and others, each with its identifier's place."""
        by_place: dict[int, list[Candidate]] = {}
        for place, one in others:
            by_place.setdefault(place, []).append(one)
        return Candidates.of([self, *(self.from_objects(place, found) for place, found in by_place.items())])

    def objects(self, identifiers: Sequence[Identifier]) -> Iterator[Candidate]:
        """Candidates one by one; `identifiers` are those of the matcher."""
        for place, *rest in zip(*(getattr(self, one.name).tolist() for one in fields(self)), strict=True):
            yield Candidate(identifiers[place], *rest)


NOTHING = Candidates.from_objects(0, ())
