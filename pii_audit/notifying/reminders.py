"""Who is to be reminded of what: findings that are overdue or due soon, by unit, each once for each stage of its date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity
from pii_audit.model.lifecycle import Action, Step, Tracked
from pii_audit.render.labels import word
from pii_audit.render.safe import safe, short

LISTED = 20
"""So many findings one message names; the rest is counted. Chats refuse long messages."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message to one unit: its subject, its text, and the findings that it is about, each with its stage."""

    unit: str
    subject: str
    text: str
    findings: tuple[tuple[str, str], ...]


def stage_of(tracked: Tracked, today: date, days: int) -> str | None:
    """`overdue 2026-07-15` or `due 2026-07-15`, None where nothing hurries; another date is another stage."""
    due = tracked.finding.due
    if due is None or due > today + timedelta(days=days):
        return None
    return f"overdue {due}" if due < today else f"due {due}"


def told(steps: Iterable[Step], channel: str) -> frozenset[str]:
    """The stages of which a finding's history says that they were told over a channel."""
    marks = (step.reason.en for step in steps if step.action is Action.REMINDED)
    return frozenset(mark.removesuffix(f" ({channel})") for mark in marks if mark.endswith(f" ({channel})"))


def reminders(
    findings: Sequence[Tracked],
    today: date,
    days: int,
    already: Callable[[str], frozenset[str]],
    titles: Callable[[str], str],
    language: Language,
) -> tuple[Reminder, ...]:
    """One message a unit, of what it has not been told yet; findings of no unit are under an empty one."""
    by_unit: dict[str, list[tuple[Tracked, str]]] = {}
    for tracked in findings:
        stage = stage_of(tracked, today, days)
        if stage is not None and stage not in already(tracked.finding.fingerprint):
            by_unit.setdefault(tracked.finding.unit or "", []).append((tracked, stage))
    return tuple(_reminder(unit, hurried, titles(unit), language) for unit, hurried in sorted(by_unit.items()))


def _reminder(unit: str, hurried: list[tuple[Tracked, str]], title: str, language: Language) -> Reminder:
    overdue = sum(stage.startswith("overdue") for _, stage in hurried)
    soon = len(hurried) - overdue
    name = short(safe(title), 100)
    subject = Text(
        f"个人金融信息保护整改提醒：{name}，逾期 {overdue} 项，即将到期 {soon} 项",
        f"Reminder: {name}: {overdue} overdue, {soon} due soon (personal financial information)",
    )
    ordered = sorted(hurried, key=lambda one: (one[0].finding.due or date.max, -one[0].finding.severity.rank))
    lines = [subject.in_(language), "", *(_line(tracked, stage, language) for tracked, stage in ordered[:LISTED])]
    if len(ordered) > LISTED:
        rest = len(ordered) - LISTED
        lines.append(Text(f"……另有 {rest} 项", f"... and {rest} more").in_(language))
    lines += ["", Text("详情：pii-audit findings show 编号", "details: pii-audit findings show ID").in_(language)]
    marks = tuple((tracked.finding.fingerprint, stage) for tracked, stage in ordered)
    return Reminder(unit, subject.in_(language), "\n".join(lines), marks)


def _line(tracked: Tracked, stage: str, language: Language) -> str:
    finding = tracked.finding
    late = Text("逾期", "overdue") if stage.startswith("overdue") else Text("到期", "due")
    severity = word(Severity(finding.severity), language)
    title = short(safe(finding.title.in_(language)), 80)
    return f"{finding.fingerprint[:12]}  {severity}  {finding.rule} {title}  {late.in_(language)} {finding.due}"
