"""The chain of lines that decides about an element, and what is said of a flow as a whole."""

from __future__ import annotations

from datetime import date

import pytest

from pii_audit.model.finding import Outcome
from pii_audit.model.forms import Form
from pii_audit.policy.evaluation.case import Case, Knowledge, Observed, Seen
from pii_audit.policy.explanation import asked_of, elements_of, explain_element, explain_properties

POLICY = """\
version: 1
purposes:
  p:
    needs: {cn_mobile: plain}
    allows: {person_name: masked, phone@contact: plain, card_cvv2: plain}
recipients:
  r:
    role: processor
    region: CN
    agreement: {ref: A-1, until: 2026-12-31, scope: {cn_mobile: plain, person_name: plain, card_cvv2: plain}}
    purposes: [p]
    scope: {cn_mobile: keyed_hash, person_name: plain, card_cvv2: plain}
    never: [email]
flows:
  f:
    recipient: r
    purpose: p
    channel: ftp
    fields: {m: cn_mobile}
"""


@pytest.fixture
def case(policy_of, catalogue):
    policy = policy_of(POLICY)
    return Case.of(policy, policy.flows["f"], Observed(), catalogue, as_of=date(2026, 6, 30), knowledge=Knowledge())


@pytest.mark.parametrize(
    ("element", "form", "outcome", "chain"),
    [
        ("cn_mobile", "plain", "violation", [(15, "is_silent"), (4, "allows"), (12, "objects"), (10, "allows")]),
        ("cn_mobile", "keyed_hash", "compliant", [(15, "is_silent"), (4, "allows"), (12, "allows"), (10, "allows")]),
        ("person_name", "plain", "violation", [(15, "is_silent"), (5, "objects"), (12, "allows"), (10, "allows")]),
        ("email", "masked", "violation", [(15, "is_silent"), (13, "objects")]),
        ("bank_card", "plain", "violation", [(15, "is_silent"), (3, "objects"), (12, "objects"), (10, "objects")]),
        (
            "card_cvv2",
            "plain",
            "violation",
            [(15, "is_silent"), (5, "allows"), (12, "allows"), (10, "allows"), (15, "objects")],
        ),
    ],
)
def test_every_line_that_was_weighed_is_told_in_order_with_what_it_says(case, element, form, outcome, chain):
    found = explain_element(Seen(element, "customer", Form(form)), case)
    assert found.verdict.outcome == outcome
    assert [(step.position.line, step.said.value) for step in found.steps] == chain
    assert all(step.message.zh and step.message.en and step.message.zh != step.message.en for step in found.steps)


def test_the_elements_of_a_flow_and_the_form_asked_of_each(case):
    asked = {name: asked_of(name, whose, case) for name, whose in elements_of(case) if whose == "customer"}
    assert asked_of("cn_landline", "contact", case) is None
    assert [one.forms for one in asked["card_cvv2"]] == [
        (Form.PASSWORD_HASH,)
    ]  # never in clear, whatever the lines say
    assert [one.forms for one in asked["cn_mobile"]] == [(Form.KEYED_HASH,)]
    assert [one.forms for one in asked["person_name"]] == [(Form.MASKED,)]


def test_a_level_brings_in_what_it_lets_leave_and_nothing_else(policy_of, catalogue):
    policy = policy_of("""\
version: 1
purposes: {p: {allows: {C2: plain, card_cvv2: plain}}}
recipients: {r: {role: processor, scope: {C2: plain, C3: plain}, never: [phone]}}
flows: {f: {recipient: r, purpose: p}}
""")
    case = Case.of(policy, policy.flows["f"], Observed(), catalogue, as_of=date(2026, 6, 30), knowledge=Knowledge())
    found = {identifier for identifier, _ in elements_of(case)}
    assert {"person_name", "bank_card", "card_cvv2"} <= found
    assert not {"cn_mobile", "card_pin"} & found


def test_the_flow_as_a_whole_is_judged_as_if_it_held_what_the_purpose_needs(case):
    found = {verdict.element: verdict.outcome for verdict in explain_properties(case)}
    assert found == {
        "agreement": Outcome.COMPLIANT,
        "legal_basis": Outcome.GAP,
        "pia": Outcome.GAP,
        "channel": Outcome.VIOLATION,
    }


def test_a_rule_of_our_own_stands_in_the_chain_and_takes_a_form_away(policy_of, catalogue):
    pytest.importorskip("cel_expr_python")
    policy = policy_of(
        POLICY.replace("keyed_hash", "plain")
        + """\
rules:
  ORG001: {title: t, about: element, when: 'element.identifier == "cn_mobile" && element.form == "plain"', message: {zh: 不得明文, en: not in clear}}
  ORG002: {title: t, about: flow, when: 'flow.channel == "ftp"', message: {zh: 不得用 FTP, en: no FTP}, outcome: gap}
"""
    )
    case = Case.of(policy, policy.flows["f"], Observed(), catalogue, as_of=date(2026, 6, 30), knowledge=Knowledge())
    found = explain_element(Seen("cn_mobile", "customer", Form.PLAIN), case)
    assert (found.verdict.rule, found.verdict.outcome) == ("ORG001", Outcome.VIOLATION)
    assert (found.steps[-1].position.line, found.steps[-1].message.en) == (21, "rule ORG001 of our own: not in clear")
    assert explain_element(Seen("cn_mobile", "customer", Form.KEYED_HASH), case).verdict.outcome is Outcome.COMPLIANT
    assert [one.forms for one in asked_of("cn_mobile", "customer", case)] == [(Form.ENCODED,)]
    assert ("rule.ORG002", "no FTP") in [(one.element, one.message.en) for one in explain_properties(case)]
