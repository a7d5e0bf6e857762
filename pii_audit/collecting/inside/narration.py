"""What a collector tells the person who runs it, on stderr."""

from __future__ import annotations

import sys

from pii_audit.collecting.inside import tables
from pii_audit.language import language_of_locale
from pii_audit.model.coverage import Coverage

MOST_TOLD = 20
"""Objects that could not be inspected and are told on the terminal; all of them stand in the bundle."""


def progress(number: int) -> None:
    """Where somebody watches: how many tables; names may be data."""
    if sys.stderr.isatty():
        print(f"\r{number}\r", end="", file=sys.stderr, flush=True)  # noqa: T201 - narration is this program's output


def say(line: str) -> None:
    """One line, without what a terminal would take for a command."""
    print("".join(character if character.isprintable() else "?" for character in line), file=sys.stderr)  # noqa: T201 - as above


def tell(coverage: Coverage, before: int) -> int:
    """1 for what could not be inspected, which is told with its reason; else 0."""
    if not coverage.incomplete:
        return 0
    if before < MOST_TOLD and coverage.reason:
        say(f"{coverage.asset or tables.DIALECT}: {coverage.reason.in_(language_of_locale())}")
    return 1
