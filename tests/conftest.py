"""What all tests share: how hard hypothesis looks, where the package comes from, and what a missing server means."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import pii_audit

settings.register_profile("ci", deadline=None, print_blob=True)
settings.register_profile(
    "soak", settings.get_profile("ci"), max_examples=20_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    """Refuses to test a checkout where the built wheel is meant."""
    home = Path(pii_audit.__file__).resolve().parent
    if os.environ.get("PII_AUDIT_INSTALLED") and home.parent.name != "site-packages":
        message = f"the installed wheel is to be tested, but pii_audit was imported from {home}"
        raise pytest.UsageError(message)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Where servers are required, a test that skips for want of one has failed: nothing was shown."""
    report = yield
    if report.skipped and item.get_closest_marker("service") and os.environ.get("PII_AUDIT_REQUIRE_SERVICES"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped for want of its server, and PII_AUDIT_REQUIRE_SERVICES is set"
    return report


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The top folder of the checkout; tests that need what no wheel carries skip without one."""
    top = Path(__file__).resolve().parent.parent
    if not (top / "pii_audit").is_dir():
        pytest.skip("runs on a checkout only: this is the built wheel, away from it")
    return top


class Server:
    """A database of a test's own on a real server, and the accounts that it makes there; both are dropped afterwards."""

    def __init__(self, admin_url: str, database: str) -> None:
        from sqlalchemy.engine import make_url

        self.admin = make_url(admin_url)
        self.database = database
        self._accounts: list[str] = []

    def url(self, user: str | None = None, *, database: str | None = None) -> str:
        """The URL of the test's database for its administrator, or for an account that the test made (its password is its name)."""
        url = self.admin.set(database=database or self.database)
        if user is not None:
            url = url.set(username=user, password=user)
        return url.render_as_string(hide_password=False)

    def name(self, word: str) -> str:
        """A new name for an account, which is dropped after the test."""
        made = f"{word}_{secrets.token_hex(4)}"
        self._accounts.append(made)
        return made


class PostgresqlServer(Server):
    """PostgreSQL."""

    def connect(self, user: str | None = None, *, database: str | None = None):
        """A connection of the driver, for statements of the test itself."""
        import psycopg

        return psycopg.connect(self.url(user, database=database), autocommit=True)

    def run(self, *statements: str, database: str | None = None):
        """Runs statements as administrator; gives the rows of the last one, if it has any."""
        with self.connect(database=database) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def role(self, word: str, options: str = "LOGIN") -> str:
        """A new role; its password is its name."""
        name = self.name(word)
        self.run(f"CREATE ROLE {name} {options} PASSWORD '{name}'")
        return name

    def start(self, options: str = "") -> None:
        self.run(f"CREATE DATABASE {self.database} {options}", database=self.admin.database)

    def drop(self) -> None:
        self.run(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)", database=self.admin.database)
        for role in self._accounts:
            with suppress(Exception):
                self.run(f"DROP OWNED BY {role}", database=self.admin.database)
        for _ in range(2):  # who was granted by whom has an order
            for role in self._accounts:
                with suppress(Exception):
                    self.run(f"DROP ROLE IF EXISTS {role}", database=self.admin.database)


class MariadbServer(Server):
    """MariaDB."""

    def connect(self, user: str | None = None, **more: object):
        """A connection of the driver, for statements of the test itself."""
        import pymysql

        named = (
            {"user": user, "password": user}
            if user
            else {"user": self.admin.username, "password": self.admin.password or ""}
        )
        where = {"host": self.admin.host, "port": self.admin.port or 3306}
        return pymysql.connect(**where, **named, autocommit=True, charset="utf8mb4", **more)

    def run(self, *statements: str):
        """Runs statements as administrator in the test's database; gives the rows of the last one."""
        with self.connect() as connection, connection.cursor() as cursor:
            with suppress(Exception):
                cursor.execute(f"USE {self.database}")
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def user(self, word: str, host: str = "%") -> str:
        """A new account; its password is its name."""
        name = self.name(word)
        self.run(f"CREATE USER '{name}'@'{host}' IDENTIFIED BY '{name}'")
        return name

    def role(self, word: str) -> str:
        """A new role."""
        name = self.name(word)
        self.run(f"CREATE ROLE {name}")
        return name

    def start(self) -> None:
        self.run(f"CREATE DATABASE {self.database} CHARACTER SET utf8mb4")

    def drop(self) -> None:
        others = self.database.replace("_", "\\_") + "%"
        for (database,) in self.run(f"SHOW DATABASES LIKE '{others}'"):
            self.run(f"DROP DATABASE {database}")
        for account in self._accounts:
            for user, host in self.run(f"SELECT user, host FROM mysql.user WHERE user = '{account}'"):
                kind = "ROLE" if not host else "USER"
                self.run(f"DROP {kind} '{user}'" + (f"@'{host}'" if host else ""))


def _served(kind: type, variable: str, default: str, prefix: str) -> Iterator[Server]:
    server = kind(os.environ.get(variable, default), f"{prefix}_{secrets.token_hex(5)}")
    try:
        server.start()
    except Exception as error:  # noqa: BLE001 - whatever the driver raises, there is no server
        pytest.skip(f"no server at {variable}: {type(error).__name__}")
    try:
        yield server
    finally:
        server.drop()


@pytest.fixture
def postgresql() -> Iterator[PostgresqlServer]:
    """A new database on the PostgreSQL server that PII_AUDIT_POSTGRESQL_URL names."""
    yield from _served(PostgresqlServer, "PII_AUDIT_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1/postgres", "pii")  # type: ignore[misc]


@pytest.fixture
def mariadb() -> Iterator[MariadbServer]:
    """A new database on the MariaDB server that PII_AUDIT_MARIADB_URL names."""
    yield from _served(MariadbServer, "PII_AUDIT_MARIADB_URL", "mysql://root@127.0.0.1/", "pii")  # type: ignore[misc]
