"""Database servers: what is there, and its rows as text, over one read-only connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, TableChunk
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.database.engine import LONGEST, NO_RIGHT, Cell, Column, Engine, width
from pii_audit.sources.database.names import split
from pii_audit.sources.database.session import Manner, Session
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.globs import left_out
from pii_audit.sources.interface import Reading, Sampling, Source, failed, in_vain, skipped
from pii_audit.sources.reading import CHARACTERS, ROWS, Ledger, LedgerReading, unique

LONGEST_CHARACTER = 4
"""Bytes of a character in UTF-8 and GB 18030 at most."""
_TEXT = frozenset({str, type(None)})


class ServerSource(Source):
    """One database of a server; `include` and `exclude` are globs on `customer` or `public.customer`.

    It holds one connection at most, and none when it goes to another process.
    """

    def __init__(
        self,
        id_: str,
        engine: Engine,
        url: str,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        manner: Manner | None = None,
    ) -> None:
        self.id = id_
        self.engine = engine
        self._url = url
        self._include = include
        self._exclude = exclude
        self.session = Session(engine, url, manner)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.id, self.engine, self._url, self._include, self._exclude, self.session.manner)

    def assets(self) -> Iterator[Asset | Coverage]:
        met: list[str] = []
        try:
            for one in self.engine.assets(self.session, self.id, self._include):
                name = one.name if isinstance(one, Asset) else one.asset
                met.append(name)
                rule = self._rule(name) if name else None
                yield skipped(self.id, name, rule) if rule else one
            yield from in_vain(self.id, self._include, map(_known_as, met))
            yield from self._passed_over()
        except InspectionError as error:
            yield failed(self.id, "", error.what)

    def others(self) -> Sequence[str]:
        """Databases of the same server that are not read, since nobody lists them; raises InspectionError."""
        return self.engine.elsewhere(self.session, self._include)

    def _passed_over(self) -> Iterator[Coverage]:
        for number, why in self.session.passed_over.items():
            said = Text(f"无法使用，改读下一个：{why.zh}", f"could not be used, the next was read: {why.en}")
            yield skipped(self.id, f"replicas[{number}]", said)

    def open(self, asset: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:
        yield asset, ServerReading(self.session, Ledger(self.id, asset.name), sampling)

    def grants(self) -> Iterator[Grant | Coverage]:
        """None from here: roles inherit from each other, which pii_audit.access works out."""
        yield from ()

    def close(self) -> None:
        self.session.close()

    def least_privileges(self) -> str:
        """The statements that give an account of ours the least that it needs."""
        return self.engine.least_privileges(self._url, self._include)

    def _rule(self, name: str) -> Text | None:
        return left_out(_known_as(name), self._include, self._exclude)


def _known_as(name: str) -> tuple[str, str]:
    return name, split(name)[1]


class ServerReading(LedgerReading):
    """One table or view being read."""

    def __init__(self, session: Session, ledger: Ledger, sampling: Sampling) -> None:
        super().__init__(ledger)
        self._session = session
        self._sampling = sampling
        self._binary = self._cut = self._undecodable = 0

    def chunks(self) -> Iterator[TableChunk]:
        columns: Sequence[Column] = ()
        pending: list[Sequence[Cell]] = []
        read = size = 0
        try:
            columns = self._columns()
            for row in self._session.engine.rows(self._session, columns, self._sampling, self.ledger):
                pending.append(row)
                read += 1
                size += width(row)
                if len(pending) >= ROWS or size >= CHARACTERS:
                    yield self._chunk(columns, pending, read)
                    pending, size = [], 0
            if self.ledger.draws is None:
                self.ledger.total = read
        except InspectionError as error:
            reason = error.what
            self.ledger.failures.append(Text(f"{reason.zh}（已读 {read} 行）", f"{reason.en} ({read} rows were read)"))
        self.ledger.rows = read
        if pending:
            yield self._chunk(columns, pending, read)
        self._settle()

    def _chunk(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], read: int) -> TableChunk:
        first = read - len(rows)
        names = unique([column.name for column in columns])
        cells = map(self._cells, columns, zip(*rows, strict=True))
        return TableChunk(
            f"{self.ledger.draw}{first}-{read - 1}", range(first, read), dict(zip(names, cells, strict=True))
        )

    def _cells(self, column: Column, cells: Sequence[Cell]) -> Sequence[str | None]:
        """A column as text; looked at cell by cell only where it holds bytes, very long cells or NUL characters."""
        if _TEXT.issuperset(map(type, cells)):
            texts = cast("Sequence[str | None]", cells)
            filled = list(filter(None, texts))
            if max(map(len, filled), default=0) <= column.longest and "\0" not in "".join(filled):
                return texts
        return [self._cell(column, cell) for cell in cells]

    def _columns(self) -> Sequence[Column]:
        columns = self._session.engine.columns(self._session, self.ledger.asset)
        refused = [column.name for column in columns if not column.readable]
        if refused and len(refused) == len(columns):
            raise InspectionError(NO_RIGHT)
        if refused:
            self.ledger.failures.append(
                Text(f"没有权限读取列 {'、'.join(refused)}", f"no right to read the columns {', '.join(refused)}")
            )
        return [column for column in columns if column.readable]

    def _cell(self, column: Column, cell: Cell) -> str | None:
        if cell is None:
            return None
        cut = len(cell) > column.longest
        if cut:
            self._cut += 1
            cell = cell[: column.longest]
        if isinstance(cell, str):
            return cell.replace("\0", "\n") if "\0" in cell else cell
        text, understood = _decoded(bytes(cell), cut=cut)
        if column.binary and (not understood or "\0" in text):
            self._binary += 1
            return None
        if not understood and column.charset:
            return bytes(cell).decode(column.charset, "replace")
        # A database without an encoding holds whatever bytes were put in; digits can be read in any of them.
        self._undecodable += not understood
        return text

    def _settle(self) -> None:
        if self._cut:
            self.ledger.failures.append(
                Text(
                    f"{self._cut} 个单元格过长，只读取了开头（至多 {LONGEST} 个字符）",
                    f"{self._cut} cell(s) are too long; of each the beginning was read, {LONGEST} characters at most",
                )
            )
        if self._undecodable:
            self.ledger.failures.append(
                Text(
                    f"{self._undecodable} 个文本单元格无法解码",
                    f"{self._undecodable} text cell(s) could not be decoded",
                ),
            )
        if self._binary:
            self.ledger.notes.append(
                Text(f"{self._binary} 个二进制单元格未读取", f"{self._binary} binary cell(s) were not read"),
            )


def _decoded(raw: bytes, *, cut: bool) -> tuple[str, bool]:
    """The text of a cell; one that was cut may end within a character."""
    text, understood = decode_cell(raw)
    for shorter in range(1, LONGEST_CHARACTER if cut and not understood else 1):
        attempt, whole = decode_cell(raw[:-shorter])
        if whole:
            return attempt, True
    return text, understood
