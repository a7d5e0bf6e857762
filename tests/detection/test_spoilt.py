"""Numbers filled up with zeros, and as spreadsheets write them: found where the column's name says what they are, silent elsewhere."""

from __future__ import annotations

import random

import pytest

from pii_audit.detection import detect_column
from pii_audit.model.forms import Form

corpus = pytest.importorskip("benchmarks.corpus.values", reason="needs the checkout")
SOURCE = random.Random(7)
ROWS = 200
PEOPLE = [corpus.resident_number(SOURCE) for _ in range(ROWS)]
MOBILES = [corpus.mobile_number(SOURCE) for _ in range(ROWS)]
CARDS = [corpus.card_number(SOURCE, separable=True).replace(" ", "") for _ in range(ROWS)]


def found(values, name):
    return {(one.identifier, one.form, one.hits) for one in detect_column(values, name)}


@pytest.mark.parametrize(
    ("values", "name", "identifier"),
    [
        ([f"00{one}" for one in PEOPLE], "身份证号", "cn_resident_id"),
        ([one.zfill(20) for one in MOBILES], "手机号", "cn_mobile"),
        ([one.zfill(15) for one in MOBILES], "phone", "cn_mobile"),
        ([one.zfill(13) for one in MOBILES], "phone", "cn_mobile"),
        ([one.zfill(20) for one in CARDS], "卡号", "bank_card"),
        ([f" {one.zfill(24)} " for one in CARDS], "card_no", "bank_card"),
    ],
)
def test_zeros_in_front_hide_no_number_that_the_columns_name_speaks_of(values, name, identifier):
    assert found(values, name) == {(identifier, Form.PLAIN, ROWS)}


def test_the_zeros_are_no_part_of_the_number():
    padded = [one.zfill(20) for one in MOBILES[:3]]
    (both,) = detect_column([*padded, *MOBILES[:3]], "手机号")
    assert both.persons == 3
    assert all(len(sample) == 11 for sample in both.samples)


def test_a_number_in_scientific_notation_with_all_its_digits_is_the_number():
    assert found([f"{int(one):.10E}" for one in MOBILES], "手机号") == {("cn_mobile", Form.ENCODED, ROWS)}


@pytest.mark.parametrize("name", ["身份证号", "id_card"])
def test_identity_numbers_of_which_a_spreadsheet_left_the_area_are_truncated(name):
    assert found([f"{int(one[:17] + '0'):.5E}" for one in PEOPLE], name) == {("cn_resident_id", Form.TRUNCATED, ROWS)}


@pytest.mark.parametrize("name", ["身份证号", "id_card"])
@pytest.mark.parametrize("written", ["{0}000", "{0:.11E}", "{0:.14E}"], ids=["zeros", "birthday", "fifteen digits"])
def test_identity_numbers_of_which_a_spreadsheet_lost_a_few_digits_are_as_good_as_in_clear(name, written):
    values = [written.format(int(one[:15]) if "000" in written else int(one[:15]) * 1000) for one in PEOPLE]
    (seen,) = (one for one in detect_column(values, name) if one.identifier == "cn_resident_id")
    # A few pass the check of another number by chance.
    assert seen.form is Form.ENCODED
    assert seen.hits > 0.9 * ROWS
    assert seen.persons == len(set(values))
    assert str(seen.hits) in seen.why[0].detail.en


def test_cards_in_scientific_notation_are_truncated():
    assert found([f"{int(one):.5E}" for one in CARDS], "卡号") == {("bank_card", Form.TRUNCATED, ROWS)}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ([f"{SOURCE.randrange(10**12):020d}" for _ in range(ROWS)], "order_no"),
        ([f"{13800000000 + row:020d}" for row in range(ROWS)], "seq_no"),
        ([f"{SOURCE.uniform(0, 10**9):015.2f}" for _ in range(ROWS)], "amount"),
        ([f"{SOURCE.randrange(10**11, 2 * 10**11):015d}" for _ in range(ROWS)], "amt"),
        ([f"{SOURCE.uniform(1e16, 1e18):.5E}" for _ in range(ROWS)], "amount"),
        ([f"{SOURCE.uniform(1e10, 2e10):.10E}" for _ in range(ROWS)], "balance"),
        ([f"{SOURCE.randrange(10**11):020d}" for _ in range(ROWS)], "手机号"),
        ([f"00{SOURCE.randrange(10**17, 10**18)}" for _ in range(ROWS)], "身份证号"),
        (["0" * 20] * ROWS, "卡号"),
        ([f"{SOURCE.randrange(10**15)}000" for _ in range(ROWS)], "order_no"),
    ],
)
def test_other_numbers_written_so_are_silent(values, name):
    silent = {"cn_resident_id", "cn_mobile", "bank_card"}
    assert not silent & {identifier for identifier, _, _ in found(values, name)}
