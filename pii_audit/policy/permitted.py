"""What some lines permit, asked identifier by identifier and form by form: two ways of writing may mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pii_audit.errors import Position
from pii_audit.identifiers.model import Catalogue
from pii_audit.model.forms import Form
from pii_audit.policy.evaluation.case import CatalogueKinds, Seen
from pii_audit.policy.evaluation.permission import meets, prohibition, speaking
from pii_audit.policy.model import SUBJECTS, Element, Line, Lines, Requirement

_PARTLY_HIDDEN = (Form.MASKED, Form.TRUNCATED)


def states(catalogue: Catalogue, *several: Lines | None) -> Iterator[Seen]:
    """Every identifier of every subject in every form, masked ones with what the lines' limits let show and one more."""
    shown = {(0, 0)}
    for first, last in _limits(several):
        shown |= {(first, last), (first + 1, last), (first, last + 1)}
    for identifier in catalogue:
        for subject in SUBJECTS:
            for form in Form:
                if form is Form.ABSENT:
                    continue
                if form in _PARTLY_HIDDEN:
                    for limits in sorted(shown):
                        yield Seen(identifier, subject, form, adequate=True, shown=limits)
                        yield Seen(identifier, subject, form, adequate=False, shown=limits)
                else:
                    yield Seen(identifier, subject, form)


def _limits(several: Iterable[Lines | None]) -> Iterator[tuple[int, int]]:
    requirements: Iterator[Requirement] = (line.requirement for lines in several if lines for line in lines)
    return (requirement.show for requirement in requirements if requirement.show is not None)


def permits(lines: Lines | None, seen: Seen, known: CatalogueKinds) -> Position | None:
    """The line by which these lines alone let the element pass; None when they do not."""
    if lines is None:
        return None
    found = speaking(lines, seen, known)
    return found[0].position if found and all(meets(line, seen, known) for line in found) else None


def loosened(before: Sequence[Lines], after: Sequence[Lines], catalogue: Catalogue) -> frozenset[str]:
    """The words of the lines by which something may be kept after and might not before; all lines that speak have to be met."""
    known = CatalogueKinds(catalogue)

    def asked(layers: Sequence[Lines], seen: Seen) -> list[Line]:
        return [line for lines in layers for line in speaking(lines, seen, known, everybody=True)]

    words: set[str] = set()
    for seen in states(catalogue, *before, *after):
        unmet = [line for line in asked(before, seen) if not meets(line, seen, known)]
        now = asked(after, seen)
        if unmet and all(meets(line, seen, known) for line in now):
            words |= {str(line.element) for line in (*unmet, *now)}
    return frozenset(words)


@dataclass(frozen=True, slots=True)
class Widened:
    """An element that may pass now and may not by the floor, and the line that lets it."""

    seen: Seen
    position: Position


def widened(floor: Lines | None, lines: Lines, catalogue: Catalogue) -> Iterator[Widened]:
    """What lines let pass that the floor's do not, one example for each line."""
    known = CatalogueKinds(catalogue)
    told: set[Position] = set()
    for seen in states(catalogue, floor, lines):
        position = permits(lines, seen, known)
        if position is not None and position not in told and permits(floor, seen, known) is None:
            told.add(position)
            yield Widened(seen, position)


def lifted(floor: Iterable[Element], never: Iterable[Element], catalogue: Catalogue) -> Iterator[Element]:
    """The prohibitions of a floor of which something is no longer forbidden."""
    known, rest = CatalogueKinds(catalogue), tuple(never)
    free = [seen for seen in states(catalogue) if prohibition(rest, seen, known) is None]
    for element in floor:
        if any(prohibition((element,), seen, known) is not None for seen in free):
            yield element
