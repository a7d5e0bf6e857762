"""The cells of one column: which identifiers each distinct value holds, in which form.

Values are judged once however often they repeat, patterns run over all of them joined, and values of one kind in which the same was found at the
same places hold the same, save for what only a value itself can answer: one of them is read for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection import forms
from pii_audit.detection.bulk.alphabet import nonzero
from pii_audit.detection.cell import EMPTY, Cells
from pii_audit.detection.clearing import BORDER, Clearing
from pii_audit.detection.column_name import ColumnName
from pii_audit.detection.encodings import decoded, may_decode
from pii_audit.detection.first_bytes import maybe_text
from pii_audit.detection.found import APART, Found
from pii_audit.detection.kinds import Column, OfKinds
from pii_audit.detection.matcher import Matcher
from pii_audit.detection.values import LOOKALIKE_LENGTH, Open, ValueReader, answers, by_value, named, shape_of
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.identifiers.fold import fold

_POINTED = re.compile(r"\.0+\s*$")
"""How the kind of what may be an integer in a float column ends."""

Question = Callable[[str], Hashable]
"""What is asked of a value before one of its kind may stand for it."""


class CellReader:
    """Reads the distinct values of a column into cells."""

    def __init__(self, catalogue: Catalogue, matcher: Matcher) -> None:
        self._matcher, self._engine = matcher, Clearing(matcher)
        self._values = ValueReader(catalogue, matcher)
        regexes = [regex for _, regex in self._values.lookalikes]
        self._lookalikes = OfKinds(regex.pattern for regex in regexes)
        self._telling = [
            (regex, OfKinds([regex.pattern])) for regex in regexes if not self._lookalikes.told[regex.pattern]
        ]
        """Look-alikes that some values of a kind are and others are not."""
        self._apart = frozenset(
            place for place, identifier in enumerate(matcher.identifiers) if identifier.validator == "credential"
        )
        """Identifiers whose values have a form that depends on each of their characters."""

    def read(self, column: Column, name: ColumnName) -> Cells:
        """The cells of a column's distinct values."""
        cells = Cells([EMPTY], [0] * len(column.values))
        found = Found(column, self._matcher.arrays(column.text, refuted=True, hinted=name.positive), self._apart)
        cleared = by_value(column.starts.tolist(), self._engine.undone(column.text, refuted=True, hinted=name.positive))
        apart = column.odd | column.of_kinds(_is_masked, among=column.masked)
        alone = {*nonzero(apart).tolist(), *cleared, *(place for place, key in found.keys.items() if key is APART)}
        for place in alone:
            both = [*found.candidates(place, self._matcher.identifiers), *cleared.get(place, ())]
            cells.put(place, self._values.alone(column.values[place], both, name))
        self._read_alike(column, name, found, alone, cells)
        self._undo(column, cells, name)
        return cells

    def _read_alike(self, column: Column, name: ColumnName, found: Found, alone: set[int], cells: Cells) -> None:
        """Reads one value for all that hold the same."""
        speaks = bool(name.by_shape) or name.best is not None
        questions, alike = self._questions(column)
        numbers: dict[Hashable, tuple[int, Open]] = {}
        for place in nonzero(alike | found.there | speaks).tolist():
            if place in alone:
                continue
            value, kind = column.values[place], column.kind[place]
            question = questions.get(kind)
            key = (kind, found.keys.get(place), question(value) if question else None)
            read = numbers.get(key)
            if read is None:
                cell, rest = self._values.by_patterns(value, found.candidates(place, self._matcher.identifiers), name)
                read = numbers[key] = cells.add(cell), rest
            number, rest = read
            if rest and any(said := answers(value, name, rest)):
                if (number, said) not in numbers:
                    numbers[number, said] = cells.add(named(cells.cells[number], value, name, rest, said)), rest
                number = numbers[number, said][0]
            cells.of[place] = number

    def _questions(self, column: Column) -> tuple[dict[int, Question], NDArray[np.bool_]]:
        """By kind, what is asked of its values one by one; and which values may be the look-alike of something."""
        questions: dict[int, Question] = {}
        alike = np.zeros(len(column.kinds), np.bool_)
        for number, kind in enumerate(column.kinds):
            bare = kind.strip()
            wholes = [one for one in {bare, bare.partition(".")[0]} if len(one) <= LOOKALIKE_LENGTH]
            alike[number] = any(map(self._lookalikes.may, wholes))
            telling = [regex for regex, kinds in self._telling if alike[number] and any(map(kinds.may, wholes))]
            if telling:
                questions[number] = partial(_tell_pointed if "." in kind else _tell, telling)
            elif _POINTED.search(kind):
                questions[number] = _is_integral
        return questions, alike[column.kind]

    def _undo(self, column: Column, cells: Cells, name: ColumnName) -> None:
        """Looks into what says nothing until it is decoded, whatever its column is called."""
        silent = np.array([not cell.hits for cell in cells.cells], np.bool_)[cells.of]
        silent &= column.of_kinds(may_decode)
        hidden = {}
        for place in maybe_text(column, nonzero(silent)).tolist():
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


def _is_masked(kind: str) -> bool:
    return forms.MASKS.search(kind) is not None


def _is_integral(value: str) -> bool:
    """Whether a value ends in the `.0` of an integer."""
    return fold(value).rstrip().rstrip("0").endswith(".")


def _tell(regexes: Sequence[re.Pattern[str]], value: str) -> Hashable:
    """Which of some expressions a value is."""
    folded = fold(value).strip()
    return tuple([regex.fullmatch(folded) is not None for regex in regexes])


def _tell_pointed(regexes: Sequence[re.Pattern[str]], value: str) -> Hashable:
    """The same, and whether it ends in the `.0` of an integer."""
    return _is_integral(value), _tell(regexes, shape_of(fold(value).strip())[1])
