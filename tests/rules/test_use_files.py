"""USE004 of files: accounts that nobody has any more."""

from __future__ import annotations

import pytest

from pii_audit.model.asset import AssetKind
from pii_audit.model.finding import Outcome
from pii_audit.model.grant import Grant
from pii_audit.rules.use_files import changing, orphaned


def test_files_of_an_account_that_is_gone_are_one_finding_with_the_commands_that_close_it(policy_of, asset, facts):
    files = [asset(f"share:hz/{n}.csv", {"mobile": "cn_mobile"}, kind=AssetKind.FILE) for n in range(100)]
    grants = [
        Grant("user:#1234", one.asset.id, "read", "mode u+r", closing=(f"chmod u-r -- {one.asset.name}",))
        for one in files
    ]
    [draft] = orphaned(facts(policy_of("access: {default: gap}\n"), *files, grants=grants))
    assert (draft.rule, draft.resource, draft.outcome) == ("USE004", ("share", "user:#1234"), Outcome.GAP)
    assert draft.evidence["assets_total"] == 100
    assert draft.evidence["close"][0] == "chmod u-r -- hz/0.csv"
    assert "has no account any more" in draft.message.en


def test_accounts_that_exist_and_files_without_personal_information_are_no_finding(policy_of, asset, facts):
    held, masked = asset("share:a.csv", {"m": "cn_mobile"}), asset("share:b.csv", {"m": "cn_mobile:masked"})
    grants = [
        Grant("user:alice", "share:a.csv", "read", "mode u+r"),
        Grant("user:#1234", "share:a.csv", "write", "mode u+w"),
        Grant("user:#1234", "share:b.csv", "read", "mode u+r"),
    ]
    assert list(orphaned(facts(policy_of("access: {default: gap}\n"), held, masked, grants=grants))) == []


def test_what_a_post_that_reads_can_change_is_one_finding_for_each_grant(policy_of, asset, facts):
    policy = policy_of("access: {rules: [{post: clerk, principals: [records], sources: [share], actions: [read]}]}\n")
    files = [asset(f"share:{n}.csv", {"mobile": "cn_mobile"}, kind=AssetKind.FILE) for n in range(3)]
    grants = [
        Grant("group:records", one.asset.id, "write", "mode g+w", closing=(f"chmod g-w -- {one.asset.name}",))
        for one in files
    ]
    [draft] = changing(facts(policy, *files, grants=grants))
    assert (draft.rule, draft.resource, draft.outcome) == (
        "USE002",
        ("share", "group:records", "mode g+w"),
        Outcome.VIOLATION,
    )
    assert draft.evidence["close"] == ["chmod g-w -- 0.csv", "chmod g-w -- 1.csv", "chmod g-w -- 2.csv"]


@pytest.mark.parametrize(
    "rule",
    [
        "{principals: [records], actions: [read, write]}",
        "{principals: [records], actions: [admin]}",
        "{principals: [records]}",
        "{principals: [others], actions: [read]}",
        "{principals: [records], sources: [core], actions: [read]}",
    ],
)
def test_whoever_may_change_or_is_not_spoken_of_may(policy_of, asset, facts, rule):
    held = asset("share:a.csv", {"mobile": "cn_mobile"}, kind=AssetKind.FILE)
    grant = Grant("group:records", "share:a.csv", "write", "mode g+w")
    source_named = policy_of(f"access: {{rules: [{rule}]}}\n")
    assert list(changing(facts(source_named, held, grants=[grant]))) == []
