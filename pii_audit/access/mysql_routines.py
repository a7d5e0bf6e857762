"""Which tables the routines of a MySQL server open to whoever calls them: by their own text, and by that of what they call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pii_audit.access.mysql_catalog import Catalog, Place, Routine
from pii_audit.access.mysql_reading import Reading

_WORD = re.compile(r"\w+")
_CALLED = re.compile(r"([\w$]+)`?\s*\(|\bcall\s+(?:`?[\w$]+`?\s*\.\s*)?`?([\w$]+)")
"""A procedure without parameters may be called without parentheses."""


def opened(
    catalog: Catalog, reading: Reading, shown: Mapping[Place, Mapping[Place, str]]
) -> Iterator[tuple[Routine, Mapping[Place, str]]]:
    """Routines that run as their definer, with the assets that they show: those of tables and views that they name and may read.

    `shown` gives the assets that each table or view shows: itself, and what stands behind a view.
    """
    wanted = [(place, assets, frozenset(_WORD.findall(place[1].casefold()))) for place, assets in shown.items()]
    for routine in catalog.routines:
        found: dict[Place, str] = {}
        for text, acting in _told(catalog, routine):
            words, holders = frozenset(_WORD.findall(text)), reading.holders(acting)
            for place, assets, name in wanted:
                if name <= words and reading.reads(place, None, holders) and reading.readable(place, holders):
                    found |= assets
        if found:
            yield routine, found


def _told(catalog: Catalog, routine: Routine) -> Iterator[tuple[str, str]]:
    """The text of a routine and of all that it calls, in small letters, each with the account as which it runs."""
    first = (routine.text.casefold(), routine.definer)
    seen, front = {first}, [first]
    while front:
        text, acting = front.pop()
        yield text, acting
        for name in dict.fromkeys(one or other for one, other in _CALLED.findall(text)):
            for body in catalog.bodies.get(name, ()):
                one = ((body.text or "").casefold(), body.definer if body.runs_as_definer else acting)
                if one not in seen:
                    seen.add(one)
                    front.append(one)
