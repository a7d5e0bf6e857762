"""Sheets as a workbook: heading frozen, filters on, figures as figures, and no cell that reckons."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pii_audit.render.package import office, settled
from pii_audit.render.safe import safe_cell
from pii_audit.render.xlsx.sheet import Cell, Column, Sheet

MOST_ROWS = 1_048_576
"""Rows of a worksheet (Excel's limit)."""
STYLED = 5_000
"""Up to so many rows, cells wrap and stand at the top; a longer list is read by filter, and its styles would cost more than its text."""
CELL = 32_000
"""Characters of a cell, below Excel's limit of 32,767."""
FORMATS = {"number": "#,##0", "bar": "#,##0", "percent": "0.0%", "date": "yyyy-mm-dd"}
A3, A4 = 8, 9
"""The papers' numbers (ECMA-376, part 1, 18.3.1.63)."""
WIDE = 200
"""Characters beside one another that are too many for A4."""
LINE, HIGHEST = 15, 409
"""Points of a line, and of the highest row that Excel allows."""
RED, AMBER, HEAD, ANSWER, BAR = "F8D7DA", "FFF3CD", "1F4E79", "7F6000", "5B9BD5"


def workbook(sheets: Sequence[Sheet], title: str, mark: str, moment: datetime) -> bytes:
    """The sheets as one file of that moment; `mark` (a run's id) stands in the foot of every printed page and in the properties."""
    openpyxl = office("openpyxl")
    book = openpyxl.Workbook(write_only=True)
    book.properties.creator = "pii-audit"
    book.properties.title = safe_cell(title)
    book.properties.subject = mark
    book.properties.created = moment.astimezone(UTC).replace(tzinfo=None)
    for sheet in sheets:
        _write(book, sheet, mark)
    stream = io.BytesIO()
    book.save(stream)
    return settled(stream.getvalue(), moment)


def _write(book: Any, sheet: Sheet, mark: str) -> None:
    letter = office("openpyxl.utils").get_column_letter
    page = book.create_sheet(sheet.title)
    head = len(sheet.lines) + (1 if sheet.lines else 0)
    rows = sheet.rows[: MOST_ROWS - head - 1]
    last = head + 1 + len(rows)
    # A sheet that is written row by row takes its layout before the first of them.
    for number, column in enumerate(sheet.columns, 1):
        page.column_dimensions[letter(number)].width = column.width
        page.column_dimensions[letter(number)].hidden = column.hidden
    if not sheet.lines:
        page.freeze_panes = "A2"
        page.print_title_rows = "1:1"
        page.auto_filter.ref = f"A1:{letter(len(sheet.columns))}{last}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = A3 if sum(column.width for column in sheet.columns) > WIDE else A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = office("openpyxl.worksheet.properties").PageSetupProperties(fitToPage=True)
    page.oddFooter.left.text = safe_cell(mark)
    page.oddFooter.right.text = "&P / &N"
    _emphasise(page, sheet, letter, (head + 2, last))
    pen = _Pen(page, wraps=len(rows) <= STYLED)
    for place, (label, text) in enumerate(sheet.lines):
        page.append([pen.strong(label), safe_cell(text)] if label else [pen.strong(text, 16 if place == 0 else 11)])
    if sheet.lines:
        page.append([])
    page.row_dimensions[head + 1].height = 2 * LINE
    page.append([pen.heading(column) for column in sheet.columns])
    for number, row in enumerate(rows, head + 2):
        if pen.wraps:
            page.row_dimensions[number].height = _height(row, sheet.columns)
        page.append([pen.cell(value, column) for value, column in zip(row, sheet.columns, strict=True)])


def _height(row: Sequence[Cell], columns: Sequence[Column]) -> int:
    """Points that the longest text of a row takes in its column: a Han character is as wide as two letters."""
    lines = 1
    for value, column in zip(row, columns, strict=True):
        if isinstance(value, str):
            shown = (sum(1 + (ord(sign) > 0x2E80) for sign in part[:CELL]) for part in value.split("\n"))  # noqa: PLR2004 - where CJK begins
            lines = max(lines, sum(max(1, math.ceil(width / (column.width - 1))) for width in shown))
    return min(lines * LINE, HIGHEST)


class _Pen:
    """Makes the cells of one page; `wraps` where its rows are few enough to be styled one by one."""

    def __init__(self, page: Any, *, wraps: bool) -> None:
        self._styles = office("openpyxl.styles")
        self._new = office("openpyxl.cell").WriteOnlyCell
        self._page = page
        self.wraps = wraps
        self._top = self._styles.Alignment(vertical="top", wrap_text=True) if wraps else None
        side = self._styles.Side("hair", color="A6A6A6")
        self._rule = self._styles.Border(bottom=side)

    def cell(self, value: Cell, column: Column) -> Any:
        """A cell of the table, by what kind of column it stands in."""
        if value is None or value == "":
            return None
        if isinstance(value, str):
            return self.plain(value)
        cell = self._new(self._page, value)
        if column.kind in FORMATS:
            cell.number_format = FORMATS[column.kind]
        if self._top is not None:
            cell.alignment, cell.border = self._top, self._rule
        return cell

    def plain(self, text: str) -> Any:
        """Text that no program takes for a formula, with its own line breaks: those of names are escapes by then."""
        shown = "\n".join(safe_cell(line, CELL // 4) for line in text.split("\n"))[:CELL]
        if self._top is None:
            return shown
        cell = self._new(self._page, shown)
        cell.alignment, cell.border = self._top, self._rule
        return cell

    def strong(self, text: str, size: int = 11) -> Any:
        """A label or a title."""
        cell = self._new(self._page, safe_cell(text))
        cell.font = self._styles.Font(bold=True, size=size)
        return cell

    def heading(self, column: Column) -> Any:
        """The heading of a column."""
        cell = self._new(self._page, safe_cell(column.title))
        cell.font = self._styles.Font(bold=True, color="FFFFFF")
        cell.fill = self._styles.PatternFill("solid", fgColor=ANSWER if column.answer else HEAD)
        cell.alignment = self._styles.Alignment(vertical="center", wrap_text=True)
        return cell


def _emphasise(page: Any, sheet: Sheet, letter: Any, rows: tuple[int, int]) -> None:
    """Colours by word and bars by number, as conditions: they follow when somebody sorts, filters or corrects."""
    rules = office("openpyxl.formatting.rule")
    styles = office("openpyxl.styles")
    first, last = rows
    if last < first:
        return
    for number, column in enumerate(sheet.columns, 1):
        where = f"{letter(number)}{first}:{letter(number)}{last}"
        if column.kind == "bar":
            bar = rules.DataBarRule("num", 0, "max", None, color=BAR)
            page.conditional_formatting.add(where, bar)
        elif column.kind in ("severity", "outcome", "status"):
            for words, colour in ((sheet.bad, RED), (sheet.warn, AMBER)):
                fill = styles.PatternFill("solid", bgColor=colour)
                for word in sorted(words):
                    page.conditional_formatting.add(where, rules.CellIsRule("equal", formula=[f'"{word}"'], fill=fill))
