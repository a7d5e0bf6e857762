"""A policy drafted from what was seen lets that pass, and nothing that may never leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pii_audit.model.grant import Grant
from pii_audit.model.run import Run
from pii_audit.policy.draft import CONFIRM, draft_policy
from pii_audit.policy.model import Policy


@pytest.fixture
def run_of():
    def build(*assets, grants=()):
        moment = datetime(2026, 6, 30, tzinfo=UTC)
        return Run("R", moment, moment, "0", "run", tuple(assets), tuple(grants))

    return build


def test_what_was_seen_may_leave_and_every_line_asks_to_be_confirmed(policy_of, judge, asset, catalogue, run_of):
    columns = {"tel": "cn_mobile", "n: ame": "person_name:masked", "hash": "email:keyed_hash", "no": "x"[:0]}
    seen = asset(columns, name="sms_1.csv")
    text = draft_policy(run_of(seen, asset(columns, name="sms_22.csv")), Policy(), catalogue, ["outbox"])
    policy = policy_of(text)
    assert list(policy.flows) == ["sms"]
    assert policy.flows["sms"].match == ("sms_*.csv",)
    broken = {verdict.rule for verdict in judge(policy, seen, flow="sms")} - {None}
    assert broken == {"SHR007", "SHR008", "SHR009", "SHR010", "XBR001"}
    entries = [line for line in text.splitlines() if ":" in line and not line.startswith(("#", "version"))]
    headings = ("purposes:", "recipients:", "flows:", "allows:", "scope:", "fields:")
    assert [line for line in entries if CONFIRM not in line and not line.strip().endswith(headings)] == []


def test_what_may_never_leave_is_named_and_not_allowed(policy_of, judge, asset, catalogue, run_of):
    seen = asset({"cvv": "card_cvv2", "otp": "otp_code"}, name="a.csv")
    text = draft_policy(run_of(seen), Policy(), catalogue, ["outbox"])
    assert "# card_cvv2: 见于 cvv" in text
    assert {verdict.rule for verdict in judge(policy_of(text), seen, flow="a")} >= {"SHR001"}


def test_columns_of_several_elements_are_left_undeclared(policy_of, judge, asset, catalogue, run_of):
    seen = asset({"a": "cn_mobile", "both": ["cn_mobile", "email"], None: "bank_card"}, name="x.csv")
    policy = policy_of(draft_policy(run_of(seen), Policy(), catalogue, ["outbox"]))
    assert policy.flows["x"].undeclared_fields == "allow"
    assert "SHR002" not in {verdict.rule for verdict in judge(policy, seen, flow="x")}


def test_names_that_yaml_would_misread_are_quoted(policy_of, asset, catalogue, run_of):
    columns = dict.fromkeys(("no", "null", "- x", "a\nb", '"q"', "手机", "#1", "a\u2028b"), "cn_mobile")
    seen = asset(columns, name="客户[1]_7.csv")
    policy = policy_of(draft_policy(run_of(seen), Policy(), catalogue, ["outbox"]))
    assert set(policy.flows["feed"].fields) == set(columns)
    assert policy.flows["feed"].match == ("客户?*]_*.csv",)


def test_what_a_flow_declares_already_is_not_drafted_and_ids_stay_apart(policy_of, asset, catalogue, run_of):
    declared = policy_of(
        "version: 1\npurposes: {sms: {}}\nrecipients: {r: {role: internal}}\n"
        "flows: {f: {source: outbox, match: 'sms_1.csv', recipient: r, purpose: sms}}\n"
    )
    run = run_of(asset({"a": "cn_mobile"}, name="sms_1.csv"), asset({"a": "email"}, name="sms_2.csv"))
    text = draft_policy(run, declared, catalogue, ["outbox"])
    assert "sms-2:" in text
    assert "cn_mobile" not in text
    assert "There is nothing to draft" in draft_policy(run, declared, catalogue, [])


def test_principals_that_no_rule_names_get_what_they_were_seen_to_reach(policy_of, asset, catalogue, run_of):
    seen = asset({"a": "cn_mobile", "b": "bank_card:encrypted"})
    graded = replace(seen, fields=tuple(replace(one, level=catalogue[one.identifier].levels) for one in seen.fields))
    grants = [Grant(name, seen.asset.id, "read", "g") for name in ("role:clerk", "PUBLIC", "user:app", "app")]
    declared = policy_of("version: 1\naccess: {rules: [{principals: [app], up_to: C1}]}\n")
    policy = policy_of(draft_policy(run_of(graded, grants=grants), declared, catalogue, []))
    [rule] = policy.access.rules
    assert (rule.principals, rule.sources, rule.actions) == (("role:clerk",), ("outbox",), ("read",))
    assert [element.word for element in rule.levels] == [catalogue["cn_mobile"].levels.jrt0171]


@pytest.mark.parametrize(
    ("rule", "drafted"),
    [
        (r"principals: ['group:BANK\sales']", ("user:sales",)),
        (r"principals: ['BANK\sales']", ()),
        ("principals: [sales], sources: [elsewhere]", ("group:sales", "user:sales")),
    ],
)
def test_a_rule_for_another_kind_or_source_leaves_a_principal_to_draft(
    policy_of, asset, catalogue, run_of, rule, drafted
):
    seen = asset({"a": "cn_mobile"})
    graded = replace(seen, fields=tuple(replace(one, level=catalogue[one.identifier].levels) for one in seen.fields))
    grants = [Grant(name, seen.asset.id, "read", "g") for name in ("user:sales", "group:sales")]
    declared = policy_of(f"version: 1\naccess: {{rules: [{{{rule}, up_to: C1}}]}}\n")
    text = draft_policy(run_of(graded, grants=grants), declared, catalogue, [])
    rules = policy_of(text).access.rules if drafted else ()
    assert tuple(principal for rule in rules for principal in rule.principals) == drafted
