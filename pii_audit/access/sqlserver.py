"""The rights in a SQL Server database as its catalog has them (Microsoft, permissions hierarchy; ownership chains; DENY).

A view or routine reads what belongs to its own owner whatever its user may do with that (an ownership chain); what belongs to others it
reads with the rights of its user, unless it says EXECUTE AS.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pii_audit.access.roles import Membership, Roles
from pii_audit.access.scopes import PRIVILEGES, PUBLIC, Catalog, Effective, Opener, Place, Principal, Right
from pii_audit.model.grant import Grant
from pii_audit.sources.database.names import qualified
from pii_audit.sources.database.session import Session

_ROLES = frozenset({"R", "A"})
_DATABASE, _OBJECT, _SCHEMA = 0, 1, 3
"""Classes of what a permission is on."""
_FIXED = (
    ("db_owner", "all"),
    ("db_securityadmin", "all"),
    ("db_datareader", "select"),
    ("db_datawriter", "insert"),
    ("db_datawriter", "update"),
    ("db_datawriter", "delete"),
)
_DENYING = (
    ("db_denydatareader", "select"),
    ("db_denydatawriter", "insert"),
    ("db_denydatawriter", "update"),
    ("db_denydatawriter", "delete"),
)
"""What the fixed roles of a database may do, and may not; who manages permissions gives himself any (Microsoft, database-level roles)."""
_RULES = frozenset({"CONTROL", "TAKE OWNERSHIP"})
"""Permissions with which somebody has all others, or makes himself who does."""
SYSADMIN, OWNER = "sysadmin", "dbo"
_RULING = (SYSADMIN, "securityadmin")
"""Roles of the server that have everything: the second gives it to whom it likes (Microsoft, server-level roles)."""


def grants(session: Session, source: str, assets: frozenset[str]) -> Iterator[Grant]:
    """Who reaches these assets of the session's database; raises InspectionError."""
    yield from Effective(read(session), source, assets)


def bracketed(name: str) -> str:
    """A name as Transact-SQL quotes it."""
    return f"[{name.replace(']', ']]')}]"


def read(session: Session) -> Catalog:
    """The catalog of the session's database; raises InspectionError."""
    sql = session.engine.queries.sql
    principals: dict[str, Principal] = {}
    users: dict[str, str] = {}
    for name, kind, fixed, login, disabled in session.rows(sql("principals")):
        known = _name(name)
        role = kind.strip() in _ROLES
        locking = (f"ALTER LOGIN {bracketed(login)} DISABLE",) if login and not role else ()
        principals[known] = Principal(known, role, not fixed and not disabled, locking)
        if login:
            users[login] = known
    members = [Membership(_name(role), _name(member)) for role, member in session.rows(sql("memberships"))]
    server = [tuple(row) for row in session.rows(sql("server_memberships"))]
    for role, login, kind, disabled in server:
        member = users.get(login, login)
        if member == OWNER and login != OWNER:
            # Who owns the database is in it as dbo, and is told of by the name under which he logs in.
            member = login
        members.append(Membership(role, member))
        principals.setdefault(role, Principal(role, role=True, told=False))
        principals.setdefault(member, _login(member, kind, disabled))
    everything = [*_fixed(), *_server(session, users, principals)]
    server_roles = {role for role, *_ in server}

    ending: dict[tuple[str, str], str] = {}
    for holder, other, permission, of_server in session.rows(sql("acl_impersonations")):
        scope = "LOGIN" if of_server else "USER"
        pair = (users.get(other, other), users.get(holder, holder)) if of_server else (_name(other), _name(holder))
        ending[pair] = f"REVOKE {permission} ON {scope}::{bracketed(other)} FROM {_sql(_name(holder))}"

    def leave(role: str, member: str) -> str:
        if (role, member) in ending:
            return ending[role, member]
        scope = "SERVER ROLE" if role in server_roles else "ROLE"
        return f"ALTER {scope} {bracketed(role)} DROP MEMBER {bracketed(member)}"

    return Catalog(
        principals,
        Roles(members),
        (*everything, *_owned(session), *_entries(session)),
        leave,
        keep=leave,
        openers=tuple(_openers(session)),
        acting={(other, holder): f"EXECUTE AS {other}" for other, holder in ending},
    )


def _name(name: str) -> str:
    return PUBLIC if name == "public" else name


def _sql(name: str) -> str:
    return "public" if name == PUBLIC else bracketed(name)


def _login(name: str, kind: str, disabled: object) -> Principal:
    role = kind.strip() == "R"
    return Principal(name, role, not disabled and not role, () if role else (f"ALTER LOGIN {bracketed(name)} DISABLE",))


def _fixed() -> Iterator[Right]:
    for role in _RULING:
        yield Right(role, "all", f"server role {role}")
    yield Right(OWNER, "owner", "owner of the database")
    for role, privilege in _FIXED:
        yield Right(role, privilege, f"role {role}")
    for role, privilege in _DENYING:
        yield Right(role, privilege, f"role {role}", denied=True)


def _server(session: Session, users: Mapping[str, str], principals: dict[str, Principal]) -> Iterator[Right]:
    for login, kind, disabled, permission, state in session.rows(session.engine.queries.sql("server_permissions")):
        holder = users.get(login, login)
        principals.setdefault(holder, _login(holder, kind, disabled))
        privilege = "select" if permission == "SELECT ALL USER SECURABLES" else "all"
        yield Right(
            holder,
            privilege,
            f"GRANT {permission} TO {login}",
            (f"REVOKE {permission} FROM {bracketed(login)}",),
            denied=state == "D",
        )


def _owned(session: Session) -> Iterator[Right]:
    sql = session.engine.queries.sql
    for schema, owner in session.rows(sql("acl_schemas")):
        if owner != OWNER:
            closing = f"ALTER AUTHORIZATION ON SCHEMA::{bracketed(schema)} TO {bracketed(OWNER)}"
            yield Right(
                _name(owner), "owner", f"ALTER AUTHORIZATION ON SCHEMA::{schema} TO {owner}", (closing,), schema
            )
    owners = dict(session.rows(sql("acl_schemas")))
    for schema, name, kind, owner, _, _ in session.rows(sql("acl_relations")):
        if kind.strip() in ("U", "V") and owner not in (owners.get(schema, OWNER), OWNER):
            target = f"OBJECT::{bracketed(schema)}.{bracketed(name)}"
            closing = f"ALTER AUTHORIZATION ON {target} TO SCHEMA OWNER"
            shown = f"ALTER AUTHORIZATION ON {qualified(schema, name)} TO {owner}"
            yield Right(_name(owner), "owner", shown, (closing,), schema, name)


def _entries(session: Session) -> Iterator[Right]:
    for grantee, permission, state, scope, schema, name, column, grantor in session.rows(
        session.engine.queries.sql("acl_entries")
    ):
        privilege = "all" if permission in _RULES else permission.lower()
        if privilege not in (*PRIVILEGES, "execute", "all") or (scope == _OBJECT and name is None):
            continue
        target, shown = "", ""
        if scope == _SCHEMA:
            target, shown = f" ON SCHEMA::{bracketed(schema)}", f" ON SCHEMA::{schema}"
        elif scope == _OBJECT:
            columns = f" ({bracketed(column)})" if column else ""
            target = f" ON OBJECT::{bracketed(schema)}.{bracketed(name)}{columns}"
            shown = f" ON {qualified(schema, name)}" + (f" ({column})" if column else "")
        passed_on = state == "W"
        # Whoever got the right from this one by the grant option loses it too; a grant is taken back in the name of who gave it.
        cascade = " CASCADE" if passed_on else ""
        by = "" if grantor == OWNER else f" AS {bracketed(grantor)}"
        word = "DENY" if state == "D" else "GRANT"
        yield Right(
            _name(grantee),
            privilege,
            f"{word} {permission}{shown} TO {grantee}",
            (f"REVOKE {permission}{target} FROM {_sql(_name(grantee))}{cascade}{by}",),
            schema if scope in (_SCHEMA, _OBJECT) else None,
            name if scope == _OBJECT else None,
            column if scope == _OBJECT else None,
            (f"REVOKE GRANT OPTION FOR {permission}{target} FROM {_sql(_name(grantee))}{cascade}{by}",)
            if passed_on
            else (),
            denied=state == "D",
        )


def _openers(session: Session) -> Iterator[Opener]:
    """Views, synonyms and routines with the tables of their own owner that they read."""
    sql = session.engine.queries.sql
    known = {(schema, name): rest for schema, name, *rest in session.rows(sql("acl_relations"))}
    reads: dict[Place, set[Place]] = defaultdict(set)
    for schema, name, other_schema, other in session.rows(sql("acl_dependencies")):
        reads[schema, name].add((other_schema, other))
    for place, places in reads.items():
        kind, owner, runs_as, runs_as_id = known.get(place, ("V", OWNER, None, 0))
        acting = owner if runs_as_id == _AS_OWNER else runs_as
        opened = {other for other in places if other not in known or known[other][1] in (owner, acting)}
        if acting == OWNER:
            opened = places
        if opened:
            view = kind.strip() == "V" or (
                kind.strip() == "SN" and not any(_is_routine(known.get(one)) for one in places)
            )
            yield Opener("view" if view else "routine", place, frozenset(opened), acting or ("" if view else owner))


def _is_routine(relation: Sequence[Any] | None) -> bool:
    return relation is not None and relation[0].strip() not in ("U", "V", "SN")


_AS_OWNER = -2
"""EXECUTE AS OWNER, in execute_as_principal_id."""
