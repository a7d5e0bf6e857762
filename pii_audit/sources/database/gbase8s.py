"""GBase 8s, through its vendor's ODBC driver; its catalog is Informix's. Not verified on a live server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pii_audit.language import Text
from pii_audit.sources.database.catalog import GONE, LOCKED, REFUSED, UNREACHABLE, CatalogEngine
from pii_audit.sources.database.engine import CONNECT_SECONDS, LOCK_SECONDS, NO_RIGHT
from pii_audit.sources.database.urls import parsed

TYPES = {
    0: "char", 1: "smallint", 2: "integer", 3: "float", 4: "smallfloat", 5: "decimal", 6: "serial", 7: "date", 8: "money",
    10: "datetime", 11: "byte", 12: "text", 13: "varchar", 14: "interval", 15: "nchar", 16: "nvarchar", 17: "int8",
    18: "serial8", 40: "lvarchar", 41: "udt", 43: "lvarchar", 45: "boolean", 52: "bigint", 53: "bigserial",
}  # fmt: skip
"""Numbers of types, coltype modulo 256 (IBM Informix Guide to SQL: Reference, SYSCOLUMNS)."""


class Gbase8sEngine(CatalogEngine):
    """GBase 8s 8.8; `gbase8s://user:password@/?dsn=NAME`, where NAME is a data source of ODBC."""

    dialect = "gbase8s"
    gone = frozenset({-25582, -25580, -11020})
    reasons: ClassVar[Mapping[int, Text]] = {
        -951: REFUSED,
        -952: REFUSED,
        -908: UNREACHABLE,
        -329: Text("没有这个数据库，或账号无权进入", "there is no such database, or the account may not enter it"),
        -387: Text("账号没有 CONNECT 权限", "the account has no CONNECT"),
        -272: NO_RIGHT,
        -206: GONE,
        -107: LOCKED,
        -244: LOCKED,
    }

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        import pyodbc  # type: ignore[import-not-found]  # noqa: PLC0415 - a scan loads what it reads

        return (pyodbc.Error, OSError)

    def connect(self, url: str) -> Any:
        import pyodbc  # noqa: PLC0415 - as above

        parts = parsed(url)
        named = {
            "UID": parts.username or "",
            "PWD": parts.password or "",
            **{k.upper(): v for k, v in parts.query.items()},
        }
        connection = pyodbc.connect(autocommit=True, readonly=True, timeout=CONNECT_SECONDS, **named)
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCK MODE TO WAIT {LOCK_SECONDS}")
            cursor.execute("SET ISOLATION TO DIRTY READ")
        return connection

    def code(self, error: Exception) -> int:
        """The native number, which ODBC puts in brackets behind its message; the words are not looked at."""
        words = str(error.args[1]) if len(error.args) > 1 else ""
        numbers = [part.partition(")")[0] for part in words.split("(")[1:]]
        return next((int(number) for number in reversed(numbers) if number.lstrip("-").isdecimal()), 0)

    def expression(self, name: str, type_: str) -> str | None:
        kind = TYPES.get(int(type_), "") if type_.isdecimal() else type_
        return None if kind in ("udt", "") else name
