"""Recording a run: all of it in one transaction, and each finding's place in its life."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from pii_audit.errors import StoreError
from pii_audit.findings.rechecking import READ
from pii_audit.language import Text
from pii_audit.model.codec import Sketches
from pii_audit.model.evidence import FREE_TEXT, FieldEvidence
from pii_audit.model.lifecycle import Step
from pii_audit.model.run import Inspected, Run, Suppressed
from pii_audit.store import history, schema, sealing, unchanged
from pii_audit.store.documents import packed, written
from pii_audit.store.following import followed
from pii_audit.store.placing import Placed, batches, seen, unseen

Values = dict[str, Any]
PROGRAM = "pii-audit"
"""Who made a step that no person made."""


def record(connection: Connection, run: Run, where: str, key: bytes) -> Run:
    """Writes the run; gives it back with each finding's change and status, and with those that it no longer shows.

    The transaction holds the lock.
    """
    _check(run)
    number = _write_run(connection, run, where)
    _insert(connection, schema.coverage, _coverage_rows(run, number))
    _write_inventory(connection, run.inspected, number)
    known = {row.fingerprint: row for row in connection.execute(select(schema.findings))}
    placed = followed(connection, run, known, [*seen(run, known, number), *unseen(connection, run, known)])
    _write_findings(connection, run, number, placed, known)
    sightings = [_observation(each, ordinal, number) for ordinal, each in enumerate(placed)]
    _insert(connection, schema.observations, [{**one, "seal": sealing.sealed(one, key)} for one in sightings])
    sealing.seal_run(connection, number, key)
    history.append(connection, [step for each in placed for step in _steps(each, run)], key)
    if run.kind == "run":
        unchanged.settle(connection, run.id, run.finished)
    return replace(
        run,
        findings=tuple(each.finding for each in placed if each.suppressed_by is None),
        suppressed=tuple(
            Suppressed(each.finding, each.suppressed_by) for each in placed if each.suppressed_by is not None
        ),
    )


def _check(run: Run) -> None:
    fingerprints = [finding.fingerprint for finding in (*run.findings, *(hidden.finding for hidden in run.suppressed))]
    if not all(fingerprints) or len(set(fingerprints)) != len(fingerprints):
        message = "findings are recorded with a fingerprint each, and once each"
        raise ValueError(message)


def _insert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    if rows:
        connection.execute(table.insert(), rows)


def _write_run(connection: Connection, run: Run, where: str) -> int:
    rest = replace(run, inspected=(), coverage=(), findings=(), suppressed=())
    try:
        result = connection.execute(
            schema.runs.insert().values(
                id=run.id,
                kind=run.kind,
                version=run.version,
                started=schema.moment(run.started),
                finished=schema.moment(run.finished),
                findings=len(run.findings),
                incomplete=run.incomplete,
                document=packed(rest),
            )
        )
    except IntegrityError as error:
        raise StoreError(
            Text(f"运行 {run.id} 已经记录过", f"run {run.id} is already recorded"),
            where=where,
            todo=Text("用 pii-audit report 查看它", "see it with `pii-audit report`"),
        ) from error
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101 - an insert of one row has one key
    return int(key[0])


def _coverage_rows(run: Run, number: int) -> list[Values]:
    return [
        {
            "run": number,
            "ordinal": ordinal,
            "asset_key": schema.key_of(row.id),
            "source_key": schema.key_of(row.source),
            "source": row.source,
            "asset": row.id,
            "status": row.status.value,
            "rows": row.rows,
            "total": row.total,
            "draws": row.draws,
            "document": written(row),
        }
        for ordinal, row in enumerate(run.coverage)
    ]


def _write_inventory(connection: Connection, inspected: Sequence[Inspected], number: int) -> None:
    sketches = Sketches()
    assets: list[Values] = []
    fields: list[Values] = []
    for ordinal, item in enumerate(inspected):
        key = schema.key_of(item.asset.id)
        assets.append(
            {
                "run": number,
                "ordinal": ordinal,
                "asset_key": key,
                "source_key": schema.key_of(item.asset.source),
                "asset": item.asset.id,
                "readable": item.coverage.status in READ,
                "document": packed(replace(item, fields=()), sketches),
            }
        )
        fields.extend(
            {
                "run": number,
                "asset_ordinal": ordinal,
                "ordinal": index,
                "asset_key": key,
                **_field(item, field, sketches),
            }
            for index, field in enumerate(item.fields)
        )
    known = {
        digest
        for some in batches(sketches)
        for (digest,) in connection.execute(select(schema.sketches.c.digest).where(schema.sketches.c.digest.in_(some)))
    }
    fresh = [{"digest": digest, "payload": payload} for digest, payload in sketches.items() if digest not in known]
    _insert(connection, schema.sketches, fresh)
    _insert(connection, schema.assets, assets)
    _insert(connection, schema.inventory, fields)


def _field(item: Inspected, field: FieldEvidence, sketches: Sketches) -> Values:
    tally = item.tally.fields.get(field.field if field.field is not None else FREE_TEXT)
    evidence = tally.evidence.get(field.identifier) if tally else None
    persons = evidence.persons.payload if evidence else b""
    return {
        "field_key": schema.key_of("field", field.field) if field.field is not None else schema.key_of("text"),
        "asset": field.asset,
        "field": field.field,
        "identifier": field.identifier,
        "subject": field.subject,
        "form": field.form.value,
        "level": field.level.jrt0171,
        "rows_inspected": field.rows_inspected,
        "hits": field.hits,
        "prevalence": field.prevalence,
        "confidence": field.confidence,
        "persons": field.persons,
        "sketch": sketches.put(persons) if persons else None,
        "document": written(field),
    }


def _write_findings(
    connection: Connection, run: Run, number: int, placed: Sequence[Placed], known: Mapping[str, Row[Any]]
) -> None:
    now = schema.moment(run.finished)
    new: list[Values] = []
    seen: list[Values] = []
    unseen: list[Values] = []
    for each in placed:
        key = each.finding.fingerprint
        if each.seen_run != number:
            values = {"status": each.status.value, "change": each.change.value, "suppressed_by": None}
            unseen.append({"key": key, **values})
            continue
        latest = {**_latest(each), "last_seen": now, "last_run": number}
        if key in known:
            # A clock that was put back makes nothing older than it was.
            seen.append({"key": key, **latest, "last_seen": max(now, known[key].last_seen)})
        else:
            new.append({"fingerprint": key, "first_seen": now, "first_run": number, **latest})
    _insert(connection, schema.findings, new)
    for rows in (seen, unseen):
        if rows:
            bound: Values = {name: bindparam(name) for name in rows[0] if name != "key"}
            changed = update(schema.findings).where(schema.findings.c.fingerprint == bindparam("key")).values(bound)
            connection.execute(changed, rows)


def _steps(each: Placed, run: Run) -> Iterator[Step]:
    for action, reason in each.events:
        yield Step(
            number=0,
            fingerprint=each.finding.fingerprint,
            at=run.finished,
            by=PROGRAM,
            account="",
            action=action,
            after=each.status,
            before=each.before,
            reason=reason,
            run=run.id,
            life=each.life,
        )


def _latest(each: Placed) -> Values:
    finding = each.finding
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "status": each.status.value,
        "change": each.change.value,
        "suppressed_by": each.suppressed_by,
        "source": finding.source,
        "asset": finding.asset,
        "flow": finding.flow,
        "recipient": finding.recipient,
        "principal": finding.principal,
        "unit": finding.unit,
        "owner": finding.owner,
        "due": finding.due.isoformat() if finding.due else None,
    }


def _observation(each: Placed, ordinal: int, number: int) -> Values:
    return {
        "run": number,
        "fingerprint": each.finding.fingerprint,
        "ordinal": ordinal,
        "severity": each.finding.severity.value,
        "change": each.change.value,
        "status": each.finding.status.value,
        "suppressed_by": each.suppressed_by,
        "seen_run": each.seen_run,
        "document": written(each.finding) if each.seen_run == number else None,
    }
