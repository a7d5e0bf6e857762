"""What a MySQL or MariaDB server lets happen beside its grants.

Accounts that act as others or can write their own rights, that want no password or come from any host, connections in clear,
reading that nobody logs.
"""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.access.mysql_catalog import LOCAL, PUBLIC, Account, Catalog, key
from pii_audit.language import Text
from pii_audit.model.setting import Setting, SettingKind
from pii_audit.sources.database.names import quoted
from pii_audit.sources.database.session import Session

WRITES = frozenset({"insert", "update"})
CREATES = "create user"
SYSTEM = "mysql"
"""The database that holds the rights: who writes there gives itself any."""


def _people(catalog: Catalog) -> list[Account]:
    """Accounts that somebody can log in to, administrators aside, who may do everything anyway."""
    return [one for one in catalog.accounts.values() if not one.role and not one.locked and one.user]


def _administers(account: Account) -> bool:
    return account.grantable and "select" in account.rights


def _held(catalog: Catalog, account: Account) -> list[Account]:
    """The account and the roles whose rights it has, at once or by SET ROLE."""
    keys = dict.fromkeys((*catalog.graph.inherited(account.key), PUBLIC))
    return [catalog.accounts[one] for one in keys if one in catalog.accounts]


def self_grants(source: str, catalog: Catalog) -> Iterator[Setting]:
    """Accounts that may write to the tables in which the rights stand, or set the passwords of others and be these."""
    for account in _people(catalog):
        held = _held(catalog, account)
        if any(map(_administers, held)):
            continue
        for holder in held:
            yield from _writing(source, catalog, account, holder)
            if CREATES in holder.rights:
                yield _creating(source, catalog, account, holder)


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


def raw_access(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Accounts that follow the stream of changes, in which every row stands that anybody writes; raises InspectionError."""
    for user, host in session.rows(session.engine.queries.sql("raw_access")):
        account = catalog.accounts.get(key(user, host))
        if account is None or account.locked or _administers(account):
            continue
        yield Setting(
            source,
            SettingKind.RAW_ACCESS,
            f"{account.key} REPLICATION SLAVE",
            Text(
                f"{account.principal} 有 REPLICATION SLAVE 权限,可读取每一处改动",
                f"{account.principal} has REPLICATION SLAVE and can read every change that anybody makes",
            ),
            Text(
                "收回;每个副本用专用账号,并限定来源地址",
                "take it back; give each replica an account of its own, from one address",
            ),
            account.principal,
            closing=(f"REVOKE REPLICATION SLAVE ON *.* FROM {account.sql}",),
            breaks=Text(f"用 {account.principal} 的副本会停", f"replicas that use {account.principal} stop"),
        )


def proxies(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Accounts that may act as others; raises InspectionError."""
    for user, host, proxied, proxied_host in session.rows(session.engine.queries.sql("proxies")):
        account, other = catalog.accounts.get(key(user, host)), catalog.accounts.get(key(proxied, proxied_host))
        if account is None or account.locked or _administers(account):
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


def doors(source: str, catalog: Catalog) -> Iterator[Setting]:
    """Accounts that anybody on the server gets in by, for want of a password, and those that anybody may try from any host.

    One without a password that other hosts may use is everybody's, which its rights tell already.
    """
    for account in _people(catalog):
        if account.open and account.host in LOCAL:
            yield Setting(
                source,
                SettingKind.NO_PASSWORD,
                account.key,
                Text(f"{account.principal} 没有密码", f"{account.principal} has no password"),
                Text("设置密码或停用该账号", "set a password, or lock it"),
                account.principal,
                (account.principal,),
                (f"ALTER USER {account.sql} ACCOUNT LOCK",),
                Text(f"用 {account.principal} 登录的作业会停", f"jobs that log in as {account.principal} stop"),
            )
        elif account.host == "%" and not account.open:
            yield Setting(
                source,
                SettingKind.ANY_HOST,
                account.key,
                Text(f"{account.principal} 可从任何主机登录", f"{account.principal} can log in from any host"),
                Text("改为只允许应用和跳板机的网段", "allow the networks of applications and bastions alone"),
                account.principal,
                (account.principal,),
                # Which network only the bank knows, and a wrong one locks everybody out.
                (f"-- RENAME USER {account.sql} TO {quoted(account.user, '`')}@'…'",),
                Text("其他地址的客户端不能再登录", "clients from other addresses can no longer log in"),
            )


def protection(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Whether connections have to be encrypted, and whether reading is logged; raises InspectionError."""
    sql = session.engine.queries.sql
    known = {str(name).lower(): str(value).upper() for name, value in session.rows(sql("protection"))}
    free = {key(user, host) for user, host, kind in session.rows(sql("connections")) if not kind}
    plugins = session.rows(sql("auditing"))
    encrypts = known.get("have_ssl", "YES" if known.get("tls_version") else "NO") == "YES"
    if not encrypts:
        yield Setting(
            source,
            SettingKind.NO_TLS,
            "have_ssl",
            Text(
                "服务器没有启用 TLS,每个连接都是明文", "the server has TLS switched off: every connection is in clear"
            ),
            Text(
                "在配置中写 ssl_cert、ssl_key 并重启,然后要求加密连接",
                "name ssl_cert and ssl_key in its configuration and restart, then demand encryption",
            ),
            closing=("-- ssl_cert, ssl_key", "SET GLOBAL require_secure_transport = ON"),
            breaks=Text("不使用 TLS 的客户端不能再连接", "clients that do not use TLS can no longer connect"),
        )
    elif known.get("require_secure_transport") != "ON":
        accounts = [one for one in _people(catalog) if one.key in free and one.host not in LOCAL]
        if accounts:
            yield Setting(
                source,
                SettingKind.NO_TLS,
                "require_secure_transport",
                Text(
                    f"{len(accounts)} 个账号可以不加密连接",
                    f"{len(accounts)} account(s) may connect without encryption",
                ),
                Text(
                    "要求加密连接(整个服务器,或逐账号 REQUIRE SSL)",
                    "demand encryption, of the server as a whole or by REQUIRE SSL account by account",
                ),
                reaches=tuple(one.principal for one in accounts),
                closing=("SET GLOBAL require_secure_transport = ON",),
                breaks=Text("不使用 TLS 的客户端不能再连接", "clients that do not use TLS can no longer connect"),
            )
    logs = (
        bool(plugins)
        and known.get("server_audit_logging", "ON") == "ON"
        and known.get("audit_log_policy", "ALL") != "NONE"
    )
    if not logs and known.get("general_log") != "ON":
        yield Setting(
            source,
            SettingKind.NO_AUDIT,
            "server_audit",
            Text("没有启用审计插件,谁读了什么没有记录", "no audit plugin is active: nobody records who reads what"),
            Text(
                "安装审计插件(MariaDB:server_audit),日志送到管理员改不到的地方",
                "install an audit plugin (MariaDB: server_audit); send the log where administrators cannot change it",
            ),
            closing=(
                "INSTALL SONAME 'server_audit'",
                "SET GLOBAL server_audit_events = 'CONNECT,QUERY'",
                "SET GLOBAL server_audit_logging = ON",
            ),
            breaks=Text("日志量会增加", "there will be more log"),
        )
