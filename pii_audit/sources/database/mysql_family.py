"""Servers that speak MySQL's protocol and keep its catalogs, with what is different about each. Not verified on live servers."""

from __future__ import annotations

from pii_audit.sources.database.mysql import SETTINGS, MysqlEngine

_READ_ONLY = "SET SESSION TRANSACTION READ ONLY"
_LOCKS = "SET SESSION lock_wait_timeout"


class OceanBaseEngine(MysqlEngine):
    """OceanBase 4 in MySQL mode; `oceanbase://user@tenant:password@host:2881/database`."""

    dialect = "oceanbase"
    # A lock is waited for as long as a statement may take: there is no variable of its own.
    settings = tuple(one for one in SETTINGS if not one.startswith(_LOCKS))


class TidbEngine(MysqlEngine):
    """TiDB 6 and later; `tidb://user:password@host:4000/database`."""

    dialect = "tidb"
    # TiDB turns down read-only transactions; its account has no right to write.
    settings = tuple(one for one in SETTINGS if one != _READ_ONLY)


class TdsqlEngine(MysqlEngine):
    """TDSQL for MySQL, through its proxy; `tdsql://user:password@host:3306/database`."""

    dialect = "tdsql"


class GoldenDbEngine(MysqlEngine):
    """GoldenDB, through its proxy; `goldendb://user:password@host:3306/database`."""

    dialect = "goldendb"


class Gbase8aEngine(MysqlEngine):
    """GBase 8a; `gbase8a://user:password@host:5258/database`. Its tables are kept by column, without keys to read along."""

    dialect = "gbase8a"
    # It comes from MySQL 5.1, which knows neither read-only transactions nor time limits for locks.
    settings = ("SET NAMES utf8mb4", "SET SESSION sql_mode = ''")
