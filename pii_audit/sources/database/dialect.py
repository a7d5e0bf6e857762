"""The statements of a database dialect, as they stand in scanners/database/<dialect>/."""

from __future__ import annotations

from functools import cache

from pii_audit import content
from pii_audit.document import BOOLEAN, ID, INTEGER, STRING, TITLE, MapOf, Reader, Record
from pii_audit.errors import ConfigurationError
from pii_audit.sources.database.statements import DatabaseDialect, Query

__all__ = ["DatabaseDialect", "Query", "load_dialect"]

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
