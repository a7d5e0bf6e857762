"""What audit.yaml says, as values: the organisation, its sources, and where results are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pii_audit.document import Period, unknown
from pii_audit.errors import Position, UsageError
from pii_audit.language import Text
from pii_audit.model.ended import Ended

DEFAULT_TIMEZONE = "Asia/Shanghai"
REREAD_AFTER = Period(90, "d")
DEFAULT_STORE = "sqlite:.pii-audit/store.db"

ISSUER = "issuer"

SourceKind = Literal["database", "file_share", "feed", "bundle", "export_jobs"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the organisation that sources and findings belong to; `parent` is the unit above."""

    id: str
    position: Position
    title: Text
    kind: str | None = None
    responsible: str | None = None
    email: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class AtRest:
    """Declared encryption at rest; a connected scanner sees clear text and cannot tell."""

    position: Position
    method: str
    ref: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Messages:
    """What is observed of a broker, and how long.

    Of RabbitMQ: `exchanges`, the routing `keys` to bind by, queues to `peek` into, and the URL of the `management` API; of Kafka:
    `topics` and the mechanism of `sasl`. Observing one of them stops after `count` messages or `seconds`.
    """

    exchanges: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    peek: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    count: int = 1_000
    seconds: int = 30
    management: str | None = None
    sasl: str | None = None


@dataclass(frozen=True, slots=True)
class Jobs:
    """How scripts of exports are read: in which dialect, on which sources they run (none: any), what their variables hold.

    `flows` name the flow that a script, by a glob of its path, makes the files of.
    """

    position: Position
    dialect: str
    reads: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    flows: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Something to crawl. `url` is as written: a path, a URL or a reference that `resolve` turns into one.

    `receipts` is the folder of the gate's receipts for what a feed sends encrypted; `messages` is about
    brokers, `known_hosts` and `identity` are files of SSH for SFTP, `endpoint` is the address of an S3-compatible store;
    `share_rights` is the file of what an SMB share itself lets through; `published` says where anybody on the internet gets at it
    without a login.

    `layouts` name the layout files of fixed-width files by glob; `max_size` (bytes) and `modified_within` limit what is
    read of a file share, of which a file that has not changed is read again after `reread_after` (0 days: always). `replicas` of a database server are read in its place, and it works for us `max_load` percent of the time.
    """

    id: str
    position: Position
    kind: SourceKind
    url: str
    owner: str | None = None
    unit: str | None = None
    environment: str | None = None
    region: str | None = None
    published: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    receipts: str | None = None
    messages: Messages | None = None
    endpoint: str | None = None
    known_hosts: str | None = None
    identity: str | None = None
    share_rights: str | None = None
    sample: int | None = None
    replicas: tuple[str, ...] = ()
    max_load: int | None = None
    layouts: Mapping[str, str] = field(default_factory=dict)
    max_size: int | None = None
    modified_within: Period | None = None
    reread_after: Period = REREAD_AFTER
    units_by_path: Mapping[str, str] = field(default_factory=dict)
    sql: Jobs | None = None
    at_rest: AtRest | None = None
    ended: Ended | None = None

    @property
    def of_tables(self) -> bool:
        """Whether it is a database, read here or behind a bastion."""
        return self.kind in ("database", "bundle")


@dataclass(frozen=True, slots=True)
class Institution:
    """What the institution does in the payment system, and the leading digits (BIN) of the cards that it issues."""

    roles: tuple[str, ...] = ()
    own_bins: tuple[str, ...] = ()

    @property
    def issues_none(self) -> bool:
        """Whether it issues no cards, so that every card is another institution's."""
        return bool(self.roles) and ISSUER not in self.roles


@dataclass(frozen=True, slots=True)
class Workspace:
    """One audit.yaml. `root` is its folder; `units` maps ids to the units of the tree, in its order; `identifiers` are files and folders of own ones."""

    root: Path
    position: Position
    name: str = ""
    standards: tuple[str, ...] = ()
    institution: Institution = field(default_factory=Institution)
    units: Mapping[str, Unit] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    policies: tuple[str, ...] = ()
    identifiers: tuple[Path, ...] = ()
    store: str = DEFAULT_STORE
    key: str | None = None
    samples: Literal["masked", "none"] = "masked"
    timezone: str = DEFAULT_TIMEZONE
    leavers: str | None = None
    accounts: str | None = None
    directory: tuple[str, ...] = ()
    functions: Mapping[str, str] = field(default_factory=dict)

    @property
    def environments(self) -> frozenset[str]:
        """The environments that sources are in."""
        return frozenset(source.environment for source in self.sources if source.environment)

    def source(self, source_id: str) -> Source:
        """The source of that id; UsageError with a suggestion when there is none."""
        for source in self.sources:
            if source.id == source_id:
                return source
        message = unknown(Text("数据源", "source"), source_id, [source.id for source in self.sources])
        raise UsageError(message, where=str(self.position.file))

    def unit(self, unit_id: str) -> Unit:
        """The unit of that id; UsageError with a suggestion when there is none."""
        if unit_id not in self.units:
            raise UsageError(unknown(Text("机构", "unit"), unit_id, list(self.units)), where=str(self.position.file))
        return self.units[unit_id]

    def below(self, unit_id: str) -> tuple[str, ...]:
        """That unit and all below it, in the order of the tree; UsageError with a suggestion when there is none."""
        found = [self.unit(unit_id).id]
        found += [unit.id for unit in self.units.values() if unit.parent == unit_id]
        return tuple(
            dict.fromkeys(below for unit in found for below in ((unit,) if unit == unit_id else self.below(unit)))
        )

    def unit_of(self, source: Source, asset_name: str) -> Unit | None:
        """The unit that answers for an asset: the first glob of `units_by_path` that fits, else the source's unit."""
        for pattern, unit in source.units_by_path.items():
            if fnmatchcase(asset_name, pattern):
                return self.units[unit]
        return self.units[source.unit] if source.unit else None

    def now(self) -> datetime:
        """The present moment in the workspace's time zone."""
        return datetime.now(ZoneInfo(self.timezone))

    def today(self) -> date:
        """The calendar day in the workspace's time zone: the one against which dates of policies are judged."""
        return self.now().date()
