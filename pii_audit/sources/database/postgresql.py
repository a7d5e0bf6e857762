"""PostgreSQL servers: the connection, the catalog, and what went wrong in words that quote no data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind, Field
from pii_audit.model.coverage import Coverage
from pii_audit.sources.database import postgresql_rows
from pii_audit.sources.database.engine import (
    APPLICATION,
    CONNECT_SECONDS,
    LOCK_SECONDS,
    LONGEST,
    STATEMENT_BYTES,
    STATEMENT_SECONDS,
    Cell,
    Column,
    Engine,
    connect_arguments,
    width,
)
from pii_audit.sources.database.names import qualified, quoted, split
from pii_audit.sources.interface import Absent, Sampling, failed
from pii_audit.sources.reading import Ledger

if TYPE_CHECKING:
    from pii_audit.sources.database.session import Session

LARGE_OBJECTS = "pg_catalog.pg_largeobject"
FIRST_FETCH, MOST_FETCHED = 100, 5_000
"""Rows of the first batch of a stream, before it is known how wide they are, and of any batch."""

SETTINGS = """
    SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;
    SET default_transaction_read_only = on;
    SET statement_timeout = {statement};
    SET lock_timeout = {lock};
    SET idle_in_transaction_session_timeout = 0;
    SET max_parallel_workers_per_gather = 0;
    SET row_security = off;
    SET search_path = pg_catalog;
    SET datestyle = 'ISO, YMD';
    SET bytea_output = 'hex'
"""
# With row_security off a policy that would hide rows from us is an error instead of a silence.

_KINDS = {
    "r": AssetKind.TABLE,
    "p": AssetKind.TABLE,
    "f": AssetKind.TABLE,
    "v": AssetKind.VIEW,
    "m": AssetKind.VIEW,
}
_GRANT = Text("见 pii-audit doctor --grants", "see pii-audit doctor --grants")
_REASONS = {
    "28P01": Text("用户名或密码错误，请检查 url 所引用的值", "wrong user or password; check what the url refers to"),
    "28000": Text(
        "服务器拒绝该用户登录，请检查用户名、LOGIN 属性和 pg_hba.conf",
        "the server lets this user not log in; check the user, its LOGIN attribute and pg_hba.conf",
    ),
    "3D000": Absent("没有这个数据库,请检查 url 中的库名", "there is no such database; check its name in the url"),
    "53300": Text("服务器连接数已满，请稍后再试", "the server has no connection left; try again later"),
    "57P03": Text("服务器正在启动或停止，请稍后再试", "the server is starting up or shutting down; try again later"),
    "42501": Text(
        f"没有权限，或行级安全策略会隐藏部分行（需要 SELECT 或 BYPASSRLS；{_GRANT.zh}）",
        f"no right to read it, or a row-level policy would hide rows (SELECT or BYPASSRLS is needed; {_GRANT.en})",
    ),
    "57014": Text(
        f"语句超过 {STATEMENT_SECONDS} 秒或被管理员取消",
        f"the statement took over {STATEMENT_SECONDS} seconds or was cancelled",
    ),
    "40001": Text(
        "副本回放主库的变更时取消了查询，请稍后再试",
        "the replica cancelled the query to replay what the server changed; try again later",
    ),
    "55P03": Text("表被其他会话锁定，请稍后再试", "the table is locked by another session; try again later"),
    "55000": Text("物化视图尚未刷新过，没有数据", "the materialised view was never refreshed and holds nothing"),
    "42P01": Text("表已不存在", "the table is gone"),
    "22021": Text("含有无法转换编码的字符", "holds characters that cannot be converted"),
    "22P05": Text("含有无法转换编码的字符", "holds characters that cannot be converted"),
}
_LOST = Text("与服务器的连接已断开", "the connection to the server was lost")
_UNREACHABLE = Text(
    "无法连接服务器，请检查 url 中的主机、端口，以及服务器是否运行",
    "the server cannot be reached; check host and port in the url, and whether it runs",
)
_NOWHERE = Absent(_UNREACHABLE.zh, _UNREACHABLE.en)
_UNANSWERED = (
    "Connection refused",
    "timeout expired",
    "translate host name",
    "resolve host",
    "No route to host",
    "No such file",
)
"""What libpq says where there is no server; of anything else in a failed connection the server may be the author."""
_MESSAGES = (
    ("password authentication failed", "28P01"),
    ("no password supplied", "28P01"),
    ("no pg_hba.conf entry", "28000"),
    ("authentication failed", "28000"),
    ("is not permitted to log in", "28000"),
    ('role "', "28000"),
    ("does not exist", "3D000"),
    ("too many clients", "53300"),
    ("remaining connection slots", "53300"),
    ("too many connections", "53300"),
    ("starting up", "57P03"),
    ("shutting down", "57P03"),
)
"""A failed connection has no code, only a message, which may come in the server's language."""
_AT_THE_DOOR = ("connection failed", "connection is bad", "timeout", "resolve host", "translate host name")
"""What libpq and psycopg say where there is no connection yet; of the last two, no server goes by the name."""


class PostgresqlEngine(Engine):
    """PostgreSQL 10 and later, through psycopg."""

    dialect = "postgresql"
    settings = SETTINGS
    """What a session begins with."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        import psycopg  # noqa: PLC0415 - a scan loads what it reads

        return (psycopg.Error, OSError)

    def connect(self, url: str) -> Any:
        import psycopg  # noqa: PLC0415 - as above

        words, named = connect_arguments(url, "postgresql+psycopg")
        named = {"connect_timeout": CONNECT_SECONDS, "application_name": APPLICATION, **named}
        connection = psycopg.connect(*words, **named, autocommit=True)
        try:
            connection.execute(self.settings.format(statement=STATEMENT_SECONDS * 1000, lock=LOCK_SECONDS * 1000))
            # Bytes that are in no encoding come as they are; everything else as UTF-8.
            ascii_only = connection.info.parameter_status("server_encoding") == "SQL_ASCII"
            connection.execute(f"SET client_encoding = '{'SQL_ASCII' if ascii_only else 'UTF8'}'")
        except psycopg.Error:
            connection.close()
            raise
        return connection

    def stream(self, connection: Any, sql: str) -> Iterator[Sequence[Cell]]:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN READ ONLY")
            cursor.execute(f"DECLARE pii_audit NO SCROLL CURSOR FOR {sql}")
            count = FIRST_FETCH
            while rows := cursor.execute(f"FETCH FORWARD {count} FROM pii_audit").fetchall():
                size = sum(map(width, rows)) // len(rows)
                count = max(1, min(MOST_FETCHED, STATEMENT_BYTES // max(1, size)))
                yield from rows
            cursor.execute("COMMIT")

    def lost(self, error: Exception) -> bool:
        state = getattr(error, "sqlstate", None)
        if state is None:
            import psycopg  # noqa: PLC0415 - as above

            return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError, OSError))
        # Class 08: connection exceptions; 57P0x: the administrator ended the session or the server.
        return bool(state.startswith(("08", "57P0")))

    def reason(self, error: Exception) -> Text:
        state = getattr(error, "sqlstate", None)
        if state is None:
            message = str(error)
            state = next((code for words, code in _MESSAGES if words in message), None)
            if state is None:
                if any(words in message for words in _UNANSWERED):
                    return _NOWHERE
                return _UNREACHABLE if any(words in message for words in _AT_THE_DOOR) else _LOST
        if state.startswith("08") or state in ("57P01", "57P02"):
            return _LOST
        other = Text(
            f"服务器无法执行查询（SQLSTATE {state}）", f"the server could not run the query (SQLSTATE {state})"
        )
        return _REASONS.get(state, other)

    def assets(self, session: Session, source: str, include: Sequence[str]) -> Iterator[Asset | Coverage]:  # noqa: ARG002 - one connection sees one database
        fields: dict[tuple[str, str], list[Field]] = defaultdict(list)
        for schema, name, column, type_, comment in session.rows(self.queries.sql("columns")):
            fields[schema, name].append(Field(_text(column), type_, _text(comment)))
        for schema, name, kind, rows, size, comment, owner in session.rows(self.queries.sql("relations")):
            known = int(rows) if kind != "v" and rows is not None and rows >= 0 else None
            yield Asset(
                source,
                qualified(_text(schema) or "", _text(name) or ""),
                _KINDS[_text(kind) or "r"],
                tuple(fields[schema, name]),
                rows=known,
                size=int(size) or None,
                owner=_text(owner),
                comment=_text(comment),
            )
        [(count,)] = session.rows(self.queries.sql("large_objects"))
        if count:
            reason = Text(f"{count} 个大对象未读取", f"{count} large object(s) were not read")
            yield failed(source, LARGE_OBJECTS, reason)

    def columns(self, session: Session, asset: str) -> Sequence[Column]:
        found = session.rows(self.queries.sql("table"), split(asset))
        if not found:
            raise InspectionError(_REASONS["42P01"])
        return [
            _column(_text(name), _text(type_), long=long, readable=readable)
            for _, _, _, name, type_, long, readable in found
            if name is not None
        ]

    def rows(
        self, session: Session, columns: Sequence[Column], sampling: Sampling, ledger: Ledger
    ) -> Iterator[Sequence[Cell]]:
        [version, *_] = session.rows(self.queries.sql("version"))[0]
        [oid, kind, whole, *_] = session.rows(self.queries.sql("table"), split(ledger.asset))[0]
        table = postgresql_rows.Table(ledger.asset, _text(kind) or "r", int(oid), version, whole)
        yield from postgresql_rows.rows(session, table, columns, sampling, ledger)


def _column(name: str, type_: str, *, long: bool, readable: bool) -> Column:
    bare = quoted(name)
    if type_ == "bytea":
        return Column(name, f"substr({bare}, 1, {LONGEST + 1})", binary=True, readable=readable)
    if type_ == "inet":  # whose text has a mask that nobody wrote
        return Column(name, f"textin(inet_out({bare}))", readable=readable)
    text = f"left({bare}::text, {LONGEST + 1})" if long else f"{bare}::text"
    return Column(name, text, readable=readable)


def _text(value: Any) -> Any:
    """A name; the driver gives bytes where the database has no encoding."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
