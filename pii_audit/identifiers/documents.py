"""Validators of identity documents and organisation codes.

Each takes folded text and gives True (proven), False (refuted) or None (nothing to tell by).
"""

from __future__ import annotations

import re
from string import ascii_uppercase, digits

from pii_audit.identifiers.calendars import birth_date, calendar_day

PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split(),  # noqa: SIM905 - a table
)
"""First two digits of the codes of GB/T 2260 (71 Taiwan, 81 Hong Kong, 82 Macao), and 83, which residence permits use for Taiwan."""
RESIDENCE_PERMIT_AREAS = ("810000", "820000", "830000")
"""First six digits of the numbers of residence permits: Hong Kong, Macao, Taiwan."""
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z]")


def _bare(value: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", value).upper()


_WEIGHTS = tuple(2**place % 11 for place in range(17, 0, -1))
_CHECKS = "10X98765432"
"""By the weighted sum modulo 11 (ISO 7064 MOD 11-2)."""


def _mod_11_2(number: str) -> bool:
    """18 characters with a birth date at 7 to 14 and a check character by ISO 7064 MOD 11-2 (GB 11643-1999, 6.2)."""
    if len(number) != 18 or not number[:17].isdecimal():  # noqa: PLR2004 - GB 11643-1999, 6.1
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    return number[17] == _CHECKS[total % 11] and birth_date(number[6:14])


def resident_id(value: str) -> bool:
    """Citizen identification number, GB 11643-1999: province (GB/T 2260), birth date up to today, check character MOD 11-2."""
    number = _bare(value)
    return number[:2] in PROVINCES and number[:6] not in RESIDENCE_PERMIT_AREAS and _mod_11_2(number)


def resident_id_15(value: str) -> bool | None:
    """First-generation number, GB 11643-1989: province and a birth date of the 20th century; it has no check digit."""
    number = _bare(value)
    plausible = len(number) == 15 and number.isdecimal() and number[:2] in PROVINCES and birth_date(f"19{number[6:12]}")  # noqa: PLR2004
    return None if plausible else False


def hmt_residence_permit(value: str) -> bool:
    """Residence permit for Hong Kong, Macao and Taiwan residents (2018 measures): 810000, 820000 or 830000, then as GB 11643-1999."""
    number = _bare(value)
    return number[:6] in RESIDENCE_PERMIT_AREAS and _mod_11_2(number)


def foreign_pr_2023(value: str) -> bool:
    """Foreign permanent resident ID card, machine-readable rules of 2023: first digit 9, then as GB 11643-1999."""
    number = _bare(value)
    return number[:1] == "9" and _mod_11_2(number)


COUNTRIES = frozenset(
    """
    ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM BLR BLZ BMU BOL BRA
    BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU
    EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND
    HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO
    LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC
    NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM
    SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA
    UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE
    """.split(),  # noqa: SIM905 - a table of 249 codes
)
"""Alpha-3 country codes, ISO 3166-1."""


def foreign_pr_2017(value: str) -> bool | None:
    """Earlier foreign permanent resident card: a country code (ISO 3166-1 alpha-3) and 12 digits, the check digit of which is not public."""
    return None if _bare(value)[:3] in COUNTRIES else False


def tw_permit(value: str) -> bool | None:
    """Mainland travel permit for Taiwan residents: eight or ten digits without a check; what reads as a date is taken for one."""
    return False if calendar_day(_bare(value)[:8]) else None


USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
"""Values by place in the alphabet, and weights by place in the code, GB 32100-2015."""
_USCC_LENGTH = 18
_USCC_CLASSES = {
    "1": "1239",
    "5": "1239",
    "9": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "6": "129",
    "7": "129",
    "8": "19",
}
"""Classes of organisations by registering authority (GB 32100-2015, table 1)."""
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc(value: str) -> bool:
    """Unified social credit code, GB 32100-2015: registering authority (table 1), alphabet without I O S V Z, check character modulo 31.

    Eighteen digits alone are mostly numbers of other things, of which one in 31 passes: there the class (table 1), the province (GB/T 2260, 10
    for the nation) and the check digit of the organisation code (GB 11714-1997) have to agree too.
    """
    number = _bare(value)
    if len(number) != _USCC_LENGTH or number[0] not in "123456789ANY":
        return False
    digits = [USCC_ALPHABET.find(character) for character in number]
    weighted = sum(weight * digit for weight, digit in zip(USCC_WEIGHTS, digits, strict=False))
    if min(digits) < 0 or (weighted + digits[-1]) % 31 or not number[2:8].isdecimal():
        return False
    return not number.isdecimal() or _of_an_organisation(number)


def _of_an_organisation(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_ORGANISATION_WEIGHTS, number[8:16], strict=True))
    place = number[2:4] in PROVINCES or number[2:4] == "10"
    return place and number[1] in _USCC_CLASSES[number[0]] and (total + int(number[16])) % 11 == 0


def hkid(value: str) -> bool:
    """Hong Kong identity card (published practice of the Immigration Department): letters A = 10, weights 9 to 2, modulo 11."""
    number = _bare(value).rjust(9)
    if not re.fullmatch(r"[ A-Z][A-Z][0-9]{6}[0-9A]", number):
        return False
    values = [36 if character == " " else int(character, 36) for character in number]
    weighted = sum(weight * item for weight, item in zip(range(9, 1, -1), values, strict=False))
    return (weighted + values[-1]) % 11 == 0


_TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""Letters of the Taiwan identity number in the order of their codes 10 to 35 (I = 34 and O = 35 came last)."""


def tw_id(value: str) -> bool:
    """Taiwan identity card (second character 1 or 2) and resident certificate of 2021 (8 or 9): weights 1, 9 … 1, 1, modulo 10."""
    number = _bare(value)
    if not re.fullmatch(r"[A-Z][1289][0-9]{8}", number):
        return False
    code = 10 + _TW_LETTERS.index(number[0])
    values = [code // 10, code % 10, *map(int, number[1:])]
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return sum(weight * item for weight, item in zip(weights, values, strict=True)) % 10 == 0


def us_ssn(value: str) -> bool | None:
    """US Social Security number: area, group and serial that the SSA issues; since 2011 nothing else can be checked."""
    from stdnum.us import ssn  # noqa: PLC0415 - python-stdnum loads only when a number is checked

    number = _bare(value)
    repeated = len(set(number)) == 1
    return None if ssn.is_valid(f"{number[:3]}-{number[3:5]}-{number[5:]}") and not repeated else False


def driver_file(value: str) -> bool | None:
    """File number of a driving licence: twelve digits that begin with a province (GB/T 2260) and read as no date; it has no check digit."""
    number = _bare(value)
    plausible = len(number) == 12 and number.isdecimal() and number[:2] in PROVINCES  # noqa: PLR2004 - twelve digits
    return None if plausible and not calendar_day(number[:8]) else False


def local_number(value: str) -> bool | None:
    """A number of a local format (social security, funds): nothing to check it by, save that a date is none."""
    number = _bare(value)
    dated = len(number) in (8, 14) and calendar_day(number[:8])
    return False if dated or len(set(number)) == 1 else None


PLATE_LETTERS = frozenset(ascii_uppercase) - frozenset("IO")
"""Letters on number plates, GA 36-2018: I and O are left out."""


def plate(value: str) -> bool | None:
    """Motor-vehicle number plate, GA 36-2018: an issuing office letter, and at least two digits after it; there is no check digit."""
    rest = [character for character in value[1:].upper() if character.isalnum()]
    serial = rest[1:]
    enough = sum(character in digits for character in serial) >= 2  # noqa: PLR2004 - GA 36-2018: two letters at most in five places
    return None if rest and rest[0] in PLATE_LETTERS and enough else False
