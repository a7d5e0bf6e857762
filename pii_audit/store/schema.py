"""The tables of the store, as the newest migration leaves them.

Portable to SQLite, PostgreSQL and MySQL: what is looked up by identity is keyed by ASCII of at most 64 characters,
since names of assets may be of any length, differ in case alone, or hold what a database's text type refuses.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)
from sqlalchemy import Text as TextType
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

HEAD = "0005"
"""The newest migration; a store that names one unknown here was written by a newer version."""
VERSION_TABLE = "pii_audit_version"


class Name(TypeDecorator[str]):
    """Text from anywhere: lone surrogates and NUL, which databases refuse, are kept as visible escapes."""

    impl = TextType
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """MySQL's TEXT ends at 64 KB, and a name does not."""
        return dialect.type_descriptor(Document.dialect_impl(dialect))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the interface's
        """What is written, or compared with."""
        return None if value is None else storable(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the interface's
        """What is read, as it was written."""
        return None if value is None else str(value)


def storable(text: str) -> str:
    """The text with what a database refuses written as an escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def key_of(*parts: str) -> str:
    """64 ASCII characters that stand for a name of any length and content."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def moment(when: datetime) -> str:
    """A point in time as the store sorts it; a naive one is taken as UTC."""
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00")


Document = TextType().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
"""JSON in ASCII."""
Packed = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
"""Bytes: compressed JSON, or a sketch."""
Key = String(64)
Moment = String(32)
"""ISO 8601 in UTC with microseconds: sorts by time, and keeps its zone in every database."""

metadata = MetaData()

writer = Table(
    "writer", metadata, Column("id", Integer, primary_key=True, autoincrement=False), Column("key_mark", Key)
)
"""One row; whoever writes a run locks it first, so that two runs are judged one after the other. `key_mark` tells the store's key."""

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Key, nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("version", String(64), nullable=False),
    Column("started", Moment, nullable=False),
    Column("finished", Moment, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("incomplete", Boolean, nullable=False),
    Column("document", Packed, nullable=False),
    Column("seal", Key),
)
"""One row a run. `seal` chains the runs and what they said of findings (`pii_audit.store.sealing`); none is older than the seals."""

coverage = Table(
    "coverage",
    metadata,
    Column("run", Integer, ForeignKey("runs.number"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("asset_key", Key, nullable=False),
    Column("source_key", Key, nullable=False),
    Column("source", Name, nullable=False),
    Column("asset", Name, nullable=False),
    Column("status", String(16), nullable=False),
    Column("rows", BigInteger),
    Column("total", BigInteger),
    Column("draws", BigInteger),
    Column("document", Document, nullable=False),
    Index("coverage_asset", "asset_key"),
    Index("coverage_source", "source_key"),
)

assets = Table(
    "assets",
    metadata,
    Column("run", Integer, ForeignKey("runs.number"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("asset_key", Key, nullable=False),
    Column("source_key", Key, nullable=False),
    Column("asset", Name, nullable=False),
    Column("readable", Boolean, nullable=False),
    Column("document", Packed, nullable=False),
    Index("assets_asset", "asset_key"),
)
"""One row an asset that was opened: all of it but its judged fields, which stand in `inventory`."""

inventory = Table(
    "inventory",
    metadata,
    Column("run", Integer, ForeignKey("runs.number"), primary_key=True),
    Column("asset_ordinal", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("asset_key", Key, nullable=False),
    Column("field_key", Key, nullable=False),
    Column("asset", Name, nullable=False),
    Column("field", Name),
    Column("identifier", String(64), nullable=False),
    Column("subject", String(32), nullable=False),
    Column("form", String(32), nullable=False),
    Column("level", String(8)),
    Column("rows_inspected", BigInteger, nullable=False),
    Column("hits", BigInteger, nullable=False),
    Column("prevalence", Float, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("persons", BigInteger, nullable=False),
    Column("sketch", Key),
    Column("document", Document, nullable=False),
    Index("inventory_field", "asset_key", "field_key", "identifier"),
)

sketches = Table(
    "sketches", metadata, Column("digest", Key, primary_key=True), Column("payload", Packed, nullable=False)
)
"""Distinct persons, by the SHA-256 of the sketch: unchanged data costs nothing in the next run."""

findings = Table(
    "findings",
    metadata,
    Column("fingerprint", Key, primary_key=True),
    Column("rule", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("status", String(32), nullable=False),
    Column("change", String(32), nullable=False),
    Column("suppressed_by", Name),
    Column("source", Name),
    Column("asset", Name),
    Column("flow", Name),
    Column("recipient", Name),
    Column("principal", Name),
    Column("unit", Name),
    Column("owner", Name),
    Column("due", String(10)),
    Column("until", String(10)),
    Column("life", Document),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("first_run", Integer, ForeignKey("runs.number"), nullable=False),
    Column("last_run", Integer, ForeignKey("runs.number"), nullable=False),
    Index("findings_status", "status"),
)
"""One row a finding for all time: to be found by, and nothing that the history and the sightings do not say.

`status`, `life` and `until` are what its last step says; no `life` is older than the history.
"""

history = Table(
    "history",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", Key, nullable=False),
    Column("document", Document, nullable=False),
    Column("hash", Key, nullable=False),
    Index("history_finding", "fingerprint"),
)
"""Every step of every finding, in one chain that only grows."""

observations = Table(
    "observations",
    metadata,
    Column("run", Integer, ForeignKey("runs.number"), primary_key=True),
    Column("fingerprint", Key, ForeignKey("findings.fingerprint"), primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("change", String(32), nullable=False),
    Column("status", String(32), nullable=False),
    Column("suppressed_by", Name),
    Column("seen_run", Integer, ForeignKey("runs.number"), nullable=False),
    Column("document", Document),
    Column("seal", Key),
    Index("observations_finding", "fingerprint"),
)
"""What each run said of each finding; `seen_run` is the run whose document shows it, an earlier one if unseen."""

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("run_key", Key, primary_key=True),
    Column("asset_key", Key, primary_key=True),
    Column("saved", Moment, nullable=False),
    Column("tally", Packed, nullable=False),
)

unchanged = Table(
    "unchanged",
    metadata,
    Column("file", Key, primary_key=True),
    Column("source", Key, nullable=False),
    Column("run", Key, nullable=False),
    Column("at", Moment, nullable=False),
    Column("recorded", Boolean, nullable=False),
    Column("definitions", Key, nullable=False),
    Column("mark", Key, nullable=False),
    Column("size", BigInteger),
    Column("content", Key),
    Column("document", Packed, nullable=False),
    Column("seal", Key, nullable=False),
    Index("unchanged_run", "run"),
)
"""What was seen in each file that was read in full, by keyed digests of its name and of all that tells whether it has changed.

It refers to no other table: runs may go, and what they read still stands. `recorded` is whether the run came to its end.
"""
