"""What was recorded, read back: whole runs, the inventory as it stands, findings and their sightings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.engine import Connection, Row

from pii_audit.errors import UsageError
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.finding import SETTLED, Change, Finding, Severity, Status
from pii_audit.model.lifecycle import RunEntry, Sighting, Tracked
from pii_audit.model.run import Inspected, Run, Suppressed
from pii_audit.store import schema
from pii_audit.store.documents import read
from pii_audit.store.placing import CLOSING_KIND, DECIDED, as_it_stands, batches, life_of, shown_status


def _moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def runs(connection: Connection) -> tuple[RunEntry, ...]:
    """All recorded runs, the newest first; times in UTC."""
    table = schema.runs.c
    wanted = (table.id, table.kind, table.version, table.started, table.finished, table.findings, table.incomplete)
    query = select(*wanted).order_by(table.number.desc())
    return tuple(
        RunEntry(
            row.id, row.kind, row.version, _moment(row.started), _moment(row.finished), row.findings, row.incomplete
        )
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
    sketches = _SketchesOf(connection)
    opened = select(assets.ordinal, assets.asset_key, assets.document).where(assets.run == number)
    for row in connection.execute(opened.order_by(assets.ordinal)).all():
        if keys is None or row.asset_key in keys:
            item = read(Inspected, row.document, sketches)
            yield replace(item, fields=tuple(fields[row.ordinal]))


class _SketchesOf(Mapping[str, bytes]):
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


def history(connection: Connection, fingerprint: str) -> tuple[Sighting, ...]:
    """What every run said of a finding, the oldest first."""
    said, run = schema.observations.c, schema.runs.c
    columns = (run.id, run.finished, said.change, said.status, said.severity, said.suppressed_by)
    joined = schema.observations.join(schema.runs, said.run == run.number)
    query = select(*columns).select_from(joined).where(said.fingerprint == fingerprint).order_by(said.run)
    return tuple(
        Sighting(
            row.id,
            _moment(row.finished),
            Change(row.change),
            Status(row.status),
            Severity(row.severity),
            row.suppressed_by,
        )
        for row in connection.execute(query)
    )


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
    return Tracked(shown, _moment(row.first_seen), _moment(row.last_seen), row.last_run, life)
