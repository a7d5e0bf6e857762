"""Text from data neither drives a terminal nor reorders or hides what is read."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.render.safe import safe, safe_json


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("客户.csv", "客户.csv"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202efdp.exe", "\\u202efdp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
        ("[bold]x[/]", "[bold]x[/]"),
        ("C:\\temp", "C:\\temp"),
    ],
)
def test_controls_are_shown_as_escapes_and_the_rest_is_left_alone(text, shown):
    assert safe(text) == shown


@given(st.text(st.characters(codec=None)))
def test_nothing_of_a_control_or_format_category_comes_through(text):
    left = {unicodedata.category(character) for character in safe(text)} & {"Cc", "Cs", "Zl", "Zp"}
    assert not left
    assert not set(safe(text)) & set("\u200b\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@given(st.text(st.characters(codec=None)))
def test_json_parses_to_the_same_after_it_was_made_safe(text):
    made = safe_json(json.dumps(text, ensure_ascii=False))
    # Two lone surrogates side by side read as the one character that they spell (RFC 8259, section 7).
    assert json.loads(made) == json.loads(json.dumps(text))
    made.encode("utf-8")
