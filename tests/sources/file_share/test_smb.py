"""File shares on a real Samba: what is listed and read, and all that goes wrong."""

from __future__ import annotations

import os
import pickle
import struct
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.directory import NOBODY, Directory
from pii_audit.directory.sid import sid_bytes
from pii_audit.model.asset import Asset
from pii_audit.sources.file_share import remote, smb_rights
from pii_audit.sources.file_share.local import EVERY_FILE, Selection
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.file_share.smb import Place, SmbShare
from pii_audit.sources.file_share.smb_readers import Layer, Readers
from pii_audit.sources.interface import Sampling

EVERYTHING = Sampling()
service = pytest.mark.service


@pytest.fixture
def source(samba):
    made: list[SmbShare] = []

    def of(path: str = "data", selection: Selection = EVERY_FILE, **more) -> SmbShare:
        place = Place.of(samba.url(path, **more))
        assert place is not None
        made.append(SmbShare("share", place, selection))
        return made[-1]

    yield of
    for one in made:
        one.close()


def listed(source: SmbShare) -> dict[str, str]:
    return {
        one.name if isinstance(one, Asset) else one.asset: "" if isinstance(one, Asset) else one.reason.en
        for one in source.assets()
    }


@service
def test_files_are_listed_by_the_rules_of_a_share_and_sampled(samba, source, read_all):
    rows = "".join(f"{number},1380013{number:04}\n" for number in range(2000))
    for folder in ("杭州", "old"):
        (samba.drop / folder).mkdir()
        (samba.drop / folder / "客户 a.csv").write_text(f"no,mobile\n{rows}")
    (samba.drop / "b.tmp").write_text("x")
    (samba.drop / "big.csv").write_bytes(bytes(90_000))
    (samba.drop / "empty.csv").write_bytes(b"")
    share = source(selection=Selection(exclude=("*.tmp", "old/**"), max_size=60_000))
    assert listed(share) == {
        "b.tmp": "excluded by *.tmp",
        "big.csv": "larger than max_size (60000 bytes)",
        "empty.csv": "",
        "old/": "excluded by old/**",
        "杭州/客户 a.csv": "",
    }
    found = {one.name: one for one in share.assets() if isinstance(one, Asset)}
    asset = found["杭州/客户 a.csv"]
    [whole] = read_all(share.open(asset, EVERYTHING))
    [sampled] = read_all(share.open(asset, Sampling(50)))
    [empty] = read_all(share.open(found["empty.csv"], EVERYTHING))
    assert (whole.status, whole.coverage.rows, empty.status) == ("inspected", 2000, "inspected")
    assert (sampled.status, sampled.coverage.rows, sampled.coverage.total) == ("sampled", 50, 2000)
    assert asset.modified is not None
    assert abs(asset.modified.timestamp() - (samba.drop / asset.name).stat().st_mtime) < 1
    assert list(listed(source("data/杭州"))) == ["客户 a.csv"]
    assert list(listed(pickle.loads(pickle.dumps(share)))) == list(listed(share))


@service
@pytest.mark.parametrize("back", [True, False])
def test_a_connection_that_was_lost_is_made_anew_and_read_on_if_it_can(samba, source, passage, monkeypatch, back):
    monkeypatch.setattr(remote, "PAUSES", (0, 0))
    rows = 1_000_000
    (samba.drop / "a.csv").write_text("no,mobile\n" + "".join(f"{number},13800138000\n" for number in range(rows)))
    way = passage("127.0.0.1", samba.port)
    share = source(port=way.port)
    [asset] = share.assets()
    _, reading = next(found := share.open(asset, EVERYTHING))
    chunks = iter(reading)
    read = len(next(chunks).rows)
    way.cut()
    if back:
        share._place = replace(share._place, port=samba.port)
    read += sum(len(chunk.rows) for chunk in chunks)
    found.close()
    assert (read == rows) is back
    assert str(reading.coverage().status) == ("inspected" if back else "failed")
    assert back or reading.coverage().reason.en.startswith("the SMB server cannot be reached, or went away")


@service
def test_a_file_that_changed_or_vanished_meanwhile_is_not_read_on(samba, source, read_all):
    (samba.drop / "a.csv").write_text("mobile\n")
    share = source()
    [asset] = share.assets()
    begin = share.file("a.csv")
    begin(0).close()
    (samba.drop / "a.csv").write_text("other\n13800138000\n")
    with pytest.raises(Refused, match="changed while it was read"):
        begin(3)
    (samba.drop / "a.csv").unlink()
    [gone] = read_all(share.open(asset, EVERYTHING))
    assert (gone.status, gone.reason) == ("failed", "vanished before it was read")


@service
def test_a_file_that_somebody_holds_fails_and_the_others_are_read(samba, source, read_all):
    from smbclient import open_file

    for name in ("a.csv", "b.csv"):
        (samba.drop / name).write_text("mobile\n13800138000\n")
    share = source()
    first, second = share.assets()
    with open_file(share._path("a.csv"), mode="rb", **share._login()):
        [held] = read_all(share.open(first, EVERYTHING))
        [read] = read_all(share.open(second, EVERYTHING))
    assert (held.status, held.reason) == ("failed", "is held by another program and was not read")
    assert (read.status, read.coverage.rows) == ("inspected", 1)


@service
def test_a_login_that_is_refused_and_what_is_not_there_are_in_the_ledger(samba, source):
    missing = {".": "there is no such share or folder on the server: check the url"}
    wrong = source(password="wrong")
    assert listed(wrong) == {".": "the server refuses the login: check user, domain and password"}
    assert "wrong" not in repr(wrong._place)
    assert listed(source("nope")) == missing
    assert listed(source("data/nope")) == missing
    assert listed(source(port=9))["."].startswith("the SMB server cannot be reached")


@pytest.mark.parametrize(
    "url",
    ["smb://host", "smb://host/", "smb:///share", "smb://host:x/share", "smb://host/share?a=1", "smb://[host/share"],
)
def test_a_url_without_a_host_and_a_share_is_none(url):
    assert Place.of(url) is None


def test_a_domain_stands_before_the_user():
    place = Place.of("smb://BANK;zhang%40hz:a%2Fb@files.bank.example/data/hz")
    assert place == Place("files.bank.example", 445, "data", "hz", "BANK\\zhang@hz", "a/b")
    assert replace(place, user=None) == replace(Place.of("smb://files.bank.example/data/hz/"), password="a/b")


@service
def test_the_access_lists_of_files_give_rights_with_the_commands_that_take_them_back(samba, source):
    for name, mode in (("open.csv", 0o604), ("closed.csv", 0o600)):
        (samba.drop / name).write_text("x")
        (samba.drop / name).chmod(mode)
    found = list(source().grants())
    [world] = [one for one in found if one.principal == "world"]
    assert (world.asset, world.privilege, world.opened_by) == ("share:open.csv", "read", "NTFS read world")
    assert world.closing == (r'icacls "\\127.0.0.1\data\open.csv" /remove:g *S-1-1-0',)
    assert {one.asset for one in found if one.principal.startswith("user:")} == {"share:open.csv", "share:closed.csv"}


def _descriptor(*entries: tuple[str, int, int, int]) -> bytes:
    """A security descriptor with an access list: SID, mask, type and flags of each entry."""
    packed = b""
    for sid, mask, kind, flags in entries:
        revision, authority, *numbers = map(int, sid.removeprefix("S-").split("-"))
        body = (
            bytes((revision, len(numbers))) + authority.to_bytes(6, "big") + struct.pack(f"<{len(numbers)}I", *numbers)
        )
        packed += struct.pack("<BBHI", kind, flags, 8 + len(body), mask) + body
    head = struct.pack("<BBHIIII", 1, 0, 0x8004, 0, 0, 0, 20)
    return head + struct.pack("<BBHHH", 2, 0, 8 + len(packed), len(entries), 0) + packed


USERS, ZHANG = "S-1-5-21-1-2-3-513", "S-1-5-21-1-2-3-1104"
ALLOW, DENY, READ, WRITE = 0, 1, 0x1, 0x2


def held(listed: smb_rights.AccessList, *layers: Layer, directory: Directory = NOBODY) -> set[tuple[str, str]]:
    return {(way.principal, way.privilege) for way in Readers(layers, directory).ways(listed)}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([(USERS, READ, ALLOW, 0)], {("Domain Users", "read")}),
        ([(ZHANG, 0x10000000, ALLOW, 0)], {(f"user:{ZHANG}", "read"), (f"user:{ZHANG}", "write")}),
        ([("S-1-1-0", READ, DENY, 0), (USERS, READ | WRITE, ALLOW, 0)], {("Domain Users", "write")}),
        ([(USERS, READ, ALLOW, 0), ("S-1-1-0", READ, DENY, 0)], {("Domain Users", "read")}),
        ([(ZHANG, READ, DENY, 0), (USERS, READ, ALLOW, 0)], {("Domain Users", "read")}),
        ([("S-1-1-0", READ, ALLOW, 0x08)], set()),
        ([("S-1-1-0", 0x80, ALLOW, 0)], set()),
        ([], set()),
    ],
)
def test_denials_count_before_what_they_deny(entries, expected):
    assert held(smb_rights.entries(_descriptor(*entries))) == expected


def test_no_list_is_everybodys_and_an_inherited_entry_is_made_its_own_first():
    without = struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)
    assert held(smb_rights.entries(without)) == {("world", "read"), ("world", "write")}
    listed = smb_rights.entries(_descriptor((USERS, READ, ALLOW, 0x10)))
    [inherited] = (way.grant("s:a", r"\\h\s\a") for way in Readers().ways(listed))
    assert inherited.closing == (r'icacls "\\h\s\a" /inheritance:d', rf'icacls "\\h\s\a" /remove:g *{USERS}')


def test_a_descriptor_names_the_owner():
    data = _descriptor((USERS, READ, ALLOW, 0))
    assert smb_rights.owner(data) is None
    sid = sid_bytes("S-1-5-21-1-2-3-1104")
    assert smb_rights.owner(data[:4] + struct.pack("<I", len(data)) + data[8:] + sid) == "S-1-5-21-1-2-3-1104"
    with pytest.raises(Refused):
        smb_rights.owner(data[:4] + struct.pack("<I", len(data)) + data[8:] + sid[:5])


@given(st.binary(max_size=200))
def test_what_is_no_descriptor_is_refused(data):
    with suppress(Refused):
        smb_rights.entries(data)
    with suppress(Refused):
        smb_rights.entries(_descriptor((USERS, READ, ALLOW, 0))[:28] + data)


@service
def test_a_file_bears_its_mark_until_it_is_changed(samba, source):
    (samba.drop / "hz").mkdir()
    for name in ("客户 a.csv", "b.csv"):
        (samba.drop / "hz" / name).write_text("mobile\n13800138000\n")
    share = source()
    first = {one.name: one for one in share.assets() if isinstance(one, Asset)}
    for one in first.values():
        assert one.state is not None
        assert share.state(one) == one.state
    path = samba.drop / "hz" / "客户 a.csv"
    os.utime(path, (1_600_000_000, 1_600_000_000))
    (samba.drop / "hz" / "b.csv").unlink()
    assert share.state(first["hz/客户 a.csv"]) not in (None, first["hz/客户 a.csv"].state)
    assert share.state(first["hz/b.csv"]) is None
    share.close()
    assert [one.state == first[one.name].state for one in share.assets() if isinstance(one, Asset)] == [False]
