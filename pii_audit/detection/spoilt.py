"""Numbers that a machine wrote otherwise than people do: filled up with zeros, or as a spreadsheet writes what it takes for a quantity."""

from __future__ import annotations

import re

from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.model import Identifier

SHORTEST, LONGEST = 13, 40
"""Characters of a number that may be filled up with zeros: two more than a mobile number has."""
_PADDED = re.compile(r"(?P<lead>\s*0+)(?P<number>[1-9][0-9]{9,18}[0-9Xx])\s*")
_SCIENTIFIC = re.compile(r"\s*(?P<first>[1-9])\.(?P<rest>[0-9]{1,18})[eE]\+?(?P<exponent>[0-9]{1,2})\s*")
_DOUBLE_DIGITS = 15
"""Decimal digits that a spreadsheet keeps (IEEE 754 binary64): it writes zeros for the others."""
_FEWEST_LOST = 2
_CUT = re.compile(rf"[1-9][0-9]{{{_DOUBLE_DIGITS - 1}}}0{{{_FEWEST_LOST},4}}")
_OF_FIXED_LENGTH = frozenset({"identity_document", "card"})
"""Groups of identifiers whose numbers are so long that a spreadsheet loses digits."""

may_be_spoilt = re.compile(rf"\s*(?:0{{{SHORTEST - 1},{LONGEST}}}[0Xx]|0\.0{{1,18}}[Aa]\+?0{{1,2}})\s*").fullmatch
"""Whether values of a kind (`kinds`) may be written so."""


def restored(value: str) -> tuple[str, int | None] | None:
    """The number that a cell holds, and where it begins there (None: it does not stand there as such); None for any other cell.

    Fixed-length exports fill numbers up with zeros; `1.3800138000E+10` has all digits of the number.
    """
    value = fold(value)
    if padded := _PADDED.fullmatch(value):
        return padded["number"], padded.end("lead")
    found = _SCIENTIFIC.fullmatch(value)
    if found and len(found["rest"]) == int(found["exponent"]):
        return found["first"] + found["rest"], None
    return None


def cut(value: str, identifier: Identifier) -> str | None:
    """A number of an identifier whose last digits a spreadsheet lost, with `*` for each of them; None for any other cell.

    `3.30399E+17` shows the first six of eighteen digits, eighteen digits of which the last three are 0 show the first fifteen.
    """
    if identifier.lookalike is None or _OF_FIXED_LENGTH.isdisjoint(identifier.groups):
        return None
    value = fold(value)
    if found := _SCIENTIFIC.fullmatch(value):
        kept, length = found["first"] + found["rest"], int(found["exponent"]) + 1
    elif _CUT.fullmatch(number := value.strip()):
        kept, length = number[:_DOUBLE_DIGITS], len(number)
    else:
        return None
    if len(kept) == length or not re.fullmatch(identifier.lookalike, kept.ljust(length, "0")):
        return None
    return kept.ljust(length, "*")
