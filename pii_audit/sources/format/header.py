"""Whether the first row of a delimited file names the columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pii_audit import content
from pii_audit.document import INTEGER, STRING, ListOf, Reader, Record
from pii_audit.errors import ConfigurationError

PATH = "scanners/file_share/header_words.yaml"
LONGEST = 64
_VALUE = re.compile(r"@|\d{5}|\d[./:-]\d|^[\s+-]*[\d.,]+%?\s*$|^[\d*xX]{6,}$", re.ASCII)
_SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]*)+")
_FILE = Record({"version": INTEGER, "han": ListOf(STRING), "latin": ListOf(STRING)}, ("version", "han", "latin"))


@cache
def _words() -> tuple[tuple[str, ...], frozenset[str]]:
    reader = Reader()
    read = reader.read_bytes(content.data(PATH), _FILE, shown_as=PATH)
    if reader.problems:
        raise ConfigurationError(reader.problems)
    return tuple(read["han"]), frozenset(read["latin"])


def is_header(first: Sequence[str], later: Sequence[Sequence[str]]) -> bool:
    """Whether the first row holds names rather than data.

    A row taken for a header is not read as data, so doubt speaks against it: names are filled for the most part,
    short, and
    no numbers, dates or addresses; and either a column below is of another type, or the words are known as names of
    columns.
    """
    cells = [cell.strip() for cell in first]
    filled = [cell for cell in cells if cell]
    if not filled or len(filled) * 2 < len(cells):
        return False
    if any(len(cell) > LONGEST or "\n" in cell or _VALUE.search(cell) for cell in filled):
        return False
    if sum(map(_known, filled)) * 3 >= len(filled):
        return True
    below = [_column(later, index) for index in range(len(cells))]
    if any(cell and cell in column for cell, column in zip(cells, below, strict=True)):
        return False
    if all(_SNAKE.fullmatch(cell) for cell in filled):
        return True
    return any(column and all(map(_VALUE.search, column)) for column in below)


def _column(rows: Sequence[Sequence[str]], index: int) -> list[str]:
    return [cell for row in rows if index < len(row) and (cell := row[index].strip())]


def _known(cell: str) -> bool:
    han, latin = _words()
    if any(word in cell for word in han):
        return True
    tokens = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", cell)
    return any(token.lower() in latin for token in tokens)
