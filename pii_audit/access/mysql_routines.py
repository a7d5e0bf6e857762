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
    catalog: Catalog, reading: Reading, assets: Mapping[Place, str]
) -> Iterator[tuple[Routine, Mapping[Place, str]]]:
    """Routines that run as their definer, and which of these assets they name that somebody may read as whom they do it."""
    wanted = [(place, asset, frozenset(_WORD.findall(place[1].casefold()))) for place, asset in assets.items()]
    for routine in catalog.routines:
        found: dict[Place, str] = {}
        for text, acting in _told(catalog, routine):
            words, holders = frozenset(_WORD.findall(text)), reading.holders(acting)
            found |= {
                place: asset
                for place, asset, name in wanted
                if place not in found and name <= words and reading.reads(place, None, holders)
            }
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
