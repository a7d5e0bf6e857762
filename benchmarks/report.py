"""What was measured, as tables that are printed and written to the results page."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.gate import Ran
from benchmarks.measure import Measured
from benchmarks.scoring import Confusion, Count, Score

MEGABYTE = 1_000_000
WORST = 25
"""Confusions that are shown."""


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; the first columns are words, the others numbers; `text` says how to read it."""

    title: str
    text: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    words: int = 1

    def markdown(self) -> str:
        """As GitHub shows it."""
        rule = ["---"] * self.words + ["--:"] * (len(self.header) - self.words)
        lines = [self.header, tuple(rule), *(tuple(cell.replace("|", "\\|") for cell in row) for row in self.rows)]
        return f"## {self.title}\n\n{self.text}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def text_speed(results: Sequence[Measured]) -> Table:
    """Text: megabytes per CPU second, and ratios."""
    by_name = {one.contestant.name: one for one in results}
    rows = [
        (
            one.contestant.title,
            f"{one.amount / MEGABYTE:.1f}",
            f"{one.speed / MEGABYTE:.2f}",
            _ratio(one, by_name.get("ripgrep")),
            _ratio(one, by_name.get("presidio")),
            f"{one.peak / MEGABYTE:.0f}",
            f"{one.prepare:.1f}",
            f"{one.spread:.0%}",
        )
        for one in sorted(results, key=lambda one: -one.speed)
    ]
    note = (
        "Mixed Chinese and English text, about one identifier in 300 bytes. CPU seconds of one process by its resource usage, "
        "median of repeated runs; starting and compiling (the column `ready`) apart. ripgrep and Hyperscan validate nothing and "
        "resolve no overlaps; the twelve plain patterns are what one would write by hand, between `\\b`."
    )
    return Table(
        "Text: speed",
        note,
        ("", "MB read", "MB per CPU s", "× ripgrep", "× Presidio", "peak MB", "ready s", "spread"),
        rows,
    )


def table_speed(results: Sequence[Measured]) -> Table:
    """Tables: rows per CPU second, and the ratio to Polars."""
    by_name = {one.contestant.name: one for one in results}
    rows = [
        (
            one.contestant.title,
            f"{one.amount:,}",
            f"{one.speed:,.0f}",
            _ratio(by_name.get("polars"), one),
            f"{one.peak / MEGABYTE:.0f}",
            f"{one.spread:.0%}",
        )
        for one in sorted(results, key=lambda one: -one.speed)
    ]
    note = "Fifteen columns from Parquet, read in full. Polars and DuckDB evaluate one alternation per cell and validate nothing."
    return Table(
        "Table: speed", note, ("", "rows read", "rows per CPU s", "time of Polars ×", "peak MB", "spread"), rows
    )


def gate_speed(runs: Sequence[Ran]) -> Table:
    """The gate: megabytes a second by the clock, and the ratio to `cat`."""
    cat = next(one for one in runs if one.title == "cat")
    rows = [
        (
            one.title,
            f"{one.size / MEGABYTE:.0f}",
            f"{one.wall:.2f}",
            f"{one.cpu:.2f}",
            f"{one.size / MEGABYTE / one.wall:.2f}",
            f"{(one.wall / one.size) / (cat.wall / cat.size):,.0f}",
            f"{one.peak / MEGABYTE:.0f}",
        )
        for one in runs
    ]
    note = (
        "A CSV file of fifteen columns, read in full by whole runs of the program: started, every cell looked into, judged. `cat` gives the "
        "file to nobody, most of it from memory. Memory is that of the largest process."
    )
    return Table("Export gate: speed", note, ("", "MB", "s", "CPU s", "MB per s", "time of cat ×", "peak MB"), rows)


def overall(scores: Mapping[str, Mapping[str, Score]]) -> Table:
    """All identifiers together, by corpus and contestant."""
    rows = [
        (corpus, title, *_counts(score.total), f"{score.total.touched:.3f}")
        for corpus, by_title in scores.items()
        for title, score in by_title.items()
    ]
    note = (
        "Exact spans, all identifiers together; `met` is the share of true spans that are met at all. Each is scored on what it read. "
        "Where an engine names no identifiers, the span alone counts. Presidio has no recognizer for most of what is there."
    )
    return Table(
        "Precision and recall", note, ("corpus", "", "true", "found", "precision", "recall", "met"), rows, words=2
    )


def by_identifier(title: str, score: Score, *, found_only: bool = False) -> Table:
    """One contestant on one corpus; with `found_only`, without the identifiers that it does not know."""
    rows = [
        (name, *_counts(count), f"{count.touched:.3f}", _without_lookalikes(count))
        for name, count in sorted(score.counts.items(), key=lambda item: (-item[1].true, item[0]))
        if count.found or not found_only
    ]
    note = (
        "Exact spans. The last column leaves out hard negatives that only their context tells from an identifier: reference numbers that "
        "are possible mobile numbers (one for ten real ones) and order numbers that are possible card numbers."
    )
    return Table(
        title, note, ("identifier", "true", "found", "precision", "recall", "met", "without look-alikes"), rows
    )


def worst(title: str, score: Score) -> Table:
    """The most frequent confusions, all layouts of one kind together."""
    total: Counter[tuple[str, str, str]] = Counter()
    layouts: dict[tuple[str, str, str], Counter[str]] = {}
    example: dict[tuple[str, str, str], str] = {}
    for confusion, times in score.confusions.most_common():
        kind = _kind(confusion)
        total[kind] += times
        layouts.setdefault(kind, Counter())[confusion.layout] += times
        example.setdefault(kind, score.examples[confusion])
    rows = [
        (
            *kind,
            ", ".join(f"{layout} {count}" for layout, count in layouts[kind].most_common(3)),
            f"`{example[kind].replace('`', chr(39))}`",
            str(times),
        )
        for kind, times in total.most_common(WORST)
    ]
    note = "An example of each, in which every digit is 9 and every letter a."
    return Table(
        title, note, ("error", "identifier", "what stands there", "layouts", "example", "times"), rows, words=5
    )


def columns(labels: Mapping[str, Any], reported: Mapping[str, Sequence[str]]) -> Table:
    """The columns of the table: what each is, and what each engine says."""
    rows = []
    for name, label in labels["columns"].items():
        truth = label["identifier"] or "—"
        if label["rare"]:
            truth = f"{label['rare']['identifier']} in {label['rare']['rows']} rows"
        said = [
            ", ".join(one.partition(":")[2] for one in given if one.partition(":")[0] == name) or "—"
            for given in reported.values()
        ]
        rows.append((name, truth, *said))
    note = "Order numbers of 19 digits, milliseconds, UUIDs, codes of terms, tax codes of goods, product names and hashes are none."
    return Table("Table: columns", note, ("column", "is", *reported), rows, words=2 + len(reported))


def machine() -> str:
    """What it ran on."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return f"{names[0] if names else platform.machine()}, Python {platform.python_version()}"


def _kind(confusion: Confusion) -> tuple[str, str, str]:
    return confusion.error, confusion.identifier, confusion.instead


def _counts(count: Count) -> tuple[str, str, str, str]:
    return f"{count.true:,}", f"{count.found:,}", f"{count.precision:.4f}", f"{count.recall:.4f}"


def _without_lookalikes(count: Count) -> str:
    found = count.found - count.lookalikes
    return f"{count.exact / found if found else 1:.4f}"


def _ratio(one: Measured | None, other: Measured | None) -> str:
    if one is None or other is None:
        return "—"
    ratio = one.speed / other.speed
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2g}"  # noqa: PLR2004 - two digits are what noise leaves
