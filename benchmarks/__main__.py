"""`python -m benchmarks`: makes the corpora, runs everybody, prints tables and writes the results page."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from benchmarks import report
from benchmarks.child import read_found
from benchmarks.contestants.interface import TABLE, TEXT, Contestant
from benchmarks.corpus.table import TableCorpus, write_table
from benchmarks.corpus.text import TextCorpus, write_text
from benchmarks.gate import gate_runs
from benchmarks.measure import Measured, measure, scored
from benchmarks.plot import bars
from benchmarks.report import MEGABYTE, Table
from benchmarks.scoring import Score


def main(arguments: Sequence[str]) -> int:
    """Runs what is asked for."""
    asked = _options().parse_args(arguments)
    console = Console()
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
        tables, plot = _run(asked, asked.keep, console)
    else:
        with tempfile.TemporaryDirectory(prefix="pii-audit-bench-") as folder:
            tables, plot = _run(asked, Path(folder), console)
    for table in tables:
        console.print(_rich(table))
    if asked.out:
        asked.out.write_text(_page(tables, asked), encoding="utf-8")
        asked.out.with_suffix(".svg").write_text(plot, encoding="utf-8")
        console.print(f"written: {asked.out}, {asked.out.with_suffix('.svg')}")
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", type=float, default=100, help="megabytes of text (100; 5 for a smoke test)")
    parser.add_argument("--held-out", type=float, default=10, help="megabytes of the held-out text (10)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the table (1000000)")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="run these contestants only; `gate` is the export gate",
    )
    parser.add_argument(
        "--errors", action="store_true", help="no speed: score our own engine and list what it confuses"
    )
    parser.add_argument("--seed", type=int, help="another seed for both text corpora")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep corpora and spans there, and use what is there"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the results page and its plot")
    return parser


def _run(asked: argparse.Namespace, folder: Path, console: Console) -> tuple[list[Table], str]:
    first = _text(folder, f"first-{asked.size:g}-{asked.seed}", asked.size, asked.seed, unseen=False)
    unseen = _text(folder, f"held-out-{asked.held_out:g}-{asked.seed}", asked.held_out, asked.seed, unseen=True)
    contestants = [one for one in TEXT if not asked.only or one.name in asked.only]
    if asked.errors:
        contestants = [one for one in contestants if one.module == "ourselves" and one.typed]
    results = _measured(contestants, first.text, first.text.stat().st_size, folder, console)
    scores = {
        "first": {one.contestant.title: scored(one, first) for one in results if one.contestant.offsets != "none"}
    }
    ours = [one for one in results if one.contestant.module == "ourselves" and one.contestant.typed][:1]
    names = [one.contestant.title for one in ours]
    again = _measured([one.contestant for one in ours], unseen.text, unseen.text.stat().st_size, folder, console)
    scores["held out"] = {one.contestant.title: scored(one, unseen) for one in again}
    quality = _quality(scores, names, errors=asked.errors)
    quality += [
        report.by_identifier(
            f"{one.contestant.title}: first corpus", scores["first"][one.contestant.title], found_only=True
        )
        for one in results
        if one.contestant.name == "presidio"
    ]
    if asked.errors:
        return quality, ""
    return [report.text_speed(results), *_table(asked, folder, console), report.overall(scores), *quality], _plot(
        results
    )


def _text(folder: Path, name: str, megabytes: float, seed: int | None, *, unseen: bool) -> TextCorpus:
    corpus = TextCorpus.at(folder, name)
    if not corpus.text.exists():
        write_text(corpus, int(megabytes * MEGABYTE), unseen=unseen, seed=seed)
    return corpus


def _measured(
    contestants: Sequence[Contestant], path: Path, whole: int, folder: Path, console: Console
) -> list[Measured]:
    results = []
    for one in contestants:
        amount = min(whole, max(one.least, int(whole * one.share)))
        result = measure(one, path, amount, folder, console.print)
        if result:
            console.print(f"{one.title}: {result.amount:,} in {result.seconds:.2f} CPU s")
            results.append(result)
    return results


def _table(asked: argparse.Namespace, folder: Path, console: Console) -> list[Table]:
    corpus = TableCorpus.at(folder, f"table-{asked.rows}")
    if not corpus.labels.exists():
        write_table(corpus, asked.rows)
    contestants = [one for one in TABLE if not asked.only or one.name in asked.only]
    results = _measured(contestants, corpus.parquet, asked.rows, folder, console)
    reported = {
        one.contestant.title: [found.identifier for found in read_found(one.found)]
        for one in results
        if one.contestant.module == "ourselves"
    }
    tables = [report.table_speed(results), report.columns(corpus.read_labels(), reported)] if results else []
    if not asked.only or "gate" in asked.only:
        tables.append(report.gate_speed(gate_runs(corpus.csv, folder, console.print)))
    return tables


def _quality(scores: dict[str, dict[str, Score]], ours: Sequence[str], *, errors: bool) -> list[Table]:
    tables = []
    for corpus, by_title in scores.items():
        tables += [report.by_identifier(f"{title}: {corpus} corpus", by_title[title]) for title in ours]
        if errors:
            tables += [report.worst(f"{title}: what it confuses, {corpus} corpus", by_title[title]) for title in ours]
    return tables


def _plot(results: Sequence[Measured]) -> str:
    items = [(one.contestant.title, one.speed / MEGABYTE, one.contestant.module == "ourselves") for one in results]
    return bars("Text, one process", "MB per CPU second", items)


def _rich(table: Table) -> RichTable:
    drawn = RichTable(title=table.title, title_justify="left")
    for place, name in enumerate(table.header):
        drawn.add_column(name, justify="left" if place < table.words else "right", overflow="fold")
    for row in table.rows:
        drawn.add_row(*map(escape, row))
    return drawn


def _page(tables: Sequence[Table], asked: argparse.Namespace) -> str:
    head = (
        "# Benchmarks\n\n"
        "Made by `make bench`; not written by hand. "
        f"{report.machine()}; {asked.size:g} MB of text, {asked.held_out:g} MB held out, {asked.rows:,} rows. "
        "The corpora are synthetic and come from a seed: identifiers with true check digits, glued to Han characters, full-width, in groups, "
        "with prefixes; and hard negatives: order numbers, timestamps, UUIDs, hashes, amounts, wrong checksums, versions, "
        "reference numbers. The held-out corpus has other layouts, names, hard negatives and another seed. "
        "Machines differ and are noisy: read the ratios.\n\n"
        "![Speed on text](benchmarks.svg)\n\n"
    )
    return head + "\n".join(table.markdown() for table in tables)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
