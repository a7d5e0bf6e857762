"""Texts in records of programs whose form nobody needs to know: runs of characters, in one byte each or in UTF-16."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii_audit.sources.format.parsers.xmp import telling

_NARROW = re.compile(rb"[\x20-\x7e]{4,}")
_CHINESE = b"".join(bytes((row, at)) for row in (0xA1, 0xA3, *range(0xB0, 0xF8)) for at in range(0xA1, 0xFF))
"""Punctuation and characters of GB 2312: two bytes that are no text make a rarer one as a rule."""
_WIDE = re.compile(f"[\\x20-\\x7e{_CHINESE.decode('gb2312', 'ignore')}]{{2,}}")
_WIDE_ASCII = re.compile(r"[\x20-\x7e]{4,}")
_WORDS = re.compile(r"[\u4e00-\u9fff]{2}|\d{7}|@")


def runs(data: bytes, *, words: bool) -> Iterator[str]:
    """Those that may be about somebody: numbers and addresses, and words in Chinese where there are `words` in it."""
    yield from filter(telling, (run.decode("ascii") for run in _NARROW.findall(data)))
    wide = _WIDE if words else _WIDE_ASCII
    for at in (0, 1):
        text = data[at : len(data) - (len(data) - at) % 2].decode("utf-16-le", "replace")
        yield from (
            run.strip() for run in wide.findall(text) if (telling(run) if run.isascii() else _WORDS.search(run))
        )
