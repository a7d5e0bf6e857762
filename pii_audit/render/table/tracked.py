"""One finding with its life, and the list of runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rich.console import Console

from pii_audit.language import Language, Text
from pii_audit.model.finding import Status
from pii_audit.model.lifecycle import RunEntry, Sighting, Step, Tracked, Verification
from pii_audit.render.headings import ID, SEVERITY, STATUS
from pii_audit.render.labels import action_word, word
from pii_audit.render.table.findings import print_finding, status_line
from pii_audit.render.table.line import Line
from pii_audit.render.table.parts import ID_LENGTH, counted, heading, labelled, line, number, ruled, severity_line

SIGHTINGS = Text("历次运行", "What the runs said")
HISTORY = Text("经过", "History")
NO_RUNS = Text("还没有记录任何运行", "no run is recorded yet")


def print_life(
    tracked: Tracked,
    sightings: Sequence[Sighting],
    steps: Sequence[Step],
    console: Console,
    language: Language,
    today: date,
) -> None:
    """Everything about one finding, how it stands, what every run said of it, and every step, the oldest first."""
    print_finding(tracked.finding, console, language)
    console.print()
    console.print(labelled(_standing(tracked, language, today)))
    console.print()
    console.print(heading(SIGHTINGS.in_(language)))
    titles = (
        Text("时间", "When"),
        Text("运行", "Run"),
        Text("变化", "Change"),
        STATUS,
        SEVERITY,
    )
    table = ruled([title.in_(language) for title in titles], whole=(0, 1, 2, 3, 4))
    for sighting in sightings:
        table.add_row(
            line(f"{sighting.at:%Y-%m-%d %H:%M}"),
            line(sighting.run),
            line(word(sighting.change, language) if sighting.change else ""),
            line(word(sighting.status, language)),
            line(severity_line(sighting.severity, language)),
        )
    console.print(table)
    console.print()
    console.print(heading(HISTORY.in_(language)))
    print_history(steps, console, language, named=False)


def _standing(tracked: Tracked, language: Language, today: date) -> Iterator[tuple[str, Line]]:
    finding, life = tracked.finding, tracked.life
    yield STATUS.in_(language), status_line(finding, language, today)
    decision = finding.decision
    if decision is not None:
        approved = Text("批准", "approved by") if finding.status is Status.ACCEPTED else Text("复核", "reviewed by")
        until = Text(f"至 {decision.until}", f"until {decision.until}").in_(language) if decision.until else ""
        said = [decision.reason, f"{approved.in_(language)} {decision.approver}", decision.owner or "", until]
        yield Text("决定", "Decision").in_(language), line(" · ".join(part for part in said if part))
    if life.answer is not None:
        answer = life.answer
        said = [
            answer.cause,
            answer.measure,
            answer.finished.isoformat() if answer.finished else "",
            answer.evidence,
            Text(f"申请延期至 {answer.extension}", f"asks for {answer.extension}").in_(language)
            if answer.extension
            else "",
        ]
        yield Text("答复", "Answer").in_(language), line(" · ".join(part for part in said if part))


def print_history(steps: Sequence[Step], console: Console, language: Language, *, named: bool = True) -> None:
    """Steps, one a row, in the order given; `named` says of which finding each is."""
    if not steps:
        console.print(line(Text("还没有经过", "there is no history yet").in_(language)))
        return
    titles = [Text("时间", "When"), Text("步骤", "Step"), Text("之后", "Then"), Text("谁", "Who"), Text("为何", "Why")]
    if named:
        titles.insert(1, ID)
    table = ruled([title.in_(language) for title in titles], whole=range(len(titles) - 2))
    for step in steps:
        by = step.by if not step.account or step.account == step.by else f"{step.by} ({step.account})"
        cells = [
            line(f"{step.at:%Y-%m-%d %H:%M}"),
            line(action_word(step.action, language)),
            line(word(step.after, language)),
            line(step.run or by),
            line(step.reason.in_(language)),
        ]
        if named:
            cells.insert(1, line((step.fingerprint[:ID_LENGTH], "bold")))
        table.add_row(*cells)
    console.print(table)


def print_verified(verified: Verification, console: Console, language: Language) -> None:
    """What `findings verify` found."""
    for problem in verified.problems:
        console.print(line((problem.in_(language), "bold red")))
    count = number(verified.steps)
    if verified.problems:
        said = Text(f"经过（{count} 步）已被改动", f"the history ({count} steps) was tampered with")
        console.print(line((said.in_(language), "bold red")))
    else:
        said = Text(f"经过完好：{count} 步", f"the history is whole: {counted(verified.steps, 'step', 'steps')}")
        console.print(line((said.in_(language), "green")))
    pairs = [(Text("末端", "Head"), verified.head)]
    if verified.older:
        pairs.append(
            (
                Text("早于经过", "Older"),
                Text(
                    f"{verified.older} 条发现早于经过的建立",
                    f"{counted(verified.older, 'finding is', 'findings are')} older than the history",
                ).in_(language),
            )
        )
    if verified.unsealed:
        pairs.append(
            (
                Text("早于封签", "Unsealed"),
                Text(
                    f"{verified.unsealed} 条发现自有封签以来未再检出，只能按其经过核对",
                    f"{counted(verified.unsealed, 'finding was', 'findings were')} not seen since runs are sealed, and checked by the history alone",
                ).in_(language),
            )
        )
    if verified.backwards:
        pairs.append(
            (
                Text("时钟", "Clock"),
                Text(
                    f"有 {verified.backwards} 步的时间早于前一步",
                    f"{counted(verified.backwards, 'step has', 'steps have')} a time before that of the step before",
                ).in_(language),
            )
        )
    console.print(labelled((title.in_(language), line(value)) for title, value in pairs))


def print_runs(runs: Sequence[RunEntry], console: Console, language: Language) -> None:
    """`report --list`: one run a row, the newest first."""
    if not runs:
        console.print(line(NO_RUNS.in_(language)))
        return
    titles = (
        Text("运行", "Run"),
        Text("种类", "Kind"),
        Text("结束", "Finished"),
        Text("发现", "Findings"),
        Text("未能检查全部", "Incomplete"),
    )
    table = ruled([title.in_(language) for title in titles], whole=(0, 1, 2))
    for entry in runs:
        incomplete = Text("是", "yes") if entry.incomplete else Text("", "")
        table.add_row(
            line((entry.id, "bold")),
            line(entry.kind),
            line(f"{entry.finished:%Y-%m-%d %H:%M}"),
            line(str(entry.findings)),
            line(incomplete.in_(language)),
        )
    console.print(table)
