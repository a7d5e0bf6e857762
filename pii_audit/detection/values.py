"""One value of a column: what patterns find in it, and what its column's name and its shape say together."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pii_audit.detection import forms
from pii_audit.detection.cell import EMPTY, Cell, Hit
from pii_audit.detection.column_name import ColumnName
from pii_audit.detection.kind import MAY_BE_NAME, kind_of
from pii_audit.detection.lookalikes import lookalikes_of
from pii_audit.detection.masks import EMAIL, beside_mask, is_masked, masked_values
from pii_audit.detection.matcher import BOOST, CEILING, MATCH_THRESHOLD, Candidate, Matcher, overlaps
from pii_audit.detection.spoilt import cut, restored
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.identifiers.classifiers import classifier, told_by_kind
from pii_audit.identifiers.fold import INVISIBLE, fold, visible
from pii_audit.identifiers.model import Identifier
from pii_audit.identifiers.names import UNTOLD
from pii_audit.model.evidence import Match
from pii_audit.model.forms import Form

ENCODED_THRESHOLD = 0.5
"""A match in what stands encoded in a cell is no evidence with a lower score."""
CLEARLY_NAMED = 0.6
"""Below this strength (`name` in a table of anything) only a mask is taken for a protected value."""
BY_NAME_SCORE = 0.5
"""The score of a cell that its column's name explains."""
UNTOLD_SCORE = 0.3
"""That of a cell under a header that says nothing: whether it is what it looks like only the whole column tells."""
LOOKALIKE_LENGTH = 40
"""Characters of the longest cell that is compared with identifiers as a whole."""
_DECIMAL = re.compile(r"[+-]?[0-9]*\.(?!0+$)[0-9]+(?:[eE][+-]?[0-9]+)?")
"""A fraction; the `.0` of an integer in a float column is none."""


_BLANK = re.compile(rf"[\s{INVISIBLE}]*")
_REST = re.compile(rf"[\s{INVISIBLE}]*(?:\.[0{INVISIBLE}]*[\s{INVISIBLE}]*)?\Z")
"""What may stand before and behind a value that fills its cell."""


@dataclass(frozen=True, slots=True)
class Open:
    """What is left to ask each value of those that hold the same by patterns.

    `shapes` are those that the column's name speaks of; where `form`, also in which form a value holds what the column is named after.
    """

    shapes: tuple[Identifier, ...]
    form: bool

    def __bool__(self) -> bool:
        return bool(self.shapes) or self.form


NOTHING_LEFT = Open((), form=False)


class ValueReader:
    """Reads values one by one."""

    def __init__(self, catalogue: Catalogue, matcher: Matcher) -> None:
        self._matcher = matcher
        self._identifiers = catalogue
        self.lookalikes = [
            (identifier.id, re.compile(identifier.lookalike))
            for identifier in matcher.identifiers
            if identifier.lookalike and identifier.chance < 1
        ]
        """Identifiers that can be mistaken for others, and what for."""

    def alone(self, value: str, candidates: Sequence[Candidate], name: ColumnName) -> Cell:
        """What a value holds; the candidates within it include those that are refuted."""
        cell, rest = self.by_patterns(value, candidates, name)
        if rest:
            cell = named(cell, value, name, rest, answers(value, name, rest))
        masked = list(masked_values(value))
        if not masked:
            return cell
        hidden = [(start, end) for start, end, identifier in masked if identifier == EMAIL]
        hits = tuple(hit for hit in cell.hits if hit.by_name or not _is_rest(hit.match, hidden))
        return replace(cell, hits=hits).beside(_masked(value, *one) for one in masked)

    def encoded(self, value: str, cell: Cell, candidates: Sequence[Candidate]) -> Cell:
        """What a value holds that says nothing until it is decoded; the candidates are those of the decoded text."""
        good = [one for one in candidates if one.base > 0 and one.score >= ENCODED_THRESHOLD]
        found = dict.fromkeys(one.identifier.id for one in self._matcher.resolve(good))
        return Cell(
            tuple(whole_cell(value, identifier, Form.ENCODED) for identifier in found), cell.lookalikes, cell.tried
        )

    def unspoilt(
        self,
        held: Mapping[int, tuple[str, Cell]],
        name: ColumnName,
        read: Callable[[Sequence[str]], Sequence[Cell]],
    ) -> dict[int, Cell]:
        """What cells hold in which a machine wrote numbers otherwise, where the column's name says clearly what they are.

        `held` has values and what was found in them so far, by place; `read` gives the cells of the numbers themselves.
        """
        clear = frozenset(one for one, strength in name.hints.items() if strength >= CLEARLY_NAMED)
        numbers = {place: found for place, (value, _) in held.items() if clear and (found := restored(value))}
        distinct = list(dict.fromkeys(number for number, _ in numbers.values()))
        inside = dict(zip(distinct, read(distinct), strict=True)) if distinct else {}
        cells = {}
        for place, (value, before) in held.items():
            if place in numbers:
                number, begin = numbers[place]
                hits = tuple(hit for hit in inside[number].hits if hit.match.identifier in clear)
                known = {hit.match.identifier for hit in before.hits}
                if not before.hits or any(hit.match.identifier not in known for hit in hits):
                    cells[place] = _written_otherwise(value, replace(inside[number], hits=hits), begin)
            elif name.best and name.best.id in clear and not before.hits and (rest := cut(value, name.best)):
                # Whoever has all but a few digits has the number: there are not many that it could be.
                form = Form.TRUNCATED if name.best.adequately_masked(rest) else Form.ENCODED
                cells[place] = replace(before, hits=(whole_cell(value, name.best.id, form),))
        return cells

    def by_patterns(self, value: str, candidates: Sequence[Candidate], name: ColumnName) -> tuple[Cell, Open]:
        """What patterns find and what follows from how a value is written, and what is left to ask."""
        folded = fold(visible(value)).strip()
        decimal, shape = shape_of(folded)
        whole = (
            [identifier for identifier, regex in self.lookalikes if regex.fullmatch(shape)]
            if len(shape) <= LOOKALIKE_LENGTH
            else []
        )
        hits: list[Hit] = []
        if candidates:
            good = [one for one in candidates if one.base > 0 and _counts(one, name)]
            if decimal:
                good = [one for one in good if one.identifier.id in name.positive]
            if name.best and is_masked(folded):
                good = [one for one in good if _checked(one) or not beside_mask(value, one.start, one.end)]
            hits = [_hit(one, value, name) for one in self._matcher.resolve(good)]
        tried = lookalikes_of(candidates, [hit.match for hit in hits])
        lookalikes = {**dict.fromkeys(whole, 1), **tried}
        cell = Cell(tuple(hits), lookalikes, tried) if hits or lookalikes else EMPTY
        return self._by_shape(cell, value, folded, name)

    def _by_shape(self, cell: Cell, value: str, folded: str, name: ColumnName) -> tuple[Cell, Open]:
        seen = {hit.match.identifier for hit in cell.hits}
        if name.untold and not MAY_BE_NAME(kind_of(folded)):
            return cell, NOTHING_LEFT
        wanted = [self._identifiers[identifier] for identifier in name.by_shape if identifier not in seen]
        told = [one for one in wanted if told_by_kind(str(one.column_only), folded) and not forms.may_be_shielded(one)]
        more = [whole_cell(value, one.id, Form.PLAIN) for one in told if _has_shape(folded, one, name)]
        rest = tuple(one for one in wanted if one not in told)
        if more:
            cell = replace(cell, hits=(*cell.hits, *more))
        asks = name.best is not None and all(hit.match.identifier != name.best.id for hit in cell.hits)
        return cell, Open(rest, asks)


def _written_otherwise(value: str, cell: Cell, begin: int | None) -> Cell:
    """What a value holds in which a number is written otherwise; `cell` is what the number holds, `begin` where it stands in the value, if it does."""
    if begin is None:
        found = dict.fromkeys(hit.match.identifier for hit in cell.hits)
        return replace(cell, hits=tuple(whole_cell(value, identifier, Form.ENCODED) for identifier in found))
    moved = (
        replace(hit, match=replace(hit.match, start=hit.match.start + begin, end=hit.match.end + begin))
        for hit in cell.hits
    )
    return replace(cell, hits=tuple(moved))


def by_value(starts: Sequence[int], candidates: Iterable[Candidate]) -> Mapping[int, list[Candidate]]:
    """Candidates of joined values by the place of the value in which they stand, offsets within it; `starts` is where each value begins."""
    found: dict[int, list[Candidate]] = {}
    for one in candidates:
        place = bisect_right(starts, one.start) - 1
        found.setdefault(place, []).append(one.moved(-starts[place]))
    return found


def answers(value: str, name: ColumnName, rest: Open) -> tuple[Form | None, ...]:
    """What one value answers: the form in which it holds each shape, and then that of what the column is named after."""
    folded = fold(visible(value)).strip()
    found = [
        (forms.shielded_form(folded, one, name.tokens) or Form.PLAIN) if _has_shape(folded, one, name) else None
        for one in rest.shapes
    ]
    best = name.best
    if best is None or not rest.form or any(form and one is best for one, form in zip(rest.shapes, found, strict=True)):
        return (*found, None)
    form = forms.protected_form(folded, best, name.tokens)
    return (*found, form if form is Form.MASKED or name.hints[best.id] >= CLEARLY_NAMED else None)


def named(cell: Cell, value: str, name: ColumnName, rest: Open, said: Sequence[Form | None]) -> Cell:
    """A cell with what a value answered."""
    *shapes, form = said
    found = [one for one in zip(rest.shapes, shapes, strict=True) if one[1]]
    score = {one.id: UNTOLD_SCORE if name.hints[one.id] <= UNTOLD else BY_NAME_SCORE for one, _ in found}
    hits = (*cell.hits, *(whole_cell(value, one.id, held, score[one.id]) for one, held in found if held))
    if form is not None and name.best is not None:
        seen = tuple(hit for hit in hits if not hit.by_name)
        if not (seen and form is Form.TRUNCATED):
            hits = (*seen, whole_cell(value, name.best.id, form))
    return replace(cell, hits=hits) if hits != cell.hits else cell


def _has_shape(folded: str, identifier: Identifier, name: ColumnName) -> bool:
    return classifier(str(identifier.column_only), name.field.name, name.areas)(folded)


def shape_of(folded: str) -> tuple[bool, str]:
    """Whether a cell is a fraction, and what of it is compared with identifiers as a whole."""
    decimal = _DECIMAL.fullmatch(folded) is not None
    return decimal, folded.partition(".")[0] if decimal else folded


def _counts(one: Candidate, name: ColumnName) -> bool:
    """Whether a match is evidence: by its score, or by a check that chance would pass rarely, which the whole column will show."""
    return (_checked(one) and not one.doubted) or _score(one, name) >= MATCH_THRESHOLD


def _checked(one: Candidate) -> bool:
    """Whether a match is proven by more than its shape, which the end of a masked e-mail address has as well."""
    return one.validated and one.identifier.chance < 1


def _score(one: Candidate, name: ColumnName) -> float:
    strength = name.hints.get(one.identifier.id, 0.0)
    return min(CEILING, one.score + BOOST * max(0.0, strength))


def _hit(one: Candidate, value: str, name: ColumnName) -> Hit:
    form = Form.ENCODED if one.encoded else forms.written_form(one.identifier, value, one.start, one.end)
    match = Match(one.identifier.id, one.start, one.end, round(_score(one, name), 4), form)
    return Hit(match, _fills(value, one.start, one.end), one.supported)


def _is_rest(match: Match, hidden: Sequence[tuple[int, int]]) -> bool:
    """Whether a match is what a masked e-mail address shows of itself."""
    return match.identifier == EMAIL and overlaps(match.start, match.end, hidden)


def _masked(value: str, start: int, end: int, identifier: str) -> Hit:
    return Hit(Match(identifier, start, end, BY_NAME_SCORE, Form.MASKED), _fills(value, start, end), by_name=True)


def _fills(value: str, start: int, end: int) -> bool:
    """Whether a match is all of a cell, save white space and the `.0` of an integer in a float column."""
    lead = _BLANK.match(value)
    return lead is not None and start <= lead.end() and _REST.match(value, end) is not None


def whole_cell(value: str, identifier: str, form: Form, score: float = BY_NAME_SCORE) -> Hit:
    """The hit of a cell that is an identifier from end to end, as its column's name or what stands in it says."""
    start = len(value) - len(value.lstrip())
    match = Match(identifier, start, start + len(value.strip()), score, form)
    return Hit(match, whole=True, by_name=True)
