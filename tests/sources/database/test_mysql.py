"""MySQL and MariaDB, on a real MariaDB server: what is there, what its rows say, and what cannot be read."""

from __future__ import annotations

import time

import pytest

from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.sources.database import mysql as module
from pii_audit.sources.database import session
from pii_audit.sources.database.engine import LONGEST
from pii_audit.sources.database.mysql_rows import like
from pii_audit.sources.database.server import ServerReading
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Ledger

pytestmark = pytest.mark.service

MONTHS = (
    """CREATE TABLE pay (id int, note varchar(400), day date, PRIMARY KEY (id, day)) PARTITION BY RANGE COLUMNS (day) (
       PARTITION p1 VALUES LESS THAN ('2026-02-01'), PARTITION p2 VALUES LESS THAN ('2026-03-01'),
       PARTITION p3 VALUES LESS THAN ('2026-12-01'), PARTITION p4 VALUES LESS THAN MAXVALUE)""",
    "INSERT INTO pay SELECT seq, repeat('x', 300), date '2026-01-01' + INTERVAL seq % 80 DAY FROM seq_1_to_40000",
    "INSERT INTO pay SELECT seq, 'new', '2026-12-01' FROM seq_40001_to_40020",
    "ANALYZE TABLE pay",
)


def failures(source):
    return {row.asset: row.reason.en for row in source.assets() if isinstance(row, Coverage)}


def assets(source):
    return [one.name for one in source.assets() if isinstance(one, Asset)]


def test_a_crawl_names_tables_and_views_with_their_columns(mariadb, opened):
    mariadb.run(
        "CREATE TABLE customer (id bigint PRIMARY KEY, mobile varchar(20) COMMENT '手机号') COMMENT '客户'",
        "CREATE VIEW v AS SELECT mobile FROM customer",
        "CREATE SEQUENCE numbers",
        *MONTHS,
    )
    db = mariadb.database
    found = {one.name: one for one in opened(mariadb.url()).assets()}
    assert set(found) == {f"{db}.customer", f"{db}.pay", f"{db}.v"}
    customer = found[f"{db}.customer"]
    assert customer.comment == "客户"
    assert [(field.name, field.type, field.comment) for field in customer.fields] == [
        ("id", "bigint(20)", None),
        ("mobile", "varchar(20)", "手机号"),
    ]
    assert (found[f"{db}.v"].kind, found[f"{db}.v"].comment) == (AssetKind.VIEW, None)


def test_another_database_of_the_server_is_read_only_when_it_is_listed(mariadb, opened):
    other = f"{mariadb.database}_b"
    mariadb.run(f"CREATE DATABASE {other}", f"CREATE TABLE {other}.x (a int)", "CREATE TABLE y (a int)")
    assert assets(opened(mariadb.url())) == [f"{mariadb.database}.y"]
    assert assets(opened(mariadb.url(), include=("*.y", f"{other}.*"))) == [f"{mariadb.database}.y", f"{other}.x"]


def test_without_a_database_the_source_says_how_to_name_one(mariadb, opened):
    url = mariadb.url().replace(f"/{mariadb.database}", "/")
    assert "written database.*" in failures(opened(url))[""]


def test_cells_of_every_type_are_text(mariadb, opened, read_table):
    mariadb.run(
        """CREATE TABLE t (j json, b blob, bin varbinary(9), n decimal(10, 2), d datetime, z date, e enum('a', 'b'), y year,
           i inet6, u uuid, bits bit(3), p point, old varchar(50) CHARACTER SET latin1, fr varchar(50) CHARACTER SET latin1,
           empty text)""",
        """INSERT INTO t VALUES ('{"tel": "13800130000"}', convert('张三' USING gbk), 0xff00fe, 1.5, '2026-01-31 12:00:00',
           '2026-01-31', 'b', 2026, '::ffff:10.0.0.1', '00000000-0000-0000-0000-000000000001', b'101', point(1, 2),
           convert(cast(convert('李四' USING gbk) AS binary) USING latin1), 'café', NULL)""",
    )
    read = read_table(opened(mariadb.url()), f"{mariadb.database}.t")
    assert read.rows[0] == {
        "j": '{"tel": "13800130000"}', "b": "张三", "bin": None, "n": "1.50", "d": "2026-01-31 12:00:00",
        "z": "2026-01-31", "e": "b", "y": "2026", "i": "::ffff:10.0.0.1", "u": "00000000-0000-0000-0000-000000000001",
        "bits": "\x05", "p": None, "old": "李四", "fr": "café", "empty": None,
    }  # fmt: skip
    assert (read.status, read.reason) == ("inspected", "2 binary cell(s) were not read")


def test_names_with_quotes_dots_per_cent_signs_and_han_characters_are_read(mariadb, opened, read_table):
    mariadb.run(
        'CREATE TABLE `客"户``.%s` (`手机 ``号%` text, `x.y%d` int, `k%s` varchar(9), PRIMARY KEY (`x.y%d`, `k%s`))'
    )
    mariadb.run("INSERT INTO `客\"户``.%s` SELECT concat('1380013', lpad(seq, 4, 0)), seq % 7, seq FROM seq_1_to_6000")
    source = opened(mariadb.url())
    [asset] = source.assets()
    read = read_table(source, asset.name)
    assert asset.name == f'{mariadb.database}."客""户`.%s"'
    assert len({row["手机 `号%"] for row in read.rows.values()}) == 6000


def test_a_table_with_many_columns_is_read(mariadb, opened, read_table):
    columns = [f"c{number}" for number in range(1000)]
    mariadb.run(f"CREATE TABLE wide ({', '.join(f'{name} tinyint' for name in columns)})", "INSERT INTO wide VALUES ()")
    read = read_table(opened(mariadb.url()), f"{mariadb.database}.wide")
    assert (len(read.rows[0]), read.status) == (1000, "inspected")


def test_of_a_value_of_many_megabytes_the_beginning_is_read_and_the_rest_told(mariadb, opened, read_table):
    mariadb.run(
        "CREATE TABLE big (id int PRIMARY KEY, v longtext)", "INSERT INTO big VALUES (1, repeat('字abc', 2000000))"
    )
    read = read_table(opened(mariadb.url()), f"{mariadb.database}.big")
    assert len(read.rows[0]["v"]) == LONGEST
    assert "1 cell(s) are too long" in read.reason


def test_where_the_server_sends_small_packets_less_of_a_cell_is_read_and_that_is_told():
    long = module._column("v", "longtext", "utf8mb4", 1000, readable=True)
    assert (long.expression, long.longest) == ("LEFT(`v`, 1001)", 1000)
    reading = ServerReading(None, Ledger("w", "t"), Sampling())
    assert reading._cells(long, ["x" * 1001, "y"]) == ["x" * 1000, "y"]
    reading._settle()
    assert "1 cell(s) are too long" in reading.coverage().reason.en


def test_a_table_is_read_whole_along_its_key(mariadb, opened, read_table):
    mariadb.run(*MONTHS)
    read = read_table(opened(mariadb.url()), f"{mariadb.database}.pay")
    assert len({row["id"] for row in read.rows.values()}) == len(read.rows) == 40_020
    assert read.status == "inspected"


@pytest.mark.parametrize(
    "key",
    [
        "PRIMARY KEY (a, b, c)",
        "UNIQUE (c, a)",
        "UNIQUE (b)",  # may be NULL: orders no rows
        "KEY (a)",
    ],
)
def test_whatever_the_key_every_row_is_read_once(mariadb, opened, read_table, key):
    mariadb.run(
        f"CREATE TABLE t (a varchar(20) NOT NULL, b bigint{'' if key == 'UNIQUE (b)' else ' NOT NULL'}, c binary(4) NOT NULL, {key})",
        "INSERT INTO t SELECT elt(1 + seq % 3, '甲', 'b%', '''c'), seq, unhex(lpad(hex(seq), 8, '0')) FROM seq_1_to_12000",
    )
    read = read_table(opened(mariadb.url()), f"{mariadb.database}.t")
    assert sorted(int(row["b"]) for row in read.rows.values()) == list(range(1, 12_001))


def test_rows_that_were_deleted_from_a_table_with_history_are_read(mariadb, opened, read_table):
    mariadb.run("CREATE TABLE t (id int PRIMARY KEY, v text) WITH SYSTEM VERSIONING")
    mariadb.run("INSERT INTO t VALUES (1, 'old')", "UPDATE t SET v = 'new'", "DELETE FROM t")
    read = read_table(opened(mariadb.url()), f"{mariadb.database}.t")
    assert sorted(row["v"] for row in read.rows.values()) == ["new", "old"]


def test_two_samples_with_one_seed_agree_and_reach_every_partition(mariadb, opened, read_table):
    mariadb.run(*MONTHS)
    source = opened(mariadb.url())
    name = f"{mariadb.database}.pay"
    first, again, other = (read_table(source, name, Sampling(1000, seed)) for seed in (7, 7, 8))
    assert first.rows == again.rows
    assert first.rows != other.rows
    assert first.status == "sampled"
    assert 900 <= len(first.rows) <= 1000
    assert first.coverage.draws < len(first.rows)
    assert "new" in {row["note"] for row in first.rows.values()}


def test_a_sample_takes_all_of_the_key_space_alike(mariadb, opened, read_table):
    mariadb.run(
        "CREATE TABLE t (id bigint PRIMARY KEY, half int)",
        "INSERT INTO t SELECT seq * 1000, seq DIV 20000 FROM seq_0_to_39999",
        "ANALYZE TABLE t",
    )
    source = opened(mariadb.url())
    halves = [
        sum(
            row["half"] == "1" for row in read_table(source, f"{mariadb.database}.t", Sampling(500, seed)).rows.values()
        )
        for seed in range(30)
    ]
    assert 0.45 < sum(halves) / (30 * 500) < 0.55


@pytest.mark.parametrize("ids", ["seq + (seq > 10000) * 1000000000000", "seq * seq * seq"])
def test_keys_that_are_spread_unevenly_still_give_an_even_sample(mariadb, opened, read_table, ids):
    mariadb.run(
        "CREATE TABLE t (id bigint PRIMARY KEY, half int)",
        f"INSERT INTO t SELECT {ids}, seq DIV 10001 FROM seq_1_to_20000",
        "ANALYZE TABLE t",
    )
    source = opened(mariadb.url())
    halves = []
    for seed in range(20):
        read = read_table(source, f"{mariadb.database}.t", Sampling(1000, seed))
        assert len(read.rows) == 1000
        halves.append(sum(row["half"] == "1" for row in read.rows.values()))
    # Neighbours are drawn together, so that one sample alone may lean to a side; many do not.
    assert 470 < sum(halves) / len(halves) < 530


def test_what_may_not_be_read_is_told(mariadb, opened, read_table):
    user = mariadb.user("scan")
    db = mariadb.database
    mariadb.run("CREATE TABLE a (x int)", "CREATE TABLE b (open int, shut int)", "INSERT INTO b VALUES (1, 2)")
    mariadb.run(f"GRANT SELECT (open) ON {db}.b TO '{user}'@'%'", f"GRANT INSERT ON {db}.a TO '{user}'@'%'")
    source = opened(mariadb.url(user))
    assert "hidden from it" in failures(source)[f"{db}.*"]
    closed = read_table(source, f"{db}.a")
    assert (closed.status, "no right to read it" in closed.reason) == ("failed", True)
    partly = read_table(source, f"{db}.b")
    assert partly.rows == {0: {"open": "1"}}


def test_a_right_to_the_whole_database_hides_nothing(mariadb, opened, read_table):
    user, role = mariadb.user("scan"), mariadb.role("reader")
    db = mariadb.database
    mariadb.run("CREATE TABLE a (x int)", f"GRANT SELECT ON {db}.* TO {role}", f"GRANT {role} TO '{user}'@'%'")
    mariadb.run(f"SET DEFAULT ROLE {role} FOR '{user}'@'%'")
    source = opened(mariadb.url(user))
    assert failures(source) == {}
    assert read_table(source, f"{db}.a").status == "inspected"


def test_nothing_can_be_written_not_even_by_a_view(mariadb, opened, read_table):
    mariadb.run(
        "CREATE TABLE log (x int)", "CREATE FUNCTION f() RETURNS int BEGIN INSERT INTO log VALUES (1); RETURN 1; END"
    )
    mariadb.run("CREATE VIEW v AS SELECT f() AS x")
    assert "error 1792" in read_table(opened(mariadb.url()), f"{mariadb.database}.v").reason
    assert mariadb.run("SELECT count(*) FROM log") == [(0,)]


def test_a_view_on_a_table_that_is_gone_is_told_and_the_rest_is_read(mariadb, opened, read_table):
    mariadb.run(
        "CREATE TABLE a (x int)", "CREATE TABLE t (x int)", "CREATE VIEW bad AS SELECT x FROM a", "DROP TABLE a"
    )
    source = opened(mariadb.url())
    assert "table or column that is gone" in read_table(source, f"{mariadb.database}.bad").reason
    assert read_table(source, f"{mariadb.database}.t").status == "inspected"


def test_a_connection_that_fails_says_why_and_what_to_do(mariadb, opened):
    from sqlalchemy.engine import make_url

    user = mariadb.user("scan", "127.0.0.1")
    url = make_url(mariadb.url(user))
    for change, words in (
        ({"password": "wrong"}, "wrong user or password"),
        ({"database": "no_such_database"}, "may not use this database"),
        ({"port": 1}, "cannot be reached"),
        ({"host": "no-such-host.invalid"}, "cannot be reached"),
    ):
        told = failures(opened(url.set(**change).render_as_string(hide_password=False)))
        assert words in told[""], change


def kill(server):
    for (number,) in server.run(
        f"SELECT id FROM information_schema.PROCESSLIST WHERE db = '{server.database}' AND id <> connection_id()"
    ):
        server.run(f"KILL CONNECTION {number}")


def test_a_table_is_read_on_when_the_server_ends_the_session(mariadb, opened, monkeypatch):
    monkeypatch.setattr(session, "WAITS", (0.1, 0.1))
    mariadb.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT seq FROM seq_1_to_20000")
    source = opened(mariadb.url())
    [asset] = source.assets()
    [(_, reading)] = source.open(asset, Sampling())
    seen = []
    for chunk in reading:
        seen += chunk.columns["id"]
        if len(seen) == 5000:
            kill(mariadb)
    assert sorted(map(int, seen)) == list(range(1, 20_001))
    assert str(reading.coverage().status) == "inspected"


def test_a_view_that_is_cut_off_gives_what_was_read_and_says_so(mariadb, opened, monkeypatch):
    mariadb.run("CREATE TABLE t (v varchar(1000))", "INSERT INTO t SELECT repeat('x', 1000) FROM seq_1_to_60000")
    source = opened(mariadb.url())
    [asset] = source.assets()
    [(_, reading)] = source.open(asset, Sampling())
    rows = 0
    for chunk in reading:
        rows += len(chunk.rows)
        kill(mariadb)
    assert 0 < rows < 60_000
    assert f"lost ({rows} rows were read)" in reading.coverage().reason.en


def test_a_statement_over_its_time_is_stopped(mariadb, opened, read_table, monkeypatch):
    monkeypatch.setattr(module, "STREAM_SECONDS", 1)
    mariadb.run("CREATE VIEW slow AS SELECT sleep(20) + seq AS x FROM information_schema.PROCESSLIST, seq_1_to_9")
    assert "took over" in read_table(opened(mariadb.url()), f"{mariadb.database}.slow").reason


def test_a_locked_table_is_not_waited_for_and_a_writer_does_not_wait(mariadb, opened, read_table, monkeypatch):
    monkeypatch.setattr(module, "LOCK_SECONDS", 1)
    mariadb.run("CREATE TABLE t (x int PRIMARY KEY)", "INSERT INTO t VALUES (1)", "CREATE TABLE u (x int)")
    source = opened(mariadb.url())
    list(source.assets())
    with mariadb.connect() as connection, connection.cursor() as writer:
        writer.execute(f"USE {mariadb.database}")
        writer.execute("BEGIN")
        writer.execute("UPDATE t SET x = 2")
        started = time.monotonic()
        assert read_table(source, f"{mariadb.database}.t").rows == {0: {"x": "1"}}
        assert time.monotonic() - started < 1
        writer.execute("COMMIT")
        writer.execute("LOCK TABLES u WRITE")
        assert "locked by another session" in read_table(source, f"{mariadb.database}.u").reason
        writer.execute("UNLOCK TABLES")


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("core\\_db", "core_db", True),
        ("core\\_db", "coreXdb", False),
        ("core_db", "coreXdb", True),
        ("c%", "core", True),
    ],
)
def test_patterns_of_grants_are_those_of_like(pattern, name, fits):
    assert bool(like(pattern).fullmatch(name)) is fits
