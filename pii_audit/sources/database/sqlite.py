"""SQLite databases, read-only: tables and views with their rows as text, whatever types the cells really have."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind, Field, TableChunk
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.database.dialect import load_dialect
from pii_audit.sources.database.sqlite_connection import Connection, quoted, reason_of
from pii_audit.sources.file_share.accounts import supported
from pii_audit.sources.file_share.names import shown
from pii_audit.sources.file_share.posix import file_grants
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.globs import left_out
from pii_audit.sources.interface import Absent, Reading, Sampling, Source, failed, in_vain, skipped
from pii_audit.sources.reading import (
    Batcher,
    Ledger,
    LedgerReading,
    NoReading,
    Row,
    generator,
    sampled,
    unique,
    unreadable,
)

SCHEMA = "main"
ROW_IDS = ("rowid", "_rowid_", "oid")
TABLE_LIST = (3, 37)
"""The SQLite library that first tells the insides of virtual tables apart."""
SPARSE = 10
"""Rows are drawn by row id where at least one in so many ids is taken; else the whole table is passed through."""
DRAW = 500
LARGE_SHARE = 4
"""A sample of more than a quarter of the rows is drawn from a pass over all of them."""

_INTERNAL = Text("虚拟表的内部数据，随虚拟表读取", "holds the insides of a virtual table, which is read itself")


class SqliteSource(Source):
    """One SQLite file; `include` and `exclude` are globs on `customer` or `main.customer`."""

    def __init__(self, id_: str, path: Path, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self.id = id_
        self._path = path
        self._include = include
        self._exclude = exclude

    def assets(self) -> Iterator[Asset | Coverage]:
        met: list[str] = []
        for one in _tables(self._path, self.id, self._rule):
            met.append(one.name if isinstance(one, Asset) else one.asset)
            yield one
        if "" not in met:
            yield from in_vain(self.id, self._include, map(_known_as, met))

    def open(self, asset: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:
        yield asset, SqliteReading(self._path, asset.name, Ledger(self.id, asset.name), sampling)

    def grants(self) -> Iterator[Grant | Coverage]:
        """Whoever may read the file may read every table: SQLite knows no accounts of its own."""
        if not supported():
            yield failed(self.id, "", Text("此系统上无法读取文件权限", "file rights cannot be read on this system"))
            return
        for asset in self.assets():
            if isinstance(asset, Asset):
                place = f"on {shown(self._path.name)}"
                yield from file_grants(self._path, self._path.parent, self.id, asset.name, place=place)

    def _rule(self, name: str) -> Text | None:
        return left_out(_known_as(name), self._include, self._exclude)


def _known_as(name: str) -> tuple[str, str]:
    return name, f"{SCHEMA}.{name}"


def contained(path: Path, file: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:
    """The tables and views of a database file that lies in a share: `e.dat!客户`, in place of the file itself."""
    found = False
    for table in _tables(path, file.source, lambda _: None, prefix=f"{file.name}!"):
        found = True
        if isinstance(table, Coverage):
            # What is wrong with the whole file is said of the file.
            row = table if table.asset else replace(table, asset=file.name)
            yield replace(file, name=row.asset), NoReading(row)
        else:
            asset = replace(table, size=file.size, modified=file.modified, owner=file.owner, kind=file.kind)
            name = table.name.removeprefix(f"{file.name}!")
            yield asset, SqliteReading(path, name, Ledger(file.source, table.name), sampling)
    if not found:
        ledger = Ledger(file.source, file.name, bytes=file.size, rows=0, total=0, finished=True)
        ledger.notes.append(Text("数据库中没有表", "the database has no tables"))
        yield file, NoReading(ledger.coverage())


def _tables(
    path: Path, source: str, rule: Callable[[str], Text | None], prefix: str = ""
) -> Iterator[Asset | Coverage]:
    try:
        connection = Connection(path)
    except FileNotFoundError:
        yield failed(
            source, "", Absent("数据库文件不存在,请检查 url", "the database file does not exist; check its url")
        )
        return
    except (OSError, InspectionError, sqlite3.Error) as error:
        yield failed(source, "", _why(error))
        return
    query = "catalog" if sqlite3.sqlite_version_info >= TABLE_LIST else "catalog_before_3_37"
    with closing(connection):
        try:
            found = connection.execute(load_dialect("sqlite").sql(query)).fetchall()
        except sqlite3.Error as error:
            yield failed(source, "", reason_of(error))
            return
        for name, type_ in found:
            reason = rule(name) or (_INTERNAL if type_ == "shadow" else None)
            if reason:
                yield skipped(source, f"{prefix}{name}", reason)
                continue
            kind = AssetKind.VIEW if type_ == "view" else AssetKind.TABLE
            try:
                yield Asset(source, f"{prefix}{name}", kind, _fields(connection, name))
            except sqlite3.Error as error:
                yield failed(source, f"{prefix}{name}", reason_of(error))


def _fields(connection: Connection, table: str) -> tuple[Field, ...]:
    columns = connection.execute(load_dialect("sqlite").sql("columns"), (table,)).fetchall()
    names = unique([name for name, _ in columns])
    return tuple(Field(name, type_ or None) for name, (_, type_) in zip(names, columns, strict=True))


def _why(error: Exception) -> Text:
    if isinstance(error, OSError):
        return unreadable(error)
    return error.what if isinstance(error, InspectionError) else reason_of(error)


class SqliteReading(LedgerReading):
    """The rows of one table or view in the order in which SQLite keeps them.

    A sample is drawn by row id where there is one. Row numbers of such a sample count row ids from the lowest.
    """

    def __init__(self, path: Path, table: str, ledger: Ledger, sampling: Sampling) -> None:
        super().__init__(ledger)
        self._path = path
        self._table = table
        self._sampling = sampling
        self._binary = 0

    def chunks(self) -> Iterator[TableChunk]:
        try:
            connection = Connection(self._path)
        except (InspectionError, sqlite3.Error) as error:
            self.ledger.failures.append(_why(error))
            return
        with closing(connection):
            try:
                yield from self._read(connection)
            finally:
                self._settle(connection)

    def _read(self, connection: Connection) -> Iterator[TableChunk]:
        batcher = Batcher(self.ledger)
        try:
            names, rows = self._choose(connection)
            batcher = Batcher(self.ledger, names)
            for number, row in rows:
                yield from batcher.add(number, row)
        except sqlite3.Error as error:
            reason = reason_of(error)
            read = self.ledger.rows or 0
            self.ledger.failures.append(Text(f"{reason.zh}（已读 {read} 行）", f"{reason.en} ({read} rows were read)"))
        yield from batcher.flush()

    def _choose(self, connection: Connection) -> tuple[tuple[str, ...], Iterator[tuple[int, Row]]]:
        dialect = load_dialect("sqlite")
        table = quoted(self._table)
        if self._sampling.rows is not None:
            total = int(connection.execute(dialect.sql("count", table=table)).fetchone()[0])
            if self._sampling.all_of(total):
                cursor = connection.execute(dialect.sql("rows", table=table))
                return _names(cursor), sampled(self._rows(connection, cursor), Sampling(), self.ledger)
            ids = self._row_ids(connection, total)
            if ids:
                cursor = connection.execute(f"{dialect.sql('rows', table=table)} LIMIT 0")
                return _names(cursor), iter(self._drawn(connection, ids, total))
        cursor = connection.execute(dialect.sql("rows", table=table))
        return _names(cursor), sampled(self._rows(connection, cursor), self._sampling, self.ledger)

    def _rows(self, connection: Connection, cursor: sqlite3.Cursor) -> Iterator[tuple[int, Row]]:
        for number, row in enumerate(cursor):
            if number % DRAW == 0:
                connection.alive()
            yield number, self._cells(row)

    def _row_ids(self, connection: Connection, total: int) -> tuple[str, int, int] | None:
        """The name of the row id with its lowest and highest value, None where drawing by it is impossible or slow."""
        wanted = self._sampling.rows or 0
        columns = {field.name.lower() for field in _fields(connection, self._table)}
        name = next((name for name in ROW_IDS if name not in columns), None)
        if name is None or wanted * LARGE_SHARE > total:
            return None
        sql = load_dialect("sqlite").sql("range", table=quoted(self._table), rowid=name)
        try:
            low, high = connection.execute(sql).fetchone()
        except sqlite3.OperationalError as error:
            # A view, a virtual table or one WITHOUT ROWID has no such column.
            if getattr(error, "sqlite_errorname", "") == "SQLITE_ERROR":
                return None
            raise
        if not isinstance(low, int) or not isinstance(high, int) or high - low >= total * SPARSE:
            return None
        return name, low, high

    def _drawn(self, connection: Connection, ids: tuple[str, int, int], total: int) -> list[tuple[int, Row]]:
        """A simple random sample: row ids are drawn until enough of them exist, each drawn once."""
        name, low, high = ids
        wanted = self._sampling.rows or 0
        rng = generator(self._sampling, self.ledger.source, self.ledger.asset)
        tried: set[int] = set()
        kept: dict[int, Row] = {}
        while len(kept) < wanted and len(tried) <= high - low:
            drawn: dict[int, None] = {}
            while len(drawn) < DRAW and len(tried) <= high - low:
                candidate = rng.randint(low, high)
                if candidate not in tried:
                    tried.add(candidate)
                    drawn[candidate] = None
            marks = ",".join("?" * len(drawn))
            sql = load_dialect("sqlite").sql("drawn", table=quoted(self._table), rowid=name, ids=marks)
            found = {row[0]: row[1:] for row in connection.execute(sql, tuple(drawn))}
            # In the order of the draw, so that a round that finds too many favours no part of the table.
            for candidate in [candidate for candidate in drawn if candidate in found][: wanted - len(kept)]:
                kept[candidate] = self._cells(found[candidate])
        self.ledger.drew(self._sampling, len(kept))
        self.ledger.total = total
        return [(candidate - low, kept[candidate]) for candidate in sorted(kept)]

    def _cells(self, row: Sequence[object]) -> list[str | None]:
        return [self._cell(value) for value in row]

    def _cell(self, value: object) -> str | None:
        if value is None:
            return None
        if isinstance(value, str):
            return value.replace("\0", "\n") if "\0" in value else value
        if isinstance(value, bytes):
            text, understood = decode_cell(value)
            if not understood or "\0" in text:
                self._binary += 1
                return None
            return text
        return repr(value)

    def _settle(self, connection: Connection) -> None:
        bad = connection.undecodable
        if bad:
            self.ledger.failures.append(
                Text(f"{bad} 个文本单元格无法解码", f"{bad} text cell(s) could not be decoded"),
            )
        if self._binary:
            self.ledger.notes.append(
                Text(f"{self._binary} 个二进制单元格未读取", f"{self._binary} binary cell(s) were not read"),
            )


def _names(cursor: sqlite3.Cursor) -> tuple[str, ...]:
    return unique([column[0] for column in cursor.description or ()])
