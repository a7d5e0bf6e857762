"""The `xlsx` format: 《风险隐患清单》, a workbook with summary, findings, inventory, flows, access and coverage."""

from __future__ import annotations

from pii_audit.language import Language
from pii_audit.model.run import Run
from pii_audit.render.view.words import Words
from pii_audit.render.xlsx.sheets import sheets
from pii_audit.render.xlsx.writing import workbook

__all__ = ["render"]


def render(run: Run, *, language: Language) -> bytes:
    """The workbook of a run (ECMA-376); UsageError where openpyxl is not installed."""
    words = Words(language)
    return workbook(sheets(run, words), words("title"), run.id, run.finished)
