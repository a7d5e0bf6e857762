"""Opening the store's database, and its transactions."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from pii_audit.errors import StoreError, reason_of
from pii_audit.language import Text
from pii_audit.store.failures import failure

BUSY_MS = 30_000
"""So long one writer waits for another."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database: `write` and `read` are its transactions, `where` names it in messages, without secrets."""

    engine: Engine
    where: str

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that is written whole or not at all; the only writer while it lasts."""
        writing = self.engine.execution_options(pii_audit_write=True)
        with self._translated(), writing.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise failure(error, self.where) from error

    def close(self) -> None:
        """Lets go of all connections."""
        self.engine.dispose()


def connect(url: str, root: Path, *, create: bool = True) -> Database:
    """The database of a store's URL: `sqlite:PATH` (relative to `root`) or a SQLAlchemy URL.

    A new SQLite file is 0600, folders made for it 0700. StoreError when it cannot be opened, or does not exist and
    `create` is off.
    """
    path = _sqlite_path(url, root)
    if path is None:
        return _server(url)
    _prepare(path, create=create)
    engine = create_engine(
        URL.create("sqlite", database=str(path)), hide_parameters=True, connect_args={"timeout": BUSY_MS / 1000}
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return Database(engine, str(path))


def _sqlite_path(url: str, root: Path) -> Path | None:
    if not url.startswith("sqlite:"):
        return None
    rest = url.removeprefix("sqlite:")
    path = rest.removeprefix("///") if rest.startswith("///") else rest
    if not path or path.startswith("//") or path == ":memory:":
        raise StoreError(
            Text("存储库地址缺少文件路径", "the store's address names no file"),
            where=url,
            todo=Text(
                "写成 sqlite:路径，例如 sqlite:.pii-audit/store.db",
                "write sqlite:PATH, e.g. sqlite:.pii-audit/store.db",
            ),
        )
    return root / path


def _prepare(path: Path, *, create: bool) -> None:
    if not create and not os.path.exists(path):
        raise StoreError(
            Text("还没有存储库", "there is no store yet"),
            where=str(path),
            todo=Text("先运行 pii-audit run", "run `pii-audit run` first"),
        )
    try:
        missing = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            _make(path)
        with closing(sqlite3.connect(path, timeout=BUSY_MS / 1000)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            # Only a file of our own making: somebody else's database is refused later, and stays as it is.
            if path.stat().st_size == 0:
                connection.execute("PRAGMA journal_mode = WAL").fetchone()
    except OSError as error:
        reason = reason_of(error)
        raise StoreError(
            Text(f"存储库无法创建：{reason.zh}", f"the store cannot be made: {reason.en}"),
            where=str(path),
            todo=Text("检查路径、权限和磁盘空间", "look at the path, its permissions and the disk"),
        ) from error
    except sqlite3.Error as error:
        raise failure(error, str(path)) from error


def _make(path: Path) -> None:
    """An empty store, made under another name and put in its place whole.

    Of two processes that begin one at once, the second would find it locked without waiting: SQLite does not call its busy
    handler where it changes to the write-ahead log.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        except OSError:
            # A file system without links.
            draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
"""The driver where the address names none: the ones that our extras install."""


def _server(url: str) -> Database:
    try:
        parsed = make_url(url)
        parsed = parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError(
            Text("存储库地址无法识别", "the store's address is not understood"),
            todo=Text("写成 sqlite:路径 或 SQLAlchemy 地址", "write sqlite:PATH or a SQLAlchemy URL"),
        ) from None
    except ModuleNotFoundError as error:
        raise StoreError(
            Text(f"缺少数据库驱动 {error.name}", f"the database driver {error.name} is not installed"),
            todo=Text("安装它后重试", "install it and try again"),
        ) from error
    return Database(engine, parsed.render_as_string(hide_password=True))


def _set_up(connection: Any, _record: Any) -> None:
    # The driver would otherwise open transactions on its own, too late to hold the write lock while reading.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("pii_audit_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
