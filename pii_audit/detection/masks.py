"""Values of which a part is hidden behind mask characters: told as such, and found anywhere by what is left of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.masking import MASK_CHARACTERS
from pii_audit.identifiers.networks import email

EMAIL = "email"
_BESIDE = MASK_CHARACTERS - frozenset("#＃")
"""Those that stand in front of no extension or number."""
_RUN = re.compile(rf"[{re.escape(''.join(sorted(MASK_CHARACTERS)))}]|(?<![A-WYZa-wyz])[xX]{{3,}}(?![A-WYZa-wyz])")

MAY_HIDE = re.compile(r"[*＊]{3}|[*＊][^\n]{0,64}[@＠]").search
"""Of what text it is worth asking for masked values."""
_STARS = re.compile("[*＊]{3,}")
_NUMBER = re.compile(r"(?<![0-9A-Za-z*])[0-9]{0,10}\*{3,16}[0-9]{0,8}[0-9Xx]?(?![0-9A-Za-z*])")
_AROUND = 12
"""Characters on either side of a run of mask characters: the digits that a masked number shows there, and one more."""
_LENGTHS = {11: "cn_mobile", 18: "cn_resident_id", 16: "bank_card", 17: "bank_card", 19: "bank_card"}

_STARS_BEFORE_AT = re.compile(r"(?<![*＊])[*＊]{1,64}[^\s*＊@＠]{0,64}[@＠]")
_LOCAL = "0-9A-Za-zÀ-ÖØ-öø-ž._%+-"
_LOCAL_END = re.compile(rf"[*{_LOCAL}]{{0,64}}\Z")
_DOMAIN = re.compile(r"(?:[0-9A-Za-z-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![0-9A-Za-z])")
_LONGEST_DOMAIN = 256
"""One more than RFC 5321 4.5.3.1.2 allows."""


def is_masked(value: str) -> bool:
    """Whether some characters of a value are hidden behind mask characters."""
    return bool(_RUN.search(value))


def beside_mask(value: str, start: int, end: int) -> bool:
    """Whether a span touches a mask character: what a masked value shows is no value."""
    return any(value[place : place + 1] in _BESIDE for place in (max(0, start - 1), end))


def shown(value: str) -> tuple[int, int]:
    """How many letters and digits a masked value shows before and after what it hides."""
    runs = list(_RUN.finditer(value))
    if not runs:
        return (0, 0)
    return _visible(value[: runs[0].start()]), _visible(value[runs[-1].end() :])


def _visible(text: str) -> int:
    return sum(character.isalnum() for character in text)


def masked_values(text: str) -> Iterator[tuple[int, int, str]]:
    """Numbers and e-mail addresses in a text of which asterisks hide a part: (start, end, identifier), of each identifier in reading order."""
    if "*" in text or "＊" in text:
        # Far faster than one expression over all of the text.
        yield from _numbers(text)
        if "@" in text or "＠" in text:
            yield from _addresses(text)


def _numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Those that their length and first digits give away: a mobile begins with 1; a run of mask characters alone is nothing."""
    for run in _STARS.finditer(text):
        low = max(0, run.start() - _AROUND)
        for found in _NUMBER.finditer(fold(text[low : run.end() + _AROUND])):
            if found.start() <= run.start() - low < found.end() and (identifier := _by_length(found[0])):
                yield low + found.start(), low + found.end(), identifier


def _by_length(value: str) -> str | None:
    identifier = _LENGTHS.get(len(value))
    if not any(character.isdecimal() for character in value):
        return None
    return None if identifier == "cn_mobile" and not value.startswith(("1", "*")) else identifier


def _addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """`z***n@example.com`; asterisks before all of an address set it off (`**zhang@example.com**`)."""
    for found in _STARS_BEFORE_AT.finditer(text):
        at = found.end() - 1
        before = _LOCAL_END.search(fold(text[max(0, at - 64) : at]))
        local = before[0].lstrip("*._%+-") if before else ""
        domain = _DOMAIN.match(fold(text[at + 1 : at + 1 + _LONGEST_DOMAIN]))
        if "*" in local and domain and email(f"{local.replace('*', 'x')}@{domain[0]}"):
            yield at - len(local), at + 1 + domain.end(), EMAIL
