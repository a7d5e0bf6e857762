"""The last thing on the screen: what was looked at, what was found, and what the exit code will be and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.panel import Panel

from pii_audit.language import Language, Text
from pii_audit.model.finding import Change, Severity
from pii_audit.model.run import Run
from pii_audit.render.labels import kind_title, word
from pii_audit.render.table.coverage import counts_line
from pii_audit.render.table.line import Line
from pii_audit.render.table.parts import SEVERITY_STYLES, counted, joined, labelled, line, number
from pii_audit.render.wire import threshold

_FRAMES = {0: "green", 1: "red", 3: "yellow"}


def print_summary(run: Run, console: Console, language: Language) -> None:
    """The panel."""
    fail_on, allow_incomplete = threshold(run)
    code = run.exit_code(fail_on, allow_incomplete=allow_incomplete)
    style = _FRAMES[code]
    pairs = [
        (Text("时间", "When"), line(_when(run))),
        (
            Text("范围", "Scope"),
            line(counts_line(run.coverage, language) or Text("没有读到任何对象", "nothing was read").in_(language)),
        ),
        (Text("信息", "Holds"), line(_holds(run, language))),
        (Text("问题", "Findings"), _severities(run, language)),
        (Text("变化", "Changes"), line(" · ".join(_changes(run, language)))),
        (Text("结论", "Verdict"), line((verdict(run, language), f"bold {style}"))),
    ]
    title = line((f" {kind_title(run.kind, language)} {run.id} ", "bold"))
    body = labelled((label.in_(language), value) for label, value in pairs)
    console.print(Panel(body, title=title, title_align="left", border_style=style, box=box.ROUNDED, padding=(0, 1)))


def verdict(run: Run, language: Language) -> str:
    """The exit code and why, as one sentence."""
    fail_on, allow_incomplete = threshold(run)
    code = run.exit_code(fail_on, allow_incomplete=allow_incomplete)
    grave = sum(finding.severity.at_least(fail_on) for finding in run.standing)
    failed = sum(row.incomplete for row in run.coverage)
    level = word(fail_on, language)
    reasons = []
    if grave:
        reasons.append(
            Text(
                f"{number(grave)} 个问题达到“{level}”或以上",
                f"{counted(grave, 'finding', 'findings')} at {level} or above",
            )
        )
    if failed:
        allowed = Text("（已允许）", " (allowed)") if allow_incomplete else Text("", "")
        reasons.append(
            Text(
                f"{number(failed)} 个对象未能检查{allowed.zh}",
                f"{counted(failed, 'object', 'objects')} could not be inspected{allowed.en}",
            )
        )
    if not grave:
        reasons.insert(0, Text(f"没有达到“{level}”或以上的问题", f"nothing at {level} or above"))
    why = ("；" if language == "zh" else "; ").join(reason.in_(language) for reason in reasons)
    return Text(f"退出码 {code}：{why}", f"exit {code}: {why}").in_(language)


def _when(run: Run) -> str:
    seconds = (run.finished - run.started).total_seconds()
    return f"{run.started.isoformat(sep=' ', timespec='minutes')} · {seconds:.1f} s"


def _holds(run: Run, language: Language) -> str:
    """Fields with identifiers, by the gravest level in each."""
    levels = sum((item.levels for item in run.inspected), Counter[str]())
    if not levels:
        return ""
    holding = sum(bool(item.fields) for item in run.inspected)
    columns = levels.total()
    graded = joined(
        (f"{level} {number(count)}" for level, count in sorted(levels.items(), reverse=True) if level), language
    )
    said = Text(
        f"{number(holding)} 个资产的 {number(columns)} 个字段",
        f"{counted(columns, 'field', 'fields')} in {counted(holding, 'asset', 'assets')}",
    )
    if not graded:
        return said.in_(language)
    return f"{said.zh}（{graded}）" if language == "zh" else f"{said.en} ({graded})"


def _severities(run: Run, language: Language) -> Line:
    counts = Counter(finding.severity for finding in run.standing)
    if not counts:
        return line(Text("没有", "none").in_(language))
    parts: list[tuple[str, str]] = []
    for each in Severity:
        if counts[each]:
            parts += [(" · ", ""), (f"{word(each, language)} {number(counts[each])}", SEVERITY_STYLES[each])]
    return line(*parts[1:])


def _changes(run: Run, language: Language) -> Iterator[str]:
    counts = Counter(finding.change for finding in run.findings)
    for change in Change:
        if counts[change]:
            yield f"{word(change, language)} {number(counts[change])}"
    if run.suppressed:
        count = number(len(run.suppressed))
        yield Text(f"例外覆盖 {count}", f"{count} under an exception").in_(language)
    if run.grouped:
        count = number(run.grouped)
        yield Text(f"归并 {count}", f"{count} grouped into others").in_(language)
    if run.baseline:
        hidden, gone, unlooked = run.baseline
        zh, en = f"已不存在 {gone}", f"{gone} gone"
        if unlooked:
            zh, en = f"{zh}，未查看 {unlooked}", f"{en}, {unlooked} not looked at"
        yield Text(f"基线隐藏 {hidden}（{zh}）", f"{hidden} hidden by the baseline ({en})").in_(language)
