from __future__ import annotations

import struct
from types import SimpleNamespace

import pytest

from pii_audit.sources.format.parsers.xls_rest import send_records

PHONE = "13800138000"


def record(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def wide(text):
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


class Told:
    def __init__(self):
        self.lines = []

    def begin(self, part):
        assert part.name == "other parts"

    def text(self, text):
        self.lines += text.splitlines()


@pytest.fixture
def said():
    """What is said of a workbook of these records."""

    def read(*records, read=(), unshown=(), stream=("Workbook",)):
        told = Told()
        opened = SimpleNamespace(read=lambda: b"".join(records))
        compound = SimpleNamespace(listdir=lambda: [list(stream)], openstream=lambda entry: opened)
        send_records(compound, read, unshown, told)
        return told.lines

    return read


HEADER, TEXT_BOX, CONTINUE, VALIDATION, FORMULA, NUMBER, STRINGS = 0x14, 0x1B6, 0x3C, 0x1BE, 0x06, 0x203, 0xFC


@pytest.mark.parametrize(
    "records",
    [
        [record(HEADER, wide(f"张三 {PHONE}"))],
        [record(HEADER, b"\0" + wide(f"张三 {PHONE}"))],
        [record(TEXT_BOX, bytes(18)), record(CONTINUE, b"\1" + f"张三 {PHONE}".encode("utf-16-le"))],
        [record(VALIDATION, bytes(9) + wide(f"张三 {PHONE}") + bytes(4))],
    ],
)
def test_words_in_records_beside_the_cells_are_read(said, records):
    assert said(record(NUMBER, bytes(14)), *records) == [f"张三 {PHONE}"]


def test_numbers_in_all_other_records_are_read_whatever_their_width(said):
    assert said(record(FORMULA, bytes(22) + b"\x17\x0b\0" + PHONE.encode())) == [PHONE]
    assert said(record(0x99, wide("a@b.cn")), stream=("_SX_DB_CUR", "0001")) == ["a@b.cn"]


def test_cells_and_what_was_read_are_not_said_again(said):
    strings = record(STRINGS, wide(PHONE)) + record(CONTINUE, wide(PHONE))
    assert said(strings, record(TEXT_BOX, b""), record(CONTINUE, b"\0" + PHONE.encode()), read=[PHONE]) == []
    assert said(strings, stream=("Other",)) == []


def test_strings_that_no_cell_shows_are_said(said):
    assert said(unshown=["", "李四", "x"]) == ["李四", "x"]


def test_what_is_no_text_is_passed_over(said):
    assert said(record(HEADER, bytes(range(0x80, 0x8C))), record(0xEC, b"Calc name" * 9), b"\x14") == []


def test_comments_of_a_workbook_are_said_once(data_file):
    found = data_file("book.xls")
    assert "13700137000" in found["!名单"].text
    assert "13700137000" not in getattr(found.get("!other parts"), "text", "")
