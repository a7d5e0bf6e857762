"""Delimited text cut into cells that keep their own quotes, and line ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.delimited import Dialect, surplus
from pii_audit.sources.format.pieces.interface import CutError, Edits, Piece, Slot
from pii_audit.sources.format.records import Records

_EMPTY = '""'
_END = re.compile(r"(?:\r\n|\n|\r)\Z")


class DelimitedCutter:
    """Cells by place; a row may have more or fewer of them than the others."""

    renames = True

    def __init__(self, content: Content, dialect: Dialect, asset: Asset) -> None:
        self.asset = asset
        self._content = content
        self._dialect = dialect
        self.renames = dialect.header is not None

    def pieces(self, edits: Edits) -> Iterator[Piece]:
        records = Records(self._content.lines(), self._dialect.delimiter)
        names = list(self._dialect.names())
        own = frozenset(names)
        header = self._dialect.header is not None
        ended = True
        for row in records:
            if not ended:
                raise CutError(Text("单行过长", "is too long to be one line"), records.line)
            found = _END.search(records.raw)
            ended = found is not None
            body = records.raw[: found.start()] if found else records.raw
            if row:
                names += [surplus(index, set(own)) for index in range(len(names), len(row))]
                cells = self._cells(body, row, records.line)
                yield from self._row(cells, names, edits, titles=header)
                header = False
            else:
                yield body
            if found:
                yield found[0]

    def _row(
        self, cells: Sequence[tuple[str, str]], names: Sequence[str], edits: Edits, *, titles: bool
    ) -> Iterator[Piece]:
        kept = [(raw, value, name) for (raw, value), name in zip(cells, names, strict=False) if not edits.drops(name)]
        # Of a lone cell that is empty only its quotes tell that there is a row.
        alone = len(kept) == 1 < len(cells)
        for place, (raw, value, name) in enumerate(kept):
            if place:
                yield self._dialect.delimiter
            quoted = raw.startswith('"')
            new = edits.rename(name) if titles else None
            if new is not None:
                yield self._written(new, quoted=quoted)
            elif not titles and value and edits.treats(name):
                yield Slot(name, raw, value.replace("\0", "\n"), self._writer(quoted=quoted, alone=alone))
            else:
                yield raw or (_EMPTY if alone else "")

    def _cells(self, body: str, row: Sequence[str], line: int) -> list[tuple[str, str]]:
        """Each cell as it stands, with its value; proven against what was read for the verdict."""
        for raws in (_split(body, self._dialect.delimiter), body.split(self._dialect.delimiter)):
            if len(raws) == len(row) and all(map(_says, raws, row)):
                return list(zip(raws, row, strict=True))
        raise CutError(
            Text("单元格过多，或引号无法归属", "has too many cells, or quotation marks that belong to none"), line
        )

    def _writer(self, *, quoted: bool, alone: bool) -> Callable[[str | None], str | None]:
        return lambda value: self._written(value or "", quoted=quoted) or (_EMPTY if alone else "")

    def _written(self, value: str, *, quoted: bool) -> str:
        special = quoted or any(mark in value for mark in (self._dialect.delimiter, '"', "\r", "\n"))
        return '"' + value.replace('"', '""') + '"' if special else value


@lru_cache(maxsize=16)
def _cell(delimiter: str) -> re.Pattern[str]:
    """A quoted cell with what may follow its closing mark, or any other, as csv reads them without `strict`."""
    other = f"[^{re.escape(delimiter)}]*"
    return re.compile(rf'(?:"(?:[^"]|"")*+"{other}|{other})')


def _split(body: str, delimiter: str) -> list[str]:
    cells = []
    at = 0
    pattern = _cell(delimiter)
    while True:
        found = pattern.match(body, at)
        end = found.end() if found else at
        cells.append(body[at:end])
        if end >= len(body):
            return cells
        at = end + 1


def _says(raw: str, value: str) -> bool:
    if raw == value:
        return True
    if not raw.startswith('"'):
        return False
    inside, _, after = raw[1:].replace('""', "\0").partition('"')
    return inside.replace("\0", '"') + after.replace("\0", '""') == value
