"""One connection to a database server, opened when first asked and again when the server went away."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.database.engine import Cell, Engine

WAITS = (1.0, 4.0, 10.0)
"""Seconds before a lost connection is tried again; a restart of the server takes about as long."""
SLICE = 0.2
"""Seconds of a long statement after which its pause is taken, so that pauses are neither many nor long."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How gently a server is asked: of its `replicas` the first that answers is read, and the server itself where none does.

    It works for us `max_load` percent of the time; after each statement it has the rest to itself.
    """

    replicas: tuple[str, ...] = ()
    max_load: int = 100

    def rest(self, busy: float) -> None:
        """The pause after so many seconds of work."""
        if self.max_load < 100:  # noqa: PLR2004 - per cent
            time.sleep(busy * (100 / self.max_load - 1))


class Session:
    """Read-only statements over one connection at a time. Everything raises InspectionError for what the server refuses.

    `passed_over` says of each replica (from 1) that could not be used why.
    """

    def __init__(self, engine: Engine, url: str, manner: Manner | None = None) -> None:
        self.engine = engine
        self.url = url
        self.manner = manner or Manner()
        self.passed_over: dict[int, Text] = {}
        self._raw: Any = None
        self._connected = False

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a short statement, asked again on a new connection where the old one was lost."""
        for wait in (*WAITS, None):
            try:
                with closing(self._connection().cursor()) as cursor:
                    began = time.monotonic()
                    self.engine.ask(cursor, sql, parameters)
                    rows = list(cursor.fetchall())
                self.manner.rest(time.monotonic() - began)
                return rows  # noqa: TRY300 - the pause is part of the statement
            except self.engine.errors as error:
                lost = self.engine.lost(error)
                if lost:
                    self.close()
                if not lost or wait is None or not self._connected:
                    # A server that stayed away is not waited for again with each of its tables.
                    self._connected = not lost
                    raise InspectionError(self.engine.reason(error)) from None
                time.sleep(wait)
        raise AssertionError

    def stream(self, sql: str) -> Iterator[Sequence[Cell]]:
        """The rows of a long statement as they come. A connection that is lost on the way ends it: rows have no order to go on from."""
        done = False
        try:
            yield from self._paced(self.engine.stream(self._connection(), sql))
            done = True
        except self.engine.errors as error:
            raise InspectionError(self.engine.reason(error)) from None
        finally:
            if not done:
                # What the server has begun to send would stand before the next answer.
                self.close()

    def _paced(self, rows: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
        """The rows as they come, with a pause after each slice of the time that the server took for them."""
        if self.manner == Manner(self.manner.replicas):
            yield from rows
            return
        busy, began = 0.0, time.monotonic()
        for row in rows:
            busy += time.monotonic() - began
            if busy >= SLICE:
                self.manner.rest(busy)
                busy = 0.0
            yield row
            began = time.monotonic()

    def close(self) -> None:
        """Lets go of the connection; the next statement opens another."""
        raw, self._raw = self._raw, None
        if raw is not None:
            with suppress(*self.engine.errors):
                raw.close()

    def _connection(self) -> Any:
        if self._raw is None:
            self._raw = self._replica() or self._open(self.url)
            self._connected = True
        return self._raw

    def _replica(self) -> Any:
        for number, url in enumerate(self.manner.replicas, start=1):
            try:
                return self._open(url)
            except self.engine.errors as error:
                self.passed_over[number] = self.engine.reason(error)
            except InspectionError as error:
                self.passed_over[number] = error.what
        return None

    def _open(self, url: str) -> Any:
        try:
            return self.engine.connect(url)
        except (TypeError, ValueError) as error:
            if isinstance(error, self.engine.errors):
                raise
            # A driver's words may quote what stands in the url.
            raise InspectionError(
                Text(
                    "驱动不接受 url 中的某个选项，请检查 ? 之后的部分",
                    "the driver does not take an option of the url; check what stands behind the ?",
                )
            ) from None
