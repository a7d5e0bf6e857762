"""Documents and numbers pass the checks of their standards, by code that is not ours."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from stdnum import luhn
from stdnum.cn import ric, uscc

from pii_audit.demo import numbers


def test_the_known_resident_number_is_made_from_its_parts():
    assert numbers.resident_id("110105", date(1949, 12, 31), 2) == "11010519491231002X"


@pytest.mark.parametrize("sequence", range(10, 200, 7))
def test_a_resident_number_has_the_check_digit_of_gb_11643(sequence):
    number = numbers.resident_id("110105", date(1988, 2, 29), sequence)
    assert ric.calc_check_digit(number) == number[-1]


@pytest.mark.parametrize(("prefix", "length"), [(numbers.DEBIT_BIN, 19), (numbers.CREDIT_BIN, 16), ("4", 13)])
def test_a_card_has_its_length_and_passes_luhn(prefix, length):
    random = Random(1)
    for _ in range(200):
        card = numbers.bank_card(random, prefix, length)
        assert len(card) == length
        assert card.startswith(prefix)
        assert luhn.is_valid(card)


def test_a_serial_number_that_must_not_be_a_card_fails_luhn():
    random = Random(2)
    serials = [numbers.not_a_card(random, "62", 19) for _ in range(300)]
    assert not any(luhn.is_valid(serial) for serial in serials)


def test_a_credit_code_passes_the_check_of_gb_32100():
    random = Random(3)
    for _ in range(200):
        uscc.validate(numbers.credit_code(random, "330102"))


def test_a_credit_code_holds_an_organisation_code_that_passes_gb_11714():
    code = numbers.credit_code(Random(4), "330102")[8:17]
    total = sum(weight * int(character, 36) for weight, character in zip((3, 7, 9, 10, 5, 8, 4, 2), code, strict=False))
    assert (total + (10 if code[-1] == "X" else int(code[-1]))) % 11 == 0


def test_a_bcrypt_shape_is_what_a_password_store_holds():
    hashed = numbers.bcrypt_shape(Random(5))
    assert len(hashed) == 60
    assert hashed.startswith("$2b$12$")


def test_no_two_get_the_same_number():
    taken = {"a"}
    assert numbers.unique(taken, ["a", "b", "c"]) == "b"
    assert taken == {"a", "b"}
    with pytest.raises(ValueError, match="candidates ended"):
        numbers.unique(taken, ["a", "b"])
