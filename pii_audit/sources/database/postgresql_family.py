"""Servers that speak PostgreSQL's protocol and keep its catalogs, with what is different about each. Not verified on live servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.sources.database.names import split
from pii_audit.sources.database.postgresql import PostgresqlEngine

if TYPE_CHECKING:
    from pii_audit.sources.database.session import Session


class OpenGaussEngine(PostgresqlEngine):
    """openGauss 3 and later, and GaussDB; `opengauss://user:password@host:5432/database`.

    They come from PostgreSQL 9.2. psycopg logs in by MD5 or SCRAM, not by their own SHA-256: the account needs a password that was set with
    `password_encryption_type = 1`, or a line of pg_hba.conf that trusts a certificate.
    """

    dialect = "opengauss"
    settings = """
        SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;
        SET default_transaction_read_only = on;
        SET statement_timeout = {statement};
        SET lockwait_timeout = {lock};
        SET session_timeout = 0;
        SET search_path = pg_catalog;
        SET datestyle = 'ISO, YMD';
        SET bytea_output = 'hex'
    """


class KingbaseEngine(PostgresqlEngine):
    """KingbaseES V8R6 and later; `kingbase://user:password@host:54321/database`."""

    dialect = "kingbase"
    system = frozenset(
        {
            "sys",
            "sys_catalog",
            "sysaudit",
            "sysmac",
            "sys_hm",
            "src_restrict",
            "anon",
            "xlog_record_read",
            "perf",
            "kdb_schedule",
        }
    )
    """Schemas that come with the server, beside PostgreSQL's; those of its packages are called dbms_…"""

    def assets(self, session: Session, source: str, include: Sequence[str]) -> Iterator[Asset | Coverage]:
        for one in super().assets(session, source, include):
            schema = split(one.name)[0] if isinstance(one, Asset) else ""
            if schema not in self.system and not schema.startswith("dbms_"):
                yield one
