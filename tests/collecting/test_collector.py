"""What is collected behind a bastion by one file is what a direct scan sees; nothing else leaves."""

from __future__ import annotations

import ast
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from pii_audit.collecting.inside import urls as inside
from pii_audit.collecting.writing import Order, write_collector
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.sources.database import urls
from pii_audit.sources.registry import engine_of

PHONES = [f"1380013{number:04d}" for number in range(40)]
ODD = [
    "NULL",
    "",
    "0",
    "\\N",
    "a\tb",
    "a\nb",
    "</field></row>",
    "&lt;",
    "'\"`\\",
    "---  1 00000",
    "pii-audit 1",
    "张三\\'",
    "😀",
]


def make_sqlite(path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, mobile TEXT, note TEXT, photo BLOB)")
        rows = [(phone, odd, odd.encode()) for phone, odd in zip(PHONES, ODD * 4, strict=False)]
        database.executemany("INSERT INTO customer (mobile, note, photo) VALUES (?, ?, ?)", rows)
        database.commit()
    path.chmod(0o644)


def test_a_file_is_seen_as_by_a_direct_scan(bastion, same):
    make_sqlite(bastion.folder / "core.db")
    bastion.collect("sqlite", "core.db")
    direct = bastion.audit("database", "sqlite:core.db")
    bundled = bastion.audit("bundle", "core.bundle")
    place = str(bastion.folder.resolve())
    assert {grant.principal for grant in bundled.grants} == {grant.principal for grant in direct.grants} != set()
    assert {one.rule for one in bundled.findings} == {one.rule for one in direct.findings}
    assert [one.fields for one in bundled.inspected] == [one.fields for one in direct.inspected]
    assert [one.tally for one in bundled.inspected] == [one.tally for one in direct.inspected]
    assert place not in (bastion.folder / "core.bundle").read_text()


def test_a_sample_draws_the_rows_that_a_direct_scan_draws(bastion):
    with closing(sqlite3.connect(bastion.folder / "core.db")) as database:
        database.execute("CREATE TABLE t (mobile TEXT)")
        database.executemany("INSERT INTO t VALUES (?)", [(f"139{number:08d}",) for number in range(5000)])
        database.commit()
    bastion.collect("sqlite", "core.db", sample=200)
    direct = bastion.audit("database", "sqlite:core.db", sample=200)
    bundled = bastion.audit("bundle", "core.bundle")
    assert bundled.inspected[0].tally == direct.inspected[0].tally
    [row] = bundled.coverage
    assert (row.rows, row.total, row.draws) == (200, 5000, 200)
    assert row.reason.en.startswith("as collected on 20")
    assert replace(row, reason=None) == direct.coverage[0]


def test_neither_value_nor_key_is_in_what_is_written(bastion):
    make_sqlite(bastion.folder / "core.db")
    bastion.collect("sqlite", "core.db")
    bundle = (bastion.folder / "core.bundle").read_text()
    assert not [phone for phone in PHONES if phone in bundle]
    assert bastion.key.hex() not in bundle + (bastion.folder / "collector.py").read_text()
    kinds = {next(iter(json.loads(line))) for line in bundle.splitlines()}
    assert kinds == {"bundle", "asset", "grant", "end"}


@pytest.mark.service
def test_an_example_in_a_comment_or_a_routine_is_masked(bastion, postgresql, client):
    postgresql.run(
        "CREATE TABLE customer (mobile text)",
        f"COMMENT ON COLUMN customer.mobile IS '手机号,如 {PHONES[3]}'",
        f"INSERT INTO customer VALUES ('{PHONES[1]}')",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql SECURITY DEFINER AS "
        f"$$ SELECT mobile FROM customer WHERE mobile <> '{PHONES[2]}' AND mobile IS NOT NULL AND length(mobile) > 3 $$",
    )
    bastion.collect("postgresql", client("psql"), postgresql.url())
    bundle = (bastion.folder / "core.bundle").read_text()
    assert not [phone for phone in PHONES if phone in bundle]
    grants = bastion.audit("bundle", "core.bundle").grants
    assert {one.privilege for one in grants} >= {"execute"}


@pytest.mark.service
def test_a_postgresql_server_is_seen_as_by_a_direct_scan(bastion, same, postgresql, client):
    teller, clerk = postgresql.role("teller", "NOLOGIN"), postgresql.role("clerk")
    quoted = ", ".join(
        f"($o${odd}$o$, '{phone}', '\\x{odd.encode().hex()}')" for odd, phone in zip(ODD * 3, PHONES, strict=False)
    )
    postgresql.run(
        'CREATE TABLE "客户 ""表" (note text, "手机 %号" text, photo bytea, day date DEFAULT \'2025-06-01\', at inet DEFAULT \'10.0.0.1\')',
        f'INSERT INTO "客户 ""表" VALUES {quoted}',
        "CREATE TABLE parts (id int, email text) PARTITION BY RANGE (id)",
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)",
        "INSERT INTO parts VALUES (1, 'a@example.com'), (2, NULL)",
        "CREATE VIEW shown AS SELECT email FROM parts",
        "CREATE VIEW broken AS SELECT (email::int) AS n FROM parts",
        f"GRANT SELECT ON parts TO {teller} WITH GRANT OPTION",
        f"GRANT {teller} TO {clerk}",
        "GRANT SELECT ON shown TO PUBLIC",
        "CREATE FUNCTION f() RETURNS SETOF parts LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM parts'",
    )
    told = bastion.collect("postgresql", client("psql"), postgresql.url(), code=3)
    assert "broken" in told
    direct = bastion.audit("database", postgresql.url())
    same(bastion.audit("bundle", "core.bundle"), direct)
    assert {grant.principal for grant in direct.grants} >= {"PUBLIC", f"user:{clerk}"}


@pytest.mark.service
def test_a_mariadb_server_is_seen_as_by_a_direct_scan(bastion, same, mariadb, client):
    app, teller = mariadb.user("app"), mariadb.role("teller")
    with mariadb.connect(database=mariadb.database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE `客户 %s` (id int PRIMARY KEY, note text, `手机` varchar(20), photo blob, flag bit(9), old varchar(99) CHARACTER SET latin1)"
        )
        rows = [
            (n, odd, phone, odd.encode(), n, "x") for n, (odd, phone) in enumerate(zip(ODD * 3, PHONES, strict=False))
        ]
        cursor.executemany("INSERT INTO `客户 %%s` VALUES (%s, %s, %s, %s, %s, %s)", rows)
        cursor.execute("UPDATE `客户 %s` SET old = _latin1 0xD5C5C8FD")
        cursor.execute("UPDATE `客户 %s` SET note = NULL WHERE id = 0")
        cursor.execute("CREATE TABLE raw_key (k varbinary(8) PRIMARY KEY, email varchar(50))")
        cursor.execute("INSERT INTO raw_key VALUES (x'0001', 'a@example.com'), (x'00ff', 'b@example.com')")
        cursor.execute("CREATE TABLE named (name varchar(8), n varchar(8), PRIMARY KEY (name, n))")
        cursor.executemany("INSERT INTO named VALUES (%s, %s)", [("0", "0"), ("1", "'"), ("\\", "%s")])
        cursor.execute("CREATE VIEW shown AS SELECT email FROM raw_key")
        cursor.execute(f"GRANT SELECT ON shown TO '{app}'@'%'")
        cursor.execute(f"GRANT SELECT ON raw_key TO {teller}")
        cursor.execute(f"GRANT {teller} TO '{app}'@'%'")
    url = mariadb.admin
    command = [
        client("mariadb", "mysql"),
        "-h",
        str(url.host),
        "-P",
        str(url.port or 3306),
        "-u",
        str(url.username),
        mariadb.database,
    ]
    bastion.collect("mysql", *command, *([f"-p{url.password}"] if url.password else []))
    direct = bastion.audit("database", mariadb.url())
    bundled = bastion.audit("bundle", "core.bundle")
    same(bundled, direct)
    assert f"user:{app}@%" in {grant.principal for grant in bundled.grants}


def test_a_collector_is_text_that_an_older_python_turns_down_in_words(bastion):
    program = bastion.collector("postgresql").read_text(encoding="utf-8")
    ast.parse(program, feature_version=(3, 4))
    assert program.isprintable() or set(filter(lambda one: not one.isprintable(), program)) <= {
        "\n",
        "\t",
        "\x00",
        "\u3000",
        "\xa0",
    }
    first = next(node for node in ast.parse(program).body if isinstance(node, ast.If))
    assert "version_info" in ast.unparse(first.test)
    told = bastion.run(bastion.folder / "collector.py", "--statements")
    assert "SELECT" in told
    assert "CREATE" not in told


def test_modules_stand_in_a_collector_as_they_stand_here(checkout):
    program = write_collector(Order("mysql"), load_catalogue(), bytes(32)).program
    for path in (
        "pii_audit/access/mysql.py",
        "pii_audit/detection/matcher.py",
        "pii_audit/sources/database/mysql_rows.py",
    ):
        assert (checkout / path).read_text(encoding="utf-8") in program
    assert "import yaml" not in program


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-o", "x", "--key", "key.txt", "--", "no-such-client"], "no such client"),
        (["-o", "x", "--key", "absent", "--", "psql"], "key cannot be read"),
        (["-o", "x", "--key", "collector.py", "--", "psql"], "key"),
        (["-o", "x", "--key", "other.txt", "--", "psql"], "not the key of the workspace"),
        (["-o", "no/such/x", "--key", "key.txt", "--", "sh"], "cannot be written"),
        (["-o", "x", "--sample", "0", "--", "psql"], "--sample"),
        (["--key", "key.txt"], "-o"),
    ],
)
def test_what_is_given_wrongly_is_told_and_nothing_is_written(bastion, words, told):
    (bastion.folder / "other.txt").write_text("ab" * 32)
    assert told in bastion.run(bastion.collector("postgresql"), *words, code=2)
    assert not (bastion.folder / "x").exists()


def test_a_server_that_is_not_there_is_told_and_is_a_row_of_the_ledger(bastion, client):
    told = bastion.collect("postgresql", client("psql"), "-h", "127.0.0.1", "-p", "1", code=3)
    assert "cannot be reached" in told
    [row] = bastion.audit("bundle", "core.bundle").coverage
    assert row.incomplete
    assert "cannot be reached" in row.reason.en


@pytest.mark.parametrize(
    ("dialect", "driver", "url"),
    [("oracle", "oracledb", "oracle://u:p@127.0.0.1:1/orcl"), ("sqlserver", "pymssql", "mssql://u:p@127.0.0.1:1/crm")],
)
def test_servers_without_a_client_are_asked_through_the_driver_that_is_there(bastion, dialect, driver, url):
    pytest.importorskip(driver)
    words = ["--key", "key.txt", "-o", "core.bundle", "--"]
    collector = bastion.collector(dialect)
    assert driver in bastion.run(collector, *words, url, code=2)  # without any package
    assert "a url with user and host" in bastion.run(collector, *words, "orcl", code=2, packages=True)
    assert "cannot be reached" in bastion.run(collector, *words, url, code=3, packages=True)
    [row] = bastion.audit("bundle", "core.bundle").coverage
    assert row.incomplete


@pytest.mark.parametrize(
    "url",
    [
        "oracle://u:p%40%3A@h:1521/s",
        "mssql://u@h/",
        "oracle://u:p@h/?sid=ORCL&protocol=tcps",
        "mssql://u%5Cd:x@[::1]:9/a%20b",
    ],
)
def test_urls_are_taken_apart_as_sqlalchemy_does(url):
    ours, theirs = inside.parsed(url), urls.parsed(url)
    for part in ("username", "password", "host", "port"):
        assert getattr(ours, part) == getattr(theirs, part)
    assert (ours.database or None, dict(ours.query)) == (theirs.database or None, dict(theirs.query))


@pytest.mark.service
def test_the_statements_are_what_is_sent_and_run_by_hand(bastion, postgresql, client):
    """Save for those of another version, each statement without places to fill in runs as it stands."""
    made = write_collector(Order("postgresql"), load_catalogue(), bytes(32))
    told = bastion.run(bastion.collector("postgresql"), "--statements")
    names = [line.split(" · ")[0].removeprefix("-- ") for line in made.statements.splitlines() if " · " in line]
    assert names[0] == "session"
    assert all(f"-- {name}: " in told for name in names)
    parts = [part for part in made.statements.split("\n\n") if not part.startswith("-- memberships ·")]
    done = subprocess.run(
        [client("psql"), "-X", "-v", "ON_ERROR_STOP=1", postgresql.url()],
        input="\n\n".join(parts),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("dialect", ["kingbase", "gbase8a"])
def test_servers_of_a_family_are_asked_through_the_clients_of_theirs(bastion, dialect):
    """A client that says nothing is a server that is not there; before that the whole collector was loaded and had its engine."""
    told = bastion.collect(dialect, "true", code=3)
    assert "cannot be reached" in told
    header = json.loads((bastion.folder / "core.bundle").read_text().splitlines()[0])["bundle"]
    assert header["dialect"] == dialect
    assert engine_of(dialect).dialect == dialect


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_cannot_write_chinese_still_shows_the_help(tmp_path, encoding):
    program = write_collector(Order("sqlite"), load_catalogue(), bytes(32)).program
    (tmp_path / "collector.py").write_text(program, encoding="utf-8")
    env = {"PYTHONIOENCODING": encoding, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, tmp_path / "collector.py", "--help"], capture_output=True, env=env, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
