"""What was provided so far: the readings of feeds over many runs, from which people are counted by the year."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection

from pii_audit.model.run import Inspected
from pii_audit.store import schema
from pii_audit.store.reading import inspected


def provided(connection: Connection, sources: Collection[str], since: datetime) -> Iterator[Inspected]:
    """Every different reading of the assets of some sources, by runs that ended since a moment."""
    assets, runs = schema.assets.c, schema.runs.c
    wanted = [schema.key_of(source) for source in sources]
    query = (
        select(assets.run, assets.asset_key, assets.document)
        .select_from(schema.assets.join(schema.runs, assets.run == runs.number))
        .where(runs.finished >= schema.moment(since), assets.source_key.in_(wanted))
        .order_by(assets.run)
    )
    seen: set[tuple[str, bytes]] = set()
    different: dict[int, set[str]] = defaultdict(set)
    for row in connection.execute(query):
        reading = (row.asset_key, hashlib.sha256(row.document).digest())
        if reading not in seen:
            seen.add(reading)
            different[int(row.run)].add(row.asset_key)
    for number, keys in different.items():
        yield from inspected(connection, number, keys)


def first(connection: Connection, sources: Collection[str], since: datetime) -> Iterator[Inspected]:
    """What the first run that ended since a moment and met each of some sources saw there."""
    assets, runs = schema.assets.c, schema.runs.c
    for source in sources:
        mine = (
            select(assets.run, assets.asset_key)
            .select_from(schema.assets.join(schema.runs, assets.run == runs.number))
            .where(runs.finished >= schema.moment(since), assets.source_key == schema.key_of(source))
            .order_by(assets.run)
        )
        rows = connection.execute(mine).all()
        keys = {row.asset_key for row in rows if row.run == rows[0].run}
        if keys:
            yield from inspected(connection, int(rows[0].run), keys)
