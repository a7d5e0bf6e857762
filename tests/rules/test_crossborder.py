"""XBR003: information is kept in the regions that the policy allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.rules.crossborder import kept_elsewhere

POLICY = "storage: {regions: {C2+: [CN, HK], C1: CN}}\n"


@pytest.mark.parametrize(("region", "outcome"), [("CN", None), ("HK", None), ("US", "violation"), (None, "gap")])
def test_a_source_elsewhere_is_a_violation_and_one_without_region_a_gap(
    policy_of, asset, facts, source, region, outcome
):
    held = [asset(f"core:t{number}", {"m": "cn_mobile"}) for number in range(2)]
    drafts = list(kept_elsewhere(facts(policy_of(POLICY), *held, sources={"core": source("core", region=region)})))
    assert [(draft.rule, draft.outcome.value, draft.resource) for draft in drafts] == (
        [("XBR003", outcome, ("core", "C2+"))] if outcome else []
    )


@pytest.mark.parametrize(("word", "found"), [("C2+@employee", 1), ("C2+@customer", 0), ("C2+", 1)])
def test_a_region_for_one_subject_s_information_binds_that_alone(policy_of, asset, facts, source, word, found):
    one = asset("core:t", {"m": "cn_mobile"})
    staff = replace(one, fields=tuple(replace(statement, subject="employee") for statement in one.fields))
    policy = policy_of(f"storage: {{regions: {{{word}: [CN]}}}}\n")
    drafts = list(kept_elsewhere(facts(policy, staff, sources={"core": source("core", region="US")})))
    assert [draft.resource for draft in drafts] == [("core", word)] * found


def test_what_nobody_can_read_may_be_kept_anywhere(policy_of, asset, facts, source):
    held = asset("core:t", {"m": "cn_mobile:encrypted"})
    assert list(kept_elsewhere(facts(policy_of(POLICY), held, sources={"core": source("core", region="US")}))) == []
