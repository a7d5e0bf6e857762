"""The cells of one column: which identifiers each distinct value holds, in which form.

Values are judged once however often they repeat, and patterns run over all of them joined, not cell by cell.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute

from pii_audit.detection import forms
from pii_audit.detection.clearing import Clearing
from pii_audit.detection.encodings import decoded
from pii_audit.detection.matcher import BOOST, CEILING, Candidate, Matcher
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.identifiers.classifiers import classifier
from pii_audit.identifiers.fold import fold, visible
from pii_audit.identifiers.model import Identifier
from pii_audit.identifiers.names import hint, tokens
from pii_audit.model.asset import Field
from pii_audit.model.evidence import Match
from pii_audit.model.forms import Form

MATCH_THRESHOLD = 0.4
"""A match with a lower score is no evidence."""
ENCODED_THRESHOLD = 0.5
"""The same for what stands encoded in a cell."""
NAMED = 0.5
"""From this strength of a column-name hint on, a cell that is no plain value is asked for its protection form."""
CLEARLY_NAMED = 0.6
"""Below this strength (`name` in a table of anything) only a mask is taken for a protected value."""
BY_NAME_SCORE = 0.5
"""The score of a cell that its column's name explains."""
BORDER = "\0"
"""Joins values; no match crosses it."""
LOOKALIKE_LENGTH = 40
"""Characters of the longest cell that is compared with identifiers as a whole."""
_DECIMAL = re.compile(r"[+-]?[0-9]*\.(?!0+$)[0-9]+(?:[eE][+-]?[0-9]+)?")
"""A fraction; the `.0` of an integer in a float column is none."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One identifier in one cell.

    `whole`: it fills the cell; `supported`: a word beside it in the text speaks for it; `by_name`: only the column's name
    and the cell's shape say so, no pattern.
    """

    match: Match
    whole: bool
    supported: bool = False
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What one distinct value holds; `lookalikes` counts what is of an identifier's length and alphabet, as `lookalikes_of` does."""

    hits: tuple[Hit, ...] = ()
    lookalikes: Mapping[str, int] = attribute(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column's name and comment, read once.

    `hints` gives each identifier that they speak of its strength (-1 to 1); `positive` are those that they speak for, `by_shape` those of
    them that a cell's shape decides; `best` is the one that protected values are taken for. `areas` are other columns, with which it makes one address.
    """

    field: Field
    hints: dict[str, float]
    tokens: tuple[str, ...]
    best: Identifier | None
    positive: frozenset[str]
    by_shape: tuple[str, ...]
    areas: tuple[str, ...] = ()

    @classmethod
    def read(cls, field: Field, identifiers: Iterable[Identifier], areas: tuple[str, ...] = ()) -> ColumnName:
        """What a column's name and comment say of each identifier; `areas` as above."""
        known = tuple(identifiers)
        hints: dict[str, float] = {}
        best, highest = None, NAMED
        for identifier in known:
            strength = hint(identifier, field.name, field.comment)
            if strength:
                hints[identifier.id] = strength
            if strength > highest or (strength == highest and best is None):
                best, highest = identifier, strength
        positive = frozenset(identifier for identifier, strength in hints.items() if strength > 0)
        by_shape = tuple(one.id for one in known if one.id in positive and one.column_only is not None)
        return cls(field, hints, tokens(field.name), best, positive, by_shape, areas)


class CellReader:
    """Reads distinct values of a column into cells."""

    def __init__(self, catalogue: Catalogue, matcher: Matcher) -> None:
        self._matcher, self._engine = matcher, Clearing(matcher)
        self._identifiers = catalogue
        self._lookalikes = [
            (identifier.id, re.compile(identifier.lookalike))
            for identifier in matcher.identifiers
            if identifier.lookalike and identifier.chance < 1
        ]
        self._any_lookalike = re.compile("|".join(f"(?:{regex.pattern})" for _, regex in self._lookalikes) or r"(?!)")

    def read(self, values: Sequence[str], name: ColumnName) -> list[Cell]:
        """One cell for each value, in order."""
        found = self._scan(values, name.positive)
        cells = [self._cell(value, found.get(place, ()), name) for place, value in enumerate(values)]
        hidden = {
            place: text
            for place, value in enumerate(values)
            if not cells[place].hits and (text := decoded(value).replace(BORDER, " "))
        }
        places = list(hidden)
        for number, candidates in self._scan(list(hidden.values()), name.positive).items() if hidden else ():
            place = places[number]
            cells[place] = self._encoded(values[place], cells[place], candidates)
        return cells

    def _encoded(self, value: str, cell: Cell, candidates: Sequence[Candidate]) -> Cell:
        """A cell that says nothing until it is decoded, whatever its column is called."""
        good = [one for one in candidates if one.base > 0 and one.score >= ENCODED_THRESHOLD]
        found = dict.fromkeys(one.identifier.id for one in self._matcher.resolve(good))
        hits = tuple(_whole(value, identifier, Form.ENCODED) for identifier in found)
        return Cell(hits, cell.lookalikes)

    def _scan(self, values: Sequence[str], hinted: frozenset[str]) -> dict[int, list[Candidate]]:
        """Candidates of all values in one pass per pattern, refuted ones included, offsets within the value."""
        starts: list[int] = []
        position = 0
        for value in values:
            starts.append(position)
            position += len(value) + 1
        found: dict[int, list[Candidate]] = defaultdict(list)
        for candidate in self._engine.candidates(BORDER.join(values), refuted=True, hinted=hinted):
            place = bisect_right(starts, candidate.start) - 1
            found[place].append(_moved(candidate, -starts[place]))
        return found

    def _cell(self, value: str, candidates: Sequence[Candidate], name: ColumnName) -> Cell:
        folded = fold(visible(value)).strip()
        decimal = _DECIMAL.fullmatch(folded) is not None
        shape = folded.partition(".")[0] if decimal else folded
        whole: set[str] = set()
        if len(shape) <= LOOKALIKE_LENGTH and self._any_lookalike.fullmatch(shape):
            whole.update([identifier for identifier, regex in self._lookalikes if regex.fullmatch(shape)])
        hits: list[Hit] = []
        if candidates:
            good = [one for one in candidates if one.base > 0 and _counts(one, name)]
            if decimal:
                good = [one for one in good if one.identifier.id in name.positive]
            if name.best and forms.is_masked(folded):
                good = [one for one in good if one.validated or not forms.beside_mask(value, one.start, one.end)]
            hits = [_hit(one, value, name) for one in self._matcher.resolve(good)]
        lookalikes = {**dict.fromkeys(whole, 1), **lookalikes_of(candidates, [hit.match for hit in hits])}
        if name.by_shape or name.best:
            hits += self._by_name(value, folded, name, {hit.match.identifier for hit in hits})
        if not hits and "*" in folded:
            hits = [_masked(value, *found) for found in forms.masked_numbers(value)]
        return Cell(tuple(hits), lookalikes) if hits or lookalikes else EMPTY

    def _by_name(self, value: str, folded: str, name: ColumnName, seen: set[str]) -> list[Hit]:
        """What a cell is because of its column's name: a personal name, an address, a masked or hashed value."""
        hits: list[Hit] = []
        for identifier_id in name.by_shape:
            identifier = self._identifiers[identifier_id]
            shape = identifier.column_only
            if (
                identifier_id not in seen
                and shape is not None
                and classifier(shape, name.field.name, name.areas)(folded)
            ):
                shielded = forms.shielded_form(folded, identifier, name.tokens)
                hits.append(_whole(value, identifier_id, shielded or Form.PLAIN))
        best = name.best
        if best is None or best.id in seen or any(hit.match.identifier == best.id for hit in hits):
            return hits
        form = forms.protected_form(folded, best, name.tokens)
        if form is None or (name.hints[best.id] < CLEARLY_NAMED and form is not Form.MASKED):
            return hits
        return hits if seen and form is Form.TRUNCATED else [_whole(value, best.id, form)]


EMPTY = Cell()


def lookalikes_of(candidates: Iterable[Candidate], matches: Sequence[Match]) -> dict[str, int]:
    """How many look-alikes one row (a cell, a line of text) counts for, by identifier, where a validator can pass by accident.

    Hits are counted in rows: a row with a hit counts for as many look-alikes as stand in it for each value that passed, one without for all.
    """
    places: dict[str, set[int]] = {}
    for one in candidates:
        if one.identifier.chance < 1:
            places.setdefault(one.identifier.id, set()).add(one.start)
    counts = dict.fromkeys(places, 1)
    for identifier, found in places.items():
        if len(found) > 1:
            passed = sum(match.identifier == identifier for match in matches)
            counts[identifier] = max(1, round(len(found) / max(1, passed)))
    return counts


def _moved(one: Candidate, by: int) -> Candidate:
    return replace(one, start=one.start + by, end=one.end + by)


def _counts(one: Candidate, name: ColumnName) -> bool:
    """Whether a match is evidence: by its score, or by a check that chance would pass rarely, which the whole column will show."""
    proven = one.validated and one.identifier.chance < 1 and not one.doubted
    return proven or _score(one, name) >= MATCH_THRESHOLD


def _score(one: Candidate, name: ColumnName) -> float:
    strength = name.hints.get(one.identifier.id, 0.0)
    return min(CEILING, one.score + BOOST * max(0.0, strength))


def _hit(one: Candidate, value: str, name: ColumnName) -> Hit:
    form = Form.ENCODED if one.encoded else forms.written_form(one.identifier, value, one.start, one.end)
    match = Match(one.identifier.id, one.start, one.end, round(_score(one, name), 4), form)
    return Hit(match, _fills(value, one.start, one.end), one.supported)


def _masked(value: str, start: int, end: int, identifier: str) -> Hit:
    return Hit(Match(identifier, start, end, BY_NAME_SCORE, Form.MASKED), _fills(value, start, end), by_name=True)


def _fills(value: str, start: int, end: int) -> bool:
    """Whether a match is all of a cell, save white space and the `.0` of an integer in a float column."""
    return not visible(value[:start]).strip() and visible(value[end:]).strip().rstrip("0") in ("", ".")


def _whole(value: str, identifier: str, form: Form) -> Hit:
    start = len(value) - len(value.lstrip())
    match = Match(identifier, start, start + len(value.strip()), BY_NAME_SCORE, form)
    return Hit(match, whole=True, by_name=True)
