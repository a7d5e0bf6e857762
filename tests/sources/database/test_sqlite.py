from __future__ import annotations

import random
import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.sources.database import sqlite_connection
from pii_audit.sources.database.sqlite import SqliteSource
from pii_audit.sources.interface import Sampling

EVERYTHING = Sampling()


@pytest.fixture
def make(tmp_path):
    """A database file made by a script, with rows put into table t where given."""

    def make(script="", rows=(), name="core.db"):
        path = tmp_path / name
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(script)
            if rows:
                connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
            connection.commit()
        return path

    return make


@pytest.fixture
def read(read_all):
    """Reads one table of a database file."""

    def read(path, table="t", sampling=EVERYTHING):
        source = SqliteSource("core", path)
        [asset] = [found for found in source.assets() if isinstance(found, Asset) and found.name == table]
        [result] = read_all(source.open(asset, sampling))
        return result

    return read


def failed_rows(source):
    return [row for row in source.assets() if isinstance(row, Coverage) and row.incomplete]


def test_tables_and_views_are_listed_by_bare_name_with_columns_and_types(make):
    path = make(
        "CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT, x); CREATE VIEW v AS SELECT name FROM customer;"
    )
    customer, view = SqliteSource("core", path).assets()
    assert customer.id == "core:customer"
    assert [(field.name, field.type) for field in customer.fields] == [("id", "INTEGER"), ("name", "TEXT"), ("x", None)]
    assert (view.name, view.kind) == ("v", AssetKind.VIEW)


def test_cells_are_read_by_their_own_type_not_by_that_of_the_column(make, read):
    path = make(
        "CREATE TABLE t(n INTEGER, x);",
        [("not a number", 1.5), (13800138000, None), (None, "张三,电话".encode()), (1, b"\x00\xff"), (2, "")],
    )
    result = read(path)
    assert [tuple(row.values()) for row in result.rows.values()] == [
        ("not a number", "1.5"),
        ("13800138000", None),
        (None, "张三,电话"),
        ("1", None),
        ("2", ""),
    ]
    assert (result.status, result.reason) == ("inspected", "1 binary cell(s) were not read")


def test_text_that_is_gb18030_is_read_and_text_in_no_encoding_fails_the_table_without_stopping_it(make, read):
    script = f"CREATE TABLE t(a, b); INSERT INTO t VALUES (CAST(x'{'张三李四'.encode('gb18030').hex()}' AS TEXT), 1), (CAST(x'41ff42' AS TEXT), 2);"
    result = read(make(script))
    assert result.rows[0]["a"] == "张三李四"
    assert result.rows[1] == {"a": "A\ufffdB", "b": "2"}
    assert result.status == "failed"
    assert "1 text cell(s)" in result.reason


def test_a_full_reading_gives_20000_rows_a_chunk_under_stable_ids(make, read):
    path = make("CREATE TABLE t(a, b);", ((number, "x") for number in range(48_000)))
    result = read(path)
    assert result.ids == ["0-19999", "20000-39999", "40000-47999"]
    assert result.rows[47_999]["a"] == "47999"


@pytest.mark.parametrize(
    "kind", ["TABLE t(a INTEGER PRIMARY KEY, b)", "TABLE t(a PRIMARY KEY, b) WITHOUT ROWID", "TABLE t(rowid, _rowid_)"]
)
def test_a_sample_is_repeatable_by_its_seed_whatever_the_table(make, read, kind):
    path = make(f"CREATE {kind};", ((number * 3, "x") for number in range(2000)))
    first, again, other = (read(path, sampling=Sampling(100, seed)) for seed in (1, 1, 2))
    assert first.chunks == again.chunks
    assert first.rows != other.rows
    coverage = first.coverage
    assert (first.status, coverage.rows, coverage.total, coverage.draws, len(first.rows)) == (
        "sampled",
        100,
        2000,
        100,
        100,
    )


@pytest.mark.parametrize("kind", ["TABLE t(a, b)", "TABLE t(a PRIMARY KEY, b) WITHOUT ROWID"])
def test_every_part_of_a_table_is_drawn_equally_often(make, read, kind):
    path = make(f"CREATE {kind};", ((number, "x") for number in range(1000)))
    tenths = Counter(
        int(row["a"]) // 100 for seed in range(60) for row in read(path, sampling=Sampling(50, seed)).rows.values()
    )
    assert all(220 < tenths[tenth] < 380 for tenth in range(10))


def test_a_view_is_sampled_too(make, read):
    path = make(
        "CREATE TABLE t(a, b); CREATE VIEW v AS SELECT a, b, a FROM t;", ((number, "x") for number in range(100))
    )
    result = read(path, "v", Sampling(10))
    assert (result.status, len(result.rows)) == ("sampled", 10)


def test_include_and_exclude_speak_of_bare_and_qualified_names_and_are_listed(make):
    path = make("CREATE TABLE a(x); CREATE TABLE tmp_b(x); CREATE TABLE c(x);")
    found = list(SqliteSource("core", path, ("main.*",), ("*.tmp_*", "c")).assets())
    assert [(row.name if isinstance(row, Asset) else (row.asset, str(row.status))) for row in found] == [
        "a", ("c", "skipped"), ("tmp_b", "skipped"),
    ]  # fmt: skip


@pytest.mark.parametrize("include", [("custmer",), ("main.customer", "crm.*")])
def test_a_pattern_of_include_that_matches_no_table_counts_as_not_inspected(make, include):
    path = make("CREATE TABLE customer(x);")
    rows = SqliteSource("core", path, include).assets()
    assert [row.asset for row in rows if isinstance(row, Coverage) and row.incomplete] == [include[-1]]


def test_the_insides_of_a_virtual_table_are_skipped_and_the_table_itself_is_read(make, read):
    path = make("CREATE VIRTUAL TABLE t USING fts5(a, b);", [("张三", "13800138000")])
    assert read(path).rows == {0: {"a": "张三", "b": "13800138000"}}
    assert {str(row.status) for row in SqliteSource("core", path).assets() if isinstance(row, Coverage)} == {"skipped"}


def test_a_missing_file_is_one_failed_row_and_is_not_created(tmp_path):
    [row] = SqliteSource("core", tmp_path / "no.db").assets()
    assert row.incomplete
    assert not (tmp_path / "no.db").exists()


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\x00" + b"\x00" * 100])
def test_a_file_that_is_no_database_is_one_failed_row(tmp_path, content):
    (tmp_path / "bad.db").write_bytes(content)
    [row] = SqliteSource("core", tmp_path / "bad.db").assets()
    assert row.incomplete


def test_an_empty_file_is_a_database_without_tables(tmp_path):
    (tmp_path / "empty.db").write_bytes(b"")
    assert list(SqliteSource("core", tmp_path / "empty.db").assets()) == []


@pytest.mark.parametrize("sampling", [Sampling(), Sampling(15_000)])
def test_damage_in_the_middle_keeps_the_rows_before_it_and_fails(make, read, sampling):
    path = make("CREATE TABLE t(a, b);", ((number, "x" * 200) for number in range(20_000)))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 40_960] = random.Random(1).randbytes(40_960)
    path.write_bytes(data)
    result = read(path, sampling=sampling)
    assert result.status == "failed"
    assert "corrupt" in result.reason
    if sampling.rows is None:
        assert f"({len(result.rows)} rows were read)" in result.reason
        assert result.rows[1000]["a"] == "1000"


def test_a_locked_database_fails_with_its_reason_and_does_not_wait_long(make, monkeypatch):
    monkeypatch.setattr(sqlite_connection, "BUSY_SECONDS", 0.05)
    path = make("CREATE TABLE t(a, b);")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        [row] = failed_rows(SqliteSource("core", path))
    assert "locked" in row.reason.en


def test_a_lock_that_comes_after_the_listing_fails_the_table(make, monkeypatch, read_all):
    monkeypatch.setattr(sqlite_connection, "BUSY_SECONDS", 0.05)
    source = SqliteSource("core", make("CREATE TABLE t(a, b);", [(1, 2)]))
    [asset] = source.assets()
    with closing(sqlite3.connect(source._path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        [result] = read_all(source.open(asset, Sampling()))
    assert result.status == "failed"
    assert "locked" in result.reason


def test_a_view_that_fails_is_a_failed_row_whose_reason_quotes_no_data(make, read):
    path = make("CREATE TABLE t(a, b); CREATE VIEW v AS SELECT json(a) AS j FROM t;", [("13800138000 {", 1)])
    result = read(path, "v")
    assert result.status == "failed"
    assert "13800138000" not in result.reason


def test_a_view_without_its_table_fails_and_the_others_are_read(make):
    path = make("CREATE TABLE t(a, b); CREATE VIEW v AS SELECT * FROM gone;")
    found = list(SqliteSource("core", path).assets())
    assert [row.name for row in found if isinstance(row, Asset)] == ["t"]
    assert [row.asset for row in found if isinstance(row, Coverage)] == ["v"]


def test_a_statement_that_gives_nothing_for_too_long_is_stopped(make, read, monkeypatch):
    path = make(
        "CREATE TABLE t(a, b); CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 0;"
    )
    monkeypatch.setattr(sqlite_connection, "STATEMENT_SECONDS", 0.2)
    result = read(path, "v")
    assert result.status == "failed"
    assert "time limit" in result.reason


def test_names_with_quotes_and_question_marks_are_names(make, read, tmp_path):
    path = make('CREATE TABLE "a""b?#%"("c""d");INSERT INTO "a""b?#%" VALUES (1);', name="x?#%20.db")
    assert read(path, 'a"b?#%').rows == {0: {'c"d': "1"}}


def test_reading_writes_nothing_beside_the_data(make, read, tmp_path):
    path = make("PRAGMA journal_mode = WAL; CREATE TABLE t(a, b);", [(1, 2)])
    before = sorted(tmp_path.iterdir()), path.read_bytes()
    assert len(read(path).rows) == 1
    assert (sorted(tmp_path.iterdir()), path.read_bytes()) == before


def test_rows_that_wait_in_a_write_ahead_log_are_read(make, read, tmp_path):
    path = make("PRAGMA journal_mode = WAL; CREATE TABLE t(a, b);")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("INSERT INTO t VALUES ('fresh', 1)")
        writer.commit()
        assert read(path).rows[0]["a"] == "fresh"


def test_whoever_may_read_the_file_may_read_its_tables(make):
    path = make("CREATE TABLE t(a, b);")
    path.chmod(0o604)
    grants = list(SqliteSource("core", path).grants())
    assert ("world", "core:t", "read", "mode o+r on core.db") in [
        (grant.principal, grant.asset, grant.privilege, grant.opened_by) for grant in grants
    ]
    assert not any(grant.principal.startswith("group:") for grant in grants)


@pytest.mark.parametrize("step", [1, 5, 1000])
def test_a_sample_has_its_full_size_however_sparse_the_row_ids_are(make, read, step):
    path = make("CREATE TABLE t(a INTEGER PRIMARY KEY, b);", ((number * step, "x") for number in range(1000)))
    result = read(path, sampling=Sampling(100))
    assert len(result.rows) == 100
    assert {int(row["a"]) % step for row in result.rows.values()} == {0}
