from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from pii_audit.model.asset import Asset
from pii_audit.sources.file_share import local
from pii_audit.sources.file_share.local import FolderSource, Selection
from pii_audit.sources.interface import Sampling


@pytest.fixture
def share(tmp_path):
    root = tmp_path / "share"
    (root / "hz").mkdir(parents=True)
    (root / "hz" / "list.csv").write_text("name,phone,x\nAnn,13800138000,y\nBob,13800138001,z\n")
    (root / "a.txt").write_text("hello\n")
    return root


def listed(source):
    return [row.name if isinstance(row, Asset) else (row.asset, str(row.status)) for row in source.assets()]


def reason(source, name):
    [row] = [row for row in source.assets() if not isinstance(row, Asset) and row.asset == name]
    return row.reason.en


def test_files_are_listed_in_name_order_by_relative_path(share):
    (share / "z.txt").write_text("")
    assert listed(FolderSource("s", share)) == ["a.txt", "hz/list.csv", "z.txt"]


def test_every_listed_file_can_be_opened(share, read_all):
    source = FolderSource("s", share)
    reads = [read for asset in source.assets() for read in read_all(source.open(asset, Sampling()))]
    assert [read.status for read in reads] == ["inspected", "inspected"]
    assert reads[1].rows[0]["phone"] == "13800138000"


def test_a_missing_folder_is_one_failed_row_that_says_what_to_do(tmp_path):
    [row] = FolderSource("s", tmp_path / "gone").assets()
    assert row.incomplete
    assert "check its url" in row.reason.en


def test_a_file_in_place_of_the_folder_fails(share):
    assert listed(FolderSource("s", share / "a.txt")) == [(".", "failed")]


def test_excluded_and_not_included_files_are_listed_with_their_rule(share):
    source = FolderSource("s", share, Selection(("hz/**", "*.txt"), ("hz/*.csv",)))
    assert listed(source) == ["a.txt", ("hz/list.csv", "skipped")]
    assert reason(source, "hz/list.csv") == "excluded by hz/*.csv"
    assert reason(FolderSource("s", share, Selection(("hz/**",))), "a.txt") == "not in include"


def test_an_excluded_folder_is_one_row_and_not_entered(share):
    assert listed(FolderSource("s", share, Selection((), ("hz/**",)))) == ["a.txt", ("hz/", "skipped")]


def test_links_are_listed_and_not_followed(share, tmp_path):
    (tmp_path / "outside.txt").write_text("secret")
    (share / "out").symlink_to(tmp_path / "outside.txt")
    (share / "in").symlink_to(share / "a.txt")
    (share / "loop").symlink_to(share)
    (share / "none").symlink_to(share / "nowhere")
    source = FolderSource("s", share)
    assert listed(source) == [
        "a.txt",
        "hz/list.csv",
        ("in", "skipped"),
        ("loop", "skipped"),
        ("none", "skipped"),
        ("out", "skipped"),
    ]
    assert "out of the source" in reason(source, "out")


def test_pipes_sockets_and_devices_are_skipped_with_what_they_are(share, monkeypatch):
    os.mkfifo(share / "pipe")
    monkeypatch.chdir(share)
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("sock")
        source = FolderSource("s", share)
        assert "pipe" in reason(source, "pipe")
        assert "socket" in reason(source, "sock")


def test_a_name_that_is_not_utf8_is_shown_with_escapes_and_still_found(share, read_all):
    (share / os.fsdecode(b"\xc3\xfb.txt")).write_text("x")
    (share / "\\xc3.txt").write_text("literal")
    source = FolderSource("s", share)
    assets = {asset.name: asset for asset in source.assets() if isinstance(asset, Asset)}
    assert "\\xc3\\xfb.txt" in assets
    assert "\\x5cxc3.txt" in assets
    assert [
        read.text
        for name in ("\\xc3\\xfb.txt", "\\x5cxc3.txt")
        for read in read_all(source.open(assets[name], Sampling()))
    ] == ["x", "literal"]


def test_a_file_that_vanishes_between_listing_and_reading_fails(share, read_all):
    source = FolderSource("s", share)
    assets = list(source.assets())
    (share / "a.txt").unlink()
    [read] = read_all(source.open(assets[0], Sampling()))
    assert read.status == "failed"


def test_a_folder_that_may_not_be_listed_fails_and_the_rest_is_read(share, monkeypatch):
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("hz"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(local.os, "scandir", refuse)
    assert listed(FolderSource("s", share)) == ["a.txt", ("hz/", "failed")]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_what_an_ordinary_user_may_not_read_fails(share, tmp_path):
    for path in [*tmp_path.resolve().parents, tmp_path]:
        if path.stat().st_uid == os.geteuid() and path.stat().st_mode & 0o111 != 0o111:
            path.chmod(path.stat().st_mode | 0o011)
    (share / "a.txt").chmod(0o600)
    (share / "hz").chmod(0o700)
    script = (
        "import os, sys; from pathlib import Path\n"
        "from pii_audit.model.asset import Asset\n"
        "from pii_audit.sources.file_share.local import FolderSource\n"
        "from pii_audit.sources.interface import Sampling\n"
        "import pii_audit.sources.format.files\n"
        "os.setuid(65534)\n"
        "source = FolderSource('s', Path(sys.argv[1]))\n"
        "for row in source.assets():\n"
        "    pairs = source.open(row, Sampling()) if isinstance(row, Asset) else []\n"
        "    rows = [reading.coverage() for _, reading in pairs] or [row]\n"
        "    print(rows[0].asset, rows[0].status, rows[0].reason)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(share)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["a.txt failed permission denied", "hz/ failed permission denied"]
