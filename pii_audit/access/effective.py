"""The effective rights on a source, whatever kind it is of."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pii_audit.access import db2, mysql, oracle, postgresql, sqlserver
from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.bundle.source import BundleSource
from pii_audit.sources.database.server import ServerSource
from pii_audit.sources.interface import Source, failed

_CATALOGS = {
    **dict.fromkeys(("postgresql", "opengauss", "kingbase"), postgresql.grants),
    **dict.fromkeys(("mysql", "oceanbase", "tidb", "tdsql", "goldendb", "gbase8a"), mysql.grants),
    **dict.fromkeys(("oracle", "dm"), oracle.grants),
    "sqlserver": sqlserver.grants,
    "db2": db2.grants,
}
"""Dialects whose rights are worked out from their catalogs."""
_UNTOLD = frozenset({"hive", "gbase8s"})
_NOT_WORKED_OUT = Text(
    "尚不能得出这种服务器上的权限，请另行核查",
    "rights are not worked out for servers of this kind; look at them by other means",
)


def effective_access(source: Source, assets: Collection[str]) -> Iterator[Grant | Coverage]:
    """Who reaches these assets of a source, named as the source names them; a ledger row where that cannot be told.

    A database of thousands of tables and accounts has more rights than anybody reads: those on assets without personal
    information are not asked for.
    """
    if not assets and isinstance(source, ServerSource | BundleSource):
        return
    session = source.session if isinstance(source, ServerSource | BundleSource) else None
    if session is not None and session.engine.dialect in _UNTOLD:
        yield failed(source.id, "", _NOT_WORKED_OUT)
        return
    if session is None or session.engine.dialect not in _CATALOGS:
        yield from source.grants()
        return
    try:
        yield from _CATALOGS[session.engine.dialect](session, source.id, frozenset(assets))
    except InspectionError as error:
        reason = error.what
        yield failed(source.id, "", Text(f"无法读取权限：{reason.zh}", f"rights cannot be read: {reason.en}"))
