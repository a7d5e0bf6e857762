from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.errors import ConfigurationError, Position
from pii_audit.policy.matching import FlowMatcher, claims, undeclared
from pii_audit.policy.model import Flow, Policy

POLICY = """\
version: 1
purposes: {p: {}}
recipients: {r: {role: internal}}
flows:
  sms: {source: outbox, match: "sms_*.csv", recipient: r, purpose: p}
  hz: {source: outbox, match: ["hz/*", "*.jsonl"], recipient: r, purpose: p}
  all: {source: mq, recipient: r, purpose: p}
  by-name: {recipient: r, purpose: p}
"""


@pytest.mark.parametrize(
    ("source", "asset", "flow"),
    [
        ("outbox", "sms_20260101.csv", "sms"),
        ("outbox", "daily/sms_20260101.csv", "sms"),
        ("outbox", "sms_1.csv!sheet", "sms"),
        ("outbox", "out.zip!sms_1.csv", "sms"),
        ("outbox", "hz/deep/list.txt", "hz"),
        ("outbox", "x/y.jsonl", "hz"),
        ("outbox", "SMS_1.csv", None),
        ("outbox", "sms_1.csv.bak", None),
        ("core", "sms_1.csv", None),
        ("mq", "anything", "all"),
    ],
)
def test_an_asset_belongs_to_the_flow_whose_source_and_glob_fit(policy_of, source, asset, flow):
    found = FlowMatcher(policy_of(POLICY)).find(source, asset)
    assert (found.id if found else None) == flow


def test_what_no_flow_claims_is_an_undeclared_feed(policy_of):
    assert undeclared(policy_of(POLICY), "outbox", ["sms_1.csv", "list.xlsx"]) == ("list.xlsx",)


def test_two_flows_over_one_asset_are_an_error_with_both_places_and_without_its_name(policy_of):
    with pytest.raises(ConfigurationError) as caught:
        FlowMatcher(policy_of(POLICY)).find("outbox", "hz/sms_13800138000.csv")
    (line,) = caught.value.lines("en")
    assert line.startswith("p0.yaml:6:24: ")
    assert "sms (p0.yaml:5)" in line
    assert "13800138000" not in line


PATTERNS = st.lists(st.sampled_from(["a*", "*.csv", "a/b?.csv", "[ab]*", "ab.zip", "b", "x!y", "a/*"]), max_size=3)


@given(
    st.dictionaries(st.sampled_from("fgh"), PATTERNS, max_size=3),
    st.text(alphabet="abxyz/.!csvip", max_size=8),
)
def test_flows_are_found_by_beginnings_exactly_where_asking_each_would_find_them(matches, name):
    flows = {one: Flow(one, Position("p.yaml", 1), "r", "p", "outbox", tuple(found)) for one, found in matches.items()}
    policy = Policy(flows=flows)
    claiming = [flow for flow in flows.values() if claims(flow, "outbox", name)]
    if len(claiming) > 1:
        with pytest.raises(ConfigurationError):
            FlowMatcher(policy).find("outbox", name)
    else:
        assert FlowMatcher(policy).find("outbox", name) == (claiming[0] if claiming else None)
