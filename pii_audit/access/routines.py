"""Which tables the routines of a server name: in their own texts, and in those of all that they call."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_WORD = re.compile(r"\w+")
_CALLED = re.compile(r"([\w$]+)[`\"]?\s*\(|\bcall\s+(?:[`\"]?[\w$]+[`\"]?\s*\.\s*)?[`\"]?([\w$]+)")
"""A procedure of MySQL without parameters may be called without parentheses."""
Table = TypeVar("Table")


@dataclass(frozen=True, slots=True)
class Body:
    """What a routine does, None where we may not see it, and with whose rights: its owner's, or those of who calls it."""

    owner: str
    as_owner: bool
    text: str | None


class Texts(Generic[Table]):
    """Reads each text once; `bodies` are by the names of routines in small letters, `tables` gives the name of each table."""

    def __init__(self, bodies: Mapping[str, Sequence[Body]], tables: Mapping[Table, str]) -> None:
        self._bodies = bodies
        self._tables = [(table, _words(name)) for table, name in tables.items()]
        self._known: dict[str, tuple[Sequence[Table], Sequence[Body]]] = {}

    def named(self, text: str, owner: str) -> Collection[tuple[Table, str]]:
        """The tables that a routine names, and those that what it calls does, each with as whom it is read."""
        found: dict[tuple[Table, str], None] = {}
        seen, front = {(text, owner)}, [(text, owner)]
        while front:
            said, acting = front.pop()
            tables, called = self._read(said)
            found |= dict.fromkeys((table, acting) for table in tables)
            for body in called:
                one = (body.text or "", body.owner if body.as_owner else acting)
                if one not in seen:
                    seen.add(one)
                    front.append(one)
        return found

    def _read(self, text: str) -> tuple[Sequence[Table], Sequence[Body]]:
        """The tables that a text names, and what it calls."""
        if text not in self._known:
            words = _words(text)
            names = dict.fromkeys(one or other for one, other in _CALLED.findall(text.casefold()))
            self._known[text] = (
                [table for table, name in self._tables if name <= words],
                [body for name in names for body in self._bodies.get(name, ())],
            )
        return self._known[text]


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
