"""Steps that people make with findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from pii_audit.findings.life import Assign, Move, moved
from pii_audit.model.finding import Status
from pii_audit.model.lifecycle import Actor, Step, Tracked
from pii_audit.store import history, schema
from pii_audit.store.tracked import finding


def move(connection: Connection, moves: Sequence[tuple[str, Move]], actor: Actor, key: bytes) -> tuple[Tracked, ...]:
    """Makes the steps, one after another; gives the findings as they stand then. UsageError leaves all as they were.

    The transaction holds the lock.
    """
    today = actor.at.date()
    found: list[Tracked] = []
    for prefix, wanted in moves:
        tracked = finding(connection, prefix, today)
        fingerprint = tracked.finding.fingerprint
        table = schema.findings.c
        stored = connection.execute(select(table.status).where(table.fingerprint == fingerprint)).scalar_one()
        before = Status(stored)
        # What has run out is open again, whatever still stands in the table until the next run.
        standing, life = before, tracked.life
        if _ran_out(before, tracked):
            standing, life = Status.OPEN, replace(life, decision=None)
        to = moved(wanted, tracked.finding, standing, life, actor)
        step = Step(
            0, fingerprint, actor.at, actor.by, actor.account, to.action, to.status, before, to.reason, None, to.life
        )
        history.append(connection, [step], key)
        if isinstance(wanted, Assign):
            _assigned(connection, fingerprint, wanted)
        found.append(finding(connection, fingerprint, today))
    return tuple(found)


def _ran_out(status: Status, tracked: Tracked) -> bool:
    return status in (Status.ACCEPTED, Status.FALSE_POSITIVE) and tracked.finding.status not in (
        status,
        Status.ACCEPTED,
    )


def _assigned(connection: Connection, fingerprint: str, assign: Assign) -> None:
    """The columns by which findings are looked for follow the assignment."""
    values = {
        "owner": assign.owner,
        "unit": assign.unit,
        "due": assign.due.isoformat() if assign.due else None,
    }
    given = {name: value for name, value in values.items() if value}
    connection.execute(update(schema.findings).where(schema.findings.c.fingerprint == fingerprint).values(given))
