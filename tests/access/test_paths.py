"""The path of a right, what opens it, and that the statements that are to close it do."""

from __future__ import annotations

import psycopg
import pymysql
import pytest

from pii_audit.access import closing_statements, effective_access
from pii_audit.access.roles import Membership, Roles
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage


def told(source, *names):
    assets = names or [one.name for one in source.assets() if isinstance(one, Asset)]
    return list(effective_access(source, assets))


def ways(grants, principal):
    """(privilege, field, path) of the reading rights of one principal."""
    return {(one.privilege, one.field, one.path) for one in grants if one.principal == principal}


def test_a_role_that_does_not_inherit_still_takes_on_what_it_is_a_member_of():
    roles = Roles([Membership("reporting", "analyst", inherits=False), Membership("everything", "reporting")])
    assert roles.inherited("analyst") == {"analyst": ("analyst",)}
    assert roles.settable("analyst")["everything"] == ("analyst", "reporting", "everything")


def test_memberships_in_a_ring_end():
    roles = Roles([Membership("a", "b"), Membership("b", "a")])
    assert set(roles.inherited("a")) == {"a", "b"}


@pytest.mark.service
def test_the_path_names_every_role_between_somebody_and_the_grant(postgresql, source_of):
    reporting, analyst = postgresql.role("reporting", "NOLOGIN"), postgresql.role("analyst", "LOGIN NOINHERIT")
    postgresql.run(
        "CREATE TABLE customer (id int, mobile text)",
        f"GRANT {reporting} TO {analyst}",
        f"GRANT SELECT (mobile) ON customer TO {reporting} WITH GRANT OPTION",
    )
    [grant] = [one for one in told(source_of(postgresql.url())) if one.principal == f"user:{analyst}"]
    assert grant.path == (f"user:{analyst}", f"SET ROLE {reporting}", f"role:{reporting}")
    assert (grant.privilege, grant.field, grant.grantable) == ("select", "mobile", True)
    assert grant.opened_by == f"GRANT SELECT (mobile) ON public.customer TO {reporting}"
    postgresql.run(*grant.withholding)
    [grant] = [one for one in told(source_of(postgresql.url())) if one.principal == f"user:{analyst}"]
    assert not grant.grantable
    postgresql.run(*grant.leaving)
    assert not [one for one in told(source_of(postgresql.url())) if one.principal == f"user:{analyst}"]


@pytest.mark.service
def test_who_may_give_a_role_to_others_may_pass_on_its_rights(postgresql, mariadb, source_of):
    role, user = postgresql.role("r", "NOLOGIN"), postgresql.role("u")
    postgresql.run(
        "CREATE TABLE t (id int)", f"GRANT SELECT ON t TO {role}", f"GRANT {role} TO {user} WITH ADMIN OPTION"
    )
    source = source_of(postgresql.url())
    [grant] = [one for one in told(source) if one.principal == f"user:{user}"]
    assert grant.grantable
    postgresql.run(*grant.withholding)
    [grant] = [one for one in told(source) if one.principal == f"user:{user}"]
    assert not grant.grantable

    role, user = mariadb.role("r"), mariadb.user("u")
    mariadb.run("CREATE TABLE t (id int)", f"GRANT SELECT ON {mariadb.database}.t TO {role}")
    mariadb.run(f"GRANT {role} TO '{user}'@'%' WITH ADMIN OPTION")
    source = source_of(mariadb.url())
    [grant] = [one for one in told(source) if one.principal == f"user:{user}@%"]
    assert grant.grantable
    mariadb.run(*grant.withholding)
    [grant] = [one for one in told(source) if one.principal == f"user:{user}@%"]
    assert not grant.grantable


@pytest.mark.service
def test_what_everybody_may_read_is_told_once_and_not_of_each(postgresql, source_of):
    for number in range(5):
        postgresql.role(f"u{number}")
    postgresql.run("CREATE TABLE t (id int)", "GRANT SELECT ON t TO PUBLIC")
    grants = told(source_of(postgresql.url()))
    assert [one.path for one in grants if "PUBLIC" in one.path] == [("PUBLIC",)]


@pytest.mark.service
def test_public_behind_a_closed_schema_is_told_of_those_who_may_enter(postgresql, source_of):
    one, other = postgresql.role("one"), postgresql.role("other")
    postgresql.run(
        "CREATE SCHEMA s",
        "CREATE TABLE s.t (id int)",
        "GRANT SELECT ON s.t TO PUBLIC",
        f"GRANT USAGE ON SCHEMA s TO {one}",
    )
    grants = told(source_of(postgresql.url()))
    ours = {"PUBLIC", f"user:{one}", f"user:{other}"}
    found = [grant.path for grant in grants if "PUBLIC" in grant.path and grant.principal in ours]
    assert found == [(f"user:{one}", "PUBLIC")]


@pytest.mark.service
def test_a_view_shows_columns_of_a_table_that_is_closed(postgresql, source_of):
    user = postgresql.role("reader")
    postgresql.run(
        "CREATE TABLE customer (id int, mobile text, card text)",
        "CREATE VIEW inner_v AS SELECT id, mobile FROM customer",
        "CREATE VIEW outer_v AS SELECT mobile FROM inner_v",
        f"GRANT SELECT ON outer_v TO {user}",
    )
    grants = told(source_of(postgresql.url()), "public.customer")
    found = ways(grants, f"user:{user}")
    assert ("select", "mobile", (f"user:{user}", "view public.outer_v")) in found
    assert not any(field == "card" for _, field, _ in found)


@pytest.mark.service
def test_a_function_that_runs_as_its_owner_shows_the_table_that_it_names(postgresql, source_of):
    postgresql.run(
        "CREATE TABLE customer (id int)",
        "CREATE TABLE other (id int)",
        "CREATE FUNCTION look() RETURNS SETOF public.customer LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM public.customer'",
    )
    grants = [one for one in told(source_of(postgresql.url())) if one.privilege == "execute"]
    assert [(one.principal, one.asset) for one in grants] == [("PUBLIC", "w:public.customer")]
    assert grants[0].path[-1].startswith("function public.look() runs as ")


@pytest.mark.service
def test_a_function_shows_what_those_that_it_calls_read(postgresql, source_of):
    owner, caller = postgresql.role("owner", "NOLOGIN"), postgresql.role("caller")
    postgresql.run(
        "CREATE TABLE customer (id int)",
        "CREATE TABLE card (id int)",
        "CREATE FUNCTION inside() RETURNS SETOF int LANGUAGE sql AS 'SELECT id FROM public.customer'",
        "CREATE FUNCTION cards() RETURNS SETOF int LANGUAGE sql SECURITY DEFINER AS 'SELECT id FROM public.card'",
        "CREATE FUNCTION outside() RETURNS SETOF int LANGUAGE sql SECURITY DEFINER AS "
        "'SELECT * FROM public.inside() UNION SELECT * FROM public.cards()'",
        f"ALTER FUNCTION outside() OWNER TO {owner}",
        f"GRANT SELECT ON customer TO {owner}",
        "REVOKE EXECUTE ON FUNCTION outside() FROM PUBLIC",
        "REVOKE EXECUTE ON FUNCTION cards() FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION cards() TO {owner}",
        f"GRANT EXECUTE ON FUNCTION outside() TO {caller}",
    )
    grants = [one for one in told(source_of(postgresql.url())) if one.principal == f"user:{caller}"]
    assert {(one.asset, one.path[-1]) for one in grants} == {
        (f"w:public.{table}", f"function public.outside() runs as {owner}") for table in ("customer", "card")
    }


@pytest.mark.service
def test_a_routine_shows_what_those_that_it_calls_read(mariadb, source_of):
    place, caller, blind = mariadb.database, mariadb.user("caller"), mariadb.user("blind")
    mariadb.run(
        f"CREATE TABLE {place}.customer (id int)",
        f"CREATE TABLE {place}.card (id int)",
        f"CREATE PROCEDURE {place}.inside() SQL SECURITY INVOKER SELECT id FROM {place}.customer",
        f"CREATE FUNCTION {place}.cards() RETURNS int READS SQL DATA RETURN (SELECT max(id) FROM {place}.card)",
        f"CREATE PROCEDURE {place}.outside() BEGIN CALL inside; SELECT {place}.cards(); END",
        f"GRANT EXECUTE ON PROCEDURE {place}.outside TO '{caller}'@'%'",
        # This one sees whose rights there are and not what routines do.
        *(
            f"GRANT SELECT ON mysql.{table} TO '{blind}'@'%'"
            for table in (
                "user",
                "global_priv",
                "roles_mapping",
                "db",
                "tables_priv",
                "columns_priv",
                "procs_priv",
                "proxies_priv",
            )
        ),
        f"GRANT SELECT, SHOW VIEW, EXECUTE ON {place}.* TO '{blind}'@'%'",
    )
    grants = [one for one in told(source_of(mariadb.url())) if one.principal == f"user:{caller}@%"]
    assert {(one.asset, one.path[-1].partition(" runs as ")[0]) for one in grants} == {
        (f"w:{place}.{table}", f"PROCEDURE {place}.outside") for table in ("customer", "card")
    }
    [row] = [one for one in told(source_of(mariadb.url(blind))) if isinstance(one, Coverage)]
    assert row.incomplete
    assert row.reason.en.startswith("the text of 3 routine(s) may not be seen")


@pytest.mark.service
def test_a_routine_shows_what_stands_behind_the_views_that_it_reads(postgresql, mariadb, source_of):
    place = mariadb.database
    mariadb.run(
        f"CREATE TABLE {place}.customer (id int)",
        f"CREATE VIEW {place}.seen AS SELECT id FROM {place}.customer",
        f"CREATE PROCEDURE {place}.look() SELECT id FROM {place}.seen",
        f"GRANT EXECUTE ON PROCEDURE {place}.look TO '{mariadb.user('caller')}'@'%'",
    )
    postgresql.run(
        "CREATE TABLE customer (id int)",
        "CREATE VIEW seen AS SELECT id FROM customer",
        "CREATE FUNCTION look() RETURNS SETOF int LANGUAGE sql SECURITY DEFINER AS 'SELECT id FROM public.seen'",
    )
    for server, table in ((postgresql, "public.customer"), (mariadb, f"{place}.customer")):
        [one] = [one for one in told(source_of(server.url()), table) if one.privilege == "execute"]
        assert one.asset == f"w:{table}"


def test_who_may_put_a_trigger_on_a_table_reads_what_others_write(postgresql, source_of):
    watcher, clerk = postgresql.role("watcher"), postgresql.role("clerk")
    postgresql.run(
        "CREATE TABLE t (mobile text)",
        f"GRANT TRIGGER ON t TO {watcher}",
        f"GRANT SELECT, TRIGGER, INSERT ON t TO {clerk}",
        f"CREATE SCHEMA AUTHORIZATION {watcher}",
    )
    [one] = [one for one in told(source_of(postgresql.url()), "public.t") if one.principal == f"user:{watcher}"]
    assert (one.privilege, one.field) == ("trigger", None)
    assert not [
        one
        for one in told(source_of(postgresql.url()), "public.t")
        if one.principal == f"user:{clerk}" and one.privilege == "trigger"
    ]
    with postgresql.connect(watcher) as connection:
        connection.execute(f"CREATE TABLE {watcher}.seen (mobile text)")
        connection.execute(
            f"CREATE FUNCTION {watcher}.f() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS "
            f"$$BEGIN INSERT INTO {watcher}.seen VALUES (NEW.mobile); RETURN NEW; END$$"
        )
        connection.execute(f"CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION {watcher}.f()")
        with postgresql.connect(clerk) as other:
            other.execute("INSERT INTO t VALUES ('x')")
        assert connection.execute(f"SELECT * FROM {watcher}.seen").fetchall() == [("x",)]
    postgresql.run(*one.closing)
    assert not [one for one in told(source_of(postgresql.url()), "public.t") if one.principal == f"user:{watcher}"]


@pytest.mark.service
def test_nobody_calls_the_function_of_a_trigger(postgresql, source_of):
    postgresql.run(
        "CREATE TABLE customer (id int)",
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
        "$$ BEGIN INSERT INTO public.customer SELECT id FROM public.customer; RETURN NEW; END $$",
    )
    assert not [one for one in told(source_of(postgresql.url())) if one.privilege == "execute"]


@pytest.mark.service
def test_who_reads_a_table_reads_what_inherits_from_it(postgresql, source_of):
    reader, owner = postgresql.role("reader"), postgresql.role("owner")
    postgresql.run(
        "CREATE TABLE person (id int, mobile text)",
        "CREATE TABLE customer (card text) INHERITS (person)",
        "CREATE TABLE vip () INHERITS (customer)",
        f"GRANT SELECT (mobile) ON person TO {reader}",
        f"ALTER TABLE person OWNER TO {owner}",
    )
    grants = told(source_of(postgresql.url()))
    for heir in ("public.customer", "public.vip"):
        of_heir = [one for one in grants if one.asset == f"w:{heir}"]
        assert ways(of_heir, f"user:{reader}") == {("select", "mobile", (f"user:{reader}", "parent public.person"))}
        assert {field for _, field, _ in ways(of_heir, f"user:{owner}")} == {"id", "mobile"}
    [closing] = {one.closing for one in grants if one.principal == f"user:{reader}"}
    postgresql.run(*closing)
    assert not ways(told(source_of(postgresql.url())), f"user:{reader}")


@pytest.mark.service
def test_the_owner_of_a_database_has_what_the_role_for_him_has(postgresql, source_of):
    owner = postgresql.role("owner")
    postgresql.run(
        f"ALTER DATABASE {postgresql.database} OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "CREATE TABLE customer (id int)",
        "GRANT SELECT ON customer TO pg_database_owner",
    )
    [grant] = [one for one in told(source_of(postgresql.url())) if one.principal == f"user:{owner}"]
    assert (grant.path, grant.leaving) == ((f"user:{owner}", "role:pg_database_owner"), ())
    postgresql.run(*grant.closing)
    assert not ways(told(source_of(postgresql.url())), f"user:{owner}")


@pytest.mark.service
def test_who_can_become_a_superuser_is_one(postgresql, source_of):
    admin, boss = postgresql.role("dba", "NOLOGIN SUPERUSER"), postgresql.role("boss")
    postgresql.run("CREATE TABLE t (id int)", f"GRANT {admin} TO {boss}")
    grants = told(source_of(postgresql.url()))
    assert ("all", None, (f"user:{boss}", f"SET ROLE {admin}", f"role:{admin}", "SUPERUSER")) in ways(
        grants, f"user:{boss}"
    )


@pytest.mark.service
def test_rights_that_cannot_be_read_are_told_in_the_ledger(mariadb, source_of):
    user = mariadb.user("scan")
    mariadb.run("CREATE TABLE t (id int)", f"GRANT SELECT ON {mariadb.database}.* TO '{user}'@'%'")
    [row] = told(source_of(mariadb.url(user)))
    assert isinstance(row, Coverage)
    assert row.incomplete
    assert "rights cannot be read: no right to read it" in row.reason.en


@pytest.mark.service
def test_the_closing_statements_close_every_way_into_a_postgresql_table(postgresql, source_of):
    owner, group, user, other = (
        postgresql.role(word, options)
        for word, options in (("owner", "LOGIN"), ("staff", "NOLOGIN"), ("ann", "LOGIN"), ("bob", "LOGIN"))
    )
    postgresql.run(
        'CREATE TABLE "Kunde" (id int, mobile text)',
        f'ALTER TABLE "Kunde" OWNER TO {owner}',
        "INSERT INTO \"Kunde\" VALUES (1, 'x')",
        f"GRANT {group} TO {user}",
        f"GRANT pg_read_all_data TO {other}",
        f'GRANT SELECT ON "Kunde" TO {group} WITH GRANT OPTION',
        f'SET ROLE {group}; GRANT SELECT (mobile) ON "Kunde" TO {other}; RESET ROLE',
        'GRANT SELECT ON "Kunde" TO PUBLIC',
        'CREATE VIEW v AS SELECT mobile FROM "Kunde"',
        f"GRANT SELECT ON v TO {other}",
        "CREATE FUNCTION look() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM public.\"Kunde\"'",
    )
    source = source_of(postgresql.url())
    made = {f"user:{name}" for name in (owner, user, other)} | {f"role:{group}", "PUBLIC"}
    ours = [one for one in told(source, "public.Kunde") if one.principal in made]
    assert {one.privilege for one in ours} >= {"select", "owner"}
    # What a function or a view shows is told while the table itself is closed: once that is, once more.
    postgresql.run(*closing_statements(ours))
    postgresql._accounts.append(f"{owner}_owner")
    shown = [one for one in told(source, "public.Kunde") if one.principal in made - {f"user:{owner}"}]
    assert {one.privilege for one in shown} == {"execute", "select"}
    postgresql.run(*closing_statements(shown))
    left = [
        one
        for one in told(source, "public.Kunde")
        if one.principal in made and one.privilege in ("select", "execute", "owner")
    ]
    # The owner keeps, as a grant, what it works with.
    assert {(one.principal, one.opened_by) for one in left} <= {
        (f"user:{owner}", f"GRANT SELECT ON public.Kunde TO {owner}")
    }
    for name in (user, other):
        with postgresql.connect(name) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute('SELECT mobile FROM "Kunde"')


@pytest.mark.service
def test_the_closing_statements_close_every_way_into_a_mariadb_table(mariadb, source_of):
    user, other, role = mariadb.user("ann"), mariadb.user("bob", "127.0.0.1"), mariadb.role("staff")
    db = mariadb.database
    mariadb.run(
        "CREATE TABLE customer (id int, mobile text)",
        "INSERT INTO customer VALUES (1, 'x')",
        f"GRANT {role} TO '{user}'@'%'",
        f"GRANT SELECT ON {db}.customer TO {role}",
        f"GRANT SELECT (mobile) ON {db}.customer TO '{other}'@'127.0.0.1'",
        f"GRANT SELECT ON `{db.replace('_', chr(92) + '_')}`.* TO '{user}'@'%'",
        "CREATE VIEW v AS SELECT mobile FROM customer",
        f"GRANT SELECT ON {db}.v TO '{other}'@'127.0.0.1'",
        "CREATE PROCEDURE look() SELECT * FROM customer",
        f"GRANT EXECUTE ON PROCEDURE {db}.look TO '{other}'@'127.0.0.1'",
    )
    source = source_of(mariadb.url())
    made = {f"user:{user}@%", f"user:{other}@127.0.0.1", f"role:{role}"}
    ours = [one for one in told(source, f"{db}.customer") if one.principal in made]
    assert (f"user:{user}@%", f"SET ROLE {role}", f"role:{role}") in {one.path for one in ours}
    mariadb.run(*closing_statements(ours))
    # The rights to the view and to the procedure are told of only while the table itself is closed.
    shown = [one for one in told(source, f"{db}.customer") if one.principal in made]
    mariadb.run(*closing_statements(shown))
    assert [one for one in told(source, f"{db}.customer") if one.principal in made] == []
    for name in (user, other):
        with (
            mariadb.connect(name) as connection,
            connection.cursor() as cursor,
            pytest.raises(pymysql.err.OperationalError),
        ):
            cursor.execute(f"SELECT mobile FROM {db}.customer")


@pytest.mark.service
def test_an_account_has_what_was_granted_to_one_of_its_name_from_more_hosts(mariadb, source_of):
    app, role, database = mariadb.user("app", "127.0.0.1"), mariadb.role("reporting"), mariadb.database
    mariadb.run(
        f"CREATE USER '{app}'@'%' IDENTIFIED BY 'other'",
        "CREATE TABLE t (mobile text)",
        "CREATE TABLE u (mobile text)",
        f"GRANT SELECT ON u TO {role}",
        f"GRANT SELECT ON t TO '{app}'@'%'",
        f"GRANT {role} TO '{app}'@'%'",
        "CREATE PROCEDURE p() SELECT * FROM u",
        f"GRANT EXECUTE ON PROCEDURE p TO '{app}'@'%'",
    )

    def of(name):
        return [
            one
            for one in told(source_of(mariadb.url()), f"{database}.{name}")
            if one.principal == f"user:{app}@127.0.0.1"
        ]

    def tried(statement):
        with mariadb.connect(app, database=database) as connection, connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {role}")
            return cursor.execute(statement)

    [one] = of("t")
    assert (one.path, one.opened_by) == ((one.principal,), f"GRANT SELECT ON {database}.t TO {app}@%")
    called, by_role = sorted(of("u"), key=lambda grant: grant.privilege)
    assert by_role.leaving == (f"REVOKE `{role}` FROM `{app}`@`%`",)
    tried("SELECT * FROM t")
    tried("CALL p()")
    mariadb.run(*one.closing, *called.closing, *by_role.leaving)
    for statement in ("SELECT * FROM t", "CALL p()"):
        with pytest.raises(pymysql.err.MySQLError):
            tried(statement)
    assert of("t") == of("u") == []


@pytest.mark.service
def test_a_table_that_is_closed_is_open_to_who_can_move_it_to_where_he_reads(mariadb, source_of):
    mover, database = mariadb.user("mover"), mariadb.database
    pattern = database.replace("_", "\\_")
    mariadb.run(
        "CREATE TABLE t (mobile text)",
        f"CREATE DATABASE {database}_b",
        f"GRANT ALTER, DROP ON {database}.t TO '{mover}'@'%'",
        f"GRANT SELECT, INSERT ON `{pattern}\\__`.* TO '{mover}'@'%'",
    )

    def of():
        return [one for one in told(source_of(mariadb.url()), f"{database}.t") if one.principal == f"user:{mover}@%"]

    def tried():
        with mariadb.connect(mover) as connection, connection.cursor() as cursor:
            cursor.execute(f"RENAME TABLE {database}.t TO {database}_b.t")
            cursor.execute(f"SELECT * FROM {database}_b.t")

    assert of() == []
    with pytest.raises(pymysql.err.MySQLError):
        tried()
    mariadb.run(f"GRANT CREATE ON `{pattern}\\__`.* TO '{mover}'@'%'")
    [one] = of()
    assert (one.privilege, one.path) == ("select", (one.principal, f"RENAME TABLE into {database}_x"))
    tried()
    mariadb.run(f"RENAME TABLE {database}_b.t TO {database}.t", *one.closing)
    with pytest.raises(pymysql.err.MySQLError):
        tried()
    assert of() == []


@pytest.mark.service
def test_an_account_without_a_password_is_everybody(mariadb, source_of):
    user = mariadb.name("open")
    mariadb.run(
        "CREATE TABLE t (id int)", f"CREATE USER '{user}'@'%'", f"GRANT SELECT ON {mariadb.database}.t TO '{user}'@'%'"
    )
    grants = told(source_of(mariadb.url()))
    [everybody] = [one for one in grants if one.principal == "'%'" and f"user:{user}@%" in one.path]
    assert everybody.opened_by == f"CREATE USER {user}@% without a password"
    assert everybody.closing == (f"ALTER USER `{user}`@`%` ACCOUNT LOCK",)


@pytest.mark.service
def test_what_public_and_nobody_in_particular_may_read_on_mariadb_is_told_once(mariadb, source_of):
    user, db = mariadb.user("u"), mariadb.database
    mariadb.run("CREATE TABLE t (id int)", "CREATE TABLE other (id int)", f"GRANT SELECT ON {db}.t TO PUBLIC")
    mariadb.run(f"INSERT INTO mysql.db (Host, Db, User, Select_priv) VALUES ('%', '{db}', '', 'Y')")
    try:
        grants = [one for one in told(source_of(mariadb.url())) if not one.opened_by.startswith("GRANT SELECT ON *.*")]
        assert {(one.principal, one.asset.rpartition(".")[2]) for one in grants} >= {
            ("PUBLIC", "t"),
            ("'%'", "t"),
            ("'%'", "other"),
        }
        assert not [one for one in grants if one.principal == f"user:{user}@%"]
    finally:
        mariadb.run(f"REVOKE SELECT ON {db}.t FROM PUBLIC", f"DELETE FROM mysql.db WHERE Db = '{db}' AND User = ''")
