"""MAN001 to MAN005: what somebody has to vouch for is a gap until somebody does."""

from __future__ import annotations

import pytest

from pii_audit.errors import ConfigurationError
from pii_audit.rules.manual import without_attestation

GIVEN = "attestations: {required: [MAN001], given: [{item: MAN001, by: Wang, on: %s, until: %s, ref: L-1}]}\n"


@pytest.mark.parametrize(
    ("on", "until", "holds"),
    [
        ("2026-06-30", "2026-06-30", True),
        ("2026-07-01", "2026-12-31", False),
        ("2025-01-01", "2026-06-29", False),
    ],
)
def test_an_attestation_holds_from_its_first_to_its_last_day(policy_of, facts, on, until, holds):
    drafts = list(without_attestation(facts(policy_of(GIVEN % (on, until)))))
    assert [(draft.rule, draft.resource, draft.outcome.value) for draft in drafts] == (
        [] if holds else [("MAN001", ("MAN001",), "gap")]
    )


def test_what_is_asked_for_and_not_attested_is_a_gap_and_what_nobody_asks_for_is_none(policy_of, facts):
    policy = policy_of("attestations: {required: [MAN002, MAN005]}\n")
    drafts = list(without_attestation(facts(policy)))
    assert [(draft.rule, draft.policy.line) for draft in drafts] == [("MAN002", 2), ("MAN005", 2)]
    assert list(without_attestation(facts(policy_of("purposes: {}\n")))) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("attestations: {required: [MAN009]}\n", 'unknown manual item "MAN009"'),
        ("attestations: {required: [SHR001]}\n", 'unknown manual item "SHR001"'),
        (GIVEN % ("2026-02-01", "2026-01-01"), "ends before it begins"),
    ],
)
def test_only_manual_items_can_be_attested(policy_of, text, said):
    with pytest.raises(ConfigurationError, match=said):
        policy_of(text)
