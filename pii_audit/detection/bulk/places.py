"""Where in a text something may begin: tokens with digits, and pairs of characters that patterns or context words begin with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import Codes
from pii_audit.detection.bulk.plan import ALNUM, DEPTH, Plan

Positions = NDArray[np.int64]
"""Indices into padded codes, ascending."""

BLOCK = 1 << 17
"""Characters that are looked at at once: what fits a processor's second-level cache several times."""
FRONT, BACK = 1, 64
"""Zeros before and behind the codes of a text, so that looking around needs no bounds."""
_STEPS = frozenset({1, 2, 3, 4, 6, 8, 12, 16, 20})
"""Places after which what cannot match any more is left out."""
OF_PATTERN, OF_WORD = np.uint8(1), np.uint8(2)


class Heads:
    """Up to 64 patterns as tables of what may stand at the first places of their matches, and before them."""

    def __init__(self, plans: Sequence[Plan], *, pairs: bool) -> None:
        """With `pairs`, patterns that are also found by their tokens count only where they begin with a sign."""
        self.plans = tuple(plans)
        self.before = np.zeros(256, np.uint64)
        self.tables = np.zeros((DEPTH, 256), np.uint64)
        for number, plan in enumerate(plans):
            bit = np.uint64(1) << np.uint64(number)
            heads = plan.heads[0]
            first = heads[0] & ~ALNUM if pairs and plan.by_token else heads[0] if pairs else heads[0] & ALNUM
            self.before[plan.outside] |= bit
            self.tables[0][first] |= bit
            for place in range(1, DEPTH):
                self.tables[place][heads[place]] |= bit

    def survivors(self, codes: Codes, at: Positions) -> dict[Plan, Positions]:
        """The places at which each pattern still may match after the tables have spoken."""
        alive = self.before[codes[at - 1]] & self.tables[0][codes[at]]
        for place in range(1, DEPTH):
            if place in _STEPS:
                kept = np.flatnonzero(alive)
                at, alive = at[kept], alive[kept]
            alive &= self.tables[place][codes[at + place]]
        either = np.bitwise_or.reduce(alive)
        masks = {plan: np.uint64(1) << np.uint64(bit) for bit, plan in enumerate(self.plans)}
        return {plan: at[np.flatnonzero(alive & mask)] for plan, mask in masks.items() if either & mask}


class Places:
    """The places of one set of patterns and words."""

    def __init__(self, plans: Sequence[Plan], word_pairs: NDArray[np.bool_]) -> None:
        """`word_pairs` says for each pair (first + 256 second) whether a word begins with it."""
        tokens = [plan for plan in plans if plan.by_token]
        pairs = [plan for plan in plans if plan.by_pair]
        self._tokens = [Heads(tokens[at : at + 64], pairs=False) for at in range(0, len(tokens), 64)]
        self._pairs = [Heads(pairs[at : at + 64], pairs=True) for at in range(0, len(pairs), 64)]
        wanted = np.zeros((256, 256), np.bool_)
        for heads in self._pairs:
            wanted |= (heads.tables[1][:, None] & heads.tables[0][None, :]) != 0
        self._pair_table = wanted.reshape(-1) * OF_PATTERN | word_pairs * OF_WORD

    def find(self, codes: Codes, size: int) -> tuple[dict[Plan, Positions], Positions]:
        """Where which pattern may match in padded codes, and where words may begin."""
        tokens, pairs, kinds = _scan(codes, size, self._pair_table)
        found: dict[Plan, Positions] = {}
        for heads in self._tokens:
            found |= heads.survivors(codes, tokens)
        of_patterns = pairs[np.flatnonzero(kinds & OF_PATTERN)]
        for heads in self._pairs:
            for plan, at in heads.survivors(codes, of_patterns).items():
                found[plan] = np.union1d(found[plan], at) if plan in found else at
        return found, pairs[np.flatnonzero(kinds & OF_WORD)]


def _scan(codes: Codes, size: int, pair_table: NDArray[np.uint8]) -> tuple[Positions, Positions, NDArray[np.uint8]]:
    """The starts of tokens with a digit among their first characters; pairs that are wanted, with their kinds."""
    tokens: list[Positions] = []
    pairs: list[Positions] = []
    kinds: list[NDArray[np.uint8]] = []
    for low in range(FRONT, FRONT + size, BLOCK):
        high = min(low + BLOCK, FRONT + size)
        tokens.append(_tokens(codes[low - 1 : high + 16], high - low) + low)
        for shift in (0, 1):
            even = (high - low - shift + 1) // 2
            values = np.take(pair_table, codes[low + shift : low + shift + 2 * even].view("<u2"), mode="clip")
            at = np.flatnonzero(values)
            kinds.append(values[at])
            pairs.append(2 * at + (low + shift))
    at, kind = np.concatenate(pairs) if pairs else _NOWHERE, np.concatenate(kinds) if kinds else _NOTHING
    order = np.argsort(at, kind="stable")
    return np.concatenate(tokens) if tokens else _NOWHERE, at[order], kind[order]


_NOWHERE = np.zeros(0, np.int64)
_NOTHING = np.zeros(0, np.uint8)


def _tokens(codes: Codes, size: int) -> Positions:
    """Of codes with one before and 16 behind: where a run of letters and digits begins that has a digit among the next 15."""
    digits = (codes - np.uint8(48)) < np.uint8(10)
    letters = ((codes | np.uint8(32)) - np.uint8(97)) < np.uint8(26)
    letters |= digits
    begins = letters[1 : size + 1] > letters[:size]
    for step in (1, 2, 4, 7):
        digits[:-step] |= digits[step:]
    begins &= digits[1 : size + 1]
    return np.flatnonzero(begins)


def extended(codes: Codes, low: Positions, high: Positions, member: NDArray[np.bool_]) -> tuple[Positions, Positions]:
    """Windows of padded codes, widened as far as characters of a set go on both sides; equal and overlapping ones merged."""
    low = _run(codes, low, member, -1)
    high = _run(codes, high - 1, member, 1) + 1
    first = np.ones(len(low), np.bool_)
    reach = np.maximum.accumulate(high)
    first[1:] = low[1:] > reach[:-1]
    begins = np.flatnonzero(first)
    return low[begins], np.maximum.reduceat(high, begins) if len(begins) else high


def _run(codes: Codes, at: Positions, member: NDArray[np.bool_], direction: int) -> Positions:
    """The last places that are reached from places by characters of a set alone, in one direction."""
    at = at.copy()
    going = np.arange(len(at))
    width = 32
    last = len(codes) - 1
    while len(going):
        steps = at[going][:, None] + direction * np.arange(1, width + 1)
        inside = member[codes[np.clip(steps, 0, last)]] & (steps >= 0) & (steps <= last)
        whole = inside.all(axis=1)
        at[going] += direction * np.where(whole, width, inside.argmin(axis=1))
        going = going[whole]
        width = min(4 * width, 1 << 14)
    return at


