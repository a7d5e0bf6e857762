"""Real files, mutated: whatever becomes of them, each leaves a row, in time and in little memory. A few in every run, many in `make soak`."""

from __future__ import annotations

import io
import random
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest
import rars
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from pii_audit.sources.format.isolated.frames import Sink
from pii_audit.sources.format.packed.expansion import Limits
from pii_audit.sources.format.packed.rar import _write
from pii_audit.sources.format.packed.rar_blocks import volume_of
from pii_audit.sources.format.parsers import rtf
from pii_audit.sources.format.parsers.blips import _blips, _drawings
from pii_audit.sources.format.parsers.pictures import size_of

DATA = Path(__file__).parent / "data"
PATIENCE = 30.0
"""Seconds for one small file, on a machine that is busy."""
GROWTH = 64 << 10
"""KiB by which the audit's own process may grow over all files."""
LOOKS, SLOW_LOOKS = (
    [pytest.param(1, id="a few"), pytest.param(most, id="many", marks=pytest.mark.soak)] for most in (200, 40)
)
"""How many times as many files `make soak` reads; of those that are recognised fewer, which takes a second each."""


def archives():
    """Small archives, those of RARLAB's program and written ones."""
    with zipfile.ZipFile(DATA / "rar.zip") as real:
        found = [real.read(one) for one in real.infolist() if one.file_size < 4_000]
    for version in ("rar15", "rar20", "rar40", "rar50", "rar70"):
        builder = rars.RarBuilder(format=version, solid=True, comment=b"comment")
        builder.add_bytes(b"name,phone\nx,13800138000\n" * 40, "a.csv")
        builder.add_bytes(bytes(range(256)) * 30, "b.bin")
        found.append(builder.to_bytes())
    return found


def changed(data: bytes, rng: random.Random) -> bytes:
    """An archive some of whose headers and data are changed, and the headers' checksums made to fit, so that they are believed."""
    volume = volume_of(io.BytesIO(data), Limits())
    if volume is None or rng.random() < 0.2:
        return bytes(byte if rng.random() > 0.01 else rng.randrange(256) for byte in data)
    sum_at = 4 if volume.dialect.signature.endswith(b"\1\0") else 2
    out = bytearray(volume.dialect.signature)
    for block in volume.blocks:
        header, packed = bytearray(block.header), bytearray(data[block.at : block.at + block.size])
        if rng.random() < 0.5:
            for _ in range(rng.randint(1, 3)):
                header[rng.randrange(sum_at, len(header))] = rng.choice((0, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        if packed and rng.random() < 0.3:
            packed[rng.randrange(len(packed))] = rng.randrange(256)
        header[:sum_at] = struct.pack("<L", zlib.crc32(header[sum_at:]))[:sum_at]
        out += header + packed
    return bytes(out[: rng.randint(1, len(out))] if rng.random() < 0.1 else out)


@pytest.fixture
def unharmed(read_inside):
    """Reads files one after the other: each leaves a row in time, and the process does not grow."""

    def read(files):
        grown = None
        for name, data in files:
            began = time.monotonic()
            found = read_inside(data, name)
            assert found
            assert all("died" not in one.reason for one in found.values())
            assert time.monotonic() - began < PATIENCE
            grown = grown or _memory()  # libraries are loaded with the first file
        assert _memory() - grown < GROWTH

    return read


def _memory() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


@pytest.mark.parametrize("times", LOOKS)
def test_archives_whose_headers_are_believed_do_no_harm(unharmed, times):
    rng = random.Random(11)
    whole = archives()
    unharmed(("a.rar", changed(rng.choice(whole), rng)) for _ in range(100 * times))


@pytest.mark.parametrize("times", SLOW_LOOKS)
def test_old_documents_with_pictures_do_no_harm(unharmed, mutations, times):
    with zipfile.ZipFile(DATA / "pictured.zip") as pictured:
        for name in ("pictured.doc", "pictured.xls"):
            unharmed((name, data) for data in mutations(pictured.read(name), 2 * times))


@pytest.mark.parametrize("times", SLOW_LOOKS)
@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"])
def test_images_do_no_harm(unharmed, mutations, form, times):
    page = Image.new("RGB", (300, 100), "white")
    ImageDraw.Draw(page).text((20, 40), "13800138000", fill="black")
    out = io.BytesIO()
    page.save(out, form)
    unharmed((f"a.{form}", data) for data in mutations(out.getvalue(), 2 * times))


PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"\x00\x6e\x1e\xf0", b"\x80\x7a\x1f\xf0", b"\xa0\x46\x1d\xf0", b"\x40\x3d\x1a\xf0", bytes(40)]),
    st.integers(0, 0xFFFFFFFF).map(lambda length: struct.pack("<L", length)),
    st.sampled_from([b"\xeb\0\x10\0", b"\x3c\0\x10\0", b"(\0\0\0", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xc0\0\x11"]),
)


@given(st.lists(PIECES, max_size=30).map(b"".join))
def test_no_bytes_break_the_search_for_old_pictures(stream):
    for _, data in _blips(stream):
        assert len(data) <= len(stream) + 14
        size_of(data)
    assert sum(map(len, _drawings(stream))) <= len(stream)


HEADS = st.sampled_from([b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"])
BLOCKS = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            bytes.fromhex("cf907300000d00000000000000"),
            bytes.fromhex("3392b5e50a010506000501010000"),
            bytes.fromhex("c43d7b00400700"),
            bytes.fromhex("1d77565103050400"),
            bytes.fromhex("00007400812000") + bytes(25),  # an entry of RAR 4 that claims to be large
            bytes.fromhex("00007400832800") + bytes(33),
        ]
    ),
)


@given(HEADS, st.lists(BLOCKS, max_size=8).map(b"".join))
def test_no_bytes_break_the_walk_through_the_blocks_of_an_archive(head, rest):
    volume = volume_of(io.BytesIO(head + rest), Limits())
    if volume is not None:
        out = io.BytesIO()
        _write([volume, volume], out)
        assert len(out.getvalue()) <= 3 * len(head + rest) + 64


WORDS = st.sampled_from(
    [
        r"\pict",
        r"\pngblip ",
        r"\bin9 ",
        r"\bin999999999 ",
        "{",
        "}",
        r"{\*\shppict",
        r"{\nonshppict",
        "89504e47",
        r"\u26446",
        "\\",
    ]
)


@given(st.lists(st.one_of(WORDS, st.text(max_size=9)), max_size=40).map("".join))
def test_no_words_break_the_reading_of_rich_text(body):
    pipe = io.BytesIO()
    rtf.parse(io.BytesIO(rb"{\rtf1 " + body.encode("utf-8", "replace")), "a.rtf", Sink(pipe))
    assert pipe.tell()
