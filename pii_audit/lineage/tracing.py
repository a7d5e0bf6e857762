"""A whole script: every rendering of it, statement by statement, to what leaves and what could not be traced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod

from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.functions import Functions
from pii_audit.lineage.graph import OneOf
from pii_audit.lineage.model import Gap, Output, OutputColumn, Place, Traced, Untraceable
from pii_audit.lineage.parsing import statements
from pii_audit.lineage.relations import Models, Relations
from pii_audit.lineage.session import Session
from pii_audit.lineage.templates import RENDERINGS, queries, renderings
from pii_audit.lineage.text import Lines, Mapped


def trace(
    text: str,
    dialect: Dialect,
    relations: Relations,
    *,
    functions: Functions | None = None,
    variables: Mapping[str, str] | None = None,
    models: Models | None = None,
    parts: Sequence[Mapped] | None = None,
    macros: Mapping[str, str] | None = None,
) -> Traced:
    """What a script lets out. `variables` are known ones, `models` other queries that may be read by name, `macros` those of other files.

    `parts` are the texts of SQL in a file of another language, in their order; left out, all of it is one.
    """
    lines, functions, variables = Lines(text), functions or Functions(), variables or {}
    outputs: dict[tuple[object, ...], Output] = {}
    gaps: list[Gap] = []
    for scripts in _renderings(parts or [Mapped.of(text)], variables, macros or {}, lines, gaps):
        session = Session(relations, functions, dialect, lines, models or {})
        for statement in (one for script in scripts for one in statements(script, dialect, variables)):
            if isinstance(statement, Untraceable):
                session.gap(statement)
            else:
                session.take(statement)
        for output in session.results():
            key = (output.exit, output.target, output.place)
            outputs[key] = _both(outputs[key], output) if key in outputs else output
        gaps += [gap for gap in session.gaps if gap not in gaps]
    return Traced(tuple(outputs.values()), tuple(sorted(gaps, key=lambda gap: gap.place)))


def _renderings(
    parts: Sequence[Mapped], variables: Mapping[str, str], macros: Mapping[str, str], lines: Lines, gaps: list[Gap]
) -> Iterable[Sequence[Mapped]]:
    """Every way in which the parts of a file may be rendered together; what cannot be rendered is among the gaps."""
    several: list[list[Mapped]] = []
    for part in parts:
        gaps += [Gap(Place(*lines.at(part.origin(gap.offset or 0))), gap.reason) for gap in queries(part.text)]
        try:
            several.append([one.within(part) for one in renderings(part.text, variables, macros)])
        except Untraceable as gap:
            gaps.append(Gap(Place(*lines.at(part.origin(gap.offset or 0))), gap.reason))
    if prod(map(len, several)) > RENDERINGS:
        # Together they are too many: each on its own.
        return ([one] for renderings_of_one in several for one in renderings_of_one)
    return product(*several)


def _both(one: Output, other: Output) -> Output:
    """What leaves by one statement in either of two renderings."""
    columns: dict[str, OutputColumn] = {}
    for column in (*one.columns, *other.columns):
        known = columns.get(column.name)
        columns[column.name] = replace(known, node=OneOf([known.node, column.node])) if known else column
    # Rows are left out only where both leave them out.
    restrictions = one.restrictions if one.restrictions and other.restrictions else ()
    return replace(one, columns=tuple(columns.values()), restrictions=restrictions)
