"""What a column is called, and what that says of its cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pii_audit.identifiers.model import Identifier
from pii_audit.identifiers.names import NAMELESS, UNTOLD, hint, is_nameless, tokens
from pii_audit.model.asset import Field

NAMED = 0.5
"""From this strength of a column-name hint on, a cell that is no plain value is asked for its protection form."""


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column's name and comment, read once.

    `hints` gives each identifier that they speak of its strength (-1 to 1); `positive` are those that they speak for, `by_shape` those of
    them that a cell's shape decides; `best` is the one that protected values are taken for. `areas` are other columns, with which it makes one address.
    `untold`: it has no header, or one that speaks for nothing, which leaves it to the cells whether they are names.
    """

    field: Field
    hints: dict[str, float]
    tokens: tuple[str, ...]
    best: Identifier | None
    positive: frozenset[str]
    by_shape: tuple[str, ...]
    areas: tuple[str, ...] = ()
    untold: bool = False

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
        names = [one.id for one in known if "name" in one.groups and one.id not in hints]
        untold = bool(names) and all(strength < 0 for strength in hints.values())
        if untold:
            hints.update(dict.fromkeys(names, NAMELESS if is_nameless(field.name) and not field.comment else UNTOLD))
        positive = frozenset(identifier for identifier, strength in hints.items() if strength > 0)
        by_shape = tuple(one.id for one in known if one.id in positive and one.column_only is not None)
        return cls(field, hints, tokens(field.name), best, positive, by_shape, areas, untold)
