"""The rectification register (整改台账): findings with columns for a unit to answer in, and what it answered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from pii_audit.language import Language, Text
from pii_audit.model.decision import Answer
from pii_audit.model.finding import Severity
from pii_audit.model.lifecycle import Tracked
from pii_audit.render.labels import word
from pii_audit.render.view.findings import resource_of
from pii_audit.render.xlsx.sheet import Cell, Column, Sheet
from pii_audit.render.xlsx.writing import workbook

TITLE = Text("整改台账", "Register")
FINGERPRINT = Text("编号", "Id")
STATE = Text("导出时状态", "State at export")
OWNER = Text("责任人", "Owner")
CAUSE = Text("原因", "Cause")
MEASURE = Text("整改措施", "Measure")
FINISHED = Text("完成时间", "Done on")
PROOF = Text("证明材料", "Proof")
EXTENSION = Text("延期申请至", "More time until")
ANSWERS = (OWNER, CAUSE, MEASURE, FINISHED, PROOF, EXTENSION)
"""The headings of the columns that are answered in, by which they are found again wherever somebody moved them."""


def state_of(tracked: Tracked) -> str:
    """What stands in the store of owner and answer, in 16 hex digits: other digits at import mean that both changed it."""
    answer = tracked.life.answer or Answer()
    parts = (
        tracked.finding.owner or "",
        answer.cause,
        answer.measure,
        answer.finished.isoformat() if answer.finished else "",
        answer.evidence,
        answer.extension.isoformat() if answer.extension else "",
    )
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def register(findings: Sequence[Tracked], language: Language, moment: datetime) -> bytes:
    """The workbook: one finding a row, its answer so far filled in."""
    columns = (
        Column(FINGERPRINT.in_(language), 34, hidden=True),
        Column(STATE.in_(language), 18, hidden=True),
        Column(Text("序号", "No.").in_(language), 6, "number"),
        Column(Text("级别", "Severity").in_(language), 10, "severity"),
        Column(Text("规则", "Rule").in_(language), 9),
        Column(Text("问题", "Finding").in_(language), 20),
        Column(Text("位置", "Where").in_(language), 30),
        Column(Text("说明", "What is wrong").in_(language), 36),
        Column(Text("整改要求", "What to do").in_(language), 36),
        Column(Text("责任单位", "Unit").in_(language), 12),
        Column(Text("整改期限", "Due").in_(language), 12, "date"),
        Column(Text("状态", "Status").in_(language), 12),
        Column(OWNER.in_(language), 12, answer=True),
        Column(CAUSE.in_(language), 26, answer=True),
        Column(MEASURE.in_(language), 26, answer=True),
        Column(FINISHED.in_(language), 12, "date", answer=True),
        Column(PROOF.in_(language), 22, answer=True),
        Column(EXTENSION.in_(language), 14, "date", answer=True),
    )
    rows = [_row(number, tracked, language) for number, tracked in enumerate(findings, 1)]
    bad = frozenset(word(one, language) for one in (Severity.CRITICAL, Severity.HIGH))
    sheet = Sheet(TITLE.in_(language), columns, rows, bad=bad)
    return workbook([sheet], TITLE.in_(language), f"{moment:%Y-%m-%d %H:%M}", moment)


def _row(number: int, tracked: Tracked, language: Language) -> list[Cell]:
    finding, answer = tracked.finding, tracked.life.answer or Answer()
    return [
        finding.fingerprint,
        state_of(tracked),
        number,
        word(finding.severity, language),
        finding.rule,
        finding.title.in_(language),
        resource_of(finding),
        finding.message.in_(language),
        finding.remediation.in_(language),
        finding.unit or "",
        finding.due,
        word(finding.status, language),
        finding.owner or "",
        answer.cause,
        answer.measure,
        answer.finished,
        answer.evidence,
        answer.extension,
    ]
