"""The statements of a database dialect, as they stand in scanners/database/<dialect>/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pii_audit import content
from pii_audit.document import BOOLEAN, ID, INTEGER, STRING, TITLE, MapOf, Reader, Record
from pii_audit.errors import ConfigurationError
from pii_audit.language import Text

FOLDER = "scanners/database"
_FILE = Record(
    {
        "version": INTEGER,
        "title": TITLE,
        "base": ID,
        "verified": BOOLEAN,
        "queries": MapOf(Record({"file": STRING, "reads": TITLE}, ("file", "reads")), ID),
    },
    ("version", "title", "queries"),
)


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


@cache
def load_dialect(name: str) -> DatabaseDialect:
    """The dialect of that folder, with what it takes over from its base; raises ConfigurationError with every problem of its dialect.yaml."""
    path = f"{FOLDER}/{name}/dialect.yaml"
    reader = Reader()
    read = reader.read_bytes(content.data(path), _FILE, shown_as=path)
    if reader.problems:
        raise ConfigurationError(reader.problems)
    queries = {
        query: Query(content.text(f"{FOLDER}/{name}/{entry['file']}"), entry["reads"])
        for query, entry in read["queries"].items()
    }
    inherited = load_dialect(read["base"]).queries if "base" in read else {}
    return DatabaseDialect(read["title"], {**inherited, **queries}, read.get("verified", True))
