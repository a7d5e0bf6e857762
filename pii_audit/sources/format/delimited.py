"""Delimited text (RFC 4180 and its relatives): every cell of every row, ragged rows and stray quotes included."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pii_audit.language import Text
from pii_audit.model.asset import Field, TableChunk
from pii_audit.sources.format.content import MAX_LINE, Content
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Batcher, Ledger, LedgerReading, sampled, unique

CELLS = 10_000
"""Cells of a row past this many stay together in one."""
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


@dataclass(slots=True)
class Records:
    """Parses lines into rows of cells.

    A quote that is never closed costs the columns of one row, not the rest of the file. `line` is the 1-based line in
    which the last row began, `raw` its text with its line end; `strays` counts rows that were read without regard to quotes.
    """

    lines: Iterator[str]
    delimiter: str
    line: int = 0
    strays: int = 0
    raw: str = ""

    def __iter__(self) -> Iterator[list[str]]:
        csv.field_size_limit(2 * MAX_LINE)
        again: deque[str] = deque()
        taken: list[str] = []
        number = 0

        def feed() -> Iterator[str]:
            size = 0
            while len(taken) < RECORD_LINES and size <= RECORD_CHARACTERS:
                line = again.popleft() if again else next(self.lines, None)
                if line is None:
                    return
                taken.append(line)
                size = size + len(line) if len(taken) > 1 else 0
                yield line

        while True:
            taken.clear()
            line = again.popleft() if again else next(self.lines, None)
            if line is None:
                return
            if '"' not in line:
                number += 1
                self.line, self.raw = number, line
                bare = line.rstrip("\r\n")
                yield bare.split(self.delimiter, CELLS) if bare else []
                continue
            again.appendleft(line)
            row = self._parse(feed(), taken)
            if row is None:
                return
            if len(taken) > 1 and _unclosed(taken):
                again.extendleft(reversed(taken[1:]))
                del taken[1:]
                self.strays += 1
                row = next(csv.reader(taken, delimiter=self.delimiter, quoting=csv.QUOTE_NONE), [])
            self.line, self.raw = number + 1, "".join(taken)
            number += len(taken)
            yield row if len(row) <= CELLS else [*row[:CELLS], "\n".join(row[CELLS:])]

    def _parse(self, lines: Iterator[str], taken: list[str]) -> list[str] | None:
        try:
            return next(csv.reader(lines, delimiter=self.delimiter), None)
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
            for number, row in sampled(self._rows(records), self._sampling, self.ledger):
                yield from batcher.add(number, row)
            yield from batcher.flush()
        except OSError:
            yield from batcher.flush()
            raise
        finally:
            self._settle(records)

    def _rows(self, records: Records) -> Iterator[tuple[int, Sequence[str | None]]]:
        width = len(self._dialect.names())
        number = 0
        skip = self._dialect.header is not None
        for row in records:
            if not row:
                continue
            if skip:
                skip = False
                continue
            if len(row) != width:
                self._first_ragged = self._first_ragged or records.line
                self._ragged += 1
            yield number, [cell.replace("\0", "\n") for cell in row] if self._content.decoder.nuls else row
            number += 1

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
