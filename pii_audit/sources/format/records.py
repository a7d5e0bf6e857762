"""Lines of delimited text parsed into rows (RFC 4180 and its relatives), stray quotes included."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain

from pii_audit.sources.format.content import MAX_LINE

CELLS = 10_000
"""Cells of a row past this many stay together in one."""
BLOCK = 1 << 20
"""Characters of lines that are parsed at once."""
RECORD_LINES = 200
RECORD_CHARACTERS = 1 << 20
"""A quoted cell over more lines or characters than these is taken for a quote that was never closed."""


class Records:
    """Parses lines into rows of cells.

    A quote that is never closed costs the columns of one row, not the rest of the file. `line` is the 1-based line in
    which the last row began, `raw` its text with its line end; `strays` counts rows that were read without regard to quotes.
    `first` is the line with which the lines begin.
    """

    def __init__(self, lines: Iterator[str], delimiter: str, first: int = 1) -> None:
        csv.field_size_limit(2 * MAX_LINE)
        self.line = 0
        self.raw = ""
        self.strays = 0
        self._lines = lines
        self._delimiter = delimiter
        self._again: deque[str] = deque()
        self._passed = first - 1
        self._missed = False
        self._failure: OSError | None = None

    def __iter__(self) -> Iterator[list[str]]:
        while (row := self._one()) is not None:
            yield row
        self._end()

    def together(self) -> Iterator[list[list[str]]]:
        """The rows of some lines at once, `line` is that of the first of them; in one go where each has a line of its own."""
        while block := self._block():
            rows = self._each_its_line(block)
            if rows is not None:
                self.line = self._passed + 1
                self._passed += len(block)
                yield rows
                continue
            self._again.extend(block)
            while self._again and (row := self._one()) is not None:
                yield [row]
        self._end()

    def parsed(self) -> int | None:
        """How many lines are parsed where more lines would change nothing of their rows, else None; asked between rows read together."""
        return None if self._again or self._missed else self._passed

    def _block(self) -> list[str]:
        """About a million characters of lines."""
        block: list[str] = []
        size = 0
        while size < BLOCK and (line := self._next()) is not None:
            block.append(line)
            size += len(line)
        return block

    def _each_its_line(self, block: Sequence[str]) -> list[list[str]] | None:
        """The rows of some lines, if each is one and has no cell too many."""
        try:
            # An empty line behind them is a row of its own, unless a quote is open before it.
            rows = list(csv.reader(chain(block, ("\n",)), delimiter=self._delimiter))
        except csv.Error:
            return None
        return rows[:-1] if len(rows) == len(block) + 1 and max(map(len, rows)) <= CELLS else None

    def _one(self) -> list[str] | None:
        taken: list[str] = []
        line = self._next()
        if line is None:
            return None
        if '"' not in line:
            self._passed += 1
            self.line, self.raw = self._passed, line
            bare = line.rstrip("\r\n")
            return bare.split(self._delimiter, CELLS) if bare else []
        self._again.appendleft(line)
        row = self._parse(taken)
        if row is None:
            return None
        if len(taken) > 1 and _unclosed(taken):
            self._again.extendleft(reversed(taken[1:]))
            del taken[1:]
            self.strays += 1
            row = next(csv.reader(taken, delimiter=self._delimiter, quoting=csv.QUOTE_NONE), [])
        self.line, self.raw = self._passed + 1, "".join(taken)
        self._passed += len(taken)
        return row if len(row) <= CELLS else [*row[:CELLS], "\n".join(row[CELLS:])]

    def _next(self) -> str | None:
        if self._again:
            return self._again.popleft()
        try:
            return next(self._lines, None)
        except OSError as error:
            # What was read until then is parsed first.
            self._failure = error
            return None

    def _end(self) -> None:
        if self._failure:
            raise self._failure

    def _feed(self, taken: list[str]) -> Iterator[str]:
        size = 0
        while len(taken) < RECORD_LINES and size <= RECORD_CHARACTERS:
            line = self._next()
            if line is None:
                self._missed = True
                return
            taken.append(line)
            size = size + len(line) if len(taken) > 1 else 0
            yield line

    def _parse(self, taken: list[str]) -> list[str] | None:
        try:
            return next(csv.reader(self._feed(taken), delimiter=self._delimiter), None)
        except csv.Error:
            # What the parser refuses is one cell: nothing is left out.
            return ["".join(taken)]


def _unclosed(lines: Sequence[str]) -> bool:
    return sum(line.count('"') for line in lines) % 2 == 1
