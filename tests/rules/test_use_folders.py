"""USE012 and USE013: files open wider than their folder, and lists of customers in folders of single persons."""

from __future__ import annotations

import pytest

from pii_audit.model.asset import AssetKind
from pii_audit.model.finding import Outcome
from pii_audit.model.grant import Grant
from pii_audit.rules.use_folders import personal, wider

ANY = "access: {default: gap}\n"


def test_what_one_principal_reads_beyond_a_folder_is_one_finding_with_its_commands(policy_of, asset, facts):
    files = [asset(f"share:hz/{n}.csv", {"mobile": "cn_mobile"}, kind=AssetKind.FILE) for n in range(3)]
    grants = [
        Grant("user:bob", one.asset.id, "read", "acl r", closing=(f"setfacl -x u:bob -- {n}",), wider=True)
        for n, one in enumerate(files)
    ]
    [draft] = wider(facts(policy_of(ANY), *files, grants=grants))
    assert (draft.rule, draft.resource, draft.outcome) == ("USE012", ("share", "user:bob", "hz"), Outcome.GAP)
    assert draft.evidence["close"] == [f"setfacl -x u:bob -- {n}" for n in range(3)]


@pytest.mark.parametrize(
    "grant",
    [
        Grant("user:bob", "share:hz/a.csv", "read", "acl r"),
        Grant("user:bob", "share:hz/a.csv", "write", "acl w", wider=True),
        Grant("world", "share:hz/a.csv", "read", "mode o+r", wider=True),
        Grant("user:bob", "share:hz/masked.csv", "read", "acl r", wider=True),
    ],
    ids=["as the folder", "writing", "everybody", "nothing in clear"],
)
def test_what_is_no_wider_or_another_rule_s_is_not_told(policy_of, asset, facts, grant):
    held = asset("share:hz/a.csv", {"m": "cn_mobile"}, kind=AssetKind.FILE)
    masked = asset("share:hz/masked.csv", {"m": "cn_mobile:masked"}, kind=AssetKind.FILE)
    assert list(wider(facts(policy_of(ANY), held, masked, grants=[grant]))) == []


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("home/wang/a.csv", "home/wang"),
        ("hz/Users/Li/sub/a.zip!b/c.csv", "hz/Users/Li"),
        ("hz/张三/桌面/名单.xlsx", "hz/张三/桌面"),
        ("个人/王某/a.csv", "个人"),
        ("hz/Downloads/a.csv", "hz/Downloads"),
        ("hz/loans/a.csv", None),
        ("home.csv", None),
        ("homework/x/a.csv", None),
        ("users/a.csv", None),
    ],
)
def test_personal_folders_are_told_by_their_names(policy_of, asset, facts, name, folder):
    one = asset(f"share:{name}", {"m": "cn_mobile"}, kind=AssetKind.FILE, people=range(1, 60))
    drafts = list(personal(facts(policy_of(ANY), one)))
    assert [draft.resource for draft in drafts] == ([("share", folder)] if folder else [])


def test_a_few_people_in_somebody_s_folder_are_no_list_of_customers(policy_of, asset, facts):
    few = asset("share:home/wang/a.csv", {"m": "cn_mobile"}, kind=AssetKind.FILE, people=range(1, 10))
    table = asset("core:home/wang/t", {"m": "cn_mobile"}, people=range(1, 60))
    assert list(personal(facts(policy_of(ANY), few, table))) == []
