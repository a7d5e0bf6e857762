"""File shares on a real sshd: what is listed and read, who may read it, and a server that goes away."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace

import pytest

from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.sources.file_share import remote
from pii_audit.sources.file_share.local import EVERY_FILE, Selection
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.file_share.sftp import SftpShare
from pii_audit.sources.file_share.ssh import Login
from pii_audit.sources.interface import Sampling

pytestmark = pytest.mark.service
EVERYTHING = Sampling()


@pytest.fixture
def source(sshd):
    made: list[SftpShare] = []

    def of(selection: Selection = EVERY_FILE, **other) -> SftpShare:
        login = Login.of(sshd.url, sshd.folder, "known_hosts", "me")
        assert login is not None
        made.append(SftpShare("share", replace(login, **other), selection))
        return made[-1]

    yield of
    for one in made:
        one.close()


def listed(source: SftpShare) -> dict[str, str]:
    return {
        one.name if isinstance(one, Asset) else one.asset: "" if isinstance(one, Asset) else one.reason.en
        for one in source.assets()
    }


def test_files_are_listed_by_the_rules_of_a_share_and_sampled(sshd, source, read_all):
    for folder in ("hz", "old"):
        (sshd.drop / folder).mkdir()
        rows = "".join(f"{number},1380013{number:04}\n" for number in range(2000))
        (sshd.drop / folder / "a.csv").write_text(f"no,mobile\n{rows}")
    (sshd.drop / "b.tmp").write_text("x")
    (sshd.drop / "big.csv").write_bytes(bytes(90_000))
    (sshd.drop / "link.csv").symlink_to("hz/a.csv")
    share = source(Selection(exclude=("*.tmp", "old/**"), max_size=60_000))
    assert listed(share) == {
        "b.tmp": "excluded by *.tmp",
        "big.csv": "larger than max_size (60000 bytes)",
        "hz/a.csv": "",
        "link.csv": "is a symbolic link, not followed",
        "old/": "excluded by old/**",
    }
    [asset] = [one for one in share.assets() if isinstance(one, Asset)]
    [whole] = read_all(share.open(asset, EVERYTHING))
    [sampled] = read_all(share.open(asset, Sampling(50)))
    assert (whole.status, whole.coverage.rows) == ("inspected", 2000)
    assert (sampled.status, sampled.coverage.rows, sampled.coverage.total) == ("sampled", 50, 2000)
    assert list(listed(pickle.loads(pickle.dumps(share)))) == list(listed(share))


@pytest.mark.parametrize("name", ["客户.csv".encode("gb18030"), b"tab\t\x1b[31m.csv", rb"c:\x41.csv", b"-rf .csv"])
def test_names_in_any_encoding_are_listed_and_read(sshd, source, read_all, name):
    (sshd.drop / os.fsdecode(name)).write_bytes(b"mobile\n13800138000\n")
    share = source()
    [asset] = share.assets()
    [read] = read_all(share.open(asset, EVERYTHING))
    assert (read.status, read.coverage.rows) == ("inspected", 1)


def _opened(sshd) -> None:
    """Everybody may pass through the folders in which the test lies."""
    for folder in (sshd.drop, sshd.folder, *sshd.folder.parents):
        if folder == sshd.drop or (folder.stat().st_uid != 0 or str(folder).startswith("/tmp/")):
            folder.chmod(0o755)


def test_mode_bits_give_rights_through_every_folder_with_the_command_that_closes_them(sshd, source):
    _opened(sshd)
    for folder, mode in (("in", 0o755), ("shut", 0o750), ("blind", 0o751)):
        (sshd.drop / folder).mkdir()
        (sshd.drop / folder / "it's.csv").write_text("x")
        (sshd.drop / folder / "it's.csv").chmod(0o604)
        (sshd.drop / folder).chmod(mode)
    world = [one for one in source().grants() if one.principal == "world"]
    assert [(one.asset, one.privilege, one.wider) for one in world] == [
        ("share:blind/it's.csv", "read", True),
        ("share:in/it's.csv", "read", False),
    ]
    assert world[1].opened_by == "mode o+r"
    assert world[1].closing == (f"chmod o-r -- '{sshd.drop}/in/it'\"'\"'s.csv'",)
    owners = {one.principal for one in source().grants() if one.opened_by.startswith("mode u")}
    assert owners == {f"user:{(sshd.drop / 'in').owner()}"}


def test_a_file_that_is_open_to_all_is_read_by_the_group_that_its_folder_lets_pass(sshd, source):
    if os.getuid() != 0:
        pytest.skip("only root gives files away")
    _opened(sshd)
    (sshd.drop / "hz").mkdir(mode=0o750)
    (sshd.drop / "hz" / "a.csv").write_text("x")
    (sshd.drop / "hz" / "a.csv").chmod(0o604)
    os.chown(sshd.drop / "hz" / "a.csv", 5003, 5004)
    [grant] = [one for one in source().grants() if one.principal.startswith("group:")]
    assert (grant.principal, grant.opened_by, grant.wider) == (f"group:{(sshd.drop / 'hz').group()}", "mode o+r", False)
    assert grant.path[-2:] == ("hz/ g+x", "o+r a.csv")


def test_a_connection_that_was_lost_is_made_anew_and_read_on(sshd, source, read_all, passage, monkeypatch):
    monkeypatch.setattr(remote, "PAUSES", (0, 0))
    rows = 600_000
    (sshd.drop / "a.csv").write_text("no,mobile\n" + "".join(f"{number},13800138000\n" for number in range(rows)))
    way = passage("127.0.0.1", sshd.port)
    sshd.known("known_hosts", "host", way.port)
    share = source(port=way.port)
    [asset] = share.assets()
    _, reading = next(found := share.open(asset, EVERYTHING))
    chunks = iter(reading)
    read = len(next(chunks).rows)
    way.cut()
    share._session.login = replace(share._session.login, port=sshd.port)
    sshd.known("known_hosts", "host")
    read += sum(len(chunk.rows) for chunk in chunks)
    found.close()
    assert (read, str(reading.coverage().status)) == (rows, "inspected")


def test_a_file_that_changed_meanwhile_is_not_read_on(sshd, source):
    (sshd.drop / "a.csv").write_text("mobile\n")
    begin = source().file("a.csv")
    begin(0).close()
    (sshd.drop / "a.csv").write_text("other\n13800138000\n")
    with pytest.raises(Refused, match="changed while it was read"):
        begin(3)


def test_a_server_that_stays_away_is_in_the_ledger(sshd, source, read_all, monkeypatch):
    monkeypatch.setattr(remote, "PAUSES", (0, 0))
    (sshd.drop / "a.csv").write_text("mobile\n")
    share = source()
    [asset] = share.assets()
    share.close()
    sshd.process.terminate()
    sshd.process.wait()
    [read] = read_all(share.open(asset, EVERYTHING))
    assert read.reason.startswith("the SFTP server cannot be reached")
    [rights] = share.grants()
    assert rights.reason.en.startswith("file rights: the SFTP server cannot be reached")
    assert listed(share)["."].startswith("the SFTP server cannot be reached")


@pytest.mark.parametrize(
    ("known", "identity", "folder", "reason"),
    [
        ("other", "me", None, "the server's host key is another than the known one; nothing was sent"),
        ("known_hosts", "stranger", None, "the server refuses the login"),
        ("known_hosts", "me", "/nope", "there is no such folder on the server"),
    ],
)
def test_a_server_that_is_not_known_or_refuses_is_in_the_ledger(sshd, source, known, identity, folder, reason):
    sshd.known("other", "stranger")
    more = {"folder": folder} if folder else {}
    share = source(known_hosts=sshd.folder / known, identity=sshd.folder / identity, **more)
    [said] = listed(share).values()
    [rights] = share.grants()
    assert said.startswith(reason)
    assert isinstance(rights, Coverage)
    assert rights.reason.en.startswith(f"file rights: {reason}")


def test_a_file_that_vanished_is_in_the_ledger_and_the_others_are_read(sshd, source, read_all):
    for name in ("a.csv", "b.csv"):
        (sshd.drop / name).write_text("mobile\n13800138000\n")
    share = source()
    first, second = share.assets()
    (sshd.drop / "a.csv").unlink()
    [gone], [read] = read_all(share.open(first, EVERYTHING)), read_all(share.open(second, EVERYTHING))
    assert (gone.status, gone.reason, read.status) == ("failed", "vanished before it was read", "inspected")


def test_a_file_bears_its_mark_until_its_size_or_time_changes(sshd, source):
    for name in ("a.csv", "b.csv"):
        (sshd.drop / name).write_text("mobile\n13800138000\n")
    share = source()
    first = {one.name: one for one in share.assets() if isinstance(one, Asset)}
    for one in first.values():
        assert one.state is not None
        assert share.state(one) == one.state
    os.utime(sshd.drop / "a.csv", (1_600_000_000, 1_600_000_000))
    (sshd.drop / "b.csv").unlink()
    assert share.state(first["a.csv"]) not in (None, first["a.csv"].state)
    assert share.state(first["b.csv"]) is None
