"""The cells of one column: which identifiers each distinct value holds, in which form.

Values are judged once however often they repeat, patterns run over all of them joined, and values of one kind in which the same was found at the
same places hold the same, save for what only a value itself can answer: one of them is read for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import nonzero
from pii_audit.detection.cell import EMPTY, Cell
from pii_audit.detection.clearing import BORDER, Clearing
from pii_audit.detection.column_name import ColumnName
from pii_audit.detection.encodings import decoded
from pii_audit.detection.first_bytes import may_decode, maybe_text
from pii_audit.detection.found import APART, Found
from pii_audit.detection.groups import groups, numbered
from pii_audit.detection.kind import MAY_BE_NAME
from pii_audit.detection.kinds import Column, OfKinds, Sign
from pii_audit.detection.masks import MAY_HIDE
from pii_audit.detection.matcher import Matcher
from pii_audit.detection.spoilt import may_be_spoilt
from pii_audit.detection.values import (
    LOOKALIKE_LENGTH,
    Open,
    ValueReader,
    answers,
    by_value,
    named,
    shape_of,
)
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.identifiers.fold import fold

_POINTED = re.compile(r"\.0+\s*$")
"""How the kind of what may be an integer in a float column ends."""

Question = Callable[[Sequence[str]], NDArray[np.int64]]
"""What is asked of values before one of their kind may stand for them; the answers are numbers."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What some values hold: `cells` without repetition, `of` says which of them each value is."""

    cells: list[Cell]
    of: NDArray[np.int64]

    @classmethod
    def empty(cls, count: int) -> Cells:
        """So many values that hold nothing."""
        return cls([EMPTY], np.zeros(count, np.int64))

    def put(self, place: int, cell: Cell) -> None:
        """Gives one value a cell of its own."""
        self.of[place] = self.add(cell)

    def add(self, cell: Cell) -> int:
        """Adds a cell; gives its number."""
        self.cells.append(cell)
        return len(self.cells) - 1

    def each(self) -> list[Cell]:
        """One cell for each value."""
        return [self.cells[number] for number in self.of.tolist()]


class CellReader:
    """Reads the distinct values of a column into cells."""

    def __init__(self, catalogue: Catalogue, matcher: Matcher) -> None:
        self._matcher, self._engine = matcher, Clearing(matcher)
        self._values = ValueReader(catalogue, matcher)
        regexes = [regex for _, regex in self._values.lookalikes]
        self._lookalikes = OfKinds((regex.pattern for regex in regexes), LOOKALIKE_LENGTH)
        self._telling = [
            (regex, OfKinds([regex.pattern], LOOKALIKE_LENGTH))
            for regex in regexes
            if not self._lookalikes.told[regex.pattern]
        ]
        """Look-alikes that some values of a kind are and others are not."""
        self._apart = frozenset(
            place for place, identifier in enumerate(matcher.identifiers) if identifier.validator == "credential"
        )
        """Identifiers whose values have a form that depends on each of their characters."""

    def read(self, column: Column, name: ColumnName) -> Cells:
        """The cells of a column's distinct values."""
        cells = Cells.empty(len(column.values))
        found = Found(column, self._matcher.arrays(column.text, refuted=True, hinted=name.positive), self._apart)
        undone = self._engine.undone(column.text, refuted=True, hinted=name.positive, cells=True)
        cleared = by_value(column.starts.tolist(), undone)
        apart = column.holding(Sign.ODD) | column.of_kinds(MAY_HIDE, among=column.holding(Sign.MASK))
        apart |= found.keys == APART
        apart[list(cleared)] = True
        for place in nonzero(apart).tolist():
            both = [*found.candidates(place, self._matcher.identifiers), *cleared.get(place, ())]
            cells.put(place, self._values.alone(column.values[place], both, name))
        self._read_alike(column, name, found, apart, cells)
        self._undo(column, cells, name)
        self._restore(column, cells, name)
        return cells

    def _read_alike(
        self, column: Column, name: ColumnName, found: Found, apart: NDArray[np.bool_], cells: Cells
    ) -> None:
        """Reads one value for all that hold the same."""
        named = bool(name.by_shape) or name.best is not None
        speaks = column.of_kinds(MAY_BE_NAME, among=column.holding(Sign.SPOKEN)) if name.untold else named
        questions, alike = self._questions(column)
        places = nonzero((alike | found.there | speaks) & ~apart)
        kind = column.kind[places]
        answered = np.zeros(len(places), np.int64)
        for number, members in groups(kind):
            if number in questions:
                answered[members] = questions[number]([column.values[place] for place in places[members].tolist()])
        for _, members in groups(numbered(kind, found.keys[places], answered)):
            holders = places[members]
            first = int(holders[0])
            candidates = found.candidates(first, self._matcher.identifiers)
            cell, rest = self._values.by_patterns(column.values[first], candidates, name)
            cells.of[holders] = cells.add(cell)
            if rest:
                self._ask(column, name, rest, holders, cells)

    def _ask(self, column: Column, name: ColumnName, rest: Open, holders: NDArray[np.int64], cells: Cells) -> None:
        """Asks each of some values that hold the same by patterns what is left to ask."""
        before = int(cells.of[holders[0]])
        numbers: dict[Hashable, int] = {}
        for place in holders.tolist():
            value = column.values[place]
            said = answers(value, name, rest)
            if any(said):
                if said not in numbers:
                    numbers[said] = cells.add(named(cells.cells[before], value, name, rest, said))
                cells.of[place] = numbers[said]

    def _questions(self, column: Column) -> tuple[dict[int, Question], NDArray[np.bool_]]:
        """By kind, what is asked of its values one by one; and which values may be the look-alike of something."""
        questions: dict[int, Question] = {}
        bare = [kind.strip() for kind in column.kinds]
        pointed = {number: one.partition(".")[0] for number, one in enumerate(bare) if "." in one}
        alike = np.array(list(map(self._lookalikes.may, bare)), np.bool_)
        alike[[number for number, one in pointed.items() if self._lookalikes.may(one)]] = True
        for number in nonzero(alike).tolist():
            wholes = {bare[number], pointed.get(number, "")}
            telling = [regex for regex, kinds in self._telling if any(map(kinds.may, wholes))]
            if telling:
                questions[number] = partial(_tell_pointed if number in pointed else _tell, telling)
        for number in pointed:
            if number not in questions and _POINTED.search(column.kinds[number]):
                questions[number] = _are_integral
        return questions, alike[column.kind]

    def _undo(self, column: Column, cells: Cells, name: ColumnName) -> None:
        """Looks into what says nothing until it is decoded, whatever its column is called."""
        silent = np.array([not cell.hits for cell in cells.cells], np.bool_)[cells.of]
        hidden = {}
        for place in maybe_text(column, nonzero(silent & may_decode(column))).tolist():
            if text := decoded(column.values[place]):
                hidden[place] = text.replace(BORDER, " ")
        if not hidden:
            return
        inside = Column(list(hidden.values()))
        found = self._engine.candidates(inside.text, refuted=True, hinted=name.positive)
        candidates = by_value(inside.starts.tolist(), found)
        for number, place in enumerate(hidden):
            if number in candidates:
                value, cell = column.values[place], cells.cells[cells.of[place]]
                cells.put(place, self._values.encoded(value, cell, candidates[number]))

    def _restore(self, column: Column, cells: Cells, name: ColumnName) -> None:
        """Reads numbers that a machine wrote otherwise than people write them."""
        # It has an exponent, or begins or ends with zeros.
        may = column.holding(Sign.POWER) | column.edged(Sign.PADDING)
        spoilt = nonzero(may & column.of_kinds(may_be_spoilt, among=may)).tolist()
        held = {place: (column.values[place], cells.cells[cells.of[place]]) for place in spoilt}
        for place, cell in self._values.unspoilt(
            held, name, lambda numbers: self.read(Column(numbers), name).each()
        ).items():
            cells.put(place, cell)


def _are_integral(values: Sequence[str]) -> NDArray[np.int64]:
    """Which values end in the `.0` of an integer."""
    return np.array([fold(value).rstrip().rstrip("0").endswith(".") for value in values], np.int64)


def _tell(regexes: Sequence[re.Pattern[str]], values: Sequence[str]) -> NDArray[np.int64]:
    """Which of some expressions each value is, as bits."""
    return _told(regexes, [fold(value).strip() for value in values])


def _tell_pointed(regexes: Sequence[re.Pattern[str]], values: Sequence[str]) -> NDArray[np.int64]:
    """The same, and whether it ends in the `.0` of an integer."""
    told = _told(regexes, [shape_of(fold(value).strip())[1] for value in values])
    return told << 1 | _are_integral(values)


def _told(regexes: Sequence[re.Pattern[str]], values: Sequence[str]) -> NDArray[np.int64]:
    told = np.zeros(len(values), np.int64)
    for regex in regexes:
        told = told << 1 | np.array([found is not None for found in map(regex.fullmatch, values)], np.int64)
    return told
