"""One connection to a database server, opened when first asked and again when the server went away."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from pii_audit.errors import InspectionError
from pii_audit.sources.database.engine import Cell, Engine

WAITS = (1.0, 4.0, 10.0)
"""Seconds before a lost connection is tried again; a restart of the server takes about as long."""


class Session:
    """Read-only statements over one connection at a time. Everything raises InspectionError for what the server refuses."""

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine = engine
        self.url = url
        self._raw: Any = None
        self._connected = False

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a short statement, asked again on a new connection where the old one was lost."""
        for wait in (*WAITS, None):
            try:
                with self._connection().cursor() as cursor:
                    cursor.execute(sql, parameters or None)
                    return list(cursor.fetchall())
            except self.engine.errors as error:
                lost = self.engine.lost(error)
                if lost:
                    self.close()
                if not lost or wait is None or not self._connected:
                    raise InspectionError(self.engine.reason(error)) from None
                time.sleep(wait)
        raise AssertionError

    def stream(self, sql: str) -> Iterator[Sequence[Cell]]:
        """The rows of a long statement as they come. A connection that is lost on the way ends it: rows have no order to go on from."""
        done = False
        try:
            yield from self.engine.stream(self._connection(), sql)
            done = True
        except self.engine.errors as error:
            raise InspectionError(self.engine.reason(error)) from None
        finally:
            if not done:
                # What the server has begun to send would stand before the next answer.
                self.close()

    def close(self) -> None:
        """Lets go of the connection; the next statement opens another."""
        raw, self._raw = self._raw, None
        if raw is not None:
            with suppress(*self.engine.errors):
                raw.close()

    def _connection(self) -> Any:
        if self._raw is None:
            self._raw = self.engine.connect(self.url)
            self._connected = True
        return self._raw
