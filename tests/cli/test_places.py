"""Where a person finds a match: the cell of a sheet, the page of a document."""

from __future__ import annotations

import io
import json
from datetime import date
from random import Random

from PIL import Image, ImageDraw

from pii_audit.cli.located import Located
from pii_audit.demo.numbers import mobile, resident_id
from pii_audit.model.asset import Asset, AssetKind, TextChunk


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


def test_a_match_in_an_image_names_its_line_and_other_numbers_are_none(call, tmp_path):
    right = resident_id("330106", date(1990, 3, 7), 12)
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    page = Image.new("RGB", (640, 280), "white")
    lines = ("Order 2026-1107", f"ID {wrong}", f"ID {right}", f"Mobile {mobile(Random(4))}")
    ImageDraw.Draw(page).multiline_text((30, 20), "\n".join(lines), fill="black", font_size=34, spacing=26)
    page.save(tmp_path / "card.bmp")
    found = [(one["identifier"], one["page"], one["line"]) for one in matches(call, str(tmp_path / "card.bmp"))]
    assert found == [("cn_resident_id", 1, 3), ("cn_mobile", 1, 4)]


def test_lines_are_counted_on_each_page_across_chunks():
    class Nothing:
        def text_matches(self, text):
            return []

        def name(self, text):
            return text

    located, letter = Located(Nothing(), Nothing(), io.StringIO()), Asset("s", "letter.pdf", AssetKind.FILE)
    assert located._on_page(letter, "a\nb\n\f\nc\nd", 2) == {"page": 1, "line": 2}
    assert located._on_page(letter, "a\nb\n\f\nc\nd", 8) == {"page": 2, "line": 2}
    located(letter, TextChunk("", 0, "a\nb\n\f\nc\n"))
    located(letter, TextChunk("", 8, "d\n"))
    assert located._on_page(letter, "e\n\f\nf", 0) == {"page": 2, "line": 3}
    assert located._on_page(letter, "e\n\f\nf", 4) == {"page": 3, "line": 1}
