"""MySQL and MariaDB through their client: rows come as XML, in which NULL is certain, and bytes in hexadecimal."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pii_audit.collecting.inside.client import Client, ClientError, bare
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.sources.bundle.answers import Written
from pii_audit.sources.database.engine import CONNECT_SECONDS, LOCK_SECONDS, STATEMENT_SECONDS, Cell, Column
from pii_audit.sources.database.mysql import LIMITS, STREAM_SECONDS, MysqlEngine
from pii_audit.sources.database.mysql_family import (
    Gbase8aEngine,
    GoldenDbEngine,
    OceanBaseEngine,
    TdsqlEngine,
    TidbEngine,
)
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Ledger

if TYPE_CHECKING:
    from pii_audit.sources.database.session import Session

ARGUMENTS = (
    "--xml",
    "--quick",
    "--unbuffered",
    "--force",
    "--skip-reconnect",
    "--default-character-set=utf8mb4",
    f"--connect-timeout={CONNECT_SECONDS}",
)
USED = "SELECT DATABASE()"
_ROW = b"</row>"
_FIELD = re.compile(rb'<field name="[^"]*"(?: xsi:nil="true" />|>([^<]*)</field>)')
_ESCAPED = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&amp;", b"&"))
_ERROR = re.compile(r"^ERROR (\d+)", re.MULTILINE)
_GONE = 2013
_UNREACHABLE = {2002: 2003, 2005: 2003}
"""No socket and no such host are for the driver what no answer is."""


class Mysql(Client):
    """One mysql or mariadb."""

    def __init__(self, command: Sequence[str]) -> None:
        super().__init__((*command, *ARGUMENTS), {})
        self._number = 0
        self._left = b""

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        self._number += 1
        mark = f"pii-audit {self._number} {secrets.token_hex(8)}"
        self._send(f"{bare(sql)}\n;\nSELECT '{mark}';\n")
        pending = self._left
        for block in self._blocks():
            *rows, pending = (pending + block).split(_ROW)
            for row in rows:
                cells = tuple(_cell(found) for found in _FIELD.finditer(row))
                if cells == (mark,):
                    self._left = pending
                    self._judge()
                    return
                yield cells
        raise _error(self._complained()) or ClientError(_GONE if self._number > 1 else _UNREACHABLE[2002])

    def literal(self, value: object) -> str:
        if value is None or isinstance(value, int | float):
            return "NULL" if value is None else str(value)
        return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"

    def _judge(self) -> None:
        error = _error(self._complained())
        if error:
            raise error


def _error(said: str) -> ClientError | None:
    found = _ERROR.search(said)
    return ClientError(_UNREACHABLE.get(int(found[1]), int(found[1]))) if found else None


def _cell(found: re.Match[bytes]) -> Written | None:
    cell = found[1]
    if cell is None:
        return None
    for written, meant in _ESCAPED if b"&" in cell else ():
        cell = cell.replace(written, meant)
    return Written(cell.decode("utf-8", "replace"))


class MysqlClientEngine(MysqlEngine):
    """MySQL 5.7 and MariaDB 10.3 and later; the command, with its arguments, says where."""

    # The client prints a NUL as a space, so that a key of bytes cannot be gone on from.
    ordered = MysqlEngine.ordered - {"binary", "varbinary"}

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        return (ClientError, OSError, UnicodeError)

    def connect(self, url: str) -> Mysql:  # noqa: ARG002 - the command says where
        client = Mysql(self._command)
        try:
            for statement in self.settings:
                client.run(statement.format(lock=LOCK_SECONDS))
            _limit(client, STATEMENT_SECONDS)
        except ClientError:
            client.close()
            raise
        return client

    def stream(self, connection: Mysql, sql: str) -> Iterator[Sequence[Cell]]:
        _limit(connection, STREAM_SECONDS)
        yield from connection.rows(sql)
        _limit(connection, STATEMENT_SECONDS)

    def databases(self, url: str, include: Sequence[str]) -> list[str]:
        """Those that include names, and the one that the client was told to use."""
        return list(dict.fromkeys([*([url] if url else []), *self.listed(include)]))

    def assets(self, session: Session, source: str, include: Sequence[str]) -> Iterator[Asset | Coverage]:
        [(database,)] = session.rows(USED)
        session.url = database or ""
        yield from super().assets(session, source, include)

    def rows(
        self, session: Session, columns: Sequence[Column], sampling: Sampling, ledger: Ledger
    ) -> Iterator[Sequence[Cell]]:
        raw = [column.binary or column.charset is not None for column in columns]
        asked = [
            replace(column, expression=f"HEX(CAST({column.expression} AS BINARY))") if hexadecimal else column
            for column, hexadecimal in zip(columns, raw, strict=True)
        ]
        for row in super().rows(session, asked, sampling, ledger):
            yield [
                bytes.fromhex(cell) if hexadecimal and isinstance(cell, str) else _plain(cell)
                for hexadecimal, cell in zip(raw, row, strict=True)
            ]


class OceanBaseClient(MysqlClientEngine, OceanBaseEngine):
    """OceanBase in MySQL mode through a client of MySQL's. Not verified on a live server."""


class TidbClient(MysqlClientEngine, TidbEngine):
    """TiDB through a client of MySQL's. Not verified on a live server."""


class TdsqlClient(MysqlClientEngine, TdsqlEngine):
    """TDSQL through a client of MySQL's. Not verified on a live server."""


class GoldenDbClient(MysqlClientEngine, GoldenDbEngine):
    """GoldenDB through a client of MySQL's. Not verified on a live server."""


class Gbase8aClient(MysqlClientEngine, Gbase8aEngine):
    """GBase 8a through a client of MySQL's. Not verified on a live server."""


def _plain(cell: Cell) -> Cell:
    return str(cell) if isinstance(cell, str) else cell


def _limit(client: Mysql, seconds: int) -> None:
    for setting in LIMITS:
        with suppress(ClientError):  # it is the other server's variable
            client.run(f"SET SESSION {setting.format(seconds=seconds)}")
