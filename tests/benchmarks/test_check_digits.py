"""Check digits of the corpora, held against published examples."""

from __future__ import annotations

import pytest

from benchmarks.corpus import check_digits as check


def test_a_resident_number_ends_as_gb_11643_has_it():
    assert check.mod_11_2("11010519491231002") == "X"
    assert check.mod_11_2("44052418800101001") == "4"


@pytest.mark.parametrize("number", ["4111111111111111", "5555555555554444", "378282246310005", "49927398716"])
def test_published_numbers_pass_luhn(number):
    assert check.luhn(number[:-1]) == number[-1]


def test_the_iban_of_iso_13616_has_its_check_digits():
    assert check.mod_97_10("GB", "WEST12345698765432") == "82"
    assert check.mod_97_10("DE", "370400440532013000") == "89"


def test_a_credit_code_carries_both_of_its_check_characters():
    assert check.organisation("60003734") == "1"
    assert check.mod_31("91110000600037341") == "L"


def test_cards_of_hong_kong_and_taiwan_end_as_published():
    assert check.hong_kong("A", "123456") == "3"
    assert check.hong_kong("G", "123456") == "A"
    assert check.hong_kong("AB", "987654") == "3"
    assert check.taiwan("A", "12345678") == "9"


def test_a_card_needs_an_issuer_a_length_and_a_check_digit():
    assert check.is_card("4111111111111111")
    assert not check.is_card("4111111111111112")
    assert not check.is_card("1111111111111117")


def test_a_mobile_number_may_stand_behind_a_trunk_zero_or_a_country_code():
    assert all(check.is_mobile(number) for number in ("13800138000", "013800138000", "8613800138000"))
    assert not any(check.is_mobile(number) for number in ("12800138000", "1380013800", "138001380001"))
