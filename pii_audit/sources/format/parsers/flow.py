"""A document as it reads: paragraphs, and tables, of which those with a header keep the meaning of their columns."""

from __future__ import annotations

import io
from collections.abc import Sequence

from pii_audit.model.asset import Field
from pii_audit.sources.format.header import is_header
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.reading import unique

LOOK = 20
"""Rows by which a table is told from a form or a layout."""
TITLES = 3
"""The header is looked for in so many first rows."""
MAX_WIDTH = 1_000
_REGULAR = 0.7
"""From this share of rows as wide as the header on, a table is one."""


class _Table:
    """One table on its way: rows are held until it is clear what it is."""

    def __init__(self) -> None:
        self.held: list[list[str]] = []
        self.row: list[str] = []
        self.heads: list[bool] = []
        self.cell: list[str] | None = None
        self.head = False
        self.streams = False
        self.is_text = False
        self._below: dict[int, int] = {}
        self._span = (1, 1)

    def begin_cell(self, *, across: int, down: int, head: bool) -> None:
        self._pass_cells_from_above()
        self.cell, self._span, self.head = [], (min(across, MAX_WIDTH), down), head

    def widen(self, across: int) -> None:
        self._span = (min(across, MAX_WIDTH), self._span[1])

    def end_cell(self) -> None:
        if self.cell is None:
            return
        across, down = self._span
        if down > 1:
            self._below |= {len(self.row) + index: down for index in range(across)}
        self.row += ["".join(self.cell).strip(), *[""] * (across - 1)]
        self.heads.append(self.head)
        self.cell = None

    def end_row(self) -> tuple[list[str], bool]:
        """The row that ended, and whether each of its cells was marked as a heading."""
        self.end_cell()
        if not self.row:
            return [], False
        self._pass_cells_from_above()
        self._below = {at: rows - 1 for at, rows in self._below.items() if rows > 1}
        row, heads = self.row[:MAX_WIDTH], self.heads
        self.row, self.heads = [], []
        return row, bool(heads) and all(heads)

    def _pass_cells_from_above(self) -> None:
        while self._below.get(len(self.row), 0) and len(self.row) < MAX_WIDTH:
            self.row.append("")


class Flow:
    """Takes a document's paragraphs and tables in reading order; tables stream on, the text comes last.

    A table without a header (a form, a layout) is text, cells parted by tabs; the header of one is text too, since it is no
    row. A table inside a table makes the outer one a layout. Without a sink all of it is text.
    """

    def __init__(self, sink: Sink | None) -> None:
        self._sink = sink
        self._text = io.StringIO()
        self._tables: list[_Table] = []
        self._sent = 0

    def text(self, text: str) -> None:
        """Words of the paragraph or cell that is open."""
        into = self._tables[-1].cell if self._tables else None
        if into is not None:
            into.append(text)
        else:
            self._text.write(text)

    def end_paragraph(self) -> None:
        """The line ends."""
        self.text("\n")

    def begin_table(self) -> None:
        """A table begins, perhaps in a cell of another."""
        for outer in self._tables:
            if not outer.streams:
                self._as_text(outer)
        table = _Table()
        table.is_text = self._sink is None or any(outer.streams for outer in self._tables)
        self._tables.append(table)

    def begin_cell(self, *, across: int = 1, down: int = 1, head: bool = False) -> None:
        """A cell begins, over so many columns and rows."""
        if self._tables:
            self._tables[-1].end_cell()
            self._tables[-1].begin_cell(across=across, down=down, head=head)

    def widen_cell(self, across: int) -> None:
        """The open cell goes over so many columns, as one only learns inside it."""
        if self._tables:
            self._tables[-1].widen(across)

    def end_cell(self) -> None:
        """The cell ends."""
        if self._tables:
            self._tables[-1].end_cell()

    def end_row(self) -> None:
        """The row ends."""
        if not self._tables:
            return
        table = self._tables[-1]
        row, marked = table.end_row()
        if not any(row):
            return
        if table.streams and self._sink:
            self._sink.row([cell or None for cell in row])
        elif table.is_text:
            self._line(row)
        else:
            table.held.append(row)
            if marked and len(table.held) == 1 and len(row) > 1:
                self._as_table(table, 0)
            elif len(table.held) >= LOOK:
                self._decide(table)

    def end_table(self) -> None:
        """The table ends."""
        if self._tables:
            self.end_row()
            table = self._tables[-1]
            if table.held:
                self._decide(table)
            self._tables.pop()

    def close(self) -> str:
        """The document ends: its text is sent, and given."""
        while self._tables:
            self.end_table()
        text = self._text.getvalue()
        if self._sink and (text.strip() or not self._sent):
            self._sink.begin(Part(PartKind.TEXT))
            self._sink.text(text)
        return text

    def _decide(self, table: _Table) -> None:
        rows = table.held
        for at, row in enumerate(rows[:TITLES]):
            later = rows[at + 1 :]
            alike = sum(len(other) == len(row) for other in later)
            if len(row) > 1 and later and alike >= _REGULAR * len(later) and is_header(row, later):
                self._as_table(table, at)
                return
        self._as_text(table)

    def _as_table(self, table: _Table, header: int) -> None:
        if self._sink is None:
            return
        held, table.held = table.held, []
        for row in held[: header + 1]:
            self._line(row)
        names = unique([name or f"column {index + 1}" for index, name in enumerate(held[header])])
        self._sent += 1
        self._sink.begin(Part(PartKind.TABLE, f"table {self._sent}", tuple(map(Field, names))))
        table.streams = True
        for row in held[header + 1 :]:
            self._sink.row([cell or None for cell in row])

    def _as_text(self, table: _Table) -> None:
        held, table.held = table.held, []
        table.is_text = True
        for row in held:
            self._line(row)

    def _line(self, row: Sequence[str]) -> None:
        self._text.write("\t".join(row) + "\n")
