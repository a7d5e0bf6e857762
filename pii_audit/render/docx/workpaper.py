"""The workpaper of a compliance audit, item by item of the guide annexed to the CAC's measures of 2025."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import yaml

from pii_audit import content
from pii_audit.language import Language, Text
from pii_audit.model.finding import Finding, Outcome
from pii_audit.model.run import Run
from pii_audit.render.docx.blocks import Block, Paragraph, Table, Title
from pii_audit.render.labels import word
from pii_audit.render.wire import worst_first
from pii_audit.rules.catalogue import load_rules

ITEMS = "reports/docx/workpaper.yaml"
INSTRUMENT = "cac-audit"
IDS = 8
"""So many findings are named beside an item; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the guide, and the rules that give evidence on it."""

    number: str
    title: Text
    rules: frozenset[str]


@cache
def items() -> tuple[Item, ...]:
    """All items, with the rules that the file names and those that cite the item."""
    listed = yaml.safe_load(content.text(ITEMS))["items"]
    citing: dict[str, set[str]] = {}
    for rule in load_rules().values():
        for clause in rule.clauses:
            if clause.instrument == INSTRUMENT and clause.ref:
                citing.setdefault("".join(sign for sign in clause.ref if sign.isdigit()), set()).add(rule.id)
    return tuple(
        Item(
            entry["item"],
            Text(entry["title"]["zh"], entry["title"]["en"]),
            frozenset(entry["rules"]) | citing.get(entry["item"], set()),
        )
        for entry in listed
    )


def blocks(run: Run, language: Language) -> list[Block]:
    """One row an item: what was found, by which evidence, and room for what only a person can say."""
    titles = (
        Text("指引项", "Item"),
        Text("审计事项", "Subject"),
        Text("取证规则", "Rules"),
        Text("发现", "Found"),
        Text("审计人员意见", "Auditor's remarks"),
    )
    rows = [
        [
            item.number,
            item.title.in_(language),
            ", ".join(sorted(item.rules)) or Text("须人工审计", "for a person").in_(language),
            _found(run, item, language),
            "",
        ]
        for item in items()
    ]
    return [
        Title(
            Text("个人信息保护合规审计工作底稿", "Workpaper of a personal information compliance audit").in_(language),
            Text(f"运行编号 {run.id}，{run.finished:%Y-%m-%d}", f"run {run.id}, {run.finished:%Y-%m-%d}").in_(language),
        ),
        Paragraph(
            Text(
                "指引项为《个人信息保护合规审计管理办法》（2025）附件的编号。“无记录”指所列规则在本次检查范围内没有给出发现，缺少输入的规则同样没有，不是合规结论。",
                "Items are those of the annex to the Measures for Personal Information Protection Compliance Audits (2025). No record means that "
                "the rules named gave no finding in what this run looked into, as a rule without input gives none; it is no statement of compliance.",
            ).in_(language)
        ),
        *(_incomplete(run, language)),
        Table(tuple(title.in_(language) for title in titles), rows, (3, 10, 7, 12, 9)),
        Paragraph(
            Text(
                "审计人：            复核人：            日期：", "Auditor:            Reviewed by:            Date:"
            ).in_(language)
        ),
    ]


def _incomplete(run: Run, language: Language) -> list[Block]:
    failed = sum(row.incomplete for row in run.coverage)
    if not failed:
        return []
    said = Text(f"注意：{failed} 个对象未能检查。", f"Mind: {failed} objects could not be inspected.")
    return [Paragraph(said.in_(language), strong=True)]


def _found(run: Run, item: Item, language: Language) -> str:
    if not item.rules:
        return ""
    found = [finding for finding in worst_first(run.standing) if finding.rule in item.rules]
    if not found:
        return Text("无记录", "no record").in_(language)
    return f"{_counts(found, language)}\n" + "\n".join(_named(found, language))


def _counts(found: Sequence[Finding], language: Language) -> str:
    parts = [
        f"{word(outcome, language)} {sum(finding.outcome is outcome for finding in found)}"
        for outcome in (Outcome.VIOLATION, Outcome.GAP)
    ]
    return ", ".join(parts)


def _named(found: Sequence[Finding], language: Language) -> list[str]:
    lines = [f"{finding.rule} {finding.fingerprint[:12]} {finding.title.in_(language)}" for finding in found[:IDS]]
    if len(found) > IDS:
        lines.append(Text(f"……另 {len(found) - IDS} 项", f"... and {len(found) - IDS} more").in_(language))
    return lines
