"""What an unfinished run has so far, asset by asset. Each save is a transaction: a kill loses the last one at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select

from pii_audit.model.codec import tally_from_bytes, tally_to_bytes
from pii_audit.model.evidence import AssetTally
from pii_audit.store import schema
from pii_audit.store.connection import Database
from pii_audit.store.documents import damage_reported

KEPT = timedelta(days=30)
"""An abandoned run is not resumed after that, and what it had, keyed hashes included, goes."""


@dataclass(frozen=True, slots=True)
class StoreCheckpoint:
    """The model's Checkpoint in the store's database, for the run of one key."""

    database: Database
    run_key: str

    def begin(self) -> None:
        """Drops what other runs have abandoned; what this one had stays, to go on from."""
        stale = schema.checkpoints.c.saved < schema.moment(datetime.now(UTC) - KEPT)
        with self.database.write() as connection:
            connection.execute(delete(schema.checkpoints).where(stale))

    def clear(self) -> None:
        """Drops all that this run had."""
        with self.database.write() as connection:
            connection.execute(delete(schema.checkpoints).where(schema.checkpoints.c.run_key == self._key))

    def load(self, asset: str) -> AssetTally | None:
        """What an earlier, unfinished run of this key had of that asset."""
        table = schema.checkpoints.c
        query = select(table.tally).where(table.run_key == self._key, table.asset_key == schema.key_of(asset))
        with self.database.read() as connection:
            payload = connection.execute(query).scalar_one_or_none()
        if payload is None:
            return None
        with damage_reported(AssetTally):
            return tally_from_bytes(payload)

    def save(self, asset: str, tally: AssetTally) -> None:
        """Keeps what is known of that asset so far, in place of what was kept before."""
        table = schema.checkpoints
        key = schema.key_of(asset)
        row = {
            "run_key": self._key,
            "asset_key": key,
            "saved": schema.moment(datetime.now(UTC)),
            "tally": tally_to_bytes(tally),
        }
        with self.database.write() as connection:
            connection.execute(delete(table).where(table.c.run_key == self._key, table.c.asset_key == key))
            connection.execute(insert(table).values(row))

    @property
    def _key(self) -> str:
        return schema.key_of(self.run_key)
