"""The grants that open ways into a PostgreSQL database, and the memberships by which somebody comes to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pii_audit.access.opening import Opening
from pii_audit.access.postgresql_catalog import PUBLIC, Catalog, Entry, Relation
from pii_audit.access.postgresql_reading import READ_ALL, Actor
from pii_audit.access.roles import Path
from pii_audit.sources.database.names import quoted

DATABASE_OWNER = "pg_database_owner"
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER")


@dataclass(frozen=True, slots=True)
class Context:
    """A role that a principal acts as, by which memberships (`way`, both included), and what it inherits then."""

    way: Path
    actor: Actor
    inherited: Mapping[str, Path]

    @property
    def everybody(self) -> bool:
        """Whether it stands for PUBLIC alone."""
        return self.actor.role == PUBLIC

    def chain(self, grantee: str) -> Path:
        """The memberships from the principal to whom a right was granted to."""
        if grantee == PUBLIC:
            return self.way if self.everybody else (*self.way, PUBLIC)
        return (*self.way, *self.inherited[grantee][1:])

    def steps(self, grantee: str) -> Path:
        """The same as it is done: `alice`, `SET ROLE teller`, `teller`, `reporting`."""
        taken = self.way if len(self.way) == 1 else (*self.way[:-1], f"SET ROLE {self.way[-1]}", self.way[-1])
        return (*taken, *self.chain(grantee)[len(self.way) :])

    def leaving(self, grantee: str) -> Path:
        """The statements that end these memberships, one after the other."""
        chain = [name for name in self.chain(grantee) if name != PUBLIC]
        # Nobody was made a member of the role that stands for the database's owner.
        left = ((member, role) for member, role in pairwise(chain) if role != DATABASE_OWNER)
        return tuple(f"REVOKE {quoted(role)} FROM {quoted(member)}" for member, role in left)


def openings(catalog: Catalog, relation: Relation) -> Iterator[Opening]:
    """Every grant on a relation, what its owner may do, and what a predefined role may."""
    owned = f"{relation.owner}_owner"[-63:]
    yield Opening(
        relation.owner,
        "owner",
        f"ALTER TABLE {relation.shown} OWNER TO {relation.owner}",
        (
            f"CREATE ROLE {quoted(owned)} NOLOGIN",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {relation.sql} TO {quoted(relation.owner)}",
            f"ALTER TABLE {relation.sql} OWNER TO {quoted(owned)}",
        ),
    )
    if READ_ALL in catalog.roles:
        yield Opening(READ_ALL, "select", "", ())
    for entry in catalog.entries.get(relation.oid, ()):
        if entry.grantee != relation.owner and entry.privilege in PRIVILEGES:
            yield _opening(relation, entry)


def _opening(relation: Relation, entry: Entry) -> Opening:
    columns = f" ({quoted(entry.column)})" if entry.column else ""
    shown_columns = f" ({entry.column})" if entry.column else ""
    grantee = entry.grantee if entry.grantee == PUBLIC else quoted(entry.grantee)
    # Whoever got the right from this one by the grant option loses it too.
    cascade = " CASCADE" if entry.grantable else ""
    right = f"{entry.privilege}{columns} ON {relation.sql} FROM {grantee}{cascade}"

    def run(statement: str) -> Path:
        # REVOKE takes back what the role that runs it has granted; a superuser's counts as the owner's.
        by_owner = entry.grantor == relation.owner
        return (statement,) if by_owner else (f"SET ROLE {quoted(entry.grantor)}", statement, "RESET ROLE")

    return Opening(
        entry.grantee,
        entry.privilege.lower(),
        f"GRANT {entry.privilege}{shown_columns} ON {relation.shown} TO {entry.grantee}",
        run(f"REVOKE {right}"),
        entry.column,
        run(f"REVOKE GRANT OPTION FOR {right}") if entry.grantable else (),
    )
