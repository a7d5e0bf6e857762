"""Text of mainframes, told by its bytes: it is not read, and must not pass for Chinese, which its blanks and digits are in GB 18030."""

from __future__ import annotations

import re


def _nine(high: int) -> range:
    return range(high + 1, high + 10)


_DIGITS = bytes(range(0xF0, 0xFA))
_LETTERS = bytes((*_nine(0x80), *_nine(0x90), *_nine(0xA0)[1:], *_nine(0xC0), *_nine(0xD0), *_nine(0xE0)[1:]))
_PUNCTUATION = bytes((*range(0x4A, 0x51), *range(0x5A, 0x62), *range(0x6A, 0x70), *range(0x79, 0x80)))
_BLANK, _LAYOUT = b"\x40", b"\x00\x05\x0d\x15\x25"
"""IBM code page 037 and its kin, which agree in these."""
_BETWEEN_SHIFTS = re.compile(rb"\x0e[^\x0e\x0f]*\x0f")
"""Double-byte characters."""
_ASCII = b" \r\n0123456789"
_SHARE, _FILLED, _WRITTEN = 0.85, 0.3, 0.1
"""Of the bytes that are any of these, that are blanks and digits, and that are digits and letters."""
_TIMES = 10


def is_ebcdic(head: bytes) -> bool:
    """Whether the first bytes of a file are records of EBCDIC; packed decimals among them are let pass, up to a point."""
    look = _BETWEEN_SHIFTS.sub(b"", head)
    filled = _count(look, _BLANK + _DIGITS)
    return (
        filled > max(_FILLED * len(look), _TIMES * _count(look, _ASCII))
        and _count(look, _DIGITS + _LETTERS) > _WRITTEN * len(look)
        and _count(look, _BLANK + _DIGITS + _LETTERS + _PUNCTUATION + _LAYOUT) > _SHARE * len(look)
    )


def _count(look: bytes, some: bytes) -> int:
    return len(look) - len(look.translate(None, some))
