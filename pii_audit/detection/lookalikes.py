"""What is of an identifier's length and alphabet, whether it passes its check or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pii_audit.detection.matcher import Candidate
from pii_audit.model.evidence import Match


def lookalikes_of(candidates: Iterable[Candidate], matches: Sequence[Match]) -> dict[str, int]:
    """How many look-alikes one row (a cell, a line of text) counts for, by identifier, where a validator can pass by accident.

    Hits are counted in rows: a row with a hit counts for as many look-alikes as stand in it for each value that passed, one without for all.
    """
    places: dict[str, set[int]] = {}
    for one in candidates:
        if one.identifier.chance < 1:
            places.setdefault(one.identifier.id, set()).add(one.start)
    counts = dict.fromkeys(places, 1)
    for identifier, found in places.items():
        if len(found) > 1:
            passed = sum(match.identifier == identifier for match in matches)
            counts[identifier] = max(1, round(len(found) / max(1, passed)))
    return counts
