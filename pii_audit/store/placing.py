"""Where each finding of a run stands against what the store knows: new, persistent, reopened, fixed, not re-checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.engine import Connection, Row

from pii_audit.findings.life import IN_WORK
from pii_audit.findings.rechecking import Ledger, ending, rechecked
from pii_audit.language import Text, same
from pii_audit.model.coverage import Coverage
from pii_audit.model.decision import Assignment, Hiding, Life
from pii_audit.model.finding import Change, Finding, Status
from pii_audit.model.lifecycle import Action
from pii_audit.model.run import Run, Suppressed
from pii_audit.policy.lapse import content_of, why_lapsed
from pii_audit.store import schema
from pii_audit.store.documents import read

CLOSING_KIND = "run"
"""The kind of run that looks at everything under every rule; what another kind does not see says nothing."""
BATCH = 500
"""Values in one IN (…), well under every database's limit."""
DECIDED = frozenset({Status.ACCEPTED, Status.FALSE_POSITIVE})

Event = tuple[Action, Text]
"""A step that a run makes, and why."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding in its place.

    `status` and `life` are what is stored of it, `seen_run` the run whose document shows it, `events` the steps that
    brought it there.
    """

    finding: Finding
    change: Change
    status: Status
    life: Life
    seen_run: int
    before: Status | None = None
    suppressed_by: str | None = None
    events: tuple[Event, ...] = ()


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    """The items, at most BATCH at a time."""
    listed = list(items)
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]


def life_of(row: Row[Any] | None) -> Life:
    """The life of a row of the findings table; an empty one from before there was a history."""
    return read(Life, row.life) if row is not None and row.life is not None else Life()


def seen(run: Run, known: Mapping[str, Row[Any]], number: int) -> Iterator[Placed]:
    """The run's own findings, those that an exception hides included; `known` is the findings table by fingerprint."""
    for finding in run.findings:
        yield _seen(finding, None, known.get(finding.fingerprint), run, number)
    for hidden in run.suppressed:
        yield _seen(hidden.finding, hidden, known.get(hidden.finding.fingerprint), run, number)


def _seen(finding: Finding, hidden: Suppressed | None, row: Row[Any] | None, run: Run, number: int) -> Placed:
    as_of = run.finished.date()
    before = Status(row.status) if row is not None else None
    change = Change.NEW if row is None else Change.PERSISTENT
    status, life = before or Status.OPEN, life_of(row)
    events: list[Event] = []
    if row is None or row.life is None:
        events.append((Action.FOUND, same("")))
    if status is Status.CLOSED:
        status, change, life = Status.OPEN, Change.REOPENED, _returned(life)
        events.append((Action.RETURNED, same("")))
    elif status in DECIDED and life.decision is not None:
        why = why_lapsed(
            finding.rule,
            life.decision.until,
            as_of,
            life.decision.content,
            content_of(finding),
            tolerates=status is Status.ACCEPTED,
        )
        if why is not None:
            status, change, life = Status.OPEN, Change.REOPENED, replace(life, decision=None)
            events.append((Action.LAPSED, why))
    life, hidden, told = _hidden(finding, hidden, life, as_of)
    if told is not None and (told[0] is Action.EXCEPTED or (row is not None and row.suppressed_by is not None)):
        events.append(told)
    exception = hidden.exception if hidden else None
    due = _first_due(finding, row.due) if row is not None and change is Change.PERSISTENT else finding.due
    placed = as_it_stands(replace(finding, change=change, suppressed_by=exception, due=due), status, life)
    return Placed(placed, change, status, life, number, before, exception, tuple(events))


def _returned(life: Life) -> Life:
    """Back again, it starts anew with whoever had it, and a new date."""
    assignment = replace(life.assignment, due=None) if life.assignment else None
    return replace(life, assignment=assignment, decision=None, answer=None, returns=life.returns + 1)


def _hidden(
    finding: Finding, hidden: Suppressed | None, life: Life, as_of: date
) -> tuple[Life, Suppressed | None, Event | None]:
    """Whether the exception still covers what it was first seen to cover; else the finding stands again."""
    if hidden is None:
        if life.hiding is None:
            return life, None, None
        gone = Text("不再有策略例外覆盖它", "no exception of a policy covers it any more")
        return replace(life, hiding=None), None, (Action.LAPSED, gone)
    basis, content = hidden.basis or hidden.exception, content_of(finding)
    if life.hiding is None or life.hiding.basis != basis:
        return replace(life, hiding=Hiding(basis, content)), hidden, (Action.EXCEPTED, same(hidden.exception))
    why = why_lapsed(finding.rule, None, as_of, life.hiding.content, content)
    return (life, hidden, None) if why is None else (life, None, (Action.LAPSED, why))


def as_it_stands(finding: Finding, status: Status, life: Life) -> Finding:
    """The finding with what people made of it: its status as people see it, owner, unit, due date, decision."""
    assignment = life.assignment or Assignment()
    change = finding.change or Change.PERSISTENT
    return replace(
        finding,
        status=shown_status(status, change, finding.suppressed_by),
        owner=assignment.owner or finding.owner,
        unit=assignment.unit or finding.unit,
        due=assignment.due or finding.due,
        decision=life.decision if status in DECIDED else None,
        returns=life.returns,
    )


def _first_due(finding: Finding, stored: str | None) -> date | None:
    """A deadline does not move because the finding was seen once more; a graver one may bring it forward."""
    if stored is None or finding.due is None:
        return finding.due
    return min(finding.due, date.fromisoformat(stored))


def unseen(connection: Connection, run: Run, known: Mapping[str, Row[Any]]) -> Iterator[Placed]:
    """The known findings to be put right that the run does not show: fixed where it looked hard enough, else not re-checked.

    A decision keeps a finding through its absence, until it has run out.
    """
    if run.kind != CLOSING_KIND:
        return
    as_of = run.finished.date().isoformat()
    present = {finding.fingerprint for finding in (*run.findings, *(hidden.finding for hidden in run.suppressed))}

    def waits(row: Row[Any]) -> bool:
        status = Status(row.status)
        return status in IN_WORK or (status in DECIDED and row.until is not None and row.until < as_of)

    waiting = {key: row for key, row in known.items() if key not in present and waits(row)}
    now = Ledger.of_run(run)
    ledgers: dict[int, Ledger] = {}
    for finding in documents(connection, waiting):
        row = waiting[finding.fingerprint]
        if row.last_run not in ledgers:
            ledgers[row.last_run] = ledger_of(connection, row.last_run)
        fixed = rechecked(finding, ledgers[row.last_run], now)
        yield _unseen(finding, row, (ending(finding, now) or same("")) if fixed else None)


def _unseen(finding: Finding, row: Row[Any], fixed: Text | None) -> Placed:
    """`fixed` says why it counts as put right, None that it does not."""
    before, life = Status(row.status), life_of(row)
    change = Change.NOT_RECHECKED if fixed is None else Change.FIXED
    events: tuple[Event, ...] = ()
    status = before
    if fixed is not None:
        status, life, events = Status.CLOSED, replace(life, decision=None, hiding=None), ((Action.CLOSED, fixed),)
    elif before in DECIDED:
        ran_out = why_lapsed(finding.rule, date.fromisoformat(row.until), date.max, tolerates=False)
        status, life, events = Status.OPEN, replace(life, decision=None), ((Action.LAPSED, ran_out or same("")),)
    due = date.fromisoformat(row.due) if row.due else None
    placed = as_it_stands(replace(finding, change=change, suppressed_by=None, due=due), status, life)
    return Placed(placed, change, status, life, row.last_run, before, None, events)


def shown_status(status: Status, change: Change, suppressed_by: str | None, *, ran_out: bool = False) -> Status:
    """The status that people see: what an exception hides is accepted, what was not looked at again says so.

    A decision that `ran_out` since the last run counts no longer.
    """
    if suppressed_by is not None:
        return Status.ACCEPTED
    if ran_out and status in DECIDED:
        status = Status.OPEN
    return Status.NOT_RECHECKED if status is Status.OPEN and change is Change.NOT_RECHECKED else status


def documents(connection: Connection, fingerprints: Iterable[str]) -> Iterator[Finding]:
    """The findings, each as the run shows it that saw it last; in the order of their fingerprints."""
    finding, observed = schema.findings.c, schema.observations.c
    seen_last = (observed.fingerprint == finding.fingerprint) & (observed.run == finding.last_run)
    joined = schema.findings.join(schema.observations, seen_last)
    for some in batches(sorted(fingerprints)):
        query = select(observed.document).select_from(joined).where(finding.fingerprint.in_(some))
        for (document,) in connection.execute(query.order_by(finding.fingerprint)):
            yield read(Finding, document)


def ledger_of(connection: Connection, number: int) -> Ledger:
    """What a recorded run looked into."""
    rows = connection.execute(select(schema.coverage.c.document).where(schema.coverage.c.run == number))
    run = connection.execute(select(schema.runs.c.document).where(schema.runs.c.number == number)).scalar_one()
    looked = Ledger.of_coverage((read(Coverage, document) for (document,) in rows), read(Run, run).notes)
    return replace(looked, blank=_blank(connection, number))


def _blank(connection: Connection, number: int) -> frozenset[str]:
    opened, found = schema.assets.c, schema.inventory.c
    something = exists().where(found.run == number, found.asset_ordinal == opened.ordinal)
    query = select(opened.asset).where(opened.run == number, opened.readable.is_(False), ~something)
    return frozenset(connection.execute(query).scalars())
