from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pii_audit.demo import builder
from pii_audit.demo.builder import MARKER, build
from pii_audit.errors import UsageError


def contents(folder):
    """Everything in a folder but the line with the key's path."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    lines = files.pop("audit.yaml").decode().splitlines()
    return files, [line for line in lines if not line.startswith("key:")]


def modes(folder):
    return {path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


def test_the_demo_consists_of_the_parts_that_are_promised(demo):
    assert {entry.name for entry in demo.folder.iterdir()} == {
        "core.db", "test.db", "share", "outbox", "policies", "audit.yaml", MARKER,
    }  # fmt: skip


def test_two_builds_are_byte_identical_but_for_the_path_of_the_key(tmp_path, monkeypatch):
    build(tmp_path / "one")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "elsewhere"))
    build(tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_build_takes_seconds(tmp_path):
    start = time.monotonic()
    build(tmp_path / "demo")
    assert time.monotonic() - start < 10


def test_the_key_lies_outside_the_demo_and_audit_yaml_names_it(demo, config_home):
    key = config_home / "pii-audit" / "keys" / "demo.key"
    assert key.is_file()
    assert f'key: "file:{key}"' in (demo.folder / "audit.yaml").read_text(encoding="utf-8").splitlines()


def test_a_key_that_would_lie_inside_the_demo_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "demo" / "config"))
    with pytest.raises(UsageError, match="inside the demo folder"):
        build(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


def test_a_folder_with_something_else_in_it_is_refused_and_untouched(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError) as refusal:
        build(tmp_path)
    assert "nothing was touched" in str(refusal.value)
    assert "Choose another folder" in str(refusal.value)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine.txt", "share", "thesis.txt"]


def test_an_empty_folder_is_built_in(tmp_path):
    (tmp_path / "empty").mkdir()
    build(tmp_path / "empty")
    assert (tmp_path / "empty" / "core.db").is_file()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(UsageError, match="a file, not a folder"):
        build(tmp_path / "demo")
    assert (tmp_path / "demo").read_text() == "mine"


def test_an_interrupted_build_leaves_its_marker_and_is_built_anew(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(builder, "write_outbox", interrupted)
        with pytest.raises(KeyboardInterrupt):
            build(tmp_path / "demo")
    assert (tmp_path / "demo" / MARKER).read_text() == "building\n"
    assert not (tmp_path / "demo" / "audit.yaml").exists()
    build(tmp_path / "demo")
    build(tmp_path / "whole")
    assert contents(tmp_path / "demo") == contents(tmp_path / "whole")


def test_a_later_build_takes_back_edits_and_keeps_reports_and_store(demo):
    before = contents(demo.folder)
    (demo.folder / "policies" / "flows.yaml").write_text("version: 1\n")
    (demo.folder / "outbox" / "vip_20260603.csv").unlink()
    (demo.folder / "share" / "extra.txt").write_text("edited")
    (demo.folder / "reports").mkdir()
    (demo.folder / "reports" / "run.html").write_text("kept")
    build(demo.folder)
    assert (demo.folder / "reports" / "run.html").read_text() == "kept"
    shutil.rmtree(demo.folder / "reports")
    assert contents(demo.folder) == before


def test_a_link_in_the_place_of_a_part_is_replaced_and_never_followed(demo, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file.txt").write_text("mine")
    shutil.rmtree(demo.folder / "share")
    (demo.folder / "share").symlink_to(precious)
    build(demo.folder)
    assert (precious / "file.txt").read_text() == "mine"
    assert not (demo.folder / "share").is_symlink()


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EROFS])
def test_a_folder_that_cannot_be_written_is_a_usage_error_that_says_what_to_do(tmp_path, monkeypatch, number):
    def refused(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(builder, "write_share", refused)
    with pytest.raises(UsageError) as refusal:
        build(tmp_path / "demo")
    assert os.strerror(number) in str(refusal.value)
    assert "permissions and free space" in str(refusal.value)


def test_a_parent_that_is_a_file_is_a_usage_error(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="could not be written"):
        build(tmp_path / "file" / "demo")


def test_exactly_one_file_is_readable_by_everybody_whatever_the_umask(tmp_path):
    found = []
    for index, mask in enumerate((0o000, 0o022, 0o077)):
        previous = os.umask(mask)
        try:
            folder = build(tmp_path / f"demo{index}").folder
        finally:
            os.umask(previous)
        found.append({part: modes(folder / part) for part in ("share", "outbox")})
    assert found[0] == found[1] == found[2]
    assert {name for name, mode in found[0]["share"].items() if mode & 0o004} == {"public", "public/客户名单.csv"}
    assert not any(mode & 0o007 for mode in found[0]["outbox"].values())


def test_the_demo_is_built_with_the_standard_library_and_pii_audit_alone():
    code = (
        "import sys; before = set(sys.modules); import pii_audit.demo;"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(*sorted(new - set(sys.stdlib_module_names) - {'pii_audit'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout.split() == []
