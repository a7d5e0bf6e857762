"""Folding: full-width and typographic characters and digits of all scripts to ASCII, one for one, so that offsets stay true."""

from __future__ import annotations

import re

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""Unicode space separators (category Zs); a line or paragraph separator is no space."""
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
"""Hyphens, dashes and minus signs that people and word processors put into numbers."""
_FULL_WIDTH = range(0xFF01, 0xFF5F)
"""Full-width forms of ASCII 21 to 7E (Unicode block Halfwidth and Fullwidth Forms)."""
_ZEROS = """
    660 6f0 7c0 966 9e6 a66 ae6 b66 be6 c66 ce6 d66 de6 e50 ed0 f20 1040 1090 17e0 1810 1946 19d0 1a80 1a90
    1b50 1bb0 1c40 1c50 a620 a8d0 a900 a9d0 a9f0 aa50 abf0 104a0 10d30 11066 110f0 11136 111d0 112f0 11450
    114d0 11650 116c0 11730 118e0 11950 11c50 11d50 11da0 16a60 16ac0 16b50 1d7ce 1d7d8 1d7e2 1d7ec 1d7f6
    1e140 1e2f0 1e950 1fbf0 11f50 1e4f0 10d40 116d0 116da 11bf0 16d70 1ccf0 1e5f1
"""
"""The zeros of the decimal digits of other scripts (Unicode 16, category Nd), in hexadecimal; one to nine follow each."""

FOLDING = {
    **{int(zero, 16) + digit: ord("0") + digit for zero in _ZEROS.split() for digit in range(10)},
    **{code: code - 0xFEE0 for code in _FULL_WIDTH},
    **dict.fromkeys(map(ord, _SPACES), ord(" ")),
    **dict.fromkeys(map(ord, _DASHES), ord("-")),
}
"""Code points, and those that take their place."""


_ASTRAL = 0x10000
_FOLDED = re.compile(f"[{''.join(chr(code) for code in sorted(FOLDING) if code < _ASTRAL)}\U00010000-\U0010ffff]")
"""What may have to be folded, which is quickly told: to translate Han text takes ten times as long."""


def fold(text: str) -> str:
    """The text that patterns are applied to; of the same length, each character replaced by at most one other."""
    return text if text.isascii() or not _FOLDED.search(text) else text.translate(FOLDING)


_BETWEEN_HAN = re.compile(rf"(?<=[\u3400-\u9fff])[ {_SPACES}]+(?=[\u3400-\u9fff])")


def closed(text: str) -> str:
    """The text without spaces between Han characters: `姓　名` is 姓名 set apart, `王 伟` is as wide as a name of three characters."""
    return _BETWEEN_HAN.sub("", text) if len(text.split()) > 1 else text


INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\U000e0000-\U000e0fff"
)
"""A class of characters that nobody sees (Unicode property Default_Ignorable_Code_Point): soft hyphen, zero-width and bidirectional marks, fillers."""
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")


def visible(text: str) -> str:
    """The text without the characters that nobody sees."""
    return text if text.isascii() else _INVISIBLE.sub("", text)
