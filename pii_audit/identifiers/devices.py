"""Validators of what moves: SIM cards, vehicles, and places on the earth.

Each takes folded text and gives True (proven), False (refuted) or None (nothing to tell by).
"""

from __future__ import annotations

import re

from pii_audit.identifiers.cards import luhn

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z]")


def _bare(value: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", value).upper()


def iccid(value: str) -> bool | None:
    """ICCID of a mainland SIM card, ITU-T E.118: 89 86 and 19 or 20 digits; None where Luhn fails, as on cards without a check digit."""
    number = _bare(value)
    if not re.fullmatch(r"8986[0-9]{15,16}", number) or not number[6:].strip("0"):
        return False
    return True if luhn(number) else None


_CHINESE_NETWORKS = frozenset("00 01 02 03 04 05 06 07 08 09 11 12 13 15 20".split())  # noqa: SIM905 - a table
"""Mobile network codes in use under the mobile country code 460 (ITU-T E.212, list of codes)."""


def imsi(value: str) -> bool | None:
    """IMSI of a mainland subscriber, ITU-T E.212: 460 and a network in use, fifteen digits; there is no check digit."""
    number = _bare(value)
    return None if len(number) == 15 and number[:3] == "460" and number[3:5] in _CHINESE_NETWORKS else False  # noqa: PLR2004 - E.212


_VIN_VALUES = {character: int(character) for character in "0123456789"} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin(value: str) -> bool | None:
    """Vehicle identification number, GB 16735-2019 (ISO 3779): 17 characters without I O Q, last four digits; its check digit proves it.

    Imported vehicles and older ones have none, hence None and not False where it disagrees.
    """
    number = _bare(value)
    if not re.fullmatch(r"[0-9A-HJ-NPR-Z]{13}[0-9]{4}", number) or number.isdecimal() or number.isalpha():
        return False
    total = sum(weight * _VIN_VALUES[character] for weight, character in zip(_VIN_WEIGHTS, number, strict=True))
    return True if "0123456789X"[total % 11] == number[8] else None


_PAIR = re.compile(r"(-?[0-9]{1,3}\.[0-9]+)[^0-9.-]+(-?[0-9]{1,3}\.[0-9]+)")
_CHINA_LONGITUDES, _CHINA_LATITUDES = (73.0, 136.0), (3.0, 54.0)
"""Bounds of the territory in degrees (WGS 84 and GCJ-02 alike)."""


def coordinates(value: str) -> bool | None:
    """A pair of degrees: True within the bounds of China, in either order, None elsewhere on earth, False beyond 90 and 180."""
    found = _PAIR.fullmatch(value.strip())
    if found is None:
        return False
    first, second = float(found[1]), float(found[2])
    if _inside(first, second) or _inside(second, first):
        return True
    small, large = sorted((abs(first), abs(second)))
    return None if small <= 90 and large <= 180 and large >= 1 else False  # noqa: PLR2004 - degrees of latitude and longitude


def _inside(longitude: float, latitude: float) -> bool:
    west, east = _CHINA_LONGITUDES
    south, north = _CHINA_LATITUDES
    return west <= longitude <= east and south <= latitude <= north
