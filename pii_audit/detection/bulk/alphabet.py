"""Text as one byte a character: what lets NumPy look at any script as if it were ASCII, with offsets in characters.

Codes 0 to 127 are folded ASCII. The 128 others stand for sets of characters: those that no pattern tells apart share a code, and characters that
patterns name one by one (省, 号) share the codes that are left over. Where two that a class tells apart share a code, the class is marked inexact.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.expression import HIGHEST, Characters
from pii_audit.identifiers.fold import FOLDING

Codes = NDArray[np.uint8]
"""One byte a character."""
Membership = NDArray[np.bool_]
"""Of shape (256,): which codes a set of characters has."""

ASCII = 128


def nonzero(array: NDArray[Any]) -> NDArray[np.int64]:
    """The indices at which a one-dimensional array is not 0: what `np.flatnonzero` gives, at half its overhead."""
    return array.nonzero()[0]


def as_bits(member: Membership) -> int:
    """Codes as the bits of an integer: sets of them are then united at once."""
    return int.from_bytes(np.packbits(member, bitorder="little").tobytes(), "little")


def as_memberships(bits: Sequence[int]) -> Membership:
    """The reverse, of shape (len(bits), 256)."""
    packed = np.frombuffer(b"".join(one.to_bytes(256 // 8, "little") for one in bits), np.uint8)
    return np.unpackbits(packed.reshape(-1, 256 // 8), axis=1, bitorder="little").astype(np.bool_)


_BMP = 0x10000
BEYOND = _BMP - 1
"""What stands for every character beyond the basic plane; itself it is none (Unicode noncharacter)."""
FOLDED = np.arange(_BMP, dtype="<u2")
"""What each character of the basic plane is folded to."""
for _code, _folded in FOLDING.items():
    if _code < _BMP:
        FOLDED[_code] = _folded


def units_of(text: str) -> NDArray[np.uint16]:
    """The code points of a text, lone surrogates included, one a character; `BEYOND` for those beyond the basic plane."""
    raw = text.encode("utf-16-le", "surrogatepass")
    if len(raw) == 2 * len(text):
        return np.frombuffer(raw, "<u2")
    wide: NDArray[np.uint32] = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return np.minimum(wide, BEYOND).astype(np.uint16)


_KINDS = 60
"""Kinds of characters, told apart by wide ranges, that have a code each; the others stand for characters named one by one."""
_FEW = 4
"""A range of so many characters is taken for characters that were named one by one."""


@dataclass(frozen=True)
class Encoded:
    """One text: `codes` of its characters, and `units`, their code points as they are (`units_of`)."""

    codes: Codes
    units: NDArray[np.uint16] | Codes


class Alphabet:
    """The codes that a set of patterns and words asks for."""

    def __init__(self, sets: Iterable[Characters], words: Iterable[str]) -> None:
        """`words` hold characters that are looked for as well."""
        ranges = {one: [(low, high) for low, high in one.ranges if high >= ASCII] for one in sets}
        wide = {one: [pair for pair in pairs if pair[1] - pair[0] >= _FEW] for one, pairs in ranges.items()}
        named = {
            character
            for pairs in ranges.values()
            for low, high in pairs
            if high - low < _FEW
            for character in range(max(low, ASCII), high + 1)
        }
        spoken = {ord(letter) for word in words for letter in word if ord(letter) >= ASCII} - named
        singles = [
            sorted(character for character in some if character < _BMP and character not in FOLDING)
            for some in (named, spoken)
        ]
        self._table = np.zeros(_BMP, np.uint8)
        self._table[:ASCII] = np.arange(ASCII)
        self._kinds = _Kinds(wide)
        codes = self._number(singles)
        for character, code in codes.items():
            self._table[character] = code
        for character, folded in FOLDING.items():
            if character < _BMP:
                self._table[character] = folded
        self._members: dict[Characters, tuple[Membership, bool]] = {}
        self._bits: dict[Characters, int] = {}
        self._named = np.array(list(codes), np.int64)
        self._named_codes = np.array(list(codes.values()), np.int64)
        self._holders = np.bincount(self._named_codes, minlength=256)
        """How many of the characters that were named one by one have each code."""

    def _number(self, singles: Iterable[Iterable[int]]) -> Mapping[int, int]:
        """Gives codes: first one to each kind of character, then what is left in turn to those named one by one.

        Each kind has its own, and so have those of patterns and those of words alone: the usual characters of words
        would else be taken for the rarer ones that a pattern begins with.
        """
        kinds = self._kinds
        by_kind: dict[tuple[int, int], list[int]] = {}
        for group, characters in enumerate(singles):
            for character in characters:
                by_kind.setdefault((kinds.of(character), group), []).append(character)
        for low, high, kind in kinds.intervals():
            self._table[low:high] = ASCII + kind
        codes: dict[int, int] = {}
        upcoming = ASCII + kinds.count
        rest = sum(map(len, by_kind.values()))
        for done, (_, characters) in enumerate(sorted(by_kind.items()), 1):
            reserved = len(by_kind) - done
            share = max(1, min(len(characters), (256 - upcoming - reserved) * len(characters) // max(1, rest)))
            for place, character in enumerate(characters):
                codes[character] = upcoming + place % share
            upcoming += share
            rest -= len(characters)
        return codes

    def bits(self, one: Characters) -> int:
        """The codes of a set of characters as the bits of an integer."""
        if one not in self._bits:
            self._bits[one] = as_bits(self.members(one)[0])
        return self._bits[one]

    def members(self, one: Characters) -> tuple[Membership, bool]:
        """The codes of a set of characters, and whether each stands for members alone; a code that one member has is among them."""
        if one not in self._members:
            self._members[one] = self._find_members(one)
        return self._members[one]

    def _find_members(self, one: Characters) -> tuple[Membership, bool]:
        member = np.zeros(256, np.bool_)
        exact = True
        for low, high in one.ranges:
            member[low : min(high, ASCII - 1) + 1] = True
            if high >= _BMP:
                member[self._table[_BMP - 1]] = True
                exact = exact and low < _BMP and high == HIGHEST
        beyond = [(low, high) for low, high in one.ranges if high >= ASCII]
        if not beyond:
            return member, True
        for kind, examples in self._kinds.examples.items():
            told = [_has(beyond, example) for example in examples]
            member[ASCII + kind] |= any(told)
            exact = exact and all(told) == any(told)
        inside = np.zeros(len(self._named), np.bool_)
        for low, high in beyond:
            inside |= (self._named >= low) & (self._named <= high)
        held = np.bincount(self._named_codes[inside], minlength=256)
        member |= held > 0
        return member, exact and bool((held[held > 0] == self._holders[held > 0]).all())

    def encode(self, text: str) -> Encoded:
        """The codes of a text, lone surrogates included."""
        if text.isascii():
            codes = np.frombuffer(text.encode("ascii"), np.uint8)
            return Encoded(codes, codes)
        units = units_of(text)
        codes = np.empty(len(units), np.uint8)
        np.take(self._table, units, out=codes, mode="clip")
        beyond = nonzero(units == BEYOND)
        codes[beyond] = [FOLDING.get(ord(text[at]), self._table[BEYOND]) for at in beyond.tolist()]
        return Encoded(codes, units)


class _Kinds:
    """The characters beyond ASCII, divided by which wide ranges of which sets they are in; the last kind is all that there is no room for."""

    def __init__(self, wide: Mapping[Characters, Sequence[tuple[int, int]]]) -> None:
        borders = sorted(
            {ASCII, _BMP, *(border for pairs in wide.values() for low, high in pairs for border in (low, high + 1))}
        )
        self._borders = [border for border in borders if ASCII <= border <= _BMP]
        within = [0] * (len(self._borders) - 1)
        """For each stretch between two borders, the sets that it is in, as bits."""
        for number, pairs in enumerate(wide.values()):
            for low, high in pairs:
                first, last = bisect_left(self._borders, low), bisect_left(self._borders, high + 1)
                for place in range(first, min(last, len(within))):
                    within[place] |= 1 << number
        signatures: dict[int, int] = {}
        self._kinds: list[int] = []
        self.examples: dict[int, list[int]] = {}
        """One character for each signature that a kind has."""
        for border, signature in zip(self._borders, within, strict=False):
            if signature not in signatures:
                signatures[signature] = min(len(signatures), _KINDS - 1)
                self.examples.setdefault(signatures[signature], []).append(border)
            self._kinds.append(signatures[signature])
        self.count = len(self.examples)

    def of(self, character: int) -> int:
        """The kind of a character of the basic plane."""
        return self._kinds[bisect_right(self._borders, character) - 1]

    def intervals(self) -> Iterable[tuple[int, int, int]]:
        """First character, first that is no more, kind."""
        return zip(self._borders, self._borders[1:], self._kinds, strict=False)


def _has(ranges: Sequence[tuple[int, int]], character: int) -> bool:
    return any(low <= character <= high for low, high in ranges)
