"""Rights in a Db2 database, worked out from rows of its catalog."""

from __future__ import annotations

import pytest

from pii_audit.access.db2 import grants
from pii_audit.access.effective import effective_access
from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.database.db2 import Db2Engine
from pii_audit.sources.database.hive import HiveEngine
from pii_audit.sources.database.server import ServerSource


@pytest.fixture
def rights(recorded):
    def told(*, full=False, **rows):
        found = list(grants(recorded(Db2Engine(), **rows), "db", frozenset({"CRM.CUSTOMER"})))
        return found if full else {(one.principal, one.privilege, one.path, one.field) for one in found}

    return told


def test_rights_on_the_database_a_schema_a_table_and_a_column_count(rights):
    found = rights(
        acl_database=[("ADMIN", "U", "N", "Y", "N"), ("ETL", "U", "Y", "N", "N")],
        acl_schemas=[("STAFF", "G", "CRM", "Y", "N", "N", "N"), ("OTHER", "U", "HR", "Y", "N", "N", "N")],
        acl_tables=[
            ("ALICE", "U", "CRM", "CUSTOMER", "N", "Y", "N", "G", "N"),
            ("PUBLIC", "G", "CRM", "CUSTOMER", "N", "Y", "N", "N", "N"),
        ],
        acl_columns=[("BOB", "U", "CRM", "CUSTOMER", "PHONE", "N")],
    )
    assert found == {
        ("user:ADMIN", "all", ("user:ADMIN",), None),
        ("user:ETL", "select", ("user:ETL",), None),
        ("group:STAFF", "select", ("group:STAFF",), None),
        ("user:ALICE", "select", ("user:ALICE",), None),
        ("user:ALICE", "update", ("user:ALICE",), None),
        ("PUBLIC", "select", ("PUBLIC",), None),
        ("user:BOB", "update", ("user:BOB",), "PHONE"),
    }


def test_roles_and_what_takes_rights_back(rights):
    found = rights(
        full=True,
        memberships=[("TELLER", "ALICE", "U", "Y")],
        acl_tables=[("TELLER", "R", "CRM", "CUSTOMER", "N", "G", "N", "N", "N")],
    )
    [alice] = [one for one in found if one.principal == "user:ALICE"]
    assert alice.path == ("user:ALICE", "role:TELLER")
    assert alice.closing == ('REVOKE SELECT ON "CRM"."CUSTOMER" FROM ROLE "TELLER"',)
    assert alice.leaving == ('REVOKE ROLE "TELLER" FROM USER "ALICE"',)
    assert alice.grantable


def test_a_view_opens_what_it_reads(rights):
    found = rights(
        acl_tables=[("ALICE", "U", "CRM", "V", "N", "Y", "N", "N", "N")],
        acl_views=[("CRM", "V", "CRM", "CUSTOMER")],
    )
    assert found == {("user:ALICE", "select", ("user:ALICE", "view CRM.V"), None)}


def test_a_routine_opens_what_is_written_in_it_to_whoever_may_call_it(rights):
    found = rights(
        full=True,
        acl_views=[("CRM", "V", "CRM", "CUSTOMER")],
        acl_routines=[("APP", "SQL1", "LOOK", "DBA", "CRM", "V"), ("APP", "SQL2", "OTHER", "DBA", "HR", "T")],
        acl_calls=[
            ("ALICE", "U", "APP", "SQL1", "P"),
            ("BOB", "U", "APP", "SQL2", "P"),
            ("STAFF", "G", "APP", None, "P"),
        ],
    )
    assert [(one.principal, one.privilege, one.opened_by, one.path[-1], one.closing) for one in found] == [
        (
            "user:ALICE", "execute", "GRANT EXECUTE ON PROCEDURE APP.LOOK TO ALICE", "routine APP.SQL1 runs as DBA",
            ('REVOKE EXECUTE ON SPECIFIC PROCEDURE "APP"."SQL1" FROM USER "ALICE" RESTRICT',),
        ),
        (
            "group:STAFF", "execute", "GRANT EXECUTE ON PROCEDURE APP.* TO STAFF", "routine APP.SQL1 runs as DBA",
            ('REVOKE EXECUTE ON PROCEDURE "APP".* FROM GROUP "STAFF" RESTRICT',),
        ),
    ]  # fmt: skip


def test_where_routines_cannot_be_asked_for_the_ledger_says_so_and_the_rest_is_told(recorded):
    session = recorded(Db2Engine(), acl_tables=[("ALICE", "U", "CRM", "CUSTOMER", "N", "Y", "N", "N", "N")])
    asked = session.rows

    def rows(sql, parameters=()):
        if sql == session.engine.queries.sql("acl_routines"):
            raise InspectionError(Text("没有", "no such table"))
        return asked(sql, parameters)

    session.rows = rows
    row, grant = grants(session, "db", frozenset({"CRM.CUSTOMER"}))
    assert row.incomplete
    assert "no such table" in row.reason.en
    assert grant.principal == "user:ALICE"


def test_servers_whose_rights_are_not_worked_out_say_so():
    [row] = effective_access(ServerSource("w", HiveEngine(), ""), {"crm.customer"})
    assert row.incomplete
    assert "not worked out" in row.reason.en
