"""Which tables the routines of a server name: in their own texts, and in those of all that they call; and which name none."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pii_audit.language import Text
from pii_audit.model.setting import Setting, SettingKind

_WORD = re.compile(r"\w+")
_CALLED = re.compile(r"([\w$]+)[`\"]?\s*\(|\bcall\s+(?:[`\"]?[\w$]+[`\"]?\s*\.\s*)?[`\"]?([\w$]+)")
"""A procedure of MySQL without parameters may be called without parentheses."""
_RUNS = re.compile(r"\b(?:execute|prepare|spi_\w+)\b")
_JOINED = re.compile(
    r"""\b(?:from|join)\s+(?:[\w"`]+\.)?["`\[]?(?:%(?:\d+\$)?-?\d*[is]\b|\{)"""
    r"""|\b(?:from|join)\s+(?:[\w"`]+\.)?["`\[]?['"]\s*(?:\|\||,|\+|\.|%)"""
)
"""A text of a query that ends, or has a place for a name, where a table would stand."""
_WHOLE = re.compile(
    r"\bexecute\s+(?:immediate\s+)?@?([a-z_]\w*)\s*(?:;|\binto\b|\busing\b|$)|\bprepare\s+\w+\s+from\s+@?(\w+)"
)
_PREPARED = re.compile(r"\bprepare\s+(\w+)")
Table = TypeVar("Table")
SHOWN = 5


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


def computes(text: str) -> bool:
    """Whether a routine runs a query whose tables do not stand in its text: the name of one, or all of it, is put together."""
    said = text.casefold()
    if not _RUNS.search(said):
        return False
    if _JOINED.search(said):
        return True
    whole = {one or other for one, other in _WHOLE.findall(said)} - set(_PREPARED.findall(said))
    return any(not re.search(rf"\b{name}\s*:?=[^;]*['\"$]", said) for name in whole)


def open_routine(source: str, name: str, owner: str, callers: Sequence[str], closing: tuple[str, ...]) -> Setting:
    """A routine that reads as its owner whatever its callers name."""
    shown = ", ".join(callers[:SHOWN]) + (" …" if len(callers) > SHOWN else "")
    return Setting(
        source,
        SettingKind.OPEN_ROUTINE,
        name,
        Text(
            f"{name} 以 {owner} 的身份运行由参数拼成的查询；{shown} 可调用它，读哪些表看不出来",
            f"{name} runs as {owner} a query that is put together from what it is given; {shown} may call it, and which tables it reads "
            "cannot be told",
        ),
        Text(
            "改为以调用者身份运行，或只授予需要它的岗位并写明它读的表",
            "let it run as its caller, or grant it to the posts that need it alone and name the tables that it reads",
        ),
        callers[0] if len(callers) == 1 else None,
        (owner,),
        closing,
        Text("调用它的程序会停", "programs that call it stop"),
    )
