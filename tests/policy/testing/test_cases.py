"""Tests of policies: what a case says, what comes of it, and which lines of the policy it weighs."""

from __future__ import annotations

import json
from datetime import date

import jsonschema
import pytest
import yaml

from pii_audit import content
from pii_audit.errors import ConfigurationError, UsageError
from pii_audit.policy.testing import covered, load_cases, run_case
from pii_audit.policy.testing.language import cases_schema

DAY = date(2026, 6, 30)
POLICY = """\
version: 1
purposes:
  p:
    needs: {cn_mobile: plain}
    allows: {person_name: masked, bank_card: {forms: [masked], show: {first: 0, last: 4}}}
    never_together: [[person_name, cn_mobile]]
recipients:
  r:
    role: processor
    region: CN
    agreement: {ref: A-1, until: 2026-12-31}
    purposes: [p]
    scope: {cn_mobile: plain, person_name: masked, bank_card: masked}
    never: [C3]
    max_persons: {per_run: 10, per_year: 100}
flows:
  f:
    source: outbox
    recipient: r
    purpose: p
    channel: sftp
    legal_basis: consent
    consent: {kind: separate, ref: C, field: flag}
    pia: P-1
    fields: {tel: cn_mobile, flag: none}
    population: {key: cn_mobile, within: core.t}
"""
KNOWN = "known: {persons_this_year: 9, population_share: 1.0, consent_proved: true}"


@pytest.fixture
def results(policy_of, tmp_path, catalogue):
    """What came of cases, given as YAML beside the policy above."""

    def run(*cases: str):
        policy = policy_of(POLICY)
        text = "version: 1\ncases:\n" + "".join(f"  - {{title: t, {case}}}\n" for case in cases)
        (tmp_path / "p.cases.yaml").write_text(text, encoding="utf-8")
        return [run_case(case, policy, catalogue) for case in load_cases(["."], tmp_path, policy, catalogue, DAY)]

    return run


@pytest.mark.parametrize(
    "case",
    [
        f"flow: f, given: {{cn_mobile: plain}}, {KNOWN}, expect: compliant, rules: []",
        f"flow: f, given: {{cn_mobile: plain}}, persons: 11, {KNOWN}, expect: violation, rules: [SHR005]",
        f"flow: f, given: {{cn_mobile: plain}}, {KNOWN}, as_of: 2027-01-01, expect: violation, rules: [SHR007]",
        "flow: f, given: {cn_mobile: plain}, expect: gap, rules: [SHR004, SHR005, SHR008]",
        f"flow: f, given: {{email: masked}}, {KNOWN}, expect: violation, rules: [SHR002], elements: {{email: violation}}",
        "recipient: r, purpose: p, given: {cn_mobile: plain}, known: {persons_this_year: 1}, expect: compliant",
        "recipient: r, purpose: p, given: {person_name: plain}, expect: violation, elements: {person_name: violation}",
        "recipient: r, purpose: p, given: {person_name: {form: masked, inadequate: true}}, expect: violation",
        "recipient: r, purpose: p, given: {card_cvv2: plain}, expect: violation, elements: {card_cvv2: violation}",
        "recipient: r, purpose: p, given: {bank_card: {form: masked, show: {first: 0, last: 4}}}, expect: gap",
        "recipient: r, purpose: p, given: {bank_card: {form: masked, show: {first: 6, last: 4}}}, expect: violation",
        "recipient: r, purpose: p, given: {cn_mobile: plain, person_name: masked}, expect: violation, rules: [SHR002, SHR005]",
    ],
)  # fmt: skip
def test_a_case_comes_out_as_the_policy_says(results, case):
    [result] = results(case)
    assert [difference.en for difference in result.differences] == []


def test_free_text_holds_no_row_in_which_things_stand_together(results):
    [result] = results(
        "recipient: r, purpose: p, expect: gap, known: {},"
        " given: {cn_mobile: plain, person_name: {form: masked, in_text: true}}"
    )
    assert result.passed


def test_what_differs_from_what_was_expected_is_told_with_the_verdicts(results):
    [result] = results(
        f"flow: f, given: {{cn_mobile: plain}}, persons: 11, {KNOWN}, expect: compliant, rules: [SHR001], "
        "elements: {cn_mobile: gap}"
    )
    told = [difference.en for difference in result.differences]
    assert told[:3] == [
        "expect: expected compliant, got violation",
        "rules: expected SHR001, got SHR005",
        "cn_mobile: expected gap, got compliant",
    ]
    assert told[3].startswith("  SHR005 about 11 people this run; per_run at p0.yaml:15 allows 10")


def test_lines_that_no_case_weighs_are_known(results, policy_of):
    found = results(f"flow: f, given: {{cn_mobile: plain}}, {KNOWN}, expect: compliant")
    share = covered(policy_of(POLICY), found)
    assert [what.en for _, what in share.missed] == [
        "p allows person_name",
        "p allows bank_card",
        "p never_together person_name + cn_mobile",
        "r scope person_name",
        "r scope bank_card",
        "r never C3",
    ]
    assert 0.5 < share.share < 1.0
    assert [position.line for position, _ in share.missed] == [5, 5, 6, 13, 13, 14]


def test_everything_that_is_wrong_with_cases_is_reported_at_once(policy_of, tmp_path, catalogue):
    policy = policy_of(POLICY)
    (tmp_path / "p.cases.yaml").write_text(
        """\
version: 1
cases:
  - {title: a, flow: g, given: {cn_mobil: plain}, expect: fine}
  - {title: b, recipient: r, given: {phone: plain}, expect: gap, rules: [SHR99], elements: {email: gap}}
  - {title: c, flow: f, recipient: r, given: {cn_mobile@boss: maskd}, expect: gap}
  - {title: d, flow: f, given: {cn_mobile: {form: masked, shown: 1}}, expect: gap, as_of: 2026-02-30}
"""
    )
    with pytest.raises(ConfigurationError) as caught:
        load_cases(["."], tmp_path, policy, catalogue, DAY)
    lines = [line.partition(" is not one of plain")[0] for line in caught.value.lines("en")]
    assert lines == [
        'p.cases.yaml:3:16: unknown flow "g"; known: f',
        'p.cases.yaml:3:33: unknown identifier "cn_mobil"; did you mean "cn_mobile"?',
        'p.cases.yaml:3:59: "fine" is not one of compliant | violation | gap',
        "p.cases.yaml:4:5: write flow, or recipient and purpose",
        'p.cases.yaml:4:38: unknown identifier "phone"; did you mean "phone_intl"?',
        'p.cases.yaml:4:74: unknown rule "SHR99"; did you mean "SHR009"?',
        'p.cases.yaml:4:93: "email" is not given',
        "p.cases.yaml:5:5: write flow, or recipient and purpose",
        'p.cases.yaml:5:47: unknown subject "boss"; known: beneficiary, contact, customer, employee, guarantor, minor',
        'p.cases.yaml:5:63: "maskd"',
        'p.cases.yaml:6:59: unknown key "shown"; did you mean "show"?',
        "p.cases.yaml:6:91: 2026-02-30 is not a date of the calendar",
    ]


def test_files_of_cases_are_no_policies_and_no_cases_is_an_error(policy_of, tmp_path, catalogue):
    (tmp_path / "p.cases.yaml").write_text("version: 1\ncases: []\n")
    policy = policy_of(POLICY)
    assert policy.files == ("p0.yaml",)
    with pytest.raises(ConfigurationError, match="needs at least 1"):
        load_cases(["."], tmp_path, policy, catalogue, DAY)
    (tmp_path / "p.cases.yaml").unlink()
    with pytest.raises(UsageError, match="there is no file of cases"):
        load_cases(["."], tmp_path, policy, catalogue, DAY)


def test_the_cases_of_a_single_policy_file_lie_beside_it(policy_of, tmp_path, catalogue):
    policy = policy_of(POLICY)
    with pytest.raises(UsageError, match="there is no file of cases"):
        load_cases(["p0.yaml"], tmp_path, policy, catalogue, DAY)
    (tmp_path / "p0.cases.yaml").write_text(
        "version: 1\ncases: [{title: t, flow: f, given: {cn_mobile: plain}, expect: gap}]\n"
    )
    assert len(load_cases(["p0.yaml"], tmp_path, policy, catalogue, DAY)) == 1


def test_the_published_schema_of_cases_is_current_and_fits_the_demo():
    schema = json.loads(content.text("reports/schemas/cases.schema.json"))
    assert schema == cases_schema()
    document = json.loads(json.dumps(yaml.safe_load(content.text("policies/demo/demo.cases.yaml")), default=str))
    jsonschema.validate(document, schema)
