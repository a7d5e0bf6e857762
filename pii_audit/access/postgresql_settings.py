"""What a PostgreSQL server lets happen beside its grants.

Rights of tables to come, roles that give themselves others, foreign servers, log-ins without a password, connections in clear,
reading that nobody logs.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pii_audit.access.postgresql_catalog import PUBLIC, Catalog, Role
from pii_audit.language import Text
from pii_audit.model.setting import Setting, SettingKind
from pii_audit.sources.database.names import quoted
from pii_audit.sources.database.session import Session

LOOPBACK = ("localhost", "samehost")
UNPROVEN = ("trust", "ident")
"""Methods by which the client says who it is, and is believed (PostgreSQL documentation, 21.3)."""
READS = "SELECT"
PREDEFINED = "pg_"
_RELOAD = "SELECT pg_catalog.pg_reload_conf()"


def _to(grantee: str) -> str:
    return grantee if grantee == PUBLIC else quoted(grantee)


def defaults(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Rights to read that every table to come will have; raises InspectionError."""
    for maker, schema, grantee, privilege, _ in session.rows(session.engine.queries.sql("acl_defaults")):
        if privilege != READS:
            continue
        holder = grantee or PUBLIC
        role = catalog.roles.get(holder)
        where = f" IN SCHEMA {quoted(schema)}" if schema else ""
        place = f"{schema}.*" if schema else "*"
        yield Setting(
            source,
            SettingKind.DEFAULT_PRIVILEGES,
            f"{maker} {place} {holder}",
            Text(
                f"{maker} 今后在 {place} 建的每张表,{holder} 一建即可读取",
                f"{holder} can read every table that {maker} makes in {place} from the moment it is made",
            ),
            Text("改为建表后按岗位逐表授权", "grant each table to the posts that need it once it is made"),
            role.principal if role else holder,
            closing=(
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {quoted(maker)}{where} REVOKE SELECT ON TABLES FROM {_to(holder)}",  # noqa: S608 - for people to read
            ),
            breaks=Text("已有的表不受影响", "tables that there are keep their rights"),
        )


def self_grants(source: str, catalog: Catalog) -> Iterator[Setting]:
    """Roles that may give themselves what they have not got: by an ADMIN option, and before PostgreSQL 16 by CREATEROLE."""
    # Who inherits it or takes it on has it already, perhaps by another grantor's membership; that it may be passed on is told there.
    held = {(one.role, one.member) for one in catalog.graph.memberships if one.inherits or one.sets}
    admins = dict.fromkeys((one.role, one.member) for one in catalog.graph.memberships if one.admin)
    for name, holder in admins:
        member = catalog.roles.get(holder)
        if (name, holder) in held or member is None or member.superuser:
            continue
        role = catalog.roles.get(name)
        gained = role.principal if role else name
        yield Setting(
            source,
            SettingKind.SELF_GRANT,
            f"{name} {holder}",
            Text(
                f"{member.principal} 持有 {gained} 的 ADMIN 选项,可自行取得该角色",
                f"{member.principal} has the ADMIN option of {gained} and can give it to itself",
            ),
            Text("收回 ADMIN 选项", "take back the ADMIN option"),
            member.principal,
            (gained,),
            (f"REVOKE ADMIN OPTION FOR {quoted(name)} FROM {quoted(holder)}",),
            Text(f"{member.principal} 不能再管理该角色的成员", f"{member.principal} can no longer manage its members"),
        )
    for role in catalog.roles.values() if catalog.creators_grant else ():
        if role.creates_roles and not role.superuser:
            yield _creator(source, catalog, role)


def _creator(source: str, catalog: Catalog, role: Role) -> Setting:
    others = tuple(one.principal for one in catalog.roles.values() if not one.superuser and one.name != role.name)
    return Setting(
        source,
        SettingKind.SELF_GRANT,
        f"CREATEROLE {role.name}",
        Text(
            f"{role.principal} 有 CREATEROLE,可把任何非超级用户角色授予自己",
            f"{role.principal} has CREATEROLE and can give itself every role that is no superuser",
        ),
        Text("去掉 CREATEROLE,由单独的管理员账号管理角色", "take CREATEROLE away; an account of its own manages roles"),
        role.principal,
        others,
        (f"ALTER ROLE {quoted(role.name)} NOCREATEROLE",),
        Text(f"{role.principal} 不能再建立或修改角色", f"{role.principal} can no longer make or change roles"),
    )


def raw_access(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Roles that copy the server, or reach its files and programs, where no right of a table counts; raises InspectionError."""
    for name, how, through in session.rows(session.engine.queries.sql("raw_access")):
        role = catalog.roles.get(name)
        if role is None or role.name.startswith(PREDEFINED):
            continue
        copies = how == "REPLICATION"
        yield Setting(
            source,
            SettingKind.RAW_ACCESS,
            f"{name} {how if copies else through}",
            Text(
                f"{role.principal} 有 REPLICATION 属性,可复制整个服务器",
                f"{role.principal} has the REPLICATION attribute and can copy the whole server",
            )
            if copies
            else Text(
                f"{role.principal} 是 {through} 的成员,可经服务器的文件或程序读取一切",
                f"{role.principal} is a member of {through} and can read everything by the server's files or programs",
            ),
            Text(
                "收回;备份与复制各用专用账号,并限定来源地址",
                "take it back; give backups and replicas accounts of their own, from one address each",
            ),
            role.principal,
            closing=(
                f"ALTER ROLE {quoted(name)} NOREPLICATION"
                if copies
                else f"REVOKE {quoted(through)} FROM {quoted(name)}",
            ),
            breaks=Text(
                f"用 {role.principal} 的备份、复制或导出会停",
                f"backups, replicas or exports that use {role.principal} stop",
            ),
        )


def foreign(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Foreign servers that several may use, or everybody, with an account that is kept for them; raises InspectionError."""
    usage: dict[str, list[str]] = defaultdict(list)
    mapped: dict[str, list[str]] = defaultdict(list)
    for server, what, grantee, owner in session.rows(session.engine.queries.sql("acl_foreign")):
        holder = grantee or PUBLIC
        if what == "mapping":
            mapped[server].append(holder)
        elif holder != owner:
            usage[server].append(holder)
    for server, users in mapped.items():
        allowed = usage.get(server, [])
        gaining = [user for user in users if user == PUBLIC or {user, PUBLIC} & set(allowed)]
        for user in gaining if allowed else ():
            role = catalog.roles.get(user)
            if role is not None and role.superuser:
                continue
            who = role.principal if role else user
            yield Setting(
                source,
                SettingKind.FOREIGN_SERVER,
                f"{server} {user}",
                Text(
                    f"{who} 可经外部服务器 {server} 以预存账号自建外部表,读取对方库中该账号能读的一切",
                    f"{who} can make foreign tables on the server {server} and read there whatever its stored account can read",
                ),
                Text(
                    "收回 USAGE 或删除用户映射,只授予所需的外部表",
                    "take back USAGE or the user mapping; grant the foreign tables that are needed",
                ),
                who,
                (),
                (
                    *(
                        f"REVOKE USAGE ON FOREIGN SERVER {quoted(server)} FROM {_to(holder)}"
                        for holder in allowed
                        if holder in (user, PUBLIC) or user == PUBLIC
                    ),
                    f"DROP USER MAPPING FOR {_to(user)} SERVER {quoted(server)}",
                ),
                Text(
                    f"{who} 经 {server} 的外部表不再可读", f"foreign tables on {server} can no longer be read by {who}"
                ),
            )


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of pg_hba.conf."""

    number: int
    kind: str
    databases: tuple[str, ...]
    users: tuple[str, ...]
    address: str | None
    mask: str | None
    method: str

    @property
    def prefix(self) -> int | None:
        """The length of the network's prefix; None for a name or a socket."""
        try:
            network = ipaddress.ip_network(
                f"{self.address}/{self.mask}" if self.mask else f"{self.address}", strict=False
            )
        except ValueError:
            return 0 if self.address == "all" else None
        return network.prefixlen

    @property
    def local(self) -> bool:
        """Whether it is about connections that do not leave the server."""
        if self.kind == "local" or self.address in LOOPBACK:
            return True
        try:
            return ipaddress.ip_address(self.address or "").is_loopback
        except ValueError:
            return False

    @property
    def place(self) -> str:
        """From where, for people."""
        return f"{self.address}/{self.prefix}" if self.mask else self.address or "local"

    def hides(self, later: _Line) -> bool:
        """Whether a later line is never asked, since this one, about everybody, comes first."""
        kinds = self.kind in (later.kind, "host") and (self.kind == "local") == (later.kind == "local")
        same_place = self.address in (later.address, "all") and self.mask in (later.mask, None)
        return kinds and same_place and "all" in self.users and "all" in self.databases


def connections(session: Session, source: str) -> Iterator[Setting]:
    """Lines of pg_hba.conf that let somebody in unproven, from anywhere, or in clear; raises InspectionError."""
    [(ssl, _, _, database)] = session.rows(session.engine.queries.sql("protection"))
    lines: list[_Line] = []
    for row in session.rows(session.engine.queries.sql("hba")):
        number, kind, databases, users, address, mask, method = row
        line = _Line(int(number), kind, tuple(databases), tuple(users), address, mask, method)
        meant = {"all", database, "sameuser", "samerole"} & set(line.databases) or any(
            "/" in name for name in line.databases
        )
        if meant and not any(earlier.hides(line) for earlier in lines):
            lines.append(line)
    for line in lines:
        if line.method != "reject":
            yield from _of_line(source, line, encrypted=ssl == "on")


def _of_line(source: str, line: _Line, *, encrypted: bool) -> Iterator[Setting]:
    at, who = f"pg_hba.conf:{line.number}", ", ".join(line.users)
    if line.method in UNPROVEN:
        yield Setting(
            source,
            SettingKind.NO_PASSWORD,
            f"hba {line.place} {who} {line.method}",
            Text(
                f"{at} 允许来自 {line.place} 的 {who} 不凭密码登录({line.method})",
                f"{at} lets {who} in from {line.place} without a password ({line.method})",
            ),
            Text(
                f"把 {at} 的 {line.method} 改为 scram-sha-256,然后重新加载",
                f"write scram-sha-256 in place of {line.method} in {at}, then reload",
            ),
            PUBLIC if "all" in line.users else None,
            closing=(f"-- {at}: {line.method} → scram-sha-256", _RELOAD),
            breaks=Text(
                "没有设置密码的账号不能再从那里登录", "accounts without a password can no longer log in from there"
            ),
        )
    if line.local:
        return
    if line.prefix == 0:
        yield Setting(
            source,
            SettingKind.ANY_HOST,
            f"hba {line.place} {who}",
            Text(f"{at} 允许 {who} 从任何地址连接", f"{at} lets {who} connect from any address"),
            Text(
                f"把 {at} 的地址收窄到应用和跳板机的网段,然后重新加载",
                f"narrow the address in {at} to the networks of applications and bastions, then reload",
            ),
            PUBLIC if "all" in line.users else None,
            closing=(f"-- {at}: {line.place} → …", _RELOAD),
            breaks=Text("其他网段的客户端不能再连接", "clients of other networks can no longer connect"),
        )
    if encrypted and line.kind in ("host", "hostnossl"):
        yield Setting(
            source,
            SettingKind.NO_TLS,
            f"hba {line.place} {who}",
            Text(
                f"{at} 允许来自 {line.place} 的 {who} 不加密连接",
                f"{at} lets {who} connect from {line.place} without encryption",
            ),
            Text(
                f"把 {at} 的 {line.kind} 改为 hostssl,然后重新加载",
                f"write hostssl in place of {line.kind} in {at}, then reload",
            ),
            closing=(f"-- {at}: {line.kind} → hostssl", _RELOAD),
            breaks=Text("不使用 TLS 的客户端不能再连接", "clients that do not use TLS can no longer connect"),
        )


def protection(session: Session, source: str) -> Iterator[Setting]:
    """Whether the server can encrypt at all, and whether it logs who reads what; raises InspectionError."""
    [(ssl, audited, logged, _)] = session.rows(session.engine.queries.sql("protection"))
    if ssl != "on":
        yield Setting(
            source,
            SettingKind.NO_TLS,
            "ssl",
            Text(
                "服务器没有启用 TLS,每个连接都是明文", "the server has TLS switched off: every connection is in clear"
            ),
            Text(
                "安装证书,启用 ssl,并在 pg_hba.conf 中用 hostssl 要求加密",
                "install a certificate, switch ssl on, and demand it by hostssl in pg_hba.conf",
            ),
            closing=("-- ssl_cert_file, ssl_key_file", "ALTER SYSTEM SET ssl = on", _RELOAD),
        )
    if not _logs(audited) and logged != "all":
        yield Setting(
            source,
            SettingKind.NO_AUDIT,
            "pgaudit",
            Text("没有审计扩展,谁读了什么没有记录", "there is no audit extension: nobody records who reads what"),
            Text(
                "把 pgaudit 加入 shared_preload_libraries 并重启,日志送到管理员改不到的地方",
                "add pgaudit to shared_preload_libraries and restart; send the log where administrators cannot change it",
            ),
            closing=(
                "-- shared_preload_libraries: + pgaudit",
                "CREATE EXTENSION pgaudit",
                "ALTER SYSTEM SET pgaudit.log = 'read, write, role'",
                _RELOAD,
            ),
            breaks=Text("日志量会增加", "there will be more log"),
        )


def _logs(audited: str | None) -> bool:
    return audited is not None and bool({"read", "all"} & {word.strip() for word in audited.casefold().split(",")})
