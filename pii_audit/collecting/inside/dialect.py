"""In place of `sources.database.dialect`: the statements come with the collector."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pii_audit.collecting.inside import tables
from pii_audit.language import Text


@dataclass(frozen=True, slots=True)
class Query:
    """One statement, and what it reads in words."""

    sql: str
    reads: Text


@dataclass(frozen=True, slots=True)
class DatabaseDialect:
    """All that is asked of one kind of database."""

    queries: Mapping[str, Query]

    def sql(self, name: str, **names: str) -> str:
        """The statement of that name, its {placeholders} replaced by identifiers that are quoted already."""
        sql = self.queries[name].sql
        for placeholder, value in names.items():
            sql = sql.replace("{" + placeholder + "}", value)
        return sql


@cache
def load_dialect(name: str) -> DatabaseDialect:  # noqa: ARG001 - a collector has one
    """The dialect of this collector."""
    found = json.loads(tables.STATEMENTS)
    return DatabaseDialect({query: Query(sql, Text(zh, en)) for query, (sql, zh, en) in found.items()})
