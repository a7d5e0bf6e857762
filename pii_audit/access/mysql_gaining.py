"""How accounts of a MySQL or MariaDB server come by what they were not granted.

They write their own rights or act as others, make routines that run as these, or read what the tables lie in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pii_audit.access import mysql_catalog
from pii_audit.access.mysql_catalog import Account, Catalog, Routine
from pii_audit.access.mysql_patterns import key
from pii_audit.access.mysql_powers import GIVES_ROLES, POWERS
from pii_audit.access.routines import SHOWN, computes, open_routine
from pii_audit.language import Text
from pii_audit.model.setting import Setting, SettingKind
from pii_audit.sources.database.names import quoted
from pii_audit.sources.database.session import Session

WRITES = frozenset({"insert", "update"})
SYSTEM = "mysql"
"""The database that holds the rights: who writes there gives itself any."""
_GRANT_TABLES = frozenset(
    {"user", "global_priv", "global_grants", "db", "tables_priv", "columns_priv", "procs_priv", "proxies_priv", "roles_mapping",
     "role_edges", "default_roles", "proc", "func", "plugin", "servers", "event"}
)  # fmt: skip
"""Those of its tables that say who may do what, or what the server runs."""


def self_grants(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Accounts that write the tables in which the rights stand, set passwords of others, or make routines that run as these.

    Raises InspectionError.
    """
    tables: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for user, host, database, table, rights in session.rows(session.engine.queries.sql("acl_tables")):
        if database == SYSTEM and table in _GRANT_TABLES:
            tables[key(user, host)] += [(word, table) for word in rights.split(",") if word in WRITES]
    # SUPER no longer contains SET USER in MariaDB 11.
    powers = ("CREATE USER", "SET USER", *(() if catalog.mariadb and catalog.version >= (11, 0) else ("SUPER",)))
    for account, holder in _ways(catalog):
        yield from _writing(source, catalog, account, holder, tables.get(holder.key, ()))
        for verb in powers:
            if verb.lower() in holder.rights:
                yield _told(source, catalog, account, holder, verb)


def _ways(catalog: Catalog) -> Iterator[tuple[Account, Account]]:
    """Every account with itself and each role that it may have; not those that administer, who do everything anyway."""
    for account in catalog.people:
        held = catalog.held(account)
        if not any(holder.administers for holder in held):
            yield from ((account, holder) for holder in held)


def _told(source: str, catalog: Catalog, account: Account, holder: Account, verb: str) -> Setting:
    """One of the powers, of an account by itself or by a role."""
    power = POWERS[verb]
    raw = power.kind is SettingKind.RAW_ACCESS
    way, by = _through(account, holder)
    reaches = [one for one in catalog.accounts.values() if one.principal != account.principal]
    gained = [one.principal for one in reaches if one.role or verb != GIVES_ROLES]
    return Setting(
        source,
        power.kind,
        f"{way} {verb}" if raw else f"{verb} {way}",
        Text(
            f"{account.principal} {by.zh}有 {verb}，{power.does.zh}",
            f"{account.principal} has {verb}{by.en} and {power.does.en}",
        ),
        power.remedy,
        account.principal,
        () if raw else tuple(gained),
        (f"REVOKE {verb} ON *.* FROM {holder.sql}",),
        Text(power.breaks.zh.format(holder.principal), power.breaks.en.format(holder.principal)),
    )


def _others(catalog: Catalog, account: Account) -> tuple[str, ...]:
    return tuple(one.principal for one in catalog.accounts.values() if one.principal != account.principal)


def _through(account: Account, holder: Account) -> tuple[str, Text]:
    """What tells this way from others of the account, and a word on it."""
    if holder is account:
        return account.key, Text("", "")
    return f"{account.key} {holder.key}", Text(f"经 {holder.principal} ", f" by {holder.principal}")


def _writing(
    source: str, catalog: Catalog, account: Account, holder: Account, tables: Iterable[tuple[str, str]]
) -> Iterator[Setting]:
    """What is taken back stands on everything, on the database of the rights, or on single `tables` of it, each with the word for it."""
    entry = catalog.database_entry(holder.key, SYSTEM)
    on_all, on_system = WRITES & holder.rights, WRITES & (entry.rights if entry else frozenset())
    target = "*.*" if on_all else f"`{SYSTEM}`.*"
    closing = [(word, target) for word in sorted(on_all or on_system)]
    closing = closing or [(word, f"`{SYSTEM}`.`{table}`") for word, table in tables]
    if not closing:
        return
    way, by = _through(account, holder)
    yield Setting(
        source,
        SettingKind.SELF_GRANT,
        f"{SYSTEM} {way}",
        Text(
            f"{account.principal} {by.zh}可写入 {SYSTEM} 库的授权表，能给自己任何权限",
            f"{account.principal} can write to the grant tables in {SYSTEM}{by.en} and give itself any right",
        ),
        Text("改为只授予业务库的写权限", "grant it to write in the databases of its application alone"),
        account.principal,
        _others(catalog, account),
        tuple(f"REVOKE {word.upper()} ON {on} FROM {holder.sql}" for word, on in closing),
        Text(
            f"{holder.principal} 在各业务库的写权限需重新逐库授予"
            if on_all
            else f"{holder.principal} 不能再写入 {SYSTEM} 库",
            f"{holder.principal} needs its rights to write granted anew, database by database"
            if on_all
            else f"{holder.principal} can no longer write to {SYSTEM}",
        ),
    )


def raw_access(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Accounts that read the stream of changes or the files of the server, in which every row stands; raises InspectionError."""
    [(logs, files)] = session.rows(session.engine.queries.sql("raw_access"))
    powers = ["REPLICATION SLAVE"]
    # Before MariaDB 10.5, and in MySQL, reading the events took REPLICATION SLAVE.
    powers += ["BINLOG MONITOR"] if catalog.mariadb and catalog.version >= (10, 5) and logs else []
    # NULL means no restriction to MariaDB, and no files to MySQL.
    powers += ["FILE"] if files == "" or (files is None and catalog.mariadb) else []
    for account, holder in _ways(catalog):
        for verb in powers:
            if verb.lower() in holder.rights:
                yield _told(source, catalog, account, holder, verb)


def routines(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Routines that run as their definer a query which is made from what their caller gives; raises InspectionError."""
    for routine in mysql_catalog.routines(session, mysql_catalog.hosts_of(catalog.accounts.values())):
        if not computes(routine.text):
            continue
        ways = [account for account, holder in _ways(catalog) if _calls(catalog, routine, holder)]
        callers = [account for account in dict.fromkeys(ways) if account.key != routine.definer]
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
    for account, holder in _ways(catalog):
        for right in granted.get(holder.key, ()):
            yield _told(source, catalog, account, holder, right)


def foreign(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Servers with a stored account that whoever makes tables can read from; raises InspectionError."""
    makers = list(dict.fromkeys(account for account, holder in _ways(catalog) if _creates(catalog, holder)))
    for (server,) in session.rows(session.engine.queries.sql("foreign")) if makers else ():
        names = ", ".join(one.principal for one in makers[:SHOWN]) + (" …" if len(makers) > SHOWN else "")
        yield Setting(
            source,
            SettingKind.FOREIGN_SERVER,
            server,
            Text(
                f"能建表的 {len(makers)} 个账号（{names}）可经外部服务器 {server} 以预存账号读取对方库中该账号能读的一切",
                f"{len(makers)} account(s) that may make tables ({names}) can read on the server {server} "
                "whatever its stored account can read",
            ),
            Text(
                "删除该外部服务器，或把预存账号的权限降到所需的表",
                "drop the server, or leave its stored account the tables that are needed",
            ),
            closing=(f"DROP SERVER {quoted(server, '`')}",),
            breaks=Text(f"经 {server} 的表不再可读", f"tables on {server} can no longer be read"),
        )


def _creates(catalog: Catalog, holder: Account) -> bool:
    return any(
        "create" in rights
        for rights in (holder.rights, *(entry.rights for entry in catalog.databases.get(holder.key, ())))
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
                f"{account.principal} 可以 {shown} 的身份行事（PROXY）",
                f"{account.principal} may act as {shown} (PROXY)",
            ),
            Text("收回 PROXY，按岗位直接授权", "take back PROXY and grant what the post needs"),
            account.principal,
            acts_as,
            (f"REVOKE PROXY ON {target} FROM {account.sql}",),
            Text(
                f"经 {account.principal} 登录的人失去 {shown} 的权限",
                f"whoever logs in through {account.principal} loses the rights of {shown}",
            ),
        )
