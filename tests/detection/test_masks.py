"""Masked values: what they show, and where they stand in texts and cells."""

from __future__ import annotations

import time

import pytest

from pii_audit.detection import detect_column, detect_text
from pii_audit.detection.masks import is_masked, masked_values, shown
from pii_audit.model.forms import Form


@pytest.mark.parametrize(
    ("value", "ends"), [("138****8000", (3, 4)), ("****", (0, 0)), ("abc", (0, 0)), ("a*b*c", (1, 1))]
)
def test_what_a_mask_shows_is_counted_at_both_ends(value, ends):
    assert shown(value) == ends
    assert is_masked(value) is ("*" in value)


def test_a_masked_number_in_a_text_is_found_by_its_length():
    (match,) = detect_text("您尾号为138****8000的手机")
    assert (match.identifier, match.form) == ("cn_mobile", Form.MASKED)
    assert detect_text("***********") == []
    assert detect_text("5**** 评分") == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mail z***n@example.com today", "z***n@example.com"),
        ("邮箱zh***@example.com。", "zh***@example.com"),
        ("z***n.abc@mail.example.cn", "z***n.abc@mail.example.cn"),
        ("zhangsa*@example.com", "zhangsa*@example.com"),
        ("ｚ＊＊＊ｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ｚ＊＊＊ｎ＠ｅｘａｍｐｌｅ．ｃｏｍ"),
        ("**z***n@example.com**", "z***n@example.com"),
        ("z*a*n@example.com", "z*a*n@example.com"),
    ],
)
def test_a_masked_mail_address_is_no_address_of_its_own_in_a_text_nor_in_a_cell(text, address):
    for written in (text, f"{text}\n{'.' * 9000}"):
        assert [(written[one.start : one.end], one.identifier, one.form) for one in detect_text(written)] == [
            (address, "email", Form.MASKED)
        ]
    assert [(one.identifier, one.form) for one in detect_column([text] * 3, "备注")] == [("email", Form.MASKED)]


@pytest.mark.parametrize("text", ["**zhang@example.com**", "*zhang@example.com", "***zhang@example.com"])
def test_asterisks_before_all_of_a_mail_address_set_it_off(text):
    assert [one.form for one in detect_text(text)] == [Form.PLAIN]
    assert [one.form for one in detect_column([text] * 3, "备注")] == [Form.PLAIN]


@pytest.mark.parametrize("text", ["logo*@2x.png", "***@example.com", "a***", "z***n@localhost"])
def test_asterisks_alone_hide_no_mail_address(text):
    assert detect_text(text) == []


def test_masked_values_are_found_beside_clear_ones_in_a_text_and_in_a_cell():
    text = "13800138000 138****8000 z***n@example.com li@example.com"
    found = {("cn_mobile", Form.PLAIN), ("cn_mobile", Form.MASKED), ("email", Form.PLAIN), ("email", Form.MASKED)}
    assert {(one.identifier, one.form) for one in detect_text(text)} == found
    for values in ([text], [text, "13900139000 139****9000 l***i@example.com wu@example.com"]):
        weakest = {(one.identifier, one.form) for one in detect_column(values, "备注")}
        assert weakest == {("cn_mobile", Form.PLAIN), ("email", Form.PLAIN)}


@pytest.mark.parametrize("unit", ["*", "*a", "a*", "a*@", "*@", "**@a.", "1***", "＊", "a@*"])
def test_hostile_runs_of_asterisks_take_no_longer_than_others(unit):
    before = time.process_time()
    list(masked_values(unit * (200_000 // len(unit))))
    assert time.process_time() - before < 2
