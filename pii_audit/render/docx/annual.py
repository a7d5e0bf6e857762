"""The self-inspection report: scope, method, statistics, problems, rectification and plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pii_audit.language import Language, Text
from pii_audit.model.course import Course
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import SETTLED, Change, Finding, Severity
from pii_audit.model.run import Run
from pii_audit.render import headings
from pii_audit.render.docx.blocks import Block, Heading, Paragraph, Table, Title
from pii_audit.render.docx.tables import by_stage, left_out, problems, severity_counts
from pii_audit.render.labels import word
from pii_audit.render.view.declared import unit_title
from pii_audit.render.view.inventory import LEVELS, inventory
from pii_audit.render.view.overview import statement
from pii_audit.render.view.words import Words
from pii_audit.render.wire import worst_first

NUMBERS = ("一", "二", "三", "四", "五", "六", "七")
MISSED = 100
"""So many objects that could not be inspected are listed."""


def blocks(run: Run, language: Language, course: Course | None = None) -> list[Block]:
    """The report of a run, whose id stands below the title and in the foot; with `course`, of the year until then too.

    Every figure is of this run, or stands beside the id of the run that it is of.
    """
    words = Words(language)
    organisation = run.notes.get("organisation", "")
    title = Text(
        f"{organisation}个人金融信息保护自查报告",
        f"{organisation}: self-inspection of personal financial information".lstrip(": "),
    )
    below = Text(f"运行编号 {run.id}，{run.finished:%Y-%m-%d}", f"run {run.id}, {run.finished:%Y-%m-%d}")
    made: list[Block] = [Title(title.in_(language), below.in_(language))]
    parts = (
        (Text("自查范围", "Scope"), _scope(run, language)),
        (Text("自查方法", "Method"), _method(run, language)),
        (Text("结论与统计", "Result and statistics"), _statistics(run, words)),
        (Text("主要问题", "Problems"), _problems(run, language)),
        (Text("整改情况", "Rectification"), (*_rectification(run, language), *_year(run, course, words))),
        (Text("下一步计划", "Plan"), _plan(run, language)),
    )
    for number, (heading, part) in enumerate(parts):
        mark = f"{NUMBERS[number]}、" if language == "zh" else f"{number + 1}. "
        made.append(Heading(mark + heading.in_(language)))
        made += part
    return made


def _scope(run: Run, language: Language) -> Iterator[Block]:
    sources = sorted({row.source for row in run.coverage})
    counts = Counter((row.source, row.status) for row in run.coverage)
    order = (CoverageStatus.INSPECTED, CoverageStatus.SAMPLED, CoverageStatus.SKIPPED, CoverageStatus.FAILED)
    yield Paragraph(
        Text(
            f"本次自查覆盖 {len(sources)} 个数据源、{len(run.coverage)} 个对象。",
            f"{len(sources)} sources and {len(run.coverage)} objects in them.",
        ).in_(language)
    )
    yield Table(
        (Text("数据源", "Source").in_(language), *(word(one, language) for one in order)),
        [[source, *(str(counts[source, one]) for one in order)] for source in sources],
        (6, 3, 3, 3, 3),
    )
    if run.unchanged:
        yield Paragraph(
            Text(
                f"其中 {run.unchanged} 个对象自此前的运行全部读取以来未变，本次未重读，沿用当时的结果。",
                f"{run.unchanged} of them were not read again, because nothing in them has changed since an earlier run read them in full.",
            ).in_(language)
        )
    missed = [row for row in run.coverage if row.incomplete]
    if missed:
        yield Paragraph(
            Text(
                f"下列 {len(missed)} 个对象未能检查，其内容未知，本报告的结论不及于它们。",
                f"{len(missed)} objects could not be inspected. What they hold is unknown, and nothing here is said of them.",
            ).in_(language),
            strong=True,
        )
        yield Table(
            (Text("对象", "Object").in_(language), Text("原因", "Reason").in_(language)),
            [[row.id, row.reason.in_(language) if row.reason else ""] for row in missed[:MISSED]],
            (1, 1),
        )


def _method(run: Run, language: Language) -> Iterator[Block]:
    sampled = any(row.status is CoverageStatus.SAMPLED for row in run.coverage)
    yield Paragraph(
        Text(
            f"由 pii-audit {run.version} 以只读方式读取各数据源，按取值、字段名和注释识别个人信息标识符，对照策略逐项裁决实际外发、实际可读与实际留存的情况。"
            "报告不含原始值，只含计数、掩码样例和带密钥的指纹。",
            f"pii-audit {run.version} read the sources without changing them, recognised identifiers by value, name and comment, and held what "
            "really leaves, can really be read and is really kept against the policies. No raw value is in this report: only counts, masked "
            "samples and keyed fingerprints.",
        ).in_(language)
    )
    if sampled:
        yield Paragraph(
            Text(
                "抽样读取的对象以随机独立抽取为准，未命中时按 95% 置信度给出上限。",
                "Of objects that were sampled, the draws are random and independent, and what was not seen is bounded at 95 %.",
            ).in_(language)
        )


def _statistics(run: Run, words: Words) -> Iterator[Block]:
    language = words.language
    said = statement(run, words)
    yield Paragraph(said.headline, strong=True)
    for line in (said.incomplete, *said.lines):
        if line:
            yield Paragraph(line)
    yield by_stage(run.standing, language)
    found = inventory(run, words)
    ungraded = Text("未分级", "ungraded").in_(language)
    yield Paragraph(
        Text(
            f"含个人信息的资产 {len(found.assets)} 个，涉及约 {found.persons:,} 人；字段按 JR/T 0171 分级如下。",
            f"{len(found.assets)} assets hold personal information of about {found.persons:,} people; their fields by JR/T 0171:",
        ).in_(language)
    )
    yield Table(
        tuple(level or ungraded for level in LEVELS), [[str(count) for count in found.totals]], (1,) * len(LEVELS)
    )
    yield _by_unit(run, language)


def _by_unit(run: Run, language: Language) -> Table:
    counts = Counter((unit_title(run, finding.unit, language), finding.severity) for finding in run.standing)
    units = sorted({unit for unit, _ in counts})
    return Table(
        (headings.UNIT.in_(language), *(word(one, language) for one in Severity)),
        [[unit or "-", *(str(counts[unit, one]) for one in Severity)] for unit in units],
        (5, 2, 2, 2, 2, 2),
    )


def _problems(run: Run, language: Language) -> Iterator[Block]:
    grave = [finding for finding in worst_first(run.standing) if finding.severity.at_least(Severity.HIGH)]
    lesser = len(run.standing) - len(grave)
    if not grave:
        yield Paragraph(Text("没有高及以上级别的问题。", "Nothing at high or above.").in_(language))
    else:
        yield problems(run, grave, language)
    for line in (
        left_out(len(grave), language),
        Text(f"另有级别较低的问题 {lesser} 项。", f"{lesser} of lower severity besides.").in_(language)
        if lesser
        else "",
    ):
        if line:
            yield Paragraph(line)


def _rectification(run: Run, language: Language) -> Iterator[Block]:
    changes = Counter(finding.change for finding in run.findings)
    today = run.finished.date()
    overdue = [finding for finding in run.standing if finding.is_overdue(today)]
    repeated = [finding for finding in run.standing if finding.returns]
    yield Paragraph(
        Text(
            f"与此前相比：新增 {changes[Change.NEW]} 项，持续 {changes[Change.PERSISTENT]} 项，经复查确认整改 {changes[Change.FIXED]} 项，"
            f"复发 {changes[Change.REOPENED]} 项，本次未复查 {changes[Change.NOT_RECHECKED]} 项；逾期 {len(overdue)} 项，屡查屡犯 {len(repeated)} 项。",
            f"Against before: {changes[Change.NEW]} new, {changes[Change.PERSISTENT]} persistent, {changes[Change.FIXED]} put right as a re-scan "
            f"confirmed, {changes[Change.REOPENED]} back again, {changes[Change.NOT_RECHECKED]} not looked at again; {len(overdue)} overdue, "
            f"{len(repeated)} that came back after they were closed.",
        ).in_(language)
    )
    aside = [[*_identity(one, language), _why(one)] for one in run.findings if one.status in SETTLED and one.decision]
    aside += [[*_identity(one.finding, language), one.exception] for one in run.suppressed]
    if aside:
        yield Paragraph(Text("经批准不计入的事项：", "Set aside, with consent:").in_(language))
        yield Table(
            tuple(
                title.in_(language)
                for title in (headings.ID, headings.FINDING, Text("理由与批准", "Why, and who agreed"))
            ),
            aside,
            (3, 6, 8),
        )


def _year(run: Run, course: Course | None, words: Words) -> Iterator[Block]:
    """The self-checks of the run's calendar year, and how the units did; nothing where there was but one."""
    language, year = words.language, run.finished.year
    points = [point for point in course.points if point.at.year == year] if course else []
    if course is None or len(points) < 2:  # noqa: PLR2004 - two make a course
        return
    new, fixed = sum(point.new for point in points), sum(point.fixed for point in points)
    yield Paragraph(
        Text(
            f"{year} 年内的 {len(points)} 次自查共发现 {new} 项，经复查确认整改 {fixed} 项（复发的另计一次）。各次自查后未关闭的问题如下。",
            f"The {len(points)} self-checks of {year} found {new} in all and confirmed {fixed} as put right (what came back counts once "
            "more). Open after each:",
        ).in_(language)
    )
    titles = (
        Text("运行编号", "Run"),
        Text("日期", "Day"),
        *(Text(word(one, "zh"), word(one, "en")) for one in Severity),
    )
    titles += (Text("新增", "New"), Text("已整改", "Put right"))
    yield Table(
        tuple(title.in_(language) for title in titles),
        [
            [
                point.run,
                f"{point.at:%Y-%m-%d}",
                *(str(point.open.get(severity.value, 0)) for severity in Severity),
                str(point.new),
                str(point.fixed),
            ]
            for point in points
        ],
        (8, 5, 3, 3, 3, 3, 3, 3, 3),
    )
    yield Table(
        tuple(
            words(key)
            for key in ("col_unit", "col_open", "col_grave", "col_overdue", "col_repeated", "col_fixed", "col_days")
        ),
        [
            [
                unit_title(run, one.unit, language) or words("group_none"),
                *(str(count) for count in (one.open, one.grave, one.overdue, one.repeated, one.fixed)),
                "–" if one.days is None else str(one.days),
            ]
            for one in course.units
        ],
        (8, 3, 4, 3, 3, 3, 5),
    )


def _identity(finding: Finding, language: Language) -> tuple[str, str]:
    return finding.fingerprint[:12], f"{finding.rule} {finding.title.in_(language)}"


def _why(finding: Finding) -> str:
    decision = finding.decision
    if decision is None:
        return ""
    return f"{decision.reason} ({decision.approver}{f', {decision.until}' if decision.until else ''})"


def _plan(run: Run, language: Language) -> Iterator[Block]:
    dated = [finding for finding in run.standing if finding.due]
    months = sorted({f"{finding.due:%Y-%m}" for finding in dated})
    yield Paragraph(
        Text(
            "按整改期限安排如下；到期前复查，复查强度不低于发现时。",
            "By due date; each is looked at again before its day, at least as hard as when it was found.",
        ).in_(language)
    )
    yield Table(
        tuple(
            title.in_(language)
            for title in (Text("期限（月）", "Due in"), Text("问题数", "Findings"), Text("责任人", "Owners"))
        ),
        [_month(month, [one for one in dated if f"{one.due:%Y-%m}" == month], language) for month in months],
        (3, 6, 8),
    )


def _month(month: str, findings: Sequence[Finding], language: Language) -> list[str]:
    owners = sorted({finding.owner for finding in findings if finding.owner})
    return [month, f"{len(findings)} ({severity_counts(findings, language)})", ", ".join(owners[:20])]
