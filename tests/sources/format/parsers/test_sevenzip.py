from __future__ import annotations

import random

import py7zr
import pytest

from pii_audit.sources.format.files import readings
from pii_audit.sources.format.packed.expansion import Limits

TABLE = "姓名,手机号\n张三,13800138000\n".encode("gb18030")
ROWS = {0: {"姓名": "张三", "手机号": "13800138000"}}


@pytest.fixture
def pack(tmp_path, read_all):
    """Packs entries into a 7z archive, lets its bytes be broken, and reads it."""

    def read(entries, broken=lambda data: data, **options):
        path = tmp_path / "a.7z"
        with py7zr.SevenZipFile(path, "w", **options) as archive:
            for name, data in entries.items():
                archive.writestr(data, name)
        path.write_bytes(broken(path.read_bytes()))
        return {one.asset.name: one for one in read_all(readings(path, "s", "a.7z"))}

    return read


def test_entries_are_read_and_archives_in_them(pack):
    found = pack({"名单.csv": TABLE, "d/note.txt": b"mail a@b.cn"})
    assert found["a.7z!名单.csv"].rows == ROWS
    assert found["a.7z!d/note.txt"].text == "mail a@b.cn"
    assert len(found) == 2


def test_a_name_that_climbs_out_is_a_name_like_any_other(tmp_path, read_all):
    path = tmp_path / "a.7z"
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.writestr(TABLE, "evil.csv")
        archive.files[0]._file_info["filename"] = "../../evil.csv"
    [read] = read_all(readings(path, "s", "a.7z"))
    assert (read.asset.name, read.rows) == ("a.7z!../../evil.csv", ROWS)


def test_an_archive_with_a_password_fails(pack):
    for options in ({"password": "pw"}, {"password": "pw", "header_encryption": True}):
        [read] = pack({"a.csv": TABLE}, **options).values()
        assert (read.asset.name, read.status, read.reason) == ("a.7z", "failed", "protected by a password")


def test_a_truncated_archive_fails(pack):
    found = pack({"a.csv": TABLE, "b.csv": TABLE}, lambda data: data[:-20])
    assert {one.status for one in found.values()} == {"failed"}


def test_a_damaged_archive_always_leaves_a_row_that_fails_or_is_whole(pack):
    rng = random.Random(3)

    def broken(data):
        data = bytearray(data)
        data[rng.randrange(6, len(data))] ^= 1 << rng.randrange(8)
        return bytes(data)

    for _ in range(25):
        found = pack({"a.csv": TABLE}, broken)
        assert found
        assert all(one.status == "failed" or one.rows == ROWS for one in found.values())


def test_an_archive_that_unpacks_to_far_more_than_its_size_is_stopped(pack, monkeypatch):
    monkeypatch.setattr("pii_audit.sources.format.files.LIMITS", Limits(free=1 << 20, ratio=100))
    found = pack({"a.txt": b"13800138000\n" * 1_000_000, "b.txt": b"x"})
    assert "zip bomb" in found["a.7z!a.txt"].reason
    assert found["a.7z!a.txt"].text
    assert "a.7z!b.txt" not in found


def test_a_missing_reader_is_told_with_the_way_to_get_it(pack, monkeypatch):
    monkeypatch.setattr("pii_audit.sources.format.readers.find_spec", lambda _: None)
    [read] = pack({"a.csv": TABLE}).values()
    assert read.status == "failed"
    assert "py7zr" in read.reason
    assert "pii-audit[files]" in read.reason


@pytest.mark.parametrize("behind", [b"call 13700137000", bytes(512)])
def test_something_behind_an_archive_is_told_unless_it_is_zeros(pack, behind):
    found = pack({"a.csv": TABLE}, lambda data: data + behind)
    assert found["a.7z!a.csv"].rows == ROWS
    assert [one.reason for one in found.values() if one.status == "failed"] == [
        "something else follows the compressed data and was not read"
    ] * any(behind)
