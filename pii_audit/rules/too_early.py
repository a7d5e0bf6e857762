"""Keeping: what was destroyed before its time, told by rows and files that are gone, or by an edge that only a purge cuts.

Compared are whole readings of recorded runs, and every retention line by itself over all assets that it is about: what moved
to the archive is not missed where one line speaks of both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from statistics import median

from pii_audit.document import Period
from pii_audit.language import Text
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Outcome
from pii_audit.model.run import Inspected
from pii_audit.policy.model import Retention
from pii_audit.policy.periods import FILE_MODIFIED
from pii_audit.rules.interface import Draft, Facts, concern, proof
from pii_audit.rules.retention import is_meant, minimum_lines

EDGE_MONTHS = 12
"""Months of rows without which a table tells nothing of when it begins."""
EDGE_ROWS = 200
SHARP = 0.5
"""A first month with at least so much of a usual one: what grew from nothing begins with less."""


def too_early(facts: Facts) -> Iterator[Draft]:
    """STO004: rows and files not yet as old as they have to get that an earlier run had and this one has not; else a first month cut off.

    One finding an asset and date.
    """
    for line in facts.policy.storage.retention:
        if line.date is None:
            continue
        now = [one for one in facts.inspected if _is_kept(one) and is_meant(line, one, facts)]
        runs = [[one for one in run if _is_kept(one) and is_meant(line, one, facts)] for run in facts.earlier]
        period = _longest(facts, line, [*now, *(one for run in runs for one in run)])
        if period is None:
            continue
        told = _Line(facts, line, line.date, period)
        gone = list(told.gone(runs, now))
        yield from gone
        yield from told.cut_off([one for one in now if all(draft.asset != one.asset.id for draft in gone)])


def _is_kept(one: Inspected) -> bool:
    return one.asset.kind.keeps


def _longest(facts: Facts, line: Retention, assets: Sequence[Inspected]) -> Period | None:
    """The longest minimum of the line, and of what packs say wherever such elements are kept."""
    undated = [other for other in facts.policy.storage.retention if other.date is None and other.keep_at_least]
    meant = [other for other in undated if any(is_meant(other, one, facts) for one in assets)]
    found = minimum_lines((line,), meant, line.date or "")
    return max((one.keep_at_least for one in found if one.keep_at_least), key=lambda period: period.days, default=None)


class _Line:
    """One retention line, by one date, with the minimum that holds for its assets."""

    def __init__(self, facts: Facts, line: Retention, column: str, period: Period) -> None:
        self._facts, self._line, self._column, self._period = facts, line, column, period
        self._limit = period.before(facts.as_of)

    def gone(self, runs: Sequence[Sequence[Inspected]], now: Sequence[Inspected]) -> Iterator[Draft]:
        """What a recorded run had and this one, which read all of it again, has not."""
        if not self._read_again({one.asset.id for run in (*runs, now) for one in run}):
            return
        if self._column == FILE_MODIFIED:
            for one in _gone_files(runs, now, self._limit):
                yield self._file(one)
            return
        whole = [[one for one in run if one.coverage.status is CoverageStatus.INSPECTED] for run in runs]
        fullest = max(whole, key=lambda run: self._lost(run, now), default=[])
        if self._lost(fullest, now) > 0:
            yield from self._rows(fullest, now)

    def _read_again(self, ids: set[str]) -> bool:
        """Whether each of these was read to its end, or is gone from a source that was crawled without failing."""
        rows = {row.id: row for row in self._facts.coverage}
        failing = {row.source for row in self._facts.coverage if row.incomplete}
        crawled = {row.source for row in self._facts.coverage} - failing
        return all(
            rows[name].status is CoverageStatus.INSPECTED if name in rows else name.partition(":")[0] in crawled
            for name in ids
        )

    def _lost(self, before: Sequence[Inspected], now: Sequence[Inspected]) -> int:
        """How many rows fewer there are; one whose date was corrected is in another month now, and what is newer came since."""
        had, has = self._months(before), self._months(now)
        newest = max(had, default="")
        first = f"{self._limit:%Y-%m}"
        lost = sum((_after(had, first) - has).values())
        moved = sum(rows for month, rows in (has - had).items() if month <= newest)
        return lost - moved

    def _months(self, assets: Sequence[Inspected]) -> Counter[str]:
        months: Counter[str] = Counter()
        for one in assets:
            months.update(_months(one, self._column))
        return months

    def _rows(self, before: Sequence[Inspected], now: Sequence[Inspected]) -> Iterator[Draft]:
        has, first = {one.asset.id: one for one in now}, f"{self._limit:%Y-%m}"
        for one in before:
            left = [has[one.asset.id]] if one.asset.id in has else []
            rows = self._lost([one], left)
            if rows <= 0:
                continue
            lost = _after(self._months([one]), first) - self._months(left)
            began, ended = min(lost), max(lost)
            said = Text(
                f"{one.asset.id} 比此前的检查少了 {rows} 行，应至少保存 {self._period}（按 {self._column}，{began} 至 {ended}）",
                f"{one.asset.id} has {rows} rows fewer than an earlier run saw that are to be kept {self._period} at least"
                f" (by {self._column}, from {began} to {ended})",
            )
            months = {month: lost[month] for month in sorted(lost)[:24]}
            # Where there are as many rows as before, these may have lost their date alone; a minimum that is about what
            # is held, not about this asset, may be kept by another.
            fewer = sum(other.tally.rows for other in left) < one.tally.rows
            sure = fewer and self._line.keep_at_least == self._period
            yield self._draft(one, said, Outcome.VIOLATION if sure else Outcome.GAP, rows=rows, months=months)

    def _file(self, one: Inspected) -> Draft:
        day = f"{one.asset.modified:%Y-%m-%d}"
        said = Text(
            f"此前检查过的文件 {one.asset.id} 已不在，应至少保存 {self._period}（最后改动于 {day}）",
            f"the file {one.asset.id}, which an earlier run saw, is gone and is to be kept {self._period} at least"
            f" (last changed on {day})",
        )
        return self._draft(one, said, modified=day)

    def cut_off(self, now: Sequence[Inspected]) -> Iterator[Draft]:
        """The oldest rows are younger than they would have to be, and their month is as full as the year after: looks purged."""
        for one in now:
            months = sorted(_months(one, self._column).items())
            if len(months) <= EDGE_MONTHS or sum(rows for _, rows in months) < EDGE_ROWS:
                continue
            oldest, rows = months[0]
            usual = median(count for _, count in months[1 : EDGE_MONTHS + 1])
            young = _years(oldest, self._facts.as_of) < 1
            # The month of the limit may be cut by it in the middle.
            if young or oldest <= f"{self._limit:%Y-%m}" or max(rows, months[1][1]) < SHARP * usual:
                continue
            said = Text(
                f"{one.asset.id} 最早的行为 {oldest}，且该月起即满量，疑似提前清理；应至少保存 {self._period}（按 {self._column}）",
                f"the oldest rows of {one.asset.id} are of {oldest}, and as many as later on: they look purged, and are to be"
                f" kept {self._period} at least (by {self._column})",
            )
            yield self._draft(one, said, Outcome.GAP, oldest=oldest, rows=rows, usual=usual)

    def _draft(self, one: Inspected, said: Text, outcome: Outcome = Outcome.VIOLATION, **more: object) -> Draft:
        return Draft(
            "STO004",
            (one.asset.id, self._column),
            said,
            outcome=outcome,
            source=one.asset.source,
            asset=one.asset.id,
            field=None if self._column == FILE_MODIFIED else self._column,
            evidence=proof((), [one.asset.id], **more, limit=f"{self._limit:%Y-%m-%d}"),
            policy=self._line.position,
            concern=concern(self._facts, one.fields),
        )


def _months(one: Inspected, column: str) -> Mapping[str, int]:
    tally = one.tally.fields.get(column)
    return tally.months if tally is not None else {}


def _after(months: Counter[str], first: str) -> Counter[str]:
    """The months after one, which itself has partly had its time."""
    return Counter({month: rows for month, rows in months.items() if month > first})


def _gone_files(runs: Sequence[Sequence[Inspected]], now: Sequence[Inspected], limit: date) -> Iterator[Inspected]:
    """Files that went before their time; one that lies elsewhere under the same line, as old as it was, was moved."""
    there = {one.asset.id for one in now}
    seen = {one.asset.id: one for run in runs for one in run}
    moved = Counter(one.asset.modified for one in now if one.asset.id not in seen)
    for one in seen.values():
        changed = one.asset.modified
        if one.asset.id in there or not one.fields or changed is None or changed.date() < limit:
            continue
        if moved[changed] > 0:
            moved[changed] -= 1
        else:
            yield one


def _years(month: str, today: date) -> int:
    first = date(int(month[:4]), int(month[5:7]), 1)
    return (today - first).days // 365


RULES = (too_early,)
