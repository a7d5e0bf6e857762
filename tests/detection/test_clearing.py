"""Numbers with invisible characters inside, digits of other scripts, and numbers glued to escapes."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pii_audit.detection import detect_column, detect_text
from pii_audit.detection.clearing import Clearing, cleared
from pii_audit.detection.matcher import Matcher
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.forms import Form

MOBILE = "13800138000"


def found(text):
    return [(match.identifier, text[match.start : match.end], match.form) for match in detect_text(text)]


@pytest.mark.parametrize(
    "mark",
    [
        "\u200b",
        "\u200c",
        "\u200d",
        "\u2060",
        "\ufeff",
        "\u00ad",
        "\u200e",
        "\u202d",
        "\u202c",
        "\u2066",
        "\ufe0f",
        "\U000e0031",
    ],
)
def test_invisible_characters_inside_a_number_do_not_hide_it(mark):
    inside = f"138{mark}0013{mark}8000"
    assert found(f"手机{inside}{mark}已核") == [("cn_mobile", inside, Form.PLAIN)]
    number = f"110105{mark}19491231{mark}{mark}002X"
    assert found(number) == [("cn_resident_id", number, Form.PLAIN)]


def test_values_that_differ_in_invisible_characters_are_one_person_and_shown_without_them():
    values = [MOBILE, "138\u200b00138000", f"\ufeff{MOBILE}", f"{MOBILE}\u200e"] * 3
    (mobile,) = detect_column(values, "c")
    assert (mobile.identifier, mobile.hits, mobile.persons) == ("cn_mobile", 12, 1)
    assert set(mobile.samples) == {"138****8000"}


@pytest.mark.parametrize("zero", [0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0xFF10, 0x1D7CE, 0x1FBF0])
def test_digits_of_other_scripts_are_digits(zero):
    written = "".join(chr(zero + int(digit)) for digit in MOBILE)
    assert found(f"电话{written}。") == [("cn_mobile", written, Form.PLAIN)]


@pytest.mark.parametrize(
    "text",
    [
        r'{"note":"请回电\n13800138000\n谢谢"}',
        r'"{\"note\":\"call\\n13800138000\"}"',
        r"a\t13800138000\t",
        r"mobile\u003d13800138000",
        r"\u624b\u673a13800138000",
        r"\\u624b\\u673a13800138000",
        r"\ud83d\udcde13800138000",
        r"\x3d13800138000",
        "mobile%3D13800138000&x=1",
        "%E6%89%8B%E6%9C%BA13800138000",
        "%CA%D6%BB%FA13800138000",
        "tel%3A%2013800138000",
        "&#x624b;13800138000",
        "5%13800138000",
        json.dumps("手机13800138000"),
        quote("手机=13800138000"),
    ],
)
def test_a_number_glued_to_an_escape_is_found(text):
    assert found(text) == [("cn_mobile", MOBILE, Form.PLAIN)]


@pytest.mark.parametrize(
    "text",
    [
        "sfz13800138000",
        "n13800138000",
        "u624b13800138000",
        "%ab13800138000ff",
        r"\u003d1380013800012",
        "ba7816bf8f01cfea41413800138000dae2223b00361a396177a9cb410ff61f2a",
        "dGVzdDEz%2BODAwMTM4MDAwdGVzdA%3D%3D",
        r"\q13800138000",
    ],
)
def test_letters_that_are_no_escape_still_hide_a_number(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("%31%33%38%30%30%31%33%38%30%30%30", "cn_mobile"),
        (r"\u0031\u0033\u0038\u0030\u0030\u0031\u0033\u0038\u0030\u0030\u0030", "cn_mobile"),
        ("zhang%40example.com", "email"),
        ("138&nbsp;0013&nbsp;8000", "cn_mobile"),
        (r"138\u200b0013%E2%80%8B8000", "cn_mobile"),
    ],
)
def test_a_value_that_is_itself_spelled_by_codes_is_encoded(text, identifier):
    assert found(f"({text})") == [(identifier, text, Form.ENCODED)]


def test_labels_and_keys_are_read_behind_escapes():
    assert found(r"\u8ba2\u5355\u53f713800138000") == []
    assert found("password%3DAbc%4012345") == [("login_credential", "Abc%4012345", Form.ENCODED)]
    assert found("&lt;cvv&gt;123&lt;/cvv&gt;") == [("card_cvv2", "123", Form.PLAIN)]


def test_what_escapes_would_break_is_found_as_it_is_written():
    text = "postgresql://core:p%40ss@db.bank.example/x"
    assert [name for name, *_ in found(text)] == ["connection_string"]


def test_a_cleared_line_is_no_part_of_the_next():
    assert found("%201380013\n8000") == []
    assert found(r"\n138001" + "\n38000\u200b") == []


@pytest.mark.parametrize("value", ["备注\\n13800138000", "a%3D13800138000", "\u200b138\u200b00138000"])
def test_cells_are_cleared_as_text_is(value):
    (mobile,) = detect_column([value, *["无"] * 5], "remark")
    assert (mobile.identifier, mobile.form, mobile.hits) == ("cn_mobile", Form.PLAIN, 1)


def test_lone_surrogates_nul_and_controls_disturb_nothing():
    text = f"\ud800手机{MOBILE}\udc00\0\x01{MOBILE}\0\\ud800{MOBILE}\\u0000{MOBILE}%00{MOBILE}&#0;"
    assert [value for _, value, _ in found(text)] == [MOBILE] * 5


TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                MOBILE,
                "手机",
                "\u200b",
                "\n",
                "\0",
                "%3D",
                "%E6%89%8B",
                "%FF",
                "\\n",
                "\\u624b",
                "\\ud83d",
                "&#61;",
                "&amp;",
                "\ud800",
            ]
        ),
        st.text("0123456789\\%&nux;#", max_size=6),
    ),
    max_size=12,
).map("".join)


@given(TEXTS)
@example("%\u200b3D1")
def test_every_cleared_character_has_its_place_and_places_do_not_go_back(text):
    clear = cleared(text)
    if clear is None:
        return
    places = [clear.original(at, at + 1) for at, character in enumerate(clear.text) if character != "\0"]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))


@given(TEXTS)
def test_clearing_only_adds(text):
    matcher = Matcher([load_catalogue()["cn_mobile"]])
    plain = list(matcher.candidates(text))
    assert list(Clearing(matcher).candidates(text))[: len(plain)] == plain


def test_text_with_nothing_to_clear_is_not_read_twice():
    assert cleared("客户手机13800138000 10% & more \\ 账号") is None


@pytest.mark.parametrize(
    "hostile",
    [
        "\\" * 200_000,
        "%41" * 100_000,
        "&#" * 100_000,
        "\u200b" * 200_000,
        "\\u" * 100_000,
        "%" * 200_000,
        "a%41\n" * 20_000,
        "a%41\0" * 20_000,
    ],
)
def test_hostile_runs_of_signs_take_no_longer_than_others(hostile):
    before = time.process_time()
    cleared(f"{hostile}{MOBILE}")
    assert time.process_time() - before < 2
