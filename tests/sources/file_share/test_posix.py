from __future__ import annotations

import os

import pytest

from pii_audit.sources.file_share import posix
from pii_audit.sources.file_share.accounts import user_name
from pii_audit.sources.file_share.local import FolderSource
from pii_audit.sources.file_share.posix import file_grants


@pytest.fixture
def share(tmp_path):
    (tmp_path / "hz").mkdir()
    (tmp_path / "hz" / "a.csv").write_text("x")
    return tmp_path


def grants(share, file_mode, folder_mode):
    (share / "hz" / "a.csv").chmod(file_mode)
    (share / "hz").chmod(folder_mode)
    return {
        (grant.principal.split(":")[0], grant.privilege): grant
        for grant in file_grants(share / "hz" / "a.csv", share, "s", "hz/a.csv")
    }


def test_mode_bits_become_grants_that_name_the_bit_and_the_way(share):
    found = grants(share, 0o644, 0o755)
    assert set(found) == {("user", "read"), ("user", "write"), ("group", "read"), ("world", "read")}
    world = found["world", "read"]
    assert (world.asset, world.opened_by) == ("s:hz/a.csv", "mode o+r")
    assert world.path == ("world", "hz/ o+x", "o+r a.csv")
    assert found["user", "read"].principal == f"user:{user_name(os.getuid())}"


@pytest.mark.parametrize(
    ("folder_mode", "expected"),
    [(0o750, {"user", "group"}), (0o700, {"user"}), (0o754, {"user", "group"}), (0o711, {"user", "group", "world"})],
)
def test_a_right_is_effective_only_through_folders_that_let_its_class_pass(share, folder_mode, expected):
    assert {principal for principal, privilege in grants(share, 0o644, folder_mode) if privilege == "read"} == expected


@pytest.mark.parametrize(
    ("folder_mode", "wider"),
    [(0o755, set()), (0o751, {"world"}), (0o711, {"group", "world"}), (0o710, {"group"})],
)
def test_a_right_is_wider_than_the_folder_where_that_is_not_listed_to_its_class(share, folder_mode, wider):
    found = grants(share, 0o644, folder_mode)
    assert {principal for (principal, _), grant in found.items() if grant.wider} == wider


def test_a_file_that_is_open_to_all_is_read_by_the_group_that_its_folder_lets_pass(share):
    if os.getuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(share / "hz", 5001, 5002)
    os.chown(share / "hz" / "a.csv", 5003, 5004)
    found = grants(share, 0o644, 0o750)
    assert found["group", "read"].principal == "group:#5002"
    assert found["group", "read"].path == ("group:#5002", "hz/ g+x", "o+r a.csv")
    assert found["group", "read"].closing == (f"chmod o-r -- {share}/hz/a.csv",)
    assert not found["group", "read"].wider
    readers = {
        one.principal for one in file_grants(share / "hz" / "a.csv", share, "s", "hz/a.csv") if one.privilege == "read"
    }
    assert readers == {"user:#5003", "user:#5001", "group:#5002"}
    # Of a file that is its group's alone, those who are in both.
    both = grants(share, 0o640, 0o750)["group", "read"]
    assert both.path == ("group:#5004", "only who is also in #5002", "hz/ g+x", "g+r a.csv")


def test_a_file_in_the_root_itself_is_not_compared(share):
    (share / "b.csv").write_text("x")
    (share / "b.csv").chmod(0o644)
    assert not any(grant.wider for grant in file_grants(share / "b.csv", share, "s", "b.csv"))


def test_the_root_of_the_source_is_not_judged(share):
    share.chmod(0o700)
    assert ("world", "read") in grants(share, 0o604, 0o755)


def test_an_owner_without_account_is_named_by_number(share, monkeypatch):
    monkeypatch.setattr(posix, "user_name", lambda uid: "#1234")
    grant = grants(share, 0o600, 0o755)["user", "read"]
    assert grant.principal == "user:#1234"
    assert "uid 1234 has no account" in grant.path


def test_user_names_of_unknown_numbers_are_marked():
    assert user_name(3_999_999_999) == "#3999999999"


def test_a_source_gives_the_grants_of_its_files(share):
    (share / "hz" / "a.csv").chmod(0o604)
    found = list(FolderSource("s", share).grants())
    assert ("world", "s:hz/a.csv") in {(grant.principal, grant.asset) for grant in found}


def test_where_there_are_no_mode_bits_the_ledger_says_so(share, monkeypatch):
    monkeypatch.setattr("pii_audit.sources.file_share.local.supported", lambda: False)
    [row] = FolderSource("s", share).grants()
    assert row.incomplete
