"""What earlier self-checks saw of some assets, run by run: against it one tells what has vanished since."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, select
from sqlalchemy.engine import Connection

from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.run import Inspected
from pii_audit.store import schema
from pii_audit.store.documents import read
from pii_audit.store.reading import SketchesOf

AT_ONCE = 500
"""Assets that one query names."""

_Readings = dict[int, dict[str, Inspected]]


def earlier(
    connection: Connection, sources: Collection[str], wanted: Callable[[str], bool], than: str | None = None
) -> Iterator[tuple[Inspected, ...]]:
    """The wanted assets (by id) of each recorded run, the oldest first, up to a run or all; what no run saw is left out."""
    assets, runs = schema.assets.c, schema.runs.c
    recorded = runs.kind == "run"
    if than is not None:
        recorded &= runs.number < select(runs.number).where(runs.id == than).scalar_subquery()
    named = select(assets.asset_key, assets.asset).distinct()
    of_sources = assets.source_key.in_([schema.key_of(source) for source in sources])
    keys = sorted(row.asset_key for row in connection.execute(named.where(of_sources)) if wanted(row.asset))
    found: _Readings = defaultdict(dict)
    for first in range(0, len(keys), AT_ONCE):
        _read(connection, keys[first : first + AT_ONCE], recorded, found)
    for number in sorted(found):
        yield tuple(found[number].values())


def _read(connection: Connection, keys: Sequence[str], recorded: ColumnElement[bool], into: _Readings) -> None:
    """The readings of these assets; what many runs saw alike is decoded once."""
    assets, runs = schema.assets.c, schema.runs.c
    sketches, known = SketchesOf(connection), dict[tuple[str, bytes], Inspected]()
    query = (
        select(assets.run, assets.ordinal, assets.asset_key, assets.document)
        .select_from(schema.assets.join(schema.runs, assets.run == runs.number))
        .where(recorded, assets.asset_key.in_(keys))
        .order_by(assets.run, assets.ordinal)
    )
    for row in connection.execute(query).all():
        reading = (row.asset_key, hashlib.sha256(row.document).digest())
        if reading not in known:
            fields = _fields(connection, row.run, row.ordinal)
            known[reading] = replace(read(Inspected, row.document, sketches), fields=fields)
        into[int(row.run)][row.asset_key] = known[reading]


def _fields(connection: Connection, run: int, ordinal: int) -> tuple[FieldEvidence, ...]:
    inventory = schema.inventory.c
    query = select(inventory.document).where(inventory.run == run, inventory.asset_ordinal == ordinal)
    return tuple(read(FieldEvidence, document) for (document,) in connection.execute(query.order_by(inventory.ordinal)))
