"""A whole script: every rendering of it, statement by statement, to what leaves and what could not be traced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.functions import Functions
from pii_audit.lineage.graph import OneOf
from pii_audit.lineage.model import Gap, Output, OutputColumn, Place, Traced, Untraceable
from pii_audit.lineage.parsing import statements
from pii_audit.lineage.relations import Models, Relations
from pii_audit.lineage.session import Session
from pii_audit.lineage.templates import renderings
from pii_audit.lineage.text import Lines


def trace(
    text: str,
    dialect: Dialect,
    relations: Relations,
    *,
    functions: Functions | None = None,
    variables: Mapping[str, str] | None = None,
    models: Models | None = None,
) -> Traced:
    """What a script lets out. `variables` are known ones, `models` other queries that may be read by name."""
    lines, functions, variables = Lines(text), functions or Functions(), variables or {}
    try:
        scripts = renderings(text, variables)
    except Untraceable as gap:
        return Traced((), (Gap(Place(*lines.at(gap.offset or 0)), gap.reason),))
    outputs: dict[tuple[object, ...], Output] = {}
    gaps: list[Gap] = []
    for script in scripts:
        session = Session(relations, functions, dialect, lines, models or {})
        for statement in statements(script, dialect, variables):
            if isinstance(statement, Untraceable):
                session.gap(statement)
            else:
                session.take(statement)
        for output in session.results():
            key = (output.exit, output.target, output.place)
            outputs[key] = _both(outputs[key], output) if key in outputs else output
        gaps += [gap for gap in session.gaps if gap not in gaps]
    return Traced(tuple(outputs.values()), tuple(sorted(gaps, key=lambda gap: gap.place)))


def _both(one: Output, other: Output) -> Output:
    """What leaves by one statement in either of two renderings."""
    columns: dict[str, OutputColumn] = {}
    for column in (*one.columns, *other.columns):
        known = columns.get(column.name)
        columns[column.name] = replace(known, node=OneOf([known.node, column.node])) if known else column
    # Rows are left out only where both leave them out.
    restrictions = one.restrictions if one.restrictions and other.restrictions else ()
    return replace(one, columns=tuple(columns.values()), restrictions=restrictions)
