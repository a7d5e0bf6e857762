"""The catalogue's patterns in the syntax of other engines, which have neither look-around nor validators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.model import Identifier, Pattern

Syntax = Literal["rust", "re2"]
"""`rust` is the regex crate of ripgrep and Polars, Unicode by default; `re2` is RE2 and Hyperscan, whose `\\b` is ASCII."""
_EDGE = {"rust": r"(?-u:\b)", "re2": r"\b"}


@dataclass(frozen=True, slots=True)
class Exported:
    """One pattern for another engine."""

    identifier: str
    name: str
    regex: str


def exported(syntax: Syntax, *, with_context: bool = True) -> Iterator[Exported]:
    r"""Every pattern of the catalogue; without `with_context`, those only that need no context word.

    A boundary becomes `\b` on each side where the identifier's own examples bear it: `\b` takes an underscore for a letter, and holds
    nowhere beside a bracket or a plus.
    """
    for identifier in load_catalogue().values():
        for pattern in identifier.patterns:
            if with_context or not pattern.needs_context:
                before, after = _sides(identifier, pattern)
                body = f"(?i:{pattern.regex})" if pattern.ignore_case else f"(?:{pattern.regex})"
                edge = _EDGE[syntax]
                yield Exported(identifier.id, pattern.name, f"{edge * before}{body}{edge * after}")


def alternation(syntax: Syntax, *, with_context: bool = True) -> str:
    """All patterns as one."""
    return "|".join(f"(?:{one.regex})" for one in exported(syntax, with_context=with_context))


def _sides(identifier: Identifier, pattern: Pattern) -> tuple[bool, bool]:
    if pattern.boundary == "none":
        return False, False
    flags = re.ASCII | re.IGNORECASE if pattern.ignore_case else re.ASCII
    texts = [one.text for one in identifier.match if "_" not in one.text and re.search(pattern.regex, one.text, flags)]
    for before, after in ((True, True), (True, False), (False, True)):
        edge = r"\b"
        bounded = re.compile(f"{edge * before}(?:{pattern.regex}){edge * after}", flags)
        if all(bounded.search(text) for text in texts):
            return before, after
    return False, False


TWELVE = (
    r"[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx]",
    r"[1-9][0-9]{14}",
    r"1[3-9][0-9]{9}",
    r"1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}",
    r"62[0-9]{14,17}",
    r"[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{1,7}",
    r"0[0-9]{2,3}-[0-9]{7,8}",
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}",
    r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}",
    r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
    r"[EG][0-9]{8}",
)
"""What somebody who searches with a plain tool would write: resident ID, mobile, cards, landline, e-mail, IP, IBAN, SSN, passport."""


def plain(syntax: Syntax) -> list[str]:
    r"""The twelve plain patterns, between `\b`."""
    return [f"{_EDGE[syntax]}(?:{regex}){_EDGE[syntax]}" for regex in TWELVE]
