"""What is worked out from PostgreSQL's catalog against what the server itself allows, over random role graphs."""

from __future__ import annotations

import random

import psycopg
import pytest

from pii_audit.access import effective_access
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage

pytestmark = pytest.mark.service

COLUMNS = ("id", "name", "mobile", "card")
READING = frozenset({"select", "all", "owner"})


class World:
    """Roles, tables, views and several hundred grants, all at random."""

    def __init__(self, server, seed):
        self.rng = random.Random(seed)
        self.server = server
        self.logins = [server.role("u", f"LOGIN {self.rng.choice(('INHERIT', 'NOINHERIT'))}") for _ in range(8)]
        self.groups = [server.role("g", f"NOLOGIN {self.rng.choice(('INHERIT', 'NOINHERIT'))}") for _ in range(8)]
        self.owners = "pg_database_owner" if server.version >= 140_000 else "PUBLIC"
        self.everyone = [*self.logins, *self.groups]
        self.statements = []
        self.schemas = ["s1", "s2", "s3"]
        self.tables = []
        self.build()
        server.run(*self.statements)

    def add(self, statement):
        self.statements.append(statement)

    def someone(self):
        return self.rng.choice([*self.everyone, *self.everyone, "PUBLIC", self.owners])

    def memberships(self):
        rng = self.rng
        order = [*self.logins, *self.groups]
        for place, member in enumerate(order):
            for role in order[max(place + 1, len(self.logins)) :]:
                if rng.random() < 0.22:
                    self.add(f"GRANT {role} TO {member}")
        self.add(f"GRANT pg_read_all_data TO {self.groups[-1]}")
        if rng.random() < 0.5:
            self.add(f"ALTER ROLE {self.groups[-2]} BYPASSRLS")
        if rng.random() < 0.7:
            self.add(f"ALTER DATABASE {self.server.database} OWNER TO {rng.choice(self.everyone)}")
        self.add("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        if rng.random() < 0.3:
            self.add(f"REVOKE CONNECT ON DATABASE {self.server.database} FROM PUBLIC")
            for login in rng.sample(self.logins, 5):
                self.add(f"GRANT CONNECT ON DATABASE {self.server.database} TO {login}")

    def build(self):
        rng = self.rng
        self.memberships()
        for schema in self.schemas:
            self.add(f"CREATE SCHEMA {schema}")
            for _ in range(6):
                self.add(f"GRANT USAGE ON SCHEMA {schema} TO {self.someone()}")
            for number in range(4):
                self.table(f"{schema}.t{number}")
        for number in range(8):
            self.view(f"{rng.choice(self.schemas)}.v{number}", invoker=False)
        for number, schema in enumerate(self.schemas):
            self.add(f"CREATE TABLE {schema}.heir{number} () INHERITS ({schema}.t0)")
            self.add(f"INSERT INTO {schema}.heir{number} VALUES (1, 'a', 'b', 'c')")
            self.tables.append(f"{schema}.heir{number}")
        self.add("CREATE TABLE s1.parts (id int, name text, mobile text, card text) PARTITION BY LIST (id)")
        for number in (1, 2):
            self.add(f"CREATE TABLE s2.part{number} PARTITION OF s1.parts FOR VALUES IN ({number})")
        self.add("INSERT INTO s1.parts VALUES (1, 'a', 'b', 'c'), (2, 'a', 'b', 'c')")
        self.add(f"GRANT SELECT ON s1.parts TO {self.someone()}")
        self.tables.append("s1.parts")
        for _ in range(170):
            self.grant()

    def table(self, name):
        rng = self.rng
        self.tables.append(name)
        self.add(f"CREATE TABLE {name} (id int, name text, mobile text, card text)")
        self.add(f"INSERT INTO {name} VALUES (1, 'a', 'b', 'c')")
        if rng.random() < 0.4:
            self.add(f"ALTER TABLE {name} OWNER TO {rng.choice(self.everyone)}")
        if rng.random() < 0.4:
            self.add(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
            if rng.random() < 0.3:
                self.add(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
            for number in range(rng.randrange(4)):
                self.add(
                    f"CREATE POLICY p{number} ON {name} FOR {rng.choice(('SELECT', 'ALL', 'UPDATE'))} TO {self.someone()} USING (true)"
                )

    def view(self, name, *, invoker):
        rng = self.rng
        self.add(f"CREATE VIEW {name} AS SELECT id, name, mobile, card FROM {rng.choice(self.tables)}")
        if rng.random() < 0.6:
            self.add(f"ALTER VIEW {name} OWNER TO {rng.choice(self.everyone)}")
        if self.server.version >= 150_000 and rng.random() < 0.3:
            self.add(f"ALTER VIEW {name} SET (security_invoker = true)")
        self.tables.append(name)

    def grant(self):
        rng = self.rng
        columns = f" ({', '.join(rng.sample(COLUMNS, rng.randint(1, 3)))})" if rng.random() < 0.4 else ""
        privilege = rng.choice(("SELECT", "SELECT", "SELECT", "UPDATE"))
        someone = self.someone()
        option = " WITH GRANT OPTION" if someone != "PUBLIC" and rng.random() < 0.2 else ""
        self.add(f"GRANT {privilege}{columns} ON {rng.choice(self.tables)} TO {someone}{option}")


def reads(connection, table, column):
    """Whether the session as it is gets a row of that column."""
    try:
        return bool(connection.execute(f"SELECT {column} FROM {table} LIMIT 1").fetchall())
    except psycopg.errors.InsufficientPrivilege:
        return False


def as_the_server_says(world):
    """(role, table, column) of every read that succeeds, as the role itself or after any SET ROLE that it may do."""
    allowed = set()
    for role in world.everyone:
        try:
            # A group does not log in; an administrator becomes it.
            connection = world.server.connect(role if role in world.logins else None)
        except psycopg.OperationalError:
            continue
        with connection:
            first = [] if role in world.logins else [f"SET SESSION AUTHORIZATION {role}"]
            for statement in first:
                connection.execute(statement)
            for acting in (None, *world.everyone, "pg_read_all_data", world.owners):
                if acting is not None:
                    try:
                        connection.execute(f"SET ROLE {acting}")
                    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue):
                        continue
                allowed |= {
                    (role, table, column)
                    for table in world.tables
                    for column in COLUMNS
                    if reads(connection, table, column)
                }
    return allowed


def as_worked_out(world, told):
    """The same from the grants that were worked out; what a view shows of a table, or another to which it is heir, is no right to it."""
    of_role = {f"{'user' if role in world.logins else 'role'}:{role}": role for role in world.everyone}
    allowed = set()
    for grant in told:
        principals = world.everyone if grant.principal == "PUBLIC" else [of_role.get(grant.principal)]
        if grant.privilege not in READING or grant.path[-1].startswith(("view ", "parent ")):
            continue
        for role in principals:
            allowed |= {
                (role, grant.asset.partition(":")[2], column) for column in COLUMNS if grant.field in (None, column)
            }
    return {one for one in allowed if one[0] is not None and one[1] in world.tables}


def told_of(source):
    assets = [one.name for one in source.assets() if isinstance(one, Asset)]
    told = list(effective_access(source, assets))
    assert not [one for one in told if isinstance(one, Coverage)]
    return told


@pytest.mark.parametrize("seed", range(4))
def test_effective_access_is_what_the_server_allows_and_nothing_else(postgresql, source_of, seed):
    [(version,)] = postgresql.run("SELECT current_setting('server_version_num')::int")
    postgresql.version = version
    world = World(postgresql, seed)
    told = told_of(source_of(postgresql.url()))
    served, worked_out = as_the_server_says(world), as_worked_out(world, told)
    assert len(served) > 100
    assert sorted(served - worked_out) == []
    assert sorted(worked_out - served) == []
