"""Excel .xls (BIFF): all sheets, hidden ones too, with the values that were last computed, and their comments."""

from __future__ import annotations

import io
import mmap
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import xlrd

from pii_audit.errors import InspectionError
from pii_audit.sources.format.isolated.frames import Sink
from pii_audit.sources.format.packed.expansion import damaged
from pii_audit.sources.format.packed.zip import ENCRYPTED
from pii_audit.sources.format.parsers.sheet import column, send_comments, send_sheet


def send_book(file: BinaryIO, sink: Sink) -> tuple[set[str], list[str]]:
    """Sends every sheet as a table, then its comments as text; gives the lines that were read, and the strings that no cell shows."""
    read: set[str] = set()
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            book = xlrd.open_workbook(file_contents=content, on_demand=True, logfile=io.StringIO())
        except xlrd.XLRDError as error:
            raise InspectionError(ENCRYPTED if "encrypted" in str(error) else damaged().what) from None
        for number in range(book.nsheets):
            sheet = book.sheet_by_index(number)
            send_sheet(sink, sheet.name, _rows(book, sheet, read), last=sheet.nrows, hidden=sheet.visibility != 0)
            notes = sheet.cell_note_map.items()
            read.update(line.strip() for _, note in notes for line in note.text.splitlines())
            send_comments(sink, ((f"{column(at)}{row + 1}", note.text) for (row, at), note in sorted(notes)))
            book.unload_sheet(number)
        return read, [text for text in book._sharedstrings if text not in read]  # noqa: SLF001 - it has no public way


def _rows(book: Any, sheet: Any, read: set[str]) -> Iterator[Sequence[object]]:
    for row in range(sheet.nrows):
        cells = sheet.row(row)
        read.update(cell.value for cell in cells if cell.ctype == xlrd.XL_CELL_TEXT)
        yield [_value(book, cell) for cell in cells]


def _value(book: Any, cell: Any) -> object:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return cell.value
        return moment.date() if cell.value >= 1 and cell.value == int(cell.value) else moment
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return None if cell.ctype == xlrd.XL_CELL_ERROR else cell.value
