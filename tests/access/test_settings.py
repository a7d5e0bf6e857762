"""What a server lets happen beside its grants, read from real ones, and what closes it."""

from __future__ import annotations

import psycopg
import pymysql
import pytest

from pii_audit.access import effective_access, mysql_catalog, mysql_gaining, postgresql_gaining, server_settings
from pii_audit.access import postgresql_settings as of_postgresql
from pii_audit.access.postgresql_catalog import Catalog, Role
from pii_audit.access.roles import Membership, Roles
from pii_audit.model.coverage import Coverage
from pii_audit.model.setting import Setting
from pii_audit.sources.database.mysql import MysqlEngine

pytestmark = pytest.mark.service


@pytest.fixture
def settings_of(source_of):
    """The settings of a server by kind and subject."""

    def ask(url, include=()):
        found = [one for one in server_settings(source_of(url, include)) if isinstance(one, Setting)]
        return {(str(one.kind), one.subject): one for one in found}

    return ask


class Hba:
    """A session that answers with lines of pg_hba.conf, which a test does not change on a server that others use."""

    def __init__(self, *lines, ssl="on", pgaudit=None, log="none"):
        self.engine = self.queries = self
        self._answers = {"hba": list(lines), "protection": [(ssl, pgaudit, log, "bank")]}

    def sql(self, name):
        return name

    def rows(self, sql):
        return self._answers[sql]


def hba(*lines, **more):
    return [(str(one.kind), one.subject) for one in of_postgresql.connections(Hba(*lines, **more), "core")]


def test_rights_of_tables_to_come_are_told_and_end_by_their_statement(postgresql, settings_of):
    role = postgresql.role("reporting", "NOLOGIN")
    postgresql.run(
        'CREATE SCHEMA "s.x"',
        f'ALTER DEFAULT PRIVILEGES IN SCHEMA "s.x" GRANT SELECT ON TABLES TO {role}',
        "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO PUBLIC",
        f"ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO {role}",
    )
    found = {key: one for key, one in settings_of(postgresql.url()).items() if key[0] == "default_privileges"}
    assert {subject.split(" ", 1)[1]: one.principal for (_, subject), one in found.items()} == {
        f"s.x.* {role}": f"role:{role}",
        "* PUBLIC": "PUBLIC",
    }
    postgresql.run(*(statement for one in found.values() for statement in one.closing))
    assert not [key for key in settings_of(postgresql.url()) if key[0] == "default_privileges"]


def test_an_account_that_makes_roles_can_give_itself_others_before_postgresql_16(postgresql, settings_of):
    maker = postgresql.role("maker", "LOGIN CREATEROLE")
    teller = postgresql.role("teller", "NOLOGIN")
    [version] = postgresql.run("SHOW server_version_num")[0]
    found = settings_of(postgresql.url()).get(("self_grant", f"CREATEROLE {maker}"))
    if int(version) >= 160_000:
        assert found is None
        return
    assert found.principal == f"user:{maker}"
    assert f"role:{teller}" in found.reaches
    postgresql.run(*found.closing)
    assert ("self_grant", f"CREATEROLE {maker}") not in settings_of(postgresql.url())


def test_since_postgresql_16_an_admin_option_alone_is_a_way_to_the_role():
    def role(name, *, login=True, superuser=False):
        return Role(name, login, superuser, bypasses_rls=False, creates_roles=True, expired=False)

    roles = {one.name: one for one in (role("ann"), role("root", superuser=True), role("teller", login=False))}
    graph = Roles(
        [
            Membership("teller", "ann", inherits=False, sets=False, admin=True),
            Membership("teller", "root", inherits=False, sets=False, admin=True),
        ]
    )
    [setting] = postgresql_gaining.self_grants("core", Catalog(roles, graph))
    assert (setting.principal, setting.reaches) == ("user:ann", ("role:teller",))
    assert setting.closing == ('REVOKE ADMIN OPTION FOR "teller" FROM "ann"',)
    by_another = Membership("teller", "ann", inherits=True, sets=False)
    for has_it in ([Membership("teller", "ann", admin=True)], [*graph.memberships, by_another]):
        assert list(postgresql_gaining.self_grants("core", Catalog(roles, Roles(has_it)))) == []


def test_a_foreign_server_with_a_stored_account_is_a_way_to_the_other_database(postgresql, settings_of):
    user, other = postgresql.role("analyst"), postgresql.role("other")
    postgresql.run(
        "CREATE EXTENSION IF NOT EXISTS postgres_fdw",
        "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw",
        f"CREATE USER MAPPING FOR {user} SERVER far OPTIONS (user 'x', password 'secret')",
        f"CREATE USER MAPPING FOR {other} SERVER far OPTIONS (user 'y', password 'secret')",
        f"GRANT USAGE ON FOREIGN SERVER far TO {user}",
    )
    found = {key: one for key, one in settings_of(postgresql.url()).items() if key[0] == "foreign_server"}
    assert {one.principal for one in found.values()} == {f"user:{user}"}
    assert "secret" not in repr(found)
    postgresql.run(*(statement for one in found.values() for statement in one.closing))
    assert not [key for key in settings_of(postgresql.url()) if key[0] == "foreign_server"]


def test_lines_of_pg_hba_are_told_by_what_they_let_happen():
    everybody = (["all"], ["all"])
    assert hba((1, "host", *everybody, "10.0.0.0", "255.0.0.0", "trust")) == [
        ("no_password", "hba 10.0.0.0/8 all trust"),
        ("no_tls", "hba 10.0.0.0/8 all"),
    ]
    assert hba((1, "hostssl", *everybody, "0.0.0.0", "0.0.0.0", "scram-sha-256")) == [("any_host", "hba 0.0.0.0/0 all")]
    assert hba((1, "hostssl", ["bank"], ["app"], "10.1.2.3", "255.255.255.255", "cert")) == []
    assert (
        hba(
            (1, "local", *everybody, None, None, "peer"),
            (2, "host", *everybody, "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "md5"),
        )
        == []
    )
    assert hba((1, "host", *everybody, "all", None, "reject")) == []
    assert hba((1, "host", ["other"], ["all"], "10.0.0.0", "255.0.0.0", "trust")) == []


def test_a_line_that_is_never_asked_opens_nothing():
    refused = (1, "host", ["all"], ["all"], "10.0.0.0", "255.0.0.0", "scram-sha-256")
    trusted = (2, "hostssl", ["all"], ["all"], "10.0.0.0", "255.0.0.0", "trust")
    assert hba(refused, trusted) == [("no_tls", "hba 10.0.0.0/8 all")]
    assert ("no_password", "hba 10.0.0.0/8 all trust") in hba((*refused[:3], ["app"], *refused[4:]), trusted)


@pytest.mark.parametrize(
    ("more", "kinds"),
    [
        ({}, {"no_audit"}),
        ({"ssl": "off"}, {"no_audit", "no_tls"}),
        ({"pgaudit": "read, write"}, set()),
        ({"pgaudit": "ddl"}, {"no_audit"}),
        ({"log": "all"}, set()),
    ],
)
def test_a_server_is_asked_whether_it_encrypts_and_logs_reading(more, kinds):
    assert {str(one.kind) for one in of_postgresql.protection(Hba(**more), "core")} == kinds


def test_what_an_ordinary_account_may_not_see_is_told_in_the_ledger(postgresql, source_of):
    user = postgresql.role("plain")

    def row(url):
        [found] = [one for one in server_settings(source_of(url)) if isinstance(one, Coverage)]
        return found

    told = row(postgresql.url(user))
    assert (told.asset, str(told.status), told.incomplete) == ("settings", "skipped", False)
    assert "pg_hba.conf) cannot be read" in told.reason.en
    assert str(row(postgresql.url()).status) == "inspected"


def test_accounts_of_mariadb_that_act_as_others_come_from_anywhere_or_write_rights_are_told(mariadb, settings_of):
    app, boss, writer = mariadb.user("app"), mariadb.user("boss"), mariadb.user("writer", "10.1.2.3")
    free = mariadb.name("free")
    mariadb.run(
        f"CREATE USER '{free}'@'localhost'",
        # What GRANT PROXY writes, which an administrator over TCP may not give.
        f"INSERT INTO mysql.proxies_priv (Host, User, Proxied_host, Proxied_user) VALUES ('%', '{app}', '%', '{boss}')",
        f"GRANT INSERT ON mysql.* TO '{writer}'@'10.1.2.3'",
    )
    found = settings_of(mariadb.url())
    proxy = found["proxy", f"{app}@% {boss}@%"]
    assert (proxy.principal, proxy.reaches) == (f"user:{app}@%", (f"user:{boss}@%",))
    writes = found["self_grant", f"mysql {writer}@10.1.2.3"]
    assert f"user:{boss}@%" in writes.reaches
    assert ("any_host", f"{app}@%") in found
    assert ("any_host", f"{writer}@10.1.2.3") not in found
    assert found["no_password", f"{free}@localhost"].reaches == (f"user:{free}@localhost",)
    assert proxy.closing == (f"REVOKE PROXY ON `{boss}`@`%` FROM `{app}`@`%`",)
    mariadb.run(f"DELETE FROM mysql.proxies_priv WHERE User = '{app}'")
    for one in (writes, found["no_password", f"{free}@localhost"]):
        mariadb.run(*one.closing)
    left = settings_of(mariadb.url())
    assert not {("self_grant", f"mysql {writer}@10.1.2.3"), ("no_password", f"{free}@localhost")} & set(left)


def test_who_writes_one_table_in_which_rights_stand_gives_himself_any(mariadb, settings_of):
    clerk, name = mariadb.user("clerk"), mariadb.database
    mariadb.run(
        f"GRANT INSERT, SELECT ON mysql.db TO '{clerk}'@'%'", f"GRANT INSERT ON mysql.help_topic TO '{clerk}'@'%'"
    )
    found = settings_of(mariadb.url())["self_grant", f"mysql {clerk}@%"]
    assert found.closing == (f"REVOKE INSERT ON `mysql`.`db` FROM `{clerk}`@`%`",)
    statement = f"INSERT INTO mysql.db (Host, Db, User, Select_priv) VALUES ('%', '{name}', '{clerk}', 'Y')"
    with mariadb.connect(clerk) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        mariadb.run(f"DELETE FROM mysql.db WHERE User = '{clerk}'", *found.closing)
        with pytest.raises(pymysql.err.MySQLError):
            cursor.execute(statement)
    assert ("self_grant", f"mysql {clerk}@%") not in settings_of(mariadb.url())


def test_who_sets_the_passwords_of_others_or_has_a_role_that_writes_rights_is_told(mariadb, settings_of):
    clerk, guest, role = mariadb.user("clerk"), mariadb.user("guest"), mariadb.role("keeper")
    mariadb.run(
        f"GRANT CREATE USER ON *.* TO '{clerk}'@'%'",
        f"GRANT UPDATE ON mysql.* TO {role}",
        f"GRANT CREATE USER ON *.* TO {role}",
        f"GRANT {role} TO '{guest}'@'%'",
    )
    found = settings_of(mariadb.url())
    ways = (f"CREATE USER {clerk}@%", f"CREATE USER {guest}@% {role}", f"mysql {guest}@% {role}")
    with mariadb.connect(clerk) as connection, connection.cursor() as cursor:
        cursor.execute(f"ALTER USER '{guest}'@'%' IDENTIFIED BY 'new'")
    for way in ways:
        one = found["self_grant", way]
        assert {f"user:{clerk}@%", f"user:{guest}@%"} - {one.principal} <= set(one.reaches)
        mariadb.run(*one.closing)
    left = settings_of(mariadb.url())
    assert not {("self_grant", way) for way in ways} & set(left)


def exporting(source, name):
    return {(one.principal, one.opened_by) for one in effective_access(source, {name}) if one.privilege == "export"}


def test_who_reads_a_table_and_may_write_files_of_the_server_can_export_it(postgresql, mariadb, source_of):
    both, reads, writes = postgresql.role("both"), postgresql.role("reads"), postgresql.role("writes")
    postgresql.run(
        "CREATE TABLE t (x int)",
        f"GRANT SELECT ON t TO {both}, {reads}",
        f"GRANT pg_write_server_files TO {both}, {writes}",
    )
    assert exporting(source_of(postgresql.url()), "public.t") == {
        (f"user:{both}", f"GRANT pg_write_server_files TO {both}")
    }
    mariadb.run("CREATE TABLE t (x int)")
    user, plain = mariadb.user("u"), mariadb.user("p")
    mariadb.run(f"GRANT SELECT ON t TO '{user}'@'%', '{plain}'@'%'", f"GRANT FILE ON *.* TO '{user}'@'%'")
    found = exporting(source_of(mariadb.url()), f"{mariadb.database}.t")
    assert (f"user:{user}@%", f"GRANT FILE ON *.* TO {user}@%") in found
    assert not [who for who, _ in found if plain in who]


def test_who_copies_the_server_or_reads_its_files_passes_by_every_grant(postgresql, mariadb, settings_of):
    copier, reader = postgresql.role("copier", "LOGIN REPLICATION"), postgresql.role("reader")
    postgresql.run(f"GRANT pg_read_server_files TO {reader}")
    keys = {("raw_access", f"{copier} REPLICATION"), ("raw_access", f"{reader} pg_read_server_files")}
    found = settings_of(postgresql.url())
    assert keys <= set(found)
    assert found["raw_access", f"{copier} REPLICATION"].principal == f"user:{copier}"
    assert not [one for one in found.values() if one.principal and ":pg_" in one.principal]
    postgresql.run(*(statement for key in keys for statement in found[key].closing))
    assert not keys & set(settings_of(postgresql.url()))


def test_who_may_call_a_function_that_reads_files_of_postgresql_passes_by_every_grant(postgresql, settings_of):
    reader = postgresql.role("reader")
    function = "pg_catalog.pg_read_binary_file(text)"
    postgresql.run(
        "CREATE TABLE t (mobile text)",
        "INSERT INTO t VALUES ('in the file')",
        "CHECKPOINT",
        f"GRANT EXECUTE ON FUNCTION {function} TO {reader}",
    )

    def tried():
        with postgresql.connect(reader) as connection:
            found = connection.execute(
                "SELECT position('in the file'::bytea IN pg_read_binary_file(pg_relation_filepath('t')))"
            )
            return found.fetchone()[0] > 0

    assert tried()
    found = settings_of(postgresql.url())["raw_access", f"{reader} {function}"]
    assert (found.principal, found.reaches) == (f"user:{reader}", ())
    postgresql.run(*found.closing)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tried()
    assert ("raw_access", f"{reader} {function}") not in settings_of(postgresql.url())


def test_a_routine_that_runs_what_it_is_given_reads_what_its_owner_reads(postgresql, mariadb, settings_of):
    desk = postgresql.role("desk")
    postgresql.run(
        "CREATE TABLE t (mobile text)",
        "CREATE FUNCTION peek(t text) RETURNS SETOF text SECURITY DEFINER LANGUAGE plpgsql AS "
        "$$BEGIN RETURN QUERY EXECUTE 'SELECT x::text FROM ' || t || ' x'; END$$",
        "REVOKE EXECUTE ON FUNCTION peek FROM PUBLIC",
    )
    assert ("open_routine", "function public.peek(t text)") not in settings_of(postgresql.url())
    postgresql.run(f"GRANT EXECUTE ON FUNCTION peek TO {desk}")
    with postgresql.connect(desk) as connection:
        connection.execute("SELECT * FROM peek('t')")
    found = settings_of(postgresql.url())["open_routine", "function public.peek(t text)"]
    assert (found.principal, found.reaches) == (f"user:{desk}", ("user:postgres",))
    postgresql.run(*found.closing)
    assert ("open_routine", "function public.peek(t text)") not in settings_of(postgresql.url())
    clerk, database = mariadb.user("clerk"), mariadb.database
    mariadb.run(
        "CREATE TABLE t (mobile text)",
        "CREATE PROCEDURE peek(t text) EXECUTE IMMEDIATE CONCAT('SELECT * FROM ', t)",
        f"GRANT EXECUTE ON PROCEDURE peek TO '{clerk}'@'%'",
    )
    with mariadb.connect(clerk, database=database) as connection, connection.cursor() as cursor:
        cursor.execute(f"CALL peek('{database}.t')")
    found = settings_of(mariadb.url())["open_routine", f"PROCEDURE {database}.peek"]
    assert found.principal == f"user:{clerk}@%"
    mariadb.run(*found.closing)
    assert ("open_routine", f"PROCEDURE {database}.peek") not in settings_of(mariadb.url())


@pytest.mark.parametrize("right", ["SET USER", "SUPER"])
def test_who_makes_routines_that_run_as_others_has_what_these_have(mariadb, settings_of, right):
    maker, database = mariadb.user("maker"), mariadb.database
    mariadb.run(
        "CREATE TABLE t (mobile text)",
        f"CREATE DATABASE {database}_b",
        f"GRANT CREATE ROUTINE ON {database}_b.* TO '{maker}'@'%'",
        f"GRANT {right} ON *.* TO '{maker}'@'%'",
    )
    [(administrator,)] = mariadb.run("SELECT CURRENT_USER()")

    def tried(procedure):
        with mariadb.connect(maker, database=f"{database}_b") as connection, connection.cursor() as cursor:
            name, host = administrator.split("@")
            cursor.execute(f"CREATE DEFINER='{name}'@'{host}' PROCEDURE {procedure}() SELECT * FROM {database}.t")
            cursor.execute(f"CALL {procedure}()")

    tried("p")
    found = settings_of(mariadb.url())["self_grant", f"{right} {maker}@%"]
    assert f"user:{administrator}" in found.reaches
    mariadb.run(*found.closing)
    with pytest.raises(pymysql.err.MySQLError):
        tried("q")
    assert ("self_grant", f"{right} {maker}@%") not in settings_of(mariadb.url())


def test_who_follows_the_changes_of_a_mariadb_server_or_reads_its_files_passes_by_every_grant(mariadb, settings_of):
    replica, role = mariadb.user("replica"), mariadb.role("loader")
    mariadb.run(
        f"GRANT REPLICATION SLAVE ON *.* TO '{replica}'@'%'",
        f"GRANT FILE ON *.* TO {role}",
        f"GRANT {role} TO '{replica}'@'%'",
    )
    [(directory,)] = mariadb.run("SELECT @@secure_file_priv")
    keys = {("raw_access", f"{replica}@% REPLICATION SLAVE")}
    if not directory:
        keys.add(("raw_access", f"{replica}@% {role} FILE"))
    found = settings_of(mariadb.url())
    assert keys == {
        key for key, one in found.items() if key[0] == "raw_access" and one.principal == f"user:{replica}@%"
    }
    mariadb.run(*(statement for key in keys for statement in found[key].closing))
    assert not keys & set(settings_of(mariadb.url()))


@pytest.mark.parametrize(
    ("version", "logs", "files", "told"),
    [
        ("10.11.19-MariaDB-0+deb12u1", 1, None, ["BINLOG MONITOR", "FILE"]),
        ("5.5.5-10.6.16-MariaDB", 0, "", ["FILE"]),
        ("10.3.39-MariaDB", 1, "/var/lib/mysql-files/", []),
        ("8.0.36", 1, None, []),
        ("8.0.36", 1, "", ["FILE"]),
    ],
)
def test_statements_that_write_and_the_files_of_tables_are_read_where_the_server_lets_them(
    recorded, version, logs, files, told
):
    account = ("app", "10.%", 0, None, "file,binlog monitor", 0, 0, 0, 0)
    session = recorded(
        MysqlEngine(),
        variables=[(version, 1 << 20)],
        accounts=[account],
        accounts_mysql=[account],
        raw_access=[(logs, files)],
    )
    found = mysql_gaining.raw_access(session, "crm", mysql_catalog.read_principals(session))
    assert [one.subject.removeprefix("app@10.% ") for one in found] == told


def test_rights_of_components_of_mysql_8_are_ways_past_the_grants(recorded):
    session = recorded(
        MysqlEngine(),
        variables=[("8.0.36", 1 << 20)],
        accounts_mysql=[
            (name, "%", role, None, rights, role, 0, 0, 0)
            for name, role, rights in (("app", 0, ""), ("keeper", 1, ""), ("dba", 1, "select"))
        ],
        memberships_mysql=[("keeper", "%", "app", "%", 0)],
        dynamic_rights=[
            ("app", "%", "BACKUP_ADMIN"),
            ("app", "%", "SET_USER_ID"),
            ("dba", "%", "SET_USER_ID"),
            ("keeper", "%", "ROLE_ADMIN"),
        ],
    )
    found = list(mysql_gaining.dynamic(session, "crm", mysql_catalog.read_principals(session)))
    assert {(str(one.kind), one.subject): one.closing for one in found} == {
        ("raw_access", "app@% BACKUP_ADMIN"): ("REVOKE BACKUP_ADMIN ON *.* FROM `app`@`%`",),
        ("self_grant", "SET_USER_ID app@%"): ("REVOKE SET_USER_ID ON *.* FROM `app`@`%`",),
        ("self_grant", "ROLE_ADMIN app@% keeper@%"): ("REVOKE ROLE_ADMIN ON *.* FROM `keeper`@`%`",),
    }


def test_a_foreign_server_of_mysql_is_a_way_for_whoever_makes_tables(recorded):
    session = recorded(
        MysqlEngine(),
        variables=[("10.11.19-MariaDB", 1 << 20)],
        accounts=[
            (name, "%", 0, None, rights, grants, 0, 0, 0)
            for name, rights, grants in (("app", "", 0), ("desk", "select", 0), ("dba", "select,create", 1))
        ],
        acl_databases=[("app", "%", "app", "select,insert,create", 0)],
        foreign=[("core",)],
    )
    [found] = mysql_gaining.foreign(session, "crm", mysql_catalog.read_principals(session))
    assert "1 account(s) that may make tables (user:app@%) can read on the server core" in found.said.en
    assert found.closing == ("DROP SERVER `core`",)
