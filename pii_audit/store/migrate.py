"""Bringing a store to the newest form, silently, under the store's own write lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from pii_audit.errors import StoreError
from pii_audit.language import Text
from pii_audit.store.connection import Database
from pii_audit.store.schema import HEAD, VERSION_TABLE

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Leaves the store at HEAD. StoreError, and nothing touched, when it is of a newer version or of something else."""
    with database.read() as connection:
        if _version(connection, database.where) == HEAD:
            return
    # Alembic takes a third of a second to import, and most openings need no migration.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with _alone(database), database.write() as connection:
        _prepare(connection)
        version = _version(connection, database.where)
        if version is not None and version not in known:
            raise StoreError(
                Text(
                    f"存储库由更新的版本写成（格式 {version}）",
                    f"the store was written by a newer version (form {version})",
                ),
                where=database.where,
                todo=Text("升级 pii-audit 后再用", "upgrade pii-audit to use it"),
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


LOCK = 0x70696931
"""The number of our advisory lock: "pii1"."""


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Waits for whoever else is making or upgrading this store, until that is committed.

    A lock of MySQL's belongs to a connection and is held by one of its own: given back by the one that migrates, it would be
    free before that one has committed, and a second migration would begin from the version of before. SQLite's write lock and
    the lock of PostgreSQL's transaction (`_prepare`) end with the transaction.
    """
    if database.engine.dialect.name not in ("mysql", "mariadb"):
        yield
        return
    with database.read() as holder:
        name = {"lock": f"pii-audit {database.engine.url.database}"[:64]}
        if holder.execute(text("SELECT GET_LOCK(:lock, 60)"), name).scalar_one() != 1:
            raise StoreError(
                Text("存储库正被另一个进程占用", "the store is locked by another process"),
                where=database.where,
                todo=Text("等它结束后重试", "try again when that one has ended"),
            )
        try:
            yield
        finally:
            holder.execute(text("SELECT RELEASE_LOCK(:lock)"), name)


def _prepare(connection: Connection) -> None:
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    elif dialect in ("mysql", "mariadb") and not inspect(connection).get_table_names():
        # Names come from anywhere and differ in case alone; the tables take this over from their database.
        connection.execute(text("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"))


def _version(connection: Connection, where: str) -> str | None:
    """The migration that the store is at; None when it is still empty."""
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE in tables:
        return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608
    if tables:
        raise StoreError(
            Text(
                "该数据库里是别的程序的表，不是存储库",
                "that database holds tables of something else; it is not a store",
            ),
            where=where,
            todo=Text(
                "在 audit.yaml 的 store 中为存储库指定单独的数据库",
                "give the store a database of its own under `store` in audit.yaml",
            ),
        )
    return None
