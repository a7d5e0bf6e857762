"""What was seen in files that were read in full, from run to run, so that those that have not changed are not read again.

A row stands for itself: it holds all that was seen, without the file's own name, and names the run that read it. It is sealed by
an HMAC under the workspace's key, since what it says goes into reports unseen: a row that anybody else wrote, changed or moved to
another file counts as none, and the file is read. The mark is keyed by itself, with the file and the run that read it, so that it can be
renewed without what was seen. What is inside a file under a name that holds an identifier is not kept.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from pii_audit.errors import StoreError
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Inspected
from pii_audit.model.unchanged import Earlier, Known, Proof, Scope
from pii_audit.store import history, schema
from pii_audit.store.connection import Database
from pii_audit.store.documents import packed, read
from pii_audit.store.placing import batches
from pii_audit.store.reading import moment

KEPT = timedelta(days=366)
"""No file is taken to be what it was for longer, whatever audit.yaml says."""
TOGETHER = 200
"""Files that are written in one transaction."""
LARGEST = 4 << 20
"""Bytes of what is kept of one file, and of what is held until it is written: twice as much, escaped, is what MySQL takes at once."""
_SEALED = ("file", "source", "run", "at", "definitions", "size", "content", "document")


@dataclass(frozen=True, slots=True)
class _Found:
    """All that was seen in one file, under names that begin where the file's own ends."""

    inspected: tuple[Inspected, ...]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """The model's Known in the store; `row` is as it stands there, all but what was seen, which is read when it is asked for."""

    memory: StoreMemory
    row: Mapping[str, Any]
    proof: Proof

    @property
    def size(self) -> int | None:
        """Its bytes."""
        size: int | None = self.row["size"]
        return size

    def again(self, asset: Asset) -> tuple[Inspected, ...] | None:
        """What was seen in it, under the name, the owner and the time that it has now; None where the row is damaged."""
        document = self.memory.document(self.row)
        if document is None:
            return None
        try:
            found = read(_Found, document).inspected
        except StoreError:
            return None
        earlier = Earlier(self.row["run"], moment(self.row["at"]).astimezone(self.memory.scope.by.at.tzinfo))
        return tuple(_named(one, asset, earlier) for one in found)


@dataclass(slots=True)
class StoreMemory:
    """The model's Memory in the store's database; `shown` gives a name as it may be told. `flush` writes what is still held."""

    database: Database
    key: bytes = field(repr=False)
    scope: Scope
    shown: Callable[[str], str]
    _pending: list[dict[str, Any]] = field(default_factory=list)
    _renewed: list[dict[str, str]] = field(default_factory=list)
    _held: int = 0

    def recall(self, assets: Iterable[Asset]) -> Mapping[str, Known]:
        """Those of some files that recorded runs read in full under the same definitions, by name."""
        by_key = {self._key_of(asset): asset for asset in assets}
        table, scope = schema.unchanged, self.scope
        began = table.c.at.between(schema.moment(scope.oldest), schema.moment(scope.by.at))
        valid = (table.c.definitions == scope.definitions) & table.c.recorded.is_(True) & began
        columns = [column for column in table.c if column.name != "document"]
        found: dict[str, Known] = {}
        with self.database.read() as connection:
            for some in batches(by_key):
                for row in connection.execute(select(*columns).where(valid, table.c.file.in_(some))).mappings():
                    asset = by_key[row["file"]]
                    found[asset.name] = KeptFile(self, dict(row), self._proof(dict(row), asset))
        return found

    def document(self, row: Mapping[str, Any]) -> bytes | None:
        """What was seen, of a row; None where anybody has changed either."""
        table = schema.unchanged.c
        with self.database.read() as connection:
            found = connection.execute(select(table.document).where(table.file == row["file"])).scalar_one_or_none()
        document = bytes(found or b"")
        same = hmac.compare_digest(str(row["seal"]), self._seal({**row, "document": document}))
        return document if same else None

    def keep(self, asset: Asset, proof: Proof, found: Sequence[Inspected]) -> None:
        """Notes what was seen in a file, where all of its names may be told."""
        inside = tuple(_nameless(one, asset) for one in found)
        if not all(_given(one, asset) == again for one, again in zip(inside, found, strict=True)):
            return
        if any(self.shown(name) != name for one in inside for name in _names(one)):
            return
        document = packed(_Found(inside))
        if len(document) > LARGEST:
            return
        scope, file = self.scope, self._key_of(asset)
        self._write(
            {
                "file": file,
                "source": self._digest("source", scope.source),
                "run": scope.by.run,
                "at": schema.moment(scope.by.at),
                "recorded": False,
                "definitions": scope.definitions,
                "mark": self._mark(file, scope.by.run, proof.mark),
                "size": asset.size,
                "content": proof.content,
                "document": document,
            }
        )

    def renew(self, known: Known, proof: Proof) -> None:
        """Notes that a file which bears another mark now holds what it held."""
        if isinstance(known, KeptFile):
            file, run = known.row["file"], known.row["run"]
            self._renewed.append({"of": file, "by": run, "mark": self._mark(file, run, proof.mark)})
            self._flush_many()

    def flush(self) -> None:
        """Writes what is still held."""
        rows, self._pending, self._held = self._pending, [], 0
        marks, self._renewed = self._renewed, []
        if not rows and not marks:
            return
        table = schema.unchanged
        with self.database.write() as connection:
            # Of two runs at once, the second would else insert what the first has not yet committed.
            history.lock(connection)
            if rows:
                connection.execute(delete(table).where(table.c.file.in_([row["file"] for row in rows])))
                connection.execute(insert(table), rows)
            if marks:
                # Where another run has read the file meanwhile, its row stays as it is.
                same = (table.c.file == bindparam("of")) & (table.c.run == bindparam("by"))
                connection.execute(update(table).where(same).values(mark=bindparam("mark")), marks)

    def _write(self, row: dict[str, Any]) -> None:
        self._pending.append({**row, "seal": self._seal(row)})
        self._held += len(row["document"])
        self._flush_many()

    def _flush_many(self) -> None:
        if len(self._pending) + len(self._renewed) >= TOGETHER or self._held > LARGEST:
            self.flush()

    def _proof(self, row: Mapping[str, Any], asset: Asset) -> Proof:
        # A mark may be the bare hash of the content, as an ETag is: the store has a keyed one of it, and the file tells which it is.
        mark = asset.state.mark if asset.state is not None else ""
        same = self._mark(row["file"], row["run"], mark) == row["mark"]
        return Proof(mark if same else "", row["content"])

    def _seal(self, row: Mapping[str, Any]) -> str:
        def pieces() -> Iterator[bytes]:
            for name in _SEALED:
                value = row[name]
                data = value if isinstance(value, bytes) else str(value).encode()
                yield len(data).to_bytes(8, "big")
                yield data

        return Fingerprinter(self.key).digest("seal of a file that was read", pieces())

    def _mark(self, file: str, run: str, mark: str) -> str:
        return self._digest("mark", file, run, mark)

    def _key_of(self, asset: Asset) -> str:
        return self._digest("file", self.scope.source, asset.name)

    def _digest(self, kind: str, *parts: str) -> str:
        return Fingerprinter(self.key).text(f"unchanged {kind}", *parts)


def settle(connection: Connection, run: str, now: datetime) -> None:
    """What a run read that has come to its end may stand for later ones; what is too old for any goes."""
    table = schema.unchanged
    connection.execute(update(table).where(table.c.run == run).values(recorded=True))
    connection.execute(delete(table).where(table.c.at < schema.moment(now - KEPT)))


def _nameless(one: Inspected, asset: Asset) -> Inspected:
    """The same without the name, the owner and the time of the file that it is in."""
    inside = one.asset.name.removeprefix(asset.name)
    return replace(
        one,
        asset=replace(one.asset, source="", name=inside, owner=None, modified=None),
        coverage=replace(one.coverage, source="", asset=inside),
        fields=tuple(field.of("") for field in one.fields),
    )


def _given(one: Inspected, asset: Asset) -> Inspected:
    """The opposite of `_nameless`."""
    name = asset.name + one.asset.name
    whole = replace(one.asset, source=asset.source, name=name, owner=asset.owner, modified=asset.modified)
    return replace(
        one,
        asset=whole,
        coverage=replace(one.coverage, source=asset.source, asset=name),
        fields=tuple(field.of(whole.id) for field in one.fields),
    )


def _named(one: Inspected, asset: Asset, earlier: Earlier) -> Inspected:
    given = _given(one, asset)
    if given.coverage.status is not CoverageStatus.INSPECTED:
        return given
    return replace(given, coverage=replace(given.coverage, unchanged_since=earlier))


def _names(one: Inspected) -> Iterator[str]:
    yield one.asset.name
    yield from (field.name for field in one.asset.fields)
    yield from filter(None, one.tally.fields)
