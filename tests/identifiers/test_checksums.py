from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from pii_audit.identifiers import cards, documents, networks
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.checksums import VALIDATORS
from pii_audit.identifiers.credentials import is_digest, is_password_hash, is_placeholder

CATALOGUE = load_catalogue()
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
BIRTHDAYS = st.dates(date(1930, 1, 1), date(2020, 12, 31))


def with_check_character(first_17: str) -> str:
    """GB 11643-1999 by its table of weights, independently of the code under test."""
    return (
        first_17 + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True)) % 11]
    )


def with_luhn(body: str) -> str:
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


def swapped(number: str, place: int, by: int) -> str:
    return number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]


@given(st.sampled_from(["110105", "440524", "310101", "650104", "710101"]), BIRTHDAYS, st.integers(0, 999))
def test_a_resident_id_with_its_check_character_passes(area, birthday, serial):
    number = with_check_character(f"{area}{birthday:%Y%m%d}{serial:03}")
    assert documents.resident_id(number)
    assert documents.resident_id(number.lower())


@given(BIRTHDAYS, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_a_resident_id_with_one_changed_digit_is_refused(birthday, serial, place, by):
    number = with_check_character(f"110105{birthday:%Y%m%d}{serial:03}")
    assert not documents.resident_id(swapped(number, place, by))


@given(st.text("0123456789", max_size=24))
def test_luhn_says_what_python_stdnum_says(digits):
    assert cards.luhn(digits) == luhn.is_valid(digits)


@given(st.sampled_from(["110105", "440524"]), BIRTHDAYS, st.integers(0, 999), st.sampled_from("0123456789X"))
def test_check_characters_are_those_of_python_stdnum(area, birthday, serial, last):
    number = f"{area}{birthday:%Y%m%d}{serial:03}{last}"
    assert documents.resident_id(number) == (ric.calc_check_digit(number) == last)


def test_a_resident_id_born_tomorrow_or_on_30_february_is_refused():
    tomorrow = date.today() + timedelta(days=1)  # noqa: DTZ011 - a birthday has no time zone
    assert not documents.resident_id(with_check_character(f"110105{tomorrow:%Y%m%d}001"))
    assert not documents.resident_id(with_check_character("11010519900230001"))
    assert documents.resident_id(with_check_character(f"110105{date.today():%Y%m%d}001"))  # noqa: DTZ011 - as above


@pytest.mark.parametrize("area", ["810000", "820000", "830000"])
def test_residence_permits_and_resident_ids_exclude_each_other(area):
    number = with_check_character(f"{area}19900101001")
    assert documents.hmt_residence_permit(number)
    assert not documents.resident_id(number)
    assert not documents.foreign_pr_2023(number)


def test_a_foreign_resident_of_2023_begins_with_9_and_is_no_resident_id():
    number = with_check_character("91184019820503001")
    assert documents.foreign_pr_2023(number)
    assert not documents.resident_id(number)


def test_a_15_digit_number_is_never_proven_only_refuted():
    assert documents.resident_id_15("110105491231002") is None
    assert documents.resident_id_15("110105490230002") is False
    assert documents.resident_id_15("990105491231002") is False


CARDS = st.one_of(
    st.integers(0, 10**12 - 1).map(lambda rest: with_luhn(f"622{rest:012}")),
    st.integers(0, 10**15 - 1).map(lambda rest: with_luhn(f"621{rest:015}")),
    st.integers(0, 10**14 - 1).map(lambda rest: with_luhn(f"4{rest:014}")),
    st.integers(0, 10**13 - 1).map(lambda rest: with_luhn(f"51{rest:013}")),
    st.integers(0, 10**12 - 1).map(lambda rest: with_luhn(f"37{rest:012}")),
)


@given(CARDS)
def test_a_card_number_with_its_check_digit_passes_in_every_grouping(number):
    assume(number[6:].strip("0"))
    assert cards.card(number) is True
    assert cards.card(" ".join(number[place : place + 4] for place in range(0, len(number), 4))) is True


@given(CARDS, st.integers(6, 14), st.integers(1, 9))
def test_a_card_number_with_one_changed_digit_is_never_proven(number, place, by):
    assert cards.card(swapped(number, place, by)) is not True


def test_only_domestic_ranges_are_undecided_when_luhn_fails():
    assert cards.card("6222020000123456") is None
    assert cards.card("4111111111111112") is False
    assert cards.card("4111111111111111") is True


def test_a_card_number_of_a_length_that_its_issuer_has_not_is_refused():
    assert cards.card(with_luhn("41111111111111")) is False
    assert cards.card(with_luhn("999999999999999")) is False


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8))
def test_exactly_one_of_31_check_characters_of_a_credit_code_passes(organisation):
    organisation = f"{organisation}{organisation_check(organisation)}"
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    assert sum(documents.uscc(f"91110000{organisation}{check}") for check in alphabet) == 1


def organisation_check(body: str) -> str:
    """GB 11714-1997."""
    total = sum(int(one, 36) * weight for one, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0123456789X"[-total % 11]


@given(st.text("0123456789", min_size=17, max_size=17))
def test_eighteen_digits_are_a_credit_code_only_with_class_province_and_the_check_digit_of_the_organisation(body):
    passing = [f"{body}{check}" for check in "0123456789" if documents.uscc(f"{body}{check}")]
    right = body[:1] in "123456789" and body[16] == organisation_check(body[8:16])
    assert len(passing) <= right


@given(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), st.integers(0, 999_999), st.booleans())
def test_exactly_one_of_11_check_characters_of_a_hong_kong_card_passes(letter, serial, two_letters):
    prefix = f"{'W' if two_letters else ''}{letter}{serial:06}"
    assert sum(documents.hkid(f"{prefix}({check})") for check in "0123456789A") == 1


@pytest.mark.parametrize("number", ["A123456(3)", "G123456(A)", "AB987654(3)", "A1234563"])
def test_known_hong_kong_cards_pass(number):
    assert documents.hkid(number)


@given(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), st.sampled_from("1289"), st.integers(0, 9_999_999))
def test_exactly_one_of_10_check_digits_of_a_taiwan_number_passes(letter, kind, serial):
    assert sum(documents.tw_id(f"{letter}{kind}{serial:07}{check}") for check in range(10)) == 1


def test_an_iban_is_held_to_length_and_check_digits_of_its_country():
    assert cards.iban("GB82WEST12345698765432")
    assert cards.iban("gb82 west 1234 5698 7654 32")
    assert not cards.iban("GB82WEST1234569876543")
    assert not cards.iban("GB28WEST12345698765432")
    assert not cards.iban("CN82WEST12345698765432")


@pytest.mark.parametrize(
    "number", ["000-12-3456", "666-12-3456", "912-12-3456", "123-00-4567", "123-45-0000", "111-11-1111", "078-05-1120"]
)
def test_social_security_numbers_never_issued_are_refused(number):
    assert documents.us_ssn(number) is False


def test_tracks_need_a_valid_card_and_a_plausible_expiry():
    assert cards.track2("4111111111111111=27121010000012300000")
    assert cards.track2(";4111111111111111=27121010000012300000?")
    assert not cards.track2("4111111111111112=27121010000012300000")
    assert not cards.track2("4111111111111111=27131010000012300000")
    assert cards.track1("%B4111111111111111^ZHANG/SAN^27121010000000000000?")
    assert not cards.track1("%B4111111111111111^ZHANG/SAN^99121010000000000000?")


@pytest.mark.parametrize("text", ["12/27", "1227", "2712", "12/2027", "2027-12", "01-30"])
def test_dates_that_a_card_can_expire_are_expiry_shaped(text):
    assert cards.expiry_shaped(text)


@pytest.mark.parametrize("text", ["13/27", "0000", "2026-01-31", "12/75", "1", "abcd"])
def test_other_dates_are_not_expiry_shaped(text):
    assert not cards.expiry_shaped(text)


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "+86 138-0013-8000",
        "008613800138000",
        "17012345678",
        "16212345678",
        "19212345678",
        "014712345678",
    ],
)
def test_mobile_numbers_with_a_prefix_in_force_pass(number):
    assert networks.cn_mobile(number)


@pytest.mark.parametrize(
    "number", ["12012345678", "14112345678", "15412345678", "16012345678", "19412345678", "1380013800"]
)
def test_mobile_numbers_with_no_such_prefix_are_refused(number):
    assert not networks.cn_mobile(number)


@pytest.mark.parametrize(
    "number",
    ["010-62345678", "0571-87654321", "(0755)23456789", "+86 21 58764321", "0871-6543210", "021-58764321转801"],
)
def test_fixed_lines_of_an_area_pass(number):
    assert networks.cn_landline(number)


@pytest.mark.parametrize("number", ["0260-8765432", "010-6234567", "010-12345678", "400-8108888", "0440-8765432"])
def test_fixed_lines_of_no_area_are_refused(number):
    assert not networks.cn_landline(number)


@pytest.mark.parametrize("number", ["+1 (403) 262-3443", "+55 (12) 3923-5555", "+353 01 6792424", "+86 10 62345678"])
def test_international_numbers_with_a_country_pass(number):
    assert networks.phone_intl(number) is True


@pytest.mark.parametrize("number", ["+999 123 456 789", "+1.2345678", "+1234", "+1234567890123456"])
def test_international_numbers_without_country_or_of_the_wrong_length_are_refused(number):
    assert networks.phone_intl(number) is False


@pytest.mark.parametrize("number", ["800-820-8820", "(800) 820 8820", "800 8208820", "4008208820", "021-95588"])
def test_numbers_of_services_are_nobodys_telephone(number):
    assert networks.phone_intl(number) is False


def test_ten_digits_that_begin_with_800_are_a_mobile_of_india():
    assert networks.phone_intl("8008208820") is None


@pytest.mark.parametrize(
    "address", ["logo@2x.png", "a..b@example.com", ".a@example.com", "a.@example.com", "a@-example.com", "@example.com"]
)
def test_what_is_no_mailbox_is_refused(address):
    assert not networks.email(address)


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("114.247.50.2", True),
        ("10.0.0.12", None),
        ("192.168.1.1", None),
        ("3.11.4.2", None),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("239.1.2.3", False),
        ("256.1.1.1", False),
        ("2408:8207:1850:2a30:1c5f:9b2e:7d40:11aa", True),
        ("fe80::1", None),
        ("::1", False),
        ("a::b", False),
    ],
)
def test_only_public_addresses_are_proven(address, verdict):
    assert networks.ip(address) is verdict


@pytest.mark.parametrize(
    "value",
    [
        "***",
        "xxx",
        "XXXXXX",
        "changeme",
        "${DB_PASSWORD}",
        "<password>",
        "null",
        "None",
        "true",
        "{{ secret }}",
        "",
        "$PASSWORD",
    ],
)
def test_placeholders_are_no_secrets(value):
    assert is_placeholder(value)
    assert VALIDATORS["credential"](value) is False


@pytest.mark.parametrize(
    "value",
    [
        "$2a$10$mRMIYLDtRHlf6.9ipiqH1.Z.bh/R9dO9d5iHiGYPigi6r5KOoR2Wm",
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG",
        "pbkdf2_sha256$260000$salt$hash=",
        "$scrypt$ln=16,r=8,p=1$c2FsdA$aGFzaA",
    ],
)
def test_a_salted_password_hash_is_no_clear_secret(value):
    assert is_password_hash(value)
    assert VALIDATORS["credential"](value) is None


def test_clear_secrets_are_proven_and_bare_words_are_left_open():
    assert VALIDATORS["credential"]("Abc12345") is True
    assert VALIDATORS["credential"]("123456") is True
    assert VALIDATORS["credential"]("sesame") is None
    assert is_digest("5f4dcc3b5aa765d61d8327deb882cf99")


@pytest.mark.parametrize(
    ("identifier", "fixed"),
    [("bank_card", "411111"), ("imei", ""), ("tw_id", "A1"), ("hkid", "A"), ("iban", "GB"), ("cn_mobile", "")],
)
def test_look_alikes_pass_by_accident_no_more_often_than_the_catalogue_says(identifier, fixed):
    definition = CATALOGUE[identifier]
    lengths = {"bank_card": 16, "imei": 15, "tw_id": 10, "hkid": 8, "iban": 22, "cn_mobile": 11}
    source = random.Random(7)
    bban = "WEST" if identifier == "iban" else ""
    draws = 20_000
    passed = 0
    for _ in range(draws):
        digits = "".join(source.choices("0123456789", k=lengths[identifier] - len(fixed) - len(bban)))
        value = f"{fixed}{digits[:2]}{bban}{digits[2:]}" if bban else f"{fixed}{digits}"
        passed += definition.validate(value) is True
    assert passed / draws == pytest.approx(definition.chance, rel=0.15)


@given(st.sampled_from(sorted(VALIDATORS)), st.text(max_size=40))
def test_no_validator_fails_on_any_text(name, text):
    assert VALIDATORS[name](text) in (True, False, None)


@pytest.mark.parametrize("value", ["user.Zhang2024", "k8Jx.20fQ", "my.dog1", "12-345678", "!vault9"])
def test_a_secret_with_a_point_or_a_sign_in_it_is_no_member_and_no_rule(value):
    assert not is_placeholder(value)
