"""What is found in a program: the texts of SQL in it, with the way back to their places, and what could not be made out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pii_audit.lineage.hosts.wording import is_sql
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Mapped


@dataclass(frozen=True, slots=True)
class Embedded:
    """The SQL of one file.

    `scripts` are in the order in which they stand there, `gaps` what may be SQL and is not known, with offsets in the file. `files` are
    the scripts that it runs by their names, each with the offset of the place that names it.
    """

    scripts: tuple[Mapped, ...] = ()
    gaps: tuple[Untraceable, ...] = ()
    files: tuple[tuple[str, int], ...] = ()


@dataclass
class Findings:
    """What is found on the way through a file, each once."""

    scripts: dict[Mapped, None] = field(default_factory=dict)
    gaps: dict[tuple[str, int], Untraceable] = field(default_factory=dict)
    files: dict[tuple[str, int], None] = field(default_factory=dict)

    def script(self, text: Mapped) -> None:
        """One text of SQL."""
        self.scripts[text] = None

    def text(self, text: Mapped, command: Callable[[Mapped], Embedded]) -> None:
        """A text anywhere: SQL, a command of a shell with SQL in it, or nothing of the kind."""
        if is_sql(text.text, at_once=True):
            self.script(text)
            return
        more = command(text)
        if more != Embedded():
            self.add(more)
        elif is_sql(text.text):
            self.script(text)

    def gap(self, found: Untraceable) -> None:
        """Something that may be SQL and is not known."""
        self.gaps[found.reason.en, found.offset or 0] = found

    def file(self, name: str, offset: int) -> None:
        """A script that is run by its name."""
        self.files[name, offset] = None

    def add(self, embedded: Embedded) -> None:
        """What was found in a part of the file."""
        for script in embedded.scripts:
            self.script(script)
        for gap in embedded.gaps:
            self.gap(gap)
        for name, offset in embedded.files:
            self.file(name, offset)

    def embedded(self) -> Embedded:
        """All of it, in the order of the file."""
        return Embedded(
            tuple(sorted(self.scripts, key=lambda one: one.origin(0))), tuple(self.gaps.values()), tuple(self.files)
        )
