"""Numbers with the check digits that their standards ask for, so that they are recognised as real ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from random import Random

RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643-1999: ISO 7064 MOD 11-2."""
RESIDENT_CHECK = "10X98765432"

ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11714-1997, the nine-character organisation code inside a unified social credit code."""
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: without I O S V Z, which are taken for digits."""

BCRYPT_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

MOBILE_PREFIXES = (
    *("130", "131", "133", "135", "136", "137", "138", "139", "150", "151", "152", "155", "157", "158", "159"),
    *("177", "178", "180", "181", "182", "185", "186", "187", "188", "189", "191", "198", "199"),
)
DEBIT_BIN = "629988"
CREDIT_BIN = "629966"


def digits(random: Random, count: int) -> str:
    """That many random digits."""
    return "".join(random.choices("0123456789", k=count))


def resident_id(area: str, birth: date, sequence: int) -> str:
    """An 18-character resident identity number (GB 11643-1999); an odd `sequence` is a man's."""
    body = f"{area}{birth:%Y%m%d}{sequence:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(RESIDENT_WEIGHTS, body, strict=True))
    return body + RESIDENT_CHECK[total % 11]


def luhn_digit(body: str) -> str:
    """The check digit that makes `body` pass Luhn's test (ISO/IEC 7812-1 annex B)."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def bank_card(random: Random, prefix: str, length: int) -> str:
    """A card number of that issuer prefix and length."""
    body = prefix + digits(random, length - len(prefix) - 1)
    return body + luhn_digit(body)


def not_a_card(random: Random, prefix: str, length: int) -> str:
    """A serial number that starts like a card and fails Luhn's test."""
    body = prefix + digits(random, length - len(prefix) - 1)
    return body + str((int(luhn_digit(body)) + random.randint(1, 9)) % 10)


def mobile(random: Random) -> str:
    """An eleven-digit mobile number of a prefix in use."""
    return random.choice(MOBILE_PREFIXES) + digits(random, 8)


def credit_code(random: Random, area: str) -> str:
    """A unified social credit code of an enterprise (GB 32100-2015)."""
    organisation = "MA" + "".join(random.choices(CREDIT_ALPHABET, k=6))
    weighted = zip(ORGANISATION_WEIGHTS, organisation, strict=True)
    remainder = -sum(weight * int(character, 36) for weight, character in weighted) % 11
    body = f"91{area}{organisation}{'0123456789X'[remainder]}"
    total = sum(pow(3, place, 31) * CREDIT_ALPHABET.index(character) for place, character in enumerate(body))
    return body + CREDIT_ALPHABET[-total % 31]


def bcrypt_shape(random: Random) -> str:
    """Text with the shape of a bcrypt hash (modular crypt format, cost 12); it is the hash of nothing."""
    return "$2b$12$" + "".join(random.choices(BCRYPT_ALPHABET, k=53))


def uuid(random: Random) -> str:
    """A version 4 UUID (RFC 9562 section 5.4)."""
    text = f"{random.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{random.choice('89ab')}{text[17:20]}-{text[20:]}"


def unique(taken: set[str], candidates: Iterable[str]) -> str:
    """The first candidate that nobody has yet; it is then taken."""
    for candidate in candidates:
        if candidate not in taken:
            taken.add(candidate)
            return candidate
    message = "the candidates ended before one was free"
    raise ValueError(message)
