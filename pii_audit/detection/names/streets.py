"""Postal addresses in Latin letters in running text: a house number, a street, and what follows of unit, town and postcode."""

from __future__ import annotations

import re

from pii_audit.detection.names.span import ADDRESS, Found, Method

_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|Parkway|Pkwy|Highway|Hwy|Way|Crescent|Cres|Close|Quay|Broadway|Row|"
    r"Gardens|Grove|Mews|Plaza|Circle|Cir|Trail|Walk|Hill|Green|Park|View|Alley|Loop|Turnpike|Embankment|Wharf|Marg|Nagar|Lu|Jie|Dadao)"
)
_UNIT = r"(?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Room|Rm|Flat|Building|Bldg|Tower|Block|Level|Penthouse)"
_NAME = r"(?:[A-Z][A-Za-zÀ-ž'’.-]*|[0-9]{1,3}(?:st|nd|rd|th))"
_COMPASS = r"(?:North|South|East|West|Northeast|Northwest|Southeast|Southwest|[NSEW]{1,2}\.?)"
_NUMBERED = rf"(?:No\.? ?)?(?!(?:19|20)[0-9][0-9]-)[0-9]{{1,6}}[A-Za-z]?(?:[-/][0-9]{{1,5}}[A-Za-z]?)?,? (?:{_COMPASS} )?(?:{_NAME} ){{1,4}}?{_STREET}\b(?! {_STREET}\b)\.?(?: {_COMPASS}(?![A-Za-z]))?"
_TOWARDS_END = r"[0-9]{1,4}(?:[- ][A-Z])?"
_BACKWARD = rf"(?:Rue|Calle|Via|Viale|Avenida|Avenue|Piazza|Plaza|Rua|Boulevard|Paseo) (?:[A-Za-zÀ-ž'’.-]+ ){{1,4}}{_TOWARDS_END}"
_GLUED = rf"[A-ZÄÖÜ][a-zäöüß-]+(?:straße|strasse|str\.|gasse|weg|platz|allee|straat|gracht|laan) {_TOWARDS_END}"
_BOX = r"P\.? ?O\.? ?Box [0-9]{1,6}"
_BEFORE = rf"(?:(?:{_UNIT}\.? ?#?[A-Za-z0-9-]{{1,5}}|#[0-9-]{{1,6}}),? )?"
_ROOMS = rf"(?:,? (?:{_UNIT}\.? #?[A-Za-z0-9-]{{1,6}}|#[A-Za-z0-9-]{{1,6}}|[0-9]{{1,2}}(?:st|nd|rd|th) [Ff]loor)(?![A-Za-z0-9])){{0,3}}"
_CODE = r"(?:[A-Z]{2,3},? [0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}|[A-Z]{2} [A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[A-Z]{2,3} [0-9]{4}|[0-9]{4,6}(?: [A-Z]{2})?)"
_TOWN = r"[A-ZÀ-Þ][A-Za-zÀ-ž'’.-]*(?: (?:[A-ZÀ-Þ][A-Za-zÀ-ž'’.-]*|of|upon|on|de|la|le|del))*?(?: [0-9]{1,2})?"
_BREAK = r"(?:, ?|,?\r?\n[ \t]*)"
_COUNTRY = r"(?:USA|U\.S\.A\.|US|United States|UK|United Kingdom|Canada|Australia|Ireland|Singapore|Hong Kong|China|PRC|P\.R\. China|India|Germany|France|New Zealand)"
_TAIL = rf"(?:(?:{_BREAK}{_TOWN}){{0,3}}?(?:{_BREAK}| ){_CODE}(?![A-Za-z0-9])(?:,? {_COUNTRY}\b)?|(?:, {_TOWN}){{1,3}}?, {_COUNTRY}\b|, {_TOWN}(?:, [A-Z]{{2}})?(?=\.(?:\s|$)|;|\)|\n|$))?"
_WHOLE = re.compile(rf"(?<![A-Za-z0-9_#.$€£-])(?:{_BEFORE}(?:{_NUMBERED}|{_BACKWARD}|{_GLUED})|{_BOX}){_ROOMS}{_TAIL}")
_LIKELY = re.compile(
    _STREET + r"|Box|Rue|Calle|Via|Av|Pia|Pas|Rua|straße|strasse|str\.|gasse|weg|platz|allee|straat|gracht|laan"
)
_WITH_CODE, _ALONE = 0.8, 0.65


def street_addresses(text: str) -> list[Found]:
    """The postal addresses in Latin letters, in reading order."""
    if not _LIKELY.search(text):
        return []
    found = []
    for one in _WHOLE.finditer(text):
        whole = one[0].rstrip(" ,.")
        coded = re.search(rf"{_CODE}|{_COUNTRY}$|Box", whole[5:]) is not None
        found.append(
            Found(one.start(), one.start() + len(whole), ADDRESS, _WITH_CODE if coded else _ALONE, Method.WORDS)
        )
    return found
