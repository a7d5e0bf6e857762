from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import rars

from pii_audit.sources.format.files import readings
from pii_audit.sources.format.packed.expansion import Limits

SAMPLES = Path(__file__).parent.parent / "data" / "rar.zip"
TABLE = "姓名,手机号\n张三,13800138000\n"
ROWS = {0: {"姓名": "张三", "手机号": "13800138000"}}
NOISE = "\n".join(hashlib.sha256(bytes([one % 256, one // 256])).hexdigest() for one in range(2_000)) + "\n"
PASSWORD = "protected by a password"


@pytest.fixture
def samples(tmp_path):
    """A folder with the archives that RARLAB's program made."""
    with zipfile.ZipFile(SAMPLES) as archive:
        archive.extractall(tmp_path)
    return tmp_path


@pytest.fixture
def read(read_all):
    """The readings of a file by their names."""

    def read(path: Path):
        found = read_all(readings(path, "s", path.name))
        by_name = {one.asset.name.removeprefix(path.name): one for one in found}
        assert len(by_name) == len(found)
        return by_name

    return read


@pytest.fixture
def pack(tmp_path, read):
    """Packs entries into an archive, lets its bytes be broken, and reads it."""

    def packed(entries, broken=lambda data: data, **options):
        path = tmp_path / "a.rar"
        path.write_bytes(broken(built(entries, **options).to_bytes()))
        return read(path)

    return packed


def built(entries, **options):
    builder = rars.RarBuilder(**options)
    for name, text in entries.items():
        builder.add_bytes(text.encode("gb18030"), name)
    return builder


def stored_rar4(name: bytes, data: bytes, claimed: int | None = None) -> bytes:
    """A RAR 4 archive of one entry by RAR's technote, its name in the code page of whoever packed it."""

    def block(kind: int, flags: int, rest: bytes) -> bytes:
        body = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body

    size, crc = len(data), zlib.crc32(data)
    head = struct.pack("<LLBLLBBHL", size, claimed or size, 0, crc, 0x5A8D6A00, 20, 0x30, len(name), 0x20) + name
    return b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6)) + block(0x74, 0x8000, head) + data + block(0x7B, 0x4000, b"")


@pytest.mark.parametrize("version", ["rar15", "rar20", "rar29", "rar40", "rar50", "rar70"])
@pytest.mark.parametrize("options", [{}, {"store": True}, {"solid": True}])
def test_entries_of_every_version_are_read(pack, version, options):
    found = pack({"名单.csv": TABLE, "d/note.txt": "mail a@b.cn " * 9}, format=version, **options)
    assert found["!名单.csv"].rows == ROWS
    assert found["!d/note.txt"].text == "mail a@b.cn " * 9
    assert {one.status for one in found.values()} == {"inspected"}
    assert len(found) == 2


def test_an_archive_in_an_archive_is_read(pack, tmp_path, read):
    pack({"b.csv": TABLE})
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "a.rar", "a.rar")
    assert read(tmp_path / "outer.zip")["!a.rar!b.csv"].rows == ROWS


def test_solid_archives_of_the_real_program_are_read(samples, read):
    old, new = read(samples / "rar3-solid.rar"), read(samples / "rar5-solid-qo.rar")
    lines = "".join(f"{one:03}\n" for one in range(512))
    assert {name: one.text for name, one in old.items()} == {"!stest1.txt": lines, "!stest2.txt": lines}
    assert {one.text for one in new.values()} == {lines}
    assert set(new) == {"!somedir/stest1.txt", "!stest1.txt", "!somedir/stest2.txt", "!stest2.txt"}


def test_a_folder_is_a_slash_and_a_name_is_unicode(samples, read):
    assert read(samples / "rar3-subdirs.rar")["!sub/üȵĩöḋè/file.txt"].text == "file\n"
    assert set(read(samples / "unicode.rar")) == {"!уииоотивл.txt", "!𝐀𝐁𝐁𝐂.txt"}


def test_a_name_in_gb_18030_is_shown(tmp_path, read):
    path = tmp_path / "a.rar"
    path.write_bytes(stored_rar4("资料\\客户名单.csv".encode("gb18030"), TABLE.encode()))
    assert read(path)["!资料/客户名单.csv"].rows == ROWS


@pytest.mark.parametrize("version", ["rar20", "rar40", "rar50"])
def test_what_is_said_in_the_comment_is_read(pack, version):
    found = pack({"a.csv": TABLE}, format=version, comment="联系 13800138000".encode())
    assert found[""].text.startswith("联系 13800138000")
    assert found["!a.csv"].rows == ROWS


def test_comments_of_the_real_program_are_read(samples, read):
    assert read(samples / "rar15-comment.rar")[""].text == "RARcomment -----"
    assert read(samples / "rar202-comment-nopsw.rar")[""].text == "RARcomment"
    assert read(samples / "rar5-crc.rar")[""].text == "RAR5 archive - crc\n\n"


def test_protected_entries_fail_and_the_others_are_read(samples, read, pack):
    for name in ("rar202-comment-psw.rar", "rar3-comment-psw.rar", "rar5-psw.rar"):
        entries = {entry: one for entry, one in read(samples / name).items() if entry}
        assert len(entries) == 2
        assert {(one.status, one.reason) for one in entries.values()} == {("failed", PASSWORD)}


def test_protected_headers_fail_as_a_whole(samples, read, pack):
    for name in ("rar3-comment-hpsw.rar", "rar5-hpsw.rar"):
        [one] = read(samples / name).values()
        assert (one.asset.name, one.status, one.reason) == (name, "failed", PASSWORD)


def test_links_are_told_and_not_followed(samples, read):
    for name, links in (("rar3-symlink-unix.rar", 2), ("rar5-hlink.rar", 2)):
        found = read(samples / name)
        assert [one.status for one in found.values()].count("skipped") == links
        assert [one.status for one in found.values()].count("inspected") == 1


@pytest.mark.parametrize(
    ("first", "others"),
    [
        ("rar3-vols.part1.rar", ["rar3-vols.part2.rar", "rar3-vols.part3.rar"]),
        ("rar3-old.rar", ["rar3-old.r00", "rar3-old.r01"]),
        ("rar5-vols.part1.rar", ["rar5-vols.part2.rar", "rar5-vols.part3.rar"]),
    ],
)
def test_volumes_of_the_real_program_are_read_with_the_first(samples, read, first, others):
    found = read(samples / first)
    assert {name: (len(one.text), one.status) for name, one in found.items()} == {
        "!vols/bigfile.txt": (205_000, "inspected"),
        "!vols/smallfile.txt": (2_050, "inspected"),
    }
    for name in others:
        [told] = read(samples / name).values()
        assert told.status == "skipped"
        assert "read together with" in told.reason


def test_a_volume_fails_where_the_one_before_it_is_not_read(samples, read_all):
    second, first = samples / "rar5-vols.part2.rar", samples / "rar5-vols.part1.rar"
    [alone] = read_all(readings(second, "s", second.name, only={second}))
    assert (alone.status, alone.reason) == (
        "failed",
        "a RAR volume, which can only be read together with rar5-vols.part1.rar",
    )
    [together] = read_all(readings(second, "s", second.name, only={first, second}))
    assert together.status == "skipped"


def test_a_volume_without_any_entry_leaves_a_row(tmp_path, read):
    path = tmp_path / "a.rar"
    main, end = bytes.fromhex("f1fb7301000d00000000000000"), bytes.fromhex("c43d7b00400700")
    path.write_bytes(b"Rar!\x1a\x07\x00" + main + end)
    assert set(read(path)) == {""}


def test_an_entry_without_a_name_is_no_second_reading_of_the_archive(tmp_path, read):
    path = tmp_path / "a.rar"
    path.write_bytes(stored_rar4(b"", b"call 13800138000"))
    assert read(path)["!entry 1"].text == "call 13800138000"


@pytest.fixture
def volumes(tmp_path):
    """Writes entries in volumes of 20 KB."""

    def written(entries, **options):
        paths = built(entries, volume_size=20_000, **options).write_volumes(tmp_path / "v.part1.rar")
        return [Path(one) for one in paths]

    return written


ENTRIES = {"a.csv": TABLE, "noise.txt": NOISE, "z.csv": TABLE}


@pytest.mark.parametrize("solid", [False, True])
def test_compressed_volumes_are_read(volumes, read, solid):
    first, *others = volumes(ENTRIES, format="rar50", solid=solid)
    assert len(others) > 2
    found = read(first)
    assert found["!noise.txt"].text == NOISE
    assert found["!a.csv"].rows == found["!z.csv"].rows == ROWS
    assert {one.status for one in found.values()} == {"inspected"}


def test_compressed_volumes_of_before_rar_5_are_read(volumes, read):
    first, *others = volumes({"noise.txt": NOISE}, format="rar40")
    assert [one.suffix for one in others] == [".r00", ".r01", ".r02"]
    [entry] = read(first).values()
    assert (entry.text, entry.status) == (NOISE, "inspected")


def test_what_lies_in_missing_volumes_fails(volumes, read):
    paths = volumes(ENTRIES, format="rar50")
    paths[1].unlink()
    found = read(paths[0])
    assert found["!a.csv"].rows == ROWS
    assert "another volume" in found["!noise.txt"].reason
    later = read(paths[2])
    assert "another volume" in later["!noise.txt"].reason
    assert later["!z.csv"].rows == ROWS
    assert all(one.status == "skipped" for path in paths[3:] for one in read(path).values())


def test_a_volume_alone_is_read_as_far_as_it_goes(volumes, read, read_inside):
    first, *_ = volumes(ENTRIES, format="rar50")
    found = read_inside(first.read_bytes(), "v.part1.rar")
    assert found["!a.csv"].rows == ROWS
    assert found["!noise.txt"].status == "failed"


def test_a_volume_is_not_taken_for_one_of_another_set(volumes, read, pack, tmp_path):
    first, second, *_ = volumes(ENTRIES, format="rar50")
    pack({"x.csv": TABLE})
    (tmp_path / "a.rar").rename(second)
    assert "another volume" in read(first)["!noise.txt"].reason
    assert read(second)["!x.csv"].rows == ROWS


def test_a_link_is_not_taken_for_a_volume(volumes, read, tmp_path):
    first, second, *_ = volumes(ENTRIES, format="rar50")
    second.rename(tmp_path / "elsewhere")
    second.symlink_to(tmp_path / "elsewhere")
    assert "another volume" in read(first)["!noise.txt"].reason


@pytest.mark.parametrize("version", ["rar40", "rar50"])
def test_of_an_archive_that_is_cut_off_the_whole_entries_are_read(pack, version):
    found = pack(ENTRIES, lambda data: data[:-40], format=version)
    assert found["!a.csv"].rows == ROWS
    assert found["!noise.txt"].text == NOISE
    assert (found[""].status, found[""].reason) == ("failed", "the file is cut off: its end is missing")


@pytest.mark.parametrize("behind", [b"call 13700137000", bytes(512)])
def test_something_behind_an_archive_is_told_unless_it_is_zeros(pack, behind):
    found = pack({"a.csv": TABLE}, lambda data: data + behind, format="rar50")
    assert found["!a.csv"].rows == ROWS
    assert [one.reason for one in found.values() if one.status == "failed"] == [
        "something else follows the compressed data and was not read"
    ] * any(behind)


def test_something_behind_a_volume_is_told(volumes, read):
    first, second, *_ = volumes(ENTRIES, format="rar50")
    second.write_bytes(second.read_bytes() + b"call 13700137000")
    found = read(first)
    assert found["!noise.txt"].text == NOISE
    assert found["!rest"].status == "failed"


def test_an_archive_of_which_only_the_head_is_left_fails(pack):
    for size in (8, 12, 30):
        [one] = pack({"a.csv": TABLE}, lambda data, size=size: data[:size]).values()
        assert one.status == "failed"


def test_an_entry_that_claims_to_be_large_in_a_header_too_short_for_it_fails(tmp_path, read):
    data = bytearray(stored_rar4(b"", b"call 13800138000"))
    data[20 + 4] |= 0x01  # of the entry's flags, behind the signature and the main header
    path = tmp_path / "a.rar"
    for end in (len(data), -3):
        path.write_bytes(data[:end])
        assert [(one.status, one.asset.name) for one in read(path).values()] == [("failed", "a.rar")]


def test_a_damaged_entry_fails_and_the_others_are_read(pack):
    def broken(data):
        middle = len(data) // 2
        return data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]

    found = pack(ENTRIES, broken)
    assert found["!noise.txt"].status == "failed"
    assert found["!a.csv"].rows == found["!z.csv"].rows == ROWS


def test_an_archive_that_unpacks_to_far_more_than_its_size_is_stopped(pack, monkeypatch):
    monkeypatch.setattr("pii_audit.sources.format.files.LIMITS", Limits(free=1 << 20, ratio=100))
    found = pack({"a.txt": "13800138000\n" * 1_000_000, "b.txt": "x"})
    assert "zip bomb" in found["!a.txt"].reason
    assert "!b.txt" not in found


def test_an_entry_that_memory_has_no_room_for_is_told_before_it_is_unpacked(tmp_path, read):
    path = tmp_path / "big.rar"
    path.write_bytes(stored_rar4(b"big.bin", b"x", claimed=(512 << 20) + 1))
    [one] = read(path).values()
    assert (one.status, one.asset.name) == ("failed", "big.rar!big.bin")
    assert "more than 512 MiB" in one.reason


def test_many_small_entries_of_a_solid_archive_take_time_in_proportion(pack):
    found = pack({f"{one}.csv": TABLE for one in range(2_000)}, solid=True)
    assert len(found) == 2_000
    assert all(one.rows == ROWS for one in found.values())


def test_damaged_archives_always_leave_a_row(samples, mutations, read_inside):
    for name in ("rar3-solid.rar", "rar5-solid-qo.rar", "rar5-psw.rar", "rar15-comment.rar"):
        for data in mutations((samples / name).read_bytes(), 40):
            assert read_inside(data, name)


def test_a_missing_reader_is_told_with_the_way_to_get_it(pack, monkeypatch):
    monkeypatch.setattr("pii_audit.sources.format.readers.find_spec", lambda _: None)
    [one] = pack({"a.csv": TABLE}).values()
    assert one.status == "failed"
    assert "rars" in one.reason
    assert "pii-audit[files]" in one.reason
