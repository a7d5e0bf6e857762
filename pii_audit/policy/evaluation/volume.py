"""How many people and which: SHR005 volume against `max_persons`, SHR004 population against the one declared."""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.model.run import Inspected
from pii_audit.policy.evaluation.case import Case


def uncounted(case: Case) -> list[Inspected]:
    """The assets of this run with elements of people whom nothing tells apart."""
    if case.knowledge.persons_this_run is not None:
        return []
    holding = {name for seen in case.seen for name in seen.assets}
    # Beside files, the script that writes them delivers nobody; by itself it is all that there is to tell by.
    files = [asset for asset in case.observed.assets if asset.asset.kind is not AssetKind.QUERY]
    assets = files or case.observed.assets
    return [asset for asset in assets if asset.asset.id in holding and not asset.persons]


def at_least_this_run(case: Case) -> int:
    """The distinct people of this run, as far as anything tells them apart."""
    known = case.knowledge.persons_this_run
    return case.observed.persons if known is None else known


def persons_this_run(case: Case) -> int | None:
    """The distinct people of this run; None where some asset does not tell its own."""
    return None if uncounted(case) else at_least_this_run(case)


def volume_verdicts(case: Case) -> Iterator[Verdict]:
    """SHR005: distinct people per run, per day and per calendar year."""
    limits = case.recipient.max_persons
    if limits is None:
        return
    at_least, left = at_least_this_run(case), uncounted(case)
    if limits.per_run is not None:
        # Without anything that tells people apart, a table holds at most as many as it has rows.
        most = at_least + sum(asset.tally.rows for asset in left)
        bounded = all(asset.columns for asset in left) and most <= limits.per_run
        told = not left or at_least > limits.per_run
        count = at_least if told else most if bounded else None
        yield _volume("per_run", count, limits.per_run, case)
    if limits.per_day is not None:
        yield _per_day(limits.per_day, at_least, case)
    if limits.per_year is not None:
        year = case.knowledge.persons_this_year
        most = max(year or 0, at_least)
        known = most if (year is not None and not left) or most > limits.per_year else None
        yield _volume("per_year", known, limits.per_year, case)


def _per_day(limit: int, run: int, case: Case) -> Verdict:
    """The day with the most people; of nothing but this run it is known when even that is too many."""
    days = case.knowledge.persons_per_day
    if days:
        worst = max(days, key=lambda day: (days[day], day))
        return _volume("per_day", days[worst], limit, case, Text(f"{worst}", f"on {worst}"))
    known = run if run > limit and len(case.observed.assets) == 1 else None
    return _volume("per_day", known, limit, case, Text("一日", "in a day"))


_PERIODS = {"per_run": Text("本次", "this run"), "per_year": Text("本年累计", "this year")}


def _volume(key: str, count: int | None, limit: int, case: Case, period: Text | None = None) -> Verdict:
    limits = case.recipient.max_persons
    position = limits.position if limits else case.recipient.position
    name = f"max_persons.{key}"
    period = period or _PERIODS[key]
    cap = Text(f"{position.to_line} 的 {key} 上限为 {limit:,} 人", f"{key} at {position.to_line} allows {limit:,}")
    if count is None:
        message = Text(f"{period.zh}人数未知；{cap.zh}", f"the number of people {period.en} is not known; {cap.en}")
        remedy = Text("用登记台账（store）核对累计人数", "count them against the recorded runs (store)")
        return case.of_flow(name, Outcome.GAP, message, position, "SHR005", remedy)
    message = Text(f"{period.zh}约 {count:,} 人；{cap.zh}", f"about {count:,} people {period.en}; {cap.en}")
    if count <= limit:
        return case.of_flow(name, Outcome.COMPLIANT, message, position, "SHR005")
    remedy = Text(
        "缩小导出范围或分批，或先修订协议约定的数量", "narrow the export, or first have the agreed number amended"
    )
    return case.of_flow(name, Outcome.VIOLATION, message, position, "SHR005", remedy)


def population_verdicts(case: Case) -> Iterator[Verdict]:
    """SHR004: whether everybody in the export belongs to the population that the flow declares."""
    population = case.flow.population
    if population is None:
        return
    at, share = population.position, case.knowledge.population_share
    within = population.within
    if share is None:
        message = Text(
            f"无法核对名单是否都在 {within} 内（{at.to_line}）",
            f"whether everybody is within {within} ({at.to_line}) could not be checked",
        )
        remedy = Text(f"在能读取 {within} 的工作区中运行", f"run where {within} can be read")
        yield case.of_flow("population", Outcome.GAP, message, at, "SHR004", remedy)
    elif share < 1:
        outside = 1 - share
        message = Text(
            f"约 {outside:.1%} 的人不在 {within} 内（{at.to_line}）",
            f"about {outside:.1%} of the people are not within {within} ({at.to_line})",
        )
        remedy = Text(f"导出时只选 {within} 中的人", f"select only people of {within} for the export")
        yield case.of_flow("population", Outcome.VIOLATION, message, at, "SHR004", remedy)
    elif case.knowledge.population_untold:
        rows = case.knowledge.population_untold
        message = Text(
            f"有 {rows:,} 行没有 {population.key}，无法核对是否在 {within} 内（{at.to_line}）",
            f"{rows:,} rows name nobody by {population.key}: whether they are within {within} is not known ({at.to_line})",
        )
        remedy = Text(f"补上 {population.key}，或删除这些行", f"fill in {population.key}, or take these rows out")
        yield case.of_flow("population", Outcome.GAP, message, at, "SHR004", remedy)
    else:
        message = Text(f"所有人都在 {within} 内（{at.to_line}）", f"everybody is within {within} ({at.to_line})")
        yield case.of_flow("population", Outcome.COMPLIANT, message, at, "SHR004")
