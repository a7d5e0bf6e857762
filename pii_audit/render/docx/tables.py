"""Tables that several papers share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pii_audit.language import Language, Text
from pii_audit.model.finding import Finding, Severity
from pii_audit.model.run import Run
from pii_audit.render import headings
from pii_audit.render.docx.blocks import Table
from pii_audit.render.labels import STAGES, stage_title, word
from pii_audit.render.view.declared import unit_title
from pii_audit.render.view.findings import resource_of

MOST = 200
"""So many findings one table lists; the workbook has them all."""


def severity_counts(findings: Sequence[Finding], language: Language) -> str:
    """`critical 2, high 14`, those that there are."""
    counts = Counter(finding.severity for finding in findings)
    separator = "、" if language == "zh" else ", "
    unit = " 项" if language == "zh" else ""
    return separator.join(f"{word(one, language)} {counts[one]}{unit}" for one in Severity if counts[one])


def by_stage(findings: Sequence[Finding], language: Language) -> Table:
    """Findings by stage and severity."""
    counts = Counter((finding.stage, finding.severity) for finding in findings)
    stages = [*STAGES, *sorted({finding.stage for finding in findings} - set(STAGES))]
    return Table(
        (
            Text("环节", "Stage").in_(language),
            *(word(one, language) for one in Severity),
            Text("合计", "Total").in_(language),
        ),
        [
            [
                stage_title(stage, language),
                *(str(counts[stage, one]) for one in Severity),
                str(sum(counts[stage, one] for one in Severity)),
            ]
            for stage in stages
        ],
        (4, 2, 2, 2, 2, 2, 2),
    )


def problems(run: Run, findings: Sequence[Finding], language: Language) -> Table:
    """Findings with place, clauses, what to do, by whom and when."""
    titles = (
        Text("序号", "#"),
        headings.ID,
        headings.SEVERITY,
        Text("问题与位置", "What, and where"),
        Text("依据", "Clauses"),
        headings.REMEDY,
        Text("责任与期限", "By whom, by when"),
    )
    rows = [
        [
            str(number),
            finding.fingerprint[:12],
            word(finding.severity, language).capitalize(),
            f"{finding.rule} {finding.title.in_(language)}\n{resource_of(finding)}\n{finding.message.in_(language)}",
            "\n".join(clause.in_(language) for clause in finding.clauses[:4]),
            finding.remediation.in_(language),
            "\n".join(
                part
                for part in (
                    finding.owner,
                    unit_title(run, finding.unit, language),
                    finding.due.isoformat() if finding.due else "",
                )
                if part
            ),
        ]
        for number, finding in enumerate(findings[:MOST], 1)
    ]
    return Table(tuple(title.in_(language) for title in titles), rows, (9, 16, 18, 41, 29, 36, 21))


def left_out(count: int, language: Language) -> str:
    """That a table lists only the first ones, empty where it lists all."""
    if count <= MOST:
        return ""
    return Text(
        f"共 {count} 项，本表列出前 {MOST} 项，全部见同一运行编号的工作簿。",
        f"{count} in all; this table lists the first {MOST}, the workbook of the same run has them all.",
    ).in_(language)
