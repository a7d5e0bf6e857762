"""DuckDB files: what is there, what the rows say, and what cannot be read."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pii_audit.access import effective_access
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.sources.interface import Sampling

duckdb = pytest.importorskip("duckdb")


@pytest.fixture
def make(tmp_path):
    """A database file made by statements; its URL."""

    def make(*statements):
        with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
            for statement in statements:
                connection.execute(statement)
        return f"duckdb:{tmp_path / 'a.duckdb'}"

    return make


def reason(source):
    [row] = [one for one in source.assets() if isinstance(one, Coverage)]
    return row.reason.en


def test_tables_and_views_are_named_with_their_columns_and_read(make, opened, read_table):
    url = make(
        """CREATE TABLE customer (id bigint, "手机 ""号" varchar, tags varchar[], photo blob, raw blob, born date, more struct(tel varchar))""",
        "COMMENT ON TABLE customer IS '客户'",
        """INSERT INTO customer VALUES (1, '13800130000', ['甲'], '\\xff\\x00'::blob, encode('张三'), '1990-01-31', {'tel': '1'}),
           (2, NULL, NULL, NULL, NULL, NULL, NULL)""",
        "CREATE VIEW v AS SELECT id FROM customer",
        'CREATE SCHEMA "a.b"',
        'CREATE TABLE "a.b".t (x int)',
    )
    source = opened(url)
    found = {one.name: one for one in source.assets()}
    assert set(found) == {"main.customer", "main.v", '"a.b".t'}
    assert found["main.customer"].comment == "客户"
    assert found["main.v"].kind is AssetKind.VIEW
    read = read_table(source, "main.customer")
    assert read.rows[0] == {
        "id": "1", '手机 "号': "13800130000", "tags": "[甲]", "photo": None, "raw": "张三", "born": "1990-01-31",
        "more": "{'tel': 1}",
    }  # fmt: skip
    assert set(read.rows[1].values()) == {"2", None}
    assert (read.status, read.reason) == ("inspected", "1 binary cell(s) were not read")
    assert read_table(source, '"a.b".t').rows == {}


def test_two_samples_with_one_seed_agree(make, opened, read_table):
    url = make("CREATE TABLE t AS SELECT range AS id FROM range(100000)")
    first, again, other = (read_table(opened(url), "main.t", Sampling(500, seed)) for seed in (1, 1, 2))
    assert first.rows == again.rows
    assert first.rows != other.rows
    assert (first.status, len(first.rows), first.coverage.draws, first.coverage.total) == ("sampled", 500, 500, 100_000)
    assert read_table(opened(url), "main.t", Sampling(100_000)).status == "inspected"


def test_include_and_exclude_are_told_in_the_ledger(make, opened):
    source = opened(make("CREATE TABLE a (x int)", "CREATE TABLE b (x int)"), exclude=("main.b",))
    assert [one.name for one in source.assets() if isinstance(one, Asset)] == ["main.a"]
    assert reason(source) == "excluded by main.b"


def test_a_view_on_a_file_outside_is_not_opened(make, opened, read_table, tmp_path):
    (tmp_path / "x.csv").write_text("a\n1\n")
    url = make(f"CREATE VIEW v AS SELECT * FROM read_csv('{tmp_path / 'x.csv'}')", "CREATE TABLE t (x int)")
    read = read_table(opened(url), "main.v")
    assert (read.rows, read.status) == ({}, "failed")
    assert "files outside of the database" in read.reason
    assert read_table(opened(url), "main.t").status == "inspected"


def test_what_is_no_database_or_is_not_there_is_told(tmp_path, opened):
    (tmp_path / "b.duckdb").write_bytes(b"x" * 5000)
    assert reason(opened(f"duckdb:{tmp_path / 'b.duckdb'}")) == "is not a DuckDB database"
    assert "does not exist" in reason(opened(f"duckdb:{tmp_path / 'none.duckdb'}"))


def test_a_database_that_another_program_writes_is_told(make, opened):
    url = make("CREATE TABLE t (x int)")
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, url.removeprefix("duckdb:")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        assert "open for writing" in reason(opened(url))
        other.stdin.close()


def test_whoever_may_read_the_file_reads_its_tables(make, opened, tmp_path):
    url = make("CREATE TABLE t (x int)")
    (tmp_path / "a.duckdb").chmod(0o604)
    grants = list(effective_access(opened(url), ["main.t"]))
    assert {(one.principal, one.asset, one.privilege) for one in grants} >= {("world", "w:main.t", "read")}
