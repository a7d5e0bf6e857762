from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import shutil
import sqlite3
import subprocess
import tarfile
import zipfile
import zlib

import pytest

from pii_audit.sources.format import files
from pii_audit.sources.format.files import readings, readings_of_stream
from pii_audit.sources.format.packed.compressed import zstd
from pii_audit.sources.format.packed.expansion import Limits

TABLE = "姓名,手机号\n张三,13800138000\n李四,13900139000\n".encode("gb18030")
ROWS = {0: {"姓名": "张三", "手机号": "13800138000"}, 1: {"姓名": "李四", "手机号": "13900139000"}}
COMPRESS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd.compress}


def zipped(entries, **options):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(entries, format_=tarfile.PAX_FORMAT):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format_) as archive:
        for name, data in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def read_inside(tmp_path, read_all):
    """Writes a file of these bytes and gives its readings by asset name."""

    def read(data: bytes, name: str):
        path = tmp_path / name
        path.write_bytes(data)
        found = read_all(readings(path, "s", name))
        assert all(one.asset.name == one.coverage.asset for one in found)
        by_name = {one.asset.name: one for one in found}
        assert len(by_name) == len(found)
        assert [entry.name for entry in tmp_path.iterdir()] == [name]
        return by_name

    return read


@pytest.fixture
def small_limits(monkeypatch):
    """Limits that a small archive exceeds."""

    def set_(**limits):
        monkeypatch.setattr(files, "LIMITS", Limits(**limits))

    return set_


@pytest.mark.parametrize("ending", COMPRESS)
def test_a_compressed_file_reads_like_the_file_itself(read_inside, ending):
    [read] = read_inside(COMPRESS[ending](TABLE), f"list.csv.{ending}").values()
    assert read.asset.name == f"list.csv.{ending}"
    assert (read.status, read.rows) == ("inspected", ROWS)


@pytest.mark.parametrize("ending", COMPRESS)
def test_a_compressed_stream_of_several_members_and_padding_is_read_to_its_end(read_inside, ending):
    pack = COMPRESS[ending]
    [read] = read_inside(pack(TABLE[:20]) + pack(TABLE[20:]) + bytes(512), f"list.csv.{ending}").values()
    assert (read.status, read.rows) == ("inspected", ROWS)


@pytest.mark.parametrize("ending", COMPRESS)
def test_of_a_truncated_compressed_file_what_was_read_is_kept(read_inside, ending):
    lines = b"".join(b"%d,13800138000,%d\n" % (n, random.Random(n).getrandbits(64)) for n in range(200_000))
    data = COMPRESS[ending](b"id,phone,x\n" + lines)
    [read] = read_inside(data[: len(data) * 2 // 3], f"list.csv.{ending}").values()
    assert read.status == "failed"
    assert "cut off" in read.reason
    assert len(read.rows) > 50_000
    assert read.rows[0]["phone"] == "13800138000"


def test_something_behind_a_compressed_stream_fails(read_inside):
    [read] = read_inside(gzip.compress(TABLE) + b"13700137000", "list.csv.gz").values()
    assert read.rows == ROWS
    assert (read.status, read.reason) == ("failed", "something else follows the compressed data and was not read")


def test_a_wrong_checksum_fails(read_inside):
    data = bytearray(gzip.compress(TABLE))
    data[-5] ^= 1
    [read] = read_inside(bytes(data), "list.csv.gz").values()
    assert (read.status, read.reason) == ("failed", "the data is damaged; the rest was not read")


def test_an_xz_file_that_asks_for_too_much_memory_fails(read_inside):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]
    [read] = read_inside(lzma.compress(TABLE, filters=filters), "list.csv.xz").values()
    assert read.status == "failed"


def test_entries_of_a_zip_are_named_after_it_and_folders_are_no_assets(read_inside):
    found = read_inside(zipped({"hz/": b"", "hz/list.csv": TABLE, "note.txt": b"mail a@b.cn"}), "a.zip")
    assert found["a.zip!hz/list.csv"].rows == ROWS
    assert found["a.zip!note.txt"].text == "mail a@b.cn"
    assert len(found) == 2


def test_archives_in_archives_are_read_through(read_inside):
    inner = gzip.compress(tarred({"c.csv": TABLE, "d.zip": zipped({"e.txt": b"x 13800138000"})}))
    found = read_inside(zipped({"b.tar.gz": inner}), "a.zip")
    assert found["a.zip!b.tar.gz!c.csv"].rows == ROWS
    assert found["a.zip!b.tar.gz!d.zip!e.txt"].text == "x 13800138000"


def test_a_database_inside_an_archive_is_read_table_by_table_and_its_copy_is_gone(read_inside, tmp_path_factory):
    path = tmp_path_factory.mktemp("db") / "core.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE 客户(手机号)")
        connection.execute("INSERT INTO 客户 VALUES ('13800138000')")
    connection.close()
    found = read_inside(zipped({"core.db": path.read_bytes()}), "backup.zip")
    assert found["backup.zip!core.db!客户"].rows == {0: {"手机号": "13800138000"}}


def test_a_name_in_gbk_without_the_utf8_flag_is_decoded(read_inside):
    data = zipped({"MMMM.csv": TABLE}).replace(b"MMMM", "名单".encode("gb18030"))
    assert list(read_inside(data, "a.zip")) == ["a.zip!名单.csv"]


def test_a_name_that_climbs_out_is_a_name_like_any_other(read_inside, tmp_path):
    found = read_inside(zipped({"../../evil.csv": TABLE}), "a.zip")
    assert list(found) == ["a.zip!../../evil.csv"]
    assert not (tmp_path.parent / "evil.csv").exists()


def test_two_entries_of_one_name_stay_apart(read_inside):
    data = zipped({"a.txt": b"one", "b.txt": b"two"}).replace(b"b.txt", b"a.txt")
    found = read_inside(data, "a.zip")
    assert {name: one.text for name, one in found.items()} == {"a.zip!a.txt": "one", "a.zip!a.txt (2)": "two"}


def test_what_is_said_in_the_comments_of_a_zip_is_read(read_inside):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("a.csv")
        info.comment = "张三 13800138000".encode("gb18030")
        archive.writestr(info, TABLE)
        archive.comment = b"mail a@b.cn"
    found = read_inside(buffer.getvalue(), "a.zip")
    assert found["a.zip!comments"].text == "mail a@b.cn\n张三 13800138000"
    assert found["a.zip!a.csv"].rows == ROWS


def taken_off_the_list(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for entry in ("a.csv", "b.csv", "c.csv"):
            archive.writestr(entry, TABLE)
        archive.filelist = [info for info in archive.filelist if info.filename != name]
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["a.csv", "b.csv", "c.csv"])
def test_an_entry_that_the_directory_does_not_name_is_told(read_inside, name):
    found = read_inside(taken_off_the_list(name), "a.zip")
    assert found["a.zip!rest"].reason == "holds entries that its directory does not name, which were not read"
    assert [one.rows for one in found.values() if one.status == "inspected"] == [ROWS, ROWS]


def test_an_archive_in_front_of_another_is_told(read_inside):
    found = read_inside(zipped({"a.csv": TABLE}) + zipped({"b.csv": TABLE}), "a.zip")
    assert {name: one.status for name, one in found.items()} == {"a.zip!b.csv": "inspected", "a.zip!rest": "failed"}


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("behind", [b"13700137000", tarred({"b.csv": TABLE})])
def test_something_behind_an_archive_is_told(read_inside, pack, behind):
    found = read_inside(pack({"a.csv": TABLE}) + behind, "a.archive")
    assert found["a.archive!a.csv"].rows == ROWS
    assert (found["a.archive!rest"].status, found["a.archive!rest"].reason) == (
        "failed",
        "something else follows the compressed data and was not read",
    )


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_zeros_behind_an_archive_are_nothing(read_inside, pack):
    [read] = read_inside(pack({"a.csv": TABLE}) + bytes(4096), "a.archive").values()
    assert (read.status, read.rows) == ("inspected", ROWS)


def test_archives_within_archives_that_are_stored_are_no_entries_of_the_outer_one(read_inside):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("a.zip", "b.zip"):
            archive.writestr(name, zipped({"a.csv": TABLE}))
    assert {one.status for one in read_inside(buffer.getvalue(), "a.zip").values()} == {"inspected"}


def test_a_zip_of_a_version_to_come_is_told_and_what_can_be_read_is(read_inside):
    data = bytearray(zipped({"a.csv": TABLE}))
    data[data.index(b"PK\1\2") + 6] = 200
    found = read_inside(bytes(data), "a.zip")
    assert found["a.zip!a.csv"].rows == ROWS
    assert (found["a.zip"].status, found["a.zip"].reason) == ("failed", "the directory of the ZIP archive is damaged")


def test_a_folder_of_a_zip_that_holds_data_is_read(read_inside):
    assert read_inside(zipped({"a/": b"13800138000"}), "a.zip")["a.zip!a/"].text == "13800138000"
    cut = zipped({"a/": b"13800138000"})[:-30]
    assert read_inside(cut, "a.zip")["a.zip!a/"].text == "13800138000"


@pytest.mark.skipif(shutil.which("zip") is None, reason="needs the program zip")
def test_an_encrypted_entry_is_told_and_the_others_are_read(tmp_path, read_all):
    (tmp_path / "a.csv").write_bytes(TABLE)
    (tmp_path / "b.csv").write_bytes(TABLE)
    subprocess.run(["zip", "-q", "-P", "pw", "x.zip", "a.csv"], cwd=tmp_path, check=True)
    subprocess.run(["zip", "-q", "x.zip", "b.csv"], cwd=tmp_path, check=True)
    encrypted, plain = read_all(readings(tmp_path / "x.zip", "s", "x.zip"))
    assert (encrypted.asset.name, encrypted.status) == ("x.zip!a.csv", "failed")
    assert encrypted.reason == "protected by a password"
    assert plain.rows == ROWS


def test_an_entry_that_is_damaged_fails_and_the_others_are_read(read_inside):
    data = bytearray(zipped({"a.csv": TABLE * 50, "b.csv": TABLE}))
    at = data.index(b"a.csv") + 25
    data[at : at + 8] = b"\xff" * 8
    found = read_inside(bytes(data), "a.zip")
    assert found["a.zip!a.csv"].status == "failed"
    assert found["a.zip!b.csv"].rows == ROWS


def test_an_unknown_compression_method_is_named(read_inside):
    data = bytearray(zipped({"a.csv": TABLE}))
    data[8:10] = (9).to_bytes(2, "little")
    at = data.index(b"PK\1\2")
    data[at + 10 : at + 12] = (9).to_bytes(2, "little")
    [read] = read_inside(bytes(data), "a.zip").values()
    assert (read.status, read.reason) == ("failed", "compressed by Deflate64, which cannot be undone here")


def test_of_a_truncated_zip_the_entries_before_the_break_are_read(read_inside):
    noise = random.Random(1).randbytes(200_000).hex().encode()
    data = zipped({"a.csv": TABLE, "b.txt": noise})
    found = read_inside(data[: len(data) // 2], "a.zip")
    assert found["a.zip!a.csv"].rows == ROWS
    assert found["a.zip!b.txt"].status == "failed"
    assert found["a.zip!b.txt"].text.startswith(noise[:100].decode())
    assert (found["a.zip"].status, found["a.zip"].reason) == ("failed", "the file is cut off: its end is missing")


@pytest.mark.parametrize(("pack", "least", "step"), [(zipped, 4, 3), (tarred, 512, 97)])
def test_an_archive_that_is_cut_off_anywhere_is_told(read_inside, pack, least, step):
    data = pack({"a.csv": TABLE, "b.csv": TABLE})
    for end in range(least, len(data.rstrip(b"\0")), step):
        assert "failed" in {one.status for one in read_inside(data[:end], "a.archive").values()}


class OnlyForward(io.RawIOBase):
    """A pipe: what is written to it gets sizes after the data."""

    def __init__(self):
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def test_a_truncated_zip_that_was_written_to_a_pipe_is_read_too(read_inside):
    pipe = OnlyForward()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.csv", "b.csv"):
            archive.writestr(name, TABLE)
    cut = pipe.data[: pipe.data.index(b"PK\1\2")]
    found = read_inside(cut, "a.zip")
    assert found["a.zip!a.csv"].rows == found["a.zip!b.csv"].rows == ROWS
    assert found["a.zip"].status == "failed"


def test_an_empty_archive_is_listed_as_inspected(read_inside):
    assert read_inside(zipped({}), "a.zip")["a.zip"].status == "inspected"
    [read] = read_inside(b"PK\5\6" + bytes(18), "a.zip").values()
    assert read.reason == "holds nothing"


@pytest.mark.parametrize("format_", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_is_read_in_every_format(read_inside, format_):
    long = "d/" * 40 + "名单.csv"
    found = read_inside(tarred({"a.csv": TABLE, long: TABLE}, format_), "a.tar")
    assert {name: one.rows for name, one in found.items()} == {"a.tar!a.csv": ROWS, f"a.tar!{long}": ROWS}


def test_links_and_devices_in_a_tar_are_listed_as_skipped(read_inside):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, type_ in (("link", tarfile.SYMTYPE), ("null", tarfile.CHRTYPE), ("pipe", tarfile.FIFOTYPE)):
            info = tarfile.TarInfo(name)
            info.type = type_
            info.linkname = "/etc/passwd"
            archive.addfile(info)
    found = read_inside(buffer.getvalue(), "a.tar")
    assert {one.status for one in found.values()} == {"skipped"}
    assert len(found) == 3


def test_a_member_of_a_tar_of_a_type_that_nobody_knows_is_read(read_inside):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("a.csv")
        info.type, info.size = b"Z", len(TABLE)
        archive.addfile(info, io.BytesIO(TABLE))
    assert read_inside(buffer.getvalue(), "a.tar")["a.tar!a.csv"].rows == ROWS


@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_of_a_truncated_tar_what_was_read_is_kept(read_inside, keep):
    data = tarred({f"{n}.csv": TABLE * 300 for n in range(6)})
    found = read_inside(data[: int(len(data) * keep)], "a.tar")
    assert found["a.tar!0.csv"].status == "inspected"
    assert found["a.tar"].status == "failed"


def test_a_tar_that_ends_without_its_end_mark_is_cut_off(read_inside):
    data = tarred({"a.csv": TABLE})
    assert read_inside(data[: data.rindex(b"13900139000") // 512 * 512 + 512], "a.tar")["a.tar"].status == "failed"


def test_garbage_after_the_first_member_of_a_tar_is_told(read_inside):
    data = tarred({"a.csv": TABLE})
    broken = data[:1024] + b"\xaa" * 2048
    found = read_inside(data[:512].join([b"", broken[512:]]), "a.tar")
    assert found["a.tar"].status == "failed"


def test_a_tar_header_that_claims_a_huge_name_is_refused(read_inside):
    info = tarfile.TarInfo("././@LongLink")
    info.type = tarfile.GNUTYPE_LONGNAME
    info.size = 8 << 30
    found = read_inside(info.tobuf(tarfile.GNU_FORMAT) + b"x" * 5000, "a.tar")
    assert found["a.tar"].status == "failed"


def test_a_sparse_tar_member_gives_its_zeros_and_its_data(read_inside, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sparse")
    path = folder / "log.txt"
    with path.open("wb") as file:
        file.seek(8 << 20)
        file.write(b"mail a@b.cn\n")
    subprocess.run(["tar", "-cSf", "a.tar", "log.txt"], cwd=folder, check=True)
    data = (folder / "a.tar").read_bytes()
    assert len(data) < 100_000
    [read] = read_inside(data, "a.tar").values()
    assert read.coverage.bytes in (None, (8 << 20) + 12)


@pytest.mark.skipif(shutil.which("zip") is None, reason="needs the program zip")
def test_archives_made_by_the_real_programs_are_read(tmp_path, read_all):
    (tmp_path / "名单.csv").write_bytes(TABLE)
    for command in ("zip -q a.zip 名单.csv", "tar cf a.tar 名单.csv", "tar czf a.tgz 名单.csv", "tar cjf a.tbz 名单.csv",
                    "tar cJf a.txz 名单.csv", "tar --zstd -cf a.tzst 名单.csv"):  # fmt: skip
        subprocess.run(command.split(), cwd=tmp_path, check=True)
        archive = next(tmp_path.glob("a.*"))
        [read] = read_all(readings(archive, "s", archive.name))
        assert (read.asset.name, read.rows, read.status) == (f"{archive.name}!名单.csv", ROWS, "inspected")
        archive.unlink()


def test_nesting_without_end_stops_at_the_limit(read_inside, small_limits):
    small_limits(depth=3)
    data = TABLE
    for _ in range(6):
        data = zipped({"a.zip": data})
    [read] = read_inside(data, "a.zip").values()
    assert (read.status, read.reason) == ("failed", "nested more than 3 deep, not read")


def test_an_archive_that_unpacks_to_far_more_than_its_size_is_stopped(read_inside, small_limits):
    small_limits(free=1 << 20, ratio=100)
    found = read_inside(zipped({"a.txt": b"13800138000\n" * 1_000_000, "b.txt": b"x"}), "a.zip")
    assert "zip bomb" in found["a.zip!a.txt"].reason
    assert (found["a.zip"].status, "a.zip!b.txt" in found) == ("failed", False)


def test_an_archive_of_too_many_entries_is_stopped(read_inside, small_limits):
    small_limits(entries=5)
    found = read_inside(tarred({f"{n}.txt": b"x" for n in range(9)}), "a.tar")
    assert len(found) == 6
    assert found["a.tar"].reason == "more than 5 entries; the rest was not read"


def test_an_archive_on_standard_input_is_read(read_all):
    [read] = read_all(readings_of_stream(io.BytesIO(zipped({"a.csv": TABLE})), "-"))
    assert (read.asset.name, read.rows) == ("-!a.csv", ROWS)


def test_reading_leaves_the_access_time_alone(tmp_path, read_all):
    path = tmp_path / "a.csv"
    path.write_bytes(TABLE)
    os.utime(path, (1_000_000, 2_000_000))
    read_all(readings(path, "s", "a.csv"))
    assert path.stat().st_atime == 1_000_000


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.csv.gz", "a.csv.bz2", "a.csv.xz", "a.csv.zst", "a.tgz"])
def test_a_damaged_container_never_raises_and_always_leaves_a_row(read_all, mutations, name):
    whole = {
        "a.zip": zipped({"a.csv": TABLE, "b.zip": zipped({"c.txt": b"x"})}),
        "a.tar": tarred({"a.csv": TABLE, "b.csv": TABLE}),
        "a.tgz": gzip.compress(tarred({"a.csv": TABLE})),
    }.get(name) or COMPRESS[name.rpartition(".")[2]](TABLE)
    for broken in mutations(whole, 150):
        assert read_all(readings_of_stream(io.BytesIO(broken), name))


def test_zlib_is_what_gzip_files_are_made_with(read_inside):
    engine = zlib.compressobj(wbits=31)
    [read] = read_inside(engine.compress(TABLE) + engine.flush(), "list.csv.gz").values()
    assert read.rows == ROWS
