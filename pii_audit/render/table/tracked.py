"""One finding with its life, and the list of runs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from pii_audit.language import Language, Text
from pii_audit.model.lifecycle import RunEntry, Sighting, Tracked
from pii_audit.render.labels import word
from pii_audit.render.table.findings import print_finding
from pii_audit.render.table.parts import heading, line, ruled, severity_line

HISTORY = Text("经过", "History")
NO_RUNS = Text("还没有记录任何运行", "no run is recorded yet")


def print_life(tracked: Tracked, history: Sequence[Sighting], console: Console, language: Language) -> None:
    """Everything about one finding, then what every run said of it, the oldest first."""
    print_finding(tracked.finding, console, language)
    console.print()
    console.print(heading(HISTORY.in_(language)))
    titles = (
        Text("时间", "When"),
        Text("运行", "Run"),
        Text("变化", "Change"),
        Text("状态", "Status"),
        Text("严重程度", "Severity"),
    )
    table = ruled([title.in_(language) for title in titles], whole=(0, 1, 2, 3, 4))
    for sighting in history:
        table.add_row(
            line(f"{sighting.at:%Y-%m-%d %H:%M}"),
            line(sighting.run),
            line(word(sighting.change, language) if sighting.change else ""),
            line(word(sighting.status, language)),
            line(severity_line(sighting.severity, language)),
        )
    console.print(table)


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
