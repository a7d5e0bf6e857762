"""From a source as audit.yaml declares it to the thing that reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from pii_audit.document import Period, Reader
from pii_audit.errors import UsageError
from pii_audit.language import Text, same
from pii_audit.sources.interface import Source
from pii_audit.workspace import resolve

if TYPE_CHECKING:
    from pii_audit.sources.database.engine import Engine
    from pii_audit.sources.feed.openers import MessagesSpec
    from pii_audit.sources.format.fixed_width import Layouts

ENTRY_POINTS = "pii_audit.sources"
BUNDLE = "bundle"


class SourceSpec(Protocol):
    """What a source needs to know of itself; `url` is resolved already, never `env:` or `keyring:`."""

    @property
    def id(self) -> str:
        """The id of the source in the workspace."""

    @property
    def kind(self) -> str:
        """`database`, `file_share`, `feed`, `bundle`, or the name of an entry point."""

    @property
    def url(self) -> str:
        """Where it is."""

    @property
    def include(self) -> tuple[str, ...]:
        """Globs of what is read; empty for everything."""

    @property
    def exclude(self) -> tuple[str, ...]:
        """Globs of what is left out."""

    @property
    def ignore(self) -> tuple[str, ...]:
        """Globs of a feed's control files."""

    @property
    def replicas(self) -> tuple[str, ...]:
        """Copies of a database server that are read in its place, or references to them."""

    @property
    def max_load(self) -> int | None:
        """Percent of the time that a database server works for us; None for no limit."""

    @property
    def messages(self) -> MessagesSpec | None:
        """What is observed of a broker."""

    @property
    def endpoint(self) -> str | None:
        """The address of an S3-compatible store; None for AWS."""

    @property
    def known_hosts(self) -> str | None:
        """The file of host keys that SFTP servers are known by."""

    @property
    def identity(self) -> str | None:
        """The file of the private key by which SFTP logs in."""

    @property
    def share_rights(self) -> str | None:
        """The file of what an SMB share itself lets through."""

    @property
    def layouts(self) -> Mapping[str, str]:
        """Globs of fixed-width files, each with the path of the layout that cuts them."""

    @property
    def max_size(self) -> int | None:
        """Bytes of the largest file that is read; None for no limit."""

    @property
    def modified_within(self) -> Period | None:
        """How far back the last change of a file may lie; None for no limit."""


Opener = Callable[[SourceSpec, Path], Source]


def open_source(spec: SourceSpec, *, root: Path, key: Callable[[], bytes] | None = None) -> Source:
    """The source that a spec declares; relative paths are relative to `root`, the folder of audit.yaml, `key` gives the workspace's.

    Reads nothing yet. Raises UsageError for a kind or url that nothing here can read; the url, which may hold a
    password, is not repeated.
    """
    if spec.kind == BUNDLE:
        return _bundle(spec, root, key)
    opener = _BUILT_IN.get(spec.kind)
    if opener is None:
        found = next(iter(entry_points(group=ENTRY_POINTS, name=spec.kind)), None)
        if found is None:
            known = ", ".join((*_BUILT_IN, BUNDLE))
            raise UsageError(
                Text(f"未知的来源类型 “{spec.kind}”", f'unknown kind of source "{spec.kind}"'),
                where=spec.id,
                todo=Text(f"可用：{known}", f"Known kinds: {known}"),
            )
        opener = found.load()
    return opener(spec, root)


def _database(spec: SourceSpec, root: Path) -> Source:
    scheme, rest = _scheme(spec.url)
    if scheme in _SERVERS:
        return _server(spec, scheme)
    if scheme == "duckdb" and rest.removeprefix("///"):
        return _duckdb(spec, root / rest.removeprefix("///"))
    from pii_audit.sources.database.sqlite import SqliteSource  # noqa: PLC0415 - a scan loads what it reads

    if scheme in ("sqlite", "sqlite+pysqlite"):
        # SQLAlchemy writes sqlite:///relative and sqlite:////absolute.
        rest = rest.removeprefix("///")
    elif scheme:
        raise unsupported(spec, _DATABASES)
    if not rest or rest.startswith(("//", ":memory:")):
        raise unsupported(spec, _DATABASES)
    return SqliteSource(spec.id, root / rest, spec.include, spec.exclude)


def _server(spec: SourceSpec, scheme: str) -> Source:
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - a scan loads what it reads
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 - as above

    from pii_audit.sources.database.server import ServerSource  # noqa: PLC0415 - as above
    from pii_audit.sources.database.session import Manner  # noqa: PLC0415 - as above

    module, engine, driver, extra = _SERVERS[scheme]
    require(spec, driver, extra)
    replicas = tuple(map(resolve, spec.replicas))
    for url in (spec.url, *replicas):
        try:
            make_url(url)
        except (ArgumentError, ValueError):
            raise unsupported(spec, _DATABASES) from None
        if _SERVERS.get(_scheme(url)[0]) != _SERVERS[scheme]:
            raise UsageError(
                Text("副本与 url 不是同一种数据库", "a replica is of another kind than the url"), where=spec.id
            )
    manner = Manner(replicas, spec.max_load or 100)
    return ServerSource(spec.id, getattr(import_module(module), engine)(), spec.url, spec.include, spec.exclude, manner)


def _bundle(spec: SourceSpec, root: Path, key: Callable[[], bytes] | None) -> Source:
    from pii_audit.sources.bundle.source import BundleSource  # noqa: PLC0415 - a scan loads what it reads

    path = _folder(spec, root)
    return BundleSource(spec.id, path, key() if key else None, engine_of, spec.include, spec.exclude)


def engine_of(dialect: str) -> Engine | None:
    """The engine of a dialect that has servers."""
    for module, name, _, _ in _SERVERS.values():
        engine: Engine = getattr(import_module(module), name)()
        if engine.dialect == dialect:
            return engine
    return None


def _duckdb(spec: SourceSpec, path: Path) -> Source:
    from pii_audit.sources.database.duckdb import DuckdbEngine, DuckdbSource  # noqa: PLC0415 - a scan loads what it reads

    require(spec, "duckdb", "duckdb")
    return DuckdbSource(spec.id, DuckdbEngine(), str(path), spec.include, spec.exclude)


def require(spec: SourceSpec, driver: str, extra: str) -> None:
    """UsageError where a package that an extra installs is not here."""
    if find_spec(driver) is None:
        install = f"pip install 'pii-audit[{extra}]'" if extra else f"pip install {_PACKAGES.get(driver, driver)}"
        raise UsageError(
            Text(f"没有安装驱动 {driver}", f"the driver {driver} is not installed"), where=spec.id, todo=same(install)
        )


def _file_share(spec: SourceSpec, root: Path) -> Source:
    from pii_audit.sources.file_share.local import FolderSource, Selection  # noqa: PLC0415 - as above

    selection = Selection(spec.include, spec.exclude, spec.max_size, _since(spec))
    scheme, _ = _scheme(spec.url)
    if scheme and scheme != "file":
        from pii_audit.sources.file_share.openers import OPENERS, PLACES  # noqa: PLC0415 - as above

        if scheme not in OPENERS:
            raise unsupported(spec, PLACES)
        return OPENERS[scheme](spec, root, selection)
    return FolderSource(spec.id, _folder(spec, root), selection, layouts_of(spec, root))


STREAMS = ("amqp", "amqps", "kafka", "kafkas", "sftp")
"""Schemes of feeds that are no folder."""


def _export_jobs(spec: SourceSpec, root: Path) -> Source:
    from pii_audit.sources.export_jobs import ExportJobsSource  # noqa: PLC0415 - as above
    from pii_audit.sources.file_share.local import Selection  # noqa: PLC0415 - as above

    return ExportJobsSource(spec.id, _folder(spec, root), Selection(spec.include, spec.exclude))


def _feed(spec: SourceSpec, root: Path) -> Source:
    scheme, _ = _scheme(spec.url)
    if scheme in STREAMS:
        from pii_audit.sources.feed.openers import OPENERS  # noqa: PLC0415 - as above

        return OPENERS[scheme](spec, root)
    from pii_audit.sources.feed.outbox import OutboxSource  # noqa: PLC0415 - as above
    from pii_audit.sources.file_share.local import Selection  # noqa: PLC0415 - as above

    selection = Selection(spec.include, spec.exclude)
    return OutboxSource(spec.id, _folder(spec, root), selection, layouts_of(spec, root), ignore=spec.ignore)


def _since(spec: SourceSpec) -> datetime | None:
    if spec.modified_within is None:
        return None
    return datetime.combine(spec.modified_within.before(datetime.now(UTC).date()), time.min, UTC)


def layouts_of(spec: SourceSpec, root: Path) -> Layouts:
    """The layouts of fixed-width files that a source names; ConfigurationError with everything that is wrong in them."""
    if not spec.layouts:
        return ()
    from pii_audit.sources.format.fixed_width import load_layout  # noqa: PLC0415 - as above

    reader = Reader()
    found = [(glob, load_layout(root / path, reader, shown_as=path)) for glob, path in spec.layouts.items()]
    reader.raise_problems()
    return tuple(found)


_HERE = "pii_audit.sources.database."
_POSTGRESQL = (f"{_HERE}postgresql", "PostgresqlEngine", "psycopg", "postgresql")
_MYSQL = (f"{_HERE}mysql", "MysqlEngine", "pymysql", "mysql")
_ORACLE = (f"{_HERE}oracle", "OracleEngine", "oracledb", "oracle")
_SQLSERVER = (f"{_HERE}sqlserver", "SqlServerEngine", "pymssql", "sqlserver")
_OPENGAUSS = (f"{_HERE}postgresql_family", "OpenGaussEngine", "psycopg", "postgresql")
_KINGBASE = (f"{_HERE}postgresql_family", "KingbaseEngine", "psycopg", "postgresql")
_SERVERS: Mapping[str, tuple[str, str, str, str]] = {
    "postgresql": _POSTGRESQL,
    "postgresql+psycopg": _POSTGRESQL,
    "mysql": _MYSQL,
    "mysql+pymysql": _MYSQL,
    "mariadb": _MYSQL,
    "mariadb+pymysql": _MYSQL,
    "oracle": _ORACLE,
    "oracle+oracledb": _ORACLE,
    "mssql": _SQLSERVER,
    "mssql+pymssql": _SQLSERVER,
    "opengauss": _OPENGAUSS,
    "gaussdb": _OPENGAUSS,
    "kingbase": _KINGBASE,
    "db2": (f"{_HERE}db2", "Db2Engine", "ibm_db_dbi", ""),
    "dm": (f"{_HERE}dm", "DmEngine", "dmPython", ""),
    "hive": (f"{_HERE}hive", "HiveEngine", "impala", ""),
    "gbase8s": (f"{_HERE}gbase8s", "Gbase8sEngine", "pyodbc", ""),
    "oceanbase": (f"{_HERE}mysql_family", "OceanBaseEngine", "pymysql", "mysql"),
    "tidb": (f"{_HERE}mysql_family", "TidbEngine", "pymysql", "mysql"),
    "tdsql": (f"{_HERE}mysql_family", "TdsqlEngine", "pymysql", "mysql"),
    "goldendb": (f"{_HERE}mysql_family", "GoldenDbEngine", "pymysql", "mysql"),
    "gbase8a": (f"{_HERE}mysql_family", "Gbase8aEngine", "pymysql", "mysql"),
}
"""Scheme of a SQLAlchemy URL → module and class of the engine, its driver, and the extra that installs it (none: it is the vendor's)."""
_PACKAGES = {"ibm_db_dbi": "ibm-db", "impala": "impyla"}
"""Drivers that are called otherwise where they are installed from."""
_DATABASES = Text(
    f"sqlite:路径、duckdb:路径、{'、'.join(f'{scheme}://…' for scheme in _SERVERS if '+' not in scheme)}",
    f"sqlite:PATH, duckdb:PATH, {', '.join(f'{scheme}://…' for scheme in _SERVERS if '+' not in scheme)}",
)

_BUILT_IN: Mapping[str, Opener] = {
    "database": _database,
    "file_share": _file_share,
    "feed": _feed,
    "export_jobs": _export_jobs,
}


def _folder(spec: SourceSpec, root: Path) -> Path:
    scheme, rest = _scheme(spec.url)
    if not scheme:
        return root / rest
    parts = urlsplit(spec.url)
    if scheme != "file" or parts.netloc not in ("", "localhost"):
        raise unsupported(spec, Text("文件夹路径、file:///路径", "a folder's path, file:///PATH"))
    return root / unquote(parts.path)


def _scheme(url: str) -> tuple[str, str]:
    """The scheme and what follows its colon; a drive letter is no scheme."""
    scheme, colon, rest = url.partition(":")
    if (
        not colon
        or len(scheme) == 1
        or not scheme.replace("+", "").replace("-", "").replace(".", "").isalnum()
        or not scheme.isascii()
    ):
        return "", url
    return scheme.lower(), rest


def unsupported(spec: SourceSpec, supported: Text) -> UsageError:
    """The error of a URL that nothing here reads, without the URL, which may hold a password."""
    scheme, _ = _scheme(spec.url)
    return UsageError(
        Text(f"无法读取这种 url({scheme}:…)", f"cannot read a url of this form ({scheme}:…)"),
        where=spec.id,
        todo=Text(f"目前支持：{supported.zh}", f"Supported now: {supported.en}"),
    )
