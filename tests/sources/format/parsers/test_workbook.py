from __future__ import annotations

import io
import re
import zipfile

import pytest

from pii_audit.sources.format.files import readings
from pii_audit.sources.format.parsers.sheet import cell_text, column
from pii_audit.sources.interface import Sampling

CARD = "6228480000000000017"


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_every_sheet_is_read_with_its_header_its_cached_values_and_its_places(data_file, ending):
    sheets = data_file(f"book.{ending}")
    assert set(sheets) - {"!other parts"} == {"!名单", "!旧数据"}
    first = sheets["!名单"]
    assert first.fields == ["姓名", "手机号", "卡号", "开户日期", "余额"]
    assert first.rows[0] == {
        "姓名": "张三", "手机号": "13800138000", "卡号": CARD, "开户日期": "2026-06-01", "余额": "12.5",
    }  # fmt: skip
    assert first.rows[1]["卡号"] is None
    assert [field.place for field in first.asset.fields][:2] == ["A4:A5", "B4:B5"]
    assert first.status == "inspected"


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_comments_and_what_stands_above_the_header_are_read_as_text(data_file, ending):
    text = data_file(f"book.{ending}")["!名单"].text
    assert text.startswith("客户名单(内部)\n")
    assert "13700137000" in text


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_a_hidden_sheet_is_read_and_said_to_be_hidden(data_file, ending):
    sheet = data_file(f"book.{ending}")["!旧数据"]
    assert (sheet.rows, sheet.reason) == ({0: {"email": "a@b.cn", "note": "old"}}, "a hidden sheet")


def test_a_sample_of_a_sheet_keeps_all_of_its_text(read_all, checkout):
    path = checkout / "tests/sources/format/data/book.xlsx"
    first = read_all(readings(path, "s", "book.xlsx", Sampling(1)))[0]
    assert (first.status, len(first.rows), first.coverage.total) == ("sampled", 1, 2)
    assert "13700137000" in first.text


def test_a_workbook_that_calls_itself_csv_is_a_workbook_still(read_inside, repacked):
    assert set(read_inside(repacked("book.xlsx"), "book.csv")) > {"!名单", "!旧数据"}


def test_cells_of_an_open_sheet_that_say_no_type_are_read(read_inside, repacked, checkout):
    with zipfile.ZipFile(checkout / "tests/sources/format/data/book.ods") as book:
        content = book.read("content.xml")
    data = repacked(
        "book.ods", **{"content.xml": re.sub(rb' (?:office|calcext):(?:value-type|value)="[^"]*"', b"", content)}
    )
    first = read_inside(data, "a.ods")["!名单"]
    assert first.fields == ["姓名", "手机号", "卡号", "开户日期", "余额"]
    assert first.rows[0]["手机号"] == "13800138000"


def test_a_zip_that_holds_a_workbook_is_no_workbook(read_inside, repacked):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("名单.xlsx", repacked("book.xlsx"))
    assert "!名单.xlsx!名单" in read_inside(out.getvalue(), "a.zip")


def test_comments_that_declare_entities_are_refused_and_the_cells_are_read(read_inside, repacked):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><comments>&b;</comments>'
    first = read_inside(repacked("book.xlsx", **{"xl/comments1.xml": bomb}), "b.xlsx")["!名单"]
    assert len(first.rows) == 2
    assert (first.status, first.reason) == ("failed", "its comments could not be read")


def test_an_embedded_file_is_read(read_inside, repacked):
    found = read_inside(repacked("book.xlsx", **{"xl/embeddings/old.xlsx": repacked("book.xlsx")}), "b.xlsx")
    assert found["!old.xlsx!旧数据"].rows[0]["email"] == "a@b.cn"


@pytest.mark.parametrize("name", ["book.xlsx", "book.xls", "book.ods"])
def test_a_damaged_workbook_never_raises_and_always_leaves_a_row(read_inside, mutations, checkout, name):
    whole = (checkout / "tests/sources/format/data" / name).read_bytes()
    for broken in mutations(whole, 60):
        assert read_inside(broken, name)


def test_a_truncated_workbook_is_told_as_cut_off(read_inside, repacked):
    found = read_inside(repacked("book.xlsx")[:-300], "b.xlsx")
    assert "failed" in {one.status for one in found.values()}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (13800138000.0, "13800138000"),
        (12.5, "12.5"),
        (1e18, "1000000000000000000"),
        (True, "TRUE"),
        ("", None),
        (None, None),
    ],
)
def test_a_cell_reads_as_a_person_would_write_it(value, text):
    assert cell_text(value) == text


def test_columns_are_lettered_as_in_a_spreadsheet():
    assert [column(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
