"""How roles of a PostgreSQL server come by what they were not granted.

Rights of tables to come, roles that give themselves others, servers that are copied, files that are read, queries that are handed on,
foreign servers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pii_audit.access import postgresql_catalog
from pii_audit.access.postgresql_catalog import PUBLIC, Catalog, Role
from pii_audit.access.routines import computes, open_routine
from pii_audit.language import Text
from pii_audit.model.setting import Setting, SettingKind
from pii_audit.sources.database.names import quoted
from pii_audit.sources.database.session import Session

READS = "SELECT"
PREDEFINED = "pg_"


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
                f"{maker} 今后在 {place} 建的每张表，{holder} 一建即可读取",
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
                f"{member.principal} 持有 {gained} 的 ADMIN 选项，可自行取得该角色",
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
            f"{role.principal} 有 CREATEROLE，可把任何非超级用户角色授予自己",
            f"{role.principal} has CREATEROLE and can give itself every role that is no superuser",
        ),
        Text(
            "去掉 CREATEROLE，由单独的管理员账号管理角色", "take CREATEROLE away; an account of its own manages roles"
        ),
        role.principal,
        others,
        (f"ALTER ROLE {quoted(role.name)} NOCREATEROLE",),
        Text(f"{role.principal} 不能再建立或修改角色", f"{role.principal} can no longer make or change roles"),
    )


def raw_access(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Roles that copy the server, or reach its files and programs, where no right of a table counts; raises InspectionError."""
    for name, how, through in session.rows(session.engine.queries.sql("raw_access")):
        if how == "EXECUTE":
            yield _reader(source, catalog, name or PUBLIC, through)
            continue
        role = catalog.roles.get(name)
        if role is None or role.name.startswith(PREDEFINED):
            continue
        copies = how == "REPLICATION"
        yield Setting(
            source,
            SettingKind.RAW_ACCESS,
            f"{name} {how if copies else through}",
            Text(
                f"{role.principal} 有 REPLICATION 属性，可复制整个服务器",
                f"{role.principal} has the REPLICATION attribute and can copy the whole server",
            )
            if copies
            else Text(
                f"{role.principal} 是 {through} 的成员，可经服务器的文件或程序读取一切",
                f"{role.principal} is a member of {through} and can read everything by the server's files or programs",
            ),
            Text(
                "收回；备份与复制各用专用账号，并限定来源地址",
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


def _reader(source: str, catalog: Catalog, holder: str, function: str) -> Setting:
    role = catalog.roles.get(holder)
    who = role.principal if role else holder
    return Setting(
        source,
        SettingKind.RAW_ACCESS,
        f"{holder} {function}",
        Text(
            f"{who} 可执行 {function}，经它读写服务器的文件，包括每张表所在的文件",
            f"{who} may call {function} and reaches by it the server's files, those included in which the tables lie",
        ),
        Text(
            "收回；确需读取的文件由作业账号放到表中",
            "take it back; a job's own account brings in the files that are needed",
        ),
        who,
        closing=(f"REVOKE EXECUTE ON FUNCTION {function} FROM {_to(holder)}",),
        breaks=Text(f"{who} 不能再调用 {function}", f"{who} can no longer call {function}"),
    )


def routines(session: Session, source: str, catalog: Catalog) -> Iterator[Setting]:
    """Functions that run as their owner a query which is made from what their caller gives; raises InspectionError."""
    for function in postgresql_catalog.functions(session):
        callers = [
            caller
            for caller in function.callers
            if caller != function.owner and not (caller in catalog.roles and catalog.roles[caller].superuser)
        ]
        if callers and computes(function.text):
            owner = catalog.roles.get(function.owner)
            name = f"{function.schema}.{function.name}({function.arguments})"
            yield open_routine(
                source,
                f"function {name}",
                owner.principal if owner else function.owner,
                [catalog.roles[one].principal if one in catalog.roles else one for one in callers],
                tuple(f"REVOKE EXECUTE ON FUNCTION {function.sql} FROM {_to(caller)}" for caller in callers),
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
                    f"{who} 可经外部服务器 {server} 以预存账号自建外部表，读取对方库中该账号能读的一切",
                    f"{who} can make foreign tables on the server {server} and read there whatever its stored account can read",
                ),
                Text(
                    "收回 USAGE 或删除用户映射，只授予所需的外部表",
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
