"""Which tables the functions of a PostgreSQL database open to whoever calls them: by their own text, and by that of what they call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pii_audit.access.postgresql_catalog import Catalog, Function, Relation
from pii_audit.access.postgresql_reading import Reading

_WORD = re.compile(r"\w+")
_CALLED = re.compile(r'([\w$]+)"?\s*\(')


def opened(
    catalog: Catalog, reading: Reading, shown: Iterable[tuple[Relation, frozenset[str]]]
) -> Iterator[tuple[Function, frozenset[str]]]:
    """Functions that run as their owner, with the assets that they show: those of relations that they name and may read.

    `shown` gives the assets that each relation shows: itself, and what stands behind a view.
    """
    wanted = [(relation, assets, frozenset(_WORD.findall(relation.name.casefold()))) for relation, assets in shown]
    for function in catalog.functions:
        found: set[str] = set()
        for text, acting in _told(catalog, function):
            words, owner = frozenset(_WORD.findall(text)), reading.actor(acting)
            for relation, assets, name in wanted:
                if name <= words and not assets <= found and reading.reads(relation.oid, None, owner, owner):
                    found |= assets
        if found:
            yield function, frozenset(found)


def _told(catalog: Catalog, function: Function) -> Iterator[tuple[str, str]]:
    """The text of a function and of all that it calls, in small letters, each with the role as which it runs."""
    first = (function.text.casefold(), function.owner)
    seen, front = {first}, [first]
    while front:
        text, acting = front.pop()
        yield text, acting
        for name in dict.fromkeys(_CALLED.findall(text)):
            for body in catalog.bodies.get(name, ()):
                one = (body.text.casefold(), body.owner if body.definer else acting)
                if one not in seen:
                    seen.add(one)
                    front.append(one)
