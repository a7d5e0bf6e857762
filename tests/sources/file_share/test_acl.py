from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from pii_audit.sources.file_share.acl import ATTRIBUTE, access_list
from pii_audit.sources.file_share.local import FolderSource
from pii_audit.sources.file_share.posix import file_grants
from pii_audit.sources.reading import StreamError

NOBODY = 65534


@pytest.fixture
def share(tmp_path):
    """A share on a file system with access control lists; skips where there is none or no program to set them."""
    if shutil.which("setfacl") is None:
        pytest.skip("needs the program setfacl (package acl)")
    (tmp_path / "hz").mkdir(mode=0o750)
    path = tmp_path / "hz" / "a b.csv"
    path.write_text("x")
    path.chmod(0o600)
    done = subprocess.run(["setfacl", "-m", f"u:{NOBODY}:r", path], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this file system has no access control lists")
    return tmp_path


def acl(share, *words, on="hz/a b.csv"):
    subprocess.run(["setfacl", *words, share / on], check=True)


def grants(share):
    path = share / "hz" / "a b.csv"
    return {(grant.principal, grant.privilege): grant for grant in file_grants(path, share, "s", "hz/a b.csv")}


def test_a_user_whom_the_list_names_can_read_through_a_folder_that_lets_him_pass(share):
    assert not [one for one in grants(share) if one[0] == "user:nobody"]
    acl(share, "-m", f"u:{NOBODY}:x", on="hz")
    grant = grants(share)["user:nobody", "read"]
    assert grant.opened_by == "acl r user:nobody"
    assert grant.path == ("user:nobody", "hz/ acl x", "acl r a b.csv")


def test_the_command_that_closes_a_way_closes_it(share):
    acl(share, "-m", f"u:{NOBODY}:x", on="hz")
    acl(share, "-m", "o::r")
    (share / "hz").chmod(0o755)
    for principal in ("user:nobody", "world"):
        [closing] = grants(share)[principal, "read"].closing
        subprocess.run(closing, shell=True, check=True)
        assert (principal, "read") not in grants(share)


def test_the_group_has_what_its_entry_says_and_not_what_the_mode_shows(share):
    path = share / "hz" / "a b.csv"
    (share / "hz").chmod(0o755)
    assert path.stat().st_mode & 0o040
    assert not [one for one in grants(share) if one[0].startswith("group:")]
    acl(share, "-m", "g::r")
    [group] = [grant for (principal, _), grant in grants(share).items() if principal.startswith("group:")]
    subprocess.run(group.closing[0], shell=True, check=True)
    assert not [one for one in grants(share) if one[0].startswith("group:")]


def test_the_mask_takes_away_what_entries_give(share):
    (share / "hz").chmod(0o755)
    assert ("user:nobody", "read") in grants(share)
    acl(share, "-m", "m::-")
    assert ("user:nobody", "read") not in grants(share)


def test_a_file_without_a_list_has_none(tmp_path):
    (tmp_path / "a").write_text("x")
    assert access_list(tmp_path / "a") is None


@pytest.mark.parametrize("raw", [b"", b"\x02", b"\x03\0\0\0", b"\x02\0\0\0\x01"])
def test_a_list_of_another_kind_is_told_and_not_taken_for_none(tmp_path, monkeypatch, raw):
    (tmp_path / "a.csv").write_text("x")
    monkeypatch.setattr(os, "getxattr", lambda _, name: raw if name == ATTRIBUTE else b"\0\0\0")
    with pytest.raises(StreamError, match="the access control list cannot be understood"):
        access_list(tmp_path / "a.csv")
    [row] = FolderSource("s", tmp_path).grants()
    assert row.status == "failed"
    assert row.reason.en.startswith("file rights: the ")


def test_a_named_account_that_is_gone_is_told_by_its_number(share):
    (share / "hz").chmod(0o755)
    acl(share, "-m", "u:3999999:r")
    grant = grants(share)["user:#3999999", "read"]
    assert "uid 3999999 has no account" in grant.path
    subprocess.run(grant.closing[0], shell=True, check=True)
    assert ("user:#3999999", "read") not in grants(share)
    assert (share / "hz" / "a b.csv").exists()


def test_a_reader_whom_the_folder_does_not_list_is_wider_than_the_folder(share):
    acl(share, "-m", f"u:{NOBODY}:x", on="hz")
    assert grants(share)["user:nobody", "read"].wider
    acl(share, "-m", f"u:{NOBODY}:rx", on="hz")
    assert not grants(share)["user:nobody", "read"].wider
    acl(share, "-x", f"u:{NOBODY}", on="hz")
    (share / "hz").chmod(0o751)
    assert grants(share)["user:nobody", "read"].wider
