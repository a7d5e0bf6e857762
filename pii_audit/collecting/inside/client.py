"""A database's own command-line client as a connection: statements go in, rows come out, nothing else is installed.

Passwords are the client's business: a file of its own, or a prompt on the terminal.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

BLOCK = 1 << 16


class ClientError(Exception):
    """What the server or the client said: by number on MySQL, by SQLSTATE on PostgreSQL, in words where there was no connection."""

    def __init__(self, code: int = 0, *, sqlstate: str | None = None, message: str = "") -> None:
        super().__init__(code, message)
        self.sqlstate = sqlstate
        self.message = message

    def __str__(self) -> str:
        return self.message


class Client(ABC):
    """One run of a client, which stays for as long as there is something to ask."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        # What the client complains of is read from a file: from a pipe it would have to be read at the same time as the rows.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the client
        self._asked = 0
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the command is the user's own
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                env={**os.environ, **environment},
            )
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ClientError(message=f"{command[0]}: {reason}") from None

    def cursor(self) -> Cursor:
        """A cursor as PEP 249 has it."""
        return Cursor(self)

    def run(self, sql: str) -> None:
        """A statement that gives nothing."""
        for _ in self.rows(sql):
            pass

    @abstractmethod
    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement as they come; raises ClientError."""

    @abstractmethod
    def literal(self, value: object) -> str:
        """A value as it stands in a statement."""

    def close(self) -> None:
        """Ends the client, whatever it is at."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()
        self._process.wait()
        self._complaints.close()

    def _send(self, text: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - opened as a pipe
        with suppress(BrokenPipeError):  # reading finds that it has ended
            self._process.stdin.write(text.encode("utf-8", "surrogateescape"))
            self._process.stdin.flush()

    def _blocks(self) -> Iterator[bytes]:
        """What it prints, until it ends."""
        assert self._process.stdout is not None  # noqa: S101 - opened as a pipe
        while block := os.read(self._process.stdout.fileno(), BLOCK):
            yield block

    def _complained(self) -> str:
        """What it has complained of since it was last asked."""
        self._complaints.seek(self._asked)
        found = self._complaints.read()
        self._asked += len(found)
        return found.decode("utf-8", "replace")


class Cursor:
    """As much of a cursor (PEP 249) as a session needs."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rows: list[tuple[Any, ...]] = []

    def close(self) -> None:
        """Holds nothing."""

    def execute(self, sql: str, parameters: Sequence[object] | None = None) -> None:
        """Runs a statement, its %s replaced by literals."""
        if parameters is not None:
            sql %= tuple(map(self._client.literal, parameters))
        self._rows = list(self._client.rows(sql))

    def fetchall(self) -> list[tuple[Any, ...]]:
        """What it gave."""
        return self._rows


def bare(sql: str) -> str:
    """A statement without the comments before it and the semicolon behind."""
    lines = sql.strip().splitlines()
    while lines and lines[0].lstrip().startswith("--"):
        del lines[0]
    return "\n".join(lines).rstrip().rstrip(";")
