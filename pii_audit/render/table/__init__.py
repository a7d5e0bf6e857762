"""The `table` format: screens for people, in a terminal or a text file. Importing this loads rich."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

from rich.console import Console

from pii_audit.language import Language
from pii_audit.model.coverage import Coverage
from pii_audit.model.lifecycle import RunEntry, Sighting, Step, Tracked, Verification
from pii_audit.model.run import Inspected, Run
from pii_audit.render.table.coverage import print_coverage
from pii_audit.render.table.findings import print_brief, print_findings, print_tracked
from pii_audit.render.table.inventory import print_inventory
from pii_audit.render.table.parts import make_console
from pii_audit.render.table.queries import print_queries
from pii_audit.render.table.summary import print_summary
from pii_audit.render.table.tracked import print_history, print_life, print_runs, print_verified
from pii_audit.render.table.verdicts import print_verdicts

__all__ = [
    "make_console",
    "render",
    "render_brief",
    "render_coverage",
    "render_finding",
    "render_findings",
    "render_history",
    "render_inspect",
    "render_inventory",
    "render_run",
    "render_runs",
    "render_verified",
]


def render(run: Run, *, language: Language) -> str:
    """A run as plain text, as wide as COLUMNS or the terminal says, else 100 columns."""
    stream = io.StringIO()
    render_run(run, make_console(stream), language)
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def render_run(run: Run, console: Console, language: Language, *, verbose: bool = False) -> None:
    """A run on a screen; the summary comes last, where the eye is when the command has ended.

    `verbose` lists compliant verdicts, clauses, and every object of the ledger.
    """
    print_findings(run, console, language, verbose=verbose)
    if run.kind == "gate":
        print_queries(run, console, language)
    print_verdicts(run.verdicts, console, language, verbose=verbose or run.kind == "gate")
    print_coverage(run.coverage, console, language, verbose=verbose)
    print_summary(run, console, language)


def render_brief(run: Run, console: Console, language: Language) -> None:
    """A run in brief: its findings, two lines each, and the summary."""
    print_brief(run, console, language)
    print_summary(run, console, language)


def render_inventory(
    inspected: Sequence[Inspected], console: Console, language: Language, *, verbose: bool = False
) -> None:
    """Where personal information is, asset by asset; `verbose` adds why each field was judged so."""
    print_inventory(inspected, console, language, verbose=verbose)


def render_findings(findings: Sequence[Tracked], console: Console, language: Language, today: date) -> None:
    """`findings list`: one finding a row, in the order given; `today` tells what is overdue."""
    print_tracked(findings, console, language, today)


def render_coverage(rows: Sequence[Coverage], console: Console, language: Language, *, verbose: bool = False) -> None:
    """The coverage ledger."""
    print_coverage(rows, console, language, verbose=verbose)


def render_inspect(
    inspected: Sequence[Inspected],
    coverage: Sequence[Coverage],
    console: Console,
    language: Language,
    *,
    verbose: bool = False,
) -> None:
    """`inspect`: what is in some files, and what could not be read."""
    print_inventory(inspected, console, language, verbose=verbose)
    print_coverage(coverage, console, language, verbose=verbose)


def render_finding(
    tracked: Tracked,
    sightings: Sequence[Sighting],
    steps: Sequence[Step],
    console: Console,
    language: Language,
    today: date,
) -> None:
    """`findings show`: one finding and its life."""
    print_life(tracked, sightings, steps, console, language, today)


def render_history(steps: Sequence[Step], console: Console, language: Language) -> None:
    """`findings history`: one step a row."""
    print_history(steps, console, language)


def render_verified(verified: Verification, console: Console, language: Language) -> None:
    """`findings verify`: whether the history is whole, and its head."""
    print_verified(verified, console, language)


def render_runs(runs: Sequence[RunEntry], console: Console, language: Language) -> None:
    """`report --list`: the recorded runs."""
    print_runs(runs, console, language)
