"""Where candidates overlap: the winners of `Matcher.resolve`, as arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import nonzero
from pii_audit.detection.bulk.candidates import Candidates
from pii_audit.detection.matcher import Taken

Places = NDArray[np.int64]


def winners(found: Candidates) -> Places:
    """The places of the candidates that stay, in reading order; `place` is the order in which identifiers are defined."""
    if found.inside.any():
        layers = [nonzero(one) for one in (~found.inside, found.inside)]
        kept = np.concatenate([layer[_winners(found.at(layer))] for layer in layers])
        return kept[np.argsort(found.start[kept], kind="stable")]
    return _winners(found)


def _winners(found: Candidates) -> Places:
    """The same where nothing is inside encoded runs, or everything."""
    order: Places = np.argsort(found.start, kind="stable")
    start, end = found.start[order], found.end[order]
    reach = np.maximum.accumulate(end)
    alone = np.ones(len(order), np.bool_)
    alone[1:] = start[1:] >= reach[:-1]
    cluster = np.cumsum(alone) - 1
    ranked = _ranked(found, order, cluster)
    # Of each cluster the first by rank.
    best = ranked[nonzero(np.diff(cluster[ranked], prepend=-1))]
    free = (start >= end[best][cluster]) | (end <= start[best][cluster])
    several = np.unique(cluster[free])
    if not len(several):
        return order[best]
    kept = [best[~np.isin(np.arange(len(best)), several)], *_second_places(ranked, cluster, several, start, end)]
    places: Places = order[np.sort(np.concatenate(kept))]
    return places


def _ranked(found: Candidates, order: Places, cluster: Places) -> Places:
    """Places in `order`, cluster by cluster, by what `Matcher.resolve` prefers."""
    one = found.at(order)
    proof = one.validated.astype(np.int64) + one.labelled
    ranked: Places = np.lexsort((one.start, -one.score, one.place, one.start - one.end, -proof, cluster))
    return ranked


def _second_places(ranked: Places, cluster: Places, several: Places, start: Places, end: Places) -> Iterator[Places]:
    """The winners of clusters in which more than one fits."""
    borders = np.searchsorted(cluster[ranked], several, "left"), np.searchsorted(cluster[ranked], several, "right")
    for low, high in zip(*map(np.ndarray.tolist, borders), strict=True):
        taken, members = Taken(), ranked[low:high].tolist()
        yield np.array([one for one in members if taken.add(int(start[one]), int(end[one]))], np.int64)
