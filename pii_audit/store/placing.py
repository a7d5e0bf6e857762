"""Where each finding of a run stands against what the store knows: new, persistent, reopened, fixed, not re-checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from pii_audit.model.coverage import Coverage
from pii_audit.model.finding import Change, Finding, Status
from pii_audit.model.run import Run
from pii_audit.store import schema
from pii_audit.store.documents import read
from pii_audit.store.lifecycle import IN_WORK, Depth, Ledger, rechecked

CLOSING_KIND = "run"
"""The kind of run that looks at everything under every rule; what another kind does not see says nothing."""
BATCH = 500
"""Values in one IN (…), well under every database's limit."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding in its place; `life` is the stored status, `seen_run` the run whose document shows it."""

    finding: Finding
    change: Change
    life: Status
    seen_run: int
    suppressed_by: str | None = None


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    """The items, at most BATCH at a time."""
    listed = list(items)
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]


def seen(run: Run, known: Mapping[str, Row[Any]], number: int) -> Iterator[Placed]:
    """The run's own findings, those that an exception hides included; `known` is the findings table by fingerprint."""
    shown: list[tuple[Finding, str | None]] = [(finding, None) for finding in run.findings]
    shown.extend((hidden.finding, hidden.exception) for hidden in run.suppressed)
    for finding, exception in shown:
        row = known.get(finding.fingerprint)
        life = Status(row.status) if row else Status.OPEN
        change = Change.NEW if row is None else Change.PERSISTENT
        if life is Status.CLOSED:
            life, change = Status.OPEN, Change.REOPENED
        status = life if exception is None else Status.ACCEPTED
        due = _first_due(finding, row.due) if row and change is Change.PERSISTENT else finding.due
        placed = replace(finding, change=change, status=status, suppressed_by=exception, due=due)
        yield Placed(placed, change, life, number, exception)


def _first_due(finding: Finding, stored: str | None) -> date | None:
    """A deadline does not move because the finding was seen once more; a graver one may bring it forward."""
    if stored is None or finding.due is None:
        return finding.due
    return min(finding.due, date.fromisoformat(stored))


def unseen(connection: Connection, run: Run, known: Mapping[str, Row[Any]]) -> Iterator[Placed]:
    """The known findings in work that the run does not show: fixed where it looked hard enough, else not re-checked."""
    if run.kind != CLOSING_KIND:
        return
    present = {finding.fingerprint for finding in (*run.findings, *(hidden.finding for hidden in run.suppressed))}
    waiting = {key: row for key, row in known.items() if key not in present and Status(row.status) in IN_WORK}
    now = _ledger(run.coverage, (verdict.flow for verdict in run.verdicts))
    ledgers: dict[int, Ledger] = {}
    for finding in _documents(connection, waiting):
        row = waiting[finding.fingerprint]
        if row.last_run not in ledgers:
            ledgers[row.last_run] = _ledger(_coverage(connection, row.last_run))
        life = Status(row.status)
        if rechecked(finding, ledgers[row.last_run], now):
            life, change, status = Status.CLOSED, Change.FIXED, Status.CLOSED
        else:
            change, status = Change.NOT_RECHECKED, shown_status(life, Change.NOT_RECHECKED, None)
        yield Placed(replace(finding, change=change, status=status, suppressed_by=None), change, life, row.last_run)


def shown_status(life: Status, change: Change, suppressed_by: str | None) -> Status:
    """The status that people see: what an exception hides is accepted, what was not looked at again says so."""
    if suppressed_by is not None:
        return Status.ACCEPTED
    return Status.NOT_RECHECKED if life is Status.OPEN and change is Change.NOT_RECHECKED else life


def _documents(connection: Connection, fingerprints: Iterable[str]) -> Iterator[Finding]:
    """The findings, each as the run shows it that saw it last; in the order of their fingerprints."""
    finding, observed = schema.findings.c, schema.observations.c
    seen_last = (observed.fingerprint == finding.fingerprint) & (observed.run == finding.last_run)
    joined = schema.findings.join(schema.observations, seen_last)
    for some in batches(sorted(fingerprints)):
        query = select(observed.document).select_from(joined).where(finding.fingerprint.in_(some))
        for (document,) in connection.execute(query.order_by(finding.fingerprint)):
            yield read(Finding, document)


def _coverage(connection: Connection, number: int) -> Iterator[Coverage]:
    query = select(schema.coverage.c.document).where(schema.coverage.c.run == number)
    for (document,) in connection.execute(query):
        yield read(Coverage, document)


def _ledger(rows: Iterable[Coverage], flows: Iterable[str] = ()) -> Ledger:
    return Ledger.of(((row.source, row.id, Depth(row.status, row.draws or 0)) for row in rows), flows)
