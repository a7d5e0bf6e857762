"""The history: every step of every finding, in one chain that only grows.

Each link is HMAC-SHA-256 (RFC 2104), under a key made from the workspace's, over the link before and the step's own document:
whoever changes, removes or inserts a step without the key breaks the chain. Steps cut off at its end leave it whole; the head
that somebody noted elsewhere, and what the findings themselves say, tell of those.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection

from pii_audit.errors import StoreError
from pii_audit.language import Text
from pii_audit.model.decision import Life
from pii_audit.model.finding import Status
from pii_audit.model.lifecycle import Step, Verification
from pii_audit.model.run import Run
from pii_audit.store import schema, sealing
from pii_audit.store.documents import damage_reported, written
from pii_audit.store.documents import read as read_document
from pii_audit.store.standing import standing, until

PURPOSE = b"pii-audit history 1"
"""Sets the chain's key apart from the one of fingerprints and of receipts."""
START = "0" * 64
REPORTED = 20
"""So many problems are told; a chain that is broken once is broken from there on."""


def lock(connection: Connection) -> None:
    """Makes this transaction the only one that judges findings: whoever comes second waits here, and sees what the first one left."""
    connection.execute(select(schema.writer.c.id).with_for_update())


def append(connection: Connection, steps: Sequence[Step], key: bytes) -> None:
    """Adds steps at the end of the chain, numbered from there; the findings' own rows are brought to what the steps say.

    The transaction holds the lock.
    """
    if not steps:
        return
    number, link = head(connection)
    sealed = sealing.newest(connection)
    rows: list[dict[str, Any]] = []
    left: dict[str, dict[str, Any]] = {}
    for step in steps:
        number += 1
        numbered = replace(step, number=number, sealed=sealed)
        document = written(numbered)
        link = _link(key, link, document)
        rows.append({"number": number, "fingerprint": step.fingerprint, "document": document, "hash": link})
        left[step.fingerprint] = {
            "key": step.fingerprint,
            "status": step.after.value,
            "life": written(step.life),
            "until": until(step.after, step.life),
        }
    connection.execute(schema.history.insert(), rows)
    values: dict[str, Any] = {name: bindparam(name) for name in ("status", "life", "until")}
    changed = update(schema.findings).where(schema.findings.c.fingerprint == bindparam("key")).values(values)
    connection.execute(changed, list(left.values()))


def head(connection: Connection) -> tuple[int, str]:
    """The number and the hash of the last link; 0 and zeros before the first."""
    table = schema.history.c
    row = connection.execute(select(table.number, table.hash).order_by(table.number.desc()).limit(1)).one_or_none()
    return (int(row.number), str(row.hash)) if row else (0, START)


def steps(connection: Connection, fingerprint: str | None) -> tuple[Step, ...]:
    """The steps of one finding, or of all, the oldest first."""
    table = schema.history.c
    query = select(table.document).order_by(table.number)
    if fingerprint is not None:
        query = query.where(table.fingerprint == fingerprint)
    return tuple(read_document(Step, document) for (document,) in connection.execute(query))


def verify(connection: Connection, key: bytes, expected: str | None = None) -> Verification:
    """Examines the whole chain, the seals of the runs, and that the findings are what their last steps and sightings say.

    `expected` is the head as somebody noted it: it must still be a link of the chain.
    """
    problems: list[Text] = []
    link, count, backwards = START, 0, 0
    before: datetime | None = None
    met = expected in (None, START)
    last: dict[str, tuple[Status, Life]] = {}
    rests_on: dict[str, int] = {}
    table = schema.history.c
    columns = (table.number, table.fingerprint, table.document, table.hash)
    for row in connection.execute(select(*columns).order_by(table.number)):
        count += 1
        link = _link(key, link, row.document)
        step = _step(row.document)
        if not hmac.compare_digest(link, row.hash) or row.number != count:
            problems.append(_broken(row.number, count))
            # From here on each link is judged by the one that stands before it: one change is told once.
            link, count = row.hash, int(row.number)
        elif step is None or (step.number, step.fingerprint) != (row.number, row.fingerprint):
            problems.append(
                Text(f"第 {row.number} 步的内容与其索引不符", f"step {row.number} is not what its index says")
            )
        met = met or row.hash == expected
        if step is not None:
            backwards += before is not None and step.at < before
            before = step.at
            last[step.fingerprint] = (step.after, step.life)
            rests_on.setdefault(step.sealed, step.number)
    with damage_reported(Run):
        seen = sealing.examine(connection, key)
    problems += seen.problems
    problems += [
        Text(
            f"第 {number} 步所依据的运行被删除或改写",
            f"a run that had been recorded before step {number} was removed or rewritten",
        )
        for seal, number in rests_on.items()
        if seal and seal not in seen.seals
    ]
    found = standing(connection, last, seen)
    problems += found.problems
    if not met:
        problems.append(
            Text(
                "链中没有给出的末端哈希：其后的步骤已被删除或改写",
                "the head that was given is no link of the chain: steps were cut off or rewritten",
            )
        )
    return Verification(count, link, tuple(problems[:REPORTED]), found.older, backwards, found.unsealed)


def _broken(number: int, expected: int) -> Text:
    if number != expected:
        return Text(
            f"第 {expected} 步起有缺失，接下来是第 {number} 步",
            f"steps from {expected} on are missing; the next one is {number}",
        )
    return Text(f"第 {number} 步或其之前的步骤被改动", f"step {number}, or what stood before it, was changed")


def _step(document: str) -> Step | None:
    try:
        return read_document(Step, document)
    except StoreError:
        return None


def _link(key: bytes, before: str, document: str) -> str:
    chained = hmac.digest(key, PURPOSE, "sha256")
    return hmac.new(chained, f"{before}\n{document}".encode(), "sha256").hexdigest()
