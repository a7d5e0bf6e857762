"""The rights in a Db2 database as its catalog has them (IBM, Db2 11.5, SYSCAT.DBAUTH, TABAUTH, SCHEMAAUTH, ROLEAUTH).

Accounts are those of the operating system or directory, so that only those are known to whom something was granted. A view reads with the
rights of its owner, who was checked when it was made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pii_audit.access.roles import Membership, Roles
from pii_audit.access.scopes import PRIVILEGES, PUBLIC, Catalog, Effective, Opener, Place, Principal, Right
from pii_audit.model.grant import Grant
from pii_audit.sources.database.names import qualified, quoted
from pii_audit.sources.database.session import Session

_KINDS = {"U": "USER", "G": "GROUP", "R": "ROLE"}
_HELD, _PASSED_ON = frozenset({"Y", "G"}), "G"


def grants(session: Session, source: str, assets: frozenset[str]) -> Iterator[Grant]:
    """Who reaches these assets of the session's database; raises InspectionError."""
    yield from Effective(read(session), source, assets)


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
