"""USE004 and USE003 by the register of accounts, and USE002 of duties that one principal must not join."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pii_audit.model.finding import Outcome
from pii_audit.model.grant import Grant
from pii_audit.rules.use import incompatible
from pii_audit.rules.use_accounts import accounts, applications
from pii_audit.workspace import Account, AccountKind

NOBODY = "purposes: {}\n"


@pytest.fixture
def said(asset, policy_of, facts, source):
    """What is said of the accounts that reach a table of customers, under a register."""

    def ask(rule, *registered, grants, kind="database"):
        one = asset("core:t", {"mobile": "cn_mobile"})
        sources = {"core": replace(source("core"), kind=kind)}
        told = facts(policy_of(NOBODY), one, grants=grants, accounts=registered, sources=sources)
        return [(draft.resource, str(draft.outcome), draft.message.en) for draft in rule(told)]

    return ask


def reads(who, privilege="select"):
    return Grant(who, "core:t", privilege, f"GRANT to {who}", (who,), closing=("REVOKE",), locking=(f"LOCK {who}",))


def test_shared_dormant_and_unknown_accounts_are_each_a_finding(said):
    register = (
        Account("desk", AccountKind.SHARED),
        Account("two", holders=("A", "B")),
        Account("old", last_used=date(2026, 3, 31)),
        Account("fresh", last_used=date(2026, 4, 1)),
        Account("gone", gone=True, last_used=date(2020, 1, 1)),
    )
    names = ("desk", "two", "old", "fresh", "gone", "stranger")
    found = said(accounts, *register, grants=[reads(f"user:{name}@%") for name in names])
    assert {(resource[1:], outcome) for resource, outcome, _ in found} == {
        (("user:desk@%", "shared"), "violation"),
        (("user:two@%", "shared"), "violation"),
        (("user:old@%", "dormant"), "violation"),
        (("user:gone@%",), "violation"),
        (("user:stranger@%", "unregistered"), "gap"),
    }
    [two] = [line for resource, _, line in found if "user:two@%" in resource]
    assert two == "user:two@% is shared by 2 people and can read core:t: PRC mobile number (GRANT to user:two@%)"


@pytest.mark.parametrize("name", ["zhangsan", "ZHANGSAN", "BANK\\ZhangSan", "user:ZhangSan"])
def test_a_list_made_elsewhere_means_an_account_in_whatever_case_it_is_written(policy_of, asset, facts, said, name):
    told = facts(
        policy_of(NOBODY),
        asset("core:t", {"m": "cn_mobile"}),
        grants=[reads("user:ZHANGSAN")],
        leavers=frozenset({name}),
    )
    assert [draft.resource for draft in accounts(told)] == [("core", "user:ZHANGSAN")]
    assert [where for where, _, _ in said(accounts, Account(name, gone=True), grants=[reads("user:ZHANGSAN")])] == [
        ("core", "user:ZHANGSAN")
    ]
    assert said(accounts, Account(name), grants=[reads("user:ZHANGSAN")]) == []
    ruling = said(applications, Account(name, AccountKind.APPLICATION), grants=[reads("user:ZHANGSAN", "owner")])
    assert len(ruling) == 1


def test_without_a_register_nothing_is_said_of_accounts(said):
    assert said(accounts, grants=[reads("user:ann")]) == []


def test_a_role_or_a_share_is_in_no_register_unless_it_names_the_share(said):
    assert said(accounts, Account("ann"), grants=[reads("role:teller"), reads("PUBLIC")]) == []
    assert said(accounts, Account("ann"), grants=[reads("user:root", "read")], kind="file_share") == []
    named = Account("ann", source="core")
    assert len(said(accounts, named, grants=[reads("user:root", "read")], kind="file_share")) == 1


def test_an_entry_for_another_source_does_not_count(said):
    register = (Account("ann", source="crm"), Account("bob"))
    [(resource, _, _)] = said(accounts, *register, grants=[reads("user:ann"), reads("user:bob")])
    assert resource == ("core", "user:ann", "unregistered")


def test_an_application_that_rules_is_a_violation_whatever_its_post(said):
    app = Account("crm", AccountKind.APPLICATION)
    grants = [reads("user:crm", "owner"), reads("user:dba", "all"), reads("user:crm")]
    [(resource, outcome, message)] = said(applications, app, Account("dba", AccountKind.PERSON), grants=grants)
    assert (resource, outcome) == (("core", "user:crm", "application"), "violation")
    assert message.startswith("the application's account user:crm is administrator or owner")


POSTS = """\
access:
  rules:
    - {post: extraction, principals: ["role:extraction"], levels: [C2], actions: [read, export]}
    - {post: security_admin, principals: ["role:secadm"], levels: [C2], actions: [admin]}
  incompatible: [[extraction, security_admin]]
"""


def test_duties_that_one_person_comes_to_by_roles_are_incompatible_too(policy_of, asset, facts):
    one = asset("core:t", {"mobile": "cn_mobile"})
    grants = [
        Grant("user:ann", "core:t", "select", "g", ("user:ann", "role:extraction")),
        Grant("user:ann", "core:t", "owner", "h", ("user:ann", "role:dba", "role:secadm")),
        Grant("user:bob", "core:t", "select", "g", ("user:bob", "role:extraction")),
    ]
    [draft] = incompatible(facts(policy_of(POSTS), one, grants=grants))
    assert (draft.resource, draft.outcome) == (("user:ann", "extraction", "security_admin"), Outcome.VIOLATION)


def test_accounts_of_a_database_behind_a_bastion_are_looked_up_too(said):
    assert len(said(accounts, Account("ann"), grants=[reads("user:bob")], kind="bundle")) == 1
