"""JSON values as rows: each scalar under its member's name, nested ones under their path (RFC 9535)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

_SHORTHAND = re.compile(r"[^\x00-@\[-^`{-\x7f][^\x00-/:-@\[-^`{-\x7f]*")
"""ASCII letters, `_` and all beyond ASCII, then digits too (RFC 9535, 2.5.1.1); a class up to U+10FFFF would take 7 ms to compile at each start."""
_HALF = re.compile(r"[\ud800-\udfff]")
_TELLING_KEY = re.compile(r"@|\d{5}")
ROOT = "$"
KEYS = "$.*~"
"""The field under which member names that look like data are read as values too."""


class Members(tuple[tuple[str, object], ...]):
    """The members of an object in order.

    Names that occur twice stay, where a dict would hide all but the last value.
    """

    __slots__ = ()


def decoder() -> json.JSONDecoder:
    """A decoder that keeps numbers as they are written and every member of an object."""
    return json.JSONDecoder(object_pairs_hook=Members, parse_int=str, parse_float=str, parse_constant=str, strict=False)


@lru_cache(maxsize=4096)
def member(path: str, name: str) -> str:
    """The path of a member: `$.customer.idNo`, `$['a b']`."""
    name = _whole(name)
    if _SHORTHAND.fullmatch(name):
        return f"{path}.{name}"
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"{path}['{escaped}']"


def telling(name: str) -> bool:
    """Whether a member's name looks like data: a number of five digits or an address."""
    return _TELLING_KEY.search(name) is not None


def leaves(value: object, path: str = ROOT) -> Iterator[tuple[str, str | None]]:
    """Each scalar below a value with its path, in document order."""
    open_: list[tuple[str, object]] = [(path, value)]
    while open_:
        where, what = open_.pop()
        if isinstance(what, Members):
            open_.extend((member(where, name), below) for name, below in reversed(what))
            for name, _ in what:
                if telling(name):
                    yield KEYS, _whole(name)
        elif isinstance(what, list):
            open_.extend((f"{where}[*]", below) for below in reversed(what))
        else:
            yield where, scalar(what)


def scalar(value: object) -> str | None:
    """A value that is neither object nor array, as a cell."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    # A NUL can only have come from an escape, and stands between things.
    return _whole(str(value)).replace("\0", "\n")


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, which an escape can make and no encoding can write."""
    return _HALF.sub("\ufffd", text)


@lru_cache(maxsize=4096)
def field_name(path: str) -> str:
    """Top-level members go by their bare name, all else by the path."""
    shorthand = path.removeprefix("$.")
    if path.startswith("$.") and _SHORTHAND.fullmatch(shorthand):
        return shorthand
    quoted = re.fullmatch(r"\$\['((?:[^'\\]|\\.)*)'\]", path)
    return re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else path


def row_of(value: object, path: str = ROOT) -> Mapping[str, str | None]:
    """One record as a row; several values of one field stand in its cell one a line.

    A record that is an array has its cells by place: `$[0]`, `$[1]`.
    """
    cells: dict[str, list[str]] = {}
    if path == ROOT and isinstance(value, list):
        found: Iterator[tuple[str, str | None]] = (
            leaf for index, below in enumerate(value) for leaf in leaves(below, f"$[{index}]")
        )
    else:
        found = leaves(value, path)
    for where, text in found:
        cell = cells.setdefault(field_name(where), [])
        if text is not None:
            cell.append(text)
    return {name: "\n".join(texts) if texts else None for name, texts in cells.items()}
