"""Findings as they stand on a day: those that are meant, or the one whose fingerprint begins so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.engine import Connection, Row

from pii_audit.errors import UsageError
from pii_audit.language import Text
from pii_audit.model.finding import SETTLED, Change, Finding, Severity, Status
from pii_audit.model.lifecycle import Tracked
from pii_audit.store import schema
from pii_audit.store.documents import read
from pii_audit.store.placing import DECIDED, as_it_stands, batches, life_of, shown_status
from pii_audit.store.reading import moment

_SEEN_LAST = and_(
    schema.observations.c.fingerprint == schema.findings.c.fingerprint,
    schema.observations.c.run == schema.findings.c.last_run,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are meant: of any of these statuses (none: any), at least that severe, of a rule and source, of any of these units (none: any)."""

    status: Collection[Status] = ()
    severity: Severity | None = None
    rule: str | None = None
    source: str | None = None
    units: Collection[str] = ()
    overdue: bool = False
    repeated: bool = False


def findings(connection: Connection, wanted: Wanted, as_of: date, limit: int | None = None) -> tuple[Tracked, ...]:
    """Findings of all time, the worst first, as they stand on a day; `limit` are the first so many."""
    table = schema.findings.c
    rank = case({each.value: each.rank for each in Severity}, value=table.severity)
    query = _tracked_query().where(*_conditions(wanted, as_of))
    ordered = query.order_by(rank.desc(), table.rule, table.fingerprint).limit(limit)
    return tuple(_tracked(row, as_of) for row in connection.execute(ordered))


def count(connection: Connection, wanted: Wanted, as_of: date) -> int:
    """How many findings are meant."""
    query = select(func.count()).select_from(schema.findings).where(*_conditions(wanted, as_of))
    return int(connection.execute(query).scalar_one())


def rules(connection: Connection) -> frozenset[str]:
    """The rules of which there ever was a finding."""
    return frozenset(connection.execute(select(schema.findings.c.rule).distinct()).scalars())


def _conditions(wanted: Wanted, as_of: date) -> list[ColumnElement[bool]]:
    table = schema.findings.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.status:
        conditions.append(or_(*(_is_shown_as(status, as_of.isoformat()) for status in wanted.status)))
    if wanted.severity is not None:
        conditions.append(table.severity.in_([each.value for each in Severity if each.at_least(wanted.severity)]))
    if wanted.units:
        conditions.append(table.unit.in_(list(wanted.units)))
    for column, name in ((table.rule, wanted.rule), (table.source, wanted.source)):
        if name is not None:
            conditions.append(column == name)
    if wanted.overdue:
        conditions += [*still_open(as_of), table.due < as_of.isoformat()]
    if wanted.repeated:
        conditions.append(came_back())
    return conditions


def still_open(as_of: date) -> list[ColumnElement[bool]]:
    """What is open on a day: neither settled nor under an exception, or its decision has run out."""
    table = schema.findings.c
    ran_out = table.until.is_not(None) & (table.until < as_of.isoformat())
    return [table.suppressed_by.is_(None), table.status.not_in([one.value for one in SETTLED]) | ran_out]


def came_back() -> ColumnElement[bool]:
    """What was closed and seen again: only then does its life count returns."""
    return schema.findings.c.life.like('%"returns":%')


def _is_shown_as(wanted: Status, as_of: str) -> ColumnElement[bool]:
    """The stored state that `shown_status` turns into that status."""
    table = schema.findings.c
    hidden = table.suppressed_by.is_not(None)
    ran_out = and_(table.status.in_([one.value for one in DECIDED]), table.until.is_not(None), table.until < as_of)
    unlooked = table.change == Change.NOT_RECHECKED.value
    is_open = or_(table.status == Status.OPEN.value, ran_out)
    if wanted is Status.ACCEPTED:
        return or_(hidden, and_(table.status == wanted.value, ~ran_out))
    if wanted is Status.NOT_RECHECKED:
        return and_(~hidden, is_open, unlooked)
    if wanted is Status.OPEN:
        return and_(~hidden, is_open, ~unlooked)
    return and_(~hidden, table.status == wanted.value, ~ran_out)


def finding(connection: Connection, prefix: str, as_of: date) -> Tracked:
    """The one finding whose fingerprint begins so, as it stands on a day; UsageError when none or several do."""
    column = schema.findings.c.fingerprint
    # A whole one is found by the key; a prefix by looking through all of them.
    found = connection.execute(_tracked_query().where(column == prefix)).all()
    if not found:
        matching = column.startswith(prefix.lower(), autoescape=True)
        found = connection.execute(_tracked_query().where(matching).limit(2)).all()
    if not found or not prefix:
        raise UsageError(
            Text(f"没有编号以 “{prefix}” 开头的问题", f'no finding has an id that begins with "{prefix}"'),
            todo=Text("用 pii-audit findings list 查看编号", "see the ids with `pii-audit findings list`"),
        )
    if len(found) > 1:
        raise UsageError(
            Text(f"有多个问题的编号以 “{prefix}” 开头", f'several findings have ids that begin with "{prefix}"'),
            todo=Text("多写几位", "write more of it"),
        )
    return _tracked(found[0], as_of)


def by_fingerprint(connection: Connection, fingerprints: Collection[str], as_of: date) -> dict[str, Tracked]:
    """Those of some findings (full fingerprints) that there are."""
    found: dict[str, Tracked] = {}
    for some in batches(fingerprints):
        for row in connection.execute(_tracked_query().where(schema.findings.c.fingerprint.in_(some))):
            tracked = _tracked(row, as_of)
            found[tracked.finding.fingerprint] = tracked
    return found


def _tracked_query() -> Any:
    finding = schema.findings.c
    columns = (
        finding.status,
        finding.change,
        finding.suppressed_by,
        finding.due,
        finding.until,
        finding.life,
        finding.first_seen,
        finding.last_seen,
        schema.runs.c.id.label("last_run"),
        schema.observations.c.document,
    )
    joined = schema.findings.join(schema.observations, _SEEN_LAST).join(
        schema.runs, schema.runs.c.number == finding.last_run
    )
    return select(*columns).select_from(joined)


def _tracked(row: Row[Any], as_of: date) -> Tracked:
    status, change, life = Status(row.status), Change(row.change), life_of(row)
    ran_out = status in DECIDED and row.until is not None and row.until < as_of.isoformat()
    shown = replace(
        read(Finding, row.document),
        change=change,
        suppressed_by=row.suppressed_by,
        due=date.fromisoformat(row.due) if row.due else None,
    )
    shown = replace(
        as_it_stands(shown, status, life), status=shown_status(status, change, row.suppressed_by, ran_out=ran_out)
    )
    return Tracked(shown, moment(row.first_seen), moment(row.last_seen), row.last_run, life)
