"""MySQL and MariaDB servers: the connection, the catalog, and what went wrong in words that quote no data."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind, Field
from pii_audit.model.coverage import Coverage
from pii_audit.sources.database import mysql_rows
from pii_audit.sources.database.engine import (
    APPLICATION,
    CONNECT_SECONDS,
    LOCK_SECONDS,
    LONGEST,
    NO_RIGHT,
    STATEMENT_SECONDS,
    Cell,
    Column,
    Engine,
    connect_arguments,
)
from pii_audit.sources.database.names import qualified, quoted, split
from pii_audit.sources.interface import Absent, Sampling, failed
from pii_audit.sources.reading import Ledger

if TYPE_CHECKING:
    from pii_audit.sources.database.session import Session

STREAM_SECONDS = 3_600
"""A table without a key, or a view, is one statement, whose time limit counts until its last row."""
FETCHED = 500
BINARY = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
OPAQUE = ("bit", "geometry", "point", "linestring", "polygon", "collection")
"""How types end whose bytes no function cuts: bits, and shapes, of which `multipoint` is one."""
LONG = frozenset({"text", "mediumtext", "longtext", "json"})
UNDECLARED = frozenset({"latin1", "ascii"})
"""Old schemas keep Chinese text in columns declared so: their bytes tell what they are."""

SETTINGS = (
    "SET NAMES utf8mb4",
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION lock_wait_timeout = {lock}, innodb_lock_wait_timeout = {lock}",
    f"SET SESSION net_write_timeout = {STREAM_SECONDS}",
    "SET SESSION sql_mode = '', time_zone = '+00:00'",
)
LIMITS = ("max_statement_time = {seconds}", "max_execution_time = {seconds}000")
"""MariaDB counts seconds, MySQL milliseconds; each knows only its own."""

_GONE = frozenset({1053, 1077, 1927, 2006, 2013, 2055, 4031})
_TIME = Text(
    f"语句超过 {STATEMENT_SECONDS} 秒或被管理员终止",
    f"the statement took over {STATEMENT_SECONDS} seconds or was killed",
)
_REASONS = {
    1045: Text("用户名或密码错误，请检查 url 所引用的值", "wrong user or password; check what the url refers to"),
    1698: Text("该账号不能用密码登录", "this account does not log in with a password"),
    1130: Text("服务器不允许从本机连接", "the server allows no connection from this host"),
    1044: Text("该账号无权使用这个数据库，请检查 url", "the account may not use this database; check the url"),
    1049: Absent("没有这个数据库,请检查 url 中的库名", "there is no such database; check its name in the url"),
    1040: Text("服务器连接数已满，请稍后再试", "the server has no connection left; try again later"),
    1203: Text("该账号连接数已满，请稍后再试", "the account has no connection left; try again later"),
    1226: Text("该账号的资源配额已用完", "the account has used up its quota"),
    2003: Absent(
        "无法连接服务器,请检查 url 中的主机、端口,以及服务器是否运行",
        "the server cannot be reached; check host and port in the url, and whether it runs",
    ),
    1142: NO_RIGHT,
    1143: NO_RIGHT,
    1370: NO_RIGHT,
    1205: Text("表被其他会话锁定，请稍后再试", "the table is locked by another session; try again later"),
    1969: _TIME,
    3024: _TIME,
    1317: _TIME,
    1146: Text("表已不存在", "the table is gone"),
    1356: Text(
        "视图引用了不存在的表、列，或定义者没有权限",
        "the view refers to a table or column that is gone, or its definer has no right to it",
    ),
    1449: Text("视图的定义者账号已不存在", "the account that defined the view is gone"),
}
_LOST = Text("与服务器的连接已断开", "the connection to the server was lost")
_NO_DATABASE = Text(
    "url 中没有库名，include 也没有点名数据库（写作 库名.*）",
    "neither the url nor include names a database (written database.*)",
)


class MysqlEngine(Engine):
    """MySQL 5.7 and MariaDB 10.3 and later, through PyMySQL. The databases that are read: that of the url, and those that `include` names."""

    dialect = "mysql"
    mark = "`"
    settings: Sequence[str] = SETTINGS
    """What a session begins with."""
    ordered = mysql_rows.ORDERED
    """Types of keys that rows can be read along."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        from pymysql.err import MySQLError  # noqa: PLC0415 - a scan loads what it reads

        return (MySQLError, OSError, UnicodeError)

    def connect(self, url: str) -> Any:
        import pymysql  # noqa: PLC0415 - as above

        _, named = connect_arguments(url, "mysql+pymysql")
        named.pop("client_flag", None)
        named = {"connect_timeout": CONNECT_SECONDS, "program_name": APPLICATION, **named}
        connection = pymysql.connect(**named, charset="utf8mb4", autocommit=True)
        try:
            with connection.cursor() as cursor:
                for statement in self.settings:
                    cursor.execute(statement.format(lock=LOCK_SECONDS))
            _limit(connection, STATEMENT_SECONDS)
        except pymysql.err.MySQLError:
            connection.close()
            raise
        return connection

    def stream(self, connection: Any, sql: str) -> Iterator[Sequence[Cell]]:
        from pymysql.cursors import SSCursor  # noqa: PLC0415 - as above

        _limit(connection, STREAM_SECONDS)
        cursor = SSCursor(connection)
        try:
            cursor.execute(sql)
            while rows := cursor.fetchmany(FETCHED):
                yield from rows
        finally:
            # PyMySQL would read what the server still has to send, from a connection that may be gone.
            if cursor._result is not None:  # noqa: SLF001 - it has no public way to give up a result
                cursor._result.unbuffered_active = False  # noqa: SLF001 - as above
            cursor.connection = None
        _limit(connection, STATEMENT_SECONDS)

    def lost(self, error: Exception) -> bool:
        code = _code(error)
        return code in _GONE or (code in (0, 2003) and not isinstance(error, UnicodeError))

    def reason(self, error: Exception) -> Text:
        if isinstance(error, UnicodeError):
            return Text("含有无法解码的字符", "holds characters that cannot be decoded")
        code = _code(error)
        if code in _GONE or code == 0:
            return _LOST
        other = Text(f"服务器无法执行查询（错误 {code}）", f"the server could not run the query (error {code})")
        return _REASONS.get(code, other)

    def databases(self, url: str, include: Sequence[str]) -> list[str]:
        """That of the url and those that include names."""
        return list(dict.fromkeys([*super().databases(url, include), *self.listed(include)]))

    def listed(self, include: Sequence[str]) -> list[str]:
        """The databases that include names before a dot, without wildcards."""
        named = [pattern.partition(".")[0] for pattern in include if "." in pattern]
        return [name for name in named if not re.search(r"[*?\[]", name)]

    def assets(self, session: Session, source: str, include: Sequence[str]) -> Iterator[Asset | Coverage]:
        databases = self.databases(session.url, include)
        if not databases:
            raise InspectionError(_NO_DATABASE)
        marks = ", ".join(["%s"] * len(databases))
        fields: dict[tuple[str, str], list[Field]] = defaultdict(list)
        for schema, table, column, type_, comment in session.rows(
            self.queries.sql("columns", schemas=marks), databases
        ):
            fields[schema, table].append(Field(column, type_, comment or None))
        for schema, table, kind, rows, size, comment in session.rows(
            self.queries.sql("tables", schemas=marks), databases
        ):
            if kind == "SEQUENCE":
                continue
            view = kind.endswith("VIEW")
            yield Asset(
                source,
                qualified(schema, table),
                AssetKind.VIEW if view else AssetKind.TABLE,
                tuple(fields[schema, table]),
                rows=None if view or rows is None else int(rows),
                size=int(size or 0) or None,
                comment=None if view else comment or None,
            )
        rights = [str(line) for (line,) in session.rows(self.queries.sql("grants"))]
        for database in databases:
            if not _sees_all(rights, database):
                yield failed(
                    source,
                    qualified(database, "*"),
                    Text(
                        "账号对整个库没有 SELECT 权限：未授权的表对它不可见，无法得知有哪些",
                        "the account has no SELECT on the whole database: tables without a grant are hidden from it",
                    ),
                )

    def columns(self, session: Session, asset: str) -> Sequence[Column]:
        [(_, packet)] = session.rows(self.queries.sql("variables"))
        # A function whose result is larger than a packet gives NULL; four bytes a character, twice over.
        longest = min(LONGEST, int(packet) // 8)
        found = session.rows(self.queries.sql("table"), split(asset))
        if not found:
            # A view that cannot be opened has no columns; the server says why when it is asked for rows.
            name = ".".join(quoted(part, "`") for part in split(asset))
            session.rows(f"{self.queries.sql('rows', columns='*', table=name)} LIMIT 0")
            raise InspectionError(_REASONS[1146])
        return [
            _column(name, kind.lower(), charset, longest, readable=bool(readable))
            for name, kind, charset, readable in found
        ]

    def rows(
        self, session: Session, columns: Sequence[Column], sampling: Sampling, ledger: Ledger
    ) -> Iterator[Sequence[Cell]]:
        yield from mysql_rows.rows(session, columns, sampling, ledger, self.ordered)


def _code(error: Exception) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def _limit(connection: Any, seconds: int) -> None:
    import pymysql  # noqa: PLC0415 - a scan loads what it reads

    with connection.cursor() as cursor:
        for setting in LIMITS:
            with suppress(pymysql.err.OperationalError):  # it is the other server's variable
                cursor.execute(f"SET SESSION {setting.format(seconds=seconds)}")


def _sees_all(rights: Sequence[str], database: str) -> bool:
    """Whether SHOW GRANTS gives SELECT on everything or on that whole database; TiDB has small letters, and quotes some names only."""
    for line in rights:
        match = re.match(r"GRANT (.*?) ON (\*\.\*|(`(?:[^`]|``)*`|[^`\s.]+)\.\*) TO ", line)
        if match is None or not re.search(r"\bSELECT\b|\bALL PRIVILEGES\b", match[1].upper()):
            continue
        pattern = None if match[2] == "*.*" else _unquoted(match[3])
        if pattern is None or mysql_rows.like(pattern).fullmatch(database):
            return True
    return False


def _unquoted(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def _column(name: str, kind: str, charset: str | None, longest: int, *, readable: bool) -> Column:
    bare = quoted(name, "`")
    if kind in BINARY:
        return Column(name, f"LEFT({bare}, {longest + 1})", binary=True, readable=readable, longest=longest)
    if kind.endswith(OPAQUE):
        return Column(name, bare, binary=True, readable=readable)
    if charset in UNDECLARED:
        raw = f"CAST(LEFT({bare}, {longest + 1}) AS BINARY)"
        return Column(name, raw, charset="cp1252", readable=readable, longest=longest)
    text = f"LEFT({bare}, {longest + 1})" if kind in LONG else f"CAST({bare} AS CHAR)"
    return Column(name, text, readable=readable, longest=longest)
