"""Which grants reach further than they may, and by which line."""

from __future__ import annotations

import pytest

from pii_audit.model.finding import Outcome
from pii_audit.model.grant import Grant
from pii_audit.rules.reach import judge_access


def reaches(policy, catalogue, one, *grants):
    return list(judge_access(policy.access, grants, [one], catalogue))


@pytest.mark.parametrize("privilege", ["read", "select", "export", "all", "owner"])
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


@pytest.mark.parametrize("limit", ["sources: [other]", "actions: [write]"])
def test_a_rule_about_another_source_or_action_gives_no_right_to_read(policy_of, asset, catalogue, limit):
    policy = policy_of(f"access: {{rules: [{{post: a, principals: [crm_app], up_to: C2, {limit}}}]}}\n")
    one = asset("core:t", {"x": "cn_mobile"})
    [reach] = reaches(policy, catalogue, one, Grant("user:crm_app", "core:t", "select", "g"))
    assert reach.outcome is Outcome.GAP


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
