"""Hard negatives: what looks like an identifier and is none.

Numbers that are free to be anything are drawn again where they could be an identifier by accident, so that a label "none" is true.
The `lookalike_` kinds are the exception and say so: without their words nobody could tell them from the real thing.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from benchmarks.corpus import check_digits as check
from benchmarks.corpus.values import card_number, digits, mobile_number, resident_number


@dataclass(frozen=True, slots=True)
class Decoy:
    """One hard negative of a kind."""

    kind: str
    text: str


def _day(random: Random) -> str:
    return f"20{random.randrange(20, 27)}{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}"


def _seconds(random: Random) -> int:
    return random.randrange(1_600_000_000, 1_790_000_000)


def _innocent(make: Callable[[Random], str]) -> Callable[[Random], str]:
    """The first draw that is no identifier by accident."""

    def drawn(random: Random) -> str:
        while any(map(check.is_identifier, (text := make(random)).split("-"))):
            pass
        return text

    return drawn


def _wrong_digit(text: str, right: str, random: Random) -> str:
    return text[:-1] + random.choice([digit for digit in "0123456789" if digit != right])


def _wrong_card(random: Random) -> str:
    text = card_number(random)
    return _wrong_digit(text, text[-1], random)


def _wrong_resident(random: Random) -> str:
    text = resident_number(random)
    return _wrong_digit(text, text[-1], random)


def _uuid(random: Random) -> str:
    text = f"{random.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{random.choice('89ab')}{text[17:20]}-{text[20:]}"


def _digit_heavy_uuid(random: Random) -> str:
    text = digits(random, 32)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"


def _hex(random: Random) -> str:
    length = random.choice((8, 16, 32, 40, 64))
    text = f"{random.getrandbits(4 * length):0{length}x}"
    return _hex(random) if text.isdecimal() else text


def _base64(random: Random) -> str:
    return base64.b64encode(random.randbytes(random.choice((12, 24, 33, 64)))).decode()


def _date_after_1970(random: Random) -> str:
    return f"20{random.randrange(18, 27)}-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}"


_AMOUNTS: tuple[Callable[[Random], str], ...] = (
    lambda random: f"{random.randrange(1, 10**6):,}.{digits(random, 2)}",
    lambda random: f"{random.randrange(1, 10**8)}.{digits(random, 2)}",
    lambda random: f"¥{random.randrange(1, 10**5):,}.{digits(random, 2)}",
    lambda random: f"{random.randrange(1, 10**4)}.{digits(random, random.choice((4, 6, 8, 11)))}",
)

_ORDERS: tuple[Callable[[Random], str], ...] = (
    lambda random: _day(random) + digits(random, random.choice((8, 9, 10, 11, 12))),
    lambda random: f"1{digits(random, 18)}",
    lambda random: digits(random, 19),
    lambda random: digits(random, 16),
    lambda random: digits(random, random.choice((9, 10, 12, 20, 22))),
    lambda random: (
        f"{random.choice(('ORD', 'PAY', 'TX', 'SO-', 'REF', 'LN'))}{digits(random, random.choice((11, 12, 16, 18)))}"
    ),
)

DECOYS: Mapping[str, Callable[[Random], str]] = {
    "order_number": _innocent(lambda random: random.choice(_ORDERS)(random)),
    "order_number_19": _innocent(lambda random: random.choice(("1", "2", "5", "8", "9")) + digits(random, 18)),
    "timestamp_s": lambda random: str(_seconds(random)),
    "timestamp_ms": lambda random: f"{_seconds(random)}{digits(random, 3)}",
    "timestamp_us": lambda random: f"{_seconds(random)}{digits(random, 6)}",
    "date": _date_after_1970,
    "date_basic": _day,
    "uuid": _uuid,
    "uuid_digits": _digit_heavy_uuid,
    "hex": _hex,
    "base64": _base64,
    "amount": lambda random: random.choice(_AMOUNTS)(random),
    "amount_large": lambda random: f"1{random.randrange(3, 10)}{digits(random, 9)}.{digits(random, 2)}",
    "wrong_card": _innocent(_wrong_card),
    "wrong_resident_id": _innocent(_wrong_resident),
    "version": lambda random: ".".join(str(random.randrange(1, 20)) for _ in range(random.choice((3, 3, 4)))),
    "product_code": lambda random: (
        f"{random.choice(('SKU', 'P', 'AB', 'CFP-', 'WM', 'H', 'E'))}{digits(random, random.choice((4, 6, 7)))}"
    ),
    "token_with_number": lambda random: (
        f"{random.choice('abcdefxyz')}{mobile_number(random)}{random.choice(('', 'k', 'z9'))}"
    ),
    "service_number": lambda random: f"{random.choice(('400', '800'))}-{digits(random, 3)}-{digits(random, 4)}",
    "short_number": lambda random: str(random.randrange(1, 99_999)),
    "lookalike_mobile": mobile_number,
    "lookalike_card": lambda random: card_number(random, separable=True),
}
"""The kinds of hard negatives that both corpora have, and how each is made."""

HELD_OUT_DECOYS: Mapping[str, Callable[[Random], str]] = {
    "tracking_number": _innocent(
        lambda random: f"{random.choice(('SF', 'YT', 'JD', 'EMS', '7', '7', '7'))}{digits(random, 13)}"
    ),
    "isbn": lambda random: f"978-7-{digits(random, 3)}-{digits(random, 5)}-{digits(random, 1)}",
    "ean": lambda random: f"69{digits(random, 11)}",
    "ticker": lambda random: (
        f"{random.choice(('600', '000', '300', '688'))}{digits(random, 3)}.{random.choice(('SH', 'SZ'))}"
    ),
    "git_commit": lambda random: f"{random.getrandbits(160):040x}",
    "iso_time": lambda random: (
        f"{_date_after_1970(random)}T{random.randrange(24):02d}:{random.randrange(60):02d}:00.{digits(random, 6)}+08:00"
    ),
    "phase": lambda random: f"{digits(random, 3)}-{digits(random, 4)}-{digits(random, 3)}",
    "serial": lambda random: random.choice(
        (f"SN{digits(random, 12)}", f"{digits(random, 5)}-{digits(random, 5)}-{digits(random, 5)}")
    ),
    "scientific": lambda random: f"{random.random() * 9 + 1:.11f}e+{random.randrange(10, 20)}",
}
"""What the held-out corpus has besides."""


def decoy(random: Random, kind: str) -> Decoy:
    """A hard negative of a kind."""
    make = DECOYS.get(kind) or HELD_OUT_DECOYS[kind]
    return Decoy(kind, make(random))
