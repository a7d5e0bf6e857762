"""The published functions, as somebody who imports the package uses them."""

from __future__ import annotations

import datetime as dt
import decimal
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from pii_audit import detect_column, detect_text
from pii_audit.model.forms import Form


def test_matches_of_a_text_come_in_reading_order():
    text = "邮箱a@b.com,手机13800138000,证件11010519491231002X"
    matches = detect_text(text)
    assert [one.identifier for one in matches] == ["email", "cn_mobile", "cn_resident_id"]
    assert [text[one.start : one.end] for one in matches] == ["a@b.com", "13800138000", "11010519491231002X"]
    assert {one.form for one in matches} == {Form.PLAIN}


def test_an_empty_text_and_an_empty_column_hold_nothing():
    assert detect_text("") == []
    assert detect_column([]) == []


def test_values_of_any_type_are_read_as_written():
    assert [one.identifier for one in detect_column([13800138000, 13900139000, None])] == ["cn_mobile"]
    assert [one.identifier for one in detect_column([decimal.Decimal(13800138000), 13900139000.0])] == ["cn_mobile"]
    assert detect_column([dt.date(2026, 7, 31), True, 3.5, b"x"]) == []


def test_a_column_says_how_often_and_why():
    (one,) = detect_column(["13800138000"] * 3 + [None], "mobile")
    assert (one.field, one.hits, one.rows_inspected, one.prevalence, one.persons) == ("mobile", 3, 4, 0.75, 1)
    assert one.why
    assert all(str(reason) for reason in one.why)


def test_equal_input_gives_equal_matches():
    text = "手机13800138000,卡4111 1111 1111 1111"
    assert detect_text(text) == detect_text(text)


@given(st.text())
def test_no_text_is_refused(text):
    for match in detect_text(text, names=True):
        assert text[match.start : match.end]


@given(st.lists(st.none() | st.text() | st.integers() | st.floats()), st.none() | st.text(), st.none() | st.text())
def test_no_column_is_refused(values, name, comment):
    for one in detect_column(values, name, comment):
        assert 0 < one.hits <= len(values)


def test_text_is_inspected_without_the_heavy_libraries():
    script = (
        "import sys; from pii_audit import detect_text; assert detect_text('13800138000');"
        "print([name for name in ('numpy', 'pandas', 'pyarrow', 'spacy', 'presidio_analyzer', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
