"""Masks: what a report shows of a value, and whether a masked value that was seen hides enough.

The limits come from the identifier's YAML (`show`, `adequate`); the shapes that a count of characters cannot describe have a masking of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

NOTHING = "****"
"""What is shown of a value of which nothing may be shown: not even its length."""

_SEPARATORS = frozenset(" -()+./,:·\n\t")
"""Characters that carry nothing of the value and stay visible."""
MASK_CHARACTERS = frozenset("*＊●○•■□#＃✱█※×")
"""What stands in place of what is hidden."""
_CROSSES = re.compile(r"[xX]{2,}")
"""A single X can be a check digit (GB 11643); only two or more in a row are a mask."""
_DOTS = re.compile(r"…+|\.{3,}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_AREA = r"(?:(?![路街道巷弄村镇乡小社园])[\u4e00-\u9fff])"
"""A character of the name of a province, city or district; one that names a street or estate ends it."""
_DISTRICT = re.compile(
    rf"^(?:{_AREA}{{2,9}}?(?:特别行政区|自治区|省))?(?:{_AREA}{{2,9}}?(?:市|自治州|地区|盟))?(?:{_AREA}{{1,9}}?(?:区|县|旗|市))?"
)
_TITLES = re.compile(r"(?:先生|女士|小姐)$")


@dataclass(frozen=True, slots=True)
class Display:
    """How much of a value a report may show: that many leading and trailing characters, the others as `fill`."""

    first: int
    last: int
    fill: str = "*"


@dataclass(frozen=True, slots=True)
class Adequacy:
    """When a masked value hides enough: at most `first` and `last` characters visible, at least `hidden` hidden (separators do not count)."""

    first: int
    last: int
    hidden: int


@dataclass(frozen=True, slots=True)
class Masking:
    """A pair that belongs together: `mask` writes, `adequate` judges."""

    mask: Callable[[str, Display, Adequacy], str]
    adequate: Callable[[str, Adequacy], bool]


def mask_ends(value: str, display: Display, adequacy: Adequacy) -> str:
    """Leading and trailing characters by the display rule, fewer where the value is too short to hide enough."""
    significant = [place for place, character in enumerate(value) if character not in _SEPARATORS]
    spare = max(0, len(significant) - adequacy.hidden)
    last = min(display.last, spare)
    first = min(display.first, spare - last)
    hidden = set(significant[first : len(significant) - last])
    return "".join(display.fill if place in hidden else character for place, character in enumerate(value))


def visibility(value: str) -> tuple[int, int, int, int]:
    """Visible leading, inner and trailing characters of a masked value, and its longest hidden run; separators do not count."""
    marks = _CROSSES.sub(lambda found: "*" * len(found[0]), value)
    marks = _DOTS.sub(lambda found: "*" * len(found[0]), marks)
    shape = "".join(
        "*" if mark in MASK_CHARACTERS else "v" for mark in marks if mark in MASK_CHARACTERS or mark not in _SEPARATORS
    )
    if "*" not in shape:
        return len(shape), 0, 0, 0
    leading = shape.index("*")
    trailing = len(shape) - shape.rindex("*") - 1
    return leading, shape.count("v") - leading - trailing, trailing, max(map(len, shape.split("v")))


def adequate_ends(value: str, adequacy: Adequacy) -> bool:
    """Whether few enough characters are visible at both ends, none more between them, and a long enough run is hidden."""
    leading, inner, trailing, hidden = visibility(value)
    visible = leading + inner + trailing
    return (
        leading <= adequacy.first
        and trailing <= adequacy.last
        and visible <= adequacy.first + adequacy.last
        and hidden >= adequacy.hidden
    )


def _mask_nothing(_value: str, _display: Display, _adequacy: Adequacy) -> str:
    return NOTHING


def _adequate_nothing(value: str, _adequacy: Adequacy) -> bool:
    leading, inner, trailing, hidden = visibility(value)
    return hidden > 0 and leading + inner + trailing == 0


def _split_email(value: str) -> tuple[str, str]:
    local, at, domain = value.rpartition("@")
    return (local, f"{at}{domain}") if at else (domain, "")


def _mask_email(value: str, display: Display, _adequacy: Adequacy) -> str:
    local, domain = _split_email(value)
    shown = min(display.first, len(local) // 2)
    return f"{local[:shown]}{display.fill * 3}{domain}"


def _adequate_email(value: str, adequacy: Adequacy) -> bool:
    """Of the local part at most the first few characters are visible, and no more than are hidden."""
    leading, inner, trailing, hidden = visibility(_split_email(value)[0].replace(".", "v"))
    return (
        leading <= adequacy.first
        and inner + trailing <= adequacy.last
        and hidden >= max(adequacy.hidden, leading + inner + trailing)
    )


def _without_country(value: str) -> tuple[str, str]:
    found = re.match(r"\(?(?:\+|00)?86\)?[ -]{0,2}", value)
    digits = sum(character.isdigit() for character in value)
    return ("", value) if found is None or digits <= len("13800138000") else (found[0], value[found.end() :])


def _mask_mobile(value: str, display: Display, adequacy: Adequacy) -> str:
    country, number = _without_country(value)
    return country + mask_ends(number, display, adequacy)


def _adequate_mobile(value: str, adequacy: Adequacy) -> bool:
    return adequate_ends(re.sub(r"^\(?(?:\+|00)?86\)?[ -]{0,2}(?=1)", "", value), adequacy)


def _name_display(value: str) -> tuple[int, int]:
    from pii_audit.identifiers.people import surname_length  # noqa: PLC0415 - people reads word lists; masks of numbers do not need them

    if _HAN.search(value):
        return (surname_length(value), 0) if len(value) > 1 else (0, 0)
    return (1, 0)


def _mask_name(value: str, display: Display, adequacy: Adequacy) -> str:
    """`张*`, `欧阳*`, `J*** S****`: the surname of a Chinese name, the first letter of each word of another."""
    words = value.split(" ")
    shown = []
    for word in words:
        first, last = _name_display(word)
        shown.append(mask_ends(word, Display(first, last, display.fill), adequacy))
    return " ".join(shown)


def _adequate_name(value: str, adequacy: Adequacy) -> bool:
    """Of each word the beginning or the end is visible, not both; `先生` and `女士` say nothing of the name, `某` and `X` are masks."""
    bare = _TITLES.sub("", value)
    words = (re.sub("[xX某]", "*", bare) if _HAN.search(bare) else bare).split()
    seen = [visibility(word) for word in words]
    return any(hidden for *_, hidden in seen) and all(
        inner == 0
        and hidden >= adequacy.hidden
        and (leading == 0 or trailing == 0)
        and max(leading, trailing) <= adequacy.first
        for leading, inner, trailing, hidden in seen
    )


def _mask_address(value: str, display: Display, _adequacy: Adequacy) -> str:
    """A Chinese address down to its district; of any other nothing but the number of its characters."""
    found = _DISTRICT.match(value)
    kept = found[0] if found else ""
    return kept + "".join(" " if character == " " else display.fill for character in value[len(kept) :])


def _adequate_address(value: str, _adequacy: Adequacy) -> bool:
    """Nothing below the district is visible."""
    found = _DISTRICT.match(value)
    rest = value[found.end() :] if found else value
    leading, inner, trailing, hidden = visibility(re.sub("[省市区县]", "", rest))
    return hidden > 0 and leading + inner + trailing == 0


def _mask_ip(value: str, display: Display, _adequacy: Adequacy) -> str:
    """Without the last half of the address (`203.0.*.*`)."""
    separator = "." if "." in value else ":"
    parts = value.split(separator)
    kept = max(1, len(parts) // 2)
    return separator.join([*parts[:kept], *[display.fill] * (len(parts) - kept)])


def _adequate_ip(value: str, _adequacy: Adequacy) -> bool:
    parts = value.split("." if "." in value else ":")
    return visibility(parts[-1])[3] > 0 and sum(visibility(parts[-1])[:3]) == 0


_DECIMALS = re.compile(r"(\.[0-9]{2})[0-9]+")
_FINE_DECIMALS = re.compile(r"\.[0-9]{3}")


def _mask_degrees(value: str, display: Display, _adequacy: Adequacy) -> str:
    """Degrees to two decimals, about one kilometre."""
    return _DECIMALS.sub(lambda found: found[1] + display.fill * 3, value)


def _adequate_degrees(value: str, _adequacy: Adequacy) -> bool:
    return visibility(value)[3] > 0 and _FINE_DECIMALS.search(value) is None


_MASKINGS: Mapping[str, Masking] = {
    "ends": Masking(mask_ends, adequate_ends),
    "nothing": Masking(_mask_nothing, _adequate_nothing),
    "email": Masking(_mask_email, _adequate_email),
    "mobile": Masking(_mask_mobile, _adequate_mobile),
    "name": Masking(_mask_name, _adequate_name),
    "address": Masking(_mask_address, _adequate_address),
    "ip": Masking(_mask_ip, _adequate_ip),
    "degrees": Masking(_mask_degrees, _adequate_degrees),
}
MASKINGS: tuple[str, ...] = tuple(_MASKINGS)
"""Names that `mask` in an identifier's YAML may take."""


def masking(name: str) -> Masking:
    """The masking of that name; raises KeyError for an unknown one, which the catalogue refuses before."""
    return _MASKINGS[name]
