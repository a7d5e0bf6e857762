"""The rights on an Oracle server as its catalog has them (Oracle Database Security Guide, privileges and roles); DM8 keeps the same views.

A view reads with the rights of its owner, who needs them himself and not through a role; a routine runs as its owner unless it says
AUTHID CURRENT_USER.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from pii_audit.access.roles import Membership, Roles
from pii_audit.access.scopes import PRIVILEGES, PUBLIC, Catalog, Effective, Opener, Place, Principal, Right
from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.grant import Grant
from pii_audit.sources.database.names import qualified, quoted
from pii_audit.sources.database.session import Session

_ANY = {
    "SELECT ANY TABLE": "select",
    "READ ANY TABLE": "select",
    "INSERT ANY TABLE": "insert",
    "UPDATE ANY TABLE": "update",
    "DELETE ANY TABLE": "delete",
    "EXECUTE ANY PROCEDURE": "execute",
    **dict.fromkeys(("GRANT ANY OBJECT PRIVILEGE", "GRANT ANY PRIVILEGE", "GRANT ANY ROLE"), "all"),
    **dict.fromkeys(("ALTER USER", "BECOME USER"), "all"),
}
"""Rights on the objects of every schema; who may give any right to anybody, or set anybody's password, holds all of them."""
_YES = frozenset({"YES", "Y", "TRUE"})


def grants(session: Session, source: str, assets: frozenset[str]) -> Iterator[Grant | Coverage]:
    """Who reaches these assets of the session's server, and a ledger row where it does not tell who logs in for others.

    Raises InspectionError.
    """
    proxies: list[tuple[str, str]] = []
    try:
        proxies = [(proxy, client) for proxy, client in session.rows(session.engine.queries.sql("acl_proxies"))]
    except InspectionError as error:
        said = Text(
            f"无法得知谁可代他人登录（PROXY_USERS）：{error.what.zh}",
            f"who may log in for others (PROXY_USERS) cannot be read: {error.what.en}",
        )
        yield Coverage(source, "", CoverageStatus.FAILED, said)
    yield from Effective(read(session, proxies), source, assets)


def read(session: Session, proxies: Collection[tuple[str, str]] = ()) -> Catalog:
    """The catalog of the session's server, `proxies` being who may log in for whom; raises InspectionError."""
    sql = session.engine.queries.sql
    principals = {
        name: _principal(name, kind, status, maintained)
        for name, kind, status, maintained in session.rows(sql("principals"))
    }
    principals[PUBLIC] = Principal(PUBLIC, role=True)
    members, optional = [], set()
    for role, member, default, admin in session.rows(sql("memberships")):
        members.append(Membership(role, member, admin=admin in _YES))
        if default not in _YES and member in principals and not principals[member].role:
            optional.add((role, member))
    rights = [*_owned(session), *_any(session), *_objects(session)]
    acting = {(client, proxy): f"CONNECT THROUGH {proxy} AS {client}" for proxy, client in proxies}

    def leave(role: str, member: str) -> str:
        if (role, member) in acting:
            return f"ALTER USER {quoted(role)} REVOKE CONNECT THROUGH {quoted(member)}"
        return f"REVOKE {quoted(role)} FROM {_grantee(member)}"

    return Catalog(
        principals,
        Roles(members),
        tuple(rights),
        leave=leave,
        keep=lambda role, member: (
            f"REVOKE {quoted(role)} FROM {_grantee(member)}; GRANT {quoted(role)} TO {_grantee(member)}"
        ),
        openers=tuple(_openers(session, rights)),
        optional=frozenset(optional),
        acting=acting,
    )


def _principal(name: str, kind: str, status: str, maintained: str) -> Principal:
    """An account or role. Those of the server itself are told of where they are accounts that somebody can use."""
    role = kind == "role"
    usable = "LOCKED" not in status.upper()
    told = maintained not in _YES if role else usable
    return Principal(name, role, told, () if role else (f"ALTER USER {quoted(name)} ACCOUNT LOCK",))


def _grantee(name: str) -> str:
    return PUBLIC if name == PUBLIC else quoted(name)


def _owned(session: Session) -> Iterator[Right]:
    # Whose a schema is stays so: he can be kept from logging in, and the tables are still read by what runs as him.
    kept = "ACCOUNT LOCK" if session.engine.dialect == "dm" else "NO AUTHENTICATION"
    for schema, owner in session.rows(session.engine.queries.sql("acl_schemas")):
        yield Right(owner, "owner", f"schema {schema}", (f"ALTER USER {quoted(owner)} {kept}",), schema)


def _any(session: Session) -> Iterator[Right]:
    sql = session.engine.queries.sql
    for grantee, privilege, admin in session.rows(sql("acl_system")):
        meant = _ANY.get(privilege)
        if meant is None:
            continue
        right = f"REVOKE {privilege} FROM {_grantee(grantee)}"
        again = (f"{right}; GRANT {privilege} TO {_grantee(grantee)}",) if admin in _YES else ()
        yield Right(grantee, meant, f"GRANT {privilege} TO {grantee}", (right,), withholding=again)
    for (name,) in session.rows(sql("acl_administrators")):
        yield Right(name, "all", f"GRANT SYSDBA TO {name}", (f"REVOKE SYSDBA FROM {quoted(name)}",))


def _objects(session: Session) -> Iterator[Right]:
    for grantee, owner, name, column, privilege, grantable, grantor in session.rows(
        session.engine.queries.sql("acl_objects")
    ):
        meant = "select" if privilege == "READ" else privilege.lower()
        if meant not in (*PRIVILEGES, "execute"):
            continue
        target = f"{quoted(owner)}.{quoted(name)}"
        # A right is taken back by who gave it; the owner's own are also by whoever may grant any.
        by = "" if grantor == owner else f"/* {grantor} */ "
        shown = f" ({column})" if column else ""
        revoke = f"{by}REVOKE {privilege} ON {target} FROM {_grantee(grantee)}"
        again = f"{revoke}; {by}GRANT {privilege} ON {target} TO {_grantee(grantee)}"
        yield Right(
            grantee,
            meant,
            f"GRANT {privilege}{shown} ON {qualified(owner, name)} TO {grantee}",
            (revoke,),
            owner,
            name,
            column or None,
            (again,) if grantable in _YES else (),
        )


def _openers(session: Session, rights: Collection[Right]) -> Iterator[Opener]:
    """Views and routines with what they read and call as their owner: what is his own, and what he may read or call himself."""
    sql = session.engine.queries.sql
    invoked = {(owner, name) for owner, name in session.rows(sql("acl_invoked"))}
    reads: dict[tuple[str, str, str], set[Place]] = defaultdict(set)
    for owner, name, kind, other_owner, other in session.rows(sql("acl_dependencies")):
        reads[owner, name, "view" if kind == "VIEW" else "routine"].add((other_owner, other))
    # Through a role the owner reads in his own sessions, and not in what runs as him.
    own = {(right.holder, right.schema, right.table) for right in rights if right.privilege in ("select", "execute")}
    called = {(owner, name): places for (owner, name, _), places in reads.items() if (owner, name) in invoked}
    for (owner, name, kind), found in reads.items():
        places = _with_callees(found, called)
        opened = frozenset(
            (schema, table)
            for schema, table in places
            if schema == owner
            or not own.isdisjoint(
                {(holder, *where) for holder in (owner, PUBLIC) for where in ((schema, table), (None, None))}
            )
        )
        if opened and (owner, name) not in invoked:
            yield Opener(kind, (owner, name), opened, "" if kind == "view" else owner)


def _with_callees(places: Collection[Place], called: Mapping[Place, Collection[Place]]) -> set[Place]:
    """What is read and called, with what those do that run as whoever calls them."""
    found, front = set(places), list(places)
    while front:
        more = set(called.get(front.pop(), ())) - found
        found |= more
        front += more
    return found
