"""How a flow goes on from day to day: SHR012 more often than declared, SHR013 other columns than when it was first recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from pii_audit.language import Text
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.policy.evaluation.case import Case
from pii_audit.policy.evaluation.wording import columns
from pii_audit.policy.model import Frequency

_SPANS = {
    "day": Text("日", "day"),
    "week": Text("周", "week"),
    "month": Text("月", "month"),
    "quarter": Text("季", "quarter"),
    "year": Text("年", "year"),
}


def frequency_verdicts(case: Case) -> Iterator[Verdict]:
    """SHR012: deliveries in one span of the calendar. What was sent before anything was recorded is not counted."""
    declared, days = case.flow.frequency, case.knowledge.deliveries
    if declared is None or days is None:
        return
    counts = Counter(_span(day, declared) for day in days)
    span, most = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    at, per = declared.position, _SPANS[declared.per]
    cap = Text(
        f"{at.to_line} 声明每{per.zh}至多 {declared.at_most} 次",
        f"{at.to_line} declares {declared.at_most} a {per.en} at most",
    )
    if most <= declared.at_most:
        message = Text(f"每{per.zh}至多 {most} 次；{cap.zh}", f"{most} deliveries a {per.en} at most; {cap.en}")
        yield case.of_flow("frequency", Outcome.COMPLIANT, message, at, "SHR012")
        return
    on = "on" if declared.per == "day" else "in"
    message = Text(f"{span} 有 {most} 次提供；{cap.zh}", f"{most} deliveries {on} {span}; {cap.en}")
    remedy = Text(
        "查明多出的文件由谁、为何产生，停止它们，或经评估后修改 frequency",
        "find out who makes the additional files and why, and stop them, or assess them and amend frequency",
    )
    yield case.of_flow("frequency", Outcome.VIOLATION, message, at, "SHR012", remedy)


def _span(day: date, declared: Frequency) -> str:
    match declared.per:
        case "day":
            return day.isoformat()
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case "month":
            return f"{day:%Y-%m}"
        case "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "year":
            return f"{day.year}"


def drift_verdicts(case: Case) -> Iterator[Verdict]:
    """SHR013: columns that were not there when the flow was first recorded; where `fields` are declared, those are judged by them."""
    known = case.knowledge.known_columns
    if known is None or case.flow.fields is not None:
        return
    new = tuple(dict.fromkeys(name for asset in case.observed.assets for name in asset.columns if name not in known))
    if not new:
        return
    where = columns(new)
    message = Text(
        f"{where.zh}在首次登记时还没有：导出的内容变了", f"{where.en} was not there when the flow was first recorded"
    )
    remedy = Text(
        "评估新内容，在 fields 中声明各列的含义；不需要的，从导出中删除",
        "assess what is new and declare under fields what the columns hold; what is not needed leaves the export",
    )
    assets = tuple(asset.asset.id for asset in case.observed.assets if not {*new}.isdisjoint(asset.columns))
    yield case.verdict(
        "columns",
        Outcome.GAP,
        message,
        case.flow.position,
        rule="SHR013",
        fields=new,
        assets=assets,
        remedy=remedy,
    )
