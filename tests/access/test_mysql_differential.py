"""What is worked out from MariaDB's catalog against what the server itself allows, over random grants and roles."""

from __future__ import annotations

import random
from contextlib import suppress

import pymysql
import pytest

from pii_audit.access import effective_access
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage

pytestmark = pytest.mark.service

COLUMNS = ("id", "name", "mobile", "card")


class World:
    """Accounts, roles, tables, views and several hundred grants, all at random."""

    def __init__(self, server, seed):
        self.rng = random.Random(seed)
        self.server = server
        self.users = [server.user("u", self.rng.choice(("%", "127.0.0.1", "127.%"))) for _ in range(6)]
        self.roles = [server.role("r") for _ in range(6)]
        self.hosts = dict(server.run("SELECT user, host FROM mysql.user WHERE host <> ''"))
        wider = {"127.0.0.1": ("%", "127.0.0.0/255.0.0.0"), "127.%": ("%",), "%": ()}
        # An account of the same name from more hosts: what it is granted counts for who logs in from fewer.
        self.twins = {name: self.rng.choice(wider[self.hosts[name]]) for name in self.users if wider[self.hosts[name]]}
        self.databases = [server.database, f"{server.database}_b"]
        self.tables = []
        self.statements = [f"CREATE USER '{name}'@'{host}' IDENTIFIED BY '{name}'" for name, host in self.twins.items()]
        self.add(f"CREATE DATABASE {self.databases[1]}")
        self.build()
        with server.connect() as connection, connection.cursor() as cursor:
            for statement in self.statements:
                # A view that cannot be read takes no grant on its columns.
                with suppress(pymysql.err.MySQLError):
                    cursor.execute(statement)
            # In memory MariaDB 10.11 sometimes does not hand a role's rights on to the roles that have it, until it reads them anew.
            cursor.execute("FLUSH PRIVILEGES")

        made = {
            f"{schema}.{name}"
            for schema, name in server.run("SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES")
        }
        self.tables = [name for name in self.tables if name in made]

    def add(self, statement):
        self.statements.append(statement)

    def account(self, name):
        if name not in self.users:
            return name
        hosts = (self.hosts[name], self.twins[name]) if name in self.twins else (self.hosts[name],)
        return f"'{name}'@'{self.rng.choice(hosts)}'"

    def someone(self):
        return self.account(self.rng.choice([*self.users, *self.roles]))

    def memberships(self):
        rng = self.rng
        for place, role in enumerate(self.roles):
            for other in self.roles[place + 1 :]:
                if rng.random() < 0.3:
                    self.add(f"GRANT {other} TO {role}")
        for user in self.users:
            for role in rng.sample(self.roles, rng.randrange(3)):
                self.add(f"GRANT {role} TO {self.account(user)}")
                if rng.random() < 0.3:
                    self.add(f"SET DEFAULT ROLE {role} FOR {self.account(user)}")

    def build(self):
        rng = self.rng
        self.memberships()
        for database in self.databases:
            for number in range(4):
                name = f"{database}.t{number}"
                self.add(f"CREATE TABLE {name} (id int, name text, mobile text, card text)")
                self.add(f"INSERT INTO {name} VALUES (1, 'a', 'b', 'c')")
                self.tables.append(name)
        for number in range(6):
            name = f"{rng.choice(self.databases)}.v{number}"
            definer = f"DEFINER = {self.someone()} " if rng.random() < 0.7 else ""
            security = rng.choice(("DEFINER", "INVOKER"))
            self.add(
                f"CREATE {definer}SQL SECURITY {security} VIEW {name} AS SELECT id, name, mobile, card FROM {rng.choice(self.tables)}"
            )
            self.tables.append(name)
        for _ in range(90):
            self.grant()
        if rng.random() < 0.3:
            self.add(f"GRANT SELECT ON *.* TO {rng.choice(self.roles)}")
        escaped = self.databases[0].replace("_", "\\_")
        for _ in range(3):
            pattern = rng.choice((escaped, f"{escaped}\\_b", f"{escaped}%", f"{self.databases[0]}%"))
            self.add(f"GRANT {rng.choice(('SELECT', 'INSERT'))} ON `{pattern}`.* TO {self.someone()}")

    def grant(self):
        rng = self.rng
        columns = f" ({', '.join(rng.sample(COLUMNS, rng.randint(1, 3)))})" if rng.random() < 0.5 else ""
        self.add(
            f"GRANT {rng.choice(('SELECT', 'SELECT', 'UPDATE'))}{columns} ON {rng.choice(self.tables)} TO {self.someone()}"
        )


def as_the_server_says(world):
    """(account, table, column) of every read that succeeds, without a role, with the default one or after SET ROLE."""
    allowed = set()
    for user in world.users:
        try:
            connection = world.server.connect(user)
        except pymysql.err.OperationalError:
            continue
        with connection, connection.cursor() as cursor:
            for role in (None, "NONE", *world.roles):
                try:
                    if role is not None:
                        cursor.execute(f"SET ROLE {role}")
                except pymysql.err.OperationalError:
                    continue
                for table in world.tables:
                    for column in COLUMNS:
                        try:
                            cursor.execute(f"SELECT {column} FROM {table}")
                        except pymysql.err.MySQLError:
                            continue
                        allowed.add((user, table, column))
    return allowed


def as_worked_out(world, told):
    """The same from the grants that were worked out; what a view shows of a table is no right to the table."""
    names = {f"user:{user}@{world.hosts[user]}": user for user in world.users}
    return {
        (names[grant.principal], grant.asset.partition(":")[2], column)
        for grant in told
        if grant.privilege in ("select", "all") and grant.principal in names and not grant.path[-1].startswith("view ")
        for column in COLUMNS
        if grant.field in (None, column)
    }


@pytest.mark.parametrize("seed", range(5))
def test_effective_access_is_what_the_server_allows_and_nothing_else(mariadb, source_of, seed):
    world = World(mariadb, seed)
    source = source_of(mariadb.url(), include=("*", f"{world.databases[1]}.*"))
    assets = [one.name for one in source.assets() if isinstance(one, Asset)]
    told = list(effective_access(source, assets))
    assert not [one for one in told if isinstance(one, Coverage)]
    served, worked_out = as_the_server_says(world), as_worked_out(world, told)
    assert len(served) > 50
    assert sorted(served - worked_out) == []
    assert sorted(worked_out - served) == []
