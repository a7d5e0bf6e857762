from __future__ import annotations

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pii_audit.identifiers.fold import closed, fold, visible


@given(st.text())
def test_folding_keeps_every_offset(text):
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_pure_ascii_is_returned_as_it_is():
    text = "id=11010519491231002X"
    assert fold(text) is text


def test_full_width_spaces_and_dashes_become_ascii():
    assert fold("１３８－００１３－８０００　ＡＢｘ：＝＠") == "138-0013-8000 ABx:=@"
    assert fold("138‐0013‑8000–1—2−3﹣4") == "138-0013-8000-1-2-3-4"
    assert fold("138\u00a00013\u20098000") == "138 0013 8000"


def test_line_ends_and_han_characters_stay():
    assert fold("身份证\n号·。\u2028") == "身份证\n号·。\u2028"


def test_the_decimal_digits_of_every_script_become_ascii():
    digits = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Nd"]
    assert [fold(digit) for digit in digits] == [str(unicodedata.decimal(digit)) for digit in digits]
    assert fold("一二三〇ⅣⅫ½²①") == "一二三〇ⅣⅫ½²①"


def test_characters_that_nobody_sees_are_taken_out_and_no_others():
    assert visible("1\u200b3\u00ad8\ufeff\u202e\U000e0020") == "138"
    assert visible("138 0013\u30008000\n张三\ud800") == "138 0013\u30008000\n张三\ud800"


def test_only_spaces_between_han_characters_are_taken_out():
    assert closed("王　伟 王\u2003 芳") == "王伟王芳"
    assert closed("王伟 Wang Wei 王芳\n李娜 13800138000") == "王伟 Wang Wei 王芳\n李娜 13800138000"
