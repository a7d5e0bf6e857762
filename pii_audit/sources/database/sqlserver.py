"""SQL Server, through pymssql, whose wheels bring FreeTDS. Not verified on a live server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pii_audit.language import Text
from pii_audit.sources.database.catalog import (
    GONE,
    LOCKED,
    REFUSED,
    TOO_LONG,
    UNREACHABLE,
    CatalogEngine,
)
from pii_audit.sources.database.engine import (
    APPLICATION,
    CONNECT_SECONDS,
    LOCK_SECONDS,
    LONGEST,
    NO_RIGHT,
    STATEMENT_SECONDS,
)
from pii_audit.sources.database.urls import parsed

PORT = 1433
TEXT = frozenset({"text", "ntext", "xml"})
LONG = frozenset({"varchar", "nvarchar"})
SHAPES = frozenset({"geometry", "geography", "hierarchyid"})
SETTINGS = (
    f"SET LOCK_TIMEOUT {LOCK_SECONDS * 1000}",
    # Rows are versions, where the database keeps them, and nothing waits for us: no shared lock outlasts its row.
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET TEXTSIZE 2147483647",
)


class SqlServerEngine(CatalogEngine):
    """SQL Server 2014 and later; `mssql://user:password@host:1433/database`. Of an availability group a readable replica answers."""

    dialect = "sqlserver"
    gone = frozenset({20003, 20004, 20006, 20047})
    reasons: ClassVar[Mapping[int, Text]] = {
        18456: REFUSED,
        18452: REFUSED,
        4060: Text(
            "没有这个数据库，或账号无权进入，请检查 url 中的库名",
            "there is no such database, or the account may not enter it; check its name in the url",
        ),
        20009: UNREACHABLE,
        20002: UNREACHABLE,
        229: NO_RIGHT,
        230: NO_RIGHT,
        262: NO_RIGHT,
        297: NO_RIGHT,
        300: NO_RIGHT,
        208: GONE,
        1222: LOCKED,
        4413: Text("视图引用了不存在的表或列", "the view refers to a table or column that is gone"),
        20017: TOO_LONG,
    }

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        import pymssql  # noqa: PLC0415 - a scan loads what it reads

        return (pymssql.Error, OSError)

    def connect(self, url: str) -> Any:
        import pymssql  # noqa: PLC0415 - as above

        parts = parsed(url)
        more: dict[str, Any] = dict(parts.query)
        connection: Any = pymssql.connect(
            server=parts.host or "",
            port=str(parts.port or PORT),
            user=parts.username,
            password=parts.password,
            database=parts.database or "",
            timeout=STATEMENT_SECONDS,
            login_timeout=CONNECT_SECONDS,
            appname=APPLICATION,
            read_only=True,
            autocommit=True,
            **more,
        )
        with connection.cursor() as cursor:
            for setting in SETTINGS:
                cursor.execute(setting)
        return connection

    def code(self, error: Exception) -> int:
        """The last number of an error: of a login that failed the driver tells its own and, before it, the server's."""
        first = error.args[0] if error.args else None
        number = first[0] if isinstance(first, tuple) and first else first
        return number if isinstance(number, int) else 0

    def expression(self, name: str, type_: str) -> str | None:
        if type_ in TEXT:
            return f"LEFT(CONVERT(nvarchar(max), {name}), {LONGEST + 1})"
        if type_ in LONG:
            return f"LEFT({name}, {LONGEST + 1})"
        if type_ == "sql_variant":
            return f"CONVERT(nvarchar(max), {name})"
        if type_ in SHAPES:
            return f"{name}.ToString()"
        if type_ in ("varbinary", "image"):
            return f"SUBSTRING(CONVERT(varbinary(max), {name}), 1, {LONGEST + 1})"
        return name
