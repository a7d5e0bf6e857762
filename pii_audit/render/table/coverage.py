"""The coverage ledger: what could not be read first, then what was left out, then what a sample leaves open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from pii_audit.detection.bounds import upper_bound
from pii_audit.language import Language, Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.render.labels import word
from pii_audit.render.table.parts import COVERAGE_STYLES, MORE, at_most, counted, heading, indented, line, more, number

_IN_ORDER = (CoverageStatus.FAILED, CoverageStatus.SKIPPED, CoverageStatus.SAMPLED, CoverageStatus.INSPECTED)


def print_coverage(rows: Sequence[Coverage], console: Console, language: Language, *, verbose: bool = False) -> None:
    """The ledger; what was read in full and without a remark is a count unless `verbose`."""
    console.print(heading(Text("检查范围", "Coverage").in_(language)))
    counts = Counter(row.status for row in rows)
    for status in _IN_ORDER:
        if not counts[status]:
            continue
        console.print(line((_counted(status, counts[status], rows, language), COVERAGE_STYLES[status])))
        wanted = [row for row in rows if row.status is status and (verbose or _remarkable(row))]
        listed = wanted if verbose else wanted[:MORE]
        for row in listed:
            console.print(indented(line((row.id.removeprefix(":"), "cyan"), _remark(row, language)), 2))
        if len(wanted) > len(listed):
            console.print(more(len(wanted) - len(listed), language))
    if not rows:
        console.print(line((Text("没有读到任何对象", "nothing was read").in_(language), "bold red")))
    console.print()


def counts_line(rows: Sequence[Coverage], language: Language) -> str:
    """How many objects in which state, states without any left out."""
    counts = Counter(row.status for row in rows)
    states = (CoverageStatus.INSPECTED, CoverageStatus.SAMPLED, CoverageStatus.SKIPPED, CoverageStatus.FAILED)
    return " · ".join(_counted(state, counts[state], rows, language) for state in states if counts[state])


def _counted(status: CoverageStatus, count: int, rows: Sequence[Coverage], language: Language) -> str:
    """How many are in a state, and how many of those that were read stand as an earlier run read them."""
    said = f"{word(status, language)} {number(count)}"
    same = number(sum(row.status is status and row.unchanged_since is not None for row in rows))
    if same == "0":
        return said
    return (
        f"{said}（其中 {same} 个未变，沿用此前结果）"
        if language == "zh"
        else f"{said} ({same} of them unchanged since read)"
    )


def _remarkable(row: Coverage) -> bool:
    return row.status is not CoverageStatus.INSPECTED or row.reason is not None


def _remark(row: Coverage, language: Language) -> str:
    remarks = []
    if row.status is CoverageStatus.SAMPLED:
        remarks.append(_proof(row, language))
    elif row.status is CoverageStatus.INSPECTED and row.rows is not None:
        remarks.append(Text(f"{number(row.rows)} 行", counted(row.rows, "row", "rows")).in_(language))
    if row.remark is not None:
        remarks.append(row.remark.in_(language))
    text = ("；" if language == "zh" else "; ").join(remarks)
    if not text:
        return ""
    return f"：{text}" if language == "zh" else f": {text}"


def _proof(row: Coverage, language: Language) -> str:
    """What the sample says of something that it did not show."""
    bound = at_most(upper_bound(0, row.draws or 0), row.total, language)
    read = number(row.rows or 0)
    if row.total is None:
        said = Text(f"读了 {read} 行；未见到的内容，{bound}", f"{read} rows read; what was not seen is in {bound}")
    else:
        said = Text(
            f"读了 {number(row.total)} 行中的 {read} 行；未见到的内容，{bound}",
            f"{read} of {number(row.total)} rows read; what was not seen is in {bound}",
        )
    return said.in_(language)
