"""DuckDB files, read-only: tables and views with their rows as text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind, Field
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.database.engine import LONGEST, Cell, Column, Engine
from pii_audit.sources.database.names import qualified, quoted, split
from pii_audit.sources.database.server import ServerSource
from pii_audit.sources.file_share.accounts import supported
from pii_audit.sources.file_share.names import shown
from pii_audit.sources.file_share.posix import file_grants
from pii_audit.sources.interface import Absent, Sampling, failed
from pii_audit.sources.reading import Ledger, generator

if TYPE_CHECKING:
    from pii_audit.sources.database.session import Session

FETCHED = 2_000
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""A view may read files and addresses of its own: none is opened, and nothing is loaded from a network."""

_REASONS = (
    (
        "database does not exist",
        Absent("数据库文件不存在,请检查 url", "the database file does not exist; check its url"),
    ),
    ("not a valid DuckDB database", Text("不是 DuckDB 数据库", "is not a DuckDB database")),
    (
        "lock on file",
        Text(
            "数据库被其他程序以写方式打开，请稍后再试",
            "another program has the database open for writing; try again later",
        ),
    ),
    ("Permission denied", Text("没有读取权限", "permission denied")),
    ("newer version", Text("由更新版本的 DuckDB 写成，请升级 duckdb", "was written by a newer DuckDB; upgrade duckdb")),
    (
        "disabled by configuration",
        Text("视图读取数据库之外的文件，未打开", "the view reads files outside of the database, which are not opened"),
    ),
)
"""How DuckDB words what went wrong; it has no codes. Its messages quote data and are not repeated."""


class DuckdbEngine(Engine):
    """DuckDB 1.0 and later; `url` is the path of the file."""

    dialect = "duckdb"

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        import duckdb  # noqa: PLC0415 - a scan loads what it reads

        return (duckdb.Error, OSError)

    def connect(self, url: str) -> Any:
        import duckdb  # noqa: PLC0415 - as above

        return duckdb.connect(url, read_only=True, config=SETTINGS)

    def stream(self, connection: Any, sql: str) -> Iterator[Sequence[Cell]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            while rows := cursor.fetchmany(FETCHED):
                yield from rows

    def lost(self, error: Exception) -> bool:  # noqa: ARG002 - a file is there or not
        return False

    def reason(self, error: Exception) -> Text:
        message = str(error)
        kind = type(error).__name__
        other = Text(f"DuckDB 无法执行查询（{kind}）", f"DuckDB could not run the query ({kind})")
        return next((reason for words, reason in _REASONS if words in message), other)

    def assets(self, session: Session, source: str, include: Sequence[str]) -> Iterator[Asset | Coverage]:  # noqa: ARG002 - a file is one database
        fields: dict[tuple[str, str], list[Field]] = defaultdict(list)
        for schema, table, column, type_, comment in session.rows(self.queries.sql("columns")):
            fields[schema, table].append(Field(column, type_, comment))
        for schema, name, view, rows, comment in session.rows(self.queries.sql("relations")):
            kind = AssetKind.VIEW if view else AssetKind.TABLE
            yield Asset(source, qualified(schema, name), kind, tuple(fields[schema, name]), rows=rows, comment=comment)

    def columns(self, session: Session, asset: str) -> Sequence[Column]:
        found = session.rows(self.queries.sql("table"), split(asset))
        if not found:
            raise InspectionError(Text("表已不存在", "the table is gone"))
        return [_column(name, type_) for name, type_ in found]

    def rows(
        self, session: Session, columns: Sequence[Column], sampling: Sampling, ledger: Ledger
    ) -> Iterator[Sequence[Cell]]:
        table = ".".join(map(quoted, split(ledger.asset)))
        names = {"table": table, "columns": ", ".join(column.expression for column in columns)}
        if sampling.rows is None:
            yield from session.stream(self.queries.sql("rows", **names))
            return
        [(total,)] = session.rows(self.queries.sql("count", table=table))
        if sampling.all_of(total):
            yield from session.stream(self.queries.sql("rows", **names))
            return
        seed = str(generator(sampling, ledger.source, ledger.asset).randrange(1 << 31))
        ledger.drew(sampling, sampling.rows)
        ledger.total = total
        yield from session.stream(self.queries.sql("sample", **names, count=str(sampling.rows), seed=seed))


class DuckdbSource(ServerSource):
    """One DuckDB file; `include` and `exclude` are globs on `customer` or `main.customer`."""

    def grants(self) -> Iterator[Grant | Coverage]:
        """Whoever may read the file may read every table: DuckDB knows no accounts of its own."""
        if not supported():
            yield failed(self.id, "", Text("此系统上无法读取文件权限", "file rights cannot be read on this system"))
            return
        path = Path(self.session.url)
        for asset in self.assets():
            if isinstance(asset, Asset):
                yield from file_grants(path, path.parent, self.id, asset.name, place=f"on {shown(path.name)}")


def _column(name: str, type_: str) -> Column:
    bare = quoted(name)
    if type_ == "BLOB":
        return Column(name, bare, binary=True)
    return Column(name, f"left({bare}::VARCHAR, {LONGEST + 1})")
