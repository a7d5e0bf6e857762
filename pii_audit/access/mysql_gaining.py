"""How accounts of a MySQL or MariaDB server come by what they were not granted.

They write their own rights or act as others, make routines that run as these, or read what the tables lie in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pii_audit.access import mysql_catalog
from pii_audit.access.mysql_catalog import Account, Catalog, Hosts, Routine, key
from pii_audit.access.routines import SHOWN, computes, open_routine
from pii_audit.language import Text
from pii_audit.model.setting import Setting, SettingKind
from pii_audit.sources.database.names import quoted
from pii_audit.sources.database.session import Session

WRITES = frozenset({"insert", "update"})
CREATES = "create user"
_DEFINES = frozenset({"set user", "super"})
"""By which procedures, triggers and events are made that run as others; SUPER no longer contains it in MariaDB 11."""
GIVES_ROLES = "ROLE_ADMIN"
SYSTEM = "mysql"
"""The database that holds the rights: who writes there gives itself any."""


def self_grants(source: str, catalog: Catalog) -> Iterator[Setting]:
    """Accounts that write the tables in which the rights stand, set passwords of others, or make routines that run as these."""
    for account in catalog.people:
        held = catalog.held(account)
        if any(holder.administers for holder in held):
            continue
        for holder in held:
            yield from _writing(source, catalog, account, holder)
            if CREATES in holder.rights:
                yield _creating(source, catalog, account, holder)
            for right in sorted(_DEFINES & holder.rights):
                if right != "super" or not catalog.mariadb or catalog.version < (11, 0):
                    yield _defining(source, catalog, account, holder, right.upper())


def _others(catalog: Catalog, account: Account) -> tuple[str, ...]:
    return tuple(one.principal for one in catalog.accounts.values() if one.principal != account.principal)


def _through(account: Account, holder: Account) -> tuple[str, Text]:
    """What tells this way from others of the account, and a word on it."""
    if holder is account:
        return account.key, Text("", "")
    return f"{account.key} {holder.key}", Text(f"经 {holder.principal} ", f" by {holder.principal}")


def _writing(source: str, catalog: Catalog, account: Account, holder: Account) -> Iterator[Setting]:
    entry = catalog.database_entry(holder.key, SYSTEM)
    on_all, on_system = WRITES & holder.rights, WRITES & (entry.rights if entry else frozenset())
    if not (on_all or on_system):
        return
    target = "*.*" if on_all else f"`{SYSTEM}`.*"
    way, by = _through(account, holder)
    yield Setting(
        source,
        SettingKind.SELF_GRANT,
        f"{SYSTEM} {way}",
        Text(
            f"{account.principal} {by.zh}可写入 {SYSTEM} 库的授权表,能给自己任何权限",
            f"{account.principal} can write to the grant tables in {SYSTEM}{by.en} and give itself any right",
        ),
        Text("改为只授予业务库的写权限", "grant it to write in the databases of its application alone"),
        account.principal,
        _others(catalog, account),
        (f"REVOKE {', '.join(sorted(word.upper() for word in on_all or on_system))} ON {target} FROM {holder.sql}",),
        Text(
            f"{holder.principal} 在各业务库的写权限需重新逐库授予"
            if on_all
            else f"{holder.principal} 不能再写入 {SYSTEM} 库",
            f"{holder.principal} needs its rights to write granted anew, database by database"
            if on_all
            else f"{holder.principal} can no longer write to {SYSTEM}",
        ),
    )


def _creating(source: str, catalog: Catalog, account: Account, holder: Account) -> Setting:
    way, by = _through(account, holder)
    return Setting(
        source,
        SettingKind.SELF_GRANT,
        f"CREATE USER {way}",
        Text(
            f"{account.principal} {by.zh}有 CREATE USER,可重设他人(含管理员)的密码并以其身份登录;MySQL 8.0.16 起有 SYSTEM_USER 者除外",
            f"{account.principal} has CREATE USER{by.en}: it can set the passwords of others, administrators included, and log in as them; "
            "from MySQL 8.0.16 on not of those who have SYSTEM_USER",
        ),
        Text("收回 CREATE USER,由单独的管理员账号管理账号", "take it back; an account of its own manages accounts"),
        account.principal,
        _others(catalog, account),
        (f"REVOKE CREATE USER ON *.* FROM {holder.sql}",),
        Text(f"{holder.principal} 不能再建立或修改账号", f"{holder.principal} can no longer make or change accounts"),
    )


def _defining(source: str, catalog: Catalog, account: Account, holder: Account, verb: str) -> Setting:
    way, by = _through(account, holder)
    return Setting(
        source,
        SettingKind.SELF_GRANT,
        f"{verb} {way}",
        Text(
            f"{account.principal} {by.zh}有 {verb},可建立以他人(含管理员)身份运行的过程、触发器和事件",
            f"{account.principal} has {verb}{by.en}: it can make procedures, triggers and events that run as others, administrators included",
        ),
        Text("收回,由单独的管理员账号发布例程", "take it back; an account of its own brings routines in"),
        account.principal,
        _others(catalog, account),
        (f"REVOKE {verb} ON *.* FROM {holder.sql}",),
        Text(
            f"{holder.principal} 不能再以他人为 DEFINER 建立例程或恢复备份",
            f"{holder.principal} can no longer make routines with another's DEFINER, or restore a dump that has some",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Raw:
    """A right on everything by which content becomes known that no right of a table opens."""

    right: str
    does: Text
    remedy: Text
    stops: Text


_RAW = (
    _Raw(
        "replication slave",
        Text("可读取每一处改动", "can read every change that anybody makes"),
        Text(
            "收回;每个副本用专用账号,并限定来源地址",
            "take it back; give each replica an account of its own, from one address",
        ),
        Text("副本", "replicas"),
    ),
    _Raw(
        "binlog monitor",
        Text(
            "可用 SHOW BINLOG EVENTS 读取每条写入语句,连同其中的值",
            "can read by SHOW BINLOG EVENTS every statement that writes, with the values in it",
        ),
        Text(
            "收回;监控只需 SLAVE MONITOR、REPLICA MONITOR 或 PROCESS",
            "take it back; for watching, SLAVE MONITOR or PROCESS will do",
        ),
        Text("监控", "monitoring"),
    ),
    _Raw(
        "file",
        Text(
            "可用 LOAD DATA INFILE 读取服务器的任何文件,包括每张表的数据文件",
            "can read any file of the server by LOAD DATA INFILE, those included in which the tables lie",
        ),
        Text(
            "收回,并在配置中把 secure_file_priv 设为专用目录",
            "take it back, and set secure_file_priv to a directory for it in the configuration",
        ),
        Text("导入和导出", "imports and exports"),
    ),
)

_COPIES = _Raw(
    "BACKUP_ADMIN",
    Text("可用克隆插件复制整个服务器", "can copy the whole server by the clone plugin"),
    Text("收回;备份用专用账号,并限定来源地址", "take it back; give backups an account of their own, from one address"),
    Text("备份", "backups"),
)


def raw_access(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Accounts that read the stream of changes or the files of the server, in which every row stands; raises InspectionError."""
    [(logs, files)] = session.rows(session.engine.queries.sql("raw_access"))
    unrestricted = (
        not files if catalog.mariadb else files == ""
    )  # NULL means no restriction to MariaDB, and no files to MySQL
    opens = {"replication slave": True, "file": unrestricted}
    # Before MariaDB 10.5, and in MySQL, reading the events took REPLICATION SLAVE.
    opens["binlog monitor"] = catalog.mariadb and catalog.version >= (10, 5) and bool(logs)
    for account in catalog.people:
        held = catalog.held(account)
        if any(holder.administers for holder in held):
            continue
        for holder in held:
            for raw in _RAW:
                if raw.right in holder.rights and opens[raw.right]:
                    yield _raw(source, account, holder, raw)


def _raw(source: str, account: Account, holder: Account, raw: _Raw) -> Setting:
    way, by = _through(account, holder)
    verb = raw.right.upper()
    return Setting(
        source,
        SettingKind.RAW_ACCESS,
        f"{way} {verb}",
        Text(
            f"{account.principal} {by.zh}有 {verb} 权限,{raw.does.zh}",
            f"{account.principal} has {verb}{by.en} and {raw.does.en}",
        ),
        raw.remedy,
        account.principal,
        closing=(f"REVOKE {verb} ON *.* FROM {holder.sql}",),
        breaks=Text(f"用 {holder.principal} 的{raw.stops.zh}会停", f"{raw.stops.en} that use {holder.principal} stop"),
    )


def routines(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Routines that run as their definer a query which is made from what their caller gives; raises InspectionError."""
    for routine in mysql_catalog.routines(session, Hosts(catalog.accounts.values())):
        if not computes(routine.text):
            continue
        callers = [
            account
            for account in catalog.people
            if account.key != routine.definer
            and not any(holder.administers for holder in catalog.held(account))
            and any(_calls(catalog, routine, holder) for holder in catalog.held(account))
        ]
        definer = catalog.accounts.get(routine.definer)
        if callers and definer is not None:
            target = f"{routine.kind} {quoted(routine.database, '`')}.{quoted(routine.name, '`')}"
            granted = dict.fromkeys(grantee for grantee in routine.callers.values() if grantee in catalog.accounts)
            yield open_routine(
                source,
                f"{routine.kind} {routine.database}.{routine.name}",
                definer.principal,
                [one.principal for one in callers],
                tuple(f"REVOKE EXECUTE ON {target} FROM {catalog.accounts[one].sql}" for one in granted),
            )


def _calls(catalog: Catalog, routine: Routine, holder: Account) -> bool:
    entry = catalog.database_entry(holder.key, routine.database)
    wide = holder.rights | (entry.rights if entry else frozenset())
    return holder.key in routine.callers or "execute" in wide


def dynamic(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """The same by rights that components of MySQL 8 bring (MySQL Reference Manual, 8.2.2); raises InspectionError."""
    if catalog.mariadb or catalog.version < (8, 0):
        return
    granted: dict[str, list[str]] = defaultdict(list)
    for user, host, right in session.rows(session.engine.queries.sql("dynamic_rights")):
        granted[key(user, host)].append(right)
    for account in catalog.people:
        held = catalog.held(account)
        if any(holder.administers for holder in held):
            continue
        for holder in held:
            for right in granted.get(holder.key, ()):
                if right == _COPIES.right:
                    yield _raw(source, account, holder, _COPIES)
                elif right == GIVES_ROLES:
                    yield _giving(source, catalog, account, holder)
                else:
                    yield _defining(source, catalog, account, holder, right)


def _giving(source: str, catalog: Catalog, account: Account, holder: Account) -> Setting:
    way, by = _through(account, holder)
    return Setting(
        source,
        SettingKind.SELF_GRANT,
        f"{GIVES_ROLES} {way}",
        Text(
            f"{account.principal} {by.zh}有 {GIVES_ROLES},可把任何角色授予自己",
            f"{account.principal} has {GIVES_ROLES}{by.en} and can give itself every role",
        ),
        Text("收回,由单独的管理员账号管理角色", "take it back; an account of its own manages roles"),
        account.principal,
        tuple(one.principal for one in catalog.accounts.values() if one.role and one.principal != account.principal),
        (f"REVOKE {GIVES_ROLES} ON *.* FROM {holder.sql}",),
        Text(f"{holder.principal} 不能再授予或收回角色", f"{holder.principal} can no longer grant or revoke roles"),
    )


def foreign(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Servers with a stored account that whoever makes tables can read from; raises InspectionError."""
    makers = [
        account
        for account in catalog.people
        if not any(holder.administers for holder in catalog.held(account))
        and any(
            "create" in rights
            for holder in catalog.held(account)
            for rights in (holder.rights, *(entry.rights for entry in catalog.databases.get(holder.key, ())))
        )
    ]
    for (server,) in session.rows(session.engine.queries.sql("foreign")) if makers else ():
        names = ", ".join(one.principal for one in makers[:SHOWN]) + (" …" if len(makers) > SHOWN else "")
        yield Setting(
            source,
            SettingKind.FOREIGN_SERVER,
            server,
            Text(
                f"能建表的 {len(makers)} 个账号({names})可经外部服务器 {server} 以预存账号读取对方库中该账号能读的一切",
                f"{len(makers)} account(s) that may make tables ({names}) can read on the server {server} "
                "whatever its stored account can read",
            ),
            Text(
                "删除该外部服务器,或把预存账号的权限降到所需的表",
                "drop the server, or leave its stored account the tables that are needed",
            ),
            closing=(f"DROP SERVER {quoted(server, '`')}",),
            breaks=Text(f"经 {server} 的表不再可读", f"tables on {server} can no longer be read"),
        )


def proxies(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Accounts that may act as others; raises InspectionError."""
    for user, host, proxied, proxied_host in session.rows(session.engine.queries.sql("proxies")):
        account, other = catalog.accounts.get(key(user, host)), catalog.accounts.get(key(proxied, proxied_host))
        if account is None or account.locked or account.administers:
            continue
        acts_as = (
            tuple(one.principal for one in catalog.accounts.values())
            if not proxied
            else (other.principal,)
            if other
            else ()
        )
        shown = other.principal if other else "'%'" if not proxied else f"user:{key(proxied, proxied_host)}"
        target = other.sql if other else f"'{proxied}'@'{proxied_host}'"
        yield Setting(
            source,
            SettingKind.PROXY,
            f"{account.key} {key(proxied, proxied_host)}",
            Text(
                f"{account.principal} 可以 {shown} 的身份行事(PROXY)", f"{account.principal} may act as {shown} (PROXY)"
            ),
            Text("收回 PROXY,按岗位直接授权", "take back PROXY and grant what the post needs"),
            account.principal,
            acts_as,
            (f"REVOKE PROXY ON {target} FROM {account.sql}",),
            Text(
                f"经 {account.principal} 登录的人失去 {shown} 的权限",
                f"whoever logs in through {account.principal} loses the rights of {shown}",
            ),
        )
