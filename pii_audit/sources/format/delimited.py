"""Delimited text (RFC 4180 and its relatives): every cell of every row, ragged rows and stray quotes included."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeAlias

from pii_audit.language import Text
from pii_audit.model.asset import Field, TableChunk
from pii_audit.model.coverage import Coverage
from pii_audit.sources.format.content import Content, decoded, lines_of, tell_decoding
from pii_audit.sources.format.encoding import LINE_BY_LINE, Decoder, Encoding
from pii_audit.sources.format.records import CELLS, Records
from pii_audit.sources.format.splitter import Splitter
from pii_audit.sources.interface import Noted, Sampling
from pii_audit.sources.reading import Batcher, Ledger, LedgerReading, columns_of, sampled, unique

Columns: TypeAlias = Mapping[str, Sequence[str | None]]


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


class Table:
    """Lines as rows, and what is odd about them; `header` says that the first row is one, `line` is the first line."""

    def __init__(
        self, texts: Iterator[str], decoder: Decoder, dialect: Dialect, *, header: bool, line: int = 1
    ) -> None:
        self._records = Records(lines_of(texts), dialect.delimiter, line)
        self._decoder = decoder
        self._width = len(dialect.names())
        self._header = header
        self._ragged = 0
        self._first_ragged: int | None = None

    def rows(self) -> Iterator[list[list[str]]]:
        """The rows that hold data, those of some lines at once."""
        for rows in self._records.together():
            kept = rows if {*map(len, rows)} == {self._width} and not self._header else self._sorted(rows)
            if self._decoder.nuls:
                kept = [[cell.replace("\0", "\n") for cell in row] for row in kept]
            yield kept

    def _sorted(self, rows: list[list[str]]) -> list[list[str]]:
        """The rows that are neither empty nor the header; those of another width are counted."""
        found = [(line, row) for line, row in enumerate(rows, self._records.line) if row]
        if self._header and found:
            self._header = False
            del found[0]
        ragged = [line for line, row in found if len(row) != self._width]
        self._ragged += len(ragged)
        self._first_ragged = self._first_ragged or next(iter(ragged), None)
        return [row for _, row in found]

    def noted(self) -> Noted:
        """What was odd until now."""
        return Noted(
            ragged=self._ragged,
            first_ragged=self._first_ragged,
            strays=self._records.strays,
            replaced=self._decoder.replaced,
            first_bad=self._decoder.first_bad,
            nuls=self._decoder.nuls,
        )


@dataclass(frozen=True, slots=True)
class UnparsedRows:
    """Bytes of whole rows, which whoever has them can parse; `line` is the first one, `header` says that the first row is one."""

    id: str
    data: bytes
    encoding: Encoding
    dialect: Dialect
    header: bool
    line: int

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return len(self.data)

    def parsed(self) -> tuple[TableChunk, Noted]:
        """The rows, numbered by the lines before them, and what is odd about them."""
        decoder = Decoder(self.encoding, self.line)
        text = decoder.feed(self.data, final=True)
        names = self.dialect.names()
        columns: Columns | None = _plain_columns(text, self.dialect.delimiter, names, header=self.header)
        noted = Noted(replaced=decoder.replaced, first_bad=decoder.first_bad)
        if columns is None:
            table = Table(iter((text,)), decoder, self.dialect, header=self.header, line=self.line)
            rows = list(chain.from_iterable(table.rows()))
            columns = columns_of(rows, list(names), _surplus(names)) if rows else {}
            noted = table.noted()
        count = len(next(iter(columns.values()), ()))
        numbers = range(self.line - 1, self.line - 1 + count)
        return TableChunk(self.id, numbers, columns), replace(noted, rows=count)


def _plain_columns(text: str, delimiter: str, names: Sequence[str], *, header: bool) -> Columns | None:
    """The columns of lines without quotes that all have as many cells as there are names; None for others."""
    if '"' in text or "\0" in text or not 1 < len(names) <= CELLS:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    lines = text.removesuffix("\n").split("\n")
    if "\r" in text or any(line.count(delimiter) != len(names) - 1 for line in lines):
        return None
    cells = delimiter.join(lines[header:]).split(delimiter)
    return {name: cells[place :: len(names)] for place, name in enumerate(names)} if len(lines) > header else {}


class DelimitedReading(LedgerReading):
    """All rows, or a sample of them; rows are numbered from 0 without the header."""

    def __init__(self, content: Content, dialect: Dialect, ledger: Ledger, sampling: Sampling) -> None:
        super().__init__(ledger)
        self._content = content
        self._dialect = dialect
        self._sampling = sampling
        self._noted = Noted()

    def chunks(self) -> Iterator[TableChunk]:
        number = 0
        for part in self.parts():
            chunk = part
            if isinstance(chunk, UnparsedRows):
                chunk, noted = chunk.parsed()
                self.note(noted)
            count = len(chunk.rows)
            if self._sampling.rows is not None:
                yield chunk
            elif count:
                yield replace(chunk, rows=range(number, number + count))
            number += count

    def parts(self) -> Iterator[TableChunk | UnparsedRows]:
        """The same, in bytes that hold whole rows where these are told apart; rows are numbered by the lines before them."""
        encoding, delimiter = self._content.decoder.encoding, self._dialect.delimiter
        header = self._dialect.header is not None
        try:
            splitter = Splitter(self._content.blocks(), encoding, delimiter)
            encoding = Encoding(encoding.codec)
            if encoding.codec in LINE_BY_LINE and self._sampling.rows is None:
                for part in splitter.parts():
                    name = f"bytes {part.at}-{part.at + len(part.data) - 1}"
                    yield UnparsedRows(name, part.data, encoding, self._dialect, header, part.line)
                    header = header and not part.data.strip(b"\r\n")
            decoder = Decoder(encoding, splitter.line)
            texts = decoded(splitter.rest(), decoder)
            table = Table(texts, decoder, self._dialect, header=header, line=splitter.line)
            yield from self._rest(table, splitter.line - 1)
        finally:
            self._content.settle(self.ledger)

    def _rest(self, table: Table, number: int) -> Iterator[TableChunk]:
        names = self._dialect.names()
        batcher = Batcher(self.ledger, names, _surplus(names))
        try:
            if self._sampling.rows is None:
                yield from batcher.extend_all(table.rows(), number)
            else:
                rows = enumerate(chain.from_iterable(table.rows()))
                for place, row in sampled(rows, self._sampling, self.ledger):
                    yield from batcher.add(place, row)
            yield from batcher.flush()
        except OSError:
            yield from batcher.flush()
            raise
        finally:
            self._noted += table.noted()

    def note(self, noted: Noted) -> None:
        self._noted += noted

    def coverage(self) -> Coverage:
        noted, ledger = self._noted, replace(self.ledger, notes=[*self.ledger.notes], failures=[*self.ledger.failures])
        if noted.rows:
            ledger.rows = ledger.total = (ledger.rows or 0) + noted.rows
        tell_decoding(ledger, noted.replaced, noted.first_bad, noted.nuls)
        if noted.ragged:
            ledger.notes.append(
                Text(
                    f"{noted.ragged} 行的列数与其他行不同，首处在第 {noted.first_ragged} 行",
                    f"{noted.ragged} row(s) have more or fewer cells, the first in line {noted.first_ragged}",
                )
            )
        if noted.strays:
            ledger.notes.append(
                Text(f"{noted.strays} 处引号没有闭合", f"{noted.strays} quotation mark(s) are never closed"),
            )
        return ledger.coverage()


def _surplus(names: Sequence[str]) -> Callable[[int], str]:
    taken = set(names)
    return lambda index: surplus(index, taken)


def surplus(index: int, taken: set[str]) -> str:
    """The name of a cell past the last column, where `taken` are the names of those."""
    name = f"column {index + 1}"
    return f"{name} (surplus)" if name in taken else name
