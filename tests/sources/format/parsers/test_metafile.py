from __future__ import annotations

import gzip
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.sources.format.isolated.frames import Sink
from pii_audit.sources.format.parsers import blips, metafile

GLYPHS, SMALL_NO_RECTANGLE = 0x10, 0x300
DIB = struct.pack("<LllHHLLllLL", 40, 200, 20, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(12_000)


def record(kind, body=b""):
    body += bytes(-len(body) % 4)
    return struct.pack("<LL", kind, 8 + len(body)) + body


def emf(*records, end=True):
    """An enhanced metafile (MS-EMF): header, records, end."""
    header = record(1, bytes(32) + b" EMF" + bytes(64))
    return header + b"".join(records) + (record(14, bytes(12)) if end else b"")


def emf_text(text, x=0, y=0, *, steps=None, options=0, small=False):
    raw = text.encode("gb18030" if small else "utf-16-le")
    padded = raw + bytes(-len(raw) % 4)
    count = len(raw) // (1 if small else 2)
    begin = 36 + 40
    spaces = struct.pack(f"<{count}L", *[steps] * count) if steps else b""
    place = struct.pack("<llLLL16xL", x, y, count, begin, options, begin + len(padded) if steps else 0)
    return record(83 if small else 84, bytes(28) + place + padded + spaces)


def emf_bitmap():
    return record(81, bytes(40) + struct.pack("<4L", 64, 40, 104, len(DIB) - 40) + DIB)


def plus(*records):
    body = b"EMF+" + b"".join(struct.pack("<HHLL", kind, 0, 12 + len(data), len(data)) + data for kind, data in records)
    return record(70, struct.pack("<L", len(body)) + body)


def wmf(*records, placeable=False, end=True):
    """A metafile (MS-WMF)."""
    front = b"\xd7\xcd\xc6\x9a" + bytes(18) if placeable else b""
    header = struct.pack("<HHHLHLH", 1, 9, 0x300, 0, 0, 0, 0)
    return front + header + b"".join(records) + (struct.pack("<LH", 3, 0) if end else b"")


def wmf_record(kind, body):
    body += bytes(len(body) % 2)
    return struct.pack("<LH", 3 + len(body) // 2, kind) + body


def wmf_text(text, x=0, y=0):
    raw = text.encode("gb18030")
    return wmf_record(0x0521, struct.pack("<H", len(raw)) + raw + bytes(len(raw) % 2) + struct.pack("<hh", y, x))


def wmf_ext_text(text, x=0, y=0, *, steps=0, boxed=False):
    raw = text.encode("gb18030")
    head = struct.pack("<hhHH", y, x, len(raw), 4 if boxed else 0) + bytes(8 * boxed)
    spaces = struct.pack(f"<{len(raw)}h", *[steps] * len(raw)) if steps else b""
    return wmf_record(0x0A32, head + raw + bytes(len(raw) % 2) + spaces)


@pytest.mark.parametrize(
    "drawn",
    [
        emf(emf_text("张三 13800138000")),
        emf(emf_text("张三 13800138000", small=True)),
        emf(record(108, struct.pack("<llLLLff", 0, 0, 13, 0x100, 0, 0, 0) + "张三 1380013800".encode("utf-16-le"))),
        emf(plus((0x401C, struct.pack("<LLL4f", 0, 0, 14, 0, 0, 9, 9) + "张三 13800138000".encode("utf-16-le")))),
        emf(plus((0x4036, struct.pack("<LLLL", 0, 1, 0, 14) + "张三 13800138000".encode("utf-16-le")))),
        wmf(wmf_text("张三 13800138000")),
        wmf(wmf_ext_text("张三 13800138000"), placeable=True),
        wmf(wmf_ext_text("张三 13800138000", boxed=True)),
    ],
)
def test_text_is_read_however_it_is_written(read_inside, drawn):
    read = read_inside(drawn, "a.emf")[""]
    assert read.status == "inspected"
    assert read.text.startswith("张三 1380013800")


def test_several_texts_of_one_record_are_read(read_inside):
    texts = ["13800138000", "13900139000"]
    at = 40 + 40 * len(texts)
    places = b"".join(struct.pack("<llLLL16xL", 0, number, 11, at + 24 * number, 0, 0) for number in range(len(texts)))
    body = bytes(28) + struct.pack("<L", len(texts)) + places
    body += b"".join(one.encode("utf-16-le") + bytes(2) for one in texts)
    assert read_inside(emf(record(97, body)), "a.emf")[""].text == "13800138000\n13900139000"


def test_a_number_in_pieces_is_one_and_cells_beside_each_other_are_not(read_inside):
    pieces = [("138", 0), ("0013", 30), ("8000", 70), ("13900139000", 300)]
    found = read_inside(emf(*(emf_text(text, x, 5, steps=10) for text, x in pieces), emf_text("x", 0, 25)), "a.emf")
    assert found[""].text == "13800138000\t13900139000\nx"
    found = read_inside(wmf(*(wmf_ext_text(text, x, 5, steps=10) for text, x in pieces)), "a.wmf")
    assert found[""].text == "13800138000\t13900139000"


@pytest.mark.parametrize("drawn", [emf(emf_bitmap()), wmf(wmf_record(0x0F43, bytes(22) + DIB))])
def test_bitmaps_are_read_as_pictures(read_inside, drawn):
    assert set(read_inside(drawn, "a.emf")) == {"", "!picture 1"}


def test_text_by_numbers_of_glyphs_is_told(read_inside):
    read = read_inside(emf(emf_text("ABC", options=GLYPHS)), "a.emf")[""]
    assert (read.status, read.reason) == ("failed", "text stands as numbers of glyphs, which cannot be read")


@pytest.mark.parametrize("drawn", [emf(emf_text("13800138000"), end=False), wmf(wmf_text("13800138000"), end=False)])
def test_one_that_is_cut_off_is_told_and_what_was_read_stays(read_inside, drawn):
    read = read_inside(drawn, "a.emf")[""]
    assert read.text == "13800138000"
    assert read.status == "failed"


def test_those_in_documents_are_read_compressed_or_not(read_inside, repacked):
    drawn = emf(emf_text("13800138000"))
    parts = {"word/media/a.emf": drawn, "word/media/b.emz": gzip.compress(emf(emf_text("13900139000")))}
    found = read_inside(repacked("letter.docx", **parts), "a.docx")
    assert (found["!a.emf"].text, found["!b.emz"].text) == ("13800138000", "13900139000")


def test_those_in_old_documents_are_unpacked():
    assert blips._unpacked(zlib.compress(emf())) == blips._unpacked(emf()) == emf()


def test_damaged_ones_do_no_harm(read_inside, mutations):
    whole = (
        emf(emf_text("张三 13800138000", steps=10), emf_bitmap(), plus((0x401C, bytes(60)))),
        wmf(wmf_ext_text("13800138000", steps=9), wmf_text("x")),
    )
    for one in whole:
        for data in mutations(one, 40):
            assert read_inside(data, "a.emf")


RECORDS = st.tuples(
    st.sampled_from([14, 70, 76, 81, 83, 84, 96, 97, 108, 114]), st.binary(max_size=120), st.integers(0, 200)
)


@given(st.lists(RECORDS, max_size=6), st.booleans())
def test_no_records_break_the_reading(records, plus_first):
    body = b"".join(struct.pack("<LL", kind, size) + data for kind, data, size in records)
    pipe = io.BytesIO()
    metafile.parse(io.BytesIO(emf(plus((0x4036, body[:40])) if plus_first else b"", body)), "a.emf", Sink(pipe))
    metafile.parse(io.BytesIO(wmf(body)), "a.wmf", Sink(pipe))
    assert pipe.tell()
