"""Rules of one's own in CEL: checked when they are loaded, asked in a child process, and never in the way of the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date

import pytest

from pii_audit.errors import ConfigurationError
from pii_audit.policy.custom import evaluator
from pii_audit.policy.custom.evaluator import Evaluator, NoAnswerError
from pii_audit.policy.custom.inputs import INPUTS, variables
from pii_audit.rules.custom import fields

BASE = """\
version: 1
purposes: {p: {allows: {cn_mobile: plain, email: plain}}}
recipients: {r: {role: processor, region: US, scope: {cn_mobile: plain, email: plain}}}
flows: {f: {recipient: r, purpose: p, channel: sftp}}
rules:
  ORG001:
    title: {zh: 自定, en: own}
    about: %s
    when: %s
    message: {zh: 不行, en: not so}
    outcome: violation
"""
LOOP = "[%s].all(a, [%s].all(b, [%s].all(c, a == b)))" % ((", ".join(["1"] * 400),) * 3)


@pytest.fixture
def verdicts(policy_of, judge, asset):
    """`(element, outcome, message)` of what a rule of one's own says of a file with a mobile number and an e-mail address."""

    def ask(about: str, when: str):
        seen = asset({"m": "cn_mobile", "e": "email:masked"}, persons=7)
        found = judge(policy_of(BASE % (about, f"'{when}'")), seen)
        return [(one.element, one.outcome.value, one.message.en) for one in found if one.rule == "ORG001"]

    return ask


@pytest.mark.parametrize(
    ("about", "when", "elements"),
    [
        ("element", 'element.identifier == "cn_mobile"', ["cn_mobile"]),
        ("element", 'element.form == "masked" && element.adequate', ["email"]),
        ("element", 'element.groups.exists(one, one == "contact")', ["cn_mobile", "email"]),
        ("element", 'element.class == "C2" && element.grade >= 3 && element.rows == 100', ["cn_mobile", "email"]),
        ("element", '"m" in element.columns && element.subject == "customer" && !element.sensitive', ["cn_mobile"]),
        ("element", 'recipient.region != "CN" && recipient.role == "processor"', ["cn_mobile", "email"]),
        ("flow", 'persons > 6 && flow.channel == "sftp" && !flow.protected && flow.pia == ""', ["rule.ORG001"]),
        ("flow", '"cn_mobile" in elements && "C2" in classes && "e" in columns', ["rule.ORG001"]),
        ("flow", 'today >= "2026-06-30" && today < "2026-07-01" && purpose.id == "p"', ["rule.ORG001"]),
        ("flow", "persons > 7", []),
    ],
)
def test_a_rule_speaks_where_its_expression_holds(verdicts, about, when, elements):
    found = verdicts(about, when)
    assert [element for element, _, _ in found] == elements
    assert {(outcome, message) for _, outcome, message in found} <= {("violation", "not so")}


@pytest.mark.parametrize(
    ("when", "outcome"),
    [("persons > 1000", "gap"), ('persons > 1000 || flow.id != ""', "violation"), ('flow.id == ""', None)],
)
def test_a_number_of_people_that_is_not_known_is_no_answer(policy_of, judge, asset, when, outcome):
    found = judge(policy_of(BASE % ("flow", f"'{when}'")), asset({"m": "cn_mobile"}, rows=5000))
    told = [(one.outcome.value, one.message.en) for one in found if one.rule == "ORG001"]
    assert [one for one, _ in told] == ([outcome] if outcome else [])
    assert outcome != "gap" or told[0][1].endswith("gave no answer: persons is not known")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("1 / (persons - 7) == 1", "divide by zero"),
        (LOOP, "Iteration budget exceeded"),
    ],
)
def test_an_expression_that_gives_no_answer_is_a_gap_that_says_so(verdicts, when, said):
    [(_, outcome, message)] = verdicts("flow", when)
    assert outcome == "gap"
    assert message.startswith("rule ORG001 (p0.yaml:6) gave no answer: ")
    assert said in message


@pytest.mark.parametrize(
    ("about", "when", "said"),
    [
        ("flow", "persns > 5", 'unknown input "persns"; did you mean "persons"?'),
        ("flow", 'element.form == "plain"', 'unknown input "element.form"'),
        ("flow", 'persons > "5"', "the expression is wrong: at character 9: found no matching overload"),
        ("flow", "persons >", "the expression is wrong: at character 10: Syntax error"),
        ("flow", "persons", "the expression is wrong: the expression gives INT"),
        ("flow", "(" * 500 + "true" + ")" * 500, "recursion limit exceeded"),
        ("flow", "true || " * 600 + "true", "an expression of more than 4000 characters"),
        ("flow", "", "expected a CEL expression"),
        ("grant", "true", '"grant" is not one of element | flow | field'),
    ],
)
def test_a_wrong_expression_is_refused_at_its_line_when_the_policy_is_loaded(policy_of, about, when, said):
    with pytest.raises(ConfigurationError) as caught:
        policy_of(BASE % (about, f"'{when}'"))
    [line] = [line for line in caught.value.lines("en") if "p0.yaml:8" in line or "p0.yaml:9" in line]
    assert said in line


def test_ids_of_shipped_families_are_taken_and_an_exception_may_name_one_s_own_rule(policy_of):
    exception = "exceptions: [{rule: ORG001, owner: a, approver: b, reason: x}]\n"
    assert policy_of(BASE % ("flow", "'true'") + exception).exceptions[0].rule == "ORG001"
    with pytest.raises(ConfigurationError, match="ids that begin with SHR are those of the shipped rules"):
        policy_of((BASE % ("flow", "'true'")).replace("ORG001", "SHR900"))


def test_a_rule_about_fields_is_one_finding_an_asset(policy_of, asset, catalogue):
    from pii_audit.rules.interface import Facts

    policy = policy_of(
        BASE % ("field", '\'asset.name.endsWith(".csv") && element.column != "e" && element.prevalence > 0.5\'')
    )
    seen = asset({"m": "cn_mobile", "e": "email", "k": "bank_card"})
    facts = Facts(policy, catalogue, as_of=date(2026, 6, 30), sources={}, inspected=[seen])
    [draft] = fields(facts)
    assert (draft.rule, draft.resource, draft.identifiers) == (
        "ORG001",
        ("outbox:sms_1.csv",),
        ("cn_mobile", "bank_card"),
    )


@pytest.mark.parametrize(("persons", "outcome"), [(50, "violation"), (5, None), (0, "gap")])
def test_the_people_of_a_field_that_tells_nobody_apart_are_those_of_its_asset(
    policy_of, asset, catalogue, persons, outcome
):
    from pii_audit.rules.interface import Facts

    seen = asset({"n": "person_name"}, persons=persons)
    policy = policy_of(BASE % ("field", "'persons > 10'"))
    drafts = list(fields(Facts(policy, catalogue, as_of=date(2026, 6, 30), sources={}, inspected=[seen])))
    assert [draft.outcome.value for draft in drafts] == ([outcome] if outcome else [])


@pytest.mark.parametrize("about", list(INPUTS))
def test_every_input_is_given_and_has_a_meaning_in_both_languages(verdicts, about):
    if about != "field":
        lists = {name for name, kind in variables(about).items() if kind == "list"}
        every = " && ".join(f"{name} == {name}" for name in variables(about) if name not in lists)
        assert verdicts(about, every)
    assert all(one.meaning.zh and one.meaning.en for one in INPUTS[about].values())


# --- the child


def test_a_child_that_does_not_answer_in_time_is_stopped_and_the_next_question_gets_a_new_one():
    asked = Evaluator(seconds=30)
    assert asked.evaluate("persons > 1", {"persons": "int"}, [{"persons": 1}, {"persons": 2}]) == [False, True]
    child = asked._child
    os.kill(child.pid, 19)
    asked._seconds = 0.2
    with pytest.raises(NoAnswerError, match="gave no answer in time"):
        asked.evaluate("persons > 1", {"persons": "int"}, [{"persons": 2}])
    assert child.poll() is not None
    asked._seconds = 30
    assert asked.evaluate("persons > 1", {"persons": "int"}, [{"persons": 2}]) == [True]
    asked.stop()


def test_a_child_that_has_died_is_told_apart_from_one_that_disagrees():
    asked = Evaluator()
    assert asked.compile("true", {}) is None
    asked._child.kill()
    asked._child.wait()
    with pytest.raises(NoAnswerError):
        asked.evaluate("true", {}, [{}])
    asked.stop()


def test_without_the_library_the_error_says_what_to_install(policy_of, monkeypatch):
    monkeypatch.setattr(evaluator, "find_spec", lambda name: None)
    monkeypatch.setattr("pii_audit.policy.custom.checks.shared", Evaluator)
    with pytest.raises(ConfigurationError, match=r"CEL is not installed.*pii-audit\[rules\]"):
        policy_of(BASE % ("flow", "'true'"))


def test_a_policy_without_rules_of_its_own_starts_no_child():
    code = (
        "import sys; from pathlib import Path; from pii_audit.policy.loader import load_policy;"
        "from pii_audit.identifiers.catalogue import load_catalogue; from pii_audit.policy.custom import evaluator;"
        "load_policy([], Path('.'), load_catalogue()); sys.exit(evaluator.shared()._child is not None)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
