"""Where in a text something may begin: tokens with digits, and pairs of characters that patterns or context words begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import ASCII, Codes, Membership, nonzero
from pii_audit.detection.bulk.plan import ALNUM, DEPTH, Plan
from pii_audit.detection.context import AFTER, BEFORE

Positions = NDArray[np.int64]
"""Indices into padded codes, ascending."""

BLOCK = 1 << 17
"""Characters that are looked at at once: what fits a processor's second-level cache several times."""
FRONT, BACK = 1, 64
"""Zeros before and behind the codes of a text, so that looking around needs no bounds."""
_AT_ONCE = 1 << 15
"""Places that are thinned out at once: what fits the same cache."""
_CELLS = 1 << 20
"""Characters that runs are followed over at once."""
_STEPS = frozenset({3, 6, 10, 16})
"""Places after which what cannot match any more is left out, which costs as much as to look at two more."""
BITS = 64
"""Of an entry in a table."""
_ANYWHERE, _ALONE = np.uint8(1), np.uint8(2)
"""Kinds of pairs: those that patterns begin with anywhere, and those that they begin with only behind what is no letter or digit."""
_WORD_ANYWHERE, _WORD_ALONE = np.uint8(4), np.uint8(8)
"""The same for words."""
_ANCHOR = np.uint8(16)
"""Those that are anchors of patterns."""
_BEYOND = np.uint8(32)
"""Those that patterns begin with only behind what is no letter or digit, and whose first character is beyond ASCII: they may stand anywhere."""


@dataclass(frozen=True)
class Found:
    """What a first look at a text finds: starts of tokens, and pairs of characters of certain kinds."""

    tokens: Positions
    pairs: Positions
    kinds: NDArray[np.uint8]

    def of(self, kind: np.uint8) -> Positions:
        """The pairs of a kind."""
        return self.pairs[nonzero(self.kinds & kind)]

    @property
    def words(self) -> Positions:
        """Where words may begin."""
        return self.of(_WORD_ANYWHERE | _WORD_ALONE)


class Heads:
    """Patterns as tables of what may stand at the first places of their matches: one bit for each way in which one may begin."""

    def __init__(self, heads: Mapping[Plan, Sequence[Membership]]) -> None:
        self.masks: dict[Plan, np.uint64] = {}
        tables = np.zeros((DEPTH, 256), np.uint64)
        for number, (plan, way) in enumerate((plan, way) for plan, ways in heads.items() for way in ways):
            bit = np.uint64(1) << np.uint64(number)
            self.masks[plan] = self.masks.get(plan, np.uint64(0)) | bit
            tables[way] |= bit
        telling = [place for place in range(DEPTH) if (tables[place] != tables[place, 0]).any()]
        self.tables = tables[: max([1, *telling]) + 1]
        self.longest = max((plan.longest for plan in heads), default=0)

    @classmethod
    def of(cls, heads: Mapping[Plan, Sequence[Membership]]) -> list[Heads]:
        """As few tables as some patterns need."""
        groups: list[dict[Plan, Sequence[Membership]]] = [{}]
        for plan, ways in heads.items():
            if sum(map(len, groups[-1].values())) + len(ways) > BITS:
                groups.append({})
            groups[-1][plan] = ways
        return [cls(group) for group in groups if group]

    def survivors(self, codes: Codes, at: Positions) -> dict[Plan, Positions]:
        """The places at which each pattern still may match after the tables have spoken."""
        at, alive = thinned(codes, at, self.tables)
        either = np.bitwise_or.reduce(alive)
        return {plan: at[nonzero(alive & mask)] for plan, mask in self.masks.items() if either & mask}


def thinned(codes: Codes, at: Positions, tables: NDArray[np.uint64]) -> tuple[Positions, NDArray[np.uint64]]:
    """The places at which tables of what may stand behind them have a bit in common, with those bits."""
    parts = [_thinned(codes, at[low : low + _AT_ONCE], tables) for low in range(0, len(at), _AT_ONCE)]
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([_NOWHERE, *(places for places, _ in parts)]), np.concatenate(
        [_NOWHERE.astype(np.uint64), *(alive for _, alive in parts)]
    )


def _thinned(codes: Codes, at: Positions, tables: NDArray[np.uint64]) -> tuple[Positions, NDArray[np.uint64]]:
    alive = tables[0][codes[at]]
    for place in range(1, len(tables)):
        if place in _STEPS:
            kept = nonzero(alive)
            at, alive = at[kept], alive[kept]
        alive &= tables[place][codes[at + place]]
    kept = nonzero(alive)
    return at[kept], alive[kept]


class Places:
    """The places of one set of patterns and words."""

    def __init__(self, plans: Sequence[Plan], words: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> None:
        """`words` say for each pair (first + 256 second) whether a word begins with it anywhere, or behind no letter or digit."""
        tokens = {plan: plan.token_heads for plan in plans if plan.by_token}
        self._tokens = Heads.of({plan: ways for plan, ways in tokens.items() if not plan.pattern.needs_context})
        self._tokens_in_context = Heads.of({plan: ways for plan, ways in tokens.items() if plan.pattern.needs_context})
        pairs = {plan: plan.pair_heads for plan in plans if plan.by_pair}
        alone = {plan: ways for plan, ways in pairs.items() if not plan.outside[ALNUM].any()}
        self._pairs = {
            _ALONE: Heads.of(alone),
            _ANYWHERE: Heads.of({plan: ways for plan, ways in pairs.items() if plan not in alone}),
        }
        table = (words[0] * _WORD_ANYWHERE | words[1] * _WORD_ALONE).reshape(256, 256)
        for kind, several in self._pairs.items():
            kinds = np.full(256, kind)
            if kind == _ALONE:
                kinds[ASCII:] = _BEYOND
            for heads in several:
                table |= ((heads.tables[1][:, None] & heads.tables[0][None, :]) != 0) * kinds
        for plan in plans:
            for anchor in plan.anchors:
                first, *second = map(ord, anchor)
                table[second or slice(None), first] |= _ANCHOR
        self._table = table.reshape(-1)

    def look(self, codes: Codes, size: int) -> Found:
        """A first look at padded codes."""
        return _scan(codes, size, self._table)

    def survivors(self, codes: Codes, found: Found, words: Positions | None) -> dict[Plan, Positions]:
        """Where which pattern may match; `words` are the places of context words, None where patterns count without them."""
        places: dict[Plan, Positions] = {}
        for heads in self._tokens:
            places |= heads.survivors(codes, found.tokens)
        for heads in self._tokens_in_context:
            tokens = found.tokens if words is None else _around(words, found.tokens, heads.longest)
            places |= heads.survivors(codes, tokens)
        for kind, several in self._pairs.items():
            pairs = found.of(kind | _BEYOND if kind == _ALONE else kind)
            for heads in several:
                for plan, at in heads.survivors(codes, pairs).items():
                    places[plan] = np.union1d(places[plan], at) if plan in places else at
        return places

    def anchors(self, codes: Codes, found: Found, anchor: str) -> Positions:
        """Where an anchor stands."""
        at = found.of(_ANCHOR)
        for place, sign in enumerate(anchor):
            at = at[codes[at + place] == ord(sign)]
        return at


def _around(words: Positions, at: Positions, longest: int) -> Positions:
    """The places at which something of a length may begin that has one of some words near."""
    change = np.zeros(len(at) + 1, np.int32)
    # No pattern is longer than all that stands before the last word.
    reach = min(longest + AFTER, int(words.max(initial=0)))
    np.add.at(change, np.searchsorted(at, words - reach), 1)
    np.add.at(change, np.searchsorted(at, words + BEFORE, side="right"), -1)
    return at[nonzero(np.cumsum(change[:-1]))]


def _scan(codes: Codes, size: int, table: NDArray[np.uint8]) -> Found:
    """The starts of tokens that may hold something; the pairs of a table that stand where they may, with their kinds."""
    tokens: list[Positions] = [_NOWHERE]
    pairs: list[Positions] = [_NOWHERE]
    kinds: list[NDArray[np.uint8]] = [_NOTHING]
    kind = np.empty(BLOCK + 1, np.uint8)
    for low in range(FRONT, FRONT + size, BLOCK):
        high = min(low + BLOCK, FRONT + size)
        token, leads = _tokens(codes[low - 1 : high + 16], high - low)
        for shift in (0, 1):
            first, last = low + shift, low + shift + (high - low - shift + 1) // 2 * 2
            np.take(table, codes[first:last].view("<u2"), out=kind[shift : last - low : 2], mode="clip")
        found = kind[: high - low]
        # Arithmetic instead of a choice: ten times as fast.
        found &= ~(token[:-1].view(np.uint8) * (_ALONE | _WORD_ALONE))
        at = nonzero(found != 0)
        pairs.append(at + low)
        kinds.append(found[at])
        leads &= token[1:] > token[:-1]
        tokens.append(nonzero(leads) + low)
    return Found(np.concatenate(tokens), np.concatenate(pairs), np.concatenate(kinds))


_NOWHERE = np.zeros(0, np.int64)
_NOTHING = np.zeros(0, np.uint8)


def _tokens(codes: Codes, size: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of codes with one before and 16 behind: what is a letter or digit, from the one before on; behind what a digit or sign follows soon."""
    digits = (codes - np.uint8(48)) < np.uint8(10)
    token = ((codes | np.uint8(32)) - np.uint8(97)) < np.uint8(26)
    token |= digits
    signs = (codes == np.uint8(58)) | (codes == np.uint8(45))
    for leads, steps in ((digits, (1, 2, 4, 7)), (signs, (1, 2, 1))):
        for step in steps:
            leads[:-step] |= leads[step:]
    digits |= signs
    return token[: size + 1], digits[1 : size + 1]


def extended(codes: Codes, low: Positions, high: Positions, member: NDArray[np.bool_]) -> tuple[Positions, Positions]:
    """Windows of padded codes, widened as far as characters of a set go on both sides; equal and overlapping ones merged."""
    low = _run(codes, low, member, -1)
    high = _run(codes, high - 1, member, 1) + 1
    first = np.ones(len(low), np.bool_)
    reach = np.maximum.accumulate(high)
    first[1:] = low[1:] > reach[:-1]
    begins = nonzero(first)
    return low[begins], np.maximum.reduceat(high, begins) if len(begins) else high


def _run(codes: Codes, at: Positions, member: NDArray[np.bool_], direction: int) -> Positions:
    """The last places that are reached from places by characters of a set alone, in one direction.

    Takes time in proportion to the text, however many of the places stand in one run: what comes as far as where the next one began ends where that does.
    """
    starts = at[::direction]
    reached, joined = starts.copy(), np.zeros(len(at), np.bool_)
    going = np.arange(len(at))
    width = 16
    while len(going):
        rows = max(1, _CELLS // width)
        whole = [
            _stepped(codes, reached, going[low : low + rows], member, direction * width)
            for low in range(0, len(going), rows)
        ]
        going = going[np.concatenate(whole)]
        following = np.minimum(going + 1, len(at) - 1)
        meets = (direction * (reached[going] - starts[following]) >= 0) & (following > going)
        joined[going[meets]] = True
        going = going[~meets]
        width = min(4 * width, 1 << 14)
    apart = np.where(joined, len(at), np.arange(len(at)))
    ends: Positions = reached[np.minimum.accumulate(apart[::-1])[::-1]][::direction]
    return ends


def _stepped(
    codes: Codes, reached: Positions, going: Positions, member: NDArray[np.bool_], width: int
) -> NDArray[np.bool_]:
    """Moves some places on by characters of a set, by `width` at most (to the left where it is negative); which of them went all the way."""
    direction, last = (1 if width > 0 else -1), len(codes) - 1
    steps = reached[going][:, None] + direction * np.arange(1, abs(width) + 1)
    inside = member[codes[np.clip(steps, 0, last)]] & (steps >= 0) & (steps <= last)
    whole: NDArray[np.bool_] = inside.all(axis=1)
    reached[going] += np.where(whole, width, direction * inside.argmin(axis=1))
    return whole
