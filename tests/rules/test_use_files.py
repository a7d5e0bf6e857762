"""USE004 of files: accounts that nobody has any more."""

from __future__ import annotations

from pii_audit.model.asset import AssetKind
from pii_audit.model.finding import Outcome
from pii_audit.model.grant import Grant
from pii_audit.rules.use_files import orphaned


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
