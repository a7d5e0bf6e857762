"""Canonical forms: the same person's value, however it was written, becomes one string.

All take folded text and are idempotent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pii_audit.identifiers.fold import closed

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z\u3400-\u9fff]+")
_NOT_DIGIT = re.compile(r"[^0-9]+")
_EXTENSION = re.compile(r"(?:转|ext\.?|x|#).*$", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"(.*[0-9]{7,8})-[0-9]{1,6}", re.DOTALL)
_TRUNK_ZERO = re.compile(r"\(0\)")


def alphanumeric(value: str) -> str:
    """Letters, digits and Han characters, upper case."""
    if value.isascii() and value.isalnum():
        return value.upper()
    return _NOT_ALPHANUMERIC.sub("", value).upper()


def mobile(value: str) -> str:
    """The eleven digits of a PRC mobile number, without country code or trunk zero."""
    return (value if _is_bare(value) else _NOT_DIGIT.sub("", value))[-11:]


def landline(value: str) -> str:
    """Area code with its zero and subscriber number (8 digits at most) of a PRC fixed line; the extension is left out."""
    found = _DASHED_EXTENSION.fullmatch(value)
    digits = _NOT_DIGIT.sub("", _EXTENSION.sub("", found[1] if found else value))
    if digits.startswith("0086"):
        digits = digits[4:]
    elif digits.startswith("86") and len(digits) > len("862161234"):
        digits = digits[2:]
    digits = f"0{digits.lstrip('0')}"
    return digits[: 11 if digits[1:2] in ("1", "2") else 12]


def international_phone(value: str) -> str:
    """Digits of a telephone number with its country code (ITU-T E.164), without 00, `(0)` and extension."""
    if not _is_bare(value):
        value = _NOT_DIGIT.sub("", _TRUNK_ZERO.sub("", _EXTENSION.sub("", value)))
    return value.removeprefix("00")


def _is_bare(value: str) -> bool:
    return value.isascii() and value.isdecimal()


def email(value: str) -> str:
    """The address in lower case; providers do not tell mailboxes apart by case (RFC 5321 2.4 advises against it)."""
    return value.strip().lower()


def text(value: str) -> str:
    """Words with single spaces between them, none between Han characters, regardless of case."""
    return closed(" ".join(value.split())).casefold()


def exact(value: str) -> str:
    """The value itself: in a secret every character counts."""
    return value


CANONICAL_FORMS: Mapping[str, Callable[[str], str]] = {
    "alphanumeric": alphanumeric,
    "mobile": mobile,
    "landline": landline,
    "international_phone": international_phone,
    "email": email,
    "text": text,
    "exact": exact,
}
