"""The store as a file: made privately, upgraded silently, and never half written."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from pii_audit.errors import StoreError
from pii_audit.findings.life import Assign
from pii_audit.model.lifecycle import Actor
from pii_audit.store import Store, connection, migrate, schema
from pii_audit.store.failures import failure

URL = "sqlite:.pii-audit/store.db"


def _file(root):
    return root / ".pii-audit" / "store.db"


def test_a_new_store_is_for_its_owner_alone(tmp_path, make):
    with Store.open(URL, tmp_path) as store:
        store.record(make.run(1))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in _file(tmp_path).parent.iterdir()}
    assert stat.S_IMODE(_file(tmp_path).parent.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}


def test_readers_and_a_writer_do_not_wait_for_one_another(store, make):
    with store.database.read() as reading:
        assert reading.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        store.record(make.run(1))


def test_opening_says_nothing(tmp_path, capfd):
    for _ in range(2):
        Store.open(URL, tmp_path).close()
    assert capfd.readouterr() == ("", "")


def test_the_second_opening_does_not_import_alembic(tmp_path):
    Store.open(URL, tmp_path).close()
    script = (
        "import sys, pathlib; from pii_audit.store import Store\n"
        "Store.open(sys.argv[1], pathlib.Path(sys.argv[2])).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script, URL, str(tmp_path)], check=False).returncode == 0


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(tmp_path):
    Store.open(URL, tmp_path).close()
    engine = create_engine(f"sqlite:///{_file(tmp_path)}")
    with engine.connect() as connected:
        context = MigrationContext.configure(connected, opts={"version_table": schema.VERSION_TABLE})
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def test_the_head_that_the_code_names_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


@pytest.mark.parametrize("dialect", [postgresql.dialect(), mysql.dialect()], ids=["postgresql", "mysql"])
def test_the_tables_can_be_written_for_other_databases(dialect):
    for table in schema.metadata.tables.values():
        made = str(CreateTable(table).compile(dialect=dialect))
        assert made
        if dialect.name == "mysql":
            assert " BLOB" not in made  # it would hold 64 KB


def test_a_store_that_is_not_there_is_made_only_when_asked(tmp_path):
    with pytest.raises(StoreError, match=r"there is no store yet.*run `pii-audit run` first"):
        Store.open(URL, tmp_path, create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_store_of_a_newer_version_is_left_alone(tmp_path):
    Store.open(URL, tmp_path).close()
    with closing(sqlite3.connect(_file(tmp_path))) as raw, raw:
        raw.execute(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'")
    before = _file(tmp_path).read_bytes()
    with pytest.raises(StoreError, match=r"written by a newer version.*upgrade pii-audit"):
        Store.open(URL, tmp_path)
    assert _file(tmp_path).read_bytes() == before


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path):
    other = tmp_path / "bank.db"
    with closing(sqlite3.connect(other)) as raw, raw:
        raw.execute("CREATE TABLE customer (id INTEGER)")
    before = other.read_bytes()
    with pytest.raises(StoreError, match="it is not a store"):
        Store.open("sqlite:bank.db", tmp_path)
    assert other.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["bank.db"]


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("not a database, but long enough to look at" * 100)
    with pytest.raises(StoreError, match="the file is not a store"):
        Store.open("sqlite:notes.txt", tmp_path)
    assert (tmp_path / "notes.txt").read_text().startswith("not a database")


def test_a_folder_in_the_place_of_the_store_is_an_error(tmp_path):
    (tmp_path / "store.db").mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open("sqlite:store.db", tmp_path)


def test_a_damaged_store_is_an_error_that_says_what_to_do(tmp_path, make):
    with Store.open(URL, tmp_path) as store:
        for number in range(1, 20):
            store.record(make.full_run(number))
    content = bytearray(_file(tmp_path).read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    _file(tmp_path).write_bytes(content)
    with (
        pytest.raises(StoreError, match=r"the store is damaged.*restore it from a backup"),
        Store.open(URL, tmp_path) as s,
    ):
        s.load()


@pytest.mark.parametrize("url", ["sqlite:", "sqlite::memory:", "sqlite:///"])
def test_an_address_without_a_file_is_refused(tmp_path, url):
    with pytest.raises(StoreError, match="names no file"):
        Store.open(url, tmp_path)


def test_sqlalchemys_way_of_writing_a_sqlite_address_works_too(tmp_path):
    Store.open(f"sqlite:///{tmp_path}/a.db", tmp_path / "elsewhere").close()
    assert (tmp_path / "a.db").exists()


@pytest.mark.parametrize("url", ["nonsense", "nosuch://user:secret@host/db", "postgresql+nosuch://user:secret@host/db"])
def test_an_address_that_is_not_understood_is_refused_without_its_password(tmp_path, url):
    with pytest.raises(StoreError) as caught:
        Store.open(url, tmp_path)
    assert "secret" not in str(caught.value)


def test_a_store_that_another_process_holds_is_an_error_after_a_while(tmp_path, make, monkeypatch):
    Store.open(URL, tmp_path).close()
    monkeypatch.setattr(connection, "BUSY_MS", 100)
    with closing(sqlite3.connect(_file(tmp_path), isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with Store.open(URL, tmp_path) as store, pytest.raises(StoreError, match="locked by another process"):
            store.record(make.run(1))
        holder.execute("ROLLBACK")


def test_a_full_disk_leaves_the_store_as_it_was(store, make):
    store.record(make.run(1, [make.finding("aaaa")], [make.row("customer")]))
    with store.database.write() as writing:
        pages = writing.exec_driver_sql("PRAGMA page_count").scalar_one()
        writing.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    many = [make.finding(f"{number:04x}", evidence={"x": "y" * 2000}) for number in range(500)]
    with pytest.raises(StoreError, match=r"the disk is full.*make room"):
        store.record(make.run(2, many, [make.row("customer")]))
    assert [one.id for one in store.runs()] == ["r1"]
    assert [one.finding.fingerprint[:4] for one in store.findings()] == ["aaaa"]


def test_a_step_on_a_full_disk_leaves_the_history_as_it_was(store, make):
    store.record(make.run(1, [make.finding("aaaa")], [make.row("customer")]))
    with store.database.write() as writing:
        pages = writing.exec_driver_sql("PRAGMA page_count").scalar_one()
        writing.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    actor = Actor("a", "a", datetime(2026, 7, 1, tzinfo=UTC))
    with pytest.raises(StoreError, match="the disk is full"):
        store.move_each([("aaaa", Assign("owner", reason="r" * 2000))] * 100, actor)
    assert [step.action.value for step in store.steps("aaaa" * 8)] == ["found"]
    assert store.verify().problems == ()


def test_a_file_that_may_not_grow_leaves_the_store_as_it_was(tmp_path, make):
    with Store.open(URL, tmp_path) as store:
        store.record(make.run(1))
    script = (
        "import sys, pathlib; from pii_audit.errors import StoreError; from pii_audit.store import Store\n"
        "from pii_audit.model.evidence import AssetTally\n"
        "try:\n"
        "    with Store.open(sys.argv[1], pathlib.Path(sys.argv[2])) as store:\n"
        "        store.begin('k').save('a', AssetTally(chunks=frozenset(map(str, range(100_000)))))\n"
        "except StoreError as error: print(error); sys.exit(2)"
    )

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    done = subprocess.run(
        [sys.executable, "-c", script, URL, str(tmp_path)],
        preexec_fn=small_files,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert "look at the disk" in done.stdout or "make room" in done.stdout
    with Store.open(URL, tmp_path) as store:
        assert [one.id for one in store.runs()] == ["r1"]
        assert store.begin("k").load("a") is None


def test_a_read_only_store_is_an_error_that_says_so(tmp_path):
    Store.open(URL, tmp_path).close()
    with (
        closing(sqlite3.connect(f"file:{_file(tmp_path)}?mode=ro", uri=True)) as raw,
        pytest.raises(sqlite3.Error) as caught,
    ):
        raw.execute("DELETE FROM runs")
    error = failure(caught.value, "store.db")
    assert str(error) == "store.db: the store is read-only. look at the permissions of the file and of its folder"


def test_an_error_of_the_database_never_quotes_what_was_being_written(store):
    with pytest.raises(StoreError) as caught, store.database.write() as writing:
        writing.execute(schema.runs.insert().values(id="110101199001011234", kind=None))
    chain = [caught.value, caught.value.__cause__]
    assert isinstance(chain[1], DBAPIError)
    assert not any("110101199001011234" in str(one) for one in chain)


WRITER = """
import pathlib, sys
from datetime import datetime, timezone
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.finding import Finding, Severity
from pii_audit.model.run import Run
from pii_audit.store import Store
name, root = sys.argv[1], pathlib.Path(sys.argv[2])
text, now = Text("a", "a"), datetime.now(timezone.utc)
with Store.open("sqlite:.pii-audit/store.db", root) as store:
    for number in range(15):
        findings = tuple(
            Finding("STO002", (key,), Severity.LOW, text, text, text, fingerprint=key, asset=f"{name}:t", source=name)
            for key in ("shared", f"{name}-{number}")
        )
        coverage = (Coverage("elsewhere", "t", CoverageStatus.INSPECTED),)
        store.record(Run(f"{name}{number}", now, now, "0", "run", coverage=coverage, findings=findings))
        print(number, flush=True)
"""


def _writer(name, root):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, name, str(root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_writers_on_a_new_store_lose_nothing(tmp_path):
    writers = [_writer(name, tmp_path) for name in ("a", "b")]
    ends = [(writer.communicate(timeout=120)[1], writer.returncode) for writer in writers]
    assert ends == [("", 0), ("", 0)]
    with Store.open(URL, tmp_path) as store:
        assert len(store.runs()) == 30
        assert {one.finding.fingerprint for one in store.findings()} == {
            "shared",
            *(f"{name}-{number}" for name in "ab" for number in range(15)),
        }
        # Whoever came first found it new, and everybody else knew of it.
        changes = [one.change.value for one in store.history("shared")]
        assert changes == ["new"] + ["persistent"] * 29
        assert (store.verify().problems, store.verify().steps) == ((), 31)


def test_a_kill_in_the_middle_loses_at_most_the_run_that_was_being_written(tmp_path):
    writer = _writer("a", tmp_path)
    for _ in range(4):
        writer.stdout.readline()
    time.sleep(0.003)
    os.kill(writer.pid, signal.SIGKILL)
    told = 4 + len(writer.communicate()[0].split())
    with Store.open(URL, tmp_path) as store:
        runs = store.runs()
        assert len(runs) in (told, told + 1)
        assert (store.verify().problems, store.verify().steps) == ((), len(runs) + 1)
        for entry in runs:
            assert entry.findings == 2
            assert len([one for one in store.load(entry.id).findings if one.change.value in ("new", "persistent")]) == 2


DYING = """
import os, pathlib, signal, sys
from datetime import datetime, timezone
from sqlalchemy import event
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.finding import Finding, Severity
from pii_audit.model.run import Run
from pii_audit.store import Store
text, now = Text("a", "a"), datetime.now(timezone.utc)
with Store.open(sys.argv[1], pathlib.Path(sys.argv[2]), key=b"k" * 32) as store:
    def die(connection, cursor, statement, *_):
        if statement.startswith(f"INSERT INTO {sys.argv[3]} "):
            os.kill(os.getpid(), signal.SIGKILL)
    event.listen(store.database.engine, "after_cursor_execute", die)
    findings = tuple(
        Finding("STO002", (key,), Severity.LOW, text, text, text, fingerprint=key * 8, asset="core:t", source="core")
        for key in ("aaaa", "bbbb")
    )
    store.record(Run("r2", now, now, "0", "run", coverage=(Coverage("core", "t", CoverageStatus.INSPECTED),), findings=findings))
"""
"""A writer that is killed when the rows of one table are written and the transaction is not yet whole."""


@pytest.mark.parametrize("table", ["runs", "findings", "history"])
def test_a_writer_killed_between_two_statements_leaves_nothing_of_its_run(store, tmp_path, make, table):
    store.record(make.run(1, [make.finding("aaaa")], [make.row("t")]))
    done = subprocess.run([sys.executable, "-c", DYING, URL, str(tmp_path), table], check=False)
    assert done.returncode == -signal.SIGKILL
    assert [one.id for one in store.runs()] == ["r1"]
    assert [one.finding.fingerprint[:4] for one in store.findings()] == ["aaaa"]
    assert (store.verify().problems, store.verify().steps) == ((), 1)
    store.record(make.run(2, [make.finding("aaaa"), make.finding("cccc")], [make.row("t")]))
    assert (store.verify().problems, store.verify().steps) == ((), 2)


def test_a_record_that_was_tampered_with_is_damage_and_no_traceback(store, make):
    store.record(make.full_run(1))
    for table in (schema.runs, schema.assets):
        with store.database.write() as writing:
            writing.execute(table.update().values(document=b"not compressed"))
        with pytest.raises(StoreError, match="the store is damaged"):
            store.load()


def test_a_checkpoint_that_was_tampered_with_is_damage_and_no_traceback(store, make):
    checkpoint = store.begin("k")
    checkpoint.save("a", make.inspected().tally)
    with store.database.write() as writing:
        writing.execute(schema.checkpoints.update().values(tally=b"{}["))
    with pytest.raises(StoreError, match="the store is damaged"):
        checkpoint.load("a")
