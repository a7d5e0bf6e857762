"""What a MySQL or MariaDB server lets happen beside its grants.

Accounts that want no password or come from any host, connections in clear, reading that nobody logs.
"""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.access.mysql_catalog import LOCAL, Catalog
from pii_audit.access.mysql_patterns import key
from pii_audit.language import Text
from pii_audit.model.setting import Setting, SettingKind
from pii_audit.sources.database.names import quoted
from pii_audit.sources.database.session import Session


def doors(source: str, catalog: Catalog) -> Iterator[Setting]:
    """Accounts that anybody on the server gets in by, for want of a password, and those that anybody may try from any host.

    One without a password that other hosts may use is everybody's, which its rights tell already.
    """
    for account in catalog.people:
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
                "服务器没有启用 TLS，每个连接都是明文", "the server has TLS switched off: every connection is in clear"
            ),
            Text(
                "在配置中写 ssl_cert、ssl_key 并重启，然后要求加密连接",
                "name ssl_cert and ssl_key in its configuration and restart, then demand encryption",
            ),
            closing=("-- ssl_cert, ssl_key", "SET GLOBAL require_secure_transport = ON"),
            breaks=Text("不使用 TLS 的客户端不能再连接", "clients that do not use TLS can no longer connect"),
        )
    elif known.get("require_secure_transport") != "ON":
        accounts = [one for one in catalog.people if one.key in free and one.host not in LOCAL]
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
                    "要求加密连接（整个服务器，或逐账号 REQUIRE SSL）",
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
            Text("没有启用审计插件，谁读了什么没有记录", "no audit plugin is active: nobody records who reads what"),
            Text(
                "安装审计插件（MariaDB:server_audit），日志送到管理员改不到的地方",
                "install an audit plugin (MariaDB: server_audit); send the log where administrators cannot change it",
            ),
            closing=(
                "INSTALL SONAME 'server_audit'",
                "SET GLOBAL server_audit_events = 'CONNECT,QUERY'",
                "SET GLOBAL server_audit_logging = ON",
            ),
            breaks=Text("日志量会增加", "there will be more log"),
        )
