"""Validators of payment cards, their magnetic stripes, and IBANs."""

from __future__ import annotations

import re

from pii_audit.identifiers.calendars import calendar_day, card_expiry

_NOT_DIGIT = re.compile(r"[^0-9]")

_RANGES: tuple[tuple[re.Pattern[str], frozenset[int], bool], ...] = (
    (re.compile("62"), frozenset({16, 17, 18, 19}), True),
    (re.compile("9558"), frozenset({19}), True),
    (re.compile("60(?:1382|1428|3[0-9]{3})"), frozenset({16, 17, 18, 19}), True),
    (re.compile("4"), frozenset({13, 16, 19}), False),
    (re.compile("5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), frozenset({16}), False),
    (re.compile("3[47]"), frozenset({15}), False),
    (re.compile("35(?:2[89]|[3-8])"), frozenset({16}), False),
    (re.compile("3(?:0[0-5]|[68])"), frozenset({14}), False),
    (re.compile("6(?:011|4[4-9]|5)"), frozenset({16}), False),
)
"""Issuer ranges, the lengths issued in them, and whether cards exist there that fail Luhn (ISO/IEC 7812-1, JR/T 0008).

UnionPay 62, older domestic debit cards 9558 and 60, Visa, Mastercard, American Express, JCB, Diners Club, Discover.
"""


_DOUBLED = {digit: sum(divmod(2 * int(digit), 10)) for digit in "0123456789"}


def luhn(digits: str) -> bool:
    """Whether ASCII digits carry the check digit of ISO/IEC 7812-1 annex B (Luhn, modulus 10)."""
    # Nearly every file has cards or resident IDs: python-stdnum, which brings OpenSSL and pydoc, would cost each start 25 ms for these two.
    return bool(digits) and (sum(map(int, digits[::-2])) + sum(_DOUBLED[digit] for digit in digits[-2::-2])) % 10 == 0


def issued(prefix: str, length: int) -> bool | None:
    """Whether cards of a length exist under six digits (ISO/IEC 7812-1): None where some of them fail Luhn."""
    for issuer, lengths, lenient in _RANGES:
        if length in lengths and issuer.match(prefix):
            return None if lenient else True
    return False


def dated(prefix: str) -> bool:
    """Whether six digits of Mastercard's range 2221 to 2720 read as a day of 2023 to 2027: sixteen digits with them in front are mostly numbers given out on that day."""
    return "23" <= prefix[:2] <= "27" and calendar_day(f"20{prefix}")


def card(value: str) -> bool | None:
    """Payment card number, ISO/IEC 7812-1: issuer range, its lengths and Luhn.

    None for domestic ranges where old cards fail Luhn, and for what passes it and may be a serial number that begins with its day.
    """
    digits = _NOT_DIGIT.sub("", value)
    issuer = issued(digits[:6], len(digits))
    if issuer is False or not digits[6:].strip("0"):
        return False
    if luhn(digits):
        return None if dated(digits[:6]) else True
    return None if issuer is None else False


def track1(value: str) -> bool:
    """Track 1, ISO/IEC 7813 format B: card number that passes Luhn, name, then the expiry as YYMM."""
    found = re.match(r"%?[Bb]([0-9]{12,19})\^[^^]*\^([0-9]{2})([0-9]{2})", value)
    return found is not None and luhn(found[1]) and card_expiry(found[3], found[2])


def track2(value: str) -> bool:
    """Track 2, ISO/IEC 7813, and its equivalent on chips (EMV tag 57, separator D): card number that passes Luhn, then YYMM."""
    found = re.match(r";?([0-9]{12,19})[=Dd]([0-9]{2})([0-9]{2})", value)
    return found is not None and luhn(found[1]) and card_expiry(found[3], found[2])


def expiry(value: str) -> bool | None:
    """Card expiry, ISO/IEC 7813: a month and a year within a card's life, month or year first; it has no check."""
    return None if expiry_shaped(value) else False


def expiry_shaped(value: str) -> bool:
    """Whether a value reads as MM/YY, MMYY, YYMM, MM/YYYY or YYYY-MM with a month and a year that a card can have."""
    text = value.strip()
    month_first = re.fullmatch(r"([0-9]{2}) ?[/.-]? ?(?:20)?([0-9]{2})", text)
    if month_first and card_expiry(month_first[1], month_first[2]):
        return True
    year_first = re.fullmatch(r"(?:20)?([0-9]{2}) ?[/.-]? ?([0-9]{2})", text)
    return year_first is not None and card_expiry(year_first[2], year_first[1])


def iban(value: str) -> bool:
    """IBAN, ISO 13616-1: length and structure of the country (SWIFT registry), check digits ISO 7064 MOD 97-10."""
    from stdnum import iban as standard  # noqa: PLC0415 - python-stdnum loads only when a number is checked

    return standard.is_valid(value, check_country=False)


def imei(value: str) -> bool:
    """IMEI, 3GPP TS 23.003 6.2: fifteen digits with a Luhn check digit."""
    digits = _NOT_DIGIT.sub("", value)
    return len(digits) == 15 and len(set(digits)) > 1 and luhn(digits)  # noqa: PLR2004 - TS 23.003 6.2.1
