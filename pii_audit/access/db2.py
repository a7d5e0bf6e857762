"""The rights in a Db2 database as its catalog has them (IBM, Db2 11.5, SYSCAT.DBAUTH, TABAUTH, SCHEMAAUTH, ROLEAUTH).

Accounts are those of the operating system or directory, so that only those are known to whom something was granted. A view reads with the
rights of its owner, who was checked when it was made, and so do the statements that are written in a routine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from pii_audit.access.roles import Membership, Roles
from pii_audit.access.scopes import PRIVILEGES, PUBLIC, Catalog, Effective, Opener, Place, Principal, Right
from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.database.names import qualified, quoted
from pii_audit.sources.database.session import Session
from pii_audit.sources.interface import failed

_KINDS = {"U": "USER", "G": "GROUP", "R": "ROLE"}
_HELD, _PASSED_ON = frozenset({"Y", "G"}), "G"


def grants(session: Session, source: str, assets: frozenset[str]) -> Iterator[Grant | Coverage]:
    """Who reaches these assets of the session's database, and a ledger row where routines may open more; raises InspectionError."""
    catalog = read(session)
    try:
        catalog = _with_routines(session, catalog)
    except InspectionError as error:
        said = Text(
            f"过程和函数开放哪些表未能得知：{error.what.zh}",
            f"which tables procedures and functions open is not known: {error.what.en}",
        )
        yield failed(source, "", said)
    yield from Effective(catalog, source, assets)


def read(session: Session) -> Catalog:
    """The catalog of the session's database; raises InspectionError."""
    sql = session.engine.queries.sql
    kinds: dict[str, str] = {}
    members = []
    for role, grantee, kind, admin in session.rows(sql("memberships")):
        kinds[role], kinds[grantee] = "R", kind
        members.append(Membership(role, grantee, admin=admin == "Y"))
    rights = list(_rights(session, kinds))

    def to(name: str) -> str:
        return PUBLIC if name == PUBLIC else f"{_KINDS[kinds.get(name, 'U')]} {quoted(name)}"

    return Catalog(
        {name: Principal(name, role=kind == "R", group=kind == "G") for name, kind in {**kinds, PUBLIC: "R"}.items()},
        Roles(members),
        tuple(rights),
        leave=lambda role, member: f"REVOKE ROLE {quoted(role)} FROM {to(member)}",
        keep=lambda role, member: f"REVOKE ADMIN OPTION FOR ROLE {quoted(role)} FROM {to(member)}",
        openers=tuple(_views(session)),
    )


def _rights(session: Session, kinds: dict[str, str]) -> Iterator[Right]:
    sql = session.engine.queries.sql

    def to(name: str, kind: str) -> str:
        kinds.setdefault(name, kind)
        return PUBLIC if name == PUBLIC else f"{_KINDS[kind]} {quoted(name)}"

    for name, kind, *held in session.rows(sql("acl_database")):
        for authority, privilege, has in zip(
            ("DATAACCESS", "DBADM", "SECADM"), ("select", "all", "all"), held, strict=True
        ):
            if has == "Y":
                closing = f"REVOKE {authority} ON DATABASE FROM {to(name, kind)}"
                yield Right(name, privilege, f"GRANT {authority} ON DATABASE TO {name}", (closing,))
    for name, kind, schema, *held in session.rows(sql("acl_schemas")):
        for privilege, has in zip(PRIVILEGES, held, strict=True):
            if has in _HELD:
                what = f"{privilege.upper()}IN ON SCHEMA"
                closing = f"REVOKE {what} {quoted(schema)} FROM {to(name, kind)}"
                yield Right(name, privilege, f"GRANT {what} {schema} TO {name}", (closing,), schema)
    for name, kind, schema, table, control, *held in session.rows(sql("acl_tables")):
        target = f"{quoted(schema)}.{quoted(table)}"
        for privilege, has in zip(("all", *PRIVILEGES), (control, *held), strict=True):
            if has not in _HELD or (control == "Y" and privilege != "all"):
                continue
            word = "CONTROL" if privilege == "all" else privilege.upper()
            closing = f"REVOKE {word} ON {target} FROM {to(name, kind)}"
            # Without its option the right is granted anew: Db2 takes back both together.
            again = f"{closing}; GRANT {word} ON {target} TO {to(name, kind)}"
            yield Right(
                name,
                privilege,
                f"GRANT {word} ON {qualified(schema, table)} TO {name}",
                (closing,),
                schema,
                table,
                withholding=(again,) if has == _PASSED_ON else (),
            )
    for name, kind, schema, table, column, _ in session.rows(sql("acl_columns")):
        shown = f"GRANT UPDATE ({column}) ON {qualified(schema, table)} TO {name}"
        closing = f"REVOKE UPDATE ON {quoted(schema)}.{quoted(table)} FROM {to(name, kind)}"
        yield Right(name, "update", shown, (closing,), schema, table, column)


def _views(session: Session) -> Iterator[Opener]:
    reads: dict[Place, set[Place]] = defaultdict(set)
    for schema, name, other_schema, other in session.rows(session.engine.queries.sql("acl_views")):
        reads[schema, name].add((other_schema, other))
    for place, places in reads.items():
        yield Opener("view", place, frozenset(places))


def _with_routines(session: Session, catalog: Catalog) -> Catalog:
    """The catalog with what routines open to whoever may call them, each by its specific name."""
    sql = session.engine.queries.sql
    reads: dict[Place, set[Place]] = defaultdict(set)
    shown: dict[Place, tuple[str, str]] = {}
    for schema, specific, name, owner, other_schema, other in session.rows(sql("acl_routines")):
        reads[schema, specific].add((other_schema, other))
        shown[schema, specific] = (name, owner)
    principals, rights = dict(catalog.principals), list(catalog.rights)
    for grantee, kind, schema, specific, routine in session.rows(sql("acl_calls")):
        principals.setdefault(grantee, Principal(grantee, role=kind == "R", group=kind == "G"))
        to = PUBLIC if grantee == PUBLIC else f"{_KINDS[kind]} {quoted(grantee)}"
        word = "PROCEDURE" if routine == "P" else "FUNCTION"
        which = f"SPECIFIC {word} {quoted(schema)}.{quoted(specific)}" if specific else f"{word} {quoted(schema)}.*"
        name = f"{schema}.{shown[schema, specific][0] if (schema, specific) in shown else specific or '*'}"
        opened_by = f"GRANT EXECUTE ON {word} {name} TO {grantee}"
        closing = (f"REVOKE EXECUTE ON {which} FROM {to} RESTRICT",)
        rights.append(Right(grantee, "execute", opened_by, closing, schema, specific))
    openers = [Opener("routine", place, frozenset(places), shown[place][1]) for place, places in reads.items()]
    return replace(catalog, principals=principals, rights=tuple(rights), openers=(*catalog.openers, *openers))
