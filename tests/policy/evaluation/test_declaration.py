from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.model.evidence import FieldTally

POLICY = """\
version: 1
purposes: {p: {needs: {cn_mobile: plain}, allows: {person_name: plain, phone: plain}}}
recipients:
  out: {role: processor, scope: {C2: plain}}
  house: {role: internal, scope: {C2: plain}}
flows:
  f:
    recipient: out
    purpose: p
    fields: {mobile: cn_mobile, name: person_name, order_no: none}
"""
AS_DECLARED = {"mobile": "cn_mobile", "name": "person_name", "order_no": ""}


def found(verdicts, *rules: str):
    return [
        (v.rule, v.element, v.outcome.value, v.policy.to_line)
        for v in verdicts
        if v.rule in (rules or ("SHR002", "QLT001"))
    ]


def test_columns_that_hold_what_they_are_declared_to_are_in_order(policy_of, judge, asset):
    assert found(judge(policy_of(POLICY), asset(AS_DECLARED))) == []


@pytest.mark.parametrize(
    "columns", [{**AS_DECLARED, "order_no": "cn_mobile"}, {**AS_DECLARED, "order_no": ["cn_mobile", ""]}]
)
def test_a_column_declared_none_that_holds_an_allowed_identifier_is_a_violation(policy_of, judge, asset, columns):
    assert found(judge(policy_of(POLICY), asset(columns))) == [("SHR002", "order_no", "violation", "p0.yaml:10")]


def test_a_column_that_holds_another_identifier_is_a_violation_and_what_it_should_hold_a_gap(policy_of, judge, asset):
    columns = {**AS_DECLARED, "name": "cn_mobile"}
    assert found(judge(policy_of(POLICY), asset(columns))) == [
        ("SHR002", "name", "violation", "p0.yaml:10"),
        ("QLT001", "name", "gap", "p0.yaml:10"),
    ]


def test_a_group_declares_any_of_its_identifiers(policy_of, judge, asset):
    text = POLICY.replace("mobile: cn_mobile,", "mobile: phone,")
    assert found(judge(policy_of(text), asset(AS_DECLARED))) == []


def test_one_wrong_column_is_one_finding(policy_of, judge, asset):
    columns = {**AS_DECLARED, "order_no": "bank_card", "extra": "iban"}
    verdicts = judge(policy_of(POLICY), asset(columns))
    assert [element for _, element, _, _ in found(verdicts)] == ["bank_card", "iban"]


@pytest.mark.parametrize(
    ("recipient", "stated", "outcome"),
    [
        ("out", "", "violation"),
        ("house", "", "gap"),
        ("out", "undeclared_fields: gap", "gap"),
        ("house", "undeclared_fields: violation", "violation"),
        ("out", "undeclared_fields: allow", None),
    ],
)
def test_an_undeclared_column_is_judged_as_stated_or_by_where_it_goes(
    policy_of, judge, asset, recipient, stated, outcome
):
    text = f"{POLICY}    {stated}\n".replace("recipient: out", f"recipient: {recipient}")
    line = "p0.yaml:11" if stated else "p0.yaml:10"
    expected = [] if outcome is None else [("SHR002", "extra", outcome, line)]
    assert found(judge(policy_of(text), asset({**AS_DECLARED, "extra": ""}))) == expected


def test_a_declared_column_that_is_missing_or_never_holds_it_is_a_gap(policy_of, judge, asset):
    verdicts = judge(policy_of(POLICY), asset({"mobile": "cn_mobile", "order_no": ""}))
    assert found(verdicts) == [("QLT001", "name", "gap", "p0.yaml:10")]


def test_a_declared_column_that_may_not_leave_is_a_violation_even_if_unrecognised(policy_of, judge, asset):
    text = POLICY.replace("order_no: none", "order_no: bank_card")
    assert found(judge(policy_of(text), asset(AS_DECLARED))) == [("SHR002", "order_no", "violation", "p0.yaml:10")]


def test_a_needed_element_that_is_never_seen_is_reported_once_at_its_need(policy_of, judge, asset):
    verdicts = judge(policy_of(POLICY), asset({"mobile": "", "name": "person_name", "order_no": ""}))
    assert found(verdicts) == [("QLT001", "cn_mobile", "gap", "p0.yaml:2")]


def test_a_flow_of_which_nothing_was_seen_is_one_gap(policy_of, judge):
    assert found(judge(policy_of(POLICY))) == [("QLT001", "flow", "gap", "p0.yaml:7")]


FORBIDS = f"{POLICY}    free_text: forbid\n"


def test_identifiers_inside_text_are_violations_where_free_text_is_forbidden(policy_of, judge, asset):
    note = asset({**AS_DECLARED, "note": "cn_mobile"}, embedded=["note"])
    allowed = f"{POLICY}    undeclared_fields: allow\n"
    assert found(judge(policy_of(allowed), note)) == []
    assert found(judge(policy_of(f"{allowed}    free_text: forbid\n"), note)) == [
        ("SHR002", "note", "violation", "p0.yaml:12")
    ]


def test_text_in_a_column_declared_none_is_one_finding(policy_of, judge, asset):
    note = asset({**AS_DECLARED, "order_no": "cn_mobile"}, embedded=["order_no"])
    assert found(judge(policy_of(FORBIDS), note)) == [("SHR002", "order_no", "violation", "p0.yaml:10")]


def test_a_column_may_hold_several_of_what_it_is_declared_to(policy_of, judge, asset):
    assert found(judge(policy_of(FORBIDS), asset(AS_DECLARED, embedded=["mobile"]))) == []


def test_a_document_of_free_text_is_a_violation_where_that_is_forbidden(policy_of, judge, asset):
    scanned = judge(policy_of(POLICY), asset({None: "cn_mobile"}, name="a.txt"))
    forbidden = judge(policy_of(FORBIDS), asset({None: "cn_mobile"}, name="a.txt"))
    assert found(scanned, "SHR002") == []
    assert found(forbidden, "SHR002") == [("SHR002", "free_text", "violation", "p0.yaml:11")]


def test_a_column_of_sentences_is_a_violation_where_free_text_is_forbidden(policy_of, judge, asset):
    seen = asset(AS_DECLARED)
    note = FieldTally(rows=10, filled=10, prose=9)
    written = replace(seen, tally=replace(seen.tally, fields={**seen.tally.fields, "order_no": note}))
    forbidden = found(judge(policy_of(FORBIDS), written), "SHR002")
    assert forbidden == [("SHR002", "order_no", "violation", "p0.yaml:11")]
    assert found(judge(policy_of(POLICY), written), "SHR002") == []
