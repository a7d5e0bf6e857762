"""What spreadsheets of every make have in common: where the header is, and how a cell reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain, islice

from pii_audit.language import Text
from pii_audit.model.asset import Field
from pii_audit.sources.format.header import is_header
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.reading import unique

HIDDEN = Text("隐藏的工作表", "a hidden sheet")
LOOK = 50
"""Rows by which the header is told."""
TITLES = 10
"""The header is looked for in so many first rows: a title, a date and a blank line stand above it as a rule."""
_LETTERS = 26


def column(index: int) -> str:
    """The letters of a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_text(value: object) -> str | None:
    """A cell as text: whole numbers without a point, dates by ISO 8601, None where it is empty."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def send_sheet(sink: Sink, name: str, rows: Iterable[Sequence[object]], *, last: int, hidden: bool) -> None:
    """Sends one sheet as a table; `rows` begin in its first row and first column, `last` is the last row's number from 1.

    What stands above the header is sent as text: it names no column and is no record.
    """
    texts = ([cell_text(value) for value in row] for row in rows)
    head = list(islice(texts, LOOK))
    at = _header(head)
    body = chain(head[at + 1 if at is not None else 0 :], texts)
    fields = _fields(head, at, last)
    sink.begin(Part(PartKind.TABLE, name, fields))
    if hidden:
        sink.note(HIDDEN)
    for row in head[: at or 0]:
        if any(row):
            sink.text("\t".join(cell for cell in row if cell) + "\n")
    blank = 0
    for row in body:
        if not any(row):
            blank += 1
            continue
        # Blank rows count, so that a row's number says in which cell it stands; those at the end say nothing.
        for _ in range(blank):
            sink.row([])
        blank = 0
        sink.row(row)


def _header(head: Sequence[Sequence[str | None]]) -> int | None:
    rows = [[cell or "" for cell in row] for row in head]
    for index, row in enumerate(rows[:TITLES]):
        if sum(map(bool, row)) > 1 and is_header(_trimmed(row), rows[index + 1 :]):
            return index
    # A sheet of one column has a header of one cell.
    first = next((index for index, row in enumerate(rows) if any(row)), None)
    if first is not None and max(map(len, rows)) == 1 and is_header(rows[first], rows[first + 1 :]):
        return first
    return None


def _trimmed(row: Sequence[str]) -> Sequence[str]:
    """Without the blank cells at both ends, which other rows may fill."""
    filled = [index for index, cell in enumerate(row) if cell.strip()]
    return row[filled[0] : filled[-1] + 1]


def _fields(head: Sequence[Sequence[str | None]], at: int | None, last: int) -> tuple[Field, ...]:
    width = max(map(len, head), default=0)
    names = list(head[at]) if at is not None else []
    names += [None] * (width - len(names))
    first = (at + 2) if at is not None else 1
    called = unique([(name or "").strip() or f"column {index + 1}" for index, name in enumerate(names)])
    return tuple(
        Field(name, place=f"{column(index)}{first}:{column(index)}{max(first, last)}")
        for index, name in enumerate(called)
    )


def send_comments(sink: Sink, comments: Iterator[tuple[str, str]]) -> None:
    """Sends the comments of the sheet that was begun, each with its cell, as text."""
    for cell, text in comments:
        if text.strip():
            sink.text(f"{cell}: {text.strip()}\n")
