"""Rights on an Oracle server, worked out from rows of its catalog."""

from __future__ import annotations

import pytest

from pii_audit.access.oracle import grants
from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.database.oracle import OracleEngine

TABLE = "CRM.CUSTOMER"
PEOPLE = [
    ("CRM", "user", "OPEN", "N"),
    ("ALICE", "user", "OPEN", "N"),
    ("BOB", "user", "OPEN", "N"),
    ("GONE", "user", "EXPIRED & LOCKED", "N"),
    ("SYSTEM", "user", "OPEN", "Y"),
    ("OUTLN", "user", "EXPIRED & LOCKED", "Y"),
    ("REPORTING", "user", "OPEN", "N"),
    ("DBA", "role", "OPEN", "Y"),
    ("TELLER", "role", "OPEN", "N"),
]
SCHEMAS = [("CRM", "CRM"), ("REPORTING", "REPORTING")]


@pytest.fixture
def rights(recorded):
    """(principal, privilege, path, column) of every right on the table; `full` gives the grants themselves."""

    def told(*, full=False, **rows):
        session = recorded(OracleEngine(), **{"principals": PEOPLE, "acl_schemas": SCHEMAS, **rows})
        found = list(grants(session, "ora", frozenset({TABLE})))
        return found if full else {(one.principal, one.privilege, one.path, one.field) for one in found}

    return told


def select(grantee, *, column=None, grantable="NO", grantor="CRM", owner="CRM", name="CUSTOMER", privilege="SELECT"):
    return (grantee, owner, name, column, privilege, grantable, grantor)


def test_the_owner_of_a_schema_holds_its_tables(rights):
    assert rights() == {("user:CRM", "owner", ("user:CRM",), None)}


def test_a_grant_counts_for_whom_it_was_made_and_can_be_taken_back(rights):
    [owner, one] = rights(full=True, acl_objects=[select("ALICE")])
    assert (one.principal, one.privilege, one.grantable) == ("user:ALICE", "select", False)
    assert one.opened_by == "GRANT SELECT ON CRM.CUSTOMER TO ALICE"
    assert one.closing == ('REVOKE SELECT ON "CRM"."CUSTOMER" FROM "ALICE"',)
    assert one.locking == ('ALTER USER "ALICE" ACCOUNT LOCK',)
    assert owner.closing == ('ALTER USER "CRM" NO AUTHENTICATION',)


def test_read_is_a_right_to_read(rights):
    assert ("user:ALICE", "select", ("user:ALICE",), None) in rights(acl_objects=[select("ALICE", privilege="READ")])


def test_roles_count_at_once_or_after_set_role(rights):
    found = rights(
        acl_objects=[select("TELLER")],
        memberships=[("TELLER", "ALICE", "YES", "NO"), ("TELLER", "BOB", "NO", "NO"), ("TELLER", "GONE", "YES", "NO")],
    )
    assert found == {
        ("user:CRM", "owner", ("user:CRM",), None),
        ("role:TELLER", "select", ("role:TELLER",), None),
        ("user:ALICE", "select", ("user:ALICE", "role:TELLER"), None),
        ("user:BOB", "select", ("user:BOB", "SET ROLE TELLER", "role:TELLER"), None),
    }


def test_leaving_the_role_is_a_way_to_close_it(rights):
    found = rights(full=True, acl_objects=[select("TELLER")], memberships=[("TELLER", "ALICE", "YES", "YES")])
    [alice] = [one for one in found if one.principal == "user:ALICE"]
    assert alice.leaving == ('REVOKE "TELLER" FROM "ALICE"',)
    assert alice.grantable  # she may give the role to others


def test_any_privileges_reach_every_schema_through_roles_of_the_server_too(rights):
    found = rights(
        acl_system=[
            ("DBA", "SELECT ANY TABLE", "YES"),
            ("BOB", "GRANT ANY OBJECT PRIVILEGE", "NO"),
            ("ALICE", "CREATE VIEW", "NO"),
        ],
        memberships=[("DBA", "SYSTEM", "YES", "YES")],
    )
    assert found == {
        ("user:CRM", "owner", ("user:CRM",), None),
        ("user:SYSTEM", "select", ("user:SYSTEM", "role:DBA"), None),
        ("user:BOB", "all", ("user:BOB",), None),
    }


def test_who_logs_in_as_sysdba_holds_everything(rights):
    assert ("user:BOB", "all", ("user:BOB",), None) in rights(acl_administrators=[("BOB",)])


def test_what_public_holds_is_told_once(rights):
    found = rights(acl_objects=[select("PUBLIC")])
    assert found == {("PUBLIC", "select", ("PUBLIC",), None), ("user:CRM", "owner", ("user:CRM",), None)}


def test_a_grant_by_another_than_the_owner_is_taken_back_by_that_one(rights):
    found = rights(full=True, acl_objects=[select("ALICE", grantor="BOB", grantable="YES")])
    [alice] = [one for one in found if one.principal == "user:ALICE"]
    assert alice.closing == ('/* BOB */ REVOKE SELECT ON "CRM"."CUSTOMER" FROM "ALICE"',)
    assert alice.grantable
    assert alice.withholding[0].endswith('GRANT SELECT ON "CRM"."CUSTOMER" TO "ALICE"')


def test_a_right_on_a_column_names_it(rights):
    found = rights(acl_objects=[select("ALICE", column="PHONE", privilege="UPDATE")])
    assert ("user:ALICE", "update", ("user:ALICE",), "PHONE") in found


@pytest.mark.parametrize(
    ("owner_may", "opens"),
    [
        ([], False),
        ([select("REPORTING", grantable="YES")], True),
        ([select("TELLER", grantable="YES")], False),  # through a role an owner's view reads nothing
    ],
)
def test_a_view_opens_a_table_where_its_owner_may_read_it_himself(rights, owner_may, opens):
    found = rights(
        acl_objects=[*owner_may, select("ALICE", owner="REPORTING", name="V")],
        acl_dependencies=[("REPORTING", "V", "VIEW", "CRM", "CUSTOMER")],
        memberships=[("TELLER", "REPORTING", "YES", "NO")],
    )
    assert (("user:ALICE", "select", ("user:ALICE", "view REPORTING.V"), None) in found) is opens


def test_a_view_on_a_view_opens_what_stands_behind_both(rights):
    found = rights(
        acl_objects=[select("ALICE", name="OUTER_V")],
        acl_dependencies=[("CRM", "OUTER_V", "VIEW", "CRM", "INNER_V"), ("CRM", "INNER_V", "VIEW", "CRM", "CUSTOMER")],
    )
    assert ("user:ALICE", "select", ("user:ALICE", "view CRM.OUTER_V"), None) in found


def test_a_routine_opens_a_table_unless_it_runs_as_its_caller(rights):
    rows = {
        "acl_objects": [select("ALICE", name="SHOW", privilege="EXECUTE")],
        "acl_dependencies": [("CRM", "SHOW", "PROCEDURE", "CRM", "CUSTOMER")],
    }
    way = ("user:ALICE", "execute", ("user:ALICE", "routine CRM.SHOW runs as CRM"), None)
    assert way in rights(**rows)
    assert way not in rights(**rows, acl_invoked=[("CRM", "SHOW")])


@pytest.mark.parametrize("invoked", [[], [("CRM", "INSIDE")]])
def test_a_routine_opens_what_the_routines_that_it_calls_read(rights, invoked):
    rows = {
        "acl_objects": [select("ALICE", name="OUTSIDE", privilege="EXECUTE")],
        "acl_dependencies": [
            ("CRM", "OUTSIDE", "PROCEDURE", "CRM", "INSIDE"),
            ("CRM", "INSIDE", "PROCEDURE", "CRM", "CUSTOMER"),
        ],
    }
    way = ("user:ALICE", "execute", ("user:ALICE", "routine CRM.OUTSIDE runs as CRM"), None)
    assert way in rights(**rows, acl_invoked=invoked)


def test_a_routine_calls_what_its_owner_may_call(rights):
    rows = {
        "acl_objects": [select("ALICE", owner="REPORTING", name="OUTSIDE", privilege="EXECUTE")],
        "acl_dependencies": [
            ("REPORTING", "OUTSIDE", "PROCEDURE", "CRM", "INSIDE"),
            ("CRM", "INSIDE", "PROCEDURE", "CRM", "CUSTOMER"),
        ],
    }
    way = ("user:ALICE", "execute", ("user:ALICE", "routine REPORTING.OUTSIDE runs as REPORTING"), None)
    assert way not in rights(**rows)
    rows["acl_objects"].append(select("REPORTING", name="INSIDE", privilege="EXECUTE"))
    assert way in rights(**rows)


@pytest.mark.parametrize("privilege", ["GRANT ANY PRIVILEGE", "GRANT ANY ROLE", "ALTER USER", "BECOME USER"])
def test_who_gives_himself_any_right_holds_everything(rights, privilege):
    assert ("user:BOB", "all", ("user:BOB",), None) in rights(acl_system=[("BOB", privilege, "NO")])


def test_who_logs_in_for_somebody_has_what_that_one_has(rights):
    found = rights(full=True, acl_proxies=[("BOB", "CRM")])
    [bob] = [one for one in found if one.principal == "user:BOB"]
    assert (bob.privilege, bob.path) == ("owner", ("user:BOB", "CONNECT THROUGH BOB AS CRM", "user:CRM"))
    assert bob.leaving == ('ALTER USER "CRM" REVOKE CONNECT THROUGH "BOB"',)


def test_what_an_application_may_as_each_of_many_is_told_once(rights):
    people = [f"P{number}" for number in range(50)]
    found = rights(
        full=True,
        principals=[*PEOPLE, *((name, "user", "OPEN", "N") for name in people)],
        memberships=[("TELLER", name, "YES", "NO") for name in people],
        acl_objects=[select("TELLER"), select("P7")],
        acl_proxies=[("BOB", name) for name in people],
    )
    ways = [one.path for one in found if one.principal == "user:BOB"]
    assert ways == [
        ("user:BOB", "CONNECT THROUGH BOB AS P0", "user:P0", "role:TELLER"),
        ("user:BOB", "CONNECT THROUGH BOB AS P7", "user:P7"),
    ]


def test_where_it_is_not_told_who_logs_in_for_others_the_ledger_says_so(recorded):
    class Refusing(recorded):
        def rows(self, sql, parameters=()):
            if "PROXY_USERS" in sql:
                raise InspectionError(Text("没有权限", "ORA-00942"))
            return super().rows(sql, parameters)

    session = Refusing(OracleEngine(), principals=PEOPLE, acl_schemas=SCHEMAS)
    [row, owner] = grants(session, "ora", frozenset({TABLE}))
    assert (row.incomplete, owner.principal) == (True, "user:CRM")
    assert row.reason.en == "who may log in for others (PROXY_USERS) cannot be read: ORA-00942"


def test_a_view_gives_nothing_to_who_reads_the_table_anyway(rights):
    found = rights(
        acl_objects=[select("ALICE"), select("ALICE", name="V")],
        acl_dependencies=[("CRM", "V", "VIEW", "CRM", "CUSTOMER")],
    )
    assert [one for one in found if one[0] == "user:ALICE"] == [("user:ALICE", "select", ("user:ALICE",), None)]
