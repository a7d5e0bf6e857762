"""A worksheet as values: what stands in it, without any library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Cell = str | int | float | date | None
Kind = Literal["text", "number", "percent", "date", "bar", "severity", "outcome", "status"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, and what kind of cells it holds; a `bar` is a number with a data bar.

    `hidden` is for programs; `answer` is for whoever fills it in, and stands out.
    """

    title: str
    width: int
    kind: Kind = "text"
    hidden: bool = False
    answer: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet with a heading row.

    `bad` and `warn` are the words in columns of kind severity, outcome and status that stand out; `lines` come above
    the table (and no filter then): a title page has sentences, a list has none.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    bad: frozenset[str] = frozenset()
    warn: frozenset[str] = frozenset()
    lines: Sequence[tuple[str, str]] = field(default=())
