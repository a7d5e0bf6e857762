"""Files written into text by uuencode (POSIX.1-2017), as mail programs did before MIME and some jobs still do."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

_BEGIN = re.compile(r"^begin(-base64)? [0-7]{3,4} ([^\r\n]+)\r?\n", re.MULTILINE)
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|\Z)")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file, the place of its lines in the text, and whether its end stands there."""

    name: str
    data: bytes
    start: int
    end: int
    whole: bool


def encoded_in(text: str) -> Iterator[Encoded]:
    """The files in a text."""
    at = 0
    while found := _BEGIN.search(text, at):
        at = found.end()
        decode = _from_base64 if found[1] else _decoded
        data = bytearray()
        while at < len(text) and (line := _LINE.match(text, at)):
            at = line.end()
            if line[1].rstrip() in ("end", "===="):
                break
            try:
                data += decode(line[1])
            except ValueError:  # another line stands there: what was cut off
                at = line.start()
                break
        if data:
            whole = text[found.end() : at].rstrip().endswith(("\nend", "===="))
            yield Encoded(found[2].strip(), bytes(data), found.start(), at, whole)


def _from_base64(line: str) -> bytes:
    return binascii.a2b_base64(line, strict_mode=True)


def _decoded(line: str) -> bytes:
    """The bytes of a line, whose first character says how many they are; ValueError where it is none."""
    size = ord(line[0]) - 32 & 63 if line else 0
    needed = 1 + -(-size // 3) * 4
    if not line.isascii() or (line and not " " <= line[0] <= "`") or len(line) > needed + 2:
        raise ValueError
    # Blanks at the end are lost on the way.
    return binascii.a2b_uu(line[:needed].ljust(needed))
