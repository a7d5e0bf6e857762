"""The same SELECT on real engines over planted marks: a column that carries one is a column that was traced to it."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("sqlglot")

TABLES = {
    "customer": {
        "cust_no": "K1",
        "name": "MARKNAME",
        "phone": "MARKPHONE",
        "id_no": "MARKIDNO",
        "email": "MARKMAIL",
        "dt": "D1",
    },
    "account": {"acct": "MARKACCT", "cust_no": "K1", "balance": "MARKBALANCE", "opened": "D1"},
    "staff": {"id": "S1", "boss": "S1", "name": "MARKSTAFF"},
}
QUERIES = (
    "SELECT c.phone, upper(c.name) AS n, a.acct || '-' || a.balance AS ab FROM customer c JOIN account a ON a.cust_no = c.cust_no",
    "SELECT * FROM customer JOIN account USING (cust_no)",
    "WITH x(p, q) AS (SELECT phone, name FROM customer), y AS (SELECT q, p, p || q AS pq FROM x) SELECT pq, p, q FROM y",
    "SELECT phone AS v, 'a' AS w FROM customer UNION ALL SELECT acct, balance FROM account",
    "SELECT CASE WHEN phone = 'x' THEN id_no ELSE email END AS v, phone = 'x' AS b, length(name) AS n FROM customer",
    "SELECT (SELECT max(name) FROM staff) AS boss, count(c.phone) AS n, max(c.id_no) AS m FROM customer c",
    "SELECT coalesce(NULL, phone) AS a, nullif(name, 'x') AS b, substr(id_no, 1, 8) AS c, replace(email, 'x', 'y') AS d FROM customer",
    "WITH RECURSIVE r(a, b, k) AS (SELECT name, phone, 1 FROM customer UNION ALL SELECT b, a, k + 1 FROM r WHERE k < 3) SELECT a, b, k FROM r",
    "SELECT s.name AS one, t.name AS other FROM staff s LEFT JOIN staff t ON t.id = s.boss",
    "SELECT first_value(phone) OVER (ORDER BY name) AS f, row_number() OVER (ORDER BY phone) AS r FROM customer",
    "SELECT z.v FROM (SELECT y.v FROM (SELECT email AS v, phone FROM customer) y) z WHERE EXISTS (SELECT 1 FROM account)",
    "SELECT name FROM customer EXCEPT SELECT acct FROM account",
    "SELECT a.name, b.phone FROM customer a, customer b WHERE a.cust_no = b.cust_no AND a.id_no LIKE 'MARK%'",
    "SELECT phone, name FROM customer WHERE cust_no IN (SELECT cust_no FROM account) ORDER BY email LIMIT 5",
)
MARKS = {
    value: f"{table}.{column}"
    for table, row in TABLES.items()
    for column, value in row.items()
    if value.startswith("MARK")
}


def _schema():
    for table, row in TABLES.items():
        yield f"CREATE TABLE {table} ({', '.join(f'{column} text' for column in row)})"
        yield f"INSERT INTO {table} VALUES ({', '.join(repr(value) for value in row.values())})"


def _carried(names, rows) -> dict[str, set[str]]:
    """Which planted marks stand in which column of a result."""
    found: dict[str, set[str]] = {}
    for place, name in enumerate(names):
        cells = [str(row[place]).upper() for row in rows]
        found.setdefault(name, set()).update(
            origin for mark, origin in MARKS.items() if any(mark in cell for cell in cells)
        )
    return found


def _agree(warehouse, sql, dialect, names, rows):
    assert rows
    carried, traced = _carried(names, rows), warehouse.columns(sql, dialect)
    assert set(carried) == set(traced)
    marked = set(MARKS.values())
    for name, origins in carried.items():
        # Nothing that is carried is missed; what one row does not show (the other branch of a CASE) may be traced besides.
        assert origins <= traced[name]
        may = "CASE" in sql or "coalesce" in sql
        assert may or traced[name] & marked == origins


@pytest.mark.parametrize("sql", QUERIES)
def test_sqlite_carries_what_was_traced(warehouse, sql):
    connection = sqlite3.connect(":memory:")
    connection.executescript(";".join(_schema()))
    cursor = connection.execute(sql)
    _agree(warehouse, sql, "sqlite", [one[0] for one in cursor.description], cursor.fetchall())
    connection.close()


@pytest.mark.parametrize("sql", QUERIES)
def test_duckdb_carries_what_was_traced(warehouse, sql):
    connection = pytest.importorskip("duckdb").connect()
    for statement in _schema():
        connection.execute(statement)
    cursor = connection.execute(sql)
    _agree(warehouse, sql, "duckdb", [one[0] for one in cursor.description], cursor.fetchall())
    connection.close()


@pytest.mark.service
def test_postgresql_carries_what_was_traced(warehouse, postgresql):
    postgresql.run(*_schema())
    with postgresql.connect() as connection:
        for sql in QUERIES:
            cursor = connection.execute(sql)
            _agree(warehouse, sql, "postgresql", [one.name for one in cursor.description], cursor.fetchall())


def _query(draw, depth: int, counter: list[int]) -> tuple[str, list[str]]:
    """A query and the names of its columns."""
    counter[0] += 1
    mine = counter[0]
    kind = draw(st.sampled_from(["table", "table", "select", "union", "cte", "join"] if depth else ["table"]))
    if kind == "table":
        table = draw(st.sampled_from(sorted(TABLES)))
        columns = draw(st.lists(st.sampled_from(sorted(TABLES[table])), min_size=2, max_size=2))
        listed = ", ".join(f"{column} AS c{number}" for number, column in enumerate(columns))
        return f"SELECT {listed} FROM {table}", ["c0", "c1"]
    first, names = _query(draw, depth - 1, counter)
    pick = st.sampled_from(
        [
            "q{n}.c0",
            "q{n}.c1",
            "upper(q{n}.c1)",
            "q{n}.c0 || '/' || q{n}.c1",
            "CASE WHEN q{n}.c0 > '' THEN q{n}.c1 END",
            "'x'",
        ]
    )
    chosen = [draw(pick).format(n=mine) for _ in names]
    listed = ", ".join(f"{one} AS c{number}" for number, one in enumerate(chosen))
    if kind == "select":
        inner = draw(st.sampled_from([listed, "*"]))
        return f"SELECT {inner} FROM ({first}) q{mine}", names
    second, _ = _query(draw, depth - 1, counter)
    if kind == "union":
        return f"SELECT * FROM ({first}) UNION ALL SELECT * FROM ({second})", names
    if kind == "cte":
        return f"WITH q{mine} AS ({first}), o{mine} AS ({second}) SELECT {listed} FROM q{mine}, o{mine}", names
    other = draw(st.sampled_from([f"o{mine}.c0", f"(SELECT max(c1) FROM ({second}))"]))
    return (
        f"SELECT {chosen[0]} AS c0, {other} AS c1 FROM ({first}) q{mine} LEFT JOIN ({second}) o{mine} ON 1 = 1",
        names,
    )


@settings(max_examples=40)
@given(st.data())
def test_no_query_carries_what_was_not_traced(warehouse, data):
    sql, _ = _query(data.draw, 3, [0])
    connection = sqlite3.connect(":memory:")
    connection.executescript(";".join(_schema()))
    cursor = connection.execute(sql)
    carried, traced = (
        _carried([one[0] for one in cursor.description], cursor.fetchall()),
        warehouse.columns(sql, "sqlite"),
    )
    connection.close()
    assert set(carried) == set(traced)
    for name, origins in carried.items():
        assert origins <= traced[name]
