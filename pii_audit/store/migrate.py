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
    with database.write() as connection, _alone(connection):
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
def _alone(connection: Connection) -> Iterator[None]:
    """Waits for whoever else is making or upgrading this store; SQLite's own write lock is enough."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        # Given back with the transaction.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield
    elif dialect in ("mysql", "mariadb"):
        name = {"lock": f"pii-audit {connection.engine.url.database}"[:64]}
        connection.execute(text("SELECT GET_LOCK(:lock, 60)"), name)
        try:
            if not inspect(connection).get_table_names():
                # Names come from anywhere and differ in case alone; the tables take this over from their database.
                connection.execute(text("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"))
            yield
        finally:
            connection.execute(text("SELECT RELEASE_LOCK(:lock)"), name)
    else:
        yield


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
