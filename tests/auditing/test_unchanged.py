"""Files that have not changed are not read again, and nothing that a run says is other than if they had been."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import shutil
import sqlite3
import tarfile
import time
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.event import listen

from pii_audit import content
from pii_audit.auditing.crawling import Options
from pii_audit.auditing.definitions import program
from pii_audit.auditing.selfcheck import audit, run_key
from pii_audit.demo import build
from pii_audit.engine import engine
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Change, Severity
from pii_audit.model.unchanged import Earlier, Scope, State
from pii_audit.sources.file_share.local import FolderSource
from pii_audit.store import Store
from pii_audit.workspace import load_key, load_workspace

DATA = Path(__file__).parents[1] / "sources" / "format" / "data"
AUDIT = """\
version: 1
organisation: {name: Test, standards: [pipl, jrt-0171, pci-dss]}
sources:
  - {id: share, kind: file_share, url: share/, owner: Office, layouts: {"*.dat": layout.yaml}MORE}
policies: [policies.yaml]
key: "file:key"
"""
POLICIES = """\
version: 1
access:
  default: gap
  everyone: [world]
  never: [{principals: [world], levels: [C2, C3]}]
"""
LAYOUT = "version: 1\nfields:\n  - {name: mobile, width: 11}\n  - {name: amount, width: 8}\n"
VOLUMES = ("rar3-old.", "rar3-vols.", "rar5-vols.")
"""Archives that are read together with what lies beside them."""
ROWS = "mobile,name\n13800138000,张三\n13900139000,李四\n"


@pytest.fixture
def space(tmp_path):
    """A workspace with one share, in which a list of customers lies."""
    (tmp_path / "share").mkdir()
    (tmp_path / "audit.yaml").write_text(AUDIT.replace("MORE", ""))
    (tmp_path / "policies.yaml").write_text(POLICIES)
    (tmp_path / "layout.yaml").write_text(LAYOUT)
    (tmp_path / "key").write_text("5a" * 32 + "\n")
    (tmp_path / "share" / "list.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def at_once(monkeypatch):
    """Files may be taken for what they were without two seconds of rest before they were read."""
    monkeypatch.setattr("pii_audit.model.unchanged.SETTLING", 0.0)


@pytest.fixture
def opened(monkeypatch):
    """The names of the files that were opened since the list was last emptied."""
    names = []
    whole = FolderSource.open

    def open_(self, asset, sampling):
        names.append(asset.name)
        return whole(self, asset, sampling)

    monkeypatch.setattr(FolderSource, "open", open_)
    return names


def checked(root, **options):
    """A run of a workspace, recorded in its store."""
    space = load_workspace(root)
    with Store.open(space.store, space.root, key=load_key(space)) as store:
        wanted = Options(provided=(), earlier=store.earlier, memory=store.memory, **options)
        return store.record(audit(space, wanted))


def plain(run):
    """All that a run says, but which one it is, when it was, and which files it did not read again."""
    strip = lambda row: replace(row, unchanged_since=None)  # noqa: E731
    return replace(
        run,
        id="",
        started=None,
        finished=None,
        coverage=tuple(map(strip, run.coverage)),
        inspected=tuple(replace(one, coverage=strip(one.coverage)) for one in run.inspected),
    )


def against_full(root, **options):
    """The next run, which reads what has changed, and one from the same store that reads everything."""
    shutil.copytree(root / ".pii-audit", root / "aside")
    run = checked(root, **options)
    shutil.rmtree(root / ".pii-audit")
    shutil.move(root / "aside", root / ".pii-audit")
    return run, checked(root, full=True, **options)


def unread(run):
    """The names of the assets that a run did not read again."""
    return {row.asset for row in run.coverage if row.unchanged_since is not None}


def write_every_format(share):
    """A file of each kind that this program reads: those of real programs, what can be written here, and all of them in archives."""
    for path in DATA.iterdir():
        if path.name not in ("README.md", "rar.zip"):
            shutil.copy(path, share / path.name)
    texts = {
        "gb.csv": ROWS.encode("gb18030"),
        "utf16.csv": ROWS.encode("utf-16"),
        "record.json": json.dumps([{"mobile": "13800138000", "card": {"no": "4111111111111111"}}]).encode(),
        "record.jsonl": b'{"mobile": "13800138000"}\n{"mobile": "13900139000"}\n',
        "record.xml": "<a><b><手机>13800138000</手机></b><b><手机>13900139000</手机></b></a>".encode(),
        "notes.txt": "请回电 13800138000,身份证 11010519491231002X\n".encode(),
        "config.yaml": b"password: hunter2hunter2\nphone: 13800138000\n",
        "fixed.dat": b"13800138000    1.00\n13900139000    2.00\n",
        "mail.eml": b"From: a@example.com\nTo: b@example.com\nSubject: x\n\ncall 13800138000\n",
        "box.mbox": b"From a@example.com Mon Jan  5 10:00:00 2026\nFrom: a@example.com\nSubject: x\n\ncall 13800138000\n\n",
        "empty.csv": b"",
    }
    for name, data in texts.items():
        (share / name).write_bytes(data)
    for suffix, packed in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        (share / f"list.csv.{suffix}").write_bytes(packed(ROWS.encode()))
    with closing(sqlite3.connect(share / "base.db")) as base:
        base.execute("CREATE TABLE 客户 (mobile TEXT, note TEXT)")
        base.executemany("INSERT INTO 客户 VALUES (?, ?)", [("13800138000", "x"), ("13900139000", "y")])
        base.commit()
    _write_columnar(share)
    # Not all of them: pictures would be recognised in every copy.
    names = [share / name for name in (*texts, "list.csv.gz", "base.db", "book.xlsx", "letter.html", "dump-pg.sql")]
    with zipfile.ZipFile(DATA / "rar.zip") as archive:
        archive.extractall(share)
    with zipfile.ZipFile(share / "all.zip", "w") as archive:
        for path in names:
            archive.write(path, path.name)
    with tarfile.open(share / "all.tar.gz", "w:gz") as archive:
        for path in (*names, share / "all.zip"):
            archive.add(path, path.name)
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "list.csv"
        archive.addfile(link)


def _write_columnar(share):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import feather, parquet

    table = pyarrow.table({"mobile": ["13800138000", "13900139000"], "amount": [1.5, 2.5]})
    parquet.write_table(table, share / "record.parquet")
    feather.write_feather(table, share / "record.feather")


def test_a_run_that_reads_nothing_again_says_what_a_full_one_says_of_every_format(space, at_once, opened):
    write_every_format(space / "share")
    first = checked(space)
    opened.clear()
    run, full = against_full(space)
    failed = {one.asset.name.partition("!")[0] for one in first.inspected if one.coverage.incomplete}
    reread = set(opened[: len(opened) - len(list((space / "share").iterdir()))])
    volumes = {path.name for path in (space / "share").iterdir() if path.name.startswith(VOLUMES)}
    assert {"locked.docx", "locked.pdf", "rar5-psw.rar"} <= failed
    assert len(volumes) == 9
    assert reread == failed | volumes
    assert plain(run) == plain(full)
    assert len(unread(run)) > 60
    assert any(name.startswith("rar3-subdirs.rar!") for name in unread(run))
    assert {
        "all.tar.gz!all.zip!book.xlsx!名单",
        "base.db!客户",
        "letter.docx",
        "book.xlsx!名单",
        "mail.msg",
        "record.parquet",
        "list.csv.xz",
        "fixed.dat",
    } <= unread(run)
    assert all(row.status is CoverageStatus.INSPECTED for row in run.coverage if row.unchanged_since)


def test_the_whole_demo_says_the_same_and_several_processes_too(tmp_path, at_once, surroundings):
    build(tmp_path / "bank")
    checked(tmp_path / "bank")
    run, full = against_full(tmp_path / "bank")
    assert plain(run) == plain(full)
    of_shares = [one for one in run.inspected if one.asset.source == "share"]
    assert all(one.coverage.unchanged_since for one in of_shares)
    assert not any(one.coverage.unchanged_since for one in run.inspected if one.asset.source != "share")
    side_by_side = checked(tmp_path / "bank", engine=engine(2))
    assert plain(side_by_side) == plain(full)
    assert unread(side_by_side) == unread(run)


def test_what_is_carried_forward_says_which_run_read_it_and_the_third_run_names_the_first(space, at_once, opened):
    first = checked(space)
    second, third = checked(space), checked(space)
    assert opened == ["list.csv"]
    [row] = third.coverage
    assert (row.unchanged_since.run, row.unchanged_since.at) == (first.id, first.started)
    assert row.remark.en == f"unchanged since run {first.id} of {first.started:%Y-%m-%d}, read in full then"
    assert second.unchanged == third.unchanged == 1
    assert third.exit_code(Severity.HIGH) == first.exit_code(Severity.HIGH)
    assert {one.change for one in third.findings} == {Change.PERSISTENT}


def test_a_change_that_keeps_size_and_time_is_read(space, at_once, opened):
    path = space / "share" / "list.csv"
    before = path.stat()
    checked(space)
    path.write_text(ROWS.replace("13800138000", "ordernumber"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    run, full = against_full(space)
    assert opened == ["list.csv"] * 3
    assert not unread(run)
    assert plain(run) == plain(full)


def test_another_file_in_its_place_is_read_where_it_holds_something_else(space, at_once, opened):
    path = space / "share" / "list.csv"
    before = path.stat()
    checked(space)
    for text, read in ((ROWS, 1), (ROWS.replace("13800138000", "13700137000"), 2)):
        (space / "new").write_text(text, encoding="utf-8")
        os.utime(space / "new", ns=(before.st_atime_ns, before.st_mtime_ns))
        (space / "new").rename(path)
        run = checked(space)
        assert len(opened) == read
        assert bool(unread(run)) == (read == 1)


def test_a_file_that_was_only_touched_is_hashed_once_and_known_by_its_new_time_from_then_on(
    space, at_once, opened, monkeypatch
):
    checked(space)
    hashed = []
    whole = FolderSource.blocks
    monkeypatch.setattr(FolderSource, "blocks", lambda self, asset: hashed.append(asset.name) or whole(self, asset))
    os.utime(space / "share" / "list.csv", (1_600_000_000, 1_600_000_000))
    run, again = checked(space), checked(space)
    assert unread(run) == unread(again) == {"list.csv"}
    assert opened == ["list.csv"]
    assert hashed == ["list.csv"]
    assert run.inspected[0].asset.modified.year == 2020


def test_of_what_was_only_touched_the_mark_alone_is_written(space, at_once):
    checked(space)
    os.utime(space / "share" / "list.csv", (1_600_000_000, 1_600_000_000))
    loaded, asked = load_workspace(space), []
    with Store.open(loaded.store, loaded.root, key=load_key(loaded)) as store:
        listen(store.database.engine, "before_cursor_execute", lambda *event: asked.append(event[2]))
        run = audit(loaded, Options(memory=store.memory))
    assert unread(run) == {"list.csv"}
    assert [one.split(" WHERE")[0] for one in asked if not one.startswith(("SELECT", "BEGIN", "PRAGMA"))] == [
        "UPDATE unchanged SET mark=?"
    ]
    assert len([one for one in asked if one.startswith("SELECT unchanged.document")]) == 1


def test_processes_side_by_side_hash_what_was_touched_and_read_what_has_changed(space, at_once):
    share = space / "share"
    for number in range(4):
        (share / f"{number}.csv").write_text(ROWS.replace("13900139000", f"1390013900{number}"), encoding="utf-8")
    first = checked(space)
    os.utime(share / "0.csv", (1_600_000_000, 1_600_000_000))
    (share / "1.csv").write_text(ROWS.replace("13900139000", "13900139009"), encoding="utf-8")
    with _rows(space) as raw:
        raw.execute("UPDATE unchanged SET document = x'00' WHERE file = (SELECT min(file) FROM unchanged)")
    run, full = against_full(space, engine=engine(2))
    assert plain(run) == plain(full)
    assert "1.csv" not in unread(run)
    assert len(unread(run)) in (3, 4)
    assert {row.unchanged_since.run for row in run.coverage if row.unchanged_since} == {first.id}


def test_rights_are_read_in_every_run(space, at_once):
    path = space / "share" / "list.csv"
    space.chmod(0o755)
    path.chmod(0o644)
    assert "USE001" in {one.rule for one in checked(space).findings}
    path.chmod(0o600)
    run, full = against_full(space)
    assert unread(run) == {"list.csv"}
    assert {one.change for one in run.findings if one.rule == "USE001"} == {Change.FIXED}
    assert plain(run) == plain(full)


def test_a_file_that_changed_just_before_it_was_read_is_read_again_until_it_has_rested(space, opened):
    (space / "share" / "list.csv").write_text(ROWS, encoding="utf-8")
    checked(space)
    (space / "share" / "list.csv").write_text(ROWS.replace("13800138000", "ordernumber"), encoding="utf-8")
    run = checked(space)
    assert not unread(run)
    time.sleep(2.1)
    assert not unread(checked(space))
    assert unread(checked(space)) == {"list.csv"}
    assert len(opened) == 3


def test_a_renamed_file_is_read_under_its_new_name_and_the_old_one_is_gone(space, at_once, opened):
    checked(space)
    (space / "share" / "list.csv").rename(space / "share" / "other.csv")
    run, full = against_full(space)
    assert opened == ["list.csv", "other.csv", "other.csv"]
    assert plain(run) == plain(full)


def test_a_link_in_the_place_of_a_file_is_no_file(space, at_once):
    path = space / "share" / "list.csv"
    checked(space)
    path.rename(space / "moved.csv")
    path.symlink_to(space / "moved.csv")
    run = checked(space)
    assert [row.status for row in run.coverage] == [CoverageStatus.SKIPPED]
    assert not run.inspected


def test_a_file_that_vanishes_after_it_was_listed_is_told_as_not_read(space, at_once, monkeypatch):
    checked(space)
    listed = FolderSource.assets

    def assets(self):
        yield from listed(self)
        (space / "share" / "list.csv").unlink(missing_ok=True)

    monkeypatch.setattr(FolderSource, "assets", assets)
    run = checked(space)
    assert [row.status for row in run.coverage if row.asset == "list.csv"] == [CoverageStatus.FAILED]


def test_a_database_with_a_journal_beside_it_is_read(space, at_once, opened):
    with closing(sqlite3.connect(space / "share" / "list.csv")) as base:
        (space / "share" / "list.csv").write_bytes(b"")
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("CREATE TABLE t (mobile TEXT)")
        base.execute("INSERT INTO t VALUES ('13800138000')")
        base.commit()
        checked(space)
        run = checked(space)
    assert not unread(run)
    assert opened.count("list.csv") == 2


@pytest.mark.parametrize("asked", [{"sample": 1}, {"full": True}], ids=["a sample", "everything"])
def test_other_amounts_are_read(space, at_once, opened, asked):
    checked(space)
    assert not unread(checked(space, **asked))
    assert opened == ["list.csv"] * 2


def test_what_was_sampled_or_failed_is_read_again(space, at_once, opened):
    (space / "share" / "broken.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    first = checked(space, sample=1)
    assert {row.status for row in first.coverage} >= {CoverageStatus.SAMPLED, CoverageStatus.FAILED}
    assert not unread(checked(space, sample=1))
    assert sorted(opened) == ["broken.zip", "broken.zip", "list.csv", "list.csv"]


def test_a_mark_of_what_was_read_before_does_not_stand_for_what_was_read_since(space, at_once, opened):
    path = space / "share" / "list.csv"
    checked(space)
    with _rows(space) as raw:
        [(mark,)] = raw.execute("SELECT mark FROM unchanged")
    status = path.stat()
    listed = State(f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}")
    path.write_text(ROWS.replace("13800138000", "ordernumber"), encoding="utf-8")
    checked(space)
    with _rows(space) as raw:
        raw.execute("UPDATE unchanged SET mark = ?", (mark,))
    loaded = load_workspace(space)
    with Store.open(loaded.store, loaded.root, key=load_key(loaded)) as store, _rows(space) as raw:
        [(definitions, run)] = raw.execute("SELECT definitions, run FROM unchanged")
        by = Earlier(run, loaded.now())
        scope = Scope("share", definitions, by, by.at - timedelta(days=1))
        asset = Asset("share", "list.csv", AssetKind.FILE, size=status.st_size, state=listed)
        known = store.memory(scope, str).recall([asset])["list.csv"]
        assert known.proof.mark != listed.mark or known.again(asset) is None


def _identifier(root):
    text = content.text("scanners/identifiers/device/imei.yaml").replace("id: imei", "id: own_imei")
    (root / "own").mkdir(exist_ok=True)
    (root / "own" / "own_imei.yaml").write_text(text, encoding="utf-8")


def _audit(root, old, new):
    path = root / "audit.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


DECIDE = {
    "own identifiers": lambda root: (_identifier(root), _audit(root, "policies:", "identifiers: [own]\npolicies:")),
    "a layout": lambda root: (root / "layout.yaml").write_text(LAYOUT.replace("amount", "sum")),
    "which files a layout is for": lambda root: _audit(root, '"*.dat"', '"*.fix"'),
    "masked samples": lambda root: _audit(root, "policies:", "samples: none\npolicies:"),
    "own cards": lambda root: _audit(root, "{name: Test,", "{name: Test, institution: {own_bins: ['622848']},"),
    "the sample": lambda root: _audit(root, "owner: Office", "owner: Office, sample: 100"),
    "reading always": lambda root: _audit(root, "owner: Office", "owner: Office, reread_after: always"),
    "the place": lambda root: (shutil.copytree(root / "share", root / "there"), _audit(root, "share/", "there/")),
}


@pytest.mark.parametrize("change", DECIDE.values(), ids=DECIDE.keys())
def test_whatever_decides_on_what_is_seen_has_it_read_again(space, at_once, opened, change):
    checked(space)
    change(space)
    assert not unread(checked(space))
    assert opened == ["list.csv"] * 2


@pytest.mark.parametrize("change", DECIDE.values(), ids=DECIDE.keys())
def test_whatever_decides_on_what_is_seen_has_an_interrupted_run_begin_anew(space, change):
    before = run_key(load_workspace(space), Options())
    change(space)
    assert run_key(load_workspace(space), Options()) != before


def test_an_own_identifier_that_is_edited_has_all_read_again_and_what_lies_beside_it_nothing(space, at_once, opened):
    DECIDE["own identifiers"](space)
    checked(space)
    before = run_key(load_workspace(space), Options())
    (space / "own" / "README.md").write_text("by the card team")
    assert unread(checked(space)) == {"list.csv"}
    assert run_key(load_workspace(space), Options()) == before
    path = space / "own" / "own_imei.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# as of July\n", encoding="utf-8")
    assert not unread(checked(space))
    assert run_key(load_workspace(space), Options()) != before


def test_a_gate_that_is_recorded_leaves_alone_what_runs_remember(space, at_once):
    run = checked(space)
    loaded = load_workspace(space)
    with Store.open(loaded.store, loaded.root, key=load_key(loaded)) as store:
        later = run.finished + timedelta(days=800)
        store.record(replace(run, id="g1", kind="gate", started=later, finished=later, findings=(), suppressed=()))
    assert unread(checked(space)) == {"list.csv"}


def test_another_version_or_another_package_reads_again(space, at_once, opened, monkeypatch):
    checked(space)
    monkeypatch.setattr("pii_audit.__version__", "99.0")
    program.cache_clear()
    assert not unread(checked(space))
    monkeypatch.setattr("pii_audit.auditing.definitions.distributions", list)
    program.cache_clear()
    assert not unread(checked(space))
    assert opened == ["list.csv"] * 3
    monkeypatch.undo()
    program.cache_clear()


def test_what_only_says_whose_a_file_is_or_leaves_others_out_reads_nothing_again(space, at_once, opened):
    (space / "share" / "other.txt").write_text("x")
    checked(space)
    _audit(space, "owner: Office", "owner: Retail, exclude: ['other.*'], include: ['*.csv', '*.txt']")
    (space / "policies.yaml").write_text(POLICIES.replace("[C2, C3]", "[C3]"))
    run, full = against_full(space)
    assert unread(run) == {"list.csv"}
    assert plain(run) == plain(full)


@pytest.mark.parametrize(
    ("days", "read"), [(89, False), (91, True), (-2, True)], ids=["soon", "late", "a clock put back"]
)
def test_a_file_is_read_again_after_ninety_days_and_where_the_clock_was_put_back(
    space, at_once, monkeypatch, days, read
):
    from pii_audit.workspace import Workspace

    checked(space)
    now = Workspace.now
    monkeypatch.setattr(Workspace, "now", lambda self: now(self) + timedelta(days=days))
    assert bool(unread(checked(space))) is not read


def test_what_a_run_read_that_never_ended_is_read_again(space, at_once, opened):
    loaded = load_workspace(space)
    with Store.open(loaded.store, loaded.root, key=load_key(loaded)) as store:
        audit(loaded, Options(memory=store.memory))
    assert not unread(checked(space))
    assert opened == ["list.csv"] * 2


def test_a_resumed_run_goes_on_and_the_one_after_it_reads_what_was_resumed(space, at_once, opened):
    loaded = load_workspace(space)
    with Store.open(loaded.store, loaded.root, key=load_key(loaded)) as store:
        key = run_key(loaded, Options())
        audit(loaded, Options(memory=store.memory, checkpoint=store.begin(key)))
        resumed = store.record(audit(loaded, Options(memory=store.memory, checkpoint=store.begin(key))))
    run = checked(space)
    assert not unread(run)
    assert opened == ["list.csv"] * 3
    assert plain(run).inspected == plain(resumed).inspected
    assert unread(checked(space)) == {"list.csv"}


def _rows(root):
    return closing(sqlite3.connect(root / ".pii-audit" / "store.db", isolation_level=None))


FORGED = {
    "what was seen": "UPDATE unchanged SET document = (SELECT document FROM unchanged WHERE size = 1)",
    "another file": "UPDATE unchanged SET document = (SELECT document FROM unchanged WHERE size = 1), seal = (SELECT seal FROM unchanged WHERE size = 1)",
    "when": "UPDATE unchanged SET run = 'r0'",
    "the seal": "UPDATE unchanged SET seal = replace(seal, 'a', 'b')",
}


@pytest.mark.parametrize("statement", FORGED.values(), ids=FORGED.keys())
def test_a_row_that_somebody_changed_counts_as_none(space, at_once, opened, statement):
    (space / "share" / "other.txt").write_text("x")
    checked(space)
    with _rows(space) as raw:
        raw.execute(f"{statement} WHERE size > 1")
    opened.clear()
    assert "list.csv" not in unread(checked(space))
    assert opened == ["list.csv"]


def test_it_stands_when_all_that_older_runs_recorded_is_purged(space, at_once, opened):
    first = checked(space)
    with _rows(space) as raw:
        for table in ("observations", "inventory", "assets", "coverage", "sketches", "findings", "runs"):
            raw.execute(f"DELETE FROM {table}")
    run, full = against_full(space)
    assert unread(run) == {"list.csv"}
    assert run.coverage[0].unchanged_since.run == first.id
    assert plain(run) == plain(full)


def test_what_lies_under_a_name_that_holds_an_identifier_is_read_and_its_name_kept_nowhere(space, at_once, opened):
    secret = "13712345678"
    with zipfile.ZipFile(space / "share" / "a.zip", "w") as archive:
        archive.writestr(f"{secret}.csv", ROWS)
    (space / "share" / f"{secret}.csv").write_text(ROWS, encoding="utf-8")
    checked(space)
    opened.clear()
    run, full = against_full(space)
    assert opened[0] == "a.zip"
    assert len(unread(run)) == 2
    assert plain(run) == plain(full)
    assert not [path for path in (space / ".pii-audit").iterdir() if secret.encode() in path.read_bytes()]


def test_findings_of_a_file_that_is_gone_are_fixed_while_others_are_not_read_again(space, at_once):
    space.chmod(0o755)
    for name in ("list.csv", "other.csv"):
        (space / "share" / name).write_text(ROWS, encoding="utf-8")
        (space / "share" / name).chmod(0o644)
    checked(space)
    (space / "share" / "other.csv").unlink()
    run, full = against_full(space)
    assert unread(run) == {"list.csv"}
    assert Change.FIXED in {one.change for one in run.findings}
    assert plain(run) == plain(full)


def test_it_is_told_on_the_screen_and_by_every_report(space, at_once, call, tmp_path):
    first = json.loads(call("-w", space, "run", "--format", "json").out)["run"]["id"]
    shown = call("-w", space, "-v", "run").out
    assert "inspected 1 (1 of them unchanged since read)" in shown
    assert f"unchanged since run {first} of " in shown
    found = json.loads(call("-w", space, "report", "--format", "json").out)
    assert found["run"]["counts"]["unchanged"] == 1
    assert found["coverage"][0]["unchanged_since"]["run"] == first
    for form in ("html", "markdown"):
        assert "not read again" in call("-w", space, "report", "--format", form).out
    assert "全部读取以来未变" in call("-w", space, "--lang", "zh", "report", "--format", "html").out
    assert "unchanged" not in call("-w", space, "run", "--full").out


def test_a_look_at_files_reads_whatever_runs_have_read(space, at_once, call):
    call("-w", space, "run")
    path = space / "share" / "list.csv"
    assert (
        json.loads(call("-w", space, "inspect", path, "--format", "json").out)["coverage"][0]["unchanged_since"] is None
    )


def test_a_file_in_which_too_much_was_seen_to_be_kept_is_read_again(space, at_once, opened, monkeypatch):
    monkeypatch.setattr("pii_audit.store.unchanged.LARGEST", 300)
    (space / "share" / "note.txt").write_text("x")
    checked(space)
    run, full = against_full(space)
    assert unread(run) == {"note.txt"}
    assert plain(run) == plain(full)
