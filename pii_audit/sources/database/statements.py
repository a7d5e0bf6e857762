"""The statements of a dialect, however they came here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pii_audit.language import Text


@dataclass(frozen=True, slots=True)
class Query:
    """One statement, and what it reads in words."""

    sql: str
    reads: Text


@dataclass(frozen=True, slots=True)
class DatabaseDialect:
    """All that is asked of one kind of database; `verified` on a live server, or only as far as that goes without one."""

    title: Text
    queries: Mapping[str, Query]
    verified: bool = True

    def sql(self, name: str, **names: str) -> str:
        """The statement of that name, its {placeholders} replaced by identifiers that are quoted already."""
        sql = self.queries[name].sql
        for placeholder, value in names.items():
            sql = sql.replace("{" + placeholder + "}", value)
        return sql
