from __future__ import annotations

import base64
import binascii

import pytest

from pii_audit.sources.format.uuencoded import encoded_in

TABLE = "姓名,手机号\n张三,13800138000\n".encode()
ROWS = {0: {"姓名": "张三", "手机号": "13800138000"}}


def lines(data):
    return "".join(binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45))


def test_a_file_in_a_text_is_read_and_what_stands_around_it(read_inside):
    text = f"call 13700137000\r\nbegin 644 a.csv\r\n{lines(TABLE)}`\r\nend\r\ncall 13700137001\r\n"
    found = read_inside(text.encode(), "a.txt")
    assert found[""].text.split() == ["call", "13700137000", "call", "13700137001"]
    assert found["!a.csv"].rows == ROWS
    assert {one.status for one in found.values()} == {"inspected"}


def test_base64_is_read_as_well(read_inside):
    text = f"begin-base64 644 a.csv\n{base64.encodebytes(TABLE).decode()}====\n"
    assert read_inside(text.encode(), "a.uu")["!a.csv"].rows == ROWS


def test_one_that_is_cut_off_is_read_as_far_as_it_goes_and_told(read_inside):
    cut = lines(TABLE * 9).splitlines(keepends=True)[:4]
    read = read_inside(f"begin 644 a.csv\n{''.join(cut)}".encode(), "a.uu")["!a.csv"]
    assert read.rows[0] == ROWS[0]
    assert read.reason.startswith("the file is cut off: its end is missing")


@pytest.mark.parametrize(
    "text",
    [
        "begin 644 people\nand so on\nend\n",
        "begin 2024 list\n\nend",
        "x begin 644 a\n",
        "begin 644 a",
        "begin-base64 644 a\n?\n",
    ],
)
def test_other_texts_hold_none(text):
    assert list(encoded_in(text)) == []


def test_blanks_at_the_ends_of_lines_may_be_lost():
    [one] = encoded_in(
        "begin 644 a\n"
        + "".join(f"{line.rstrip()}\n" for line in lines(bytes(50)).replace("`", " ").splitlines())
        + "\nend"
    )
    assert (one.data, one.whole) == (bytes(50), True)
