"""Provisions cite verified clauses alone, name rules that exist, and say what is left to a human."""

from __future__ import annotations

import pytest

from pii_audit.document import Reader
from pii_audit.language import Text
from pii_audit.rules.catalogue import load_instruments, load_rules
from pii_audit.rules.standards import STANDARD, Provision, _provision, load_standards


@pytest.mark.parametrize(
    ("provision", "said"),
    [
        ("{clause: Art.99, what: {zh: a, en: a}}", "not a verified clause: Art.99"),
        ("{what: {zh: a, en: a}}", "write a clause or a topic"),
        ("{clause: Art.6, topic: {zh: a, en: a}, what: {zh: a, en: a}}", "write a clause or a topic"),
        ("{clause: Art.6, what: {zh: a, en: a}, rules: [SHR02]}", 'unknown rule "SHR02"'),
        ("{clause: Art.6, what: {zh: a, en: a}, rules: [SHR002], information: true}", "for information alone"),
        ("{clause: Art.6, what: {zh: a, en: a}, human: {zh: a, en: a}}", "human is what rules leave over"),
        ("{clause: Art.6, what: {zh: a, en: a}, rules: [MAN001], human: {zh: a, en: a}}", "human is what rules leave"),
    ],
)
def test_what_a_provision_may_not_say_is_refused(provision, said):
    reader = Reader()
    read = reader.read_bytes(f"version: 1\nclauses: [{provision}]\n".encode(), STANDARD, shown_as="x.yaml")
    _provision(read["clauses"][0], load_instruments()["pipl"], reader)
    assert any(said in problem.message.en for problem in reader.problems)


@pytest.mark.parametrize(
    ("rules", "human", "how"),
    [
        (("SHR002",), None, "automatic"),
        (("SHR002", "MAN001"), None, "automatic"),
        (("SHR002",), Text("甲", "a"), "semi_automatic"),
        (("MAN001",), None, "manual"),
        ((), None, "manual"),
    ],
)
def test_how_a_provision_is_checked_follows_from_its_rules(rules, human, how):
    assert Provision(Text("名", "name"), Text("事", "what"), rules, human).how == how


def test_a_rule_that_no_case_shows_to_find_anything_checks_nothing():
    assert Provision(Text("名", "name"), Text("事", "what"), ("XYZ001",)).how == "manual"


def test_every_verified_clause_of_a_standard_has_its_provision():
    for name, standard in load_standards().items():
        named = {provision.name.en for provision in standard.provisions}
        assert {clause.ref for clause in load_instruments()[name].clauses.values()} <= named


def test_rules_that_look_for_themselves_stand_behind_some_provision():
    named = {rule for standard in load_standards().values() for one in standard.provisions for rule in one.rules}
    assert set(load_rules()) - named <= {"COV001"}
