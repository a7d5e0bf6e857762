"""Calendars (iCalendar, RFC 5545), address cards (vCard, RFC 6350 and 2.1) and LDIF (RFC 2849): long lines that were folded, put together."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from typing import BinaryIO

from pii_audit.sources.format.content import Content
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.parsers.decoding import tell

_FOLD = re.compile(r"\r?\n[ \t]")
_PRINTABLE = re.compile(r"ENCODING=QUOTED-PRINTABLE[^:\n]*:", re.IGNORECASE)
_SOFT = re.compile(r"=\r?\n")
_LONGEST = 1 << 20
"""Characters of a line that is put together; what is longer is no line."""


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends all lines as one text, values in quoted-printable as they are meant."""
    content = Content(file)
    sink.begin(Part(PartKind.TEXT))
    for line in _lines(content.texts()):
        sink.text(_meant(line))
    tell(content, sink)


def _lines(texts: Iterator[str]) -> Iterator[str]:
    """Logical lines with their ends."""
    line, rest = "", ""
    for piece in texts:
        lines = (rest + piece).splitlines(keepends=True)
        rest = lines.pop() if lines and not lines[-1].endswith("\n") else ""
        for one in lines:
            if line and not _goes_on(line, one):
                yield line
                line = ""
            line += one
    yield from filter(None, (line, rest) if not _goes_on(line, rest) else (line + rest,))


def _goes_on(line: str, following: str) -> bool:
    if len(line) > _LONGEST:
        return False
    soft = _PRINTABLE.search(line) is not None and _SOFT.search(line[-3:]) is not None
    return soft or following[:1] in (" ", "\t")


def _meant(line: str) -> str:
    line = _FOLD.sub("", line)
    found = _PRINTABLE.search(line)
    if found is None or not line.isascii():
        return line
    value = _SOFT.sub("", line[found.end() :])
    return line[: found.end()] + decode_cell(quopri.decodestring(value.encode()))[0]
