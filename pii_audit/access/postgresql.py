"""Effective rights in a PostgreSQL database, worked out from its catalog alone.

What counts is what a session can do: enter the database and the schema, use a right that the role has, inherits, can take on by
SET ROLE or shares with PUBLIC, and see rows under row-level security (PostgreSQL documentation, chapters 5.8, 5.9 and 22).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property

from pii_audit.access.opening import Opening
from pii_audit.access.postgresql_catalog import (
    MATERIALISED,
    PUBLIC,
    VIEW,
    Catalog,
    Function,
    Relation,
    Role,
    read,
)
from pii_audit.access.postgresql_openings import Context, openings
from pii_audit.access.postgresql_reading import READ_ALL, Actor, Reading
from pii_audit.access.roles import Path
from pii_audit.access.routines import Texts
from pii_audit.model.grant import Grant
from pii_audit.sources.database.names import quoted
from pii_audit.sources.database.session import Session

EVERYBODY = Actor(PUBLIC, frozenset({PUBLIC}))
EXPORTERS = ("pg_write_server_files", "pg_execute_server_program")
"""Roles by which COPY writes what is read to a file of the server, or into a program there (PostgreSQL documentation, 22.5)."""
PREDEFINED = "pg_"
"""How the names of roles begin that come with the server."""


def grants(session: Session, source: str, assets: frozenset[str]) -> Iterator[Grant]:
    """Who reaches these assets of the session's database; raises InspectionError."""
    yield from Effective(read(session), source, assets)


class Effective:
    """Iterates over the rights on some assets, one for each principal and each grant that opens a way."""

    def __init__(self, catalog: Catalog, source: str, assets: frozenset[str]) -> None:
        self._catalog = catalog
        self._source = source
        self._assets = assets
        self._reading = Reading(catalog)
        self._relations = [
            (relation, found, exposed)
            for relation in catalog.relations.values()
            if (exposed := self._exposed(relation)) or relation.asset in assets
            if (found := tuple(openings(catalog, relation)))
        ]

    def __iter__(self) -> Iterator[Grant]:
        everybody = Context((PUBLIC,), EVERYBODY, {})
        if self._enters(everybody, ""):
            yield from self._of([everybody], PUBLIC)
        for role in self._catalog.roles.values():
            if role.name.startswith(PREDEFINED):
                continue
            contexts = self._contexts(role)
            reached = next((context for context in contexts if self._superuser(context.actor.role)), None)
            locking = (f"ALTER ROLE {quoted(role.name)} NOLOGIN",) if role.login else ()
            found = self._of(contexts, role.principal) if reached is None else self._everything(role, reached)
            yield from (replace(grant, locking=locking) for grant in found)

    def _contexts(self, role: Role) -> list[Context]:
        contexts = [
            Context(way, self._reading.actor(acting), self._catalog.graph.inherited(acting))
            for acting, way in self._catalog.graph.settable(role.name).items()
        ]
        # A session begins as the role itself: it has to be let into the database.
        return contexts if not role.login or self._enters(contexts[0], "") else []

    def _superuser(self, role: str) -> bool:
        return role in self._catalog.roles and self._catalog.roles[role].superuser

    def _enters(self, context: Context, schema: str) -> bool:
        if self._superuser(context.actor.role) or (schema and READ_ALL in context.actor.holders):
            return True
        return bool(self._catalog.spaces.get(schema, frozenset()) & context.actor.holders)

    def _everything(self, role: Role, context: Context) -> Iterator[Grant]:
        """A superuser passes every check; so does who can become one."""
        acting = context.actor.role
        closing = f"ALTER ROLE {quoted(acting)} NOSUPERUSER"
        if acting != role.name:
            closing = f"REVOKE {quoted(acting)} FROM {quoted(context.way[-2])}"
        steps = (*self._shown(context.steps(acting)), "SUPERUSER")
        opened_by = f"ALTER ROLE {acting} SUPERUSER"
        for asset in sorted(self._assets):
            yield Grant(
                role.principal,
                self._id(asset),
                "all",
                opened_by,
                steps,
                grantable=True,
                closing=(closing,),
                leaving=context.leaving(acting),
            )

    def _of(self, contexts: list[Context], principal: str) -> Iterator[Grant]:
        told: set[tuple[str, str | None, str, str]] = set()
        for grant in self._found(contexts, principal):
            key = (grant.asset, grant.field, grant.privilege, grant.opened_by)
            if key not in told:
                told.add(key)
                yield grant

    def _found(self, contexts: list[Context], principal: str) -> Iterator[Grant]:
        for relation, ways, exposed in self._relations:
            for context in contexts:
                if not self._enters(context, relation.schema):
                    continue
                for opening in ways:
                    if opening.grantee in context.actor.holders and not self._said_of_all(context, relation, opening):
                        yield from self._rights(principal, context, relation, opening, exposed)
        for function, assets in self._functions:
            for context in contexts:
                if self._enters(context, function.schema):
                    yield from self._calls(principal, context, function, assets)

    def _said_of_all(self, context: Context, relation: Relation, opening: Opening) -> bool:
        """Whether PUBLIC alone goes this way already, so that it need not be told of everybody."""
        if context.everybody or opening.grantee != PUBLIC:
            return False
        return (
            PUBLIC in self._catalog.spaces.get("", frozenset())
            and PUBLIC in self._catalog.spaces.get(relation.schema, frozenset())
            and (opening.privilege != "select" or self._reading.opens(relation, EVERYBODY, EVERYBODY))
        )

    def _rights(
        self,
        principal: str,
        context: Context,
        relation: Relation,
        opening: Opening,
        exposed: Mapping[str, frozenset[str]],
    ) -> Iterator[Grant]:
        reading = opening.privilege in ("select", "owner")
        if reading and not self._reading.opens(relation, context.actor, context.actor):
            return
        # A trigger is handed the rows that others write; who reads them anyway gains nothing.
        if opening.privilege == "trigger" and self._reads_anyway(context, relation.asset, None):
            return
        steps = self._shown(context.steps(opening.grantee))
        opened_by, closing = opening.opened_by, opening.closing
        if opening.grantee == READ_ALL:
            member = context.chain(READ_ALL)[-2]
            opened_by, closing = f"GRANT {READ_ALL} TO {member}", (f"REVOKE {READ_ALL} FROM {quoted(member)}",)
        leaving = context.leaving(opening.grantee)
        withholding = (*opening.withholding, *self._withholding(context, opening.grantee))
        if relation.shown != relation.asset:
            steps = (*steps, f"partition {relation.shown}")
        if relation.asset in self._assets:
            yield Grant(
                principal,
                self._id(relation.asset),
                opening.privilege,
                opened_by,
                steps,
                opening.column,
                opening.grantable or bool(withholding),
                closing,
                leaving,
                withholding,
            )
            if reading:
                yield from self._exports(principal, context, relation.asset, opening.column)
        # Who owns a table reads what inherits from it; who owns a view, what he may read anyway.
        if not reading or (opening.privilege == "owner" and relation.kind == VIEW):
            return
        kind = "view" if relation.kind == VIEW else "parent"
        for asset, columns in exposed.items():
            for column in sorted(columns if opening.column is None or kind == "view" else columns & {opening.column}):
                if not self._reads_anyway(context, asset, column):
                    through = (*steps, f"{kind} {relation.shown}")
                    yield Grant(
                        principal,
                        self._id(asset),
                        "select",
                        opened_by,
                        through,
                        column,
                        closing=closing,
                        leaving=leaving,
                    )

    def _exports(self, principal: str, context: Context, asset: str, column: str | None) -> Iterator[Grant]:
        """The right to write what it reads to the server's disk, as the member of a predefined role."""
        for exporter in EXPORTERS:
            if exporter in context.inherited:
                member = context.chain(exporter)[-2]
                yield Grant(
                    principal,
                    self._id(asset),
                    "export",
                    f"GRANT {exporter} TO {member}",
                    self._shown(context.steps(exporter)),
                    column,
                    closing=(f"REVOKE {exporter} FROM {quoted(member)}",),
                    leaving=context.leaving(exporter),
                )

    def _withholding(self, context: Context, grantee: str) -> Path:
        """The statements by which nobody on the way may give a role of it to others any more."""
        return tuple(
            f"REVOKE ADMIN OPTION FOR {quoted(role)} FROM {quoted(member)}"
            for role, member in self._catalog.graph.passed_on(context.chain(grantee))
        )

    def _calls(self, principal: str, context: Context, function: Function, assets: frozenset[str]) -> Iterator[Grant]:
        everybody = PUBLIC in function.callers and PUBLIC in self._catalog.spaces.get(function.schema, frozenset())
        for caller in function.callers:
            if caller not in context.actor.holders or caller == function.owner:
                continue
            if everybody and not context.everybody and PUBLIC in self._catalog.spaces.get("", frozenset()):
                continue
            name = f"{function.schema}.{function.name}({function.arguments})"
            to = caller if caller == PUBLIC else quoted(caller)
            steps = (*self._shown(context.steps(caller)), f"function {name} runs as {function.owner}")
            for asset in sorted(assets):
                if not self._reads_anyway(context, asset, None):
                    yield Grant(
                        principal,
                        self._id(asset),
                        "execute",
                        f"GRANT EXECUTE ON FUNCTION {name} TO {caller}",
                        steps,
                        closing=(f"REVOKE EXECUTE ON FUNCTION {function.sql} FROM {to}",),
                        leaving=context.leaving(caller),
                    )

    def _reads_anyway(self, context: Context, asset: str, column: str | None) -> bool:
        """Whether the table itself is open to it, so that a view on it or a function gives nothing more."""
        wanted = frozenset({column}) if column else None
        return any(
            relation.asset == asset
            and self._enters(context, relation.schema)
            and self._reading.reads(relation.oid, wanted, context.actor, context.actor)
            for relation in self._by_asset.get(asset, ())
        )

    @cached_property
    def _by_asset(self) -> Mapping[str, list[Relation]]:
        found: dict[str, list[Relation]] = {}
        for relation in self._catalog.relations.values():
            if relation.shown == relation.asset:
                found.setdefault(relation.asset, []).append(relation)
        return found

    @cached_property
    def _functions(self) -> list[tuple[Function, frozenset[str]]]:
        """Functions that run as their owner, with the assets that they show: those of relations that they name and may read."""
        shown = {
            relation.oid: frozenset({relation.asset} & self._assets) | exposed.keys()
            for relation, _, exposed in self._relations
        }
        texts = Texts(self._catalog.bodies, {oid: self._catalog.relations[oid].name for oid in shown})
        found = []
        for function in self._catalog.functions:
            opened: set[str] = set()
            for oid, acting in texts.named(function.text, function.owner):
                owner = self._reading.actor(acting)
                if self._reading.reads(oid, None, owner, owner):
                    opened |= shown[oid]
            if opened:
                found.append((function, frozenset(opened)))
        return found

    def _exposed(self, relation: Relation) -> Mapping[str, frozenset[str]]:
        """The columns of wanted tables that a view shows, through other views too, or a table whose columns these inherit."""
        found: dict[str, set[str]] = {}
        if relation.kind != VIEW:
            for oid, columns in self._catalog.heirs.get(relation.oid, {}).items():
                heir = self._catalog.relations.get(oid)
                if heir is not None and heir.asset in self._assets and heir.asset != relation.asset:
                    found.setdefault(heir.asset, set()).update(columns)
            return {asset: frozenset(columns) for asset, columns in found.items()}
        seen, front = {relation.oid}, [relation.oid]
        while front:
            for oid, columns in self._catalog.views.get(front.pop(), {}).items():
                base = self._catalog.relations.get(oid)
                if base is None or oid in seen:
                    continue
                seen.add(oid)
                if base.kind == VIEW:
                    front.append(oid)
                if base.asset in self._assets and base.kind not in (VIEW, MATERIALISED):
                    found.setdefault(base.asset, set()).update(columns)
        return {asset: frozenset(columns) for asset, columns in found.items()}

    @cache  # noqa: B019 - lives as long as the rights are told
    def _principal(self, name: str) -> str:
        role = self._catalog.roles.get(name)
        return role.principal if role else name

    def _shown(self, path: Path) -> Path:
        return tuple(map(self._principal, path))

    def _id(self, asset: str) -> str:
        return f"{self._source}:{asset}"
