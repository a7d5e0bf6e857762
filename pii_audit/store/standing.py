"""Whether the rows of the findings table are what the history and the sightings make of them, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from pii_audit.errors import StoreError
from pii_audit.language import Text
from pii_audit.model.decision import Assignment, Life
from pii_audit.model.finding import Finding, Status
from pii_audit.store import schema
from pii_audit.store.documents import read, written
from pii_audit.store.sealing import Examined

_SEEN_LAST = (schema.observations.c.fingerprint == schema.findings.c.fingerprint) & (
    schema.observations.c.run == schema.findings.c.last_run
)


@dataclass
class Standing:
    """What is wrong, and how many findings are older than the history, and than the seals."""

    problems: list[Text] = field(default_factory=list)
    older: int = 0
    unsealed: int = 0


def until(status: Status, life: Life) -> str | None:
    """The last day of the decision that stands, as the findings table keeps it."""
    decided = status in (Status.ACCEPTED, Status.FALSE_POSITIVE) and life.decision and life.decision.until
    return decided.isoformat() if decided else None


def standing(connection: Connection, last: Mapping[str, tuple[Status, Life]], seen: Examined) -> Standing:
    """Compares the table with the last step and the last sighting of each finding."""
    stands = Standing()
    missing = set(last) | set(seen.findings)
    joined = schema.findings.outerjoin(schema.observations, _SEEN_LAST)
    query = select(schema.findings, schema.observations.c.document).select_from(joined)
    for row in connection.execute(query):
        missing.discard(row.fingerprint)
        where = row.fingerprint[:12]
        if row.fingerprint not in last:
            if row.life is None:
                stands.older += 1
            else:
                stands.problems.append(Text(f"{where} 的经过被删除", f"the history of {where} was removed"))
        if row.fingerprint not in seen.findings:
            stands.problems.append(Text(f"{where} 的检出记录被删除", f"what was seen of {where} was removed"))
        expected = {
            **dict(_by_its_history(last.get(row.fingerprint))),
            **dict(_by_its_sightings(row, last, seen)),
        }
        if row.last_run in seen.unsealed:
            stands.unsealed += 1
        stands.problems += [
            Text(
                f"{where}: {column} 被改动，不是其经过与检出记录所载",
                f"{where}: {column} was changed, and is not what its history and its sightings say",
            )
            for column, value in expected.items()
            if getattr(row, column) != value
        ]
    for fingerprint in sorted(missing):
        where = fingerprint[:12]
        stands.problems.append(Text(f"{where} 已从存储库删除", f"{where} was removed from the store"))
    return stands


def _by_its_history(step: tuple[Status, Life] | None) -> Iterator[tuple[str, str | None]]:
    if step is not None:
        status, life = step
        yield "status", status.value
        yield "life", written(life)
        yield "until", until(status, life)


def _by_its_sightings(
    row: Row[Any], last: Mapping[str, tuple[Status, Life]], seen: Examined
) -> Iterator[tuple[str, str | int | None]]:
    """Of what is older than the seals nothing is said: nobody knows what earlier versions left there."""
    sighted = seen.findings.get(row.fingerprint)
    if sighted is None or sighted.last_run in seen.unsealed:
        return
    yield "change", sighted.change
    yield "suppressed_by", sighted.suppressed_by
    yield "first_run", sighted.first_run
    yield "first_seen", sighted.first_seen
    yield "last_run", sighted.last_run
    yield "last_seen", sighted.last_seen
    finding = _finding(row.document) if row.last_run == sighted.last_run else None
    if finding is None:
        return
    life = last[row.fingerprint][1] if row.fingerprint in last else Life()
    assignment = life.assignment or Assignment()
    due = assignment.due or finding.due
    yield "rule", finding.rule
    yield "severity", finding.severity.value
    yield "due", due.isoformat() if due else None
    for column, value in (
        ("source", finding.source),
        ("asset", finding.asset),
        ("flow", finding.flow),
        ("recipient", finding.recipient),
        ("principal", finding.principal),
        ("unit", assignment.unit or finding.unit),
        ("owner", assignment.owner or finding.owner),
    ):
        yield column, None if value is None else schema.storable(value)


def _finding(document: str) -> Finding | None:
    """The finding as it was seen; None where its document is damaged, which its seal tells."""
    try:
        return read(Finding, document)
    except StoreError:
        return None
