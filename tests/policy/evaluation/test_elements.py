from __future__ import annotations

from datetime import date

import pytest

from pii_audit.model.finding import Outcome

POLICY = """\
version: 1
purposes:
  sms:
    needs: {cn_mobile: plain}
    allows: {person_name: masked, bank_card: {forms: [masked], show: {first: 0, last: 4}}}
recipients:
  acme:
    role: processor
    region: CN
    agreement: {ref: A, until: 2027-12-31}
    purposes: [sms]
    scope:
      cn_mobile: plain
      person_name: masked
      bank_card: plain
      cn_resident_id: plain
flows:
  f: {recipient: acme, purpose: sms, channel: sftp, legal_basis: contract, pia: P-1}
"""


def one(verdicts, element: str):
    (found,) = [verdict for verdict in verdicts if verdict.element == element]
    return found


def test_an_excess_column_is_named_with_identifier_scope_line_and_what_to_remove(policy_of, judge, asset):
    verdicts = judge(policy_of(POLICY), asset({"mobile": "cn_mobile", "mail": "email"}))
    verdict = one(verdicts, "email")
    assert (verdict.outcome, verdict.rule, verdict.fields) == (Outcome.VIOLATION, "SHR002", ("mail",))
    assert verdict.policy.to_line == "p0.yaml:12"
    assert verdict.message.en == (
        'column "mail" holds email, in clear; the scope of acme (p0.yaml:12) does not list it'
    )
    assert verdict.remedy.en.startswith('remove column "mail" from the export')
    assert "“mail”" in verdict.message.zh
    assert "p0.yaml:12" in verdict.message.zh
    assert "删除列 “mail”" in verdict.remedy.zh


def test_what_the_scope_gives_and_the_purpose_does_not_need_is_excess_at_the_purposes_line(policy_of, judge, asset):
    verdict = one(judge(policy_of(POLICY), asset({"id": "cn_resident_id"})), "cn_resident_id")
    assert (verdict.outcome, verdict.rule) == (Outcome.VIOLATION, "SHR002")
    assert verdict.policy.to_line == "p0.yaml:3"


def test_an_element_that_may_leave_is_compliant_with_the_lines_that_allow_it(policy_of, judge, asset):
    verdict = one(judge(policy_of(POLICY), asset({"mobile": "cn_mobile"})), "cn_mobile")
    assert (verdict.outcome, verdict.rule) == (Outcome.COMPLIANT, None)
    assert [position.to_line for position in verdict.trail] == ["p0.yaml:4", "p0.yaml:13"]
    assert verdict.form == "plain"
    assert verdict.assets == ("outbox:sms_1.csv",)


def test_a_form_that_is_too_weak_says_how_to_mask(policy_of, judge, asset):
    verdict = one(judge(policy_of(POLICY), asset({"name": "person_name"})), "person_name")
    assert (verdict.outcome, verdict.rule, verdict.policy.to_line) == (Outcome.VIOLATION, "SHR003", "p0.yaml:14")
    assert verdict.remedy.en.startswith('mask column "name" so that at most')


@pytest.mark.parametrize(
    ("shown", "outcome"), [((0, 4), Outcome.COMPLIANT), ((0, 5), Outcome.VIOLATION), ((1, 4), Outcome.VIOLATION)]
)
def test_an_exact_demand_limits_what_a_masked_value_shows(policy_of, judge, asset, shown, outcome):
    verdict = one(judge(policy_of(POLICY), asset({"card": "bank_card:masked"}, shown=shown)), "bank_card")
    assert verdict.outcome is outcome


def test_a_mask_that_hides_too_little_counts_as_clear(policy_of, judge, asset):
    verdict = one(judge(policy_of(POLICY), asset({"name": "person_name:masked!"})), "person_name")
    assert (verdict.outcome, verdict.rule) == (Outcome.VIOLATION, "SHR003")
    assert "showing too much" in verdict.message.en


def test_the_same_identifier_in_two_forms_gets_two_verdicts(policy_of, judge, asset):
    verdicts = judge(policy_of(POLICY), asset({"a": "person_name", "b": "person_name:masked"}))
    assert [(v.form, v.outcome.value, v.fields) for v in verdicts if v.element == "person_name"] == [
        ("plain", "violation", ("a",)),
        ("masked", "compliant", ("b",)),
    ]


def test_c3_in_clear_leaves_never_even_when_the_policy_allows_it(policy_of, judge, asset):
    text = POLICY.replace("allows: {", "allows: {card_cvv2: plain, ").replace(
        "cn_mobile: plain\n      p", "C3: plain\n      p"
    )
    verdict = one(judge(policy_of(text), asset({"cvv": "card_cvv2"})), "card_cvv2")
    assert (verdict.outcome, verdict.rule) == (Outcome.VIOLATION, "SHR001")


def test_a_contacts_number_needs_a_line_of_its_own(policy_of, judge, asset):
    found = asset({"lxr_tel": "cn_mobile@contact"})
    assert one(judge(policy_of(POLICY), found), "cn_mobile@contact").rule == "SHR002"
    text = POLICY.replace("cn_mobile: plain}", "cn_mobile: plain, cn_mobile@contact: plain}").replace(
        "      bank_card: plain", "      cn_mobile@contact: plain"
    )
    assert one(judge(policy_of(text), found), "cn_mobile@contact").outcome is Outcome.COMPLIANT


def test_a_column_declared_as_a_contacts_is_judged_as_a_contacts(policy_of, judge, asset):
    text = POLICY.replace("pia: P-1", "pia: P-1, fields: {tel: cn_mobile@contact}")
    assert one(judge(policy_of(text), asset({"tel": "cn_mobile"})), "cn_mobile@contact").rule == "SHR002"


def test_doubtful_evidence_is_a_gap_and_not_a_violation(policy_of, judge, asset):
    verdict = one(judge(policy_of(POLICY), asset({"mail": "email"}, confidence=0.4)), "email")
    assert (verdict.outcome, verdict.rule) == (Outcome.GAP, "SHR002")
    assert "probably holds" in verdict.message.en


def test_free_text_is_named_as_such(policy_of, judge, asset):
    verdict = one(judge(policy_of(POLICY), asset({None: "email"}, name="a.txt")), "email")
    assert verdict.message.en.startswith("the free text holds email")
    assert verdict.fields == ()


def test_an_identifier_that_the_catalogue_does_not_know_is_excess(policy_of, judge, asset):
    assert one(judge(policy_of(POLICY), asset({"x": "MY_ENTITY"})), "MY_ENTITY").rule == "SHR002"


def test_an_absent_value_is_nothing(policy_of, judge, asset):
    verdicts = judge(policy_of(POLICY), asset({"mail": "email:absent", "m": "cn_mobile"}))
    assert all(verdict.element != "email" for verdict in verdicts)


AGREEMENTS = POLICY.replace(
    "agreement: {ref: A, until: 2027-12-31}",
    """agreements:
      - {ref: OLD, until: 2025-12-31, purposes: [sms], scope: {cn_mobile: plain}}
      - {ref: NEW, from: 2026-01-01, purposes: [sms], scope: {cn_mobile: masked}}""",
)


@pytest.mark.parametrize(("day", "rule"), [(date(2025, 6, 1), None), (date(2026, 6, 1), "SHR003")])
def test_an_agreements_own_scope_must_allow_too_while_it_is_in_force(policy_of, judge, asset, day, rule):
    found = judge(policy_of(AGREEMENTS), asset({"m": "cn_mobile"}), as_of=day)
    assert one(found, "cn_mobile").rule == rule


def test_agreements_with_scopes_do_without_a_scope_of_the_recipient(policy_of, judge, asset):
    text = AGREEMENTS[: AGREEMENTS.index("    scope:\n")] + AGREEMENTS[AGREEMENTS.index("flows:") :]
    found = judge(policy_of(text), asset({"m": "cn_mobile:masked", "n": "person_name:masked"}))
    assert one(found, "cn_mobile").outcome is Outcome.COMPLIANT
    assert one(found, "person_name").rule == "SHR002"
