"""Where records of delimited text end, told by its bytes."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from pii_audit.sources.format.encoding import Decoder, Encoding
from pii_audit.sources.format.records import RECORD_CHARACTERS, RECORD_LINES, Records
from pii_audit.sources.format.splitter import End

_LF, _CR, _QUOTE = 0x0A, 0x0D, 0x22
_SECOND_BYTE = "@"
"""From this character on an ASCII byte may be the second one of a character of GB 18030."""

Places = NDArray[np.int64]


def record_ends(data: bytes, encoding: Encoding, delimiter: str, every: int) -> list[End]:
    """Some ends of records in bytes of whole lines that begin with one: `Records` begins anew there, whatever follows.

    Every so many records (the last one where there are fewer) where quotes stand where RFC 4180 has them, or open no cell at all; else parsing tells of one. None where more
    bytes have to tell.
    """
    content = np.frombuffer(data, np.uint8)
    lines = _line_ends(data, content)
    told = _quotes_tell(data, encoding, delimiter)
    records = _record_ends(content, lines, delimiter) if told else lines[:0]
    if not len(records):
        return _parsed(data, encoding, delimiter)
    chosen = records[every - 1 :: every].tolist() or [int(records[-1])]
    return [End(int(lines[place]) + 1, place + 1) for place in chosen]


def _line_ends(data: bytes, content: NDArray[np.uint8]) -> Places:
    """The last byte of each line: LF, or CR without one."""
    ends = content == _LF
    if b"\r" in data:
        ends[:-1] |= (content[:-1] == _CR) & ~ends[1:]
    return np.flatnonzero(ends)


def _quotes_tell(data: bytes, encoding: Encoding, delimiter: str) -> bool:
    """Whether a byte beside a quote that looks like the delimiter is it, and no half of a Han character."""
    if delimiter < _SECOND_BYTE or b'"' not in data or data.isascii():
        return True
    if encoding.codec != "utf-8":
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _record_ends(content: NDArray[np.uint8], lines: Places, delimiter: str) -> Places:
    """The lines, by number, that end a record; none where the quotes do not tell."""
    quotes = np.flatnonzero(content == _QUOTE)
    beside = np.zeros(256, np.bool_)
    beside[[ord(delimiter), _LF, _CR]] = True
    begins = beside[content[quotes - 1]]
    begins[:1] |= quotes[:1] == 0
    if not begins.any():
        return np.arange(len(lines))
    # Of two that touch inside a cell the first looks like its end, the second like a beginning.
    doubled = np.diff(quotes)[1::2] == 1
    opening, closing = begins[::2], beside[content[quotes[1::2] + 1]]
    opening[1:] |= doubled
    closing[: len(doubled)] |= doubled
    records = np.flatnonzero(np.searchsorted(quotes, lines) % 2 == 0)
    if not (opening.all() and closing.all() and len(records)):
        return lines[:0]
    several = np.diff(records, prepend=-1)
    sizes = np.diff(lines[records], prepend=-1)
    # What is longer is taken for a quote that was never closed.
    short = several.max() < RECORD_LINES and sizes[several > 1].max(initial=0) < RECORD_CHARACTERS
    return records if short else lines[:0]


def _parsed(data: bytes, encoding: Encoding, delimiter: str) -> list[End]:
    text = Decoder(encoding).feed(data, final=True)
    records = Records(iter(io.StringIO(text, newline="").readlines()), delimiter)
    line = 0
    for _ in records.together():
        line = records.parsed() or line
    return [End(sum(map(len, data.splitlines(keepends=True)[:line])), line)] if line else []
