"""Text as the network reads it: pieces of lines, one number a character, long runs of Latin letters or digits shortened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

UNKNOWN = 0
"""The number of every character that the alphabet does not hold."""
_KEPT = 2
"""Characters of a long run of ASCII letters and digits that are kept at either end: enough to tell what it is."""
PIECE = 90
"""Characters of a piece that several sentences may make up; a longer sentence is a piece of its own."""
_LONGEST = 160
_SENTENCE = re.compile(r"[^。！？!?；;]+[。！？!?；;”’」』）)]*|[。！？!?；;]+")


@dataclass(frozen=True, slots=True)
class Alphabet:
    """Numbers of characters: `numbers` by code point of the Basic Multilingual Plane."""

    numbers: Ints

    @classmethod
    def of(cls, characters: str, aliases: str) -> Alphabet:
        """Characters in the order of their numbers, from 1; in `aliases` each character is followed by the one that it stands for."""
        numbers = np.zeros(0x10000, np.int64)
        for place, character in enumerate(characters):
            numbers[ord(character)] = place + 1
        for alias, meant in zip(aliases[::2], aliases[1::2], strict=True):
            numbers[ord(alias)] = numbers[ord(meant)]
        return cls(numbers)

    def read(self, text: str) -> tuple[Ints, Ints]:
        """The numbers of a text's characters, and where each stands; what is left out has neither."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
        places = np.flatnonzero(_kept(points))
        kept = points[places]
        kept[kept > 0xFFFF] = 0xFFFF  # noqa: PLR2004 - the last code point of the plane is no character
        return self.numbers[kept], places


def _kept(points: Ints) -> NDArray[np.bool_]:
    """All but the middle of long ASCII runs and the rest of blank ones."""
    lower = points | 32
    run = ((points >= 48) & (points <= 57)) | ((lower >= 97) & (lower <= 122) & (points < 128))  # noqa: PLR2004 - ASCII
    blank = (points == 32) | (points == 9) | (points == 0x3000)  # noqa: PLR2004 - space, tab, ideographic space
    inner = run.copy()
    for shift in range(1, _KEPT + 1):
        inner[shift:] &= run[:-shift]
        inner[:-shift] &= run[shift:]
        inner[:shift] = False
        inner[-shift:] = False
    blank[1:] &= blank[:-1]
    blank[:1] = False
    kept: NDArray[np.bool_] = ~(inner | blank)
    return kept


def pieces(text: str, longest: int = PIECE) -> Iterator[tuple[int, str]]:
    """The pieces of a text with where they start: lines, and of long ones as many whole sentences as go together."""
    start = 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip()
        if len(bare) <= longest:
            if bare:
                yield start, bare
        else:
            yield from _of_line(start, bare, longest)
        start += len(line)


def _of_line(start: int, line: str, longest: int) -> Iterator[tuple[int, str]]:
    begin = end = 0
    for sentence in _SENTENCE.finditer(line):
        if end > begin and sentence.end() - begin > longest:
            yield from _cut(start, line, begin, end)
            begin = end
        end = sentence.end()
    yield from _cut(start, line, begin, len(line))


def _cut(start: int, line: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    """A sentence that is too long ends at its last comma, else anywhere."""
    while end - begin > _LONGEST:
        comma = max(line.rfind(mark, begin + _LONGEST // 2, begin + _LONGEST) for mark in ",，、 \t|")
        stop = comma + 1 if comma > 0 else begin + _LONGEST
        yield start + begin, line[begin:stop]
        begin = stop
    if begin < end:
        yield start + begin, line[begin:end]
