"""Validators of identifiers that other countries give to people and firms.

Each takes folded text and gives True (proven), False (refuted) or None (nothing to tell by).
"""

from __future__ import annotations

import re

from pii_audit.identifiers.calendars import birth_date

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z]")


def _bare(value: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", value).upper()


def macau_id(value: str) -> bool | None:
    """Macao resident identity card: first digit 1, 5 or 7 and eight digits in all; how the check digit is made is not public."""
    number = _bare(value)
    return None if re.fullmatch(r"[157][0-9]{7}", number) and len(set(number)) > 2 else False  # noqa: PLR2004 - 11111112 is nobody's


_NRIC_WEIGHTS = (2, 7, 6, 5, 4, 3, 2)
_NRIC_LETTERS = {"ST": "JZIHGFEDCBA", "FG": "XWUTRQPNMLK"}


def sg_nric(value: str) -> bool | None:
    """Singapore NRIC and FIN (ICA; published practice): weights 2 7 6 5 4 3 2, modulo 11; None for series M of 2022, whose table is not verified."""
    number = _bare(value)
    if not re.fullmatch(r"[STFGM][0-9]{7}[A-Z]", number):
        return False
    if number[0] == "M":
        return None
    total = sum(weight * int(digit) for weight, digit in zip(_NRIC_WEIGHTS, number[1:8], strict=True))
    total += 4 if number[0] in "TG" else 0
    letters = next(table for series, table in _NRIC_LETTERS.items() if number[0] in series)
    return letters[total % 11] == number[8]


def jp_mynumber(value: str) -> bool:
    """Japan's Individual Number: twelve digits with a check digit (Ordinance of the Number Act, article 5)."""
    from stdnum.jp import in_  # noqa: PLC0415 - python-stdnum loads only when a number is checked

    number = _bare(value)
    return len(set(number)) > 1 and in_.is_valid(number)


def kr_rrn(value: str) -> bool | None:
    """Korean resident registration number: a birth date that its seventh digit puts into a century.

    True where the check digit of before October 2020 agrees; since then the last digits are random, so that a wrong one refutes nothing.
    """
    from stdnum.kr import rrn  # noqa: PLC0415 - python-stdnum loads only when a number is checked

    number = _bare(value)
    if not re.fullmatch(r"[0-9]{13}", number):
        return False
    century = {"9": "18", "0": "18", "1": "19", "2": "19", "5": "19", "6": "19"}.get(number[6], "20")
    if not birth_date(century + number[:6]):
        return False
    return True if rrn.calc_check_digit(number) == number[-1] else None


def in_pan(value: str) -> bool | None:
    """India's Permanent Account Number: the fourth letter is the kind of holder, the digits are not all zero; the check letter is not public."""
    from stdnum.in_ import pan  # noqa: PLC0415 - python-stdnum loads only when a number is checked

    return None if pan.is_valid(_bare(value)) else False


def in_aadhaar(value: str) -> bool:
    """India's Aadhaar (UIDAI): twelve digits, first 2 to 9, Verhoeff check digit, no palindrome."""
    from stdnum.in_ import aadhaar  # noqa: PLC0415 - python-stdnum loads only when a number is checked

    return aadhaar.is_valid(_bare(value))


_ITIN_GROUPS = frozenset({*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)})
"""Fourth and fifth digits that the IRS issues; python-stdnum still has the older 70 to 99."""


def us_itin(value: str) -> bool | None:
    """US Individual Taxpayer Identification Number (IRS): first digit 9 and a group in use; nothing else can be checked."""
    number = _bare(value)
    plausible = re.fullmatch(r"9[0-9]{8}", number) and int(number[3:5]) in _ITIN_GROUPS and len(set(number[5:])) > 1
    return None if plausible else False


def us_ein(value: str) -> bool | None:
    """US Employer Identification Number (IRS): a prefix that a campus has issued; there is no check digit."""
    from stdnum.us import ein  # noqa: PLC0415 - python-stdnum loads only when a number is checked

    return None if ein.is_valid(_bare(value)) else False


def us_aba(value: str) -> bool:
    """US routing transit number (ABA): a Federal Reserve prefix and the check digit by weights 3 7 1."""
    number = _bare(value)
    if not re.fullmatch(r"(?:0[0-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)[0-9]{7}", number) or not int(number[:8]):
        return False
    return sum(weight * int(digit) for weight, digit in zip((3, 7, 1) * 3, number, strict=True)) % 10 == 0


_NINO = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")
_NINO_NEVER = frozenset({"BG", "GB", "NK", "KN", "NT", "TN", "ZZ"})


def uk_nino(value: str) -> bool | None:
    """UK National Insurance number (HMRC, NIM39110): prefixes in use, suffix A to D; there is no check digit."""
    number = _bare(value)
    return None if _NINO.fullmatch(number) and number[:2] not in _NINO_NEVER and int(number[2:8]) else False


def uk_account(value: str) -> bool | None:
    """UK sort code and account number (Pay.UK); the modulus tables are not bundled, only repeated digits are refused."""
    number = _bare(re.sub("[a-z]", "", value, flags=re.IGNORECASE))
    return None if len(number) == 14 and len(set(number[6:])) > 1 else False  # noqa: PLR2004 - six and eight digits


_COUNTRIES_2 = frozenset(
    """
    AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR
    CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID
    IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH
    SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split(),  # noqa: SIM905 - a table of codes
)
"""Alpha-2 country codes, ISO 3166-1, and XK, which ISO 9362 uses for Kosovo."""


def bic(value: str) -> bool | None:
    """Business identifier code, ISO 9362: eight or eleven characters with a country code at 5 and 6; it has no check."""
    code = _bare(value)
    return None if re.fullmatch(r"[A-Z]{6}[0-9A-Z]{2}(?:[0-9A-Z]{3})?", code) and code[4:6] in _COUNTRIES_2 else False


_MRZ_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}


def _mrz_check(field: str, digit: str) -> bool:
    """ICAO Doc 9303-3, 4.9: weights 7 3 1, modulo 10."""
    total = sum(_MRZ_VALUES[character] * (7, 3, 1)[place % 3] for place, character in enumerate(field))
    return str(total % 10) == digit


def passport_mrz(value: str) -> bool:
    """Machine-readable zone of a passport, ICAO Doc 9303-4 (TD3): the five check digits of its second line."""
    line = re.sub(r"\s", "", value)[-44:]
    if not re.fullmatch(r"[0-9A-Z<]{44}", line):
        return False
    # An empty optional field may have a filler in place of its check digit (9303-4, 4.2.2.2).
    optional = "0" if line[42] == "<" and not line[28:42].strip("<") else line[42]
    fields = ((line[0:9], line[9]), (line[13:19], line[19]), (line[21:27], line[27]), (line[28:42], optional))
    composite = line[0:10] + line[13:20] + line[21:43]
    return all(_mrz_check(field, digit) for field, digit in fields) and _mrz_check(composite, line[43])
