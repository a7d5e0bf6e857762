"""What was recorded, read back: whole runs, the inventory as it stands, findings and their sightings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.engine import Connection

from pii_audit.errors import UsageError
from pii_audit.findings.rechecking import READ
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.finding import Change, Finding, Severity, Status
from pii_audit.model.lifecycle import RunEntry, Sighting
from pii_audit.model.run import Inspected, Run, Suppressed
from pii_audit.store import schema
from pii_audit.store.documents import read
from pii_audit.store.placing import CLOSING_KIND


def moment(stored: str) -> datetime:
    """The point in time of a stored one."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def runs(connection: Connection) -> tuple[RunEntry, ...]:
    """All recorded runs, the newest first; times in UTC."""
    table = schema.runs.c
    wanted = (table.id, table.kind, table.version, table.started, table.finished, table.findings, table.incomplete)
    query = select(*wanted).order_by(table.number.desc())
    return tuple(
        RunEntry(row.id, row.kind, row.version, moment(row.started), moment(row.finished), row.findings, row.incomplete)
        for row in connection.execute(query)
    )


def load(connection: Connection, run_id: str | None) -> Run:
    """A run as `record` gave it back; None is the newest. UsageError when there is none of that id."""
    query = select(schema.runs.c.number, schema.runs.c.document).order_by(schema.runs.c.number.desc()).limit(1)
    if run_id is not None:
        query = query.where(schema.runs.c.id == run_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise _no_run(run_id)
    findings, suppressed = _observed(connection, row.number)
    coverage = select(schema.coverage.c.document).where(schema.coverage.c.run == row.number)
    return replace(
        read(Run, row.document),
        inspected=tuple(inspected(connection, row.number)),
        coverage=tuple(
            read(Coverage, document) for (document,) in connection.execute(coverage.order_by(schema.coverage.c.ordinal))
        ),
        findings=findings,
        suppressed=suppressed,
    )


def _no_run(run_id: str | None) -> UsageError:
    if run_id is None:
        return UsageError(
            Text("还没有任何运行记录", "no run is recorded yet"),
            todo=Text("先运行 pii-audit run", "run `pii-audit run` first"),
        )
    return UsageError(
        Text(f"没有运行 {run_id} 的记录", f"no run {run_id} is recorded"),
        todo=Text("不带 --run 则取最近一次", "leave out --run for the newest"),
    )


def _observed(connection: Connection, number: int) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    said, shown = schema.observations.alias("said"), schema.observations.alias("shown")
    same = and_(shown.c.fingerprint == said.c.fingerprint, shown.c.run == said.c.seen_run)
    query = (
        select(said.c.change, said.c.status, said.c.suppressed_by, shown.c.document)
        .select_from(said.join(shown, same))
        .where(said.c.run == number)
        .order_by(said.c.ordinal)
    )
    findings: list[Finding] = []
    suppressed: list[Suppressed] = []
    for row in connection.execute(query):
        finding = replace(
            read(Finding, row.document),
            change=Change(row.change),
            status=Status(row.status),
            suppressed_by=row.suppressed_by,
        )
        if row.suppressed_by is None:
            findings.append(finding)
        else:
            suppressed.append(Suppressed(finding, row.suppressed_by))
    return tuple(findings), tuple(suppressed)


def inspected(connection: Connection, number: int, keys: Collection[str] | None = None) -> Iterator[Inspected]:
    """The assets that a run opened, all or those of some keys, in the order in which it met them."""
    assets, inventory = schema.assets.c, schema.inventory.c
    fields: dict[int, list[FieldEvidence]] = defaultdict(list)
    judged = select(inventory.asset_ordinal, inventory.asset_key, inventory.document).where(inventory.run == number)
    for row in connection.execute(judged.order_by(inventory.asset_ordinal, inventory.ordinal)):
        if keys is None or row.asset_key in keys:
            fields[row.asset_ordinal].append(read(FieldEvidence, row.document))
    sketches = SketchesOf(connection)
    opened = select(assets.ordinal, assets.asset_key, assets.document).where(assets.run == number)
    for row in connection.execute(opened.order_by(assets.ordinal)).all():
        if keys is None or row.asset_key in keys:
            item = read(Inspected, row.document, sketches)
            yield replace(item, fields=tuple(fields[row.ordinal]))


def held(connection: Connection, source: str) -> bool:
    """Whether any self-check read something in a source."""
    coverage, runs = schema.coverage.c, schema.runs.c
    query = (
        select(coverage.run)
        .select_from(schema.coverage.join(schema.runs, coverage.run == runs.number))
        .where(coverage.source_key == schema.key_of(source), runs.kind == CLOSING_KIND)
        .where(coverage.status.in_([status.value for status in READ]))
    )
    return connection.execute(query.limit(1)).first() is not None


class SketchesOf(Mapping[str, bytes]):
    """Payloads by digest, read when they are asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __getitem__(self, digest: str) -> bytes:
        table = schema.sketches.c
        return bytes(self._connection.execute(select(table.payload).where(table.digest == digest)).scalar_one())

    def __iter__(self) -> Iterator[str]:
        return iter(self._connection.execute(select(schema.sketches.c.digest)).scalars())

    def __len__(self) -> int:
        return int(self._connection.execute(select(func.count()).select_from(schema.sketches)).scalar_one())


def inventory(connection: Connection, run_id: str | None) -> tuple[Inspected, ...]:
    """What one run opened, or, without an id, what is known today: the newest reading of every asset there still is."""
    if run_id is not None:
        number = connection.execute(select(schema.runs.c.number).where(schema.runs.c.id == run_id)).scalar_one_or_none()
        if number is None:
            raise _no_run(run_id)
        return tuple(inspected(connection, number))
    newest: dict[str, tuple[str, bool, int]] = {}
    assets = schema.assets.c
    of_runs = schema.runs.c.kind == CLOSING_KIND
    joined = schema.assets.join(schema.runs, assets.run == schema.runs.c.number)
    columns = (assets.asset_key, assets.source_key, assets.readable)
    query = select(*columns, func.max(assets.run).label("run")).select_from(joined).where(of_runs).group_by(*columns)
    for row in connection.execute(query):
        # A reading that failed half-way counts only where there is no better one.
        candidate = (row.source_key, bool(row.readable), int(row.run))
        newest[row.asset_key] = max(newest.get(row.asset_key, candidate), candidate, key=lambda one: one[1:])
    chosen: dict[int, set[str]] = defaultdict(set)
    present = _present(connection)
    for key, (source, _, number) in newest.items():
        if present[source] is None or key in present[source]:
            chosen[number].add(key)
    found = (item for number in sorted(chosen) for item in inspected(connection, number, chosen[number]))
    return tuple(sorted(found, key=lambda item: (item.asset.source, item.asset.name)))


def _present(connection: Connection) -> dict[str, Any]:
    """Source key → the keys of the assets that its newest run met; None when it failed somewhere and may miss some."""
    coverage = schema.coverage.c
    joined = schema.coverage.join(schema.runs, coverage.run == schema.runs.c.number)
    newest = (
        select(coverage.source_key, func.max(coverage.run).label("run"))
        .select_from(joined)
        .where(schema.runs.c.kind == CLOSING_KIND)
        .group_by(coverage.source_key)
    )
    present: dict[str, Any] = defaultdict(set)
    for source, number in connection.execute(newest).all():
        rows = select(coverage.asset_key, coverage.status).where(coverage.run == number, coverage.source_key == source)
        met = connection.execute(rows).all()
        failed = any(row.status == CoverageStatus.FAILED.value for row in met)
        present[source] = None if failed else {row.asset_key for row in met}
    return present


def history(connection: Connection, fingerprint: str) -> tuple[Sighting, ...]:
    """What every run said of a finding, the oldest first."""
    said, run = schema.observations.c, schema.runs.c
    columns = (run.id, run.finished, said.change, said.status, said.severity, said.suppressed_by)
    joined = schema.observations.join(schema.runs, said.run == run.number)
    query = select(*columns).select_from(joined).where(said.fingerprint == fingerprint).order_by(said.run)
    return tuple(
        Sighting(
            row.id,
            moment(row.finished),
            Change(row.change),
            Status(row.status),
            Severity(row.severity),
            row.suppressed_by,
        )
        for row in connection.execute(query)
    )
