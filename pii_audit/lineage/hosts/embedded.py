"""What is found in a program: the texts of SQL in it, with the way back to their places, and what could not be made out."""

from __future__ import annotations

from dataclasses import dataclass, field

from pii_audit.language import Text
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Mapped

ENTANGLED = Text("程序过于庞杂，没有追踪", "the program is too entangled to be traced")


@dataclass(frozen=True, slots=True)
class Embedded:
    """The SQL of one file.

    `scripts` are in the order in which they stand there, `gaps` what may be SQL and is not known, with offsets in the file. `files` are
    the scripts that it runs by their names, each with the offset of the place that names it; `programs` are of Python, and to be read yet.
    """

    scripts: tuple[Mapped, ...] = ()
    gaps: tuple[Untraceable, ...] = ()
    files: tuple[tuple[str, int], ...] = ()
    programs: tuple[Mapped, ...] = ()


@dataclass
class Findings:
    """What is found on the way through a file, each once."""

    scripts: dict[Mapped, None] = field(default_factory=dict)
    gaps: dict[tuple[str, int], Untraceable] = field(default_factory=dict)
    files: dict[tuple[str, int], None] = field(default_factory=dict)
    programs: dict[Mapped, None] = field(default_factory=dict)

    def script(self, text: Mapped) -> None:
        """One text of SQL."""
        self.scripts[text] = None

    def program(self, text: Mapped) -> None:
        """A program of Python within the file."""
        self.programs[text] = None

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
        for program in embedded.programs:
            self.program(program)

    def embedded(self) -> Embedded:
        """All of it, in the order of the file."""
        scripts = sorted(self.scripts, key=lambda one: one.origin(0))
        return Embedded(tuple(scripts), tuple(self.gaps.values()), tuple(self.files), tuple(self.programs))
