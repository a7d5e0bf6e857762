"""The rectification register (整改台账): findings with columns for a unit to answer in, and what it answered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from pii_audit.findings.merging import CAUSE, EXTENSION, FINISHED, MEASURE, PROOF
from pii_audit.language import Language, Text
from pii_audit.model.decision import Answer
from pii_audit.model.finding import Severity
from pii_audit.model.lifecycle import Tracked
from pii_audit.render import headings
from pii_audit.render.labels import word
from pii_audit.render.xlsx.finding_columns import (
    DUE,
    MESSAGE,
    REMEDY,
    RULE,
    SEVERITY,
    STATUS,
    TITLE,
    WHERE,
    WHOSE,
    cells,
)
from pii_audit.render.xlsx.sheet import Cell, Column, Sheet
from pii_audit.render.xlsx.writing import workbook

TITLE_OF_BOOK = Text("整改台账", "Register")
FINGERPRINT = headings.ID
STATE = Text("导出时状态", "State at export")
_BEFORE = (SEVERITY, RULE, TITLE, WHERE, MESSAGE, REMEDY)
_AFTER = (DUE, STATUS)


def state_of(tracked: Tracked) -> str:
    """What stands in the store of owner and answer: other digits at import mean that it was changed there since."""
    return state(tracked.finding.owner or "", tracked.life.answer or Answer())


def state(owner: str, answer: Answer) -> str:
    """An owner and an answer in 16 hex digits: those of a row that are as they were exported mean that nobody filled it in."""
    parts = (
        owner,
        answer.cause,
        answer.measure,
        answer.finished.isoformat() if answer.finished else "",
        answer.evidence,
        answer.extension.isoformat() if answer.extension else "",
    )
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def register(findings: Sequence[Tracked], language: Language, moment: datetime, units: Mapping[str, Text]) -> bytes:
    """The workbook: one finding a row, its answer so far filled in; `units` are their titles by id."""
    columns = (
        Column(FINGERPRINT.in_(language), 34, hidden=True),
        Column(STATE.in_(language), 18, hidden=True),
        Column(Text("序号", "No.").in_(language), 6, "number"),
        *(one.column(language) for one in _BEFORE),
        Column(headings.UNIT.in_(language), 12),
        *(one.column(language) for one in _AFTER),
        Column(Text("最近见于运行", "Last seen in run").in_(language), 24),
        WHOSE.column(language, answer=True),
        Column(CAUSE.in_(language), 26, answer=True),
        Column(MEASURE.in_(language), 26, answer=True),
        Column(FINISHED.in_(language), 12, "date", answer=True),
        Column(PROOF.in_(language), 22, answer=True),
        Column(EXTENSION.in_(language), 14, "date", answer=True),
    )

    def row(number: int, tracked: Tracked) -> list[Cell]:
        finding, answer = tracked.finding, tracked.life.answer or Answer()
        unit = units.get(finding.unit) if finding.unit else None
        return [
            finding.fingerprint,
            state_of(tracked),
            number,
            *cells(_BEFORE, finding, language),
            unit.in_(language) if unit else finding.unit or "",
            *cells(_AFTER, finding, language),
            tracked.last_run,
            *cells((WHOSE,), finding, language),
            answer.cause,
            answer.measure,
            answer.finished,
            answer.evidence,
            answer.extension,
        ]

    rows = [row(number, tracked) for number, tracked in enumerate(findings, 1)]
    bad = frozenset(word(one, language) for one in (Severity.CRITICAL, Severity.HIGH))
    sheet = Sheet(TITLE_OF_BOOK.in_(language), columns, rows, bad=bad)
    return workbook([sheet], TITLE_OF_BOOK.in_(language), f"{moment:%Y-%m-%d %H:%M}", moment)
