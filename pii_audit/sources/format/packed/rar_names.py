"""What the volumes of a RAR archive are called: part1.rar and part2.rar; or .rar, .r00, .r01, … .r99, .s00."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NEW = re.compile(r"(.*\.part)(\d+)(\.rar)", re.IGNORECASE | re.DOTALL)
_OLD = re.compile(r"(.*\.)(?:(r)ar|([r-z])(\d\d))", re.IGNORECASE | re.DOTALL)
_LAST = 99
"""Of what two digits number: after .r99 comes .s00."""


def names_after(name: str) -> Iterator[str]:
    """The names that the following volume may have: part1.rar and part2.rar; or .rar, .r00, .r01, … .r99, .s00."""
    if new := _NEW.fullmatch(name):
        stem, number, ending = new.groups()
        yield f"{stem}{int(number) + 1:0{len(number)}}{ending}"
    if old := _OLD.fullmatch(name):
        stem, first, letter, number = old.groups()
        if first:
            yield f"{stem}{first}00"
        elif int(number) < _LAST:
            yield f"{stem}{letter}{int(number) + 1:02}"
        else:
            yield f"{stem}{chr(ord(letter) + 1)}00"


def names_before(name: str) -> Iterator[str]:
    """The names that the volume before may have; of part10.rar that is part09.rar or part9.rar."""
    if new := _NEW.fullmatch(name):
        stem, number, ending = new.groups()
        if int(number) > 1:
            yield from dict.fromkeys(f"{stem}{int(number) - 1:0{width}}{ending}" for width in range(len(number), 0, -1))
    elif (old := _OLD.fullmatch(name)) and old[3]:
        stem, _, letter, number = old.groups()
        if int(number):
            yield f"{stem}{letter}{int(number) - 1:02}"
        elif letter in "rR":
            yield f"{stem}{letter}{'ar' if letter == 'r' else 'AR'}"
        else:
            yield f"{stem}{chr(ord(letter) - 1)}{_LAST}"
