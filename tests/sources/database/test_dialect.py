from __future__ import annotations

import sqlite3

import pytest

from pii_audit import content
from pii_audit.sources.database.dialect import load_dialect


@pytest.mark.parametrize("name", sorted({path.split("/")[2] for path in content.walk("scanners/database", ".sql")}))
def test_every_statement_that_ships_is_listed_with_what_it_reads(name):
    dialect = load_dialect(name)
    shipped = list(content.walk(f"scanners/database/{name}", ".sql"))
    assert len(shipped) == len(dialect.queries)
    assert all(query.reads.zh and query.reads.en for query in dialect.queries.values())


def test_both_catalogs_name_the_same_tables_and_views():
    connection = sqlite3.connect(":memory:")
    connection.executescript("CREATE TABLE b(x INTEGER PRIMARY KEY AUTOINCREMENT); CREATE VIEW a AS SELECT * FROM b;")
    dialect = load_dialect("sqlite")
    found = [connection.execute(dialect.sql(name)).fetchall() for name in ("catalog", "catalog_before_3_37")]
    connection.close()
    assert found[0] == found[1] == [("a", "view"), ("b", "table")]
