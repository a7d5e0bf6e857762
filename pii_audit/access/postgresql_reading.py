"""Whether somebody who has a right on a PostgreSQL table or view comes to see rows of it."""

from __future__ import annotations

from dataclasses import dataclass

from pii_audit.access.postgresql_catalog import PUBLIC, VIEW, Catalog, Relation

READ_ALL = "pg_read_all_data"


@dataclass(frozen=True, slots=True)
class Actor:
    """The current role, and the roles whose rights it has, PUBLIC included."""

    role: str
    holders: frozenset[str]


class Reading:
    """Row-level security, and the rights that a view needs on what it reads.

    `session` is who asked first: a view with security_invoker reads as that one, however many views lie between.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def opens(self, relation: Relation, actor: Actor, session: Actor) -> bool:
        """Whether a right to read this gives any row: policies let some through, and a view can read its tables."""
        if not self._sees_rows(relation, actor):
            return False
        if relation.kind != VIEW:
            return True
        reader = session if relation.invoker else self.actor(relation.owner)
        return all(
            self.reads(oid, columns, reader, session)
            for oid, columns in self._catalog.views.get(relation.oid, {}).items()
        )

    def reads(self, oid: int, columns: frozenset[str] | None, actor: Actor, session: Actor) -> bool:
        """Whether it may read these columns of a table: all (None), or any one where none is named; schemas aside."""
        relation = self._catalog.relations.get(oid)
        if relation is None:  # a table of the system, which every role may read
            return True
        return self._may(relation, columns, actor) and self.opens(relation, actor, session)

    def actor(self, role: str) -> Actor:
        """A role acting with what it inherits."""
        return Actor(role, frozenset({*self._catalog.graph.inherited(role), PUBLIC}))

    def _may(self, relation: Relation, columns: frozenset[str] | None, actor: Actor) -> bool:
        role = self._catalog.roles.get(actor.role)
        if (role and role.superuser) or READ_ALL in actor.holders:
            return True
        granted = {
            entry.column
            for entry in self._catalog.entries.get(relation.oid, ())
            if entry.privilege == "SELECT" and entry.grantee in actor.holders
        }
        if None in granted:
            return True
        if columns is None:
            return False
        return columns <= granted if columns else bool(granted)

    def _sees_rows(self, relation: Relation, actor: Actor) -> bool:
        role = self._catalog.roles.get(actor.role)
        if not relation.row_security or (role and (role.superuser or role.bypasses_rls)):
            return True
        if relation.owner in actor.holders and not relation.forced:
            return True
        return bool(self._catalog.policies.get(relation.oid, frozenset()) & actor.holders)
