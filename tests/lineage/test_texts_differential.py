"""Functions of texts, tried out on a sample by the program and run by real engines: what an engine shows, the program saw."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("sqlglot")

SAMPLE = "abcdefghijk"
"""Every character once, so that one can tell where it comes from."""
NUMBERS = st.integers(1, 12)
COMMON = st.recursive(
    st.sampled_from(["phone", "phone", "'**'", "'-'", "''"]),
    lambda inner: st.one_of(
        st.tuples(inner, NUMBERS, NUMBERS).map(lambda one: "substr({}, {}, {})".format(*one)),
        st.tuples(inner, NUMBERS).map(lambda one: "substr({}, {})".format(*one)),
        st.tuples(inner, inner).map(lambda one: "{} || {}".format(*one)),
        st.tuples(inner, inner).map(lambda one: "replace({}, {}, '*')".format(*one)),
        st.tuples(inner, inner).map(lambda one: "CASE WHEN length({0}) > 3 THEN {0} ELSE {1} END".format(*one)),
        st.tuples(inner, NUMBERS).map(lambda one: "substr({0}, length({0}) - {1})".format(*one)),
        inner.map(lambda one: f"coalesce(nullif({one}, 'x'), '')"),
    ),
    max_leaves=6,
)
DUCKDB = st.one_of(
    COMMON,
    st.tuples(COMMON, NUMBERS).map(lambda one: "left({}, {})".format(*one)),
    st.tuples(COMMON, NUMBERS).map(lambda one: "right({}, {})".format(*one)),
    st.tuples(COMMON, NUMBERS).map(lambda one: "rpad({}, {}, '*')".format(*one)),
    st.tuples(COMMON, NUMBERS).map(lambda one: "lpad(left({}, {}), 9, '*')".format(*one)),
    st.tuples(COMMON).map(lambda one: "reverse({})".format(*one)),
    st.tuples(COMMON).map(lambda one: "regexp_replace({}, '(.{{3}}).{{4}}', '\\1****')".format(*one)),
    st.tuples(COMMON, NUMBERS, NUMBERS).map(lambda one: "substr({}, -{}, {})".format(*one)),
)


def _seen(warehouse, expression, dialect) -> tuple[set[str], bool]:
    """The characters of the sample that may show, and whether the program knows exactly which."""
    from pii_audit.lineage.dialects import load_dialect
    from pii_audit.lineage.evaluation import Evaluation
    from pii_audit.lineage.functions import Functions
    from pii_audit.lineage.graph import Leaf

    traced = warehouse.trace(f"SELECT {expression} AS x FROM customer", dialect)
    assert traced.gaps == ()
    known = load_dialect(dialect)
    values = Evaluation(Leaf("core:customer", "phone"), SAMPLE, Functions(), known).of(
        traced.outputs[0].columns[0].node
    )
    places = frozenset().union(*(value.visible for value in values))
    return {SAMPLE[place] for place in places}, len(values) == 1


def _shows(shown: str | None) -> set[str]:
    return set(SAMPLE) & set(shown or "")


@settings(max_examples=60)
@given(COMMON)
def test_sqlite_shows_nothing_that_was_not_seen(warehouse, expression):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE customer (phone text)")
    connection.execute("INSERT INTO customer VALUES (?)", (SAMPLE,))
    ((shown,),) = connection.execute(f"SELECT {expression} FROM customer").fetchall()
    connection.close()
    seen, exact = _seen(warehouse, expression, "sqlite")
    assert _shows(shown) <= seen
    if exact and "replace" not in expression and "length" not in expression:
        assert _shows(shown) == seen


@settings(max_examples=60)
@given(DUCKDB)
def test_duckdb_shows_nothing_that_was_not_seen(warehouse, duck, expression):
    ((shown,),) = duck.execute(f"SELECT {expression} FROM customer").fetchall()
    assert _shows(shown) <= _seen(warehouse, expression, "duckdb")[0]


@pytest.fixture(scope="module")
def duck():
    connection = pytest.importorskip("duckdb").connect()
    connection.execute("CREATE TABLE customer (phone text)")
    connection.execute("INSERT INTO customer VALUES (?)", [SAMPLE])
    yield connection
    connection.close()


BOTH = (
    "left(phone, 3)",
    "right(phone, 4)",
    "concat(left(phone, 3), '****', right(phone, 4))",
    "concat_ws('-', left(phone, 2), substr(phone, 10))",
    "rpad(substr(phone, 1, 3), 11, '*')",
    "lpad(right(phone, 2), 11, '*')",
    "reverse(left(reverse(phone), 2))",
    "replace(phone, substr(phone, 4, 4), '****')",
    "substr(phone, length(phone) - 3)",
    "repeat(left(phone, 1), 3)",
    "coalesce(NULL, left(phone, 5))",
    "upper(phone)",
)
POSTGRESQL = (
    *BOTH,
    "substr(phone, -2, 5)",
    "overlay(phone placing '****' from 4 for 4)",
    "overlay(phone placing '**' from 4)",
    "regexp_replace(phone, '(.{3}).{4}', '\\1****')",
    "regexp_replace(phone, '[a-d]', '*')",
    "regexp_replace(phone, '[a-d]', '*', 'g')",
    "split_part(phone, 'e', 1)",
    "split_part(phone, 'e', 2)",
    "left(phone, position('d' in phone))",
    "translate(phone, 'abc', 'xyz')",
)
MARIADB = (
    *BOTH,
    "substr(phone, -4)",
    "substr(phone, -4, 2)",
    "insert(phone, 4, 4, '****')",
    "mid(phone, 2, 3)",
    "substring_index(phone, 'e', 1)",
    "substring_index(phone, 'e', -1)",
    "left(phone, locate('d', phone))",
    "if(length(phone) = 11, left(phone, 3), phone)",
    "concat(phone, '')",
)


def _check(warehouse, expression, dialect, shown):
    seen, exact = _seen(warehouse, expression, dialect)
    shown = set(SAMPLE) & set(str(shown).lower())
    assert shown <= seen, expression
    known = exact and not any(word in expression for word in ("replace(phone, '[", "translate"))
    assert not known or shown == seen, expression


@pytest.mark.service
def test_postgresql_shows_what_was_seen(warehouse, postgresql):
    postgresql.run("CREATE TABLE customer (phone text)", f"INSERT INTO customer VALUES ('{SAMPLE}')")
    with postgresql.connect() as connection:
        for expression in POSTGRESQL:
            (shown,) = connection.execute(f"SELECT {expression} FROM customer").fetchone()
            _check(warehouse, expression, "postgresql", shown)


@pytest.mark.service
def test_mariadb_shows_what_was_seen(warehouse, mariadb):
    mariadb.run("CREATE TABLE customer (phone varchar(20))", f"INSERT INTO customer VALUES ('{SAMPLE}')")
    for expression in MARIADB:
        ((shown,),) = mariadb.run(f"SELECT {expression} FROM customer")
        _check(warehouse, expression, "mysql", shown)
