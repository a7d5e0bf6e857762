"""What stands in the sheets of a run's workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Finding, Outcome, Severity, Status
from pii_audit.model.run import Run
from pii_audit.render import headings
from pii_audit.render.labels import STAGES, stage_title, word
from pii_audit.render.view.access import access
from pii_audit.render.view.declared import unit_title
from pii_audit.render.view.flows import flows
from pii_audit.render.view.inventory import LEVELS, inventory
from pii_audit.render.view.overview import overview
from pii_audit.render.view.words import Words
from pii_audit.render.wire import worst_first
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
from pii_audit.render.xlsx.sheet import Cell, Column, Kind, Sheet


def sheets(run: Run, words: Words) -> tuple[Sheet, ...]:
    """All sheets, in the order of the tabs."""
    return (
        _summary(run, words),
        findings(run, words),
        _inventory(run, words),
        _flows(run, words),
        _access(run, words),
        _coverage(run, words),
    )


def _columns(words: Words, *columns: tuple[Text, int] | tuple[Text, int, Kind]) -> tuple[Column, ...]:
    return tuple(Column(column[0].in_(words.language), *column[1:]) for column in columns)


def _summary(run: Run, words: Words) -> Sheet:
    head = overview(run, inventory(run, words), words)
    lines = [("", f"{head.organisation} {words('title')}".strip())]
    lines += [(label, value) for label, value in head.meta]
    lines += [
        (words("h_summary"), sentence) for sentence in (head.statement.headline, head.statement.incomplete) if sentence
    ]
    lines += [("", sentence) for sentence in head.statement.lines]
    lines += [(tile.label, f"{tile.figure}    {tile.note}") for tile in head.tiles]
    standing = run.standing
    stages = [*STAGES, *sorted({finding.stage for finding in standing} - set(STAGES))]
    counts = Counter((finding.stage, finding.severity) for finding in standing)
    rows: list[list[Cell]] = [
        [
            stage_title(stage, words.language),
            *(counts[stage, severity] for severity in Severity),
            sum(counts[stage, severity] for severity in Severity),
        ]
        for stage in stages
    ]
    columns = (
        Column(Text("环节", "Stage").in_(words.language), 24),
        *(Column(word(severity, words.language), 12, "number") for severity in Severity),
        Column(Text("合计", "Total").in_(words.language), 16, "bar"),
    )
    return Sheet(words("h_summary"), columns, rows, lines=lines)


def findings(run: Run, words: Words) -> Sheet:
    """The list of findings, those that are set aside last."""
    language = words.language
    columns = (
        *_columns(words, (Text("序号", "No."), 6, "number"), (headings.ID, 15)),
        *(one.column(language) for one in (SEVERITY, STATUS)),
        *_columns(words, (Text("变化", "Change"), 10)),
        *(one.column(language) for one in (RULE, TITLE, WHERE)),
        *_columns(
            words,
            (Text("标识符", "Holds"), 16),
            (Text("接收方", "Recipient"), 16),
            (Text("涉及人数", "People"), 12, "bar"),
        ),
        MESSAGE.column(language),
        *_columns(words, (Text("依据", "Clauses"), 30), (Text("策略", "Policy"), 18)),
        *(one.column(language) for one in (REMEDY, WHOSE)),
        *_columns(words, (headings.UNIT, 12)),
        DUE.column(language),
        *_columns(
            words,
            (Text("逾期", "Overdue"), 8),
            (Text("复发次数", "Came back"), 10, "number"),
            (Text("不计入的理由", "Set aside because"), 20),
        ),
    )
    rows: list[list[Cell]] = []
    for finding in worst_first(run.findings):
        rows.append([len(rows) + 1, *_finding(run, finding, "", words)])
    for hidden in run.suppressed:
        rows.append([len(rows) + 1, *_finding(run, hidden.finding, hidden.exception, words)])
    return Sheet(
        words("h_findings"),
        columns,
        rows,
        bad=frozenset(word(one, language) for one in (Severity.CRITICAL, Severity.HIGH)),
        warn=frozenset(word(one, language) for one in (Severity.MEDIUM, Status.NOT_RECHECKED)),
    )


def _finding(run: Run, finding: Finding, exception: str, words: Words) -> Iterator[Cell]:
    language = words.language
    persons = finding.evidence.get("persons")
    decision = finding.decision
    yield finding.fingerprint[:12]
    yield from cells((SEVERITY, STATUS), finding, language)
    yield word(finding.change, language) if finding.change else ""
    yield from cells((RULE, TITLE, WHERE), finding, language)
    yield words.separator.join(words.element(name) for name in finding.identifiers)
    yield finding.recipient or ""
    yield persons if isinstance(persons, int) else None
    yield from cells((MESSAGE,), finding, language)
    yield "\n".join(clause.in_(language) for clause in finding.clauses)
    yield finding.policy.to_line if finding.policy else ""
    yield from cells((REMEDY, WHOSE), finding, language)
    yield unit_title(run, finding.unit, language)
    yield from cells((DUE,), finding, language)
    yield words("yes") if finding.is_overdue(run.finished.date()) else ""
    yield finding.returns or None
    yield exception or finding.suppressed_by or (f"{decision.reason} ({decision.approver})" if decision else "")


def _inventory(run: Run, words: Words) -> Sheet:
    columns = _columns(
        words,
        (Text("资产", "Asset"), 36),
        (Text("字段", "Field"), 20),
        (Text("标识符", "Identifier"), 24),
        (Text("形式", "Form"), 12),
        (Text("级别 JR/T 0171", "JR/T 0171"), 12),
        (Text("级别 JR/T 0197", "JR/T 0197"), 12, "number"),
        (Text("命中行", "Rows with it"), 12, "number"),
        (Text("已读行", "Rows read"), 12, "number"),
        (Text("占比", "Share"), 9, "percent"),
        (Text("95% 置信上限", "At most (95 %)"), 12, "percent"),
        (Text("置信度", "Confidence"), 10, "percent"),
        (Text("涉及人数", "People"), 12, "bar"),
        (Text("责任人", "Owner"), 14),
        (Text("样例（掩码）", "Samples (masked)"), 36),
    )
    rows: list[list[Cell]] = [
        [
            one.asset.id,
            field.field or words("free_text"),
            words.element(field.identifier if field.subject == "customer" else f"{field.identifier}@{field.subject}"),
            word(field.form, words.language),
            field.level.jrt0171 or "",
            field.level.jrt0197,
            field.hits,
            field.rows_inspected,
            field.prevalence,
            field.bound,
            field.confidence,
            field.persons,
            one.asset.owner or "",
            "  ".join(field.samples),
        ]
        for one in run.inspected
        for field in one.fields
    ]
    return Sheet(words("h_inventory"), columns, rows)


def _flows(run: Run, words: Words) -> Sheet:
    columns = _columns(
        words,
        (Text("数据流", "Flow"), 20),
        (Text("来源", "Source"), 14),
        (Text("接收方", "Recipient"), 18),
        (Text("地区", "Region"), 8),
        (Text("目的", "Purpose"), 18),
        (Text("要素", "Element"), 24),
        (Text("用途判定", "Use"), 10),
        (Text("形式", "Form"), 12),
        (Text("占比和人数", "Seen"), 18),
        (Text("声明为", "Declared as"), 18),
        (Text("允许的形式", "Allowed form"), 16),
        (Text("裁决", "Verdict"), 12, "outcome"),
        (Text("字段", "Fields"), 20),
        (Text("说明", "Why"), 48),
        (Text("规则", "Rule"), 9),
        (Text("策略", "Policy"), 26),
        (Text("怎么办", "What to do"), 40),
    )
    rows: list[list[Cell]] = [
        [
            flow.id,
            words.separator.join(flow.sources),
            flow.recipient,
            flow.region,
            flow.purpose,
            words.element(element.element),
            words.known("use", element.use) if element.use else "",
            words.known("form", element.form) if element.form else "",
            element.amount,
            words.separator.join(element.declared),
            element.allowed,
            word(Outcome(element.outcome), words.language),
            words.separator.join(element.fields),
            element.message,
            element.rule,
            element.policy,
            element.remedy,
        ]
        for flow in flows(run, words)
        for element in flow.elements
    ]
    bad, warn = word(Outcome.VIOLATION, words.language), word(Outcome.GAP, words.language)
    return Sheet(words("h_flows"), columns, rows, bad=frozenset({bad}), warn=frozenset({warn}))


def _access(run: Run, words: Words) -> Sheet:
    columns = (
        *_columns(
            words,
            (Text("主体", "Principal"), 28),
            (Text("所有人", "Everyone"), 9),
        ),
        *(Column(level or Text("未分级", "ungraded").in_(words.language), 9, "number") for level in LEVELS),
        *_columns(
            words,
            (Text("可达资产", "Assets"), 10, "bar"),
            (Text("权限", "Privileges"), 20),
            (Text("可转授", "Grantable"), 9),
            (Text("由何打开", "Opened by"), 40),
            (Text("资产", "Which"), 60),
        ),
    )
    rows: list[list[Cell]] = [
        [
            row.principal,
            words("yes") if row.everyone else "",
            *row.counts,
            sum(row.counts),
            words.separator.join(row.privileges),
            words("yes") if row.grantable else "",
            "\n".join(row.opened_by),
            words.separator.join(row.assets),
        ]
        for row in access(run).principals
    ]
    return Sheet(words("h_access"), columns, rows)


def _coverage(run: Run, words: Words) -> Sheet:
    columns = _columns(
        words,
        (Text("来源", "Source"), 16),
        (Text("对象", "Object"), 48),
        (Text("检查情况", "How far"), 12, "status"),
        (Text("原因", "Reason"), 40),
        (Text("已读行", "Rows read"), 12, "number"),
        (Text("总行数", "Rows in all"), 12, "number"),
        (Text("独立抽取数", "Independent draws"), 14, "number"),
        (Text("字节", "Bytes"), 14, "number"),
    )
    language = words.language
    rows: list[list[Cell]] = [
        [
            row.source,
            row.asset,
            word(row.status, language),
            row.remark.in_(language) if row.remark else "",
            row.rows,
            row.total,
            row.draws,
            row.bytes,
        ]
        for row in sorted(run.coverage, key=lambda one: (not one.incomplete, one.source, one.asset))
    ]
    return Sheet(
        words("h_coverage"),
        columns,
        rows,
        bad=frozenset({word(CoverageStatus.FAILED, language)}),
        warn=frozenset({word(CoverageStatus.SKIPPED, language)}),
    )
