"""Identifiers of other countries: what proves them, what refutes them, and what nothing can tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.identifiers.checksums import VALIDATORS


@pytest.mark.parametrize(
    ("validator", "value"),
    [
        ("sg_nric", "S1234567D"),
        ("sg_nric", "T1234567J"),
        ("sg_nric", "F1234567N"),
        ("sg_nric", "g1234567x"),
        ("jp_mynumber", "1234 5678 9018"),
        ("kr_rrn", "971013-9019902"),
        ("in_aadhaar", "2341 2341 2346"),
        ("us_aba", "021000021"),
        ("us_aba", "111000025"),
        ("passport_mrz", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
        (
            "passport_mrz",
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\r\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        ),
    ],
)
def test_a_number_whose_check_digit_agrees_is_proven(validator, value):
    assert VALIDATORS[validator](value) is True


@pytest.mark.parametrize(
    ("validator", "value"),
    [
        ("macau_id", "5215299(8)"),
        ("macau_id", "1/234567/8"),
        ("sg_nric", "M1234567K"),
        ("kr_rrn", "201105-3123456"),
        ("in_pan", "ABCPE1234F"),
        ("us_itin", "912-90-3456"),
        ("us_itin", "950-50-1234"),
        ("us_ein", "91-1144442"),
        ("uk_nino", "AB 12 34 56 C"),
        ("uk_account", "20-00-00 55779911"),
        ("uk_account", "40-47-84, account no. 70872490"),
        ("bic", "BKCHCNBJ"),
        ("bic", "deutdeff500"),
    ],
)
def test_a_number_without_a_public_check_is_neither_proven_nor_refuted(validator, value):
    assert VALIDATORS[validator](value) is None


@pytest.mark.parametrize(
    ("validator", "value"),
    [
        ("macau_id", "6215299(8)"),
        ("macau_id", "11111112"),
        ("sg_nric", "S1234567A"),
        ("jp_mynumber", "123456789012"),
        ("jp_mynumber", "000000000000"),
        ("kr_rrn", "971313-9019902"),
        ("kr_rrn", "990231-1234567"),
        ("kr_rrn", "991231-3234567"),
        ("in_pan", "ABCDE1234F"),
        ("in_aadhaar", "234123412347"),
        ("in_aadhaar", "134123412346"),
        ("us_itin", "912-93-3456"),
        ("us_itin", "912-89-3456"),
        ("us_ein", "07-1144442"),
        ("us_aba", "021000022"),
        ("us_aba", "000000000"),
        ("uk_nino", "GB123456C"),
        ("uk_nino", "AB123456E"),
        ("uk_account", "20-00-00 00000000"),
        ("bic", "BKCHQQBJ"),
        ("bic", "BKCHCNBJ1"),
        ("passport_mrz", "L898902C36UTO7408122F1204159ZE184226B<<<<<11"),
    ],
)
def test_a_number_that_breaks_its_rules_is_refuted(validator, value):
    assert VALIDATORS[validator](value) is False


@given(st.integers(2021, 2025), st.integers(1, 12), st.integers(1, 28), st.integers(0, 999_999))
def test_no_korean_number_of_a_real_birth_date_is_ever_refuted(year, month, day, tail):
    assert VALIDATORS["kr_rrn"](f"{year % 100:02d}{month:02d}{day:02d}-3{tail:06d}") is not False


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<-()/ ", max_size=48))
def test_no_validator_fails_on_letters_and_digits(value):
    for name, validator in VALIDATORS.items():
        assert validator(value) in (True, False, None), name


@given(st.text(max_size=40))
def test_no_validator_fails_on_any_text(value):
    for name, validator in VALIDATORS.items():
        assert validator(value) in (True, False, None), name
