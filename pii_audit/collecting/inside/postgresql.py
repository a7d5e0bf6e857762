"""PostgreSQL through psql: every row comes as a JSON object on a line of COPY, so that types and NULL are certain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pii_audit.collecting.inside.client import Client, ClientError, bare
from pii_audit.sources.database.engine import (
    APPLICATION,
    CONNECT_SECONDS,
    LOCK_SECONDS,
    STATEMENT_SECONDS,
    Cell,
    Column,
)
from pii_audit.sources.database.postgresql import PostgresqlEngine
from pii_audit.sources.database.postgresql_family import KingbaseEngine, OpenGaussEngine
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Ledger

if TYPE_CHECKING:
    from pii_audit.sources.database.session import Session

ARGUMENTS = ("-X", "-q", "-A", "-t", "-P", "pager=off", "-v", "VERBOSITY=verbose")
_GONE = "08006"
_STATE = re.compile(r"^(?:psql:.*?: )?[^\s:]+:\s+([0-9A-Z]{5}): ", re.MULTILINE)
"""An error as psql tells it when asked for its code, in whatever language: `ERROR:  42501: …`."""
_HARMLESS = ("00", "01", "02")
"""Classes of notices and warnings."""


class Psql(Client):
    """One psql."""

    def __init__(self, command: Sequence[str]) -> None:
        environment = {"PGAPPNAME": APPLICATION, "PGCONNECT_TIMEOUT": str(CONNECT_SECONDS)}
        super().__init__((*command, *ARGUMENTS), environment)
        self._number = 0
        self._left = b""

    def set(self, statements: str) -> None:
        """Settings, which give no rows."""
        for _ in self._lines(statements):
            pass

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        for line in self._lines(f"COPY (SELECT pg_catalog.row_to_json(q) FROM (\n{bare(sql)}\n) AS q) TO STDOUT"):  # noqa: S608 - names in it are quoted where they are put in
            # COPY doubles the backslashes of JSON, which has no other control characters.
            text = line.replace(b"\\\\", b"\\")
            yield tuple(value for _, value in json.loads(_decoded(text), object_pairs_hook=list))

    def literal(self, value: object) -> str:
        if value is None or isinstance(value, int | float):
            return "NULL" if value is None else str(value)
        return "'" + str(value).replace("'", "''") + "'"

    def _lines(self, sql: str) -> Iterator[bytes]:
        self._number += 1
        mark = f"--- {self._number}"
        self._send(f"{sql}\n;\n\\echo '{mark}'\n")
        ending = mark.encode()
        pending = self._left
        for block in self._blocks():
            *lines, pending = (pending + block).split(b"\n")
            for line in lines:
                if line == ending:
                    self._left = pending
                    self._judge()
                    return
                if line:
                    yield line
        if self._number > 1:
            raise ClientError(sqlstate=_GONE)
        # It never said a word: there was no connection.
        raise ClientError(message=f"connection failed: {self._complained()}")

    def _judge(self) -> None:
        said = self._complained()
        failed = [state for state in _STATE.findall(said) if not state.startswith(_HARMLESS)]
        if failed:
            raise ClientError(sqlstate=failed[0])


class PsqlEngine(PostgresqlEngine):
    """PostgreSQL 10 and later; the command, with its arguments, says where."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        return (ClientError, OSError)

    def connect(self, url: str) -> Psql:  # noqa: ARG002 - the command says where
        client = Psql(self._command)
        try:
            client.set(self.settings.format(statement=STATEMENT_SECONDS * 1000, lock=LOCK_SECONDS * 1000))
            [(_, encoding)] = client.rows(self.queries.sql("version"))
            client.set(f"SET client_encoding = '{'SQL_ASCII' if encoding == 'SQL_ASCII' else 'UTF8'}'")
        except ClientError:
            client.close()
            raise
        return client

    def stream(self, connection: Psql, sql: str) -> Iterator[Sequence[Cell]]:
        return connection.rows(sql)

    def lost(self, error: Exception) -> bool:
        state = getattr(error, "sqlstate", None)
        return state is None or state.startswith(("08", "57P0"))

    def databases(self, url: str, include: Sequence[str]) -> list[str]:  # noqa: ARG002 - one connection sees one database
        return []

    def rows(
        self, session: Session, columns: Sequence[Column], sampling: Sampling, ledger: Ledger
    ) -> Iterator[Sequence[Cell]]:
        for row in super().rows(session, columns, sampling, ledger):
            yield [_bytes(cell) if column.binary else cell for column, cell in zip(columns, row, strict=True)]


class GsqlEngine(PsqlEngine, OpenGaussEngine):
    """openGauss and GaussDB through gsql, which was made from psql. Not verified on a live server."""


class KsqlEngine(PsqlEngine, KingbaseEngine):
    """KingbaseES through ksql, which was made from psql. Not verified on a live server."""


def _bytes(cell: Cell) -> Cell:
    return bytes.fromhex(cell.removeprefix("\\x")) if isinstance(cell, str) else cell


def _decoded(line: bytes) -> str:
    """A line of JSON; a database without an encoding gives bytes of any, of which what is ASCII can be read."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(line)


def _guessed(line: bytes) -> str:
    try:
        return line.decode("gb18030")
    except UnicodeDecodeError:
        return line.decode("utf-8", "replace")
