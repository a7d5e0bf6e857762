"""The cells of one column: which identifiers each distinct value holds, in which form.

Values are judged once however often they repeat, and patterns run over all of them joined, not cell by cell.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pii_audit.detection import forms
from pii_audit.detection.matcher import BOOST, CEILING, Candidate, Matcher
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.model import Identifier
from pii_audit.identifiers.names import hint, tokens
from pii_audit.identifiers.people import classifier
from pii_audit.model.asset import Field
from pii_audit.model.evidence import Match
from pii_audit.model.forms import Form

MATCH_THRESHOLD = 0.4
"""A match with a lower score is no evidence."""
NAMED = 0.6
"""From this strength of a column-name hint on, a cell that is no plain value is asked for its protection form."""
BORDER = "\0"
"""Joins values; no pattern matches it by name, and a match that crosses it anyway is looked for again inside its cell."""
_DECIMAL = re.compile(r"[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Hit:
    """One identifier in one cell: the match, whether it fills the cell, and whether a word beside it in the text supports it."""

    match: Match
    whole: bool
    supported: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What one distinct value holds; `lookalikes` names the identifiers of whose length and alphabet something in it is."""

    hits: tuple[Hit, ...] = ()
    lookalikes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column's name and comment, read once: `hints` gives each identifier that they speak of its strength (0 to 1)."""

    field: Field
    hints: dict[str, float]
    tokens: tuple[str, ...]
    best: Identifier | None

    @classmethod
    def read(cls, field: Field, identifiers: Iterable[Identifier]) -> ColumnName:
        """What a column's name and comment say of each identifier."""
        hints: dict[str, float] = {}
        best, highest = None, NAMED
        for identifier in identifiers:
            strength = hint(identifier, field.name, field.comment)
            if strength:
                hints[identifier.id] = strength
            if strength > highest or (strength == highest and best is None):
                best, highest = identifier, strength
        return cls(field, hints, tokens(field.name), best)

    @property
    def positive(self) -> frozenset[str]:
        """The identifiers that the name speaks for."""
        return frozenset(identifier for identifier, strength in self.hints.items() if strength > 0)


class CellReader:
    """Reads distinct values of a column into cells."""

    def __init__(self, catalogue: Catalogue, matcher: Matcher) -> None:
        self._matcher = matcher
        self._identifiers = catalogue
        self._lookalikes = [
            (identifier.id, re.compile(identifier.lookalike)) for identifier in matcher.identifiers if identifier.lookalike
        ]

    def read(self, values: Sequence[str], name: ColumnName) -> list[Cell]:
        """One cell for each value, in order."""
        found = self._scan(values, name.positive)
        return [self._cell(value, found.get(place, ()), name) for place, value in enumerate(values)]

    def _scan(self, values: Sequence[str], hinted: frozenset[str]) -> dict[int, list[Candidate]]:
        """Candidates of all values in one pass per pattern, refuted ones included, offsets within the value."""
        starts: list[int] = []
        position = 0
        for value in values:
            starts.append(position)
            position += len(value) + 1
        found: dict[int, list[Candidate]] = defaultdict(list)
        again: set[int] = set()
        joined = BORDER.join(values)
        for candidate in self._matcher.candidates(joined, refuted=True, hinted=hinted):
            place = bisect_right(starts, candidate.start) - 1
            first = starts[place]
            if candidate.end > first + len(values[place]):
                again.update(range(place, bisect_right(starts, candidate.end)))
                continue
            found[place].append(_moved(candidate, -first))
        for place in again:
            found[place] = list(self._matcher.candidates(values[place], refuted=True, hinted=hinted))
        return found

    def _cell(self, value: str, candidates: Sequence[Candidate], name: ColumnName) -> Cell:
        lookalikes = {candidate.identifier.id for candidate in candidates}
        folded = fold(value).strip()
        if len(folded) <= 40:
            lookalikes.update(identifier for identifier, regex in self._lookalikes if regex.fullmatch(folded))
        if candidates and _DECIMAL.fullmatch(folded):
            candidates = ()
        good = [one for one in candidates if one.base > 0 and _score(one, name) >= MATCH_THRESHOLD]
        hits = [_hit(one, value, name) for one in self._matcher.resolve(good)]
        seen = {hit.match.identifier for hit in hits}
        hits += self._by_name(value, folded, name, seen)
        if not hits:
            hits = [
                Hit(Match(identifier, start, end, 0.5, Form.MASKED), end - start == len(value.strip()), supported=False)
                for start, end, identifier in forms.masked_numbers(fold(value))
            ]
        return Cell(tuple(hits), frozenset(lookalikes)) if hits or lookalikes else EMPTY

    def _by_name(self, value: str, folded: str, name: ColumnName, seen: set[str]) -> list[Hit]:
        """What a cell is because of its column's name: a personal name, an address, a masked or hashed value."""
        hits: list[Hit] = []
        for identifier_id in sorted(name.positive - seen):
            identifier = self._identifiers[identifier_id]
            if identifier.column_only is not None and classifier(identifier.column_only, name.field.name)(folded):
                hits.append(_whole(value, identifier_id, 0.5, Form.PLAIN))
        if name.best is not None and name.best.id not in seen and not any(hit.match.identifier == name.best.id for hit in hits):
            form = forms.protected_form(folded, name.best, name.tokens)
            if form is not None and not (seen and form is Form.TRUNCATED):
                hits = [_whole(value, name.best.id, 0.5, form)]
        return hits


EMPTY = Cell()


def _moved(one: Candidate, by: int) -> Candidate:
    return Candidate(one.identifier, one.start + by, one.end + by, one.base, one.supported, one.validated)


def _score(one: Candidate, name: ColumnName) -> float:
    strength = name.hints.get(one.identifier.id, 0.0)
    return min(CEILING, one.score + BOOST * max(0.0, strength))


def _hit(one: Candidate, value: str, name: ColumnName) -> Hit:
    match = Match(one.identifier.id, one.start, one.end, round(_score(one, name), 4), Form.PLAIN)
    return Hit(match, one.end - one.start == len(value.strip()), one.supported)


def _whole(value: str, identifier: str, score: float, form: Form) -> Hit:
    start = len(value) - len(value.lstrip())
    return Hit(Match(identifier, start, start + len(value.strip()), score, form), whole=True, supported=False)
