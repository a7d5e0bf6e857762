"""What all screens share: the console, colours, figures, labelled lines."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import IO

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table

from pii_audit.language import Language, Text
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Outcome, Severity
from pii_audit.render.labels import word
from pii_audit.render.safe import safe
from pii_audit.render.table.line import Line

WIDE = 100
"""From so many columns on, things stand side by side; below, under one another."""
NARROWEST = 40
LABEL_WIDTH = 6
BADGE_WIDTH = 15
ID_LENGTH = 12
"""Hex digits of a fingerprint that screens show: enough to name one finding among millions (48 bits)."""
MORE = 20
"""So many rows of one kind are listed unless all are asked for."""

SEVERITY_STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
OUTCOME_STYLES = {Outcome.VIOLATION: "bold red", Outcome.GAP: "yellow", Outcome.COMPLIANT: "green"}
COVERAGE_STYLES = {
    CoverageStatus.INSPECTED: "green",
    CoverageStatus.SAMPLED: "cyan",
    CoverageStatus.SKIPPED: "dim",
    CoverageStatus.FAILED: "bold red",
}


def make_console(stream: IO[str], *, no_color: bool = False, width: int | None = None) -> Console:
    """A console for a stream: no colour when it is not a terminal, with NO_COLOR set, or when told so.

    Nothing in the text is taken for markup, an emoji name or something to highlight. `width` defaults to the
    terminal's, or COLUMNS, or 100.
    """
    plain = no_color or bool(os.environ.get("NO_COLOR")) or not stream.isatty()
    columns = width or shutil.get_terminal_size((WIDE, 24)).columns
    return Console(
        file=stream,
        width=max(columns, NARROWEST),
        no_color=plain,
        color_system=None if plain else "auto",
        force_terminal=None if stream.isatty() else False,
        markup=False,
        emoji=False,
        highlight=False,
    )


def line(*parts: tuple[str, str] | str) -> Line:
    """One line from text, or (text, style); all of it neutralised, long words folded and nothing cut off."""
    made = Line(overflow="fold")
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        made.append(safe(text), style=style)
    return made


def severity_line(severity: Severity, language: Language) -> tuple[str, str]:
    """The severity's word and style."""
    return word(severity, language), SEVERITY_STYLES[severity]


def labelled(pairs: Iterable[tuple[str, Line | None]], *, indent: int = 0) -> RenderableType:
    """Label and value, one pair a row; values that are None or empty left out."""
    said = [(line((label, "dim")), value) for label, value in pairs if value is not None and value.plain]
    rows = _Beside([([label], [value]) for label, value in said], LABEL_WIDTH, 1)
    return Padding(rows, (0, 0, 0, indent)) if indent else rows


def indented(value: RenderableType, indent: int) -> RenderableType:
    """A line or a table that keeps its distance from the left where it wraps."""
    return Padding(value, (0, 0, 0, indent), expand=False)


def beside(left: Sequence[Line], right: Sequence[RenderableType]) -> RenderableType:
    """Lines with something at their right, the left ones as narrow as BADGE_WIDTH allows."""
    return _Beside([(left, right)], BADGE_WIDTH, 2)


@dataclass(frozen=True, slots=True)
class _Beside:
    """Rows of two: lines that are never broken, and at least `least` wide, then a gap, then what is wrapped in the rest.

    A grid of rich's measures all of its cells several times, and those of a grid in it as often again: 5,000 findings took 18 seconds.
    """

    rows: Sequence[tuple[Sequence[Line], Sequence[RenderableType]]]
    least: int
    gap: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max([self.least, *(line.cell_len for left, _ in self.rows for line in left)])
        beside = options.update(width=max(1, options.max_width - width - self.gap), height=None)
        for left, right in self.rows:
            wrapped = [line for one in right for line in console.render_lines(one, beside, pad=False)]
            for said, more in zip_longest(left, wrapped):
                if said is not None:
                    yield from said.render(console)
                yield Segment(" " * (width + self.gap - (said.cell_len if said is not None else 0)))
                yield from more or ()
                yield Segment.line()


def ruled(headings: Sequence[str], *, whole: Iterable[int] = ()) -> Table:
    """A table with a heading and one rule below it; the columns `whole` (short words and figures) are never broken."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    unbroken = set(whole)
    for index, title in enumerate(headings):
        table.add_column(title, overflow="fold", no_wrap=index in unbroken)
    return table


def joined(words: Iterable[str], language: Language) -> str:
    """A list in running text."""
    return ("、" if language == "zh" else ", ").join(words)


def number(value: int) -> str:
    """With thousands separators."""
    return f"{value:,}"


def counted(value: int, one: str, many: str) -> str:
    """A number and its English noun."""
    return f"{number(value)} {one if value == 1 else many}"


def percent(share: float) -> str:
    """A share that never rounds something to nothing, nor nearly all to all."""
    if share <= 0:
        return "0%"
    if share >= 1:
        return "100%"
    if share < 0.001:  # noqa: PLR2004 - what one decimal place can show
        return "<0.1%"
    return f"{min(share * 100, 99.9):.1f}%"


def at_most(bound: float, total: int | None, language: Language) -> str:
    """What a sample proves: "at most k of N rows at 95 %", or a share where the total is not known."""
    if total is None:
        share = percent(bound)
        return Text(f"95% 置信下至多 {share} 的行", f"at most {share} of rows at 95 %").in_(language)
    most = number(min(total, math.ceil(round(bound * total, 6))))
    rows = number(total)
    return Text(f"95% 置信下 {rows} 行中至多 {most} 行", f"at most {most} of {rows} rows at 95 %").in_(language)


def heading(text: str) -> Line:
    """The title of a part of the screen."""
    return line((text[:1].upper() + text[1:], "bold underline"))


def more(count: int, language: Language) -> Line:
    """What was not listed, counted."""
    said = Text(f"……另有 {number(count)} 项，加 -v 全部列出", f"... and {number(count)} more; -v lists all")
    return line((said.in_(language), "dim"))
