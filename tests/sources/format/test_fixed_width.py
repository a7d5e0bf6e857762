from __future__ import annotations

import pytest

from pii_audit.document import Reader
from pii_audit.sources.format.files import readings
from pii_audit.sources.format.fixed_width import Layout, Place, load_layout
from pii_audit.sources.interface import Sampling

LAYOUT = """
version: 1
unit: bytes
skip: 1
fields:
  - {name: cust_no, width: 6}
  - {name: name, width: 8, comment: 姓名}
  - {name: phone, start: 17, width: 11}
"""
RECORDS = "H20260601 13600136000\n000001张三    XX13800138000\n000002李四光  YY13900139000 a@b.cn\n000003\n"


@pytest.fixture
def layout(tmp_path):
    path = tmp_path / "layout.yaml"
    path.write_text(LAYOUT, encoding="utf-8")
    reader = Reader()
    found = load_layout(path, reader, shown_as="layout.yaml")
    reader.raise_problems()
    return found


@pytest.fixture
def read(tmp_path, read_all):
    def read(data, layout, name="cust.dat", sampling=None):
        path = tmp_path / name
        path.write_bytes(data)
        [one] = read_all(readings(path, "s", name, sampling or Sampling(), layouts=(("*.dat", layout),)))
        return one

    return read


def test_widths_count_bytes_of_the_file_s_own_encoding(read, layout):
    one = read(RECORDS.encode("gb18030"), layout)
    assert one.fields == ["cust_no", "name", "phone"]
    assert one.asset.fields[1].comment == "姓名"
    assert one.rows[1] == {"cust_no": "000001", "name": "张三", "phone": "13800138000", "rest": "XX"}
    assert one.rows[2] == {"cust_no": "000002", "name": "李四光", "phone": "13900139000", "rest": "YY  a@b.cn"}


def test_skipped_lines_and_what_no_field_covers_are_read_too(read, layout):
    one = read(RECORDS.encode("gb18030"), layout)
    assert one.rows[0]["rest"] == "H20260601 13600136000"
    assert "a@b.cn" in one.rows[2]["rest"]


def test_lines_of_another_length_are_noted(read, layout):
    one = read(RECORDS.encode("gb18030"), layout)
    assert one.status == "inspected"
    assert one.reason == "2 line(s) are not 27 long as the layout says, the first is line 3"


def test_widths_may_count_characters(read):
    layout = Layout((Place("name", 0, 4), Place("phone", 4, 15)))
    assert read("张三  13800138000\n".encode(), layout).rows == {
        0: {"name": "张三", "phone": "13800138000", "rest": None}
    }


def test_a_file_that_the_glob_does_not_match_is_read_as_it_looks(read, layout):
    assert read(b"phone 13800138000\n", layout, "note.txt").text == "phone 13800138000\n"


def test_a_sample_is_drawn_of_the_records(read, layout):
    data = b"head\n" + b"000001ZhangSan  13800138000\n" * 500
    one = read(data, layout, sampling=Sampling(10))
    assert (one.status, len(one.rows), one.coverage.total) == ("sampled", 10, 501)


def test_what_is_wrong_in_a_layout_is_told_with_its_place(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("version: 1\nfields:\n  - {name: a, width: 0}\n  - {width: 3, begin: 1}\n", encoding="utf-8")
    reader = Reader()
    load_layout(path, reader, shown_as="bad.yaml")
    assert {problem.position.line for problem in reader.problems} == {3, 4}
