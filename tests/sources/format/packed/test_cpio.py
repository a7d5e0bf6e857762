from __future__ import annotations

import stat

import pytest

TABLE = "姓名,手机号\n张三,13800138000\n".encode()
ROWS = {0: {"姓名": "张三", "手机号": "13800138000"}}
FILE, FOLDER, LINK, PIPE = stat.S_IFREG | 0o644, stat.S_IFDIR | 0o755, stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o600


def new(name, data, mode=FILE, magic=b"070701"):
    """An entry as SVR4 writes it."""
    numbers = [1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    head = magic + b"".join(b"%08X" % number for number in numbers) + name + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def old(name, data, mode=FILE):
    """The same as POSIX has it."""
    return (
        b"070707"
        + b"%06o" * 7 % (1, 1, mode, 0, 0, 1, 0)
        + b"%011o%06o%011o" % (0, len(name) + 1, len(data))
        + name
        + b"\0"
        + data
    )


def packed(entry, *entries):
    return b"".join(entry(*one) for one in [*entries, (b"TRAILER!!!", b"", 0)])


@pytest.fixture
def read(read_inside):
    return lambda data: {name.removeprefix("!"): one for name, one in read_inside(data, "a.cpio").items()}


@pytest.mark.parametrize("entry", [new, old, lambda *one: new(*one, magic=b"070702")])
def test_every_file_in_it_is_read(read, entry):
    files = [
        (b"d", b"", FOLDER),
        (b"d/a.csv", TABLE),
        ("名单.csv".encode("gb18030"), TABLE),
        (b"ln", b"d/a.csv", LINK),
        (b"p", b"", PIPE),
    ]
    found = read(packed(entry, *files) + bytes(512))
    assert {name: (one.status, one.rows) for name, one in found.items()} == {
        "d/a.csv": ("inspected", ROWS), "名单.csv": ("inspected", ROWS), "ln": ("skipped", {}), "p": ("skipped", {}),
    }  # fmt: skip


def test_archives_in_a_row_are_read_and_what_else_follows_is_told(read):
    both = packed(new, (b"a.csv", TABLE)) + bytes(100) + packed(old, (b"b.csv", TABLE))
    assert {name: one.rows for name, one in read(both).items()} == {"a.csv": ROWS, "b.csv": ROWS}
    found = read(both + b"something")
    assert found["rest"].reason == "something else follows the compressed data and was not read"


@pytest.mark.parametrize("size", range(111, 160, 7))
def test_one_that_is_cut_off_is_told(read, size):
    found = read(packed(new, (b"a.csv", TABLE))[:size])
    assert "failed" in {one.status for one in found.values()}


@pytest.mark.parametrize("field", [6, 11])
def test_numbers_that_are_none_are_damage(read, field):
    entry = new(b"a.csv", TABLE)
    broken = entry[: 6 + 8 * field] + b"-0000001" + entry[14 + 8 * field :]
    found = read(packed(new, (b"b.csv", TABLE)).removesuffix(new(b"TRAILER!!!", b"", 0)) + broken)
    assert found["b.csv"].rows == ROWS
    assert found[""].reason == "the data is damaged; the rest was not read"


def test_a_table_that_begins_as_one_is_a_table(read_inside):
    assert read_inside(b"070701,13800138000\n070702,13700137000\n" * 5, "a.csv")[""].rows
