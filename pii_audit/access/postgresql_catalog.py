"""The rights of a PostgreSQL database as its catalog has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pii_audit.access.roles import Membership, Roles
from pii_audit.access.routines import Body
from pii_audit.sources.database.names import qualified, quoted
from pii_audit.sources.database.session import Session

PUBLIC = "PUBLIC"
SET_OPTION = 160_000
"""The version from which inheriting and SET ROLE are options of each membership."""
VIEW, MATERIALISED = "v", "m"


@dataclass(frozen=True, slots=True)
class Role:
    """One role; `expired` tells that its password is no longer valid."""

    name: str
    login: bool
    superuser: bool
    bypasses_rls: bool
    creates_roles: bool
    expired: bool

    @property
    def principal(self) -> str:
        """As policies write it: `user:alice` for who can log in, `role:teller` for the others."""
        return f"{'user' if self.login else 'role'}:{self.name}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One right on a relation: to whom, what, on which column (None: all), by whom, and whether it may be passed on."""

    column: str | None
    grantee: str
    privilege: str
    grantable: bool
    grantor: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, view or partition; `asset` is the name of what it is or is a partition of."""

    oid: int
    schema: str
    name: str
    asset: str
    kind: str
    owner: str
    row_security: bool
    forced: bool
    invoker: bool

    @property
    def sql(self) -> str:
        """Its name in a statement."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def shown(self) -> str:
        """Its name for people."""
        return qualified(self.schema, self.name)


@dataclass(frozen=True, slots=True)
class Function:
    """A function that runs with its owner's rights; `callers` were granted EXECUTE."""

    schema: str
    name: str
    arguments: str
    owner: str
    text: str
    callers: tuple[str, ...]

    @property
    def sql(self) -> str:
        """Its name in a statement."""
        return f"{quoted(self.schema)}.{quoted(self.name)}({self.arguments})"


@dataclass(frozen=True)
class Catalog:
    """All of it.

    `spaces` maps a schema ("" for the database) to who may enter it; `views` a view to (table, columns) that it reads; `heirs` a table
    to (table, columns) whose rows are read with its own; `bodies` a name in small letters to the functions of that name.
    `creators_grant` says that CREATEROLE is enough to give oneself any role that is no superuser, as it was before PostgreSQL 16.
    """

    roles: Mapping[str, Role]
    graph: Roles
    creators_grant: bool = False
    spaces: Mapping[str, frozenset[str]] = field(default_factory=dict)
    relations: Mapping[int, Relation] = field(default_factory=dict)
    entries: Mapping[int, tuple[Entry, ...]] = field(default_factory=dict)
    policies: Mapping[int, frozenset[str]] = field(default_factory=dict)
    views: Mapping[int, Mapping[int, frozenset[str]]] = field(default_factory=dict)
    heirs: Mapping[int, Mapping[int, frozenset[str]]] = field(default_factory=dict)
    functions: tuple[Function, ...] = ()
    bodies: Mapping[str, tuple[Body, ...]] = field(default_factory=dict)


def read_principals(session: Session) -> Catalog:
    """The roles and their memberships alone; raises InspectionError."""
    sql = session.engine.queries.sql
    [(version, _)] = session.rows(sql("version"))
    members = session.rows(sql("memberships" if version >= SET_OPTION else "memberships_before_16"))
    return Catalog(
        roles={row[0]: Role(*row) for row in session.rows(sql("roles"))},
        graph=Roles(Membership(*row) for row in members),
        creators_grant=version < SET_OPTION,
    )


def read(session: Session) -> Catalog:
    """The catalog of the session's database; raises InspectionError."""
    sql = session.engine.queries.sql
    spaces: dict[str, set[str]] = defaultdict(set)
    for schema, _, grantee in session.rows(sql("acl_spaces")):
        spaces[schema].add(grantee or PUBLIC)
    entries: dict[int, list[Entry]] = defaultdict(list)
    for oid, column, grantee, privilege, grantable, grantor in session.rows(sql("acl_entries")):
        entries[oid].append(Entry(column, grantee or PUBLIC, privilege, grantable, grantor))
    policies: dict[int, set[str]] = defaultdict(set)
    for oid, _, role in session.rows(sql("acl_policies")):
        policies[oid].add(role or PUBLIC)
    bodies: dict[str, list[Body]] = defaultdict(list)
    for name, *body in session.rows(sql("acl_bodies")):
        bodies[name.casefold()].append(Body(*body))
    return replace(
        read_principals(session),
        spaces={schema: frozenset(grantees) for schema, grantees in spaces.items()},
        relations={row[0]: _relation(row) for row in session.rows(sql("acl_relations"))},
        entries={oid: tuple(found) for oid, found in entries.items()},
        policies={oid: frozenset(found) for oid, found in policies.items()},
        views=_columns(session.rows(sql("acl_views"))),
        heirs=_columns(session.rows(sql("acl_inherits"))),
        functions=functions(session),
        bodies={name: tuple(found) for name, found in bodies.items()},
    )


def _columns(rows: Iterable[tuple[Any, ...]]) -> Mapping[int, Mapping[int, frozenset[str]]]:
    """Which columns of what stand behind each of several; a column that is None stands for any."""
    found: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for front, behind, column in rows:
        found[front][behind].update([column] if column else [])
    return {front: {behind: frozenset(names) for behind, names in one.items()} for front, one in found.items()}


def _relation(row: tuple[Any, ...]) -> Relation:
    oid, schema, name, root_schema, root, kind, owner, *flags = row
    return Relation(oid, schema, name, qualified(root_schema, root), kind, owner, *flags)


def functions(session: Session) -> tuple[Function, ...]:
    """The functions that run with their owner's rights; raises InspectionError."""
    callers: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for schema, name, arguments, owner, grantee, text in session.rows(session.engine.queries.sql("acl_functions")):
        callers[schema, name, arguments, owner, text].append(grantee or PUBLIC)
    return tuple(
        Function(schema, name, arguments, owner, text, tuple(names))
        for (schema, name, arguments, owner, text), names in callers.items()
    )
