"""A store of every earlier version, as that version wrote it, brought to the newest form."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, update

from pii_audit.errors import StoreError
from pii_audit.findings.life import Assign
from pii_audit.model.finding import Change, Status
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.lifecycle import Actor
from pii_audit.store import Store, migrate, schema

KEY = b"k" * 32
TEXT = {"zh": "甲", "en": "a"}
ACTOR = Actor("王某", "wang", datetime(2026, 7, 3, 12, tzinfo=UTC))
FINDINGS = {"a" * 32: ("open", "new"), "b" * 32: ("open", "not_rechecked"), "c" * 32: ("closed", "fixed")}


def _config():
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _document(mark):
    return json.dumps(
        {
            "rule": "STO002",
            "resource": ["core:customer"],
            "severity": "high",
            "title": TEXT,
            "message": TEXT,
            "remediation": TEXT,
            "fingerprint": mark,
            "asset": "core:customer",
            "source": "core",
            "owner": "Retail",
            "evidence": {"persons": 5, "fields": ["id_no"]},
        }
    )


def _as_version_1_wrote_it(raw):
    run = {"id": "r1", "started": "2026-07-01T09:30:00+08:00", "finished": "2026-07-01T09:31:00+08:00"}
    packed = zlib.compress(json.dumps({**run, "version": "0.1.0", "kind": "run"}).encode())
    times = ("2026-07-01T01:30:00.000000", "2026-07-01T01:31:00.000000")
    raw.execute("INSERT INTO runs VALUES (1, 'r1', 'run', '0.1.0', ?, ?, 3, 0, ?)", (*times, packed))
    row = json.dumps({"source": "core", "asset": "customer", "status": "inspected", "rows": 10})
    raw.execute(
        "INSERT INTO coverage VALUES (1, 0, 'k', 's', 'core', 'core:customer', 'inspected', 10, NULL, NULL, ?)", (row,)
    )
    for ordinal, (mark, (status, change)) in enumerate(FINDINGS.items()):
        raw.execute(
            "INSERT INTO findings (fingerprint, rule, severity, status, change, suppressed_by, source, asset, flow, recipient,"
            " principal, unit, owner, due, first_seen, last_seen, first_run, last_run) VALUES (?, 'STO002', 'high', ?, ?, NULL, 'core', 'core:customer', NULL, NULL, NULL, NULL,"
            " 'Retail', '2026-07-31', ?, ?, 1, 1)",
            (mark, status, change, times[1], times[1]),
        )
        raw.execute(
            "INSERT INTO observations VALUES (1, ?, ?, 'high', ?, ?, NULL, 1, ?)",
            (mark, ordinal, change, status, _document(mark)),
        )


def _as_version_3_wrote_it(raw):
    """The same, and runs that note under which key they were made; the newest has been damaged since."""
    _as_version_1_wrote_it(raw)
    times = ("2026-07-02T01:30:00.000000",) * 2
    notes = {"key_mark": Fingerprinter(KEY).mark}
    for number, run in ((2, zlib.compress(json.dumps({"notes": notes}).encode())), (3, b"?")):
        raw.execute(
            "INSERT INTO runs VALUES (?, ?, 'gate', '0.1.0', ?, ?, 0, 0, ?)", (number, f"r{number}", *times, run)
        )


def _as_version_4_wrote_it(raw):
    """The same, the mark of the key in a place of its own."""
    _as_version_3_wrote_it(raw)
    raw.execute("UPDATE writer SET key_mark = ?", (Fingerprinter(KEY).mark,))


WRITERS = {
    "0001": _as_version_1_wrote_it,
    "0002": _as_version_1_wrote_it,
    "0003": _as_version_3_wrote_it,
    "0004": _as_version_4_wrote_it,
}
"""What each earlier version left behind: added to with every migration. The second had found no reason to touch what the first one wrote."""


def test_every_earlier_version_has_its_store_here():
    revisions = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    assert set(WRITERS) == revisions - {migrate.HEAD}


@pytest.fixture(params=sorted(WRITERS))
def old(request, tmp_path):
    """The folder of a store of that version."""
    engine = create_engine(f"sqlite:///{tmp_path}/store.db")
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, request.param)
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "store.db")) as raw, raw:
        WRITERS[request.param](raw)
    return tmp_path


def test_nothing_that_it_held_is_lost(old):
    with Store.open("sqlite:store.db", old, key=KEY) as store:
        assert "r1" in [one.id for one in store.runs()]
        assert len(store.load("r1").findings) == 3
        stored = {one.finding.fingerprint[0]: one.finding for one in store.findings()}
        assert {mark: one.status.value for mark, one in stored.items()} == {
            "a": "open",
            "b": "not_rechecked",
            "c": "closed",
        }
        assert stored["a"].owner == "Retail"


def test_findings_from_before_there_was_a_history_get_one_when_they_are_next_touched(old, make):
    with Store.open("sqlite:store.db", old, key=KEY) as store:
        assert (store.verify().problems, store.verify().older) == ((), 3)
        (assigned,) = store.move(["bbbb"], Assign("张某"), ACTOR)
        assert assigned.finding.status is Status.ASSIGNED
        seen = [make.finding(mark * 4) for mark in ("a", "c")]
        done = store.record(make.run(4, seen, [make.row("customer")]))
        assert {one.fingerprint[0]: one.change for one in done.findings} == {
            "a": Change.PERSISTENT,
            "b": Change.FIXED,
            "c": Change.REOPENED,
        }
        assert [step.action.value for step in store.steps("c" * 32)] == ["found", "returned"]
        assert (store.verify().problems, store.verify().older) == ((), 0)


def test_findings_from_before_there_were_seals_are_counted_until_a_run_sees_them_again(old, make):
    with Store.open("sqlite:store.db", old, key=KEY) as store:
        assert (store.verify().problems, store.verify().unsealed) == ((), 3)
        store.record(make.run(4, [make.finding("aaaa", owner="Retail")], [make.row("customer")]))
        assert (store.verify().problems, store.verify().unsealed) == ((), 2)
        with store.database.write() as connection:
            connection.execute(update(schema.findings).values(owner="Wang"))
        assert [one.en.partition(" was")[0] for one in store.verify().problems] == ["aaaaaaaaaaaa: owner"]


@pytest.mark.parametrize("old", ["0003"], indirect=True)
def test_a_store_keeps_the_key_that_its_runs_were_made_under(old):
    with pytest.raises(StoreError, match="another key"):
        Store.open("sqlite:store.db", old, key=b"x" * 32)
