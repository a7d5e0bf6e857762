"""Distinct persons without identities: Apache DataSketches theta over keyed hashes.

Estimates are within about 3.2 % at 95 % confidence (lg_k = 12) and exact below 4,096 values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LG_K = 12
EXACT_PERSONS = 2**LG_K
"""Up to so many values a sketch counts exactly."""
_DEVIATIONS = 2
"""Of the estimate, for its bounds: 95 %."""
_Z2 = 1.959963984540054**2


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some people are also others, of 1, with its bounds at 95 %; equal to it where both were counted exactly."""

    share: float
    at_least: float
    at_most: float

    @property
    def exact(self) -> bool:
        """Whether everybody was counted."""
        return self.at_least == self.at_most


@dataclass(frozen=True, slots=True)
class Sketch:
    """An immutable set of keyed hashes that answers how many, and how many in common; `Sketch()` is empty."""

    payload: bytes = b""

    @classmethod
    def of(cls, fingerprints: Iterable[int]) -> Sketch:
        """The sketch of 63-bit keyed hashes."""
        from datasketches import update_theta_sketch  # noqa: PLC0415 - pulls NumPy, start-up must not

        sketch = update_theta_sketch(lg_k=LG_K)
        empty = True
        for fingerprint in fingerprints:
            sketch.update(fingerprint)
            empty = False
        # Untrimmed, what it keeps past lg_k depends on the order of arrival.
        sketch.trim()
        return cls() if empty else cls(sketch.compact().serialize())

    def _open(self) -> Any:
        from datasketches import compact_theta_sketch, update_theta_sketch  # noqa: PLC0415

        return (
            compact_theta_sketch.deserialize(self.payload) if self.payload else update_theta_sketch(lg_k=LG_K).compact()
        )

    @classmethod
    def union(cls, sketches: Iterable[Sketch]) -> Sketch:
        """The persons of all of them, nobody twice; quicker than adding one to the other."""
        filled = [sketch for sketch in sketches if sketch.payload]
        if len(filled) <= 1:
            return filled[0] if filled else cls()
        from datasketches import theta_union  # noqa: PLC0415

        union = theta_union(lg_k=LG_K)
        for sketch in filled:
            union.update(sketch._open())  # noqa: SLF001 - its own kind
        return cls(union.get_result().serialize())

    def __add__(self, other: Sketch) -> Sketch:
        return Sketch.union((self, other))

    def __len__(self) -> int:
        return round(self._open().get_estimate()) if self.payload else 0

    def kept(self) -> tuple[int, ...]:
        """The hashes that stand for its persons, 4,096 at most: the lowest ones, which a sketch of more people keeps too."""
        return tuple(self._open()) if self.payload else ()

    @property
    def bounds(self) -> tuple[int, int]:
        """How many there are at least and at most, at 95 %; equal where they were counted exactly."""
        if not self.payload:
            return 0, 0
        opened = self._open()
        return math.floor(opened.get_lower_bound(_DEVIATIONS)), math.ceil(opened.get_upper_bound(_DEVIATIONS))

    def share_in(self, other: Sketch) -> Share | None:
        """The share of these persons that are among the others; None where too few are left to tell, or nobody is here.

        Both sketches are samples drawn by the same hash, so that of those whom both would have kept the share is known: a
        proportion of that many draws, with its Wilson score interval (1927).
        """
        if not self.payload:
            return None
        from datasketches import theta_a_not_b, theta_intersection  # noqa: PLC0415 - as above

        here, there = self._open(), other._open()
        both = theta_intersection()
        both.update(here)
        both.update(there)
        common = both.get_result()
        hits = common.num_retained
        draws = hits + theta_a_not_b().compute(here, there).num_retained
        if not draws:
            return None
        share = hits / draws
        if not here.is_estimation_mode() and not there.is_estimation_mode():
            return Share(share, share, share)
        centre = (share + _Z2 / (2 * draws)) / (1 + _Z2 / draws)
        spread = math.sqrt(_Z2 * (share * (1 - share) + _Z2 / (4 * draws)) / draws) / (1 + _Z2 / draws)
        return Share(share, max(0.0, min(share, centre - spread)), min(1.0, max(share, centre + spread)))

    def common(self, other: Sketch) -> int:
        """How many persons are in both."""
        return round(self.met(other)[1])

    def met(self, other: Sketch) -> tuple[int, float]:
        """How many were met in both for certain, and how many are in both by estimate."""
        if not self.payload or not other.payload:
            return 0, 0.0
        from datasketches import theta_intersection  # noqa: PLC0415

        intersection = theta_intersection()
        intersection.update(self._open())
        intersection.update(other._open())
        both = intersection.get_result()
        return both.num_retained, both.get_estimate()
