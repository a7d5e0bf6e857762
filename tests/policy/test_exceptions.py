from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pii_audit.errors import Position
from pii_audit.language import same
from pii_audit.model.finding import Finding, Severity
from pii_audit.policy.exceptions import Breach, covers, excepted
from pii_audit.policy.model import ExceptionRule, Policy

DAY = date(2026, 6, 30)


def rule(**scope: object) -> Policy:
    facts = {"rule": "SHR003", "owner": "王某", "approver": "李某", "reason": "x", **scope}
    return Policy(exceptions=(ExceptionRule(Position("p.yaml", 3), **facts),))


BREACH = Breach(
    "SHR003",
    flow="f",
    recipient="r",
    identifiers=("person_name",),
    fields=("name",),
    assets=("outbox:a.csv",),
    source="outbox",
    principal="PUBLIC",
)


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"flow": "f"},
        {"recipient": "r"},
        {"identifier": "person_name"},
        {"field": "name"},
        {"asset": "outbox:*.csv"},
        {"source": "outbox"},
        {"principal": "PUBLIC"},
        {"flow": "f", "identifier": "person_name", "until": DAY},
    ],
)
def test_an_exception_covers_a_breach_within_its_scope_to_its_last_day(scope):
    assert excepted(rule(**scope), BREACH, DAY) is not None


@pytest.mark.parametrize(
    "scope",
    [
        {"rule": "SHR002"},
        {"flow": "g"},
        {"recipient": "s"},
        {"identifier": "cn_mobile"},
        {"field": "phone"},
        {"asset": "outbox:b*"},
        {"source": "core"},
        {"principal": "world"},
        {"flow": "f", "identifier": "cn_mobile"},
        {"until": date(2026, 6, 29)},
    ],
)
def test_an_exception_covers_nothing_outside_its_scope_or_after_its_last_day(scope):
    assert excepted(rule(**scope), BREACH, DAY) is None


def test_an_exception_for_one_identifier_does_not_cover_a_breach_of_several():
    both = Breach("SHR003", identifiers=("person_name", "cn_mobile"))
    assert excepted(rule(identifier="person_name"), both, DAY) is None
    assert excepted(rule(identifier="person_name"), Breach("SHR003"), DAY) is None


@pytest.mark.parametrize("name", ["STO001", "SHR001"])
def test_prohibited_data_takes_no_exception_even_when_one_is_written(name):
    assert excepted(rule(rule=name), Breach(name), DAY) is None


def test_a_breach_is_taken_from_a_finding_with_all_its_fields_and_assets():
    finding = Finding(
        "SHR003", ("f", "person_name"), Severity.HIGH, same("t"), same("m"), same("r"),
        identifiers=("person_name",), flow="f", recipient="r", source="outbox", asset="outbox:a.csv", field="name",
        evidence={"fields": ["name", "cust"], "assets": ["outbox:b.csv"]},
    )  # fmt: skip
    assert Breach.of_finding(finding) == Breach(
        "SHR003", "f", "r", ("person_name",), ("name", "cust"), ("outbox:a.csv", "outbox:b.csv"), "outbox"
    )


APPROVED = replace(BREACH, forms=("plain",), persons=100)


@pytest.mark.parametrize(
    ("approved", "covered"),
    [
        ({"fields": ("name", "other")}, True),
        ({"fields": ("other",)}, False),
        ({"forms": ("plain", "masked")}, True),
        ({"forms": ("masked",)}, False),
        ({"persons_up_to": 100}, True),
        ({"persons_up_to": 99}, False),
    ],
)
def test_an_exception_lapses_when_the_data_is_no_longer_what_was_approved(approved, covered):
    assert (excepted(rule(**approved), APPROVED, DAY) is not None) is covered


def test_what_was_approved_is_read_from_the_policy_and_from_the_finding(policy_of):
    policy = policy_of("""\
version: 1
exceptions:
  - {rule: SHR003, owner: a, approver: b, reason: x, while: {fields: [name], forms: [plain], persons_up_to: 5}}
""")
    evidence = {"fields": ["name"], "forms": {"plain": 7}, "persons": 5}
    finding = Finding("SHR003", ("f",), Severity.HIGH, same(""), same(""), same(""), evidence=evidence)
    assert excepted(policy, Breach.of_finding(finding), DAY) is policy.exceptions[0]
    for change in ({"fields": ["name", "tel"]}, {"forms": {"plain": 7, "encoded": 1}}, {"persons": 6}):
        more = replace(finding, evidence={**evidence, **change})
        assert excepted(policy, Breach.of_finding(more), DAY) is None


def test_an_exception_for_a_copy_need_not_name_what_it_is_a_copy_of():
    evidence = {"assets": ["share:list.csv", "core:customer"], "same_as": "core:customer", "persons": 9}
    found = Finding("STO005", ("x",), Severity.MEDIUM, *[same("")] * 3, asset="share:list.csv", evidence=evidence)
    given = ExceptionRule(Position("p.yaml", 1), "STO005", "a", "b", "x", asset="share:list.csv", persons_up_to=9)
    assert covers(given, Breach.of_finding(found), DAY)
    assert covers(given, Breach.of_finding(found, frozenset({"core:customer"})), DAY)
    assert not covers(replace(given, asset="core:customer"), Breach.of_finding(found), DAY)


def test_an_exception_never_covers_what_the_evidence_does_not_list_or_count():
    evidence = {"fields": ["a1", "a2"], "assets": ["s:a1"], "forms": {"plain": 1}, "persons": 5}
    finding = Finding("SHR003", ("f",), Severity.HIGH, same(""), same(""), same(""), evidence=evidence)

    def covered(scope, **more):
        told = {**evidence, **more}
        breach = Breach.of_finding(
            replace(finding, evidence={key: one for key, one in told.items() if one is not None})
        )
        return excepted(rule(**scope), breach, DAY) is not None

    assert covered({"field": "a*"})
    assert not covered({"field": "a*"}, fields_total=51)
    assert not covered({"fields": ("a1", "a2")}, fields_total=51)
    assert covered({"field": "a*"}, fields_total=51, columns=["a1", "a2", "a3"])
    assert not covered({"field": "a*"}, fields_total=51, columns=["a1", "a2", "z"])
    assert not covered({"field": "a*"}, columns=["a1"], in_text=True)
    assert not covered({"fields": ("a1", "a2")}, in_text=True)
    assert not covered({"fields": ("a1", "a2")}, fields=[], in_text=True)
    assert covered({"asset": "s:*"})
    assert not covered({"asset": "s:*"}, assets_total=51)
    assert covered({"persons_up_to": 5})
    assert not covered({"persons_up_to": 5}, persons_at_most=9)
    assert not covered({"persons_up_to": 5}, persons=None)
