"""In place of `sources.database.dialect`: the statements come with the collector."""

from __future__ import annotations

import json
from functools import cache

from pii_audit.collecting.inside import tables
from pii_audit.language import Text, same
from pii_audit.sources.database.statements import DatabaseDialect, Query

__all__ = ["DatabaseDialect", "Query", "load_dialect"]


@cache
def load_dialect(name: str) -> DatabaseDialect:
    """The dialect of this collector, which has one."""
    found = json.loads(tables.STATEMENTS)
    return DatabaseDialect(same(name), {query: Query(sql, Text(zh, en)) for query, (sql, zh, en) in found.items()})
