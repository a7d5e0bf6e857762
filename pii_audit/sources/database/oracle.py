"""Oracle servers, through oracledb without a client of Oracle's. Not verified on a live server."""

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
from pii_audit.sources.database.engine import APPLICATION, CONNECT_SECONDS, NO_RIGHT, STATEMENT_SECONDS
from pii_audit.sources.database.urls import parsed

PORT = 1521
_NO_SERVICE = Text(
    "监听器不认识这个服务名或 SID，请检查 url", "the listener knows no such service or SID; check it in the url"
)
_DRIVER = -1
"""Codes of the driver (DPY-…) are told from those of the server (ORA-…) by their sign."""


class OracleEngine(CatalogEngine):
    """Oracle 12c and later; `oracle://user:password@host:1521/service`, or `…/?sid=ORCL`."""

    dialect = "oracle"
    gone = frozenset({28, 1012, 2396, 3113, 3114, 3135, -1001, -4011})
    reasons: ClassVar[Mapping[int, Text]] = {
        1017: REFUSED,
        1005: REFUSED,
        -4001: Text("url 中没有用户名或密码", "the url holds no user or no password"),
        28000: Text("账号已锁定", "the account is locked"),
        28001: Text("账号的密码已过期", "the password of the account has expired"),
        1045: Text("账号没有 CREATE SESSION 权限", "the account has no CREATE SESSION"),
        12505: _NO_SERVICE,
        12514: _NO_SERVICE,
        -6001: _NO_SERVICE,
        -6003: _NO_SERVICE,
        12541: UNREACHABLE,
        12170: UNREACHABLE,
        -6000: UNREACHABLE,
        -6005: UNREACHABLE,
        942: Text(f"{NO_RIGHT.zh}，或{GONE.zh}", f"{NO_RIGHT.en}, or {GONE.en}"),
        1031: NO_RIGHT,
        1013: TOO_LONG,
        -4024: TOO_LONG,
        54: LOCKED,
        1555: Text(
            "读取时间过长，回滚段已被覆盖（快照过旧），请稍后再试",
            "reading took so long that undo was gone (snapshot too old); try again later",
        ),
        4063: Text(
            "视图引用了不存在的表、列，或属主没有权限",
            "the view refers to a table or column that is gone, or its owner has no right to it",
        ),
    }

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        import oracledb  # noqa: PLC0415 - a scan loads what it reads

        return (oracledb.Error, OSError)

    def connect(self, url: str) -> Any:
        import oracledb  # noqa: PLC0415 - as above

        parts = parsed(url)
        more: dict[str, Any] = {"service_name": parts.database} if parts.database else {}
        connection = oracledb.connect(
            user=parts.username,
            password=parts.password,
            host=parts.host,
            port=parts.port or PORT,
            tcp_connect_timeout=CONNECT_SECONDS,
            program=APPLICATION,
            **more,
            **dict(parts.query),
        )
        connection.call_timeout = STATEMENT_SECONDS * 1000
        connection.module = APPLICATION
        # Numbers keep every digit; a card number is one in many a schema.
        connection.outputtypehandler = _exact
        return connection

    def code(self, error: Exception) -> int:
        detail = error.args[0] if error.args else None
        full = str(getattr(detail, "full_code", "") or "")
        prefix, _, number = full.partition("-")
        if number.isdecimal():
            return int(number) * (_DRIVER if prefix == "DPY" else 1)
        return 0

    def expression(self, name: str, type_: str) -> str | None:
        if type_ == "xmltype":
            return f"XMLSERIALIZE(CONTENT {name} AS CLOB)"
        if type_ == "json":
            return f"JSON_SERIALIZE({name} RETURNING CLOB)"
        if type_ in ("object", "bfile", "anydata") or type_.startswith("vector"):
            return None
        return name


def _exact(cursor: Any, metadata: Any) -> Any:
    import oracledb  # noqa: PLC0415 - as above

    if metadata.type_code is oracledb.DB_TYPE_NUMBER:
        return cursor.var(str, arraysize=cursor.arraysize)
    return None
