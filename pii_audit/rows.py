"""Rows of CSV as programs export them (RFC 4180), none of them lost to a quote that is torn."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from pii_audit.language import Text

TORN = Text("引号不成对，或不是 CSV", "a quote is not closed, or the line is no CSV")
"""What is wrong with a row without cells."""
_CHARACTERS = (1 << 31) - 1
"""The longest cell that the package can be told of everywhere (a C long of Windows): whoever gives the lines bounds them."""


def delimiter(header: str) -> str:
    """What separates the cells of a header: the most frequent of comma, semicolon and tab."""
    return max(",;\t", key=header.count)


def strict_rows(lines: Iterable[str], separator: str = ",", most: int = 1) -> Iterator[tuple[int, list[str] | None]]:
    """The rows with the line in which each begins, counted from 1; None for cells that cannot be told apart.

    A row of more lines than `most` is such a one: a quote that is not closed swallowed them.
    """
    csv.field_size_limit(_CHARACTERS)
    rows = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        first = rows.line_num + 1
        try:
            cells = next(rows, None)
        except csv.Error:
            yield first, None
            continue
        if cells is None:
            return
        yield first, cells if rows.line_num - first < most else None
