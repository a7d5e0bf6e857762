"""Context words: where in a text they stand, and what they say of the spans beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import ASCII, Alphabet, Codes, nonzero
from pii_audit.detection.bulk.places import FRONT, Positions
from pii_audit.detection.bulk.plan import ALNUM
from pii_audit.detection.context import AFTER, BEFORE, FIRST_OF_JOINTS, LAST_OF_JOINTS, Joined, joined, spellings
from pii_audit.identifiers.fold import fold

_BMP = 0x10000
_CAPITAL = np.zeros(256, np.bool_)
_CAPITAL[65:91] = True
_SMALL = ALNUM & ~_CAPITAL
_NOWHERE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Hits:
    """Where words stand: `word` numbers, `start` ascending, `end` exclusive; `shut` where what follows makes them no part of a longer word."""

    word: NDArray[np.int64]
    start: Positions
    end: Positions
    shut: NDArray[np.bool_]


class Words:
    """Lower-case words and phrases in all their spellings, as a tree of codes; `context.Words` says how they stand in texts."""

    def __init__(self, words: Iterable[str], alphabet: Alphabet) -> None:
        self.words = tuple(dict.fromkeys(word for word in words if word))
        self.numbers = {word: number for number, word in enumerate(self.words)}
        spelled = [(spelling, number) for number, word in enumerate(self.words) for spelling in spellings(word)]
        self._word = np.array([number for _, number in spelled], np.int64)
        self._lengths = np.array([len(spelling) for spelling, _ in spelled], np.int64)
        self._alone = np.array([self.words[number].isascii() for _, number in spelled], np.bool_)
        self._letters = np.zeros((len(spelled), max(self._lengths.tolist(), default=0)), np.uint16)
        """Of each spelling the characters beyond ASCII, which codes do not tell apart for certain."""
        for row, (spelling, _) in enumerate(spelled):
            self._letters[row, : len(spelling)] = [
                min(ord(letter), _BMP - 1) if letter >= "\x80" else 0 for letter in spelling
            ]
        codes = alphabet.encode("".join(spelling for spelling, _ in spelled)).codes.tobytes()
        ends = np.cumsum(self._lengths).tolist()
        coded = [codes[end - len(spelling) : end] for (spelling, _), end in zip(spelled, ends, strict=True)]
        self._grow(coded)
        self.pairs = self._pairs(coded)

    def _grow(self, coded: Sequence[bytes]) -> None:
        """The tree: node 0 is nowhere, node 1 the root; `_next[node, kind of code]` is where a code leads."""
        self._kinds = np.zeros(256, np.uint8)
        for kind, code in enumerate(sorted(set(b"".join(coded))), 1):
            self._kinds[code] = kind
        self._kinds[65:91] = self._kinds[97:123]
        kinds = self._kinds.tobytes()
        ways: list[dict[int, int]] = [{}, {}]
        ending: dict[int, list[int]] = {}
        for row, codes in enumerate(coded):
            node = 1
            for kind in codes.translate(kinds):
                if kind not in ways[node]:
                    ways[node][kind] = len(ways)
                    ways.append({})
                node = ways[node][kind]
            ending.setdefault(node, []).append(row)
        self._next = np.zeros((len(ways), int(self._kinds.max()) + 1), np.int32)
        for node, way in enumerate(ways):
            self._next[node, list(way)] = list(way.values())
        self._count = np.array([len(ending.get(node, ())) for node in range(len(ways))], np.int64)
        self._first = np.cumsum(self._count) - self._count
        self._rows = np.array([row for node in range(len(ways)) for row in ending.get(node, ())], np.int64)

    def _pairs(self, coded: Iterable[bytes]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """For each pair of codes (first + 256 second), whether a word begins with it anywhere, and whether one does behind no letter or digit."""
        anywhere, alone = np.zeros((256, 256), np.bool_), np.zeros((256, 256), np.bool_)
        for codes in coded:
            second = [one for code in codes[1:2] for one in _cases(code)]
            for first in _cases(codes[0]):
                # A capital may begin a word in the middle of camelCase.
                table = alone if ALNUM[first] and not _CAPITAL[first] and max(codes) < ASCII else anywhere
                table[second or slice(None), first] = True
        return anywhere.reshape(-1), alone.reshape(-1)

    def find(self, codes: Codes, units: NDArray[np.uint16] | Codes, at: Positions) -> Hits:
        """The words that begin at some places, by place; both arrays are padded alike."""
        rows, starts = [_NOWHERE], [_NOWHERE]
        node = self._next[1][self._kinds[codes[at]]]
        for depth in range(1, self._letters.shape[1] + 1):
            ended = nonzero(self._count[node])
            if len(ended):
                count = self._count[node[ended]]
                rows.append(self._rows[np.repeat(self._first[node[ended]], count) + ranks(count)])
                starts.append(np.repeat(at[ended], count))
            node = self._next[node, self._kinds[codes[at + depth]]]
            kept = nonzero(node)
            node, at = node[kept], at[kept]
        row, start = np.concatenate(rows), np.concatenate(starts)
        good = self._standing(codes, row, start) & self._written(units, row, start)
        row, start = row[good], start[good]
        order = np.argsort(start, kind="stable")
        row, start = row[order], start[order]
        end = start + self._lengths[row]
        after = codes[end]
        shut = ~(self._alone[row] & ALNUM[after] & ~(_SMALL[codes[end - 1]] & _CAPITAL[after]))
        return Hits(self._word[row], start, end, shut)

    def _standing(self, codes: Codes, row: NDArray[np.int64], start: Positions) -> NDArray[np.bool_]:
        """Which words are not the rest of a longer one."""
        before = codes[start - 1]
        standing: NDArray[np.bool_] = ~(self._alone[row] & ALNUM[before] & ~(_SMALL[before] & _CAPITAL[codes[start]]))
        return standing

    def _written(
        self, units: NDArray[np.uint16] | Codes, row: NDArray[np.int64], start: Positions
    ) -> NDArray[np.bool_]:
        """Which words have their characters beyond ASCII, not only codes of them."""
        good = np.ones(len(row), np.bool_)
        for place in range(self._letters.shape[1]):
            letter = self._letters[row, place]
            unsure = nonzero(letter)
            good[unsure] &= units[start[unsure] + place] == letter[unsure]
        return good


def _cases(code: int) -> tuple[int, ...]:
    return (code, code - 32) if ord("a") <= code <= ord("z") else (code,)


def ranks(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """0 to n - 1 for each n."""
    total = int(count.sum())
    return np.arange(total) - np.repeat(np.cumsum(count) - count, count)


class Lines:
    """The line breaks of a text: a context word counts on its own line alone."""

    def __init__(self, codes: Codes) -> None:
        """`codes` are padded with NUL, which breaks lines too."""
        self._breaks = nonzero((codes == 10) | (codes == 13) | (codes == 0))  # noqa: PLR2004 - LF and CR

    def around(self, start: Positions, end: Positions) -> tuple[Positions, Positions]:
        """From where and to where a word counts for spans of padded codes."""
        before = self._breaks[np.searchsorted(self._breaks, start) - 1]
        after = self._breaks[np.searchsorted(self._breaks, end)]
        return np.maximum(start - BEFORE, before + 1), np.minimum(end + AFTER, after)


class Near:
    """The hits of some words, asked what they say of spans."""

    def __init__(self, hits: Hits, chosen: NDArray[np.bool_]) -> None:
        """`chosen` says which words count."""
        mine = nonzero(chosen[hits.word])
        start, end, shut = hits.start[mine], hits.end[mine], hits.shut[mine]
        self.starts = start
        self._shut_start = start[shut]
        self._least_end = np.append(np.minimum.accumulate(end[shut][::-1])[::-1], np.iinfo(np.int64).max)
        by_end = np.lexsort((start, end))
        self._start, self._end = start[by_end], end[by_end]
        ajar = nonzero(~shut[by_end])
        self._ajar_start, self._ajar_end = self._start[ajar], self._end[ajar]

    def within(self, left: Positions, right: Positions) -> NDArray[np.bool_]:
        """Whether a word begins between two places."""
        return np.searchsorted(self.starts, left) < np.searchsorted(self.starts, right)

    def beside(self, start: Positions, end: Positions, left: Positions, right: Positions) -> NDArray[np.bool_]:
        """Whether a word stands whole between `left` and `start`, or between `end` and `right`."""
        found = self._least_end[np.searchsorted(self._shut_start, left)] <= start
        found |= self._least_end[np.searchsorted(self._shut_start, end)] <= right
        if len(self._ajar_end):
            # What ends where the text to look at ends is a word there, whatever follows.
            found |= self._ending(start, left) | self._ending(right, end)
        return found

    def _ending(self, end: Positions, earliest: Positions) -> NDArray[np.bool_]:
        last = np.searchsorted(self._ajar_end, end, side="right") - 1
        place = np.maximum(last, 0)
        ending: NDArray[np.bool_] = self._ajar_end[place] == end
        return ending & (last >= 0) & (self._ajar_start[place] >= earliest)

    def labels(self, text: str, codes: Codes, start: Positions) -> NDArray[np.int64]:
        """For values that start at some places, the label of each: the last one, of those the longest, as 256 × its end + its length.

        0 where there is none.
        """
        first = np.searchsorted(self._end, start - BEFORE)
        count = np.searchsorted(self._end, start, side="right") - first
        value = np.repeat(np.arange(len(start)), count)
        hit = np.repeat(first, count) + ranks(count)
        end, begin = self._end[hit], start[value]
        joinable = (end == begin) | (_FIRST[codes[end]] & _LAST[codes[begin - 1]])
        kept = nonzero(joinable & (self._start[hit] >= begin - BEFORE))
        value, hit = value[kept], hit[kept]
        lows, highs = (end[kept] - FRONT).tolist(), (begin[kept] - FRONT).tolist()
        between = np.array([joined(fold(text[low:high])) for low, high in zip(lows, highs, strict=True)], np.int8)
        label = 256 * self._end[hit] + self._end[hit] - self._start[hit]
        found = np.zeros(len(start), np.int64)
        for kind in (Joined.DIRECTLY, Joined.BY_NOTE):
            pairs = nonzero((between == kind) & (found[value] == 0))
            best = np.zeros(len(start), np.int64)
            np.maximum.at(best, value[pairs], label[pairs])
            found = np.where(found == 0, best, found)
        return found


def _codes_of(characters: Iterable[str]) -> NDArray[np.bool_]:
    """The codes of folded characters, in either case; all codes beyond ASCII, which are not looked up."""
    member = np.arange(256) >= ASCII
    member[[ord(case) for one in characters if one < "\x80" for case in (one, one.upper())]] = True
    return member


_FIRST, _LAST = _codes_of(FIRST_OF_JOINTS), _codes_of(LAST_OF_JOINTS)
