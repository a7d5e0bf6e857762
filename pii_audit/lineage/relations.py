"""The stored tables that statements read, as an inventory knows them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pii_audit.language import Text
from pii_audit.lineage.graph import Leaf, Node
from pii_audit.lineage.model import Untraceable

_SQLITE = "main"
"""What SQLite calls the schema that its assets' names do not have."""
Columns = Sequence[tuple[str, Node | Untraceable]]
"""Columns in their order, each with what it is made of, or why that is not known."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A table or view of a source: its asset's id, the source, the name, and the columns in their order."""

    asset: str
    source: str
    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A query of another script that may be read by name; `restricted` says whether it may leave rows out."""

    columns: Columns
    restricted: bool


Models: TypeAlias = Mapping[str, Model]
"""Models by their names in lower case; asking for one may raise Untraceable."""


class Relations:
    """All that may be read by name. A name may leave out what comes before it: schema, database, source."""

    def __init__(self, stored: Iterable[Stored]) -> None:
        self._by_name: dict[str, list[tuple[tuple[str, ...], Stored]]] = defaultdict(list)
        for one in stored:
            parts = tuple(part.lower() for part in (one.source, *_parts(one.name)))
            self._by_name[parts[-1]].append((parts, one))

    def find(self, parts: Sequence[str]) -> Columns:
        """The columns of a stored table, by the parts of its name (lower case); Untraceable where it is not known."""
        shown = ".".join(parts)
        known = self._by_name.get(parts[-1], [])
        found = [one for whole, one in known if _fits(parts, whole)]
        if not found:
            reason = Text(
                f"盘点中没有表 {shown}（先对其来源执行 run）",
                f"table {shown} is not in the inventory (run its source first)",
            )
            raise Untraceable(reason)
        if len(found) > 1:
            which = ", ".join(sorted(one.asset for one in found)[:5])
            reason = Text(
                f"{shown} 可能是 {which} 中的任一个（用 --source 指明来源）",
                f"{shown} may be any of {which} (say by --source which source it runs on)",
            )
            raise Untraceable(reason)
        stored = found[0]
        return [(column, Leaf(stored.asset, column)) for column in stored.columns]


_PART = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')
"""As names of assets are written: in double quotes where a part holds a dot."""


def _parts(name: str) -> tuple[str, ...]:
    return tuple(match[2] or match[1].replace('""', '"') for match in _PART.finditer(name)) or (name,)


def _fits(asked: Sequence[str], whole: tuple[str, ...]) -> bool:
    """Whether a name that was written may mean a table: all of its parts are those of the table, in their order.

    The source's id need not be written, and may stand where the database's name does.
    """
    if len(whole) == len((_SQLITE, "")) and asked[0] == _SQLITE:
        asked = asked[1:]
    return whole[max(0, len(whole) - len(asked)) :] == tuple(asked) or (whole[0], whole[-1]) == tuple(asked)
