"""Check digits from their standards, written again here so that the corpora do not depend on what they measure."""

from __future__ import annotations

from datetime import date

MOBILE_PREFIXES = (
    *(
        "130",
        "131",
        "132",
        "133",
        "134",
        "135",
        "136",
        "137",
        "138",
        "139",
        "145",
        "147",
        "149",
        "150",
        "151",
        "152",
        "153",
    ),
    *(
        "155",
        "156",
        "157",
        "158",
        "159",
        "162",
        "165",
        "166",
        "167",
        "170",
        "171",
        "172",
        "173",
        "175",
        "176",
        "177",
        "178",
    ),
    *(
        "180",
        "181",
        "182",
        "183",
        "184",
        "185",
        "186",
        "187",
        "188",
        "189",
        "190",
        "191",
        "192",
        "193",
        "195",
        "196",
        "197",
    ),
    *("198", "199"),
)
"""Prefixes of mobile telephones in force (MIIT numbering plan)."""
PROVINCES = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65".split()  # noqa: SIM905 - a table
"""GB/T 2260, first two digits."""
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: without I O S V Z."""


def mod_11_2(body: str) -> str:
    """The check character of seventeen digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True)) % 11]


def luhn(body: str) -> str:
    """The check digit that a body of digits takes (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 * (value > 9)  # noqa: PLR2004 - the two digits of a product added
    return str(-total % 10)


def mod_97_10(country: str, account: str) -> str:
    """The two check digits of an IBAN (ISO 13616-1, ISO 7064 MOD 97-10)."""
    number = int("".join(str(int(character, 36)) for character in f"{account}{country}00"))
    return f"{98 - number % 97:02d}"


def organisation(body: str) -> str:
    """The check character of an organisation code of eight characters (GB 11714-1997)."""
    weighted = zip((3, 7, 9, 10, 5, 8, 4, 2), body, strict=True)
    return "0123456789X"[-sum(weight * int(character, 36) for weight, character in weighted) % 11]


def mod_31(body: str) -> str:
    """The check character of a unified social credit code of seventeen characters (GB 32100-2015)."""
    total = sum(pow(3, place, 31) * CREDIT_ALPHABET.index(character) for place, character in enumerate(body))
    return CREDIT_ALPHABET[-total % 31]


def hong_kong(letters: str, serial: str) -> str:
    """The check character of a Hong Kong identity card (weights 9 to 2, a missing first letter counts 36, modulo 11)."""
    values = [36 if character == " " else int(character, 36) for character in letters.rjust(2) + serial]
    return "0123456789A"[-sum(weight * value for weight, value in zip(range(9, 1, -1), values, strict=True)) % 11]


def taiwan(letter: str, body: str) -> str:
    """The check digit of a Taiwan identity number of a letter and eight digits (weights 1, 9 to 1, modulo 10)."""
    code = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(letter)
    values = (code // 10, code % 10, *map(int, body))
    return str(-sum(weight * value for weight, value in zip((1, 9, 8, 7, 6, 5, 4, 3, 2, 1), values, strict=True)) % 10)


def is_card(digits: str) -> bool:
    """Whether digits are a possible payment card number: issuer range, a length of it, Luhn."""
    length, head = len(digits), digits[:4]
    ranges = (
        (head[:2] == "62" or head[:2] == "60") and 16 <= length <= 19,  # noqa: PLR2004 - lengths of ISO/IEC 7812-1
        head == "9558" and length == 19,  # noqa: PLR2004 - as above
        head[:1] == "4" and length in (13, 16, 19),
        ("51" <= head[:2] <= "55" or "2221" <= head <= "2720") and length == 16,  # noqa: PLR2004 - as above
        head[:2] in ("34", "37") and length == 15,  # noqa: PLR2004 - as above
        "3528" <= head <= "3589" and length == 16,  # noqa: PLR2004 - as above
        ("300" <= head[:3] <= "305" or head[:2] in ("36", "38", "39")) and length == 14,  # noqa: PLR2004 - as above
        (head == "6011" or "644" <= head[:3] <= "659") and length == 16,  # noqa: PLR2004 - as above
    )
    return any(ranges) and luhn(digits[:-1]) == digits[-1]


def is_resident_id(text: str) -> bool:
    """Whether eighteen characters are a possible resident identity number or a permit built like one."""
    if len(text) != 18 or not text[:17].isdecimal():  # noqa: PLR2004 - GB 11643-1999, 6.1
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return text[:1] != "0" and mod_11_2(text[:17]) == text[17].upper()


def is_mobile(digits: str) -> bool:
    """Whether digits are a possible mobile number, behind a trunk zero or a country code or not."""
    head, number = digits[:-11], digits[-11:]
    return head in ("", "0", "86", "0086") and len(number) == 11 and number[:3] in (*MOBILE_PREFIXES, "174")  # noqa: PLR2004 - the numbering plan


def is_credit_code(text: str) -> bool:
    """Whether eighteen characters are a possible unified social credit code, the organisation code inside it included."""
    return (
        len(text) == 18  # noqa: PLR2004 - GB 32100-2015
        and set(text) <= set(CREDIT_ALPHABET)
        and mod_31(text[:17]) == text[17]
        and organisation(text[8:16]) == text[16]
    )


def is_identifier(text: str) -> bool:
    """Whether a bare number could be one of the identifiers that are told without context."""
    if not text[:-1].isdecimal():
        return False
    return (
        (text.isdecimal() and (is_mobile(text) or is_card(text)))
        or is_resident_id(text)
        or is_credit_code(text.upper())
    )
