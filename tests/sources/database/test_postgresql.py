"""PostgreSQL, on a real server: what is there, what its rows say, and what cannot be read."""

from __future__ import annotations

import pickle
import threading
import time

import pytest

from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.sources.database import postgresql as module
from pii_audit.sources.database import session
from pii_audit.sources.database.engine import LONGEST
from pii_audit.sources.interface import Sampling

pytestmark = pytest.mark.service

MONTHS = """
    CREATE TABLE pay (id int, note text, day date) PARTITION BY RANGE (day);
    CREATE TABLE pay_1 PARTITION OF pay FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE pay_2 PARTITION OF pay FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
    CREATE TABLE pay_3 PARTITION OF pay FOR VALUES FROM ('2026-03-01') TO ('2026-12-01');
    CREATE TABLE pay_4 PARTITION OF pay FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');
    INSERT INTO pay SELECT i, repeat('x', 300), date '2026-01-01' + i % 80 FROM generate_series(1, 60000) AS i;
    INSERT INTO pay SELECT i, 'new', '2026-12-01' FROM generate_series(60001, 60020) AS i;
"""


def failures(source):
    return {row.asset: row.reason.en for row in source.assets() if isinstance(row, Coverage)}


def test_a_crawl_names_every_kind_of_object_with_its_columns(postgresql, opened):
    postgresql.run(
        MONTHS,
        """
        CREATE TABLE customer (id bigint PRIMARY KEY, mobile varchar(20), tags text[]);
        COMMENT ON TABLE customer IS '客户'; COMMENT ON COLUMN customer.mobile IS '手机号';
        CREATE VIEW v AS SELECT mobile FROM customer;
        CREATE MATERIALIZED VIEW m AS SELECT id FROM customer;
        CREATE SCHEMA hr; CREATE TABLE hr.staff (name text);
        ANALYZE
        """,
    )
    found = {one.name: one for one in opened(postgresql.url()).assets()}
    assert set(found) == {"hr.staff", "public.customer", "public.m", "public.pay", "public.v"}
    customer = found["public.customer"]
    assert customer.comment == "客户"
    assert [(field.name, field.type, field.comment) for field in customer.fields] == [
        ("id", "bigint", None),
        ("mobile", "character varying(20)", "手机号"),
        ("tags", "text[]", None),
    ]
    assert found["public.v"].kind is found["public.m"].kind is AssetKind.VIEW
    assert found["public.pay"].rows == 60_020


def test_include_and_exclude_are_told_in_the_ledger(postgresql, opened):
    postgresql.run(
        "CREATE TABLE a (x int)", "CREATE TABLE tmp_b (x int)", "CREATE SCHEMA s", "CREATE TABLE s.c (x int)"
    )
    source = opened(postgresql.url(), include=("public.*",), exclude=("*.tmp_*",))
    assert [one.name for one in source.assets() if isinstance(one, Asset)] == ["public.a"]
    assert failures(source) == {"public.tmp_b": "excluded by *.tmp_*", "s.c": "not in include"}


def test_cells_of_every_type_are_text(postgresql, opened, read_table):
    postgresql.run(
        """CREATE TABLE t (j jsonb, x xml, a text[], b bytea, bin bytea, n numeric(10, 2), d date, z timestamptz, u uuid,
           c char(5), o boolean, i inet, e text)""",
        """INSERT INTO t VALUES ('{"tel": "13800130000"}', '<a>1</a>', '{甲,乙}', convert_to('张三', 'GBK'), '\\xff00fe', 1.5,
           '2026-01-31', '2026-01-31 00:00:00+00', '00000000-0000-0000-0000-000000000001', 'ab', true, '10.0.0.1', NULL)""",
    )
    read = read_table(opened(postgresql.url()), "public.t")
    row = read.rows[0]
    assert row == {
        "j": '{"tel": "13800130000"}', "x": "<a>1</a>", "a": "{甲,乙}", "b": "张三", "bin": None, "n": "1.50",
        "d": "2026-01-31", "z": row["z"], "u": "00000000-0000-0000-0000-000000000001", "c": "ab", "o": "true",
        "i": "10.0.0.1", "e": None,
    }  # fmt: skip
    assert row["z"].startswith("2026-01-")
    assert (read.status, read.reason) == ("inspected", "1 binary cell(s) were not read")


def test_names_with_quotes_dots_per_cent_signs_and_han_characters_are_read(postgresql, opened, read_table):
    postgresql.run('CREATE SCHEMA "a.b"', 'CREATE TABLE "a.b"."客""户%s" ("手机 ""号%" text, "x.y" int)')
    postgresql.run("""INSERT INTO "a.b"."客""户%s" VALUES ('13800130000', 1)""")
    source = opened(postgresql.url())
    [asset] = source.assets()
    read = read_table(source, asset.name)
    assert asset.name == '"a.b"."客""户%s"'
    assert read.rows == {0: {'手机 "号%': "13800130000", "x.y": "1"}}


def test_a_table_with_1600_columns_is_read(postgresql, opened, read_table):
    columns = [f"c{number}" for number in range(1600)]
    postgresql.run(f"CREATE TABLE wide ({', '.join(f'{name} smallint' for name in columns)})")
    postgresql.run("INSERT INTO wide DEFAULT VALUES")
    read = read_table(opened(postgresql.url()), "public.wide")
    assert (len(read.rows[0]), read.status) == (1600, "inspected")


def test_of_a_value_of_200_megabytes_the_beginning_is_read_and_the_rest_told(postgresql, opened, read_table):
    postgresql.run("CREATE TABLE big (v text)", "INSERT INTO big SELECT repeat('字abc', 33000000)")
    read = read_table(opened(postgresql.url()), "public.big")
    assert len(read.rows[0]["v"]) == LONGEST
    assert read.status == "failed"
    assert "1 cell(s) are too long" in read.reason


def test_binary_text_that_is_cut_within_a_character_is_still_text(postgresql, opened, read_table):
    postgresql.run("CREATE TABLE big (v bytea)", "INSERT INTO big SELECT convert_to(repeat('字', 400000), 'UTF8')")
    read = read_table(opened(postgresql.url()), "public.big")
    assert set(read.rows[0]["v"]) == {"字"}
    assert (read.status, "1 cell(s) are too long" in read.reason) == ("failed", True)


def test_a_server_that_stayed_away_is_not_waited_for_with_every_table(postgresql, opened, monkeypatch):
    monkeypatch.setattr(session, "WAITS", (0.5, 0.5))
    postgresql.run("; ".join(f"CREATE TABLE t{number} (x int)" for number in range(20)))
    source = opened(postgresql.url())
    assets = list(source.assets())
    postgresql.drop()
    started = time.monotonic()
    for asset in assets:
        [(_, reading)] = source.open(asset, Sampling())
        assert list(reading) == []
    assert time.monotonic() - started < 5


def test_a_partitioned_table_is_read_whole_as_one(postgresql, opened, read_table):
    postgresql.run(MONTHS)
    read = read_table(opened(postgresql.url()), "public.pay")
    assert len(read.rows) == len({row["id"] for row in read.rows.values()}) == 60_020
    assert (read.coverage.total, read.status) == (60_020, "inspected")


def test_an_heir_of_a_plain_table_is_an_asset_of_its_own(postgresql, opened, read_table):
    postgresql.run("CREATE TABLE a (x int)", "CREATE TABLE b () INHERITS (a)", "INSERT INTO b VALUES (1)")
    source = opened(postgresql.url())
    assert [len(read_table(source, name).rows) for name in ("public.a", "public.b")] == [0, 1]


def test_two_samples_with_one_seed_agree_and_reach_every_partition(postgresql, opened, read_table):
    postgresql.run(MONTHS, "ANALYZE")
    source = opened(postgresql.url())
    first, again, other = (read_table(source, "public.pay", Sampling(1000, seed)) for seed in (7, 7, 8))
    assert first.rows == again.rows
    assert first.rows != other.rows
    assert first.status == "sampled"
    assert len(first.rows) <= 1000
    assert "new" in {row["note"] for row in first.rows.values()}
    assert {row["day"][:7] for row in first.rows.values()} >= {"2026-01", "2026-02", "2026-03"}


def test_rows_of_one_block_count_as_one_draw(postgresql, opened, read_table):
    postgresql.run(MONTHS, "ANALYZE")
    read = read_table(opened(postgresql.url()), "public.pay", Sampling(1000, 1))
    assert 1000 / 12 <= read.coverage.draws <= 1000 / 3
    assert read.coverage.total == pytest.approx(60_020, rel=0.05)


def test_a_sample_takes_all_blocks_alike(postgresql, opened, read_table):
    postgresql.run(
        "CREATE TABLE t (id int, half int, filler text)",
        "INSERT INTO t SELECT i, i / 50000, repeat('x', 200) FROM generate_series(0, 99999) AS i",
        "ANALYZE",
    )
    source = opened(postgresql.url())
    halves = [
        sum(row["half"] == "1" for row in read_table(source, "public.t", Sampling(500, seed)).rows.values())
        for seed in range(30)
    ]
    # 30 samples of about 90 blocks each: the share's standard error is about 0.01.
    assert 0.45 < sum(halves) / (30 * 500) < 0.55


def test_without_a_right_to_a_partition_of_its_own_the_table_is_sampled_through_itself(postgresql, opened, read_table):
    role = postgresql.role("scan")
    postgresql.run(MONTHS, "ANALYZE", f"GRANT SELECT ON pay TO {role}")
    source = opened(postgresql.url(role))
    assert len(read_table(source, "public.pay").rows) == 60_020
    read = read_table(source, "public.pay", Sampling(1000, 3))
    assert read.status == "sampled"
    assert 900 <= len(read.rows) <= 1000


def test_what_may_not_be_read_is_told_table_by_table_and_column_by_column(postgresql, opened, read_table):
    role = postgresql.role("scan")
    postgresql.run("CREATE TABLE a (x int)", "CREATE TABLE b (open int, shut int)", "INSERT INTO b VALUES (1, 2)")
    postgresql.run(f"GRANT SELECT (open) ON b TO {role}")
    source = opened(postgresql.url(role))
    closed, partly = (read_table(source, name) for name in ("public.a", "public.b"))
    assert closed.status == "failed"
    assert "no right to read it; grant SELECT" in closed.reason
    assert partly.rows == {0: {"open": "1"}}
    assert (partly.status, partly.reason) == ("failed", "no right to read the columns shut")


def test_rows_that_a_policy_hides_are_no_silence(postgresql, opened, read_table):
    role = postgresql.role("scan")
    postgresql.run(
        "CREATE TABLE t (x int)",
        "INSERT INTO t VALUES (1), (2)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON t USING (x = 1)",
        f"GRANT SELECT ON t TO {role}",
    )
    read = read_table(opened(postgresql.url(role)), "public.t")
    assert (read.rows, read.status) == ({}, "failed")
    assert "row-level policy" in read.reason


def test_nothing_can_be_written_not_even_by_a_view(postgresql, opened, read_table):
    postgresql.run(
        "CREATE TABLE log (x int)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'INSERT INTO public.log VALUES (1) RETURNING x'",
        "CREATE VIEW v AS SELECT f() AS x",
    )
    read = read_table(opened(postgresql.url()), "public.v")
    assert "SQLSTATE 25006" in read.reason
    assert postgresql.run("SELECT count(*) FROM log") == [(0,)]


def test_a_view_that_errors_is_told_and_the_rest_is_read(postgresql, opened, read_table):
    postgresql.run(
        "CREATE VIEW bad AS SELECT 1 / (i - 3) AS x FROM generate_series(1, 5) AS i", "CREATE TABLE t (x int)"
    )
    source = opened(postgresql.url())
    assert "SQLSTATE 22012" in read_table(source, "public.bad").reason
    assert read_table(source, "public.t").status == "inspected"


def test_a_materialised_view_without_data_is_told(postgresql, opened, read_table):
    postgresql.run("CREATE MATERIALIZED VIEW m AS SELECT 1 AS x WITH NO DATA")
    assert "never refreshed" in read_table(opened(postgresql.url()), "public.m").reason


def test_large_objects_are_told(postgresql, opened):
    postgresql.run("SELECT lo_from_bytea(0, '\\x01')")
    assert failures(opened(postgresql.url())) == {"pg_catalog.pg_largeobject": "1 large object(s) were not read"}


def test_bytes_of_no_encoding_are_decoded_or_told(postgresql, opened, read_table):
    postgresql.drop()
    postgresql.start("ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    with postgresql.connect() as connection:
        connection.execute("CREATE TABLE t (v text)")
        for value in ("张三".encode("gb18030"), "李四".encode(), b"\xff13800130000\xfe"):
            octal = "".join(f"\\{byte:03o}" for byte in value)
            connection.execute(f"INSERT INTO t VALUES (E'{octal}')")
    read = read_table(opened(postgresql.url()), "public.t")
    values = [row["v"] for row in read.rows.values()]
    assert values[:2] == ["张三", "李四"]
    assert "13800130000" in values[2]
    assert (read.status, read.reason) == ("failed", "1 text cell(s) could not be decoded")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"database": "no_such_database"}, "there is no such database"),
        ({"username": "no_such_role"}, "wrong user or password|lets this user not log in"),
        ({"port": 1}, "cannot be reached"),
        ({"host": "no-such-host.invalid"}, "cannot be reached"),
    ],
)
def test_a_connection_that_fails_says_why_and_what_to_do(postgresql, opened, change, reason):
    from sqlalchemy.engine import make_url

    url = make_url(postgresql.url()).set(**change).render_as_string(hide_password=False)
    [row] = opened(url).assets()
    assert (row.asset, str(row.status)) == ("", "failed")
    assert any(words in row.reason.en for words in reason.split("|"))


def test_a_role_that_may_not_log_in_is_told(postgresql, opened):
    role = postgresql.role("group", "NOLOGIN")
    [row] = opened(postgresql.url(role)).assets()
    assert "LOGIN attribute" in row.reason.en


def kill(server):
    server.run(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{server.database}' AND application_name = 'pii-audit'"
    )


def test_a_table_is_read_on_when_the_server_ends_the_session(postgresql, opened, monkeypatch):
    monkeypatch.setattr(session, "WAITS", (0.1, 0.1))
    postgresql.run("CREATE TABLE t (id int, filler text)")
    postgresql.run("INSERT INTO t SELECT i, repeat('x', 500) FROM generate_series(1, 40000) AS i")
    source = opened(postgresql.url())
    [asset] = source.assets()
    [(_, reading)] = source.open(asset, Sampling())
    seen = []
    for chunk in reading:
        seen += chunk.columns["id"]
        if len(seen) == 5000:
            kill(postgresql)
    assert sorted(map(int, seen)) == list(range(1, 40_001))
    assert str(reading.coverage().status) == "inspected"


def test_a_view_that_is_cut_off_gives_what_was_read_and_says_so(postgresql, opened, monkeypatch):
    monkeypatch.setattr(session, "WAITS", (0.1,))
    postgresql.run("CREATE VIEW v AS SELECT i AS id FROM generate_series(1, 40000) AS i")
    source = opened(postgresql.url())
    [asset] = source.assets()
    [(_, reading)] = source.open(asset, Sampling())
    rows = 0
    for chunk in reading:
        rows += len(chunk.rows)
        kill(postgresql)
    row = reading.coverage()
    assert 0 < rows < 40_000
    assert "connection to the server was lost" in row.reason.en
    assert str(rows) in row.reason.en


def test_a_server_that_stays_away_ends_in_a_reason(postgresql, opened, monkeypatch, read_table):
    monkeypatch.setattr(session, "WAITS", (0.1,))
    source = opened(postgresql.url())
    postgresql.run("CREATE TABLE t (x int)")
    [asset] = source.assets()
    postgresql.drop()
    [(_, reading)] = source.open(asset, Sampling())
    assert list(reading) == []
    assert "no such database" in reading.coverage().reason.en


def test_a_statement_over_its_time_is_stopped(postgresql, opened, read_table, monkeypatch):
    monkeypatch.setattr(module, "STATEMENT_SECONDS", 1)
    postgresql.run("CREATE VIEW slow AS SELECT pg_sleep(30)::text AS x")
    assert "took over" in read_table(opened(postgresql.url()), "public.slow").reason


def test_a_locked_table_is_not_waited_for_and_a_writer_does_not_wait(postgresql, opened, read_table, monkeypatch):
    monkeypatch.setattr(module, "LOCK_SECONDS", 1)
    postgresql.run("CREATE TABLE t (x int)", "INSERT INTO t VALUES (1)", "CREATE TABLE u (x int)")
    source = opened(postgresql.url())
    with postgresql.connect() as writer:
        writer.execute("BEGIN")
        writer.execute("UPDATE t SET x = 2")
        writer.execute("LOCK TABLE u")
        started = time.monotonic()
        assert read_table(source, "public.t").rows == {0: {"x": "1"}}
        assert time.monotonic() - started < 1
        assert "locked by another session" in read_table(source, "public.u").reason
        writer.execute("COMMIT")


def test_a_writer_works_on_while_a_table_is_read(postgresql, opened, monkeypatch):
    postgresql.run("CREATE TABLE t (id int, filler text)")
    postgresql.run("INSERT INTO t SELECT i, repeat('x', 500) FROM generate_series(1, 30000) AS i")
    source = opened(postgresql.url())
    [asset] = source.assets()
    [(_, reading)] = source.open(asset, Sampling())
    waits = []

    def write():
        with postgresql.connect() as connection:
            connection.execute("SET lock_timeout = '200ms'")
            for number in range(50):
                started = time.monotonic()
                connection.execute(f"UPDATE t SET filler = 'y' WHERE id = {number}")
                connection.execute("ALTER TABLE t ALTER COLUMN filler SET STATISTICS 50")
                waits.append(time.monotonic() - started)

    writer = threading.Thread(target=write)
    writer.start()
    rows = sum(len(chunk.rows) for chunk in reading)
    writer.join()
    assert len(waits) == 50
    assert rows >= 29_900


def test_the_server_sees_who_is_reading_and_one_connection(postgresql, opened):
    postgresql.run("CREATE TABLE t (x int)")
    source = opened(postgresql.url())
    for asset in source.assets():
        [(_, reading)] = source.open(asset, Sampling())
        list(reading)
    seen = postgresql.run(
        f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{postgresql.database}' AND application_name = 'pii-audit'"
    )
    assert seen == [(1,)]


def test_a_source_goes_to_another_process_without_its_connection(postgresql, opened):
    postgresql.run("CREATE TABLE t (x int)")
    source = opened(postgresql.url())
    list(source.assets())
    copy = pickle.loads(pickle.dumps(source))
    assert [one.name for one in copy.assets()] == ["public.t"]
    copy.close()
