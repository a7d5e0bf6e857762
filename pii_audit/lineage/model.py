"""What tracing speaks of: the columns of stored tables, what a script lets out, and what could not be traced."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pii_audit.language import Text

if TYPE_CHECKING:
    from pii_audit.lineage.graph import Node


class Untraceable(Exception):  # noqa: N818 - it is no error of the program: it ends in a gap
    """Something that cannot be resolved: why, and at which offset of the file."""

    def __init__(self, reason: Text, offset: int | None = None) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.offset = offset


class NoSuchColumn(Untraceable):
    """A name that no table has which is known to be read."""


class Circular(Untraceable):
    """Something that is asked for while it is being told."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column of a script, both from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be traced, with its place: never a pass."""

    place: Place
    reason: Text


class Exit(StrEnum):
    """How data leaves a script."""

    RESULT = "result"
    FILE = "file"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """One column that leaves: its name as written, where its expression stands, and what it is made of."""

    name: str
    place: Place
    node: Node


@dataclass(frozen=True, slots=True)
class Output:
    """What one statement lets out. `target` is the table, None for a result or a file.

    `restrictions` are the places of everything that may leave rows out: WHERE, joins, LIMIT; none means all rows of the sources.
    """

    exit: Exit
    place: Place
    columns: tuple[OutputColumn, ...]
    target: str | None = None
    restrictions: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Traced:
    """A script: what it lets out, and what of it could not be traced."""

    outputs: tuple[Output, ...]
    gaps: tuple[Gap, ...]
