"""Where a person finds a match: the cell of a sheet, the page of a document."""

from __future__ import annotations

import json


def matches(call, name):
    return [json.loads(line) for line in call("inspect", name, "--format", "jsonl").out.splitlines()]


def test_a_match_in_a_sheet_names_its_cell(call, checkout):
    book = str(checkout / "tests/sources/format/data/book.xlsx")
    cells = {(one["identifier"], one.get("cell")) for one in matches(call, book) if one["field"]}
    assert {("cn_mobile", "B4"), ("cn_mobile", "B5"), ("bank_card", "C4"), ("email", "A2")} <= cells


def test_a_match_in_a_document_names_its_page(call, checkout):
    letter = str(checkout / "tests/sources/format/data/letter.pdf")
    assert {one["page"] for one in matches(call, letter)} == {1}


def test_a_match_in_a_text_has_no_page(call, checkout, tmp_path):
    (tmp_path / "a.txt").write_text("13800138000\n")
    [one] = matches(call, str(tmp_path / "a.txt"))
    assert "page" not in one
    assert "cell" not in one
