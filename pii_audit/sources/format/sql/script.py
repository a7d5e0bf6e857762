"""A dump read from start to end: runs of rows of one table, and the text of everything else with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from pii_audit.language import Text
from pii_audit.model.asset import Field
from pii_audit.sources.format.beside import Beside
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.records import Records
from pii_audit.sources.format.sql import words
from pii_audit.sources.format.sql.values import Values, copied
from pii_audit.sources.reading import unreadable

MAX_HEAD = 1 << 20
MAX_ROW = 16 << 20
"""Characters of the longest head of a statement and of the longest row."""
VAIN_LOOKS = 20
"""After so many statements that could not be made out the rest is text: each look may go through megabytes."""
Named: TypeAlias = dict[str, str | None]
"""A row: its cells by column."""
_END_OF_COPY = "\\."
_BLANKS = re.compile(r"\s*+")


@dataclass(slots=True)
class Table:
    """A table as the dump names it, and the columns that it declares."""

    name: str
    fields: tuple[Field, ...] = ()

    def row(self, columns: tuple[str, ...], cells: list[str | None]) -> Named:
        """Cells under the columns that their statement names, else under those that the table declares."""
        names = columns or tuple(one.name for one in self.fields)
        named: dict[str, str | None] = dict(zip(names, cells, strict=False))
        named |= {f"column {index + 1}": cells[index] for index in range(len(names), len(cells))}
        return named


class Script:
    """Goes through a dump once; `beside` is complete when it is through, `failures` say where it broke off.

    `misread` counts statements whose rows could not be told apart from some place on; from there on they are text.
    """

    def __init__(self, content: Content, beside: Beside) -> None:
        self._lines = self._guarded(content)
        self._values = Values(backslash=words.escapes_by_backslash(content.preview()))
        self._tables: dict[str, Table] = {}
        self._text = ""
        self._at = 0
        self._before = 0
        self._upcoming: tuple[Table, Iterator[Named]] | None = None
        self.beside = beside
        self.failures: list[Text] = []
        self.misread = 0
        self._vain = 0

    def runs(self) -> Iterator[tuple[Table, Iterator[Named]]]:
        """Rows of one table that follow each other, however many statements they stand in; each to be read to its end."""
        self._advance()
        while self._upcoming is not None:
            table = self._upcoming[0]
            yield table, self._run(table)

    def _run(self, table: Table) -> Iterator[Named]:
        while self._upcoming is not None and self._upcoming[0] is table:
            yield from self._upcoming[1]
            self._advance()

    def _advance(self) -> None:
        """Goes on to the next statement that holds rows; what is passed goes beside."""
        self._upcoming = None
        while self._left() or self._more():
            if self._vain < VAIN_LOOKS:
                if words.BEGINS.match(self._text, self._at):
                    self._upcoming = self._data()
                    if self._upcoming:
                        return
                else:
                    self._look_at_schema()
            self._pass_line()

    def _data(self) -> tuple[Table, Iterator[Named]] | None:
        while True:
            insert = words.INSERT.match(self._text, self._at)
            copy = None if insert else words.COPY.match(self._text, self._at)
            head = insert or copy
            if head:
                table = self._table(words.parts_of(head[1]))
                columns = tuple(words.parts_of(head[2])) if head[2] else ()
                by_csv = copy is not None and "csv" in copy[3].lower()
                self._at = head.end()
                rows = self._inserted() if insert else self._copied(by_csv=by_csv)
                return table, (table.row(columns, cells) for cells in rows)
            # A statement may go on over several lines, up to its end or a size that no head has.
            if self._text.find(";", self._at) >= 0:
                return None
            if self._left() > MAX_HEAD or not self._more(self._left()):
                self._vain += 1
                return None

    def _table(self, parts: list[str]) -> Table:
        name = words.table_name(parts)
        return self._tables.setdefault(name.lower(), Table(name))

    def _inserted(self) -> Iterator[list[str | None]]:
        while self._next_is("("):
            row = self._values.row(self._text, self._at + 1)
            while row is None and self._left() < MAX_ROW and self._more(self._left()):
                row = self._values.row(self._text, self._at + 1)
            if row is None:
                self.misread += 1
                self._vain += 1
                self._pass_line()
                return
            self._at = row[1]
            yield row[0]
            if not self._next_is(","):
                self._at += self._next_is(";")
                return
            self._at += 1

    def _next_is(self, character: str) -> bool:
        """Whether that character comes next; blanks before it are passed."""
        while True:
            self._at = _BLANKS.match(self._text, self._at).end()  # type: ignore[union-attr]  # none are a match too
            if self._left():
                return self._text.startswith(character, self._at)
            if not self._more():
                return False

    def _copied(self, *, by_csv: bool) -> Iterator[list[str | None]]:
        lines = self._copy_lines()
        if by_csv:
            for cells in Records(lines, ","):
                yield [cell or None for cell in cells]
        else:
            yield from map(copied, lines)

    def _copy_lines(self) -> Iterator[str]:
        while self._left() or self._more():
            end = self._line_end()
            line = self._text[self._at : end]
            self._at = end
            if line.rstrip() == _END_OF_COPY:
                return
            yield line

    def _look_at_schema(self) -> None:
        """Column names, types and comments that later rows go by; the statement itself is text."""
        create = words.CREATE.match(self._text, self._at)
        if create:
            start = create.end() - self._at
            while (end := words.ends_at(self._text, self._at + start)) is None:
                if self._left() > MAX_HEAD or not self._more(self._left()):
                    self._vain += 1
                    return
            fields = words.columns_of(self._text[self._at + start : end])
            self._table(words.parts_of(create[1])).fields = fields
            return
        comment = words.COMMENT.match(self._text, self._at)
        if comment:
            *table, column = words.parts_of(comment[1])
            said = comment[2].replace("''", "'")
            if table:
                about = self._table(table)
                about.fields = tuple(replace(one, comment=said) if one.name == column else one for one in about.fields)

    def _pass_line(self) -> None:
        end = self._line_end()
        self.beside.add(self._text[self._at : end], self._before + self._at)
        self._at = end

    def _line_end(self) -> int:
        return self._text.find("\n", self._at) + 1 or len(self._text)

    def _left(self) -> int:
        return len(self._text) - self._at

    def _more(self, characters: int = 1) -> bool:
        """Takes more lines, at least so many characters of them; False at the end."""
        parts = [self._text[self._at :]]
        got = 0
        for line in self._lines:
            parts.append(line)
            got += len(line)
            if got >= characters:
                break
        self._before += self._at
        self._text, self._at = "".join(parts), 0
        return got > 0

    def _guarded(self, content: Content) -> Iterator[str]:
        try:
            yield from content.lines()
        except OSError as error:
            self.failures.append(unreadable(error))
