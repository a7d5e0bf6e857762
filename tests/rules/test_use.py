"""USE: who can read what, and real people in a test environment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.model.asset import AssetKind
from pii_audit.model.finding import Outcome
from pii_audit.model.grant import Grant
from pii_audit.model.levels import Levels
from pii_audit.rules.reach import is_called
from pii_audit.rules.use import incompatible, real_persons
from pii_audit.rules.use_access import access, administration
from pii_audit.rules.use_accounts import accounts as leavers

TEST = "storage: {environments: {test: {forbid: [C2+], when: {same_persons_as: [core]}}}}\n"


def test_ten_thousand_files_that_one_folder_opens_to_everybody_are_one_finding(policy_of, asset, facts):
    files = [asset(f"share:hz/{n}.csv", {"mobile": "cn_mobile"}, kind=AssetKind.FILE) for n in range(10_000)]
    grants = [Grant("world", one.asset.id, "read", "mode o+r on hz/") for one in files]
    policy = policy_of("access: {never: [{principals: [world], levels: [C2, C3]}]}\n")
    [draft] = access(facts(policy, *files, grants=grants))
    assert (draft.rule, draft.resource) == ("USE001", ("share", "world", "mode o+r on hz/"))
    assert draft.evidence["assets_total"] == 10_000
    assert len(draft.evidence["assets"]) < 100
    assert draft.evidence["hits"] == 1_000_000


def test_two_grants_that_open_two_ways_are_two_findings(policy_of, asset, facts):
    one = asset("core:customer", {"mobile": "cn_mobile"})
    grants = [Grant("PUBLIC", "core:customer", "select", f"GRANT {n}") for n in (1, 2)]
    assert len(list(access(facts(policy_of("access: {default: gap}\n"), one, grants=grants)))) == 2


def test_everyone_may_read_what_is_not_sensitive_or_not_in_clear(policy_of, asset, facts):
    policy = policy_of("access: {default: gap}\n")
    for spec in ("ip_address:plain", "cn_mobile:masked", "bank_card:tokenised"):
        one = asset("core:t", {"x": spec})
        told = facts(policy, one, grants=[Grant("PUBLIC", "core:t", "select", "g")])
        assert [draft.rule for draft in access(told)] == []


def test_a_post_reads_its_own_levels_and_no_more(policy_of, asset, facts):
    policy = policy_of("access: {rules: [{post: teller, principals: ['role:teller'], sources: [core], up_to: C2}]}\n")
    one = asset("core:t", {"mobile": "cn_mobile", "pwd": "login_credential"})
    [draft] = access(facts(policy, one, grants=[Grant("role:teller", "core:t", "select", "g")]))
    assert (draft.rule, draft.outcome, draft.evidence["fields"]) == ("USE002", Outcome.VIOLATION, ["pwd"])
    within = asset("core:u", {"mobile": "cn_mobile"})
    assert list(access(facts(policy, within, grants=[Grant("role:teller", "core:u", "select", "g")]))) == []


def test_that_nothing_grades_what_is_read_is_said(policy_of, asset, facts):
    policy = policy_of("access: {rules: [{post: teller, principals: ['role:teller'], up_to: C3}]}\n")
    one = asset("core:t", {"mobile": "cn_mobile"})
    one = replace(one, fields=tuple(replace(statement, level=Levels()) for statement in one.fields))
    [draft] = access(facts(policy, one, grants=[Grant("role:teller", "core:t", "select", "g")]))
    assert draft.message.en.endswith("; cn_mobile: without a grade (levels), within no up_to")


def test_a_principal_that_no_rule_names_is_judged_by_the_default(policy_of, asset, facts):
    one = asset("core:t", {"mobile": "cn_mobile"})
    grants = [Grant("user:bob", "core:t", "select", "g")]
    outcomes = {
        default: [
            draft.outcome for draft in access(facts(policy_of(f"access: {{default: {default}}}\n"), one, grants=grants))
        ]
        for default in ("gap", "violation", "allow")
    }
    assert outcomes == {"gap": [Outcome.GAP], "violation": [Outcome.VIOLATION], "allow": []}


def test_without_an_access_policy_only_what_everyone_reads_is_told(policy_of, asset, facts):
    one = asset("core:t", {"mobile": "cn_mobile"})
    grants = [Grant("user:bob", "core:t", "select", "g"), Grant("PUBLIC", "core:t", "select", "h")]
    assert [draft.rule for draft in access(facts(policy_of("purposes: {}\n"), one, grants=grants))] == ["USE001"]


def test_a_right_that_makes_nothing_known_is_none(policy_of, asset, facts):
    one = asset("core:t", {"mobile": "cn_mobile"})
    told = facts(policy_of("access: {default: gap}\n"), one, grants=[Grant("PUBLIC", "core:t", "insert", "g")])
    assert list(access(told)) == []


def test_a_right_on_one_column_reaches_that_column(policy_of, asset, facts):
    one = asset("core:t", {"mobile": "cn_mobile", "mail": "email"})
    told = facts(
        policy_of("access: {default: gap}\n"), one, grants=[Grant("user:bob", "core:t", "select", "g", field="mail")]
    )
    [draft] = access(told)
    assert draft.identifiers == ("email",)


def _environments(facts, source, policy, *inspected):
    sources = {"core": source("core", environment="prod"), "test": source("test", environment="test")}
    return list(real_persons(facts(policy, *inspected, sources=sources)))


def test_the_same_people_in_test_as_in_production_are_real_ones(policy_of, asset, facts, source):
    prod = asset("core:customer", {"mobile": "cn_mobile"}, people=range(1, 1001))
    test = asset("test:customer", {"tel": "cn_mobile"}, people=range(900, 1100))
    [draft] = _environments(facts, source, policy_of(TEST), prod, test)
    assert (draft.rule, draft.resource) == ("USE006", ("test:customer",))
    assert (draft.evidence["common"], draft.evidence["same_as"]) == (101, "core:customer")


def test_people_who_cannot_be_compared_are_a_gap_once_for_each_source(policy_of, asset, facts, source):
    here = [asset(f"test:{name}", {"tel": "cn_mobile"}, people=range(900, 1100)) for name in ("a", "b")]
    other = asset("crm:customer", {"mobile": "cn_mobile"})
    [draft] = _environments(facts, source, policy_of(TEST), other, *here)
    assert (draft.outcome, draft.resource) == (Outcome.GAP, ("test", "test", "core"))
    assert draft.evidence["assets"] == ["test:a", "test:b"]
    nobody = asset("test:a", {"street": "address"})
    assert _environments(facts, source, policy_of(TEST), other, nobody) == []
    both = policy_of(TEST.replace("[core]", "[core, crm]"))
    real = asset("test:customer", {"tel": "cn_mobile"})
    assert [one.outcome for one in _environments(facts, source, both, other, real)] == [Outcome.VIOLATION]


@pytest.mark.parametrize(("forbidden", "found"), [("C2+@contact", 0), ("C2+@customer", 1), ("cn_mobile", 1)])
def test_what_an_environment_forbids_of_one_subject_is_not_forbidden_of_others(
    policy_of, asset, facts, source, forbidden, found
):
    policy = policy_of(f"storage: {{environments: {{test: {{forbid: ['{forbidden}']}}}}}}\n")
    assert len(_environments(facts, source, policy, asset("test:a", {"tel": "cn_mobile"}))) == found


def test_invented_people_in_test_are_none(policy_of, asset, facts, source):
    prod = asset("core:customer", {"mobile": "cn_mobile"}, people=range(1, 1001))
    test = asset("test:customer", {"tel": "cn_mobile"}, people=range(2000, 2200))
    assert _environments(facts, source, policy_of(TEST), prod, test) == []


def test_namesakes_are_not_the_same_people(policy_of, asset, facts, source):
    """Names do not tell people apart, and the mobile numbers beside them are others."""
    prod = asset("core:customer", {"name": "person_name"}, people=range(1, 1001))
    test = asset("test:customer", {"name": "person_name"}, people=range(1, 1001))
    assert _environments(facts, source, policy_of(TEST), prod, test) == []


def test_masked_people_in_test_are_fine(policy_of, asset, facts, source):
    prod = asset("core:customer", {"mobile": "cn_mobile"})
    test = asset("test:customer", {"tel": "cn_mobile:masked"})
    assert _environments(facts, source, policy_of(TEST), prod, test) == []


def test_another_environment_is_not_meant(policy_of, asset, facts, source):
    prod = asset("core:customer", {"mobile": "cn_mobile"})
    copy = asset("core:copy", {"mobile": "cn_mobile"})
    assert _environments(facts, source, policy_of(TEST), prod, copy) == []


def test_an_environment_without_a_condition_forbids_outright(policy_of, asset, facts, source):
    policy = policy_of("storage: {environments: {test: {forbid: [C2+]}}}\n")
    test = asset("test:customer", {"tel": "cn_mobile"}, people=range(5000, 5010))
    assert [draft.rule for draft in _environments(facts, source, policy, test)] == ["USE006"]


def test_one_principal_in_incompatible_posts_is_told_once(policy_of, facts):
    policy = policy_of(
        "access:\n"
        "  incompatible: [[extraction, security_admin]]\n"
        "  rules:\n"
        "  - {post: extraction, principals: ['user:wang'], up_to: C2}\n"
        "  - {post: security_admin, principals: ['user:wang', 'user:li'], up_to: C2}\n"
    )
    [draft] = incompatible(facts(policy))
    assert (draft.rule, draft.principal) == ("USE002", "user:wang")


def _reporting(principal, *, asset_id="core:t", leaving=("REVOKE reporting FROM x",)):
    path = tuple(dict.fromkeys((principal, "role:reporting")))
    revoke = ("REVOKE SELECT ON t FROM reporting",)
    return Grant(principal, asset_id, "select", "GRANT SELECT ON t TO reporting", path, closing=revoke, leaving=leaving)


def test_a_thousand_members_of_a_role_are_one_finding_at_its_grant(policy_of, asset, facts):
    one = asset("core:t", {"mobile": "cn_mobile"})
    grants = [_reporting("role:reporting", leaving=()), *(_reporting(f"user:u{n}") for n in range(1000))]
    [draft] = access(facts(policy_of("access: {default: gap}\n"), one, grants=grants))
    assert draft.resource == ("core", "role:reporting", "GRANT SELECT ON t TO reporting")
    assert draft.evidence["principals_total"] == 1001
    assert draft.evidence["hits"] == 100
    assert draft.evidence["close"] == ["REVOKE SELECT ON t FROM reporting"]
    assert "role:reporting, user:u0, user:u1 and 998 more can read" in draft.message.en
    assert (
        "REVOKE SELECT ON t FROM reporting; role:reporting, user:u0, user:u1 and 998 more will lose"
        in draft.remediation.en
    )


def test_where_others_hold_the_grant_rightly_the_membership_is_to_end(policy_of, asset, facts):
    policy = policy_of(
        "access: {rules: [{post: b, principals: ['role:reporting'], up_to: C2}, {post: a, principals: [ann], up_to: C1}]}\n"
    )
    one = asset("core:t", {"mobile": "cn_mobile"})
    [draft] = access(facts(policy, one, grants=[_reporting("role:reporting", leaving=()), _reporting("user:ann")]))
    assert (draft.principal, draft.evidence["close"]) == ("user:ann", ["REVOKE reporting FROM x"])
    assert "user:ann ← role:reporting; GRANT SELECT ON t TO reporting" in draft.message.en


def test_a_superuser_is_one_finding_however_many_tables_there_are(policy_of, asset, facts):
    tables = [asset(f"core:t{n}", {"mobile": "cn_mobile"}) for n in range(20)]
    grants = [
        Grant("user:root", one.asset.id, "all", "ALTER ROLE root SUPERUSER", ("user:root", "SUPERUSER"), grantable=True)
        for one in tables
    ]
    told = facts(policy_of("access: {default: gap}\n"), *tables, grants=grants)
    [draft] = administration(told)
    assert (draft.rule, draft.resource, draft.outcome) == ("USE003", ("core", "user:root", "all"), Outcome.GAP)
    assert list(access(told)) == []


def test_where_passing_it_on_is_what_is_wrong_only_the_grant_option_is_taken_back(policy_of, asset, facts):
    one = asset("core:t", {"mobile": "cn_mobile"})
    closing, option = ("REVOKE SELECT ON t FROM app",), ("REVOKE GRANT OPTION FOR SELECT ON t FROM app",)
    grant = Grant("user:app", "core:t", "select", "g", ("user:app",), None, True, closing, (), option)
    policy = policy_of("access: {rules: [{post: a, principals: [app], up_to: C2, actions: [read]}]}\n")
    [draft] = administration(facts(policy, one, grants=[grant]))
    assert (draft.outcome, draft.evidence["close"]) == (Outcome.VIOLATION, list(option))
    assert list(access(facts(policy, one, grants=[grant]))) == []


def test_an_account_of_somebody_who_has_left_is_one_finding_with_the_statement_that_locks_it(policy_of, asset, facts):
    tables = [asset(f"core:t{n}", {"mobile": "cn_mobile"}) for n in range(3)]
    lock = ("ALTER USER `ann`@`%` ACCOUNT LOCK",)
    grants = [
        Grant(user, one.asset.id, "select", "g", (user,), closing=("REVOKE",), locking=lock)
        for one in tables
        for user in ("user:ann@%", "user:bob@%", "role:ann")
    ]
    told = facts(policy_of("purposes: {}\n"), *tables, grants=grants, leavers=frozenset({"ann", "carol"}))
    [draft] = leavers(told)
    assert (draft.rule, draft.resource, draft.outcome) == ("USE004", ("core", "user:ann@%"), Outcome.VIOLATION)
    assert draft.evidence["close"] == list(lock)
    assert "user:ann@% has left and can still read core:t0 and 2 more" in draft.message.en
    assert list(leavers(facts(policy_of("purposes: {}\n"), *tables, grants=grants))) == []


@pytest.mark.parametrize(
    ("principal", "name", "expected"),
    [
        ("user:bob", "bob", True),
        ("user:bob@10.%", "bob", True),
        ("user:BANK\\bob", "bob", True),
        ("user:BANK\\bob", "BANK\\bob", True),
        ("user:bob", "BANK\\bob", True),
        ("user:OTHER\\bob", "BANK\\bob", False),
        ("user:bob@other.example", "BANK\\bob", False),
        ("user:bob", "bo", False),
        ("PUBLIC", "", False),
        ("world", "world", True),
    ],
)
def test_a_name_means_somebody_with_and_without_a_domain(principal, name, expected):
    assert is_called(principal, [name]) is expected
