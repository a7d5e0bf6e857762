"""How a server is set up, asked of whatever kind it is; what cannot be asked is a row of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pii_audit.access import (
    mysql_catalog,
    mysql_gaining,
    mysql_settings,
    postgresql_catalog,
    postgresql_gaining,
    postgresql_settings,
)
from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.setting import Setting
from pii_audit.sources.bundle.source import BundleSource
from pii_audit.sources.database.server import ServerSource
from pii_audit.sources.database.session import Session
from pii_audit.sources.interface import Source, skipped

SETTINGS = "settings"
"""What the ledger calls all of it."""
_PARTS = {
    "defaults": Text("今后新建的表的默认授权", "rights of tables to come"),
    "self_grants": Text("能给自己授权的账号", "accounts that can give themselves rights"),
    "raw_access": Text("可复制服务器或读取其文件的账号", "accounts that copy the server or read its files"),
    "routines": Text("以属主身份运行的例程", "routines that run as their owner"),
    "dynamic": Text("动态权限（mysql.global_grants）", "rights of components (mysql.global_grants)"),
    "foreign": Text("外部服务器", "foreign servers"),
    "connections": Text("登录来源与方式（pg_hba.conf）", "who connects from where and how (pg_hba.conf)"),
    "protection": Text("连接加密与审计", "encryption of connections and audit"),
    "proxies": Text("代理账号", "proxy accounts"),
    "doors": Text("无密码与任意主机的账号", "accounts without a password or from any host"),
}


def server_settings(source: Source) -> Iterator[Setting | Coverage]:
    """The settings of a source that weigh on who can read it, and the ledger's row about them; nothing for a file."""
    session = source.session if isinstance(source, ServerSource | BundleSource) else None
    if session is None or session.engine.dialect not in _ASKED:
        return
    try:
        asked = _ASKED[session.engine.dialect](session, source.id)
    except InspectionError:  # that rights cannot be read is told where they are
        return
    unread: list[Text] = []
    for name, ask in asked.items():
        try:
            yield from ask()
        except InspectionError as error:
            part, why = _PARTS[name], error.what
            unread.append(Text(f"{part.zh} 无法读取：{why.zh}", f"{part.en} cannot be read: {why.en}"))
    # A row of its own in either case: what an earlier run found there is not refuted by one that may not look.
    if unread:
        reason = Text(";".join(one.zh for one in unread), "; ".join(one.en for one in unread))
        yield skipped(source.id, SETTINGS, reason)
    else:
        yield Coverage(source.id, SETTINGS, CoverageStatus.INSPECTED)


def _postgresql(session: Session, source: str) -> dict[str, partial[Iterator[Setting]]]:
    catalog = postgresql_catalog.read_principals(session)
    return {
        "defaults": partial(postgresql_gaining.defaults, session, source, catalog),
        "self_grants": partial(postgresql_gaining.self_grants, source, catalog),
        "raw_access": partial(postgresql_gaining.raw_access, session, source, catalog),
        "routines": partial(postgresql_gaining.routines, session, source, catalog),
        "foreign": partial(postgresql_gaining.foreign, session, source, catalog),
        "connections": partial(postgresql_settings.connections, session, source),
        "protection": partial(postgresql_settings.protection, session, source),
    }


def _mysql(session: Session, source: str) -> dict[str, partial[Iterator[Setting]]]:
    catalog = mysql_catalog.read_principals(session)
    return {
        "self_grants": partial(mysql_gaining.self_grants, session, source, catalog),
        "raw_access": partial(mysql_gaining.raw_access, session, source, catalog),
        "routines": partial(mysql_gaining.routines, session, source, catalog),
        "dynamic": partial(mysql_gaining.dynamic, session, source, catalog),
        "foreign": partial(mysql_gaining.foreign, session, source, catalog),
        "proxies": partial(mysql_gaining.proxies, session, source, catalog),
        "doors": partial(mysql_settings.doors, source, catalog),
        "protection": partial(mysql_settings.protection, session, source, catalog),
    }


_ASKED = {"postgresql": _postgresql, "mysql": _mysql}
