"""Db2 on Linux, Unix and Windows, through IBM's driver. Not verified on a live server."""

from __future__ import annotations

import re
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
from pii_audit.sources.database.engine import APPLICATION, CONNECT_SECONDS, LOCK_SECONDS, NO_RIGHT, STATEMENT_SECONDS
from pii_audit.sources.database.urls import parsed

PORT = 50_000
_CODE = re.compile(r"\bSQL(\d{4,5})[NCW]\b")


class Db2Engine(CatalogEngine):
    """Db2 11.5 and later; `db2://user:password@host:50000/database`."""

    dialect = "db2"
    gone = frozenset({1224, 30081})
    reasons: ClassVar[Mapping[int, Text]] = {
        30082: REFUSED,
        1013: Text("没有这个数据库，请检查 url 中的库名", "there is no such database; check its name in the url"),
        1336: UNREACHABLE,
        551: NO_RIGHT,
        552: NO_RIGHT,
        1060: Text("账号没有 CONNECT 权限", "the account has no CONNECT"),
        204: GONE,
        575: Text("视图引用了不存在的表、列", "the view refers to a table or column that is gone"),
        911: LOCKED,
        913: LOCKED,
        952: TOO_LONG,
    }

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        import ibm_db_dbi  # type: ignore[import-not-found]  # noqa: PLC0415 - a scan loads what it reads

        return (ibm_db_dbi.Error, OSError)

    def connect(self, url: str) -> Any:
        import ibm_db_dbi  # noqa: PLC0415 - as above

        parts = parsed(url)
        named = {
            "DATABASE": parts.database or "",
            "HOSTNAME": parts.host or "",
            "PORT": str(parts.port or PORT),
            "PROTOCOL": "TCPIP",
            "ConnectTimeout": str(CONNECT_SECONDS),
            "QueryTimeoutInterval": str(STATEMENT_SECONDS),
            "LockTimeout": str(LOCK_SECONDS),
            "ProgramName": APPLICATION,
            **{key: str(value) for key, value in parts.query.items()},
        }
        words = "".join(f"{key}={value};" for key, value in named.items())
        return ibm_db_dbi.connect(words, parts.username or "", parts.password or "")

    def code(self, error: Exception) -> int:
        """Its number; the words around it quote data and are not looked at."""
        found = _CODE.search(str(error))
        return int(found[1]) if found else 0

    def expression(self, name: str, type_: str) -> str | None:
        # What is long comes as a large object of the driver, of which no more is read than is looked at.
        if type_ == "xml":
            return f"XMLSERIALIZE({name} AS CLOB(2G))"
        return name
