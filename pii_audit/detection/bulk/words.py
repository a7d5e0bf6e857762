"""Context words: where in a text they stand, and which spans have one beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import ASCII, Alphabet, Codes, spellings
from pii_audit.detection.bulk.places import Positions
from pii_audit.detection.bulk.plan import ALNUM
from pii_audit.detection.matcher import AFTER, BEFORE

_BMP = 0x10000
_LOWER = np.arange(256, dtype=np.uint8)
_LOWER[65:91] += 32


@dataclass(frozen=True)
class Hits:
    """Where words stand: `word` numbers, `start` ascending, `end` exclusive; `shut` where what follows does not make it part of a longer word."""

    word: NDArray[np.int64]
    start: Positions
    end: Positions
    shut: NDArray[np.bool_]


class Words:
    """A set of lower-case words and phrases; an ASCII one must stand alone, others may touch what is beside them."""

    def __init__(self, words: Iterable[str], alphabet: Alphabet) -> None:
        self.words = tuple(dict.fromkeys(word for word in words if word))
        self.numbers = {word: number for number, word in enumerate(self.words)}
        longest = max(map(len, self.words), default=0)
        self._lengths = np.array([len(word) for word in self.words], np.int64)
        self._letters = np.zeros((len(self.words), max(2, longest)), np.uint16)
        for number, word in enumerate(self.words):
            self._letters[number, : len(word)] = [min(ord(letter), _BMP - 1) for letter in word]
        self._alone = np.array([word.isascii() for word in self.words], np.bool_)
        self._lower = _lowering(self.words)
        keys = _key(self._letters[:, 0], self._letters[:, 1])
        self._order = np.argsort(keys, kind="stable")
        self._keys, self._begin, self._count = np.unique(keys[self._order], return_index=True, return_counts=True)
        self.pairs = self._pairs(alphabet)

    def _pairs(self, alphabet: Alphabet) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """For each pair of codes (first + 256 second), whether a word begins with it anywhere, and whether one does where a token begins."""
        kinds = np.zeros((2, 256, 256), np.bool_)
        for word in self.words:
            first, second = (
                [code for letter in letters for each in spellings(letter) for code in alphabet.encode(each).codes]
                for letters in (word[0], word[1:2])
            )
            at_token = int(word.isascii() and word[0].isalnum())
            kinds[at_token][np.ix_(second or range(256), first)] = True
        return kinds[0].reshape(-1), kinds[1].reshape(-1)

    def find(self, codes: Codes, units: NDArray[np.uint16] | Codes, at: Positions) -> Hits:
        """The words that begin at some places, by place; both arrays are padded alike."""
        if not self.words:
            return Hits(_NOWHERE, _NOWHERE, _NOWHERE, _NOWHERE.astype(np.bool_))
        first, second = self._read(codes, units, at), self._read(codes, units, at + 1)
        # A word of one letter has the key of that letter and NUL.
        words, places = zip(*(self._begun(_key(first, one), at) for one in (second, np.zeros_like(second))), strict=True)
        word, at = np.concatenate(words), np.concatenate(places)
        kept = np.flatnonzero(~(self._alone[word] & ALNUM[codes[at - 1]]))
        at, word = at[kept], word[kept]
        for place in range(2, self._letters.shape[1]):
            wanted = self._letters[word, place]
            unsettled = np.flatnonzero(wanted)
            wrong = unsettled[self._read(codes, units, at[unsettled] + place) != wanted[unsettled]]
            if len(wrong):
                at, word = np.delete(at, wrong), np.delete(word, wrong)
        order = np.argsort(at, kind="stable")
        at, word = at[order], word[order]
        end = at + self._lengths[word]
        return Hits(word, at, end, ~(self._alone[word] & ALNUM[codes[end]]))

    def _begun(self, keys: NDArray[np.uint32], at: Positions) -> tuple[NDArray[np.int64], Positions]:
        """The words that have the keys, each with its place."""
        group = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        known = np.flatnonzero(self._keys[group] == keys)
        group, at = group[known], at[known]
        count = self._count[group]
        return self._order[np.repeat(self._begin[group], count) + _ranks(count)], np.repeat(at, count)

    def _read(self, codes: Codes, units: NDArray[np.uint16] | Codes, at: Positions) -> NDArray[np.uint16]:
        """The lower-case characters at some places."""
        small = codes[at]
        letters = _LOWER[small].astype(np.uint16)
        beyond = np.flatnonzero(small >= ASCII)
        letters[beyond] = self._lower[units[at[beyond]]]
        return letters


_NOWHERE = np.zeros(0, np.int64)


def _key(first: NDArray[np.uint16], second: NDArray[np.uint16]) -> NDArray[np.uint32]:
    return first.astype(np.uint32) << np.uint32(16) | second


def _ranks(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """0 to n - 1 for each n."""
    total = int(count.sum())
    return np.arange(total) - np.repeat(np.cumsum(count) - count, count)


def _lowering(words: Sequence[str]) -> NDArray[np.uint16]:
    """Each character of the basic plane, the capitals of letters that words have in lower case."""
    table = np.arange(_BMP, dtype=np.uint16)
    for letter in {letter for word in words for letter in word if ASCII <= ord(letter) < _BMP}:
        for each in spellings(letter):
            table[ord(each)] = ord(letter)
    return table


class Lines:
    """The line breaks of a text: a context word counts on its own line alone."""

    def __init__(self, codes: Codes) -> None:
        """`codes` are padded with NUL, which breaks lines too."""
        self._breaks = np.flatnonzero((codes == 10) | (codes == 13) | (codes == 0))  # noqa: PLR2004 - LF and CR

    def around(self, start: Positions, end: Positions) -> tuple[Positions, Positions]:
        """From where and to where a word counts for spans of padded codes."""
        before = self._breaks[np.searchsorted(self._breaks, start) - 1]
        after = self._breaks[np.searchsorted(self._breaks, end)]
        return np.maximum(start - BEFORE, before + 1), np.minimum(end + AFTER, after)


class Near:
    """The hits of some words, asked whether one stands beside a span."""

    def __init__(self, hits: Hits, chosen: NDArray[np.bool_]) -> None:
        """`chosen` says which words count."""
        mine = chosen[hits.word]
        shut = np.flatnonzero(mine & hits.shut)
        self._start = hits.start[shut]
        ends = hits.end[shut]
        self._least_end = np.append(np.minimum.accumulate(ends[::-1])[::-1], np.iinfo(np.int64).max)
        ajar = np.flatnonzero(mine & ~hits.shut)
        order = np.lexsort((hits.start[ajar], hits.end[ajar]))
        self._ajar_start, self._ajar_end = hits.start[ajar][order], hits.end[ajar][order]
        self.starts = np.sort(hits.start[np.flatnonzero(mine)])

    def within(self, left: Positions, right: Positions) -> NDArray[np.bool_]:
        """Whether a word begins between two places."""
        return np.searchsorted(self.starts, left) < np.searchsorted(self.starts, right)

    def beside(self, start: Positions, end: Positions, left: Positions, right: Positions) -> NDArray[np.bool_]:
        """Whether a word stands whole between `left` and `start`, or between `end` and `right`."""
        found = self._least_end[np.searchsorted(self._start, left)] <= start
        found |= self._least_end[np.searchsorted(self._start, end)] <= right
        if len(self._ajar_end):
            # What ends where the text to look at ends is a word there, whatever follows.
            found |= self._ending(start, left) | self._ending(right, end)
        return found

    def _ending(self, end: Positions, earliest: Positions) -> NDArray[np.bool_]:
        last = np.searchsorted(self._ajar_end, end, side="right") - 1
        place = np.maximum(last, 0)
        return (last >= 0) & (self._ajar_end[place] == end) & (self._ajar_start[place] >= earliest)
