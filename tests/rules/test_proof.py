"""What the evidence of a finding counts, and what an exception for so many people is held against."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pii_audit.language import same
from pii_audit.model.finding import Finding, Severity
from pii_audit.policy.exceptions import Breach, excepted
from pii_audit.rules.interface import concern, proof


@pytest.fixture
def told(asset):
    """The evidence of columns `asset.column`, each of an identifier, so many people and a subject."""

    def build(*columns):
        statements = []
        for place, persons, subject in columns:
            id_, column = place.split(".")
            [statement] = asset(f"core:{id_}", {column: "cn_mobile"}).fields
            statements.append(replace(statement, persons=persons, subject=subject, hits=60))
        return proof(statements)

    return build


@pytest.mark.parametrize(
    ("columns", "persons", "at_most"),
    [
        ([("a.m", 40, "customer")], 40, None),
        ([("a.m", 40, "customer"), ("a.tel", 30, "customer")], 40, None),
        ([("a.m", 40, "customer"), ("b.m", 30, "customer")], 40, 70),
        ([("a.m", 40, "customer"), ("a.lxr", 30, "contact")], 40, 70),
        ([("a.m", 40, "customer"), ("b.m", 30, "customer"), ("b.lxr", 5, "contact")], 40, 75),
        ([("a.m", 0, "customer")], 0, 60),
        ([("a.m", 40, "customer"), ("b.m", 0, "customer")], 40, 100),
        ([("a.m", 0, "customer"), ("a.tel", 40, "customer")], 40, 60),
    ],
)
def test_people_of_every_asset_and_subject_add_up_and_uncounted_ones_are_so_many_as_hits(
    told, columns, persons, at_most
):
    evidence = told(*columns)
    assert (evidence["persons"], evidence.get("persons_at_most")) == (persons, at_most)


@pytest.mark.parametrize(("subject", "counted"), [("customer", (0, 40)), ("minor", (40, 0))])
def test_children_are_of_sensitive_concern_whatever_is_known_of_them(policy_of, asset, facts, subject, counted):
    one = asset("core:a", {"m": "cn_mobile"}, persons=40, subject=subject)
    told = concern(facts(policy_of("purposes: {}\n"), one), one.fields)
    assert (told.sensitive, told.other) == counted


def test_an_exception_for_so_many_people_does_not_cover_an_asset_whose_people_cannot_be_counted(told, policy_of):
    policy = policy_of(
        "exceptions:\n  - {rule: STO002, owner: a, approver: b, reason: x, while: {persons_up_to: 50}, until: 2026-12-31}\n"
    )

    def covered(*columns):
        found = Finding("STO002", ("x",), Severity.HIGH, *[same("")] * 3, evidence=told(*columns))
        return excepted(policy, Breach.of_finding(found), date(2026, 6, 30)) is not None

    assert covered(("a.m", 50, "customer"))
    assert not covered(("a.m", 0, "customer"))
    assert not covered(("a.m", 40, "customer"), ("b.m", 0, "customer"))
