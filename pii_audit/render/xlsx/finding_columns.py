"""The columns of findings that the workbook of a run and the register of the units share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pii_audit.findings.merging import OWNER
from pii_audit.language import Language, Text
from pii_audit.model.finding import Finding
from pii_audit.render import headings
from pii_audit.render.labels import word
from pii_audit.render.view.findings import resource_of
from pii_audit.render.xlsx.sheet import Cell, Column, Kind


@dataclass(frozen=True, slots=True)
class FindingColumn:
    """A column, and what stands in it of a finding."""

    heading: Text
    width: int
    cell: Callable[[Finding, Language], Cell]
    kind: Kind = "text"

    def column(self, language: Language, *, answer: bool = False) -> Column:
        """As a column of a sheet; `answer` where units may change it."""
        return Column(self.heading.in_(language), self.width, self.kind, answer=answer)


SEVERITY = FindingColumn(headings.SEVERITY, 10, lambda one, language: word(one.severity, language), "severity")
STATUS = FindingColumn(headings.STATUS, 12, lambda one, language: word(one.status, language), "status")
RULE = FindingColumn(headings.RULE, 9, lambda one, _: one.rule)
TITLE = FindingColumn(headings.FINDING, 20, lambda one, language: one.title.in_(language))
WHERE = FindingColumn(headings.WHERE, 30, lambda one, _: resource_of(one))
MESSAGE = FindingColumn(headings.MESSAGE, 40, lambda one, language: one.message.in_(language))
REMEDY = FindingColumn(headings.REMEDY, 40, lambda one, language: one.remediation.in_(language))
WHOSE = FindingColumn(OWNER, 12, lambda one, _: one.owner or "")
DUE = FindingColumn(headings.DUE, 12, lambda one, _: one.due, "date")


def cells(columns: Sequence[FindingColumn], finding: Finding, language: Language) -> Iterator[Cell]:
    """What stands in some columns of one finding's row."""
    return (column.cell(finding, language) for column in columns)
