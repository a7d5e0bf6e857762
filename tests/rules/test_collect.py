"""COL001: what an asset holds beyond the purposes that it serves."""

from __future__ import annotations

from pii_audit.model.asset import AssetKind
from pii_audit.rules.collect import excess

POLICY = """\
purposes:
  account: {needs: {person_name: plain, identity_document: masked}, held_in: "core.account*"}
  loan: {allows: {phone: plain}, held_in: ["core.account_loan", "core.loan"]}
"""


def test_what_no_purpose_of_an_asset_needs_is_excess_whatever_its_form(policy_of, asset, facts):
    held = asset("core:account", {"n": "person_name", "i": "cn_resident_id", "h": "health:masked", "m": "cn_mobile"})
    [draft] = excess(facts(policy_of(POLICY), held))
    assert (draft.rule, draft.resource, draft.identifiers) == ("COL001", ("core:account",), ("health", "cn_mobile"))
    assert draft.policy.to_line.endswith("p.yaml:3")


def test_an_asset_that_serves_two_purposes_may_hold_what_either_needs(policy_of, asset, facts):
    held = asset("core:account_loan", {"n": "person_name", "m": "cn_mobile"})
    assert list(excess(facts(policy_of(POLICY), held))) == []


def test_assets_of_no_purpose_and_views_are_not_judged(policy_of, asset, facts):
    policy = policy_of(POLICY)
    assert list(excess(facts(policy, asset("core:other", {"h": "health"})))) == []
    assert list(excess(facts(policy, asset("core:account", {"h": "health"}, kind=AssetKind.VIEW)))) == []
