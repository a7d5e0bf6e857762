"""Columns: hard negatives that must stay silent, rare values that must not be missed, and what a column's name decides."""

from __future__ import annotations

import random
import string

import pytest

from pii_audit.detection import detect_column, detect_text
from pii_audit.model.forms import Form

ROWS = 2_000


def found(values, name=None, comment=None):
    return {(one.identifier, one.form) for one in detect_column(values, name, comment)}


def generated(make, seed=11, rows=ROWS):
    source = random.Random(seed)
    return [make(source, row) for row in range(rows)]


HARD_NEGATIVES = {
    "order numbers of 19 digits that begin with 62": lambda r, _: f"62{r.randrange(10**17):017d}",
    "order numbers of 16 digits that begin with 62": lambda r, _: f"62{r.randrange(10**14):014d}",
    "running order numbers of 19 digits": lambda _, row: f"6220260731{row:09d}",
    "epoch milliseconds": lambda r, _: str(1_700_000_000_000 + r.randrange(10**10)),
    "epoch microseconds": lambda r, _: str(1_700_000_000_000_000 + r.randrange(10**13)),
    "epoch seconds as decimals": lambda r, _: f"{1_700_000_000 + r.randrange(10**7)}.{r.randrange(10**6):06d}",
    "serials of branch, date and sequence": lambda r, row: (
        f"330106{r.randint(1960, 2020)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}{row:04d}"
    ),
    "running serials of one day": lambda _, row: f"33010620200731{row:04d}",
    "order numbers of 11 digits": lambda r, _: f"{r.randrange(10**10, 10**11)}",
    "running order numbers of 11 digits": lambda _, row: f"2026073{row:04d}",
    "order numbers of 20 digits": lambda r, _: f"20260731{r.randrange(10**12):012d}",
    "years": lambda r, _: str(r.randint(1990, 2030)),
    "amounts": lambda r, _: f"{r.randrange(10**13) / 100:.2f}",
    "amounts of eleven digits": lambda r, _: f"13{r.randrange(10**9):09d}.{r.randint(1, 99):02d}",
    "fractions": lambda r, _: repr(r.random()),
    "rates": lambda r, _: f"{r.random():.11f}",
    "timestamps": lambda r, _: (
        f"2026-{r.randint(1, 12):02d}-{r.randint(1, 28):02d} {r.randint(0, 23):02d}:15:30.{r.randrange(1000):03d}"
    ),
    "compact timestamps": lambda r, _: f"2026{r.randint(1, 12):02d}{r.randint(1, 28):02d}{r.randint(0, 23):02d}1530",
    "dates": lambda r, _: f"{r.randint(1950, 2020)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}",
    "UUIDs": lambda r, _: "-".join(f"{r.randrange(16**size):0{size}x}" for size in (8, 4, 4, 4, 12)),
    "UUIDs of digits": lambda r, _: "-".join(f"{r.randrange(10**size):0{size}d}" for size in (8, 4, 4, 4, 12)),
    "digests": lambda r, _: f"{r.randrange(16**64):064x}",
    "base64": lambda r, _: "".join(r.choices(string.ascii_letters + string.digits + "+/", k=40)),
    "versions": lambda r, _: f"{r.randint(0, 12)}.{r.randint(0, 20)}.{r.randint(0, 20)}.{r.randint(0, 20)}",
    "product names": lambda r, _: r.choice(
        ["安心存三年期", "白金信用卡", "平安理财", "高级会员服务", "Classical 101", "Gold Card"]
    ),
    "branch names": lambda r, _: f"{r.choice(['杭州', '温州', '广州'])}{r.choice(['城东', '高新', '江北'])}支行",
    "flags": lambda r, _: r.choice(["Y", "N"]),
    "running numbers": lambda _, row: str(row),
}


@pytest.mark.parametrize("kind", HARD_NEGATIVES)
@pytest.mark.parametrize("column", [None, "value", "order_no", "remark"])
def test_a_column_that_only_looks_like_identifiers_is_silent(kind, column):
    assert found(generated(HARD_NEGATIVES[kind]), column) == set()


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("years", "ACADEMIC_YEAR_CODE"),
        ("amounts", "unit_price"),
        ("amounts", "金额"),
        ("flags", "cvv_flag"),
        ("product names", "product_name"),
        ("product names", "name"),
        ("branch names", "branch_name"),
        ("running numbers", "id"),
        ("versions", "version"),
        ("timestamps", "created_at"),
        ("dates", "trade_date"),
    ],
)
def test_a_column_that_is_named_like_what_it_holds_is_silent(kind, column):
    assert found(generated(HARD_NEGATIVES[kind]), column) == set()


def test_a_column_of_tax_codes_names_firms_not_persons():
    codes = ["91330106589876543" + character for character in "0123456789ABCDEFGHJKLMNPQRTUWXY"]
    assert {one for one, _ in found(codes * 10, "税号")} <= {"cn_uscc"}


@pytest.mark.parametrize("kind", ["card", "resident_id", "mobile"])
def test_one_value_in_fifty_thousand_notes_is_found(numbers, kind):
    notes = [f"第{row}次回访,客户满意" for row in range(50_000)]
    notes[31_337] = f"客户来电,{getattr(numbers, kind)()},请处理"
    (one,) = detect_column(notes, "remark")
    assert one.identifier == {"card": "bank_card", "resident_id": "cn_resident_id", "mobile": "cn_mobile"}[kind]
    assert (one.hits, one.rows_inspected, one.prevalence) == (1, 50_000, 1 / 50_000)


@pytest.mark.parametrize("kind", ["card", "resident_id"])
@pytest.mark.parametrize(
    ("column", "number", "begins"),
    [("biz_id", 20, "2024"), ("order_no", 20, "2024"), (None, 200, "2024"), ("biz_id", 200, ""), (None, 200, "")],
)
def test_real_numbers_among_others_of_their_length_are_found(numbers, kind, column, number, begins):
    real = [getattr(numbers, kind)() for _ in range(number)]
    source = random.Random(number)
    size = len(real[0]) - len(begins)
    values = real + [f"{begins}{source.randrange(10**size):0{size}d}" for _ in range(2_000 - number)]
    identifiers = {one.identifier for one in detect_column(values, column)}
    assert {"card": "bank_card", "resident_id": "cn_resident_id"}[kind] in identifiers


def test_one_verification_code_in_fifty_notes_is_found():
    assert found(["备注无"] * 50 + ["cvv2=123"], "remark") == {("card_cvv2", Form.PLAIN)}


def test_a_column_of_real_cards_is_found_under_a_name_that_denies_it(numbers):
    assert ("bank_card", Form.PLAIN) in found([numbers.card() for _ in range(200)], "order_no")


def test_mobiles_of_a_float_column_fill_their_cells():
    (one,) = detect_column([13800138000.0, 13900139000.0, 13700137000.0], "c7")
    assert (one.identifier, one.hits) == ("cn_mobile", 3)
    assert any(reason.factor == "density" for reason in one.why)


def test_a_decimal_is_an_item_of_a_list_only_under_a_name_that_says_so():
    assert found(["1.13800138000"], "联系电话") == {("cn_mobile", Form.PLAIN)}
    assert found(["1.13800138000"], "rate") == set()


def test_a_word_in_one_cell_is_no_context_for_the_next():
    values = ["手机", "13800138000", "cvv2=", "123"]
    (one,) = detect_column(values, "c1")
    assert one.identifier == "cn_mobile"
    assert one.confidence == detect_text("13800138000")[0].score


@pytest.mark.parametrize(
    "cells",
    [
        ['password="', 'abcd1234"'],
        ["http://user", "x:secret99@host"],
        ["%B4111111111111111^ZHANG", "SAN^27121011234"],
    ],
)
def test_nothing_is_found_across_two_cells(cells):
    assert found(cells, "c1") == {each for cell in cells for each in found([cell], "c1")}


def test_a_letter_in_one_cell_hides_nothing_in_another():
    assert found(["İstanbul", "CVV2=123"], "remark") == {("card_cvv2", Form.PLAIN)}


def test_a_cell_of_many_order_numbers_is_no_card(numbers):
    cells = [",".join("62" + numbers.digits(17) for _ in range(10)) for _ in range(200)]
    assert found(cells, "payload") == set()


def test_a_cell_of_many_cards_is_found(numbers):
    assert ("bank_card", Form.PLAIN) in found([",".join(numbers.card() for _ in range(100))], "payload")


def test_needed_context_may_stand_in_the_name_of_the_column():
    assert found(["E12345678", "G87654321"], "c1") == set()
    assert ("cn_passport", Form.PLAIN) in found(["E12345678", "G87654321"], "护照号")


def test_empty_and_missing_cells_are_nothing():
    assert detect_column([None, "", " ", None], "mobile") == []
    assert detect_column([], "mobile") == []
