"""What an element is to its flow, beside what was declared and what is allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.model.finding import Measured, Outcome, Use
from pii_audit.model.sketch import Sketch

POLICY = """\
version: 1
purposes:
  p: {needs: {cn_mobile: plain}, allows: {person_name: masked, email: plain, bank_card: plain}}
recipients:
  r:
    role: processor
    region: CN
    agreement: {ref: A-1}
    purposes: [p]
    scope: {cn_mobile: keyed_hash, person_name: plain, email: plain, bank_card: plain}
    never: [bank_card]
flows:
  f: {recipient: r, purpose: p, channel: sftp, legal_basis: contract, pia: P-1,
      fields: {m: cn_mobile, n: person_name, c: bank_card, id: cn_resident_id}}
"""


@pytest.fixture
def view(policy_of, judge, asset):
    def of(columns, **more):
        found = judge(policy_of(POLICY), asset(columns, **more))
        return {verdict.element: verdict for verdict in found if verdict.use is not None}

    return of


def test_every_element_is_needed_allowed_excess_forbidden_or_not_seen(view):
    seen = view({"m": "cn_mobile", "n": "person_name:masked", "c": "bank_card", "id": "cn_resident_id"})
    assert {name: verdict.use for name, verdict in seen.items()} == {
        "cn_mobile": Use.NEEDED,
        "person_name": Use.ALLOWED,
        "bank_card": Use.FORBIDDEN,
        "cn_resident_id": Use.EXCESS,
        "email": Use.NOT_SEEN,
    }


def test_what_must_never_leave_is_forbidden_whatever_the_scope_says(view):
    assert view({"v": "card_cvv2"})["card_cvv2"].use is Use.FORBIDDEN


def test_the_strictest_demand_of_all_who_have_a_say_is_shown(view):
    seen = view({"m": "cn_mobile", "n": "person_name"})
    assert [seen[name].allowed.en for name in ("cn_mobile", "person_name")] == ["hashed with a key", "masked"]
    assert seen["cn_mobile"].outcome is Outcome.VIOLATION
    assert view({"c": "cn_resident_id"})["cn_resident_id"].allowed is None


def test_what_was_declared_of_the_columns_stands_beside_what_was_seen(view):
    assert view({"m": ["cn_mobile", "person_name"]})["person_name"].declared == ("cn_mobile",)


def test_prevalence_and_people_are_those_of_the_fields_that_hold_the_element(policy_of, judge, asset):
    one = asset({"m": "cn_mobile", "x": "email"})
    held = one.tally.fields["m"].evidence["cn_mobile"]
    tally = replace(one.tally.fields["m"], evidence={"cn_mobile": replace(held, persons=Sketch.of(range(1, 31)))})
    fields = tuple(replace(found, hits=40) if found.field == "m" else found for found in one.fields)
    one = replace(one, fields=fields, tally=replace(one.tally, fields={**one.tally.fields, "m": tally}))
    [mobile] = [v for v in judge(policy_of(POLICY), one) if v.element == "cn_mobile"]
    assert mobile.measured == Measured(hits=40, rows=100, persons=30)
    assert mobile.measured.prevalence == 0.4


def test_an_element_that_may_leave_and_never_did_breaks_nothing_and_says_what_to_narrow(view):
    email = view({"m": "cn_mobile"})["email"]
    assert (email.outcome, email.rule, email.policy.line) == (Outcome.COMPLIANT, None, 3)
    assert "take it out of purpose p and the scope of r" in email.remedy.en


def test_a_needed_element_and_a_declared_column_that_are_missing_are_not_seen_either(view):
    seen = view({"n": "person_name:masked", "m": ""})
    assert seen["cn_mobile"].use is Use.NOT_SEEN
    assert (seen["c"].use, seen["c"].declared) == (Use.NOT_SEEN, ("bank_card",))


def test_absent_asks_for_a_yes_or_no_in_place_of_the_value(policy_of, judge, asset):
    strict = POLICY.replace("email: plain, bank_card: plain}}", "email: {forms: [absent]}}}")
    [email] = [v for v in judge(policy_of(strict), asset({"e": "email"})) if v.element == "email"]
    assert (email.rule, email.use) == ("SHR003", Use.ALLOWED)
    assert "state yes or no" in email.remedy.en
