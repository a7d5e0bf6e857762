"""Seals: what each run said of each finding, and the runs in one chain, so that whoever changes a row without the key is found out.

Each seal is HMAC-SHA-256 (RFC 2104) under a key made from the workspace's. The seal of a sighting covers its whole row; the seal of
a run covers its own row, those of its sightings in order, and the seal of the run before. Steps of the history name the newest run's,
so that runs are not cut off either while a step that came later stands.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Row

from pii_audit.language import Text
from pii_audit.model.codec import dump
from pii_audit.store import schema

PURPOSE = b"pii-audit sighting 1"
"""Sets the key of the seals apart from the one of the history."""
_SIGHTING = ("run", "fingerprint", "ordinal", "severity", "change", "status", "suppressed_by", "seen_run", "document")
_RUN = ("number", "id", "kind", "version", "started", "finished", "findings", "incomplete")


@dataclass
class Sighted:
    """What the sightings of one finding come to: the first and the last run that saw it, and what was said of it last."""

    first_run: int
    first_seen: str
    change: str = ""
    suppressed_by: str | None = None
    last_run: int = 0
    last_seen: str = ""


@dataclass
class Examined:
    """All sightings by finding, the seals of all runs, the runs from before there were seals, and what is wrong."""

    findings: dict[str, Sighted] = field(default_factory=dict)
    seals: set[str] = field(default_factory=set)
    unsealed: set[int] = field(default_factory=set)
    problems: list[Text] = field(default_factory=list)


def sealed(sighting: Mapping[str, Any], key: bytes) -> str:
    """The seal of a row of the observations."""
    hidden = sighting["suppressed_by"]
    as_stored = {**sighting, "suppressed_by": None if hidden is None else schema.storable(hidden)}
    return _mark(key, [as_stored[name] for name in _SIGHTING])


def seal_run(connection: Connection, number: int, key: bytes) -> None:
    """Adds a run, whose sightings are all written, to the chain of runs."""
    table, said = schema.runs.c, schema.observations.c
    row = connection.execute(select(schema.runs).where(table.number == number)).one()
    seals = connection.execute(select(said.seal).where(said.run == number).order_by(said.ordinal)).scalars().all()
    seal = _run_seal(row, seals, newest(connection), key)
    connection.execute(update(schema.runs).where(table.number == number).values(seal=seal))


def newest(connection: Connection) -> str:
    """The seal of the newest run that has one; empty before the first."""
    seal = schema.runs.c.seal
    query = select(seal).where(seal.is_not(None)).order_by(schema.runs.c.number.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none() or ""


def examine(connection: Connection, key: bytes) -> Examined:
    """Examines the seals of all runs and sightings."""
    examined = Examined()
    before = ""
    said, runs = schema.observations.c, schema.runs.c
    for number in connection.execute(select(runs.number).order_by(runs.number)).scalars().all():
        run = connection.execute(select(schema.runs).where(runs.number == number)).one()
        seals: list[str] = []
        query = select(schema.observations).where(said.run == number).order_by(said.ordinal)
        for row in connection.execute(query):
            seals.append(row.seal or "")
            if run.seal is not None and not hmac.compare_digest(sealed(row._asdict(), key), seals[-1]):
                examined.problems.append(_changed(run.id, row.fingerprint))
            _add(examined.findings, row, run)
        if run.seal is None:
            examined.unsealed.add(run.number)
            if before:
                examined.problems.append(Text(f"运行 {run.id} 的封签被删除", f"the seal of run {run.id} was removed"))
            continue
        if not hmac.compare_digest(_run_seal(run, seals, before, key), run.seal):
            examined.problems.append(
                Text(
                    f"运行 {run.id}、它所载的问题或其之前的运行被改动或删除",
                    f"run {run.id}, what it said of findings, or the run before it was changed or removed",
                )
            )
        before = run.seal
        examined.seals.add(before)
    return examined


def _changed(run: str, fingerprint: str) -> Text:
    where = fingerprint[:12]
    return Text(f"{where}: 运行 {run} 对它的记载被改动", f"{where}: what run {run} said of it was changed")


def _add(findings: dict[str, Sighted], row: Row[Any], run: Row[Any]) -> None:
    sighted = findings.setdefault(row.fingerprint, Sighted(run.number, run.finished))
    sighted.change, sighted.suppressed_by = row.change, row.suppressed_by
    if row.seen_run == run.number:
        sighted.last_run = run.number
        # A clock that was put back makes nothing older than it was.
        sighted.last_seen = max(sighted.last_seen, run.finished)


def _run_seal(run: Row[Any], seals: Sequence[str], before: str, key: bytes) -> str:
    document = hashlib.sha256(run.document).hexdigest()
    return _mark(key, [before, *(getattr(run, name) for name in _RUN), document, *seals])


def _mark(key: bytes, values: Sequence[Any]) -> str:
    return hmac.new(hmac.digest(key, PURPOSE, "sha256"), dump(values).encode(), "sha256").hexdigest()
