"""Which grants reach further than they may, and by which line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.model.finding import Outcome
from pii_audit.model.grant import Grant
from pii_audit.model.levels import Levels
from pii_audit.rules.reach import judge_access, judge_administration


def reaches(policy, catalogue, one, *grants):
    return list(judge_access(policy.access, grants, [one], catalogue))


@pytest.mark.parametrize("privilege", ["read", "select", "execute"])
def test_every_privilege_that_makes_content_known_reaches(policy_of, asset, catalogue, privilege):
    policy = policy_of("access: {default: gap}\n")
    [reach] = reaches(
        policy, catalogue, asset("core:t", {"x": "cn_mobile"}), Grant("user:bob", "core:t", privilege, "g")
    )
    assert (reach.outcome, reach.everyone) == (Outcome.GAP, False)


def test_what_may_never_be_reached_is_a_violation_at_its_line_though_a_rule_allows_it(policy_of, asset, catalogue):
    policy = policy_of(
        "access:\n"
        "  default: allow\n"
        "  rules: [{post: a, principals: ['user:bob'], up_to: C3}]\n"
        "  never:\n"
        "    - {principals: ['user:bob'], levels: [C3]}\n"
    )
    one = asset("core:t", {"x": "login_credential", "y": "cn_mobile"})
    [reach] = reaches(policy, catalogue, one, Grant("user:bob", "core:t", "select", "g"))
    assert [statement.identifier for statement in reach.statements] == ["login_credential"]
    assert (reach.outcome, reach.policy.line) == (Outcome.VIOLATION, 6)


@pytest.mark.parametrize("principal", ["role:teller", "user:crm_app"])
def test_a_rule_names_a_principal_with_or_without_its_kind(policy_of, asset, catalogue, principal):
    policy = policy_of("access: {rules: [{post: a, principals: ['role:teller', crm_app], up_to: C2}]}\n")
    one = asset("core:t", {"x": "cn_mobile"})
    assert reaches(policy, catalogue, one, Grant(principal, "core:t", "select", "g")) == []


def graded(one, levels):
    """An asset whose identifiers are of somebody's own, with these levels."""
    return replace(one, fields=tuple(replace(statement, identifier="own", level=levels) for statement in one.fields))


@pytest.mark.parametrize(
    ("levels", "within"),
    [(Levels(None, 4), False), (Levels(None, None, "sad"), False), (Levels(None, 3), True), (Levels(), False)],
)
def test_what_has_no_c_class_is_within_a_limit_by_its_other_grades_and_never_without_any(
    policy_of, asset, catalogue, levels, within
):
    policy = policy_of("access: {rules: [{post: a, principals: ['user:bob'], up_to: C2}]}\n")
    one = graded(asset("core:t", {"x": "cn_mobile"}), levels)
    found = reaches(policy, catalogue, one, Grant("user:bob", "core:t", "select", "g"))
    assert [reach.outcome for reach in found] == ([] if within else [Outcome.VIOLATION])


def test_identifiers_of_firms_and_devices_are_within_every_limit(policy_of, asset, catalogue):
    policy = policy_of("access: {rules: [{post: a, principals: ['user:bob'], up_to: C1}]}\n")
    one = asset("core:t", {"w": "bic", "x": "us_aba", "y": "cn_uscc", "z": "imei"})
    assert reaches(policy, catalogue, one, Grant("user:bob", "core:t", "select", "g")) == []


@pytest.mark.parametrize(("levels", "found"), [(Levels(None, 4), 1), (Levels(None, 2), 0), (Levels(), 0)])
def test_what_everybody_reaches_is_judged_by_its_other_grades_too(policy_of, asset, catalogue, levels, found):
    one = graded(asset("core:t", {"x": "cn_mobile"}), levels)
    assert len(reaches(policy_of(""), catalogue, one, Grant("PUBLIC", "core:t", "select", "g"))) == found


@pytest.mark.parametrize(
    ("named", "principal"), [(r"group:BANK\Sales", "user:Sales"), (r"user:BANK\Sales", "group:Sales")]
)
def test_a_rule_for_one_kind_gives_nothing_to_a_namesake_of_another(policy_of, asset, catalogue, named, principal):
    one, grant = asset("core:t", {"x": "cn_mobile"}), Grant(principal, "core:t", "select", "g")
    given = policy_of(f"access: {{rules: [{{post: a, principals: ['{named}'], up_to: C3}}]}}\n")
    barred = policy_of(f"access: {{default: allow, never: [{{principals: ['{named}'], levels: [C1+]}}]}}\n")
    assert [reach.outcome for reach in reaches(given, catalogue, one, grant)] == [Outcome.GAP]
    assert reaches(barred, catalogue, one, grant) == []


@pytest.mark.parametrize("limit", ["sources: [other]", "actions: [write]"])
def test_a_rule_about_another_source_or_action_gives_no_right_to_read(policy_of, asset, catalogue, limit):
    policy = policy_of(f"access: {{rules: [{{post: a, principals: [crm_app], up_to: C2, {limit}}}]}}\n")
    one = asset("core:t", {"x": "cn_mobile"})
    [reach] = reaches(policy, catalogue, one, Grant("user:crm_app", "core:t", "select", "g"))
    assert reach.outcome is Outcome.GAP


@pytest.mark.parametrize(
    ("levels", "reached"),
    [
        ("cn_mobile@contact", ["customer"]),
        ("C2@contact", ["customer"]),
        ("phone@customer", ["contact"]),
        ("cn_mobile", []),
        ("C2", []),
    ],
)
def test_a_level_with_a_subject_gives_that_subject_s_information_alone(policy_of, asset, catalogue, levels, reached):
    one = asset("core:t", {"m": "cn_mobile", "c": "cn_mobile"})
    mine, theirs = one.fields
    one = replace(one, fields=(mine, replace(theirs, subject="contact")))
    grant = Grant("user:x", "core:t", "select", "g")

    def subjects(text: str) -> list[str]:
        found = reaches(policy_of(f"access: {text}\n"), catalogue, one, grant)
        return [statement.subject for reach in found for statement in reach.statements]

    assert subjects(f"{{rules: [{{principals: [x], levels: ['{levels}']}}]}}") == reached
    # What is forbidden of one subject is not forbidden of the others.
    barred = subjects(f"{{default: allow, never: [{{principals: [x], levels: ['{levels}']}}]}}")
    assert sorted([*barred, *reached]) == ["contact", "customer"]


@pytest.mark.parametrize(
    ("named", "principal"), [("CRM_APP", "user:crm_app"), ("public", "PUBLIC"), ("Role:Teller", "role:TELLER")]
)
def test_a_prohibition_does_not_fail_by_a_capital_letter(policy_of, asset, catalogue, named, principal):
    policy = policy_of(f"access: {{default: allow, never: [{{principals: ['{named}'], levels: [cn_mobile]}}]}}\n")
    one = asset("core:t", {"m": "cn_mobile"})
    [reach] = reaches(policy, catalogue, one, Grant(principal, "core:t", "select", "g"))
    assert (reach.outcome, reach.policy.line) == (Outcome.VIOLATION, 2)


@pytest.mark.parametrize(
    "principal", ["PUBLIC", "Public", "WORLD", "role:all_staff", "group:BANK\\All_Staff", "all_staff"]
)
def test_who_is_named_as_everyone_comes_beside_those_who_always_are(policy_of, asset, catalogue, principal):
    policy = policy_of("access: {default: allow, everyone: [all_staff]}\n")
    one = asset("core:t", {"m": "cn_mobile"})
    [reach] = reaches(policy, catalogue, one, Grant(principal, "core:t", "select", "g"))
    assert (reach.outcome, reach.everyone) == (Outcome.VIOLATION, True)


@pytest.mark.parametrize("principal", ["user:all_staff", "user:public", "role:all_staff_hz"])
def test_a_user_of_that_name_is_not_everyone(policy_of, asset, catalogue, principal):
    policy = policy_of("access: {default: allow, everyone: [all_staff]}\n")
    one = asset("core:t", {"m": "cn_mobile"})
    assert reaches(policy, catalogue, one, Grant(principal, "core:t", "select", "g")) == []


def test_two_posts_of_one_principal_add_up(policy_of, asset, catalogue):
    policy = policy_of(
        "access: {rules: [{post: a, principals: [x], levels: [phone]}, {post: b, principals: [x], levels: [email]}]}\n"
    )
    one = asset("core:t", {"m": "cn_mobile", "e": "email", "c": "bank_card"})
    [reach] = reaches(policy, catalogue, one, Grant("user:x", "core:t", "select", "g"))
    assert [statement.identifier for statement in reach.statements] == ["bank_card"]


def test_a_grant_on_another_asset_reaches_nothing_here(policy_of, asset, catalogue):
    policy = policy_of("access: {default: violation}\n")
    assert (
        reaches(policy, catalogue, asset("core:t", {"x": "cn_mobile"}), Grant("PUBLIC", "core:u", "select", "g")) == []
    )


ALICE = ("user:alice", "role:teller", "role:reporting")


def test_what_is_said_of_the_nearest_on_the_path_decides(policy_of, asset, catalogue):
    one = asset("core:t", {"x": "login_credential"})
    grant = Grant("user:alice", "core:t", "select", "g", ALICE)
    rule = "{{post: {0}, principals: ['{1}'], up_to: {2}}}"
    teller, reporting = rule.format("a", "role:teller", "C2"), rule.format("b", "role:reporting", "C3")
    own = rule.format("c", "alice", "C3")
    judged = {
        rules: len(reaches(policy_of(f"access: {{rules: [{rules}]}}\n"), catalogue, one, grant))
        for rules in (reporting, f"{teller}, {reporting}", f"{teller}, {reporting}, {own}")
    }
    assert list(judged.values()) == [0, 1, 0]


def test_what_a_role_may_never_reach_its_members_may_not_either(policy_of, asset, catalogue):
    policy = policy_of("access: {default: allow, never: [{principals: ['role:teller'], levels: [C2]}]}\n")
    one = asset("core:t", {"x": "cn_mobile"})
    assert len(reaches(policy, catalogue, one, Grant("user:alice", "core:t", "select", "g", ALICE))) == 1
    assert reaches(policy, catalogue, one, Grant("user:bob", "core:t", "select", "g", ("user:bob",))) == []


def test_an_account_of_mysql_is_named_with_or_without_its_host(policy_of, asset, catalogue):
    one = asset("core:t", {"x": "cn_mobile"})
    for name in ("crm_app", "user:crm_app", "crm_app@10.0.%"):
        policy = policy_of(f"access: {{rules: [{{post: a, principals: ['{name}'], up_to: C2}}]}}\n")
        assert reaches(policy, catalogue, one, Grant("user:crm_app@10.0.%", "core:t", "select", "g")) == [], name


@pytest.mark.parametrize(
    ("privilege", "grantable", "told"),
    [("all", True, True), ("owner", True, True), ("select", True, True), ("select", False, False)],
)
def test_administration_and_the_grant_option_need_a_post_for_them(
    policy_of, asset, catalogue, privilege, grantable, told
):
    one = asset("core:t", {"x": "cn_mobile"})
    grant = Grant("user:app", "core:t", privilege, "g", grantable=grantable)
    reader = policy_of("access: {rules: [{post: a, principals: [app], up_to: C3, actions: [read]}]}\n")
    admin = policy_of("access: {rules: [{post: dba, principals: [app], up_to: C3, actions: [admin]}]}\n")
    nobody = policy_of("purposes: {}\n")
    judged = [len(list(judge_administration(policy.access, [grant], [one]))) for policy in (reader, admin, nobody)]
    assert judged == [int(told), 0, 0]
    assert reaches(admin, catalogue, one, grant) == []


def test_a_role_that_nobody_logs_in_as_administers_nothing(policy_of, asset):
    policy = policy_of("access: {default: gap}\n")
    one = asset("core:t", {"x": "cn_mobile"})
    grant = Grant("role:owners", "core:t", "owner", "g", grantable=True)
    assert list(judge_administration(policy.access, [grant], [one])) == []
