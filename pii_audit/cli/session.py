"""One call of the program: language, streams, verbosity, and where the workspace is."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pii_audit.errors import PiiAuditError
from pii_audit.language import Language, Text

if TYPE_CHECKING:
    from rich.console import Console

    from pii_audit.workspace import Workspace


@dataclass(frozen=True)
class Session:
    """What the global options say. stdout carries the payload, stderr everything that is told."""

    language: Language
    folder: Path | None = None
    quiet: bool = False
    verbose: bool = False
    colour: bool = True

    @cached_property
    def err(self) -> Console:
        """The console for narration, on stderr."""
        from rich.console import Console  # noqa: PLC0415 - start-up does without

        return Console(stderr=True, no_color=not self.colour, highlight=False, soft_wrap=True, emoji=False)

    @cached_property
    def out(self) -> Console:
        """The console for tables, on stdout."""
        from pii_audit.render.table.parts import make_console  # noqa: PLC0415 - start-up does without

        return make_console(sys.stdout, no_color=not self.colour)

    def say(self, *lines: Text) -> None:
        """Lines of narration, unless quiet; a name in one makes no two of it."""
        if not self.quiet:
            self.tell(*lines)

    def tell(self, *lines: Text) -> None:
        """Diagnostics, also when quiet."""
        for line in lines:
            _tell(line.in_(self.language))

    def fail(self, error: PiiAuditError) -> int:
        """Tells an error, one line a diagnostic; gives its exit code."""
        for line in error.lines(self.language):
            _tell(line)
        return error.exit_code

    def workspace(self) -> Workspace:
        """The workspace that was named, else the nearest folder upward with an audit.yaml."""
        from pii_audit.workspace import find_workspace, load_workspace  # noqa: PLC0415 - not every command has one

        return load_workspace(self.folder or find_workspace(Path.cwd()))


def _tell(text: str) -> None:
    """A diagnostic as one line without control characters: it may quote a name.

    A log that is full, or that nobody reads any more, changes no exit code.
    """
    line = "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)
    with suppress(OSError):
        print(line, file=sys.stderr)  # noqa: T201 - narration is this program's output


def wants_colour(no_color: bool) -> bool:  # noqa: FBT001 - an option's value
    """Whether colour may be used: not with --no-color, NO_COLOR or a dumb terminal."""
    return not no_color and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
