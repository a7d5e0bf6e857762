"""The kinds of cells: values that are written alike are one kind (`kind`), so that most questions are asked of one of them."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntFlag, auto
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk import expression
from pii_audit.detection.bulk.alphabet import BEYOND, FOLDED, nonzero, units_of
from pii_audit.detection.bulk.expression import Characters
from pii_audit.detection.clearing import BORDER
from pii_audit.detection.kind import ALIKE, kind_of
from pii_audit.identifiers.fold import INVISIBLE

_BMP = 0x10000


def _kind_of_each() -> NDArray[np.uint16]:
    alike = np.arange(_BMP, dtype=np.uint16)
    for sign, ranges in ALIKE:
        for low, high in ranges:
            alike[low : high + 1] = ord(sign)
    return alike[FOLDED]


_TABLE = _kind_of_each()


class Sign(IntFlag):
    """Sets of characters that some questions about values begin with; what is folded to one of a set is one as well."""

    NONZERO = auto()
    MASK = auto()
    SPOKEN = auto()
    """Space and Han characters."""
    SPACE = auto()
    PADDING = auto()
    """White space and 0: what a machine fills numbers up with."""
    POWER = auto()
    """The letter before an exponent."""
    ESCAPE = auto()
    UNENCODED = auto()
    """What stands neither in base64 nor in hexadecimal."""
    BESIDE_BASE64 = auto()
    """What may stand in a value that is more than base64 without padding."""
    ODD = auto()
    """What nobody sees, halves of pairs, and what stands for all beyond the basic plane: such values are asked by themselves."""


_SPACES = "".join(filter(str.isspace, map(chr, range(_BMP))))


def _signs() -> NDArray[np.uint16]:
    table = np.zeros(_BMP, np.uint16)
    for sign, characters in (
        (Sign.NONZERO, "123456789"),
        (Sign.MASK, "*"),
        (Sign.SPOKEN, " "),
        (Sign.SPACE | Sign.PADDING, _SPACES),
        (Sign.PADDING, "0"),
        (Sign.POWER, "eE"),
        (Sign.ESCAPE, "%\\&"),
        (Sign.BESIDE_BASE64, "=xX%\\&" + _SPACES),
    ):
        table[list(map(ord, characters))] |= np.uint16(sign)
    table[0x4E00:0xA000] |= np.uint16(Sign.SPOKEN)
    encoded = f"{string.ascii_letters}{string.digits}+/-_={BORDER}"
    table[np.isin(np.arange(_BMP), list(map(ord, encoded)), invert=True)] |= np.uint16(Sign.UNENCODED)
    table |= table[FOLDED]
    unseen = re.compile(f"[{INVISIBLE}\ud800-\udfff\uffff]").finditer("".join(map(chr, range(_BMP))))
    table[[found.start() for found in unseen]] |= np.uint16(Sign.ODD)
    return table


_SIGNS = _signs()


@dataclass(frozen=True)
class Column:
    """The distinct values of a column, none of them empty, joined and with the kind of each.

    `kinds` are the distinct kinds, `kind` says which of them each value is.
    """

    values: Sequence[str]

    @cached_property
    def text(self) -> str:
        """The values, joined."""
        return BORDER.join(self.values)

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """How many characters each value has."""
        return np.fromiter(map(len, self.values), np.int64, len(self.values))

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each value begins in the text."""
        return np.cumsum(self.lengths + 1) - self.lengths - 1

    @cached_property
    def units(self) -> NDArray[np.uint16]:
        """The code points of the text (`units_of`)."""
        return units_of(self.text)

    @property
    def plain(self) -> bool:
        """Whether every character of the text is one of the basic plane."""
        return bool(self.values) and bool((self.units != BEYOND).all())

    @cached_property
    def _each(self) -> list[str]:
        if self.plain:
            kinds = _TABLE[self.units].tobytes().decode("utf-16-le", "surrogatepass").split(BORDER)
            if len(kinds) == len(self.values):
                return kinds
        return [kind_of(value) for value in self.values]

    @cached_property
    def _numbered(self) -> tuple[list[str], NDArray[np.int64]]:
        numbers = {kind: number for number, kind in enumerate(dict.fromkeys(self._each))}
        return list(numbers), np.fromiter(map(numbers.__getitem__, self._each), np.int64, len(self.values))

    @property
    def kinds(self) -> list[str]:
        """The distinct kinds."""
        return self._numbered[0]

    @property
    def kind(self) -> NDArray[np.int64]:
        """The place of each value's kind among the kinds."""
        return self._numbered[1]

    def of_kinds(self, said: Callable[[str], object], among: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """Of which values the kind is one of those of which something is said; `among` names those of which it may be.

        `said` is asked of each kind; the method of a regular expression costs least.
        """
        if among is None:
            return np.array(list(map(said, self.kinds)), np.bool_)[self.kind]
        told = np.zeros(len(self.kinds), np.bool_)
        told[self.kind[among]] = True
        asked = nonzero(told)
        told[asked] = list(map(said, map(self.kinds.__getitem__, asked.tolist())))
        return told[self.kind]

    @cached_property
    def _held(self) -> NDArray[np.uint16]:
        return np.bitwise_or.reduceat(_SIGNS[self.units], self.starts)

    def holding(self, sign: Sign) -> NDArray[np.bool_]:
        """Which values hold one of some signs."""
        return (self._held & np.uint16(sign)).astype(np.bool_)

    def edged(self, sign: Sign) -> NDArray[np.bool_]:
        """Which values begin or end with one of some signs."""
        first, last = self.units[self.starts], self.units[self.starts + self.lengths - 1]
        ends: NDArray[np.uint16] = _SIGNS[first] | _SIGNS[last]
        return (ends & np.uint16(sign)).astype(np.bool_)

    def up_to(self, length: int) -> NDArray[np.bool_]:
        """Which values have no more characters."""
        return self.lengths <= length


class OfKinds:
    """Some regular expressions that are asked of kinds, of those with up to so many characters."""

    def __init__(self, regexes: Iterable[str], longest: int) -> None:
        written = []
        self.told: dict[str, bool] = {}
        """Of each expression, whether all values of a kind match it where one does."""
        for regex in regexes:
            try:
                tree = expression.parse(regex)
            except (ValueError, IndexError):
                written.append(".*")
                self.told[regex] = False
                continue
            written.append(expression.written(tree, _widened))
            self.told[regex] = all(map(_told, expression.classes(tree)))
        either = "|".join(f"(?:{one})" for one in written) or "(?!)"
        self.may = re.compile(rf"(?!.{{{longest + 1}}})(?:{either})", re.DOTALL).fullmatch
        """Whether a value of a kind can match one of them as a whole."""


def _told(one: Characters) -> bool:
    """Whether a set of characters holds all or none of those that kinds do not tell apart."""
    return all(
        all(_within(one, low, high) for low, high in ranges) or not any(_meets(one, low, high) for low, high in ranges)
        for _, ranges in ALIKE
    )


def _within(one: Characters, low: int, high: int) -> bool:
    return any(start <= low and high <= end for start, end in one.ranges)


def _meets(one: Characters, low: int, high: int) -> bool:
    return any(start <= high and low <= end for start, end in one.ranges)


def _widened(one: Characters) -> str:
    """The characters of kinds that those of a set become."""
    signs = [sign for sign, ranges in ALIKE if any(_meets(one, low, high) for low, high in ranges)]
    literal = [f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in one.ranges]
    return f"[{''.join(signs + literal)}]" if literal else "(?!)"
