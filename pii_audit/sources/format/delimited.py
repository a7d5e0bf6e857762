"""Delimited text (RFC 4180 and its relatives): every cell of every row, ragged rows and stray quotes included."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from pii_audit.language import Text
from pii_audit.model.asset import Field, TableChunk
from pii_audit.sources.format.content import MAX_LINE, Content
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Batcher, Ledger, LedgerReading, sampled, unique

CELLS = 10_000
"""Cells of a row past this many stay together in one."""
BLOCK = 1 << 20
"""Characters of lines that are parsed at once."""
RECORD_LINES = 200
RECORD_CHARACTERS = 1 << 20
"""A quoted cell over more lines or characters than these is taken for a quote that was never closed."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How rows are written.

    `header` holds the names of the first row, None where that is data; `width` is the usual number of cells.
    """

    delimiter: str
    width: int
    header: tuple[str, ...] | None

    def names(self) -> tuple[str, ...]:
        """The field names: those of the header made unique, or `column 1` and so on."""
        names = self.header if self.header is not None else ()
        padded = [name or f"column {index + 1}" for index, name in enumerate(names)]
        padded += [
            f"column {index + 1}" for index in range(len(names), self.width if self.header is None else len(names))
        ]
        return unique(padded)

    def fields(self) -> tuple[Field, ...]:
        """The fields of the asset."""
        return tuple(Field(name) for name in self.names())


class Records:
    """Parses lines into rows of cells.

    A quote that is never closed costs the columns of one row, not the rest of the file. `line` is the 1-based line in
    which the last row began, `raw` its text with its line end; `strays` counts rows that were read without regard to quotes.
    """

    def __init__(self, lines: Iterator[str], delimiter: str) -> None:
        csv.field_size_limit(2 * MAX_LINE)
        self.line = 0
        self.raw = ""
        self.strays = 0
        self._lines = lines
        self._delimiter = delimiter
        self._again: deque[str] = deque()
        self._passed = 0
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


class DelimitedReading(LedgerReading):
    """All rows, or a sample of them; rows are numbered from 0 without the header."""

    def __init__(self, content: Content, dialect: Dialect, ledger: Ledger, sampling: Sampling) -> None:
        super().__init__(ledger)
        self._content = content
        self._dialect = dialect
        self._sampling = sampling
        self._ragged = 0
        self._first_ragged = 0

    def chunks(self) -> Iterator[TableChunk]:
        records = Records(self._content.lines(), self._dialect.delimiter)
        names = self._dialect.names()
        taken = set(names)
        batcher = Batcher(self.ledger, names, lambda index: surplus(index, taken))
        try:
            if self._sampling.rows is None:
                yield from batcher.extend_all(self._rows(records))
            else:
                rows = enumerate(chain.from_iterable(self._rows(records)))
                for number, row in sampled(rows, self._sampling, self.ledger):
                    yield from batcher.add(number, row)
            yield from batcher.flush()
        except OSError:
            yield from batcher.flush()
            raise
        finally:
            self._settle(records)

    def _rows(self, records: Records) -> Iterator[list[list[str]]]:
        """The rows that hold data, those of some lines at once."""
        width = len(self._dialect.names())
        header = self._dialect.header is not None
        for rows in records.together():
            found = [(line, row) for line, row in enumerate(rows, records.line) if row]
            if header and found:
                header = False
                del found[0]
            ragged = [line for line, row in found if len(row) != width]
            self._ragged += len(ragged)
            self._first_ragged = self._first_ragged or next(iter(ragged), 0)
            kept = [row for _, row in found]
            if self._content.decoder.nuls:
                kept = [[cell.replace("\0", "\n") for cell in row] for row in kept]
            yield kept

    def _settle(self, records: Records) -> None:
        self._content.settle(self.ledger)
        if self._ragged:
            self.ledger.notes.append(
                Text(
                    f"{self._ragged} 行的列数与其他行不同,首处在第 {self._first_ragged} 行",
                    f"{self._ragged} row(s) have more or fewer cells, the first in line {self._first_ragged}",
                )
            )
        if records.strays:
            self.ledger.notes.append(
                Text(f"{records.strays} 处引号没有闭合", f"{records.strays} quotation mark(s) are never closed"),
            )


def surplus(index: int, taken: set[str]) -> str:
    """The name of a cell past the last column, where `taken` are the names of those."""
    name = f"column {index + 1}"
    return f"{name} (surplus)" if name in taken else name
