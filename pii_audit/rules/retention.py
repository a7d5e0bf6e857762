"""How long it is kept: STO003 too long, STO004 not long enough, STO009 nobody says how long.

Periods come from lines that name a date, and from lines of packs that say what holds wherever some element is kept.
Where the two ends meet, keeping wins: a statutory minimum overrides earlier deletion (AML Law 2024, Art. 34; PIPL
Art. 47 allows storage and nothing else until then).
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pii_audit.document import Period
from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.model.forms import PLAIN_EQUIVALENT, Form
from pii_audit.model.levels import LevelSelector
from pii_audit.model.run import Inspected
from pii_audit.policy.matching import INSIDE
from pii_audit.policy.model import Retention
from pii_audit.policy.periods import FILE_MODIFIED, is_about
from pii_audit.rules.interface import Draft, Facts, concern, proof, titles, to_run
from pii_audit.rules.store import stored

LONG_TERM = LevelSelector("jrt0171", "C2", and_above=True)
"""What an analytics platform does not keep for long (T/PCAC 0001-2023, 14.3, row 5)."""


@dataclass(frozen=True, slots=True)
class Periods:
    """What holds for one asset by one date: the lines that name the date, the longest minimum, the shortest maximum."""

    one: Inspected
    date: str
    stated: tuple[Retention, ...]
    keep: Retention | None
    delete: Retention | None

    @property
    def too_old(self) -> Period | None:
        """The period after which it has to go; what must be kept longer than that goes when it may."""
        after = self.delete.delete_after if self.delete else None
        at_least = self.keep.keep_at_least if self.keep else None
        return max((one for one in (after, at_least) if one), key=lambda one: one.days) if after else None


def periods(facts: Facts, assets: Iterable[Inspected]) -> Iterator[Periods]:
    """The periods of every asset of which some line says by which date they are counted."""
    for one in assets:
        lines = [line for line in facts.policy.storage.retention if is_meant(line, one, facts)]
        everywhere = [line for line in lines if line.date is None]
        for date in dict.fromkeys(line.date for line in lines if line.date is not None):
            stated = tuple(line for line in lines if line.date == date)
            minima = minimum_lines(stated, everywhere, date)
            keep = max((line for line in minima if line.keep_at_least), key=_kept_for, default=None)
            shortest = min(
                (line for line in (*stated, *everywhere) if line.delete_after), key=_gone_after, default=None
            )
            yield Periods(one, date, stated, keep, shortest)


def minimum_lines(stated: Sequence[Retention], everywhere: Sequence[Retention], date: str) -> tuple[Retention, ...]:
    """The lines whose minimum holds by that date.

    A file is as a rule a copy of what a system of record keeps: the minimum of a pack does not ask to keep copies.
    """
    return tuple(stated) if date == FILE_MODIFIED else (*stated, *everywhere)


def _kept_for(line: Retention) -> float:
    return line.keep_at_least.days if line.keep_at_least else 0


def _gone_after(line: Retention) -> float:
    return line.delete_after.days if line.delete_after else 0


def is_meant(line: Retention, one: Inspected, facts: Facts) -> bool:
    """Whether a retention line is about an asset, by its name and by what it holds."""
    held = {statement.identifier for statement in one.fields if statement.form is not Form.ABSENT}
    return is_about(line, f"{one.asset.source}.{one.asset.name}", held, facts.catalogue)


def too_long(facts: Facts) -> Iterator[Draft]:
    """STO003: rows whose date lies further back than `delete_after`; one finding an asset and date.

    A gap where there is no such date, or none that can be read.
    """
    for told in periods(facts, stored(facts)):
        if told.too_old is None or told.delete is None:
            continue
        if told.date == FILE_MODIFIED:
            yield from _stale(facts, told, told.delete, told.too_old)
        else:
            yield from _overdue(facts, told, told.delete, told.too_old)
            yield from _undated(facts, told, told.delete)


def _overdue(facts: Facts, told: Periods, line: Retention, period: Period) -> Iterator[Draft]:
    one, limit = told.one, period.before(facts.as_of)
    tally = one.tally.fields.get(told.date)
    overdue = sum(rows for month, rows in tally.months.items() if month < f"{limit:%Y-%m}") if tally else 0
    if tally is None or not overdue:
        return
    oldest = min(tally.months)
    yield Draft(
        "STO003",
        (one.asset.id, told.date),
        Text(
            f"{one.asset.id} 有 {overdue} 行超过保存期限 {period}（按 {told.date}，最早 {oldest}）",
            f"{one.asset.id} keeps {overdue} rows longer than {period} (by {told.date}, the oldest of {oldest})",
        ),
        source=one.asset.source,
        asset=one.asset.id,
        field=told.date,
        evidence=proof(
            (), [one.asset.id], rows=overdue, rows_inspected=tally.rows, oldest=oldest, limit=f"{limit:%Y-%m-%d}"
        ),
        policy=line.position,
        concern=concern(facts, one.fields),
    )


UNDATED = 0.01
"""Of the rows with something under the date, those that hold none: below it they are accidents of single rows."""


def _undated(facts: Facts, told: Periods, line: Retention) -> Iterator[Draft]:
    """An asset whose time cannot be counted: the column that a line names for it alone is not there, or holds no dates."""
    one, tally = told.one, told.one.tally.fields.get(told.date)
    by_name = any({*stated.asset}.isdisjoint("*?[") for stated in told.stated)
    unread = tally.filled - sum(tally.months.values()) if tally else 0
    if told.date not in one.columns and one.tally.rows and by_name:
        said = Text(
            f"{one.asset.id} 没有 “{told.date}” 列，保存期限无从计算",
            f'{one.asset.id} has no column "{told.date}" to count its period by',
        )
    elif tally is not None and unread > UNDATED * tally.filled:
        said = Text(
            f"{one.asset.id} 的 “{told.date}” 列有 {unread} 行读不出日期，保存期限无从计算",
            f'{unread} rows of {one.asset.id} hold no date under "{told.date}" that can be read, and their period cannot be counted',
        )
    else:
        return
    yield Draft(
        "STO003",
        (one.asset.id, told.date, "undated"),
        said,
        outcome=Outcome.GAP,
        source=one.asset.source,
        asset=one.asset.id,
        evidence=proof((), [one.asset.id], rows=unread, rows_inspected=one.tally.rows),
        policy=line.position,
        remediation=Text(
            "改正 retention 的 date，或把日期写成 YYYY-MM-DD", "mend date under retention, or write dates as YYYY-MM-DD"
        ),
        concern=concern(facts, one.fields),
    )


def _stale(facts: Facts, told: Periods, line: Retention, period: Period) -> Iterator[Draft]:
    """A file with personal information that nobody changed since the limit; a file has no other date of its own."""
    one, limit = told.one, period.before(facts.as_of)
    changed = one.asset.modified
    if not one.fields or changed is None or changed.date() >= limit:
        return
    day = f"{changed:%Y-%m-%d}"
    yield Draft(
        "STO003",
        (one.asset.id, told.date),
        Text(
            f"{one.asset.id} 自 {day} 起没有改动，超过保存期限 {period}",
            f"{one.asset.id} was last changed on {day} and is kept longer than {period}",
        ),
        source=one.asset.source,
        asset=one.asset.id,
        identifiers=_identifiers(one),
        evidence=proof(one.fields, [one.asset.id], modified=day, limit=f"{limit:%Y-%m-%d}"),
        policy=line.position,
        remediation=to_run(_closing(facts, one)),
        concern=concern(facts, one.fields),
    )


def _closing(facts: Facts, one: Inspected) -> list[str]:
    """The command that deletes a file of a local share, from the workspace's folder, for somebody to run who has decided to."""
    source = facts.sources.get(one.asset.source)
    if source is None or ":" in source.url or INSIDE in one.asset.name:
        return []
    return [f"rm -- {shlex.quote(posixpath.join(source.url, one.asset.name))}"]


_ELSEWHERE = Text(
    "由其他资产保存满期限的，登记例外并写明是哪一个",
    "where another asset keeps it for so long, enter an exception that says which",
)


def set_too_short(facts: Facts) -> Iterator[Draft]:
    """STO004: a period of ours that deletes before a minimum which what the asset holds asks for; one finding an asset and date.

    A gap where the minimum is about what is held, not about this asset: another one may keep it for so long.
    """
    for told in periods(facts, stored(facts)):
        ours = min((line for line in told.stated if line.delete_after), key=_gone_after, default=None)
        if ours is None or told.keep is None or _gone_after(ours) >= _kept_for(told.keep):
            continue
        one, asked = told.one, told.keep
        meant = frozenset(word for element in asked.holding for word in facts.catalogue.expand(element.word))
        held = [found for found in one.fields if found.identifier in meant] or list(one.fields)
        kinds = titles(facts, [found.identifier for found in held])
        at, floor = ours.position.to_line, asked.position.to_line
        yield Draft(
            "STO004",
            (one.asset.id, told.date, "period"),
            Text(
                f"{one.asset.id} 按 {told.date} 满 {ours.delete_after} 即删除（{at}），{floor} 要求至少保存 "
                f"{asked.keep_at_least}：{kinds.zh}",
                f"{one.asset.id} is deleted {ours.delete_after} after {told.date} ({at}), and {floor} asks for at least "
                f"{asked.keep_at_least}: {kinds.en}",
            ),
            outcome=Outcome.GAP if asked.holding else Outcome.VIOLATION,
            source=one.asset.source,
            asset=one.asset.id,
            field=told.date,
            identifiers=_identifiers(one),
            evidence=proof((), [one.asset.id], delete_after=str(ours.delete_after), asked=str(asked.keep_at_least)),
            policy=ours.position,
            remediation=_ELSEWHERE if asked.holding else None,
            concern=concern(facts, held),
        )


ANALYTICS = frozenset({"analytics", "analysis", "bigdata", "big_data", "big-data", "datalake", "大数据", "分析"})
"""Environments that are an analytics platform."""


def without_period(facts: Facts) -> Iterator[Draft]:
    """STO009: C2 and C3 on an analytics platform of which no line says when they go; one finding a source."""
    timed = {told.one.asset.id for told in periods(facts, facts.inspected) if told.delete is not None}
    for source in facts.sources.values():
        if source.environment is None or source.environment.casefold() not in ANALYTICS:
            continue
        found = [
            statement
            for one in stored(facts)
            if one.asset.source == source.id and one.asset.id not in timed
            for statement in one.fields
            if statement.form in PLAIN_EQUIVALENT and LONG_TERM.matches(statement.level)
        ]
        if not found:
            continue
        assets = list(dict.fromkeys(statement.asset for statement in found))
        kinds = titles(facts, [statement.identifier for statement in found])
        yield Draft(
            "STO009",
            (source.id,),
            Text(
                f"大数据平台 {source.id} 的 {len(assets)} 个资产含 {kinds.zh}，没有登记何时删除",
                f"{len(assets)} asset(s) of the analytics platform {source.id} hold {kinds.en}, and nothing says when they go",
            ),
            outcome=Outcome.GAP,
            source=source.id,
            asset=assets[0] if len(assets) == 1 else None,
            identifiers=tuple(dict.fromkeys(statement.identifier for statement in found)),
            evidence=proof(found, assets),
            concern=concern(facts, found),
        )


def _identifiers(one: Inspected) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found.identifier for found in one.fields))


RULES = (too_long, set_too_short, without_period)
