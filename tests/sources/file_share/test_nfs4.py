"""Lists of NFS version 4, as bytes by the rules of RFC 7530 and RFC 4506: no server for them runs here, nor a client."""

from __future__ import annotations

import errno
import os
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.sources.file_share.accounts import group_name, user_name
from pii_audit.sources.file_share.local import FolderSource
from pii_audit.sources.file_share.nfs4_acl import ATTRIBUTE, Entry, entries
from pii_audit.sources.file_share.posix import file_grants
from pii_audit.sources.reading import StreamError

READ, WRITE, PASS, ALL = 0x1, 0x2, 0x20, 0x1F01FF
OWNER, GROUP = f"user:{user_name(os.getuid())}", f"group:{group_name(os.getgid())}"


def packed(*listed: tuple[int, int, int, str]) -> bytes:
    """A list in XDR: its length, and for each entry type, flags, mask and the name with its length, filled up to four bytes."""
    made = struct.pack(">I", len(listed))
    for kind, flags, mask, who in listed:
        name = who.encode()
        made += struct.pack(">IIII", kind, flags, mask, len(name)) + name + bytes(-len(name) % 4)
    return made


def allow(who: str, mask: int = READ, flags: int = 0) -> tuple[int, int, int, str]:
    return 0, flags, mask, who


def deny(who: str, mask: int = READ, flags: int = 0) -> tuple[int, int, int, str]:
    return 1, flags, mask, who


EVERYONE, GROUPS = "EVERYONE@", 0x40
PASSING = packed(allow(EVERYONE, PASS | READ))


@pytest.fixture
def share(tmp_path, monkeypatch):
    """A file in a folder, on what answers as a mount of NFS does."""
    (tmp_path / "hz").mkdir()
    (tmp_path / "hz" / "a b.csv").write_text("x")
    os.chown(tmp_path / "hz" / "a b.csv", os.getuid(), os.getgid())

    def of(file: bytes | None, folder: bytes | None = PASSING):
        answers = {tmp_path / "hz" / "a b.csv": file, tmp_path / "hz": folder}

        def getxattr(path: Path, name: str) -> bytes:
            answer = answers.get(Path(path)) if name == ATTRIBUTE else None
            if answer is None:
                raise OSError(errno.EOPNOTSUPP, "")
            return answer

        monkeypatch.setattr(os, "getxattr", getxattr)
        return list(file_grants(tmp_path / "hz" / "a b.csv", tmp_path, "s", "hz/a b.csv"))

    return of


def readers(found) -> set[str]:
    return {one.principal for one in found if one.privilege == "read"}


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([allow("OWNER@", ALL), allow("GROUP@"), deny(EVERYONE, ALL)], {OWNER, GROUP}),
        ([allow(EVERYONE)], {"world"}),
        ([deny(EVERYONE), allow("bob@bank.example")], set()),
        ([deny("bob@bank.example"), allow("bob@bank.example"), allow("staff@bank.example", flags=GROUPS)],
         {"group:staff@bank.example"}),
        ([allow("GROUP@", flags=GROUPS), allow("AUTHENTICATED@")], {GROUP, "Authenticated Users"}),
        ([allow("1001"), allow("1002", flags=GROUPS)], {f"user:{user_name(1001)}", f"group:{group_name(1002)}"}),
        # Neither for audit, nor for what is made below a folder, nor another right.
        ([(2, 0, READ, EVERYONE), (3, 0, READ, EVERYONE), allow(EVERYONE, flags=0x0B), allow(EVERYONE, 0x80)], set()),
        ([], set()),
        ([allow("INTERACTIVE@")], {"group:INTERACTIVE@"}),
    ],
)  # fmt: skip
def test_the_first_entry_about_somebody_decides(share, listed, expected):
    assert readers(share(packed(*listed))) == expected


def test_whoever_may_change_the_list_or_take_the_file_over_reads_it(share):
    found = share(
        packed(allow("ann@x", 0x40000), allow("bob@x", 0x80000), allow("eve@x", READ | 0xC0000), deny("zoe@x", 0xC0000))
    )
    assert [(one.principal, one.privilege, one.opened_by) for one in found] == [
        ("user:eve@x", "read", "nfs4 r user:eve@x"),
        ("user:ann@x", "read", "nfs4 C user:ann@x"),
        ("user:bob@x", "read", "nfs4 o user:bob@x"),
    ]


def test_a_grant_tells_the_way_and_the_commands_that_close_it(share, tmp_path):
    listed = packed(
        allow("staff@bank.example", READ | WRITE | 0x20000, GROUPS), allow("staff@bank.example", READ, GROUPS)
    )
    read, write = share(listed, packed(allow(EVERYONE, PASS)))
    assert (read.opened_by, write.privilege) == ("nfs4 r group:staff@bank.example", "write")
    assert read.path == ("group:staff@bank.example", "hz/ nfs4 x", "nfs4 r a b.csv")
    assert read.wider
    path = f"'{tmp_path}/hz/a b.csv'"
    assert read.closing == (
        f"nfs4_setfacl -x A:g:staff@bank.example:rwc {path}",
        f"nfs4_setfacl -x A:g:staff@bank.example:r {path}",
    )
    assert write.closing == read.closing[:1]


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        (packed(allow(EVERYONE, PASS)), {"group:staff@b"}),
        (packed(allow("staff@b", PASS, GROUPS)), {"group:staff@b"}),
        (packed(allow("desk@b", PASS, GROUPS)), {"group:staff@b"}),
        (packed(deny("staff@b", PASS, GROUPS), allow(EVERYONE, PASS)), set()),
        (packed(allow(EVERYONE, READ)), set()),
    ],
)
def test_a_folder_has_to_let_somebody_pass(share, folder, expected):
    found = share(packed(allow("staff@b", READ, GROUPS)), folder)
    assert readers(found) == expected
    both = any("only who is also in desk@b" in one.path for one in found)
    assert both == (b"desk" in folder)


@pytest.mark.parametrize("folder", [packed(allow("OWNER@", PASS)), None], ids=["list", "mode"])
def test_the_owner_of_a_folder_may_be_who_a_list_names_with_a_domain(share, tmp_path, folder):
    (tmp_path / "hz").chmod(0o700)
    named = f"{OWNER}@bank.example"
    found = share(packed(allow(named.removeprefix("user:")), allow("bob@bank.example")), folder)
    assert readers(found) == {named}
    assert f"only who is also in {OWNER.removeprefix('user:')}" in found[0].path


def test_a_folder_with_a_mode_alone_lets_pass_by_it(share, tmp_path):
    listed = packed(allow(EVERYONE))
    (tmp_path / "hz").chmod(0o711)
    assert readers(share(listed, None)) == {"world"}
    (tmp_path / "hz").chmod(0o700)
    assert readers(share(listed, None)) == {OWNER}
    (tmp_path / "hz").chmod(0o701)
    assert readers(share(listed, None)) == {"world"}


def test_an_account_that_is_gone_is_told_as_such(share):
    [one] = share(packed(allow("3999999")))
    assert one.path[:2] == ("user:#3999999", "uid 3999999 has no account")


@given(st.lists(st.tuples(*[st.integers(0, 2**32 - 1)] * 3, st.text(max_size=9)), max_size=5))
def test_a_list_is_read_back_as_it_is_packed(listed):
    assert entries(packed(*listed)) == tuple(Entry(*one) for one in listed)


@given(st.binary(max_size=80), st.integers(0, 3))
def test_what_is_no_list_is_refused(data, count):
    for raw in (data, struct.pack(">I", count) + data):
        with suppress(StreamError):
            assert all(isinstance(one, Entry) for one in entries(raw))


@pytest.mark.parametrize(
    "raw", [b"", packed(allow(EVERYONE))[:-1], packed(allow(EVERYONE))[:9], PASSING + b"\0", b"\xff" * 30]
)
def test_a_list_that_cannot_be_understood_is_in_the_ledger(tmp_path, monkeypatch, raw):
    (tmp_path / "a.csv").write_text("x")
    monkeypatch.setattr(os, "getxattr", lambda *_: raw)
    [row] = FolderSource("s", tmp_path).grants()
    assert (row.status, row.asset) == ("failed", "a.csv")
    assert row.reason.en == "file rights: the NFSv4 access control list cannot be understood"
