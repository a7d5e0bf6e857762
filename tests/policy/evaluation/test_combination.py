from __future__ import annotations

import pytest

from pii_audit.model.finding import Outcome

POLICY = """\
version: 1
purposes:
  p:
    needs: {cn_mobile: plain}
    allows: {person_name: plain, bank_card: plain, email: plain}
    one_of: [[cn_landline, cn_mobile]]
    never_together: [[name, bank_card]]
recipients: {r: {role: processor, scope: {C2: plain}}}
flows: {f: {recipient: r, purpose: p}}
"""


def shr002(verdicts):
    return [verdict for verdict in verdicts if verdict.rule == "SHR002"]


def test_of_two_alternatives_the_one_that_is_not_needed_is_excess(policy_of, judge, asset):
    (verdict,) = shr002(judge(policy_of(POLICY), asset({"tel": "cn_landline", "mob": "cn_mobile"})))
    assert (verdict.element, verdict.outcome, verdict.fields) == ("cn_landline", Outcome.VIOLATION, ("tel",))
    assert verdict.policy.to_line == "p0.yaml:6"
    assert "one_of at p0.yaml:6" in verdict.message.en


def test_alternatives_in_two_files_of_the_flow_are_both_sent(policy_of, judge, asset):
    files = asset({"tel": "cn_landline"}, name="a.csv"), asset({"mob": "cn_mobile"}, name="b.csv")
    assert [verdict.element for verdict in shr002(judge(policy_of(POLICY), *files))] == ["cn_landline"]


def test_one_alternative_alone_is_compliant_and_serves_the_purpose(policy_of, judge, asset):
    verdicts = judge(policy_of(POLICY), asset({"tel": "cn_landline"}))
    assert not shr002(verdicts)
    assert all(verdict.rule != "QLT001" for verdict in verdicts)


ROWS = [("person_name", "bank_card", "cn_mobile")]


def test_what_must_not_stand_in_one_row_is_found_in_a_row(policy_of, judge, asset):
    columns = {"n": "person_name", "c": "bank_card", "m": "cn_mobile"}
    (verdict,) = shr002(judge(policy_of(POLICY), asset(columns, together=ROWS)))
    assert (verdict.element, verdict.fields) == ("name + bank_card", ("n", "c"))
    assert verdict.policy.to_line == "p0.yaml:7"


@pytest.mark.parametrize(
    ("forbidden", "columns", "row", "hit"),
    [
        ("cn_mobile@customer, cn_mobile@contact", {"m": "cn_mobile"}, ("cn_mobile",), False),
        ("cn_mobile@customer, cn_mobile@contact", {"m": "cn_mobile", "k": "cn_mobile@contact"}, ("cn_mobile",), True),
        ("phone, cn_mobile", {"m": "cn_mobile"}, ("cn_mobile",), False),
        ("phone, cn_mobile", {"m": "cn_mobile", "t": "cn_landline"}, ("cn_mobile", "cn_landline"), True),
        ("phone, cn_landline", {"m": "cn_mobile", "t": "cn_landline"}, ("cn_mobile", "cn_landline"), True),
        ("person_name@contact, bank_card", {"n": "person_name", "c": "bank_card"}, ("person_name", "bank_card"), False),
        (
            "person_name@contact, bank_card",
            {"n": "person_name@contact", "c": "bank_card"},
            ("person_name", "bank_card"),
            True,
        ),
    ],
)
def test_each_member_of_a_combination_is_another_element_of_the_subject_named(
    policy_of, judge, asset, forbidden, columns, row, hit
):
    text = POLICY.replace("name, bank_card]]", f"{forbidden}]]").replace("    one_of: [[cn_landline, cn_mobile]]\n", "")
    found = judge(policy_of(text), asset(columns, together=[row]))
    assert [one.element for one in found if " + " in one.element] == ([forbidden.replace(", ", " + ")] if hit else [])


@pytest.mark.parametrize(("short", "hit"), [(0, True), (1, False)])
def test_a_wide_combination_is_told_at_once(policy_of, judge, asset, catalogue, short, hit):
    elements = sorted(catalogue.expand("C2+"))[: 14 - short]
    text = POLICY.replace("name, bank_card]]", f"{', '.join(['C2+'] * 13)}, C1+]]")
    found = judge(policy_of(text), asset({f"c{n}": name for n, name in enumerate(elements)}, together=[elements]))
    assert any(" + " in one.element for one in found) is hit


def test_columns_that_never_meet_in_a_row_are_not_together(policy_of, judge, asset):
    columns = {"n": "person_name", "c": "bank_card", "m": "cn_mobile"}
    rows = [("person_name", "cn_mobile"), ("bank_card", "cn_mobile")]
    assert not shr002(judge(policy_of(POLICY), asset(columns, together=rows)))


def test_in_free_text_one_document_is_together(policy_of, judge, asset):
    text = asset({None: ["person_name", "bank_card", "cn_mobile"]}, name="a.txt")
    assert [verdict.element for verdict in shr002(judge(policy_of(POLICY), text))] == ["name + bank_card"]


@pytest.mark.parametrize(("form", "found"), [("masked", 1), ("truncated", 1), ("tokenised", 0), ("keyed_hash", 0)])
def test_a_masked_value_still_tells_of_a_person_and_a_token_does_not(policy_of, judge, asset, form, found):
    columns = {"n": "person_name", "c": f"bank_card:{form}", "m": "cn_mobile"}
    assert len(shr002(judge(policy_of(POLICY), asset(columns, together=ROWS)))) == found


RAISED = """\
version: 1
classification: {raise: [{together: [person_name, cn_mobile], to: "jrt0197:4"}, {together: [otp_code, account], to: C3}]}
purposes: {p: {allows: {person_name: plain, cn_mobile: plain, cn_bank_account: plain, otp_code: plain}}}
recipients:
  r: {role: processor, never: ["jrt0197:4"], scope: {person_name: plain, cn_mobile: plain, cn_bank_account: plain}}
flows: {f: {recipient: r, purpose: p}}
"""


def test_a_level_that_is_forbidden_forbids_what_a_combination_raises_to_it(policy_of, judge, asset):
    policy = policy_of(RAISED)
    apart = asset({"n": "person_name", "m": "cn_mobile"})
    together = asset({"n": "person_name", "m": "cn_mobile"}, together=[("person_name", "cn_mobile")])
    assert {one.outcome.value for one in judge(policy, apart) if one.identifier} == {"compliant"}
    assert [(one.outcome.value, one.rule) for one in judge(policy, together) if one.identifier] == [
        ("violation", "SHR002")
    ] * 2


def test_one_element_is_no_combination_though_two_words_of_it_mean_that(policy_of, judge, asset):
    policy = policy_of(RAISED.replace("[person_name, cn_mobile]", "[phone, cn_mobile]"))
    alone = asset({"m": "cn_mobile"}, together=[("cn_mobile",)])
    assert {one.outcome.value for one in judge(policy, alone) if one.identifier} == {"compliant"}


def test_an_account_beside_a_one_time_code_is_c3_and_never_leaves(policy_of, judge, asset):
    both = asset({"a": "cn_bank_account", "o": "otp_code"}, together=[("cn_bank_account", "otp_code")])
    [account, _] = [one for one in judge(policy_of(RAISED), both) if one.identifier]
    assert (account.element, account.rule) == ("cn_bank_account", "SHR001")
