"""Folding: full-width and typographic characters to ASCII, one for one, so that offsets stay true."""

from __future__ import annotations

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""Unicode space separators (category Zs); a line or paragraph separator is no space."""
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
"""Hyphens, dashes and minus signs that people and word processors put into numbers."""
_FULL_WIDTH = range(0xFF01, 0xFF5F)
"""Full-width forms of ASCII 21 to 7E (Unicode block Halfwidth and Fullwidth Forms)."""

FOLDING = {
    **{code: code - 0xFEE0 for code in _FULL_WIDTH},
    **dict.fromkeys(map(ord, _SPACES), ord(" ")),
    **dict.fromkeys(map(ord, _DASHES), ord("-")),
}
"""Code points, and those that take their place."""


def fold(text: str) -> str:
    """The text that patterns are applied to; of the same length, each character replaced by at most one other."""
    return text if text.isascii() else text.translate(FOLDING)
