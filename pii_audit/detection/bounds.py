"""What a count proves: bounds on prevalence, and how well chance alone explains a count of hits.

Bounds are one-sided at 95 %. With no hit in n independent draws the true prevalence is at most 1 − α^(1/n), exactly
(Clopper and Pearson 1934); with hits the Wilson score bound (1927) is used. The lower bound is exact for few hits, where Wilson's promises too much.
"""

from __future__ import annotations

import math

ALPHA = 0.05
_Z = 1.6448536269514722
"""The 95 % quantile of the standard normal distribution."""
_FEW = 30
"""Hits, or accidents expected, up to which they are summed exactly."""
_HALVINGS = 60
"""So often an interval is halved until a double tells its ends apart no more."""


def upper_bound(hits: int, draws: int) -> float:
    """The largest prevalence that fits `hits` in `draws` independent draws at 95 %; 1.0 without a draw."""
    if draws <= 0:
        return 1.0
    if hits <= 0:
        return float(1.0 - ALPHA ** (1.0 / draws))
    share = min(1.0, hits / draws)
    return min(1.0, max(share, _wilson(share, draws)[1]))


def lower_bound(hits: int, draws: int) -> float:
    """The smallest prevalence that fits `hits` in `draws` independent draws at 95 %; 0.0 without a hit."""
    if hits <= 0 or draws <= 0:
        return 0.0
    hits = min(hits, draws)
    if hits > _FEW:
        return _wilson(hits / draws, draws)[0]
    low, high = 0.0, hits / draws
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if chance_of(hits, draws, middle) < ALPHA else (low, middle)
    return low


def _wilson(share: float, draws: int) -> tuple[float, float]:
    z2 = _Z * _Z
    centre = share + z2 / (2 * draws)
    spread = _Z * math.sqrt(share * (1 - share) / draws + z2 / (4 * draws * draws))
    return (centre - spread) / (1 + z2 / draws), (centre + spread) / (1 + z2 / draws)


def chance_of(hits: int, trials: int, rate: float) -> float:
    """The probability of at least `hits` accidental passes in `trials` look-alikes that each pass at `rate`.

    Exact while the expected number is small, the normal approximation with continuity correction beyond.
    """
    if hits <= 0 or rate >= 1.0:
        return 1.0
    if hits > trials or rate <= 0.0:
        return 0.0
    expected = trials * rate
    if expected > _FEW:
        deviation = (hits - 0.5 - expected) / math.sqrt(expected * (1 - rate))
        return 0.5 * math.erfc(deviation / math.sqrt(2))
    below = 0.0
    term = trials * math.log1p(-rate)
    for k in range(hits):
        below += math.exp(term)
        term += math.log((trials - k) / (k + 1)) + math.log(rate) - math.log1p(-rate)
    return max(0.0, 1.0 - below)
