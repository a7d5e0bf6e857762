from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from pii_audit.sources.database.session import Session
from pii_audit.sources.registry import open_source


@pytest.fixture
def source_of():
    """Opens databases by URL; all are closed after the test."""
    opened = []

    def open_(url, include=()):
        spec = SimpleNamespace(
            id="w", kind="database", url=url, include=include, exclude=(), ignore=(), replicas=(), max_load=None
        )
        opened.append(open_source(spec, root=Path()))
        return opened[-1]

    yield open_
    for source in opened:
        source.close()


class Recorded(Session):
    """A session whose catalog was written down: rows by the name of their query, none for the others."""

    def __init__(self, engine, **rows) -> None:
        super().__init__(engine, "")
        self._rows = {engine.queries.sql(name): found for name, found in rows.items()}

    def rows(self, sql, parameters=()):
        return [tuple(row) for row in self._rows.get(sql, ())]


@pytest.fixture
def recorded():
    return Recorded
