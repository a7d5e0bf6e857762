from __future__ import annotations

import io
import os
import random
import sqlite3

import pytest

from pii_audit.sources.format import files
from pii_audit.sources.format.files import readings, readings_of_stream
from pii_audit.sources.interface import Sampling


def test_an_empty_file_is_inspected_with_zero_bytes(read_bytes):
    read = read_bytes(b"", "empty.csv")
    assert (read.status, read.coverage.bytes, read.chunks) == ("inspected", 0, [])


def test_a_stream_reads_like_the_file_of_the_same_bytes(read_bytes, read_all):
    data = "姓名,手机号\n张三,13800138000\n李四,13900139000\n".encode("gb18030")
    [stream] = read_all(readings_of_stream(io.BytesIO(data), "-"))
    assert stream.rows == read_bytes(data).rows
    assert stream.status == "inspected"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x7fELF\x02\x01\x01\x00", "executable"),
        (b"-----BEGIN PGP MESSAGE-----\n", "PGP"),
    ],
)
def test_a_binary_file_fails_and_its_kind_is_named_whatever_its_extension(read_all, head, kind):
    [read] = read_all(readings_of_stream(io.BytesIO(head), "list.csv"))
    assert read.status == "failed"
    assert kind in read.reason


def test_bytes_of_no_known_kind_fail(read_bytes):
    read = read_bytes(random.Random(1).randbytes(5000), "a.txt")
    assert (read.status, read.chunks) == ("failed", [])


RECORD = f"{'ZHANG SAN':<30}13800138000{'11010519491231002X':<20}{12345:010}"


@pytest.mark.parametrize("codec", ["cp037", "cp500", "cp1140"])
@pytest.mark.parametrize(
    "written",
    [
        lambda codec: f"{RECORD:<80}".encode(codec) * 20,
        "11010519491231002X".encode,
        lambda codec: b"\x15".join([RECORD.encode(codec)] * 9),
        # A name in double-byte characters, an amount in packed decimals.
        lambda codec: (b"\x0e\x5c\x44\x66\xfc\x0f" + RECORD.encode(codec) + b"\x00\x12\x34\x5c") * 9,
    ],
    ids=["fixed", "one", "lines", "mixed"],
)
def test_text_of_a_mainframe_does_not_pass_for_chinese(read_bytes, codec, written):
    read = read_bytes(written(codec), "cust.dat")
    assert (read.status, read.chunks) == ("failed", [])
    assert "EBCDIC" in read.reason
    assert "iconv" in read.reason


@pytest.mark.parametrize(
    "data",
    [
        "中文客户信息,手机13800138000\n".encode("gb18030") * 9,
        "瘃魼饬誁,瘐聩,1\n".encode("gb18030") * 9,
        b"@" * 500,
        b"a@b.cn,c@d.cn\n" * 50,
        "été à la plage, où çà et là\n".encode("latin-1") * 20,
        "客户0123\n".encode() * 20,
    ],
)
def test_other_text_is_none_of_a_mainframe(read_bytes, data):
    assert "EBCDIC" not in (read_bytes(data, "a.txt").reason or "")


def test_a_text_that_begins_with_a_magic_word_is_text(read_bytes):
    assert read_bytes(b"ORCHID street 5\n", "a.txt").text == "ORCHID street 5\n"


def test_broken_utf8_is_read_and_fails_closed(read_bytes):
    read = read_bytes("电话 13800138000 张三李四\n".encode() + b"mail a@b.cn \xff\xff\n", "a.txt")
    assert "a@b.cn" in read.text
    assert "13800138000" in read.text
    assert read.status == "failed"
    assert "line 2" in read.reason


def test_a_file_that_vanished_fails(tmp_path, read_all):
    [read] = read_all(readings(tmp_path / "gone.csv", "s", "gone.csv"))
    assert read.status == "failed"
    assert "vanished" in read.reason


def test_a_file_without_permission_fails_without_its_path(tmp_path, read_all, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")

    def refuse(_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(files, "open_regular", refuse)
    [read] = read_all(readings(path, "s", "a.csv"))
    assert (read.status, read.reason) == ("failed", "permission denied")


def test_a_pipe_in_place_of_a_file_fails_instead_of_waiting(tmp_path, read_all):
    os.mkfifo(tmp_path / "pipe")
    [read] = read_all(readings(tmp_path / "pipe", "s", "pipe"))
    assert read.status == "failed"


def test_a_disk_error_in_the_middle_keeps_what_was_read_and_fails(read_all):
    class Failing(io.BytesIO):
        def read(self, size=-1):
            if self.tell() >= 2 << 20:
                raise OSError(5, "Input/output error")
            return super().read(size)

    data = b"id,phone,x\n" + b"1,13800138000,y\n" * 300_000
    [read] = read_all(readings_of_stream(Failing(data), "a.csv"))
    assert read.status == "failed"
    assert "Input/output error" in read.reason
    assert read.coverage.rows == len(read.rows) > 100_000


def test_a_reading_that_is_not_exhausted_counts_as_failed(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x\n" * 2_000_000)
    for _, reading in readings(path, "s", "a.txt"):
        next(iter(reading))
        assert reading.coverage().incomplete


def test_a_database_file_in_a_share_is_read_table_by_table(tmp_path, read_all):
    path = tmp_path / "e.dat"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE 客户(姓名, 手机号)")
        connection.execute("INSERT INTO 客户 VALUES ('张三', 13800138000)")
    connection.close()
    [read] = read_all(readings(path, "s", "hz/e.dat", Sampling()))
    assert read.asset.id == "s:hz/e.dat!客户"
    assert read.coverage.asset == "hz/e.dat!客户"
    assert read.rows == {0: {"姓名": "张三", "手机号": "13800138000"}}


def test_a_broken_database_file_in_a_share_fails_under_its_own_name(tmp_path, read_all):
    (tmp_path / "e.dat").write_bytes(b"SQLite format 3\x00" + b"\xff" * 500)
    [read] = read_all(readings(tmp_path / "e.dat", "s", "e.dat"))
    assert (read.status, read.coverage.asset) == ("failed", "e.dat")


def test_a_database_file_without_tables_is_listed_as_inspected(tmp_path, read_all):
    path = tmp_path / "e.db"
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE t(a); DROP TABLE t;")
    connection.close()
    [read] = read_all(readings(path, "s", "e.db"))
    assert (read.status, read.reason) == ("inspected", "the database has no tables")


def test_the_holes_of_a_sparse_file_cost_nothing_and_what_stands_behind_them_is_read(tmp_path, read_all):
    path = tmp_path / "a.log"
    with path.open("wb") as file:
        file.write(b"start 13800138000\n")
        file.seek(1 << 40)
        file.write(b"end a@b.cn\n")
    [read] = read_all(readings(path, "s", "a.log"))
    assert read.status == "inspected"
    assert "start 13800138000" in read.text
    assert "end a@b.cn" in read.text
    assert "bytes of holes were passed over" in read.reason
    assert len(read.text) < 10 << 20


def test_a_file_that_changes_while_it_is_read_is_noted(tmp_path):
    path = tmp_path / "a.log"
    path.write_bytes(b"line 13800138000\n" * 200_000)
    for _, reading in readings(path, "s", "a.log"):
        for number, _ in enumerate(reading):
            if number == 0:
                with path.open("ab") as file:
                    file.write(b"one more\n")
        assert reading.coverage().reason.en == "it changed while it was read"
