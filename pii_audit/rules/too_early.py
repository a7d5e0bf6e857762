"""Keeping: what was destroyed before its time, told by rows that are gone, or by an edge that only a purge cuts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from statistics import median

from pii_audit.language import Text
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Outcome
from pii_audit.model.run import Inspected
from pii_audit.policy.model import Retention
from pii_audit.rules.interface import Draft, Facts, concern, proof
from pii_audit.rules.store import is_meant, stored

EDGE_MONTHS = 12
"""Months of rows without which a table tells nothing of when it begins."""
EDGE_ROWS = 200
SHARP = 0.5
"""A first month with at least so much of a usual one: what grew from nothing begins with less."""


def too_early(facts: Facts) -> Iterator[Draft]:
    """STO004: rows younger than `keep_at_least` that an earlier run had and this one has not; else a first month cut off sharply.

    One finding an asset and date.
    """
    before = {one.asset.id: one for one in facts.earlier}
    for line in facts.policy.storage.retention:
        if line.keep_at_least is None:
            continue
        limit = line.keep_at_least.before(facts.as_of)
        for one in stored(facts):
            if line.date in one.tally.fields and is_meant(line, one):
                draft = _gone(facts, line, one, before.get(one.asset.id), limit) or _cut_off(facts, line, one, limit)
                if draft is not None:
                    yield draft


def _months(one: Inspected, column: str) -> Mapping[str, int]:
    tally = one.tally.fields.get(column)
    return tally.months if tally is not None else {}


def _gone(facts: Facts, line: Retention, one: Inspected, before: Inspected | None, limit: date) -> Draft | None:
    """Both runs read all of it, and of some month there are fewer rows now."""
    if before is None or any(each.coverage.status is not CoverageStatus.INSPECTED for each in (one, before)):
        return None
    had, has = _months(before, line.date), _months(one, line.date)
    lost = {
        month: rows - has.get(month, 0)
        for month, rows in sorted(had.items())
        if month > f"{limit:%Y-%m}" and rows > has.get(month, 0)
    }
    # A row whose date was corrected is in another month now; what came since is younger than what there was.
    newest = max(had, default="")
    moved = sum(max(0, rows - had.get(month, 0)) for month, rows in has.items() if month <= newest)
    rows = sum(lost.values()) - moved
    if rows <= 0:
        return None
    first, last = min(lost), max(lost)
    return Draft(
        "STO004",
        (one.asset.id, line.date),
        Text(
            f"{one.asset.id} 自上次检查以来少了 {rows} 行,应至少保存 {line.keep_at_least}(按 {line.date},{first} 至 {last})",
            f"{one.asset.id} has {rows} rows fewer than when it was last inspected that are to be kept {line.keep_at_least}"
            f" at least (by {line.date}, from {first} to {last})",
        ),
        source=one.asset.source,
        asset=one.asset.id,
        field=line.date,
        evidence=proof((), [one.asset.id], rows=rows, months=dict(list(lost.items())[:24]), limit=f"{limit:%Y-%m-%d}"),
        policy=line.position,
        concern=concern(facts, one.fields),
    )


def _cut_off(facts: Facts, line: Retention, one: Inspected, limit: date) -> Draft | None:
    """The oldest rows are younger than they would have to be, and their month is as full as the year after: looks purged."""
    months = sorted(_months(one, line.date).items())
    if len(months) <= EDGE_MONTHS or sum(rows for _, rows in months) < EDGE_ROWS:
        return None
    oldest, rows = months[0]
    usual = median(count for _, count in months[1 : EDGE_MONTHS + 1])
    # The month of the limit may be cut by it in the middle.
    if oldest <= f"{limit:%Y-%m}" or max(rows, months[1][1]) < SHARP * usual or _years(oldest, facts.as_of) < 1:
        return None
    return Draft(
        "STO004",
        (one.asset.id, line.date),
        Text(
            f"{one.asset.id} 最早的行为 {oldest},且该月起即满量,疑似提前清理;应至少保存 {line.keep_at_least}(按 {line.date})",
            f"the oldest rows of {one.asset.id} are of {oldest}, and as many as later on: they look purged, and are to be kept"
            f" {line.keep_at_least} at least (by {line.date})",
        ),
        outcome=Outcome.GAP,
        source=one.asset.source,
        asset=one.asset.id,
        field=line.date,
        evidence=proof((), [one.asset.id], oldest=oldest, rows=rows, usual=usual, limit=f"{limit:%Y-%m-%d}"),
        policy=line.position,
        concern=concern(facts, one.fields),
    )


def _years(month: str, today: date) -> int:
    first = date(int(month[:4]), int(month[5:7]), 1)
    return (today - first).days // 365


RULES = (too_early,)
