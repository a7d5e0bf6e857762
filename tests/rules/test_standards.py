"""Provisions cite verified clauses alone, name rules that exist, and say what is left to a human."""

from __future__ import annotations

import pytest

from pii_audit.document import Reader
from pii_audit.rules.catalogue import load_instruments
from pii_audit.rules.standards import STANDARD, _provision


@pytest.mark.parametrize(
    ("provision", "said"),
    [
        ("{clause: Art.99, how: manual, what: {zh: a, en: a}}", "not a verified clause: Art.99"),
        ("{how: manual, what: {zh: a, en: a}}", "write a clause or a topic"),
        ("{clause: Art.6, topic: {zh: a, en: a}, how: manual, what: {zh: a, en: a}}", "write a clause or a topic"),
        ("{clause: Art.6, how: automatic, what: {zh: a, en: a}}", "no rule that checks it is named"),
        ("{clause: Art.6, how: automatic, what: {zh: a, en: a}, rules: [SHR02]}", 'unknown rule "SHR02"'),
        ("{clause: Art.6, how: semi_automatic, what: {zh: a, en: a}, rules: [SHR002]}", "human is what a semi-auto"),
        ("{clause: Art.6, how: manual, what: {zh: a, en: a}, human: {zh: a, en: a}}", "human is what a semi-auto"),
    ],
)
def test_what_a_provision_may_not_say_is_refused(provision, said):
    reader = Reader()
    read = reader.read_bytes(f"version: 1\nclauses: [{provision}]\n".encode(), STANDARD, shown_as="x.yaml")
    _provision(read["clauses"][0], load_instruments()["pipl"], reader)
    assert any(said in problem.message.en for problem in reader.problems)
