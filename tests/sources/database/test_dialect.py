from __future__ import annotations

import sqlite3

import pytest
import yaml

from pii_audit import content
from pii_audit.sources.database.dialect import load_dialect


def _base(name):
    return yaml.safe_load(content.text(f"scanners/database/{name}/dialect.yaml")).get("base")


@pytest.mark.parametrize("name", sorted({path.split("/")[2] for path in content.walk("scanners/database", ".yaml")}))
def test_every_statement_that_ships_is_listed_with_what_it_reads(name):
    dialect = load_dialect(name)
    shipped = list(content.walk(f"scanners/database/{name}", ".sql"))
    queries = set(dialect.queries.values())
    assert {content.text(path) for path in shipped} <= {query.sql for query in queries}
    inherited = load_dialect(base).queries if (base := _base(name)) else {}
    assert len(shipped) == len([query for query in dialect.queries if dialect.queries[query] != inherited.get(query)])
    assert all(query.reads.zh and query.reads.en for query in dialect.queries.values())


def test_both_catalogs_name_the_same_tables_and_views():
    connection = sqlite3.connect(":memory:")
    connection.executescript("CREATE TABLE b(x INTEGER PRIMARY KEY AUTOINCREMENT); CREATE VIEW a AS SELECT * FROM b;")
    dialect = load_dialect("sqlite")
    found = [connection.execute(dialect.sql(name)).fetchall() for name in ("catalog", "catalog_before_3_37")]
    connection.close()
    assert found[0] == found[1] == [("a", "view"), ("b", "table")]
