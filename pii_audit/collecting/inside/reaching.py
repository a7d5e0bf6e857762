"""How a collector reaches its database: through the server's own client, a driver that is there, or the file."""

from __future__ import annotations

import getpass
import shutil
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from pii_audit.collecting.inside import tables
from pii_audit.errors import UsageError
from pii_audit.language import Text, same
from pii_audit.sources.database.engine import Engine
from pii_audit.sources.database.server import ServerSource
from pii_audit.sources.database.session import Manner
from pii_audit.sources.database.urls import parsed
from pii_audit.sources.interface import Source

EXAMPLES = {
    "postgresql": "psql -h db1 -d core -U pii_audit",
    "opengauss": "gsql -h db1 -d core -U pii_audit",
    "kingbase": "ksql -h db1 -d core -U pii_audit",
    **dict.fromkeys(
        ("mysql", "oceanbase", "tidb", "tdsql", "goldendb", "gbase8a"), "mysql -h db1 -u pii_audit -p core"
    ),
    "sqlite": "core.db",
    "oracle": "oracle://pii_audit@db1:1521/core",
    "sqlserver": "mssql://pii_audit@db1:1433/core",
}
_THROUGH_PSQL = {"postgresql": "PsqlEngine", "opengauss": "GsqlEngine", "kingbase": "KsqlEngine"}
_THROUGH_MYSQL = {
    "mysql": "MysqlClientEngine",
    "oceanbase": "OceanBaseClient",
    "tidb": "TidbClient",
    "tdsql": "TdsqlClient",
    "goldendb": "GoldenDbClient",
    "gbase8a": "Gbase8aClient",
}
_DRIVERS = {"oracle": "oracledb", "sqlserver": "pymssql"}
"""What these are asked through: their clients print no rows that could be told from each other for certain."""


def reach(words: Sequence[str], include: Sequence[str], exclude: Sequence[str], max_load: int) -> Source:
    """The source that these words of the command line name; raises UsageError."""
    if tables.DIALECT == "sqlite":
        return _sqlite(_only(words), include, exclude)
    manner = Manner(max_load=max_load)
    if tables.DIALECT in _DRIVERS:
        return ServerSource(tables.SOURCE, _driver(), _url(_only(words)), include, exclude, manner)
    return ServerSource(tables.SOURCE, _client(_found(words)), "", include, exclude, manner)


def _client(command: Sequence[str]) -> Engine:
    """An engine that asks through the server's own client."""
    module, known = ("postgresql", _THROUGH_PSQL) if tables.DIALECT in _THROUGH_PSQL else ("mysql", _THROUGH_MYSQL)
    kind = getattr(import_module(f"pii_audit.collecting.inside.{module}"), known[tables.DIALECT])
    engine: Engine = kind(command)
    return engine


def _driver() -> Engine:
    """An engine that asks through the driver that is installed where the collector runs."""
    driver = _DRIVERS[tables.DIALECT]
    if find_spec(driver) is None:
        raise UsageError(
            Text(f"没有安装驱动 {driver}", f"the driver {driver} is not installed"), todo=same(f"pip install {driver}")
        )
    if tables.DIALECT == "oracle":
        from pii_audit.sources.database.oracle import OracleEngine  # noqa: PLC0415 - as above

        return OracleEngine()
    from pii_audit.sources.database.sqlserver import SqlServerEngine  # noqa: PLC0415 - as above

    return SqlServerEngine()


def _url(url: str) -> str:
    """The URL with a password, which is asked for: a command line is seen by others."""
    try:
        parts = parsed(url)
    except ValueError:
        parts = None
    if parts is None or not parts.username or not parts.host:
        raise UsageError(
            Text("-- 之后应为带用户名和主机的 url", "after -- goes a url with user and host"),
            todo=same(EXAMPLES[tables.DIALECT]),
        )
    if parts.password is not None:
        return url
    try:
        password = getpass.getpass(f"{parts.username}: ")
    except EOFError:
        raise UsageError(Text("没有密码", "there is no password")) from None
    return url.replace("@", f":{quote(password, safe='')}@", 1)


def _found(command: Sequence[str]) -> Sequence[str]:
    if shutil.which(command[0]) is None:
        raise UsageError(
            Text("没有这个客户端程序", "there is no such client"),
            where=command[0],
            todo=Text(
                f"-- 之后写客户端命令，例如 {EXAMPLES[tables.DIALECT]}",
                f"after -- goes your client, as in: {EXAMPLES[tables.DIALECT]}",
            ),
        )
    return command


def _sqlite(path: str, include: Sequence[str], exclude: Sequence[str]) -> Source:
    from pii_audit.sources.database.sqlite import SqliteSource  # noqa: PLC0415 - as above

    return SqliteSource(tables.SOURCE, Path(path), include, exclude)


def _only(words: Sequence[str]) -> str:
    if len(words) > 1:
        raise UsageError(Text("只能给出一个数据库", "one database can be given"), where=words[1])
    return words[0]
