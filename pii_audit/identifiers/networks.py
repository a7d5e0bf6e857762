"""Validators of telephone numbers, e-mail and network addresses."""

from __future__ import annotations

import re
from functools import lru_cache

from pii_audit.identifiers import canonical

_MOBILE = re.compile(
    r"1(?:[38][0-9]|4[579]|5[0-35-9]|6[2567]|7[0-35-8]|9[0-35-9])[0-9]{8}|174(?:0[0-5]|9[0-9])[0-9]{6}"
)
"""Mobile prefixes in force, MIIT numbering plan of the public network: with virtual operators (162 165 167 170 171), data cards (145 147 149),
satellite (1740[0-5], 1749) and broadcasting (192). 140, 141, 144, 146 and 148 number things, with 13 digits."""

_AREA_CODES = re.compile(
    r"0(?:10|2[0-57-9]"
    r"|31[0-9]|335|349|35[0-9]|37[0-9]|39[1-68]"
    r"|41[0-9]|42[179]|43[1-9]|45[1-9]|46[4789]|47[0-9]|48[23]"
    r"|51[0-9]|52[37]|53[0-9]|54[36]|55[0-9]|56[1-6]|57[0-9]|580|59[1-9]"
    r"|63[1-5]|66[0238]|69[12]"
    r"|701|71[0-9]|72[248]|73[0-9]|74[3-6]|75[0-9]|76[023689]|77[0-9]|79[0-9]"
    r"|81[236-8]|82[5-7]|83[0-9]|85[1-9]|87[0-9]|88[36-8]|89[1-8]"
    r"|90[1-36-9]|91[1-9]|93[0-9]|94[13]|95[1-5]|97[0-9]|99[0-9])"
)
"""Long-distance area codes of the mainland, MIIT numbering plan of the public network; merged ones (0413, 0634, 0733) still stand in old records."""

_COUNTRY_CODES = re.compile(
    r"1|7|2(?:0|7|1[1-368]|[2346][0-9]|5[0-8]|9[01789])|3(?:[0-469]|5[0-9]|7[0-8]|8[0-35-79])"
    r"|4(?:[013-9]|2[013])|5(?:[1-8]|0[0-9]|9[0-9])|6(?:[0-6]|7[02-9]|8[0-35-9]|9[0-2])|8(?:[1246]|5[02356]|8[0-368])|9(?:[0-58]|6[0-8]|7[0-79]|9[2-68])"
)
"""Country codes assigned by ITU-T E.164 (list of assigned codes)."""
_DECIMAL = re.compile(r"\+?[0-9]+\.[0-9]+")


_ASCENDING = "01234567890123456789"
"""Placeholders are parts of it."""
_SERVICE = re.compile(r"400[0-9]{7}|0[0-9]{2,3}9[56][0-9]{3}")
"""Numbers of enterprises for which callers pay in part, and short numbers of banks and other services with an area code."""
_TOLL_FREE = re.compile(r"\(?800\)?[ ./-]{1,3}[0-9]{3}[ ./-]?[0-9]{4}")
"""Numbers of enterprises that pay for their callers, as they are written; ten digits in a row that begin with 800 are a mobile of India."""


def cn_mobile(value: str) -> bool:
    """PRC mobile number: eleven digits with a prefix in force; there is no check digit."""
    return _MOBILE.fullmatch(canonical.mobile(value)) is not None


def mobile_prefixes() -> tuple[str, ...]:
    """The first three digits under which all mobile numbers are in force, ascending."""
    return tuple(str(first) for first in range(130, 200) if _MOBILE.fullmatch(f"{first}50000000"))


def cn_landline(value: str) -> bool:
    """PRC fixed line: an area code in force and a subscriber number that does not begin with 0 or 1, 8 digits where the area has 8."""
    digits = canonical.landline(value)
    area = _AREA_CODES.match(digits)
    if area is None:
        return False
    subscriber = digits[area.end() :]
    shortest = 8 if area.end() == 3 else 7  # noqa: PLR2004 - three-digit area codes have eight-digit numbers
    return shortest <= len(subscriber) <= 8 and subscriber[0] in "23456789" and len(set(subscriber)) > 1  # noqa: PLR2004


def phone_intl(value: str) -> bool | None:
    """International telephone number, ITU-T E.164: assigned country code after a plus, 15 digits at most; no check digit."""
    digits = canonical.international_phone(value)
    if not 7 <= len(digits) <= 15 or len(set(digits)) <= 2 or _DECIMAL.fullmatch(value.strip()):  # noqa: PLR2004 - E.164 clause 6
        return False
    if digits in _ASCENDING or _SERVICE.fullmatch(digits) or _TOLL_FREE.fullmatch(value.strip()):
        return False
    if value.lstrip(" (").startswith("+"):
        return _COUNTRY_CODES.match(digits) is not None
    return None


_FILE_ENDINGS = frozenset("png jpg jpeg gif webp svg bmp ico css js ts map json html htm xml pdf woff py java".split())  # noqa: SIM905 - a list of words
"""What stands behind the last dot of `logo@2x.png`; none of them is a top-level domain in use for mail."""


_OF_SERVERS = frozenset({"git", "hg", "svn"})
"""Accounts in the addresses of repositories: `git@code.example.com:team/project.git`."""
_LABELS = re.compile(r"[^.-](?:[^.]*[^.-])?(?:\.[^.-](?:[^.]*[^.-])?)*", re.DOTALL)
"""Labels of a host name, none of them empty, none with a hyphen at its ends (RFC 1123 2.1)."""


def email(value: str) -> bool:
    """E-mail address, RFC 5321 4.1.2 in its usual form: dot-atom local part, host name labels of RFC 1123; no file name (`a@2x.png`), no repository."""
    local, _, domain = value.rpartition("@")
    return (
        0 < len(local) <= 64  # noqa: PLR2004 - RFC 5321 4.5.3.1.1
        and local not in _OF_SERVERS
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
        and _takes_mail(domain)
    )


@lru_cache(maxsize=4096)
def _takes_mail(domain: str) -> bool:
    return (
        len(domain) <= 255  # noqa: PLR2004 - RFC 5321 4.5.3.1.2
        and _LABELS.fullmatch(domain) is not None
        and domain.rpartition(".")[2].lower() not in _FILE_ENDINGS
    )


_V4 = re.compile(r"(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})")
_V4_NOT_GLOBAL = tuple(
    ((a << 24) + (b << 16) + (c << 8), 0xFFFFFFFF << (32 - bits) & 0xFFFFFFFF)
    for a, b, c, bits in (
        (10, 0, 0, 8),
        (100, 64, 0, 10),
        (169, 254, 0, 16),
        (172, 16, 0, 12),
        (192, 0, 0, 24),
        (192, 0, 2, 24),
        (192, 168, 0, 16),
        (198, 18, 0, 15),
        (198, 51, 100, 24),
        (203, 0, 113, 24),
        (240, 0, 0, 4),
    )
)
"""Networks that are not globally reachable, as network and mask: IANA IPv4 Special-Purpose Address Registry (RFC 6890)."""
_V4_NOBODY = frozenset({0, 127, *range(224, 240), 255})
"""First octets of no station: this network, loopback, multicast, broadcast."""
_VERSION_LIKE = 20


def ip(value: str) -> bool | None:
    """IP address, RFC 791 and RFC 4291: True for a public one, None for private ranges and what may be a version, False for the others."""
    dotted = _V4.fullmatch(value)
    if dotted is None:
        return _ip_v6(value)
    octets = [int(octet) for octet in dotted.groups()]
    if max(octets) > 255 or octets[0] in _V4_NOBODY:  # noqa: PLR2004 - an octet
        return False
    if not any(octets[1:]):
        # A network, or the version that browsers give as their own: Chrome/120.0.0.0.
        return False
    if max(octets) <= _VERSION_LIKE:
        # "3.11.4.2" is far more often a version than an address.
        return None
    number = int.from_bytes(bytes(octets), "big")
    return None if any(number & mask == network for network, mask in _V4_NOT_GLOBAL) else True


def _ip_v6(value: str) -> bool | None:
    from ipaddress import IPv6Address  # noqa: PLC0415 - only where an address is checked

    try:
        address = IPv6Address(value)
    except ValueError:
        return False
    if address.is_unspecified or address.is_loopback or address.is_multicast or address.packed[0] in (0, 255):
        return False
    return True if address.is_global else (None if address.is_private and not address.is_reserved else False)


def mac(value: str) -> bool | None:
    """MAC address, IEEE 802 EUI-48: a station's own address; broadcast, multicast and all-zero ones belong to no device."""
    if not re.fullmatch(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}", value):
        return False
    octets = bytes.fromhex(re.sub("[:-]", "", value))
    return False if octets[0] & 1 or not any(octets) else None
