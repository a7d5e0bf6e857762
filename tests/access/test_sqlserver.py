"""Rights in a SQL Server database, worked out from rows of its catalog."""

from __future__ import annotations

import pytest

from pii_audit.access.sqlserver import grants
from pii_audit.sources.database.sqlserver import SqlServerEngine

TABLE = "crm.customer"
PEOPLE = [
    ("public", "R", 0, None, 0),
    ("dbo", "S", 0, "sa", 0),
    ("guest", "S", 0, None, 0),
    ("alice", "S", 0, "alice", 0),
    ("bob", "U", 0, "BANK\\bob", 0),
    ("gone", "S", 0, "gone", 1),
    ("teller", "R", 0, None, 0),
    ("db_owner", "R", 1, None, 0),
    ("db_datareader", "R", 1, None, 0),
    ("db_denydatareader", "R", 1, None, 0),
]
RELATIONS = [
    ("crm", "customer", "U ", "dbo", None, 0),
    ("crm", "v", "V ", "dbo", None, 0),
    ("own", "w", "V ", "bob", None, 0),
    ("crm", "p", "P ", "dbo", None, 0),
    ("own", "q", "P ", "bob", "dbo", 1),
    ("crm", "s", "SN", "dbo", None, 0),
    ("own", "t", "SN", "bob", None, 0),
    ("crm", "z", "SN", "dbo", None, 0),
]
OWNER = ("user:dbo", "owner", ("user:dbo",), None)


def entry(grantee, permission="SELECT", state="G", scope=1, schema="crm", name="customer", column=None, grantor="dbo"):
    return (grantee, permission, state, scope, schema, name, column, grantor)


@pytest.fixture
def rights(recorded):
    def told(*, full=False, **rows):
        known = {"principals": PEOPLE, "acl_schemas": [("crm", "dbo"), ("own", "bob")], "acl_relations": RELATIONS}
        found = list(grants(recorded(SqlServerEngine(), **{**known, **rows}), "sql", frozenset({TABLE})))
        return found if full else {(one.principal, one.privilege, one.path, one.field) for one in found}

    return told


def test_the_owner_of_the_database_holds_its_tables(rights):
    assert rights() == {OWNER}


@pytest.mark.parametrize(
    ("row", "closing"),
    [
        (entry("alice"), "REVOKE SELECT ON OBJECT::[crm].[customer] FROM [alice]"),
        (entry("alice", column="phone"), "REVOKE SELECT ON OBJECT::[crm].[customer] ([phone]) FROM [alice]"),
        (entry("alice", scope=3, name=None), "REVOKE SELECT ON SCHEMA::[crm] FROM [alice]"),
        (entry("alice", scope=0, schema=None, name=None), "REVOKE SELECT FROM [alice]"),
        (
            entry("alice", state="W", grantor="bob"),
            "REVOKE SELECT ON OBJECT::[crm].[customer] FROM [alice] CASCADE AS [bob]",
        ),
    ],
)
def test_a_grant_counts_on_the_database_a_schema_a_table_or_a_column(rights, row, closing):
    [alice] = [one for one in rights(full=True, acl_entries=[row]) if one.principal == "user:alice"]
    assert (alice.privilege, alice.field, alice.closing) == ("select", row[6], (closing,))
    assert alice.grantable is (row[2] == "W")
    assert alice.locking == ("ALTER LOGIN [alice] DISABLE",)


def test_a_grant_on_another_schema_opens_nothing(rights):
    assert rights(acl_entries=[entry("alice", scope=3, schema="other", name=None)]) == {OWNER}


def test_roles_give_their_rights_to_members_that_can_log_in(rights):
    found = rights(acl_entries=[entry("teller")], memberships=[("teller", "alice"), ("teller", "gone")])
    assert found == {
        OWNER,
        ("role:teller", "select", ("role:teller",), None),
        ("user:alice", "select", ("user:alice", "role:teller"), None),
    }


def test_fixed_roles_are_left_and_not_revoked(rights):
    found = rights(full=True, memberships=[("db_datareader", "alice"), ("db_owner", "bob")])
    told = {one.principal: (one.privilege, one.closing) for one in found}
    assert told["user:alice"] == ("select", ("ALTER ROLE [db_datareader] DROP MEMBER [alice]",))
    assert told["user:bob"] == ("all", ("ALTER ROLE [db_owner] DROP MEMBER [bob]",))
    assert "role:db_owner" not in told


def test_sysadmin_and_control_server_reach_every_database(rights):
    found = rights(
        server_memberships=[("sysadmin", "sa", "S", 0), ("sysadmin", "ops", "S", 0), ("sysadmin", "off", "S", 1)],
        server_permissions=[("BANK\\bob", "U", 0, "CONTROL SERVER", "G")],
    )
    assert found == {
        OWNER,
        ("user:sa", "all", ("user:sa", "role:sysadmin"), None),
        ("user:ops", "all", ("user:ops", "role:sysadmin"), None),
        ("user:bob", "all", ("user:bob",), None),
    }


@pytest.mark.parametrize("role", ["sysadmin", "securityadmin"])
def test_who_gives_rights_on_the_server_has_them(rights, role):
    found = rights(server_memberships=[(role, "ops", "S", 0)])
    assert ("user:ops", "all", ("user:ops", f"role:{role}"), None) in found


def test_who_may_act_as_somebody_has_what_that_one_has_and_not_what_is_denied_to_himself(rights):
    rows = {"acl_entries": [entry("bob"), entry("alice", state="D")], "memberships": [("teller", "alice")]}
    assert not [one for one in rights(**rows) if one[0] == "user:alice"]
    [alice] = [
        one
        for one in rights(full=True, **rows, acl_impersonations=[("teller", "bob", "IMPERSONATE", 0)])
        if one.principal == "user:alice"
    ]
    assert alice.path == ("user:alice", "role:teller", "EXECUTE AS bob", "user:bob")
    assert alice.leaving == (
        "ALTER ROLE [teller] DROP MEMBER [alice]",
        "REVOKE IMPERSONATE ON USER::[bob] FROM [teller]",
    )


@pytest.mark.parametrize(
    ("rows", "path"),
    [
        ([("alice", "dbo", "CONTROL", 0)], ("user:alice", "EXECUTE AS dbo", "user:dbo")),
        ([("alice", "sa", "IMPERSONATE", 1)], ("user:alice", "EXECUTE AS dbo", "user:dbo")),
        ([("public", "dbo", "IMPERSONATE", 0)], ("user:alice", "PUBLIC", "EXECUTE AS dbo", "user:dbo")),
        ([("alice", "bob", "IMPERSONATE", 0), ("bob", "alice", "IMPERSONATE", 0), ("bob", "dbo", "IMPERSONATE", 0)],
         ("user:alice", "EXECUTE AS bob", "user:bob", "EXECUTE AS dbo", "user:dbo")),
    ],
)  # fmt: skip
def test_acting_as_the_owner_opens_everything(rights, rows, path):
    assert ("user:alice", "owner", path, None) in rights(acl_impersonations=rows)


def test_a_routine_opens_what_the_routines_of_its_owner_read(rights):
    rows = {
        "acl_entries": [entry("alice", permission="EXECUTE", name="outside")],
        "acl_relations": [*RELATIONS, ("crm", "outside", "P ", "dbo", None, 0)],
        "acl_dependencies": [("crm", "outside", "crm", "p"), ("crm", "p", "crm", "customer")],
    }
    step = "routine crm.outside runs as dbo"
    assert ("user:alice", "execute", ("user:alice", step), None) in rights(**rows)


def test_who_may_act_as_any_login_reaches_every_database(rights):
    found = rights(server_permissions=[("alice", "S", 0, "IMPERSONATE ANY LOGIN", "G")])
    assert ("user:alice", "all", ("user:alice",), None) in found


@pytest.mark.parametrize(
    ("rows", "reads"),
    [
        ([entry("teller"), entry("alice", state="D")], False),
        ([entry("alice"), entry("teller", state="D")], False),
        ([entry("alice"), entry("public", state="D", scope=0, schema=None, name=None)], False),
        ([entry("alice", column="phone"), entry("alice", column="phone", state="D")], False),
        ([entry("alice", column="phone"), entry("alice", state="D")], True),  # a grant on a column goes before
        ([entry("alice"), entry("alice", permission="UPDATE", state="D")], True),
        ([entry("alice", permission="CONTROL"), entry("alice", state="D")], True),
        ([entry("alice"), entry("bob", state="D")], True),
    ],
)
def test_what_is_denied_to_somebody_or_to_a_role_of_theirs_is_not_theirs(rights, rows, reads):
    found = rights(acl_entries=rows, memberships=[("teller", "alice")])
    assert bool([one for one in found if one[0] == "user:alice"]) is reads


def test_a_member_of_the_denying_role_reads_nothing(rights):
    found = rights(acl_entries=[entry("alice")], memberships=[("db_denydatareader", "alice")])
    assert found == {OWNER}


def test_what_public_holds_is_told_once(rights):
    assert rights(acl_entries=[entry("public")]) == {OWNER, ("PUBLIC", "select", ("PUBLIC",), None)}
    assert [one.closing for one in rights(full=True, acl_entries=[entry("public")]) if one.principal == "PUBLIC"] == [
        ("REVOKE SELECT ON OBJECT::[crm].[customer] FROM public",)
    ]


@pytest.mark.parametrize(("schema", "name", "opens"), [("crm", "v", True), ("own", "w", False)])
def test_a_view_opens_the_tables_of_its_own_owner(rights, schema, name, opens):
    found = rights(
        acl_entries=[entry("alice", schema=schema, name=name)],
        acl_dependencies=[(schema, name, "crm", "customer")],
    )
    assert (("user:alice", "select", ("user:alice", f"view {schema}.{name}"), None) in found) is opens


@pytest.mark.parametrize(("schema", "name", "opens"), [("crm", "s", True), ("own", "t", False)])
def test_a_synonym_opens_what_it_stands_for_where_both_have_one_owner(rights, schema, name, opens):
    dependencies = [(schema, name, "crm", "customer"), ("crm", "v", schema, name)]
    found = rights(acl_entries=[entry("alice", schema=schema, name=name)], acl_dependencies=dependencies)
    assert (("user:alice", "select", ("user:alice", f"view {schema}.{name}"), None) in found) is opens
    found = rights(acl_entries=[entry("alice", name="v")], acl_dependencies=dependencies)
    assert (("user:alice", "select", ("user:alice", "view crm.v"), None) in found) is opens


def test_a_synonym_of_a_routine_is_called(rights):
    found = rights(
        acl_entries=[entry("alice", permission="EXECUTE", name="z"), entry("bob", name="z")],
        acl_dependencies=[("crm", "p", "crm", "customer"), ("crm", "z", "crm", "p")],
    )
    assert found == {OWNER, ("user:alice", "execute", ("user:alice", "routine crm.z runs as dbo"), None)}


def test_who_takes_a_table_over_or_manages_permissions_has_all_of_it(rights):
    taken = entry("alice", permission="TAKE OWNERSHIP", scope=3, name=None)
    found = rights(acl_entries=[taken], memberships=[("db_securityadmin", "bob")])
    assert {(who, privilege) for who, privilege, _, _ in found} == {
        ("user:dbo", "owner"),
        ("user:alice", "all"),
        ("user:bob", "all"),
    }


@pytest.mark.parametrize(("schema", "name", "runs_as"), [("crm", "p", "dbo"), ("own", "q", "dbo")])
def test_a_routine_opens_the_tables_of_its_owner_or_of_whom_it_runs_as(rights, schema, name, runs_as):
    found = rights(
        acl_entries=[entry("alice", permission="EXECUTE", schema=schema, name=name)],
        acl_dependencies=[(schema, name, "crm", "customer")],
    )
    step = f"routine {schema}.{name} runs as {runs_as}"
    assert ("user:alice", "execute", ("user:alice", step), None) in found


def test_who_owns_a_schema_owns_its_tables(rights):
    found = rights(full=True, acl_schemas=[("crm", "bob")])
    [bob] = [one for one in found if one.principal == "user:bob"]
    assert (bob.privilege, bob.closing) == ("owner", ("ALTER AUTHORIZATION ON SCHEMA::[crm] TO [dbo]",))


def test_a_name_with_brackets_is_quoted(rights):
    people = [*PEOPLE, ("o]b", "S", 0, "o]b", 0)]
    [found] = [
        one for one in rights(full=True, principals=people, acl_entries=[entry("o]b")]) if one.principal == "user:o]b"
    ]
    assert found.closing == ("REVOKE SELECT ON OBJECT::[crm].[customer] FROM [o]]b]",)
