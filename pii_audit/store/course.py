"""The store over time: read by counting in the database, whatever the number of findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection

from pii_audit.model.course import AGES, Course, Point, Standing
from pii_audit.model.finding import SETTLED, Change, Severity
from pii_audit.store import schema
from pii_audit.store.placing import CLOSING_KIND
from pii_audit.store.tracked import came_back, still_open

RUNS = 60
"""So many runs, the newest: a screen shows no more columns."""
_SETTLED = [status.value for status in SETTLED]
_GRAVE = [severity.value for severity in Severity if severity.at_least(Severity.HIGH)]


def course(connection: Connection, units: Collection[str] | None, as_of: date) -> Course:
    """How it went, for some units or for all (None). What was not looked at again is counted as open."""
    of_units: list[ColumnElement[bool]] = [] if units is None else [schema.findings.c.unit.in_(list(units))]
    return Course(
        _points(connection, of_units), _ages(connection, of_units, as_of), _units(connection, of_units, as_of)
    )


def _points(connection: Connection, of_units: list[ColumnElement[bool]]) -> tuple[Point, ...]:
    runs, said, finding = schema.runs.c, schema.observations.c, schema.findings.c
    newest = select(runs.number, runs.id, runs.finished).where(runs.kind == CLOSING_KIND)
    listed = connection.execute(newest.order_by(runs.number.desc()).limit(RUNS)).all()
    numbers = [row.number for row in listed]
    joined = schema.observations.join(schema.findings, said.fingerprint == finding.fingerprint)
    query = (
        select(
            said.run,
            said.severity,
            said.change,
            said.status,
            said.suppressed_by.is_(None).label("counts"),
            func.count(),
        )
        .select_from(joined)
        .where(said.run.in_(numbers), *of_units)
        .group_by(said.run, said.severity, said.change, said.status, said.suppressed_by.is_(None))
    )
    still: dict[int, Counter[str]] = defaultdict(Counter)
    changes: dict[int, Counter[str]] = defaultdict(Counter)
    for run, severity, change, status, counts, number in connection.execute(query):
        changes[run][change] += number
        if counts and status not in _SETTLED:
            still[run][severity] += number
    return tuple(
        Point(
            row.id,
            datetime.fromisoformat(row.finished).replace(tzinfo=UTC),
            dict(still[row.number]),
            changes[row.number][Change.NEW] + changes[row.number][Change.REOPENED],
            changes[row.number][Change.FIXED],
        )
        for row in reversed(listed)
    )


def _ages(connection: Connection, of_units: list[ColumnElement[bool]], as_of: date) -> dict[str, tuple[int, ...]]:
    table = schema.findings.c
    # The first ten characters of a moment are its day.
    day = func.substr(table.first_seen, 1, 10)
    query = select(table.severity, day, func.count()).where(*still_open(as_of), *of_units).group_by(table.severity, day)
    ages: dict[str, list[int]] = {severity.value: [0] * (len(AGES) + 1) for severity in Severity}
    for severity, seen, number in connection.execute(query):
        days = (as_of - date.fromisoformat(seen)).days
        ages[severity][next((place for place, bound in enumerate(AGES) if days <= bound), len(AGES))] += number
    return {severity: tuple(counts) for severity, counts in ages.items()}


def _units(connection: Connection, of_units: list[ColumnElement[bool]], as_of: date) -> tuple[Standing, ...]:
    table = schema.findings.c
    still = still_open(as_of)

    def counted(*conditions: Any) -> dict[str, int]:
        query = select(table.unit, func.count()).where(*conditions, *of_units).group_by(table.unit)
        return {unit or "": number for unit, number in connection.execute(query)}

    open_, grave = counted(*still), counted(*still, table.severity.in_(_GRAVE))
    overdue = counted(*still, table.due.is_not(None), table.due < as_of.isoformat())
    repeated = counted(*still, came_back())
    took = _days_taken(connection, of_units)
    return tuple(
        sorted(
            (
                Standing(
                    unit,
                    open_.get(unit, 0),
                    grave.get(unit, 0),
                    overdue.get(unit, 0),
                    repeated.get(unit, 0),
                    len(took.get(unit, ())),
                    round(median(took[unit])) if took.get(unit) else None,
                )
                for unit in {*open_, *took}
            ),
            key=lambda one: (-one.overdue, -one.grave, -one.open, one.unit),
        )
    )


def _days_taken(connection: Connection, of_units: list[ColumnElement[bool]]) -> dict[str, list[int]]:
    """Days from first sight to the re-scan that closed it, of everything that was ever put right, by unit."""
    said, run, finding = schema.observations.c, schema.runs.c, schema.findings.c
    joined = schema.observations.join(schema.findings, said.fingerprint == finding.fingerprint).join(
        schema.runs, said.run == run.number
    )
    query = select(finding.unit, finding.first_seen, run.finished).select_from(joined)
    taken: dict[str, list[int]] = defaultdict(list)
    for unit, first, closed in connection.execute(query.where(said.change == Change.FIXED.value, *of_units)):
        days = (datetime.fromisoformat(closed) - datetime.fromisoformat(first)).days
        taken[unit or ""].append(max(0, days))
    return taken
