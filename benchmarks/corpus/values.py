"""True identifiers: each with its check digit, in the ways that people and systems write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from benchmarks.corpus import check_digits as check
from benchmarks.corpus.people import Stock, mailbox, postal_address

FIRST_BIRTH = date(1940, 1, 1)
FULL_WIDTH = {**{code: code + 0xFEE0 for code in range(0x21, 0x7F)}, 0x20: 0x3000}


@dataclass(frozen=True, slots=True)
class Value:
    """One identifier as it is written; `style` says how."""

    identifier: str
    text: str
    style: str = "plain"


def digits(random: Random, count: int) -> str:
    """That many random digits."""
    return f"{random.randrange(10**count):0{count}d}"


def _birth(random: Random) -> date:
    return FIRST_BIRTH + timedelta(days=random.randrange(25_000))


def resident_number(random: Random, area: str = "") -> str:
    """Eighteen characters by GB 11643-1999; the county part 99 exists nowhere, so that the number is nobody's."""
    area = area or f"{random.choice(check.PROVINCES)}{random.randrange(1, 13):02d}99"
    body = f"{area}{_birth(random):%Y%m%d}{digits(random, 3)}"
    return body + check.mod_11_2(body)


def card_number(random: Random, *, separable: bool = False) -> str:
    """A payment card number of any issuer range and length; with `separable`, one of sixteen or nineteen digits."""
    ranges: tuple[tuple[str, int], ...] = (
        ("62", 16),
        ("62", 19),
        ("62", 19),
        ("4", 16),
        (f"5{random.randrange(1, 6)}", 16),
    )
    if not separable:
        ranges += (
            ("37", 15),
            ("3530", 16),
            ("9558", 19),
            ("62", 17),
            ("62", 18),
            ("36", 14),
            ("6011", 16),
            ("2300", 16),
        )
    prefix, length = random.choice(ranges)
    body = prefix + digits(random, length - len(prefix) - 1)
    return body + check.luhn(body)


def mobile_number(random: Random) -> str:
    """Eleven digits with a prefix in force."""
    return random.choice(check.MOBILE_PREFIXES) + digits(random, 8)


def credit_code(random: Random) -> str:
    """A unified social credit code (GB 32100-2015)."""
    unit = random.choice(("MA", "60", "71")) + "".join(random.choices(check.CREDIT_ALPHABET, k=6))
    body = f"{random.choice(('91', '92', '12'))}{random.choice(check.PROVINCES)}{random.randrange(1, 9):02d}00{unit}{check.organisation(unit)}"
    return body + check.mod_31(body)


def _grouped(text: str, random: Random, *sizes: int) -> str:
    separator, parts, at = random.choice(" -"), [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return separator.join(part for part in (*parts, text[at:]) if part)


def _styled(random: Random, identifier: str, text: str, *others: tuple[str, str]) -> Value:
    """The plain form mostly, else one of the others (style, text) or full-width."""
    draw = random.random()
    if draw < 0.04:  # noqa: PLR2004 - a share of one in 25
        return Value(identifier, text.translate(FULL_WIDTH), "full_width")
    if others and draw < 0.30:  # noqa: PLR2004 - about a quarter
        style, written = random.choice(others)
        return Value(identifier, written, style)
    return Value(identifier, text)


def _resident_id(random: Random, _: Stock) -> Value:
    text = resident_number(random)
    others = [("grouped", _grouped(text, random, 6, 8))]
    if text.endswith("X"):
        others.append(("lower", text.lower()))
    return _styled(random, "cn_resident_id", text, *others)


def _bank_card(random: Random, _: Stock) -> Value:
    if random.random() < 0.2:  # noqa: PLR2004 - embossed cards are written in groups
        text = card_number(random, separable=True)
        return Value("bank_card", _grouped(text, random, 4, 4, 4, 4), "grouped")
    return _styled(random, "bank_card", card_number(random))


def _mobile(random: Random, _: Stock) -> Value:
    text = mobile_number(random)
    prefix = random.choice(("+86", "+86 ", "+86-", "0086", "86-", "(+86)"))
    return _styled(
        random,
        "cn_mobile",
        text,
        ("grouped", _grouped(text, random, 3, 4)),
        ("prefixed", prefix + text),
        ("prefixed_grouped", prefix.strip() + " " + _grouped(text, random, 3, 4)),
    )


def _landline(random: Random, _: Stock) -> Value:
    area, length = random.choice(
        (("010", 8), ("021", 8), ("0571", 8), ("0755", 8), ("0351", 7), ("0898", 8), ("028", 8))
    )
    local = str(random.randrange(2, 10)) + digits(random, length - 1)
    extension = random.choice(("转", "-", " ext ")) + str(random.randrange(100, 9999))
    return _styled(
        random,
        "cn_landline",
        f"{area}-{local}",
        ("brackets", f"({area}){local}"),
        ("spaced", f"{area} {local[:-4]} {local[-4:]}"),
        ("extension", f"{area}-{local}{extension}"),
        ("prefixed", f"+86 {area[1:]} {local}"),
    )


def _phone_abroad(random: Random, _: Stock) -> Value:
    text = random.choice(
        (
            f"+1 ({random.randrange(201, 990)}) {random.randrange(200, 999)}-{digits(random, 4)}",
            f"+852 {random.choice('5679')}{digits(random, 3)} {digits(random, 4)}",
            f"+44 20 {random.choice('378')}{digits(random, 3)} {digits(random, 4)}",
            f"+65{random.choice('89')}{digits(random, 7)}",
            f"+81-90-{digits(random, 4)}-{digits(random, 4)}",
        )
    )
    return Value("phone_intl", text)


def _ip_address(random: Random, _: Stock) -> Value:
    if random.random() < 0.2:  # noqa: PLR2004 - most are still of version 4
        groups = [f"{random.randrange(0x1000, 0xFFFF):x}" for _ in range(6)]
        if random.random() < 0.5:  # noqa: PLR2004 - either way of writing it
            return Value("ip_address", f"2408:8207:{':'.join(groups)}", "v6")
        return Value("ip_address", f"2408:8207:{groups[0]}::{groups[1]}", "v6_short")
    octets = (
        random.choice((39, 47, 58, 61, 101, 114, 121, 183, 202, 223)),
        *(random.randrange(1, 255) for _ in range(3)),
    )
    return Value("ip_address", ".".join(map(str, octets)))


def _mac_address(random: Random, _: Stock) -> Value:
    octets = [f"{random.randrange(64) * 4:02x}", *(f"{random.randrange(256):02x}" for _ in range(5))]
    if not any(int(octet, 16) for octet in octets):
        octets[5] = "01"
    return Value("mac_address", random.choice(":-").join(octets).upper() if random.random() < 0.5 else ":".join(octets))  # noqa: PLR2004


def _iban(random: Random, _: Stock) -> Value:
    country, account = random.choice(
        (
            ("DE", digits(random, 18)),
            ("GB", random.choice(("WEST", "BARC", "NWBK")) + digits(random, 14)),
            ("FR", digits(random, 23)),
            ("NL", random.choice(("ABNA", "INGB")) + digits(random, 10)),
            ("CH", digits(random, 17)),
        )
    )
    text = f"{country}{check.mod_97_10(country, account)}{account}"
    return _styled(random, "iban", text, ("grouped", " ".join(text[at : at + 4] for at in range(0, len(text), 4))))


def _hkid(random: Random, _: Stock) -> Value:
    letters = random.choice("ABCDEGHKMPRSVYZ") if random.random() < 0.9 else random.choice(("WX", "XA", "EC"))  # noqa: PLR2004
    serial = digits(random, 6)
    return Value("hkid", f"{letters}{serial}({check.hong_kong(letters, serial)})")


def _tw_id(random: Random, _: Stock) -> Value:
    letter, body = random.choice("ABCDEFGHJKLMNPQRSTUVXYWZIO"), random.choice("12") + digits(random, 7)
    return Value("tw_id", f"{letter}{body}{check.taiwan(letter, body)}")


def _plate(random: Random, _: Stock) -> Value:
    office = random.choice("京沪津渝浙苏粤川鲁鄂") + random.choice("ABCDEFGH")
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    serial = random.choice((digits(random, 5), random.choice(letters) + digits(random, 4), f"D{digits(random, 5)}"))
    return _styled(
        random, "vehicle_plate", office + serial, ("dot", f"{office}·{serial}"), ("spaced", f"{office} {serial}")
    )


def _track(random: Random, _: Stock) -> Value:
    card, expiry = card_number(random), f"{random.randrange(27, 36)}{random.randrange(1, 13):02d}"
    if random.random() < 0.5:  # noqa: PLR2004 - either track
        return Value("card_track2", f";{card}={expiry}101{digits(random, 10)}?")
    return Value(
        "card_track1",
        f"%B{card}^{random.choice(('ZHANG/SAN', 'LI/SI', 'SMITH/JOHN'))}^{expiry}101{digits(random, 10)}?",
    )


def _secret(random: Random, _: Stock) -> Value:
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    word = "".join(random.choices(letters, k=random.randrange(5, 16)))
    return Value(
        "login_credential", f"{word}{random.choice(('!', '@', '#', '-', '_', '%'))}{random.randrange(10, 9999)}"
    )


def _choice(identifier: str, *shapes: str) -> Callable[[Random, Stock], Value]:
    """Values of fixed shapes: 9 stands for a digit, everything else for itself."""

    def make(random: Random, _: Stock) -> Value:
        shape = random.choice(shapes)
        return Value(
            identifier, "".join(str(random.randrange(10)) if character == "9" else character for character in shape)
        )

    return make


def _legacy_id(random: Random, _: Stock) -> Value:
    birth = date(1940, 1, 1) + timedelta(days=random.randrange(20_000))
    return Value(
        "cn_resident_id_15",
        f"{random.choice(check.PROVINCES)}{random.randrange(1, 13):02d}99{birth:%y%m%d}{digits(random, 3)}",
    )


def _permit(identifier: str, *areas: str) -> Callable[[Random, Stock], Value]:
    return lambda random, _: Value(identifier, resident_number(random, random.choice(areas)))


def _imei(random: Random, _: Stock) -> Value:
    body = f"35{digits(random, 12)}"
    return Value("imei", body + check.luhn(body))


def _place(random: Random, _: Stock) -> Value:
    """A place to about ten centimetres, longitude first as maps of China give it."""
    return Value(
        "location", f"{random.randrange(73, 135)}.{digits(random, 6)},{random.randrange(18, 53)}.{digits(random, 6)}"
    )


def _ssn(random: Random, _: Stock) -> Value:
    return Value("us_ssn", f"{random.randrange(100, 666)}-{random.randrange(10, 99)}-{random.randrange(1000, 9999)}")


MAKERS: Mapping[str, tuple[float, Callable[[Random, Stock], Value]]] = {
    "cn_mobile": (20, _mobile),
    "cn_resident_id": (16, _resident_id),
    "bank_card": (16, _bank_card),
    "email": (8, lambda random, stock: _styled(random, "email", mailbox(random, stock))),
    "address": (4, lambda random, stock: Value("address", postal_address(random, stock))),
    "cn_landline": (4, _landline),
    "ip_address": (4, _ip_address),
    "cn_uscc": (2, lambda random, _: Value("cn_uscc", credit_code(random))),
    "cn_bank_account": (
        2,
        _choice("cn_bank_account", "1202029999999999999", "33009999999999999999", "8099999999999", "1109999999999999"),
    ),
    "phone_intl": (2, _phone_abroad),
    "mac_address": (1.5, _mac_address),
    "vehicle_plate": (1.5, _plate),
    "cn_passport": (1.5, _choice("cn_passport", "E99999999", "EA9999999", "EK9999999", "G99999999")),
    "login_credential": (1.5, _secret),
    "otp_code": (1.5, _choice("otp_code", "999999", "9999")),
    "card_cvv2": (1, _choice("card_cvv2", "999")),
    "card_expiry": (
        1,
        lambda random, _: Value("card_expiry", f"{random.randrange(1, 13):02d}/{random.randrange(27, 36)}"),
    ),
    "card_pin": (1, _choice("card_pin", "999999")),
    "card_track": (1, _track),
    "cn_exit_permit": (1, _choice("cn_exit_permit", "C99999999", "CA9999999", "L99999999")),
    "cn_foreign_pr_2017": (1, _choice("cn_foreign_pr_2017", "USA119977910199", "CAN310085010199", "DEU440090123199")),
    "cn_foreign_pr_2023": (1, _permit("cn_foreign_pr_2023", "911840", "931826", "944392")),
    "cn_hmt_residence_permit": (1, _permit("cn_hmt_residence_permit", "810000", "820000", "830000")),
    "cn_military_id": (1, _choice("cn_military_id", "军字第9999999号", "士字第9999999号", "文字第999999号")),
    "cn_resident_id_15": (1, _legacy_id),
    "hk_macao_permit": (1, _choice("hk_macao_permit", "H99999999", "M99999999", "H9999999901")),
    "hkid": (1, _hkid),
    "iban": (1, _iban),
    "imei": (1, _imei),
    "location": (1, _place),
    "tw_id": (1, _tw_id),
    "tw_permit": (1, _choice("tw_permit", "09999999", "0999999901")),
    "us_ssn": (1, _ssn),
}
"""How often each identifier stands in the corpora (relative), and how it is made."""
