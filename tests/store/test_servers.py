"""The store on PostgreSQL and MariaDB: several people on one, from several machines."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import create_engine, event, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from pii_audit.errors import StoreError
from pii_audit.findings.life import Accept, Assign
from pii_audit.model.finding import Change, Status
from pii_audit.model.lifecycle import Actor
from pii_audit.model.run import Suppressed
from pii_audit.model.unchanged import Earlier, Proof, Scope, State
from pii_audit.render.interface import render
from pii_audit.store import Store, Wanted, schema

pytestmark = pytest.mark.service

KEY = b"k" * 32
SERVERS = {
    "postgresql": ("PII_AUDIT_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1/postgres", "postgresql+psycopg"),
    "mariadb": ("PII_AUDIT_MARIADB_URL", "mysql://root@127.0.0.1/", "mysql+pymysql"),
}
WRITER = """
import pathlib, sys
from datetime import datetime, timezone
from pii_audit.findings.life import Assign
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.finding import Finding, Severity
from pii_audit.model.lifecycle import Actor
from pii_audit.model.run import Run
from pii_audit.store import Store
name, url, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
text, now = Text("a", "a"), datetime.now(timezone.utc)
with Store.open(url, pathlib.Path(), key=b"k" * 32) as store:
    for number in range(rounds):
        findings = tuple(
            Finding("STO002", (key,), Severity.LOW, text, text, text, fingerprint=key, asset=f"{name}:t", source=name)
            for key in ("shared", f"{name}-{number}")
        )
        coverage = (Coverage("elsewhere", "t", CoverageStatus.INSPECTED),)
        store.record(Run(f"{name}{number}", now, now, "0", "run", coverage=coverage, findings=findings))
        store.move(["shared"], Assign(f"{name}{number}"), Actor(name, name, now))
        print(number, flush=True)
"""


@pytest.fixture(params=sorted(SERVERS))
def url(request):
    """A new database of the test's own on each server; its character set is not ours."""
    variable, default, driver = SERVERS[request.param]
    admin = make_url(os.environ.get(variable, default)).set(drivername=driver)
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    name = f"pii_store_{secrets.token_hex(5)}"
    try:
        with engine.connect() as connection:
            latin = " CHARACTER SET latin1" if request.param == "mariadb" else ""
            connection.execute(text(f"CREATE DATABASE {name}{latin}"))
    except DBAPIError as error:
        pytest.skip(f"no server at {variable}: {type(error).__name__}")
    yield admin.set(drivername=request.param.replace("mariadb", "mysql"), database=name).render_as_string(
        hide_password=False
    )
    with engine.connect() as connection:
        forced = " WITH (FORCE)" if request.param == "postgresql" else ""
        connection.execute(text(f"DROP DATABASE {name}{forced}"))
    engine.dispose()


def _actor():
    return Actor("王某", "wang", datetime(2026, 7, 1, 12, tzinfo=UTC))


def test_a_run_renders_the_same_after_it_was_stored(url, tmp_path, make):
    with Store.open(url, tmp_path, key=KEY) as store:
        recorded = store.record(make.full_run(1))
        assert render("json", store.load("r1"), "zh") == render("json", recorded, "zh")
        assert store.inventory() == recorded.inspected


def test_a_finding_lives_there_as_it_does_in_sqlite(url, tmp_path, make):
    name = "share:hz/客户\U0001f600\udcff\0" + "x" * 100_000
    seen, ledger = make.finding("aaaa", asset=name, source="share"), [make.row(name, source="share")]
    with Store.open(url, tmp_path, key=KEY) as store:
        store.record(make.run(1, [seen], ledger))
        store.move(["aaaa"], Assign("张某", "hz"), _actor())
        assert [one.finding.asset for one in store.findings(Wanted(units=["hz"], status=[Status.ASSIGNED]))] == [name]
        store.move(["aaaa"], Accept("张某", "李某", "原因", date(2026, 12, 31)), _actor())
        assert store.record(make.run(2, [seen], ledger)).findings[0].status is Status.ACCEPTED
        assert [step.action.value for step in store.steps("aaaa" * 8)] == ["found", "assigned", "accepted"]
        verified = store.verify()
        assert (verified.problems, verified.steps) == ((), 3)
        with store.database.write() as connection:
            connection.execute(update(schema.history).where(schema.history.c.number == 2).values(document="{}"))
        assert len(store.verify().problems) == 1


def test_a_row_that_was_changed_by_hand_is_told_there_too(url, tmp_path, make):
    hidden = make.finding("bbbb", asset="core:客户\udcff", due=date(2026, 8, 1), unit="hz")
    with Store.open(url, tmp_path, key=KEY) as store:
        store.record(make.run(1, [make.finding("aaaa")], suppressed=[Suppressed(hidden, "例外\udcff")]))
        store.move(["aaaa"], Assign("张某", "hz", date(2026, 8, 1)), _actor())
        assert store.verify().problems == ()
        for column, value in {
            "severity": "info",
            "due": None,
            "owner": "x",
            "suppressed_by": None,
            "unit": None,
        }.items():
            with store.database.write() as connection:
                connection.execute(update(schema.findings).values({column: value}))
        assert {one.en.partition(" was")[0] for one in store.verify().problems} == {
            *(f"aaaaaaaaaaaa: {column}" for column in ("severity", "due", "owner", "unit")),
            *(f"bbbbbbbbbbbb: {column}" for column in ("severity", "due", "owner", "unit", "suppressed_by")),
        }


def test_names_that_differ_in_case_alone_are_two(url, tmp_path, make):
    pair = [make.finding("aaaa", asset="core:T", source="core"), make.finding("bbbb", asset="core:t", source="Core")]
    with Store.open(url, tmp_path, key=KEY) as store:
        store.record(make.run(1, pair, [make.row("T"), make.row("t")]))
        assert [one.finding.asset for one in store.findings(Wanted(source="core"))] == ["core:T"]


def _writer(name, url, rounds=8):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, name, url, str(rounds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_writers_on_a_new_store_lose_nothing(url, tmp_path):
    writers = [_writer(name, url) for name in ("a", "b")]
    ends = [(writer.communicate(timeout=120)[1], writer.returncode) for writer in writers]
    assert ends == [("", 0), ("", 0)]
    with Store.open(url, tmp_path, key=KEY) as store:
        assert len(store.runs()) == 16
        assert [one.change.value for one in store.history("shared")] == ["new"] + ["persistent"] * 15
        # Each found one of its own a round; the shared one was found once, and assigned by each every round.
        assert (store.verify().problems, store.verify().steps) == ((), 16 + 1 + 16)


def test_a_kill_in_the_middle_leaves_whole_runs_and_a_whole_history(url, tmp_path):
    writer = _writer("a", url, rounds=100)
    for _ in range(3):
        writer.stdout.readline()
    os.kill(writer.pid, signal.SIGKILL)
    told = 3 + len(writer.communicate()[0].split())
    with Store.open(url, tmp_path, key=KEY) as store:
        assert len(store.runs()) in (told, told + 1)
        assert store.verify().problems == ()


def _id_of(engine, connection):
    """How the server calls a connection."""
    return connection.info.backend_pid if engine.dialect.name == "postgresql" else connection.thread_id()


def _kill(url, number):
    """Ends a connection from outside, as an administrator or a server that goes down does."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:").replace("mysql:", "mysql+pymysql:"))
    words = "SELECT pg_terminate_backend({})" if engine.dialect.name == "postgresql" else "KILL {}"
    with engine.connect() as connection:
        connection.exec_driver_sql(words.format(number))
    engine.dispose()


@pytest.mark.parametrize("table", ["findings", "history"])
def test_a_connection_ended_in_the_middle_leaves_nothing_of_the_run(url, tmp_path, make, table):
    with Store.open(url, tmp_path, key=KEY) as store:
        store.record(make.run(1, [make.finding("aaaa")], [make.row("t")]))
        engine = store.database.engine

        def cut(connection, cursor, statement, *_):
            if statement.replace("`", "").startswith(f"INSERT INTO {table} "):
                event.remove(engine, "before_cursor_execute", cut)
                _kill(url, _id_of(engine, connection.connection.dbapi_connection))

        event.listen(engine, "before_cursor_execute", cut)
        with pytest.raises(StoreError, match="connection to the store was lost; nothing was written"):
            store.record(make.run(2, [make.finding("aaaa"), make.finding("bbbb")], [make.row("t")]))
        assert [one.id for one in store.runs()] == ["r1"]
        assert (store.verify().problems, store.verify().steps) == ((), 1)
        store.record(make.run(2, [make.finding("aaaa"), make.finding("bbbb")], [make.row("t")]))
        assert (store.verify().problems, store.verify().steps) == ((), 2)


FULL = {
    "postgresql": (
        (
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$"
        ),
        "CREATE TRIGGER full_disk BEFORE INSERT ON history FOR EACH ROW EXECUTE FUNCTION full_disk()",
        "DROP TRIGGER full_disk ON history",
    ),
    "mysql": (
        "CREATE TRIGGER full_disk BEFORE INSERT ON history FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114",
        "DROP TRIGGER full_disk",
    ),
}
"""A server reports a full disk in the middle of a transaction; a disk that is full in truth takes an administrator's rights."""


def test_a_server_whose_disk_is_full_leaves_the_store_as_it_was(url, tmp_path, make):
    with Store.open(url, tmp_path, key=KEY) as store:
        store.record(make.run(1, [make.finding("aaaa")], [make.row("t")]))
        *making, ending = FULL[store.database.engine.dialect.name]
        with store.database.write() as connection:
            for statement in making:
                connection.exec_driver_sql(statement)
        with pytest.raises(StoreError, match=r"the disk is full.*make room"):
            store.record(make.run(2, [make.finding("aaaa"), make.finding("bbbb")], [make.row("t")]))
        with pytest.raises(StoreError, match="the disk is full"):
            store.move(["aaaa"], Assign("张某"), _actor())
        assert [one.id for one in store.runs()] == ["r1"]
        assert [one.finding.fingerprint[:4] for one in store.findings()] == ["aaaa"]
        assert (store.verify().problems, store.verify().steps) == ((), 1)
        with store.database.write() as connection:
            connection.exec_driver_sql(ending)
        store.move(["aaaa"], Assign("张某"), _actor())
        assert (store.verify().problems, store.verify().steps) == ((), 2)


def test_a_store_of_a_newer_version_is_refused(url, tmp_path):
    with Store.open(url, tmp_path) as store, store.database.write() as connection:
        connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"written by a newer version.*upgrade pii-audit"):
        Store.open(url, tmp_path)


def test_the_database_of_another_program_is_refused(url, tmp_path):
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:").replace("mysql:", "mysql+pymysql:"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE customer (id INTEGER)"))
    engine.dispose()
    with pytest.raises(StoreError, match="it is not a store"):
        Store.open(url, tmp_path)


def test_a_server_that_does_not_answer_is_an_error_without_its_password(url, tmp_path):
    nowhere = make_url(url).set(host="127.0.0.1", port=1, password="secret")
    with pytest.raises(StoreError, match="look whether the database is up") as caught:
        Store.open(nowhere.render_as_string(hide_password=False), tmp_path)
    assert "secret" not in str(caught.value)


def test_its_address_may_stand_in_the_environment(url, tmp_path, make, monkeypatch):
    monkeypatch.setenv("STORE_URL", url)
    with Store.open("env:STORE_URL", tmp_path) as store:
        (finding,) = store.record(make.run(1, [make.finding("aaaa")], [make.row("customer")])).findings
    assert finding.change is Change.NEW


def test_the_course_is_counted_there_too(url, tmp_path, make):
    with Store.open(url, tmp_path, key=KEY) as store:
        store.record(make.run(1, [make.finding("aaaa", unit="hz")], [make.row("customer")]))
        store.record(make.run(2, [], [make.row("customer")]))
        course = store.course(as_of=date(2026, 7, 20))
    assert [(dict(one.open), one.new, one.fixed) for one in course.points] == [({"high": 1}, 1, 0), ({}, 0, 1)]
    assert [(one.unit, one.open, one.fixed, one.days) for one in course.units] == [("hz", 0, 1, 1)]


def test_what_was_read_in_full_is_known_there_in_the_next_run(url, tmp_path, make):
    seen = make.inspected("客户\U0001f600.csv", source="share", persons=5000)
    asset = replace(seen.asset, state=State("m", None))
    scope = Scope("share", "d", Earlier("r1", make.run(1).started), make.run(1).started)
    with Store.open(url, tmp_path, key=KEY) as store:
        for number in (1, 2):
            memory = store.memory(replace(scope, by=Earlier(f"r{number}", make.run(number).started)), str)
            known = memory.recall([asset])
            if number == 2:
                [again] = known[asset.name].again(asset)
                assert replace(again, coverage=seen.coverage) == seen
                assert again.coverage.unchanged_since == scope.by
                memory.renew(known[asset.name], Proof("n"))
            else:
                assert known == {}
                memory.keep(asset, Proof("m", "c" * 64), [seen])
            memory.flush()
            store.record(make.run(number))
        last = store.memory(replace(scope, by=Earlier("r3", make.run(3).started)), str)
        assert last.recall([asset])[asset.name].proof == Proof("", "c" * 64)
        renewed = replace(asset, state=State("n", None))
        assert last.recall([renewed])[asset.name].proof == Proof("n", "c" * 64)
        assert store.memory(replace(scope, definitions="e"), str).recall([asset]) == {}
        store.record(replace(make.run(4), finished=make.run(4).finished + timedelta(days=400)))
        assert last.recall([renewed]) == {}
