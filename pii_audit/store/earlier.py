"""What earlier self-checks saw of some sources, run by run: against it one tells what has vanished since."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.engine import Connection

from pii_audit.model.run import Inspected
from pii_audit.store import schema
from pii_audit.store.reading import inspected


def earlier(
    connection: Connection, sources: Collection[str], than: str | None = None
) -> Iterator[tuple[Inspected, ...]]:
    """The assets of each recorded run, the oldest first, up to a run or all; a reading that many runs share is decoded once."""
    assets, runs = schema.assets.c, schema.runs.c
    query = (
        select(assets.run, assets.asset_key, assets.document)
        .select_from(schema.assets.join(schema.runs, assets.run == runs.number))
        .where(runs.kind == "run", assets.source_key.in_([schema.key_of(source) for source in sources]))
        .order_by(assets.run, assets.ordinal)
    )
    if than is not None:
        query = query.where(runs.number < select(runs.number).where(runs.id == than).scalar_subquery())
    met: dict[int, dict[str, bytes]] = defaultdict(dict)
    for row in connection.execute(query):
        met[int(row.run)][row.asset_key] = hashlib.sha256(row.document).digest()
    known: dict[tuple[str, bytes], Inspected] = {}
    for number, digests in met.items():
        new = {key for key, digest in digests.items() if (key, digest) not in known}
        for one in inspected(connection, number, new) if new else ():
            key = schema.key_of(one.asset.id)
            known[key, digests[key]] = one
        yield tuple(known[reading] for reading in digests.items() if reading in known)
