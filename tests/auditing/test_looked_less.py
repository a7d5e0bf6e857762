"""A run that knows less than the one before closes nothing for that."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing

import pytest

from pii_audit.auditing.places import place_of
from pii_audit.errors import Position
from pii_audit.workspace import Source

AUDIT = """\
version: 1
sources:
  - {id: core, kind: database, url: "sqlite:core.db", owner: Retail}
  - {id: lake, kind: database, url: "sqlite:lake.db", owner: Data}
policies: [p.yaml]
key: "file:key"
"""
NUMBERS = [f"138{number * 7919 % 10**8:08}" for number in range(400)]


def _table(path, ddl, values):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE t ({ddl})")
        database.executemany("INSERT INTO t VALUES (?)", [(one,) for one in values])


def test_digests_that_another_source_proved_stay_when_that_source_is_left_out(tmp_path, call):
    (tmp_path / "key").write_text("5a" * 32 + "\n")
    (tmp_path / "audit.yaml").write_text(AUDIT)
    (tmp_path / "p.yaml").write_text("version: 1\nstorage: {forms: {cn_mobile: encrypted}}\n")
    _table(tmp_path / "core.db", "mobile TEXT", NUMBERS)
    _table(tmp_path / "lake.db", "h TEXT", [hashlib.sha256(one.encode()).hexdigest() for one in NUMBERS])

    def of_lake(*options):
        call("-w", tmp_path, "run", *options)
        listed = json.loads(call("-w", tmp_path, "findings", "list", "--source", "lake", "--format", "json").out)
        return {one["status"] for one in listed["findings"] if one["rule"] in ("STO002", "USE001")}

    assert of_lake() == {"open"}
    assert of_lake("--source", "lake") == {"not_rechecked"}
    assert of_lake() == {"open"}
    with closing(sqlite3.connect(tmp_path / "lake.db")) as lake, lake:
        lake.execute("DELETE FROM t")
    assert of_lake("--source", "lake") == {"not_rechecked"}
    assert of_lake() == {"closed"}


def test_a_problem_of_the_directory_closes_when_its_export_is_mended(tmp_path, call):
    (tmp_path / "key").write_text("5a" * 32 + "\n")
    (tmp_path / "p.yaml").write_text("version: 1\n")
    (tmp_path / "audit.yaml").write_text(AUDIT + "directory: ad.ldif\n")
    _table(tmp_path / "core.db", "n TEXT", ["1"])
    _table(tmp_path / "lake.db", "n TEXT", ["1"])
    user = "dn: CN=a,DC=bank,DC=example\nobjectClass: user\nsAMAccountName: a\nobjectSid: {}\n"

    def status(sid):
        (tmp_path / "ad.ldif").write_text(user.format(sid))
        call("-w", tmp_path, "run")
        listed = json.loads(call("-w", tmp_path, "findings", "list", "--rule", "COV001", "--format", "json").out)
        return [one["status"] for one in listed["findings"]]

    assert status("S-1-5-21-1-2-x") == ["open"]
    assert status("S-1-5-21-1-2-3-1104") == ["closed"]


def test_a_folder_that_is_excluded_now_takes_no_finding_along(tmp_path, call):
    (tmp_path / "key").write_text("5a" * 32 + "\n")
    (tmp_path / "p.yaml").write_text("version: 1\n")
    (tmp_path / "share" / "hz").mkdir(parents=True)
    (tmp_path / "share" / "hz" / "a.csv").write_text("mobile\n" + "\n".join(NUMBERS))
    (tmp_path / "share" / "hz" / "a.csv").chmod(0o644)
    (tmp_path / "share" / "b.csv").write_text("x\n1\n")

    def statuses(more=""):
        source = f"{{id: share, kind: file_share, url: share/, owner: Office{more}}}"
        (tmp_path / "audit.yaml").write_text(f'version: 1\nsources: [{source}]\npolicies: [p.yaml]\nkey: "file:key"\n')
        call("-w", tmp_path, "run")
        listed = json.loads(call("-w", tmp_path, "findings", "list", "--rule", "USE001", "--format", "json").out)
        return {one["status"] for one in listed["findings"]}

    assert statuses() == {"open"}
    assert statuses(', exclude: ["hz/**"]') == {"not_rechecked"}


@pytest.mark.parametrize(
    ("url", "same"), [("mysql://scan:x@db/core", False), ("postgresql://scan:x@db/core", True)], ids=["mysql", "other"]
)
def test_databases_that_nobody_names_any_more_are_elsewhere(url, same):
    """On MySQL what lies in them is not even listed; on PostgreSQL `include` names schemas, and the rest is listed as left out."""

    def place(*include):
        return place_of(Source("core", Position("audit.yaml"), "database", url, include=include))

    assert (place("core.*", "crm.*") == place("core.*")) is same
    assert place("core.*", "core.t") == place("core.*")
