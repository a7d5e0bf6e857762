"""The texts in a document of JSON, each with its path and the places of its characters (RFC 8259)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pii_audit.lineage.hosts.literals import Parts
from pii_audit.lineage.hosts.scalars import Scalar, Unreadable, end_of_value

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]|[^\s\[\]{},:"]+', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)", re.DOTALL)
"""Two halves of a character beyond 16 bits are one."""
_HALF = re.compile(r"[\ud800-\udfff]")


def json_scalars(text: str) -> Iterator[Scalar]:
    """Every text that is a value, in order; raises Unreadable."""
    try:
        json.loads(text, strict=False, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise Unreadable(error.pos) from None
    except RecursionError:
        raise Unreadable(0) from None
    path: list[list[Any]] = []
    for token in _TOKEN.finditer(text):
        said = token[0]
        if said in ("{", "["):
            path.append(["map", "", True] if said == "{" else ["list", 0, False])
        elif said in ("}", "]"):
            path.pop()
            end_of_value(path)
        elif path and path[-1][0] == "map" and path[-1][2]:
            path[-1][1:] = [_meant(said), False]
        else:
            if said.startswith('"'):
                yield Scalar(tuple(one[1] for one in path), _meant(said), text, *token.span(), _parts)
            end_of_value(path)


def _meant(said: str) -> str:
    return _HALF.sub("\ufffd", json.loads(said, strict=False))


def _parts(_value: str, source: str, start: int, end: int) -> Parts:
    parts: Parts = []
    at = start + 1
    for escape in _ESCAPE.finditer(source, start + 1, end - 1):
        parts.append((source[at : escape.start()], at, False))
        parts.append((_meant(f'"{escape[0]}"'), escape.start(), True))
        at = escape.end()
    parts.append((source[at : end - 1], at, False))
    return [part for part in parts if part[0]]
