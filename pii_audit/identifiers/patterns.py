"""Regular expressions of identifiers: held to what Python's `re`, RE2 and Hyperscan read alike, and compiled with their boundary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pii_audit.identifiers.model import Pattern

_AROUND = {
    "ascii_alnum": ("(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"),
    "digit": ("(?<![0-9])", "(?![0-9])"),
    "none": ("", ""),
}


def free(pattern: Pattern) -> bool:
    """Whether a pattern begins anywhere with a character beyond ASCII, which continues no Latin word: in VPN密码 the label is 密码."""
    return pattern.boundary != "none" and not pattern.regex.isascii()


def around(pattern: Pattern) -> tuple[str, str]:
    """What the boundary of a pattern asks for before and behind a match."""
    before, after = _AROUND[pattern.boundary]
    return (rf"(?:{before}|(?![\x00-\x7f]))" if free(pattern) else before), after


@lru_cache(maxsize=1024)
def compiled(pattern: Pattern) -> re.Pattern[str]:
    """The pattern with its boundary, for Python's `re` on folded text; letters fold case within ASCII only, as in Hyperscan."""
    before, after = around(pattern)
    flags = re.ASCII | re.IGNORECASE if pattern.ignore_case else re.ASCII
    return re.compile(f"{before}(?:{pattern.regex}){after}", flags)


_PORTABLE = re.compile(
    r"""
    (?P<escape> \\ (?: [^0-9A-Za-z] | [nrt] ) )
  | (?P<class>  \[ \^? \]? (?: \\[^0-9A-Za-z] | \\[nrt] | [^\]\\\[] )* \] )
  | (?P<group>  \( (?: \?: )? (?! \? ) )
  | (?P<repeat> (?: [*+?] | \{ [0-9]{1,3} (?: , [0-9]{0,3} )? \} ) \?? (?! [*+?] ) )
  | (?P<other>  [^\\\[(*+?{] )
    """,
    re.VERBOSE,
)
"""One element that Python's `re`, RE2 and Hyperscan read alike. Classes are written out: `\\d`, `\\w` and `\\b` differ between them."""


def not_portable(regex: str) -> int | None:
    """Where (from 0) a regular expression leaves what all engines read alike, or None.

    Refused are look-around, back-references, possessive and atomic groups, inline flags, and classes that engines read differently.
    """
    at = 0
    while at < len(regex):
        found = _PORTABLE.match(regex, at)
        if found is None:
            return at
        at = found.end()
    return None


def elements(regex: str) -> set[str]:
    """The expressions of single characters that a regular expression is made of: literals, escapes and classes."""
    found = (_ELEMENT.match(regex, at) for at in _starts(regex))
    return {one[0] for one in found if one is not None}


_ELEMENT = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\\[(){}*+?|^$]", re.DOTALL)
_SKIPPED = re.compile(r"\(\?(?:[:=!]|<[=!])|\{[0-9,]*\}|[(){}*+?|^$]")


def _starts(regex: str) -> Iterator[int]:
    at = 0
    while at < len(regex):
        skipped = _SKIPPED.match(regex, at)
        if skipped is None:
            yield at
        one = skipped or _ELEMENT.match(regex, at)
        at = one.end() if one else at + 1
