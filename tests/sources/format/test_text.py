from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pii_audit.sources.format import text as text_module
from pii_audit.sources.format.cut import place_to_cut
from pii_audit.sources.format.text import WINDOW, text_chunks

MB = 1 << 20


def test_offsets_count_characters_of_the_decoded_text(read_bytes):
    whole = "\n".join(f"第{number}行 mail{number}@example.cn 备注" for number in range(100_000)) + "\r\nend"
    read = read_bytes(b"\xef\xbb\xbf" + whole.encode(), "notes.txt")
    assert len(read.chunks) > 1
    for chunk in read.chunks:
        assert whole[chunk.offset : chunk.offset + len(chunk.text)] == chunk.text
    assert read.text == whole
    assert len(set(read.ids)) == len(read.ids)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("a1 ,张\n@\0-", max_size=40), max_size=30))
def test_chunks_join_to_the_text_with_nul_read_as_a_line_end(pieces):
    small = text_module.WINDOW
    try:
        text_module.WINDOW = 16
        chunks = list(text_chunks(iter(pieces)))
    finally:
        text_module.WINDOW = small
    whole = "".join(pieces)
    assert "".join(chunk.text for chunk in chunks) == whole.replace("\0", "\n")
    at = 0
    for chunk in chunks:
        assert chunk.offset == at
        at += len(chunk.text)


@pytest.mark.parametrize(
    "unit",
    [
        "13800138000,",
        "6222021234567890128 ",
        "138-0013-8000;",
        "张三13800138000李四",
        "1３８００１３８０００，",
        '{"a":"x@y.cn"},',
    ],
)
def test_a_long_line_is_cut_between_identifiers_only(unit):
    token = unit.strip(",; 张三李四，")
    chunks = list(text_chunks(iter([unit * (3 * WINDOW // len(unit))])))
    assert len(chunks) > 1
    assert sum(chunk.text.count(token) for chunk in chunks) == 3 * WINDOW // len(unit)


def test_a_grouped_number_is_not_cut_at_its_blanks():
    text = ("x " * 100 + "138 0013 8000 ") * 1000
    cut = place_to_cut(text)
    assert not text[cut:].startswith(("0013", "8000"))


def test_a_token_longer_than_the_search_is_cut_rather_than_kept_in_memory():
    chunks = list(text_chunks(iter(["7" * (3 * WINDOW)])))
    assert len(chunks) >= 3


def test_a_single_line_of_20_mb_is_read_in_full(read_bytes):
    read = read_bytes(b"abc 13800138000,x;" * (20 * MB // 18), "line.txt")
    assert read.status == "inspected"
    assert read.text.count("13800138000") == 20 * MB // 18
    assert max(len(chunk.text) for chunk in read.chunks) <= 2 * MB


def test_a_csv_without_a_line_end_in_its_first_megabyte_is_text(read_bytes):
    read = read_bytes(b"13800138000," * (2 * MB // 12), "wide.csv")
    assert read.status == "inspected"
    assert read.text.count("13800138000") == 2 * MB // 12


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")
def test_a_single_line_of_200_mb_is_read_in_bounded_memory(tmp_path):
    path = tmp_path / "line.txt"
    with path.open("wb") as file:
        for _ in range(200):
            file.write(b"abc 13800138000,x;" * (MB // 18))
    script = (
        "import sys; from pathlib import Path; from pii_audit.sources.format.files import readings\n"
        "for _, reading in readings(Path(sys.argv[1]), 's', 'a'):\n"
        "    print(sum(chunk.text.count('13800138000') for chunk in reading))\n"
        "status = Path('/proc/self/status').read_text().splitlines()\n"
        "print(next(line.split()[1] for line in status if line.startswith('VmHWM')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, timeout=120
    )
    # Not ru_maxrss: Linux hands the parent's peak down through fork and exec, and that of pytest is no concern here.
    found, peak = map(int, done.stdout.split())
    assert found == 200 * (MB // 18)
    assert peak * 1024 < 100 * MB
