"""Postal addresses, told by their shape: Chinese ones by administrative and street words, others by a street word or house number."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pii_audit.identifiers.masking import MASK_CHARACTERS
from pii_audit.identifiers.names import tokens

_LONGEST = 200
"""A cell longer than this is prose."""

_CHINESE_AREA = re.compile(r"省|自治区|特别行政区|市|自治州|盟|县|区|旗|镇|乡|街道|开发区")
_CHINESE_STREET = re.compile(
    r"路|街|大道|道|巷|弄|胡同|里|村|屯|寨|庄|小区|花园|公寓|大厦|广场|家园|苑|园|楼",
)
_CHINESE_NUMBER = re.compile(r"[0-9一二三四五六七八九十百]+ ?(?:号|弄|巷|栋|幢|座|单元|室|楼|层|组|排)|[0-9]+-[0-9]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# In an address # is the number of a unit, and ○ a zero.
_HIDING = re.escape("".join(sorted(MASK_CHARACTERS - frozenset("#＃○"))))
_MASK = re.compile(rf"[{_HIDING}xX]")
_MASKED = re.compile(rf"[{_HIDING}]{{2,}}|[xX]{{3,}}")
"""A masked address is no clear one; how much it hides is judged apart. One sign alone is looked for first, which is quicker."""
_SENTENCE = re.compile(r"[。?!;]|的|了|是|吗|请|吧")

_WORDS = (
    "street st avenue ave road rd boulevard blvd lane ln drive dr court ct place pl square sq terrace parkway pkwy highway hwy way loop circle cir "
    "crescent close quay broadway alley row walk gardens grove hill mews plaza route trail bridge wharf apt apartment suite ste floor unit bldg "
    "building block bloco flat tower house centre center estate village town county city district province "
    "lu jie dadao "
    "rua avenida av praça praca travessa alameda estrada largo rodovia "
    "calle c/ carrera cra avda paseo plaza camino carretera barrio colonia "
    "via viale piazza corso vicolo strada largo "
    "rue allée allee quai chemin impasse cours place boulevard route "
    "straße strasse str platz weg allee gasse ring damm ufer "
    "straat laan plein gracht kade "
    "gatan gata vägen vej vei veien plass gate "
    "ulica ul aleja al plac os krt utca út tér ulice náměstí katu tie"
)
_STREET_WORDS = frozenset(_WORDS.split())
_STREET_ENDINGS = re.compile(
    r"(?:stra(?:ß|ss)e|strasse|straat|gracht|laan|plein|platz|allee|gasse|damm|ufer|gatan|vägen|veien|vejen|vej|vei|katu|krt|utca|weg|ring)"
    r"[,. ]*[0-9]",
    re.IGNORECASE,
)
_PO_BOX = re.compile(r"\b(?:p\.? ?o\.? ?box|postfach|apartado|caixa postal|locked bag)\b ?[0-9]", re.IGNORECASE)
_NUMBER_FIRST = re.compile(
    r"[0-9]{1,6}[A-Za-z]{0,2}(?:[-/][0-9]{1,5}[A-Za-z]?)?,? ?(?:[NSEW]{1,2}\.? )?(?:[0-9]{1,4}(?:st|nd|rd|th)? )?[^\W\d_]"
)
_NUMBER_LAST = re.compile(
    r"[^\W\d_][.)]?,? (?:n[o°º]?\.? ?)?[0-9]{1,5}[A-Za-z]{0,2}(?:[-/][0-9]{1,5}[A-Za-z]?)?\.?(?:,.*)?"
)
_WORD = re.compile(r"c/|[^\W\d_]+", re.IGNORECASE)
_SPACED_NUMBER_LAST = re.compile(
    r"[^\W\d_][\w.'() -]* (?!(?:19|20)[0-9]{2}$)[0-9]{1,5}(?:[A-Za-z]{1,2}|/[0-9]{1,5}[A-Za-z]?)?\.?"
)
_HOUSE_FIRST = re.compile(r"[0-9]{1,5}[A-Za-z]?,? ?(?:[NSEW]{1,2}\.? )?[A-Z][^\W\d_]+(?: [A-Z0-9][\w.'-]*){1,4}")
_GRID = re.compile(r"[0-9]{1,5} [NSEW]{1,2}\.? [0-9]{1,5} [NSEW]{1,2}")
"""Grid addresses of Utah: `302 S 700 E`."""
_MEASURE = re.compile(
    r"[0-9] ?(?:kg|km|cm|mm|gb|mb|pm|am|usd|eur|cny|rmb|days?|hours?|min|items?|pcs|times|%)\b", re.IGNORECASE
)


def looks_like_address(value: str) -> bool:
    """Whether a cell has the shape of a postal address down to a street or a building."""
    text = " ".join(value.split())
    if not 5 <= len(text) <= _LONGEST or "@" in text or "://" in text or _is_masked(text):  # noqa: PLR2004 - "1 Way"
        return False
    return _chinese(text) if _HAN.search(text) else _western(text)


def _is_masked(text: str) -> bool:
    return _MASK.search(text) is not None and _MASKED.search(text) is not None


def _chinese(text: str) -> bool:
    """A street or estate with a number or below two areas, or a number below two areas; a sentence is none."""
    if _SENTENCE.search(text):
        return False
    numbered = _CHINESE_NUMBER.search(text) is not None
    street = _CHINESE_STREET.search(text) is not None
    if numbered != street:
        return len(set(_CHINESE_AREA.findall(text))) >= 2  # noqa: PLR2004 - city and district, say
    return numbered


def _western(text: str) -> bool:
    if _PO_BOX.search(text):
        return True
    if (
        not any(character.isdigit() for character in text)
        or not any(character.isalpha() for character in text)
        or _MEASURE.search(text)
    ):
        return False
    if _STREET_ENDINGS.search(text):
        return True
    words = {word.lower() for word in _WORD.findall(text)}
    number_first = _NUMBER_FIRST.match(text) is not None
    number_last = _NUMBER_LAST.search(text) is not None
    if words & _STREET_WORDS:
        return number_first or number_last
    capitalised = text[:1].isupper() or text[:1].isdigit()
    return capitalised and (_house_first(text) or _SPACED_NUMBER_LAST.fullmatch(text) is not None)


def _house_first(text: str) -> bool:
    """`307 Macacha Güemes`, `302 S 700 E`: a house number and capitalised words or compass points."""
    return _HOUSE_FIRST.fullmatch(text) is not None or _GRID.fullmatch(text) is not None


_AREA_WORDS = frozenset(
    "province prov city district county town township region state municipality sheng shi qu 省 省份 市 城市 地市 区 区县 县 县区 县市 乡镇 街道 镇".split()  # noqa: SIM905
)
_OF_SOMETHING_ELSE = frozenset("code id no type level 代码 编码 编号".split())  # noqa: SIM905 - a list of words
_SHORTEST_PART = 3
"""Characters: 1 号 is not enough."""


def area_columns(names: Iterable[str]) -> tuple[str, ...]:
    """The columns that hold the areas of an address that is written in several: province, city, district; nothing where there is only one."""
    found = []
    for name in names:
        words = tokens(name)
        if words and words[-1] in _AREA_WORDS and not _OF_SOMETHING_ELSE.intersection(words):
            found.append(name)
    return tuple(found) if len(found) > 1 else ()


def looks_like_address_part(value: str) -> bool:
    """The same for what is left of an address where province and city have columns of their own: a street, or a number in one."""
    text = " ".join(value.split())
    if looks_like_address(text):
        return True
    if not _SHORTEST_PART <= len(text) <= _LONGEST or "@" in text or "://" in text or _is_masked(text):
        return False
    if _HAN.search(text):
        return not _SENTENCE.search(text) and (
            _CHINESE_NUMBER.search(text) is not None or _CHINESE_STREET.search(text) is not None
        )
    return bool({word.lower() for word in _WORD.findall(text)} & _STREET_WORDS)


def postal_address(value: str) -> bool | None:
    """Postal address: True for one that has the shape down to street or building, False for other text."""
    return looks_like_address(value)
