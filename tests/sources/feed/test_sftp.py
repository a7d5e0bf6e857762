"""SFTP drops on a real sshd: files are read in full, the server's key has to be known, and all that fails is in the ledger."""

from __future__ import annotations

import gzip
import os
import pickle

import pytest

from pii_audit.model.asset import Asset, AssetKind
from pii_audit.sources.feed.sftp import SftpSource
from pii_audit.sources.file_share.ssh import Login
from pii_audit.sources.interface import Sampling

pytestmark = pytest.mark.service


@pytest.fixture
def source(sshd):
    made: list[SftpSource] = []

    def of(url: str | None = None, *, known: str | None = "known_hosts", identity: str = "me", **more) -> SftpSource:
        login = Login.of(url or sshd.url, sshd.folder, known, identity)
        assert login is not None
        made.append(SftpSource("drop", login, ignore=["*.ok"], **more))
        return made[-1]

    yield of
    for one in made:
        one.close()


def listed(source: SftpSource) -> dict[str, str]:
    return {
        one.name if isinstance(one, Asset) else one.asset: "" if isinstance(one, Asset) else one.reason.en
        for one in source.assets()
    }


def test_files_of_all_folders_are_read_in_full_whatever_they_are_packed_in(sshd, source, read_all):
    (sshd.drop / "2026").mkdir()
    rows = "".join(f"{number},1380013{number:04}\n" for number in range(9000))
    (sshd.drop / "2026" / "sms_1.csv.gz").write_bytes(gzip.compress(f"no,mobile\n{rows}".encode()))
    (sshd.drop / "sms_2.json").write_text('{"customer": {"idNo": "1"}}')
    (sshd.drop / "sms_1.ok").write_text("")
    (sshd.drop / "old.csv").symlink_to("sms_2.json")
    drop = source()
    assert listed(drop) == {
        "2026/sms_1.csv.gz": "",
        "old.csv": "is a symbolic link and was not read: put the file itself there",
        "sms_1.ok": "a control file, ignored by *.ok",
        "sms_2.json": "",
    }
    read = {}
    for asset in drop.assets():
        if isinstance(asset, Asset):
            [read[asset.name]] = read_all(drop.open(asset, Sampling(5)))
    assert (read["2026/sms_1.csv.gz"].status, read["2026/sms_1.csv.gz"].coverage.rows) == ("inspected", 9000)
    assert read["sms_2.json"].rows == {0: {"$.customer.idNo": "1"}}


def test_names_in_another_encoding_are_shown_and_found_again(sshd, source, read_all):
    folder = sshd.drop / os.fsdecode("名单".encode("gb18030"))
    folder.mkdir()
    (folder / os.fsdecode("客户.csv".encode("gb18030"))).write_text("mobile\n13800138000\n")
    drop = source()
    [asset] = drop.assets()
    assert asset.name.startswith(r"\xc3\xfb\xb5\xa5/\xbf")
    [one] = read_all(drop.open(asset, Sampling()))
    assert (one.status, one.coverage.rows) == ("inspected", 1)


def test_an_encrypted_file_is_asked_about(sshd, source, read_all):
    (sshd.drop / "sms.pgp").write_bytes(b"\x85\x02\x0c\x03" + bytes(8) + b"\x01" + bytes(300))
    drop = source()
    [asset] = drop.assets()
    [unread] = read_all(drop.open(asset, Sampling()))
    drop.vouch = lambda name: asset.comment if name != "sms.pgp" else _said()
    [vouched] = read_all(drop.open(asset, Sampling()))
    assert (unread.status, vouched.status) == ("failed", "skipped")


def _said():
    from pii_audit.language import same

    return same("a receipt")


def test_a_file_that_vanished_or_may_not_be_read_is_in_the_ledger(sshd, source, read_all):
    (sshd.drop / "a.csv").write_text("mobile\n13800138000\n")
    drop = source()
    [asset] = drop.assets()
    (sshd.drop / "a.csv").unlink()
    [one] = read_all(drop.open(asset, Sampling()))
    assert (one.status, one.reason) == ("failed", "vanished before it was read")


def test_a_server_that_goes_away_leaves_what_was_read_and_is_in_the_ledger(sshd, source, passage):
    (sshd.drop / "a.csv").write_text("no,mobile\n" + "".join(f"{number},13800138000\n" for number in range(1_500_000)))
    way = passage("127.0.0.1", sshd.port)
    asset = Asset("drop", "a.csv", AssetKind.FEED, size=(sshd.drop / "a.csv").stat().st_size)
    drop = source(sshd.url.replace(str(sshd.port), str(way.port)), known=sshd.known("way", "host", way.port))
    _, reading = next(found := drop.open(asset, Sampling()))
    rows = 0
    for chunk in reading:
        rows += len(chunk.rows)
        way.cut()
    found.close()
    assert 0 < rows < 1_500_000
    assert reading.coverage().reason.en.startswith("the SFTP server cannot be reached, or went away")


def test_what_everybody_on_the_server_may_read_is_a_right_of_the_world(sshd, source):
    for folder in (sshd.folder, *sshd.folder.parents):
        if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    for name, mode in (("open.csv", 0o644), ("closed.csv", 0o640)):
        (sshd.drop / name).write_text("x")
        (sshd.drop / name).chmod(mode)
    (sshd.drop / "in").mkdir(mode=0o750)
    (sshd.drop / "in" / "a.csv").write_text("x")
    [grant] = source().grants()
    assert (grant.principal, grant.asset, grant.opened_by) == ("world", "drop:open.csv", "mode o+r on open.csv")


@pytest.mark.parametrize(
    ("known", "identity", "reason"),
    [
        (None, "me", "the server's host key is not known; nothing was sent"),
        ("other", "me", "the server's host key is another than the known one; nothing was sent"),
        ("gone", "me", "the file known_hosts cannot be read"),
        ("known_hosts", "stranger", "the server refuses the login"),
    ],
)
def test_a_server_that_is_not_known_or_refuses_is_in_the_ledger(sshd, source, known, identity, reason):
    sshd.known("other", "stranger")
    [said] = listed(source(known=known, identity=identity)).values()
    assert said.startswith(reason)


def test_a_folder_or_a_server_that_is_not_there_is_in_the_ledger(sshd, source):
    assert listed(source(f"{sshd.url}/nope")) == {".": "there is no such folder on the server: check the url"}
    sshd.process.terminate()
    sshd.process.wait()
    [said] = listed(source()).values()
    assert said.startswith("the SFTP server cannot be reached, or went away")


def test_a_source_that_goes_to_another_process_logs_in_there_by_itself(sshd, source):
    (sshd.drop / "a.csv").write_text("x")
    drop = source()
    assert list(listed(drop)) == ["a.csv"]
    there = pickle.loads(pickle.dumps(drop))
    assert list(listed(there)) == ["a.csv"]
    drop.close()
    there.close()


def test_a_login_shows_no_password(tmp_path):
    login = Login.of("sftp://u:s%40crt@h:2222/drop%20box", tmp_path, None, None)
    assert login is not None
    assert (login.port, login.password, login.folder) == (2222, "s@crt", "/drop box")
    assert "s@crt" not in repr(login)
    assert Login.of("sftp:///x", tmp_path, None, None) is None
    assert Login.of("sftp://h:port/x", tmp_path, None, None) is None
