from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.masking import Adequacy, Display, adequate_ends, mask_ends, visibility

CATALOGUE = load_catalogue()
LETTERS = st.text(st.characters(categories=["Lu", "Ll", "Nd", "Lo"]), min_size=0, max_size=40)


@given(LETTERS, st.integers(0, 8), st.integers(0, 8), st.integers(0, 10))
def test_a_mask_never_shows_more_than_its_display_rule(value, first, last, hidden):
    masked = mask_ends(value, Display(first, last), Adequacy(first, last, hidden))
    kept = [
        place
        for place, (before, after) in enumerate(zip(value, masked, strict=True))
        if before == after and after != "*"
    ]
    assert all(place < first or place >= len(value) - last for place in kept)
    assert len(value) - len(kept) >= min(hidden, len(value))


@pytest.mark.parametrize(
    ("identifier", "value", "masked"),
    [
        ("cn_resident_id", "11010519491231002X", "1****************X"),
        ("cn_mobile", "13800138000", "138****8000"),
        ("cn_mobile", "+86 138-0013-8000", "+86 138-****-8000"),
        ("bank_card", "6222020000001234566", "622202*********4566"),
        ("bank_card", "4111 1111 1111 1111", "4111 11** **** 1111"),
        ("bank_card", "378282246310005", "37828******0005"),
        ("email", "zhang.san@example.com", "z***@example.com"),
        ("email", "z@example.com", "***@example.com"),
        ("person_name", "张三", "张*"),
        ("person_name", "欧阳娜娜", "欧阳**"),
        ("person_name", "Luís Gonçalves", "L*** G********"),
        ("person_name", "张", "*"),
        ("vehicle_plate", "京A12345", "京A***45"),
        ("us_ssn", "536-90-4399", "***-**-4399"),
        ("address", "浙江省杭州市西湖区文三路100号", "浙江省杭州市西湖区*******"),
        ("address", "Klanova 9/506", "******* *****"),
        ("ip_address", "114.247.50.2", "114.247.*.*"),
        ("login_credential", "Abc12345", "****"),
        ("card_cvv2", "123", "****"),
        ("card_track2", "4111111111111111=27121010000012300000", "****"),
        ("cn_uscc", "9111", "****"),
    ],
)
def test_reports_show_what_the_display_rule_allows(identifier, value, masked):
    assert CATALOGUE[identifier].mask(value) == masked


@pytest.mark.parametrize(
    ("identifier", "value"),
    [
        ("cn_resident_id", "1****************X"),
        ("cn_resident_id", "110105********002X"),
        ("cn_mobile", "138****8000"),
        ("cn_mobile", "+86 138****8000"),
        ("cn_mobile", "138XXXX8000"),
        ("bank_card", "622202*********0128"),
        ("bank_card", "6222 02** **** 0128"),
        ("email", "zh******@example.com"),
        ("person_name", "张*"),
        ("person_name", "*三"),
        ("person_name", "张某某"),
        ("person_name", "张XX"),
        ("person_name", "张**先生"),
        ("address", "浙江省杭州市西湖区****"),
        ("vehicle_plate", "京A***45"),
        ("card_cvv2", "***"),
        ("ip_address", "114.247.50.*"),
    ],
)
def test_masks_that_hide_enough_are_adequate(identifier, value):
    assert CATALOGUE[identifier].adequately_masked(value)


@pytest.mark.parametrize(
    ("identifier", "value"),
    [
        ("cn_resident_id", "1101051949****002X"),
        ("cn_resident_id", "11010519491231****"),
        ("cn_mobile", "138**138000"),
        ("cn_mobile", "*3800138000"),
        ("bank_card", "62220200000****128"),
        ("bank_card", "6222020******0128901"),
        ("email", "zhang.sa*@example.com"),
        ("email", "zhang.san@example.com"),
        ("person_name", "张三"),
        ("person_name", "欧*娜娜"),
        ("address", "浙江省杭州市西湖区文三路***号"),
        ("card_cvv2", "1**"),
        ("login_credential", "Abc*****"),
        ("ip_address", "114.247.*.2"),
    ],
)
def test_masks_that_hide_too_little_are_not(identifier, value):
    assert not CATALOGUE[identifier].adequately_masked(value)


def test_a_single_x_is_a_check_character_and_no_mask():
    assert visibility("11010519491231002X") == (18, 0, 0, 0)
    assert visibility("1101xxxx") == (4, 0, 0, 4)


@given(LETTERS, st.integers(0, 6), st.integers(0, 6), st.integers(1, 8))
def test_what_our_mask_writes_our_rule_accepts(value, first, last, hidden):
    value = "".join(character for character in value if character not in "xX*＊●○•■□#＃✱█※×")
    masked = mask_ends(value, Display(first, last), Adequacy(first, last, hidden))
    assert adequate_ends(masked, Adequacy(first, last, hidden)) == (len(value) >= hidden)
