"""Severity: from the check, one step up for many persons, never mild for what is worst."""

from __future__ import annotations

import pytest

from pii_audit.model.finding import Severity
from pii_audit.policy.model import Threshold
from pii_audit.rules.catalogue import load_rules
from pii_audit.rules.severity import Concern, load_scale


@pytest.mark.parametrize(
    ("rule", "concern", "severity"),
    [
        ("SHR002", Concern(), "high"),
        ("SHR002", Concern(sensitive=99_999, other=999_999), "high"),
        ("SHR002", Concern(sensitive=100_000), "critical"),
        ("SHR002", Concern(other=1_000_000), "critical"),
        ("USE005", Concern(), "medium"),
        ("USE005", Concern(sensitive=100_000), "high"),
        ("SHR001", Concern(sensitive=5_000_000), "critical"),
        ("GOV001", Concern(other=1_000_000), "high"),
        ("USE005", Concern(c3_in_clear=True), "high"),
        ("GOV002", Concern(everyone_can_read=True), "high"),
        ("SHR001", Concern(c3_in_clear=True, everyone_can_read=True), "critical"),
        ("COV001", Concern(sensitive=5_000_000), "medium"),
        ("QLT001", Concern(other=5_000_000), "low"),
    ],
)
def test_severity_follows_from_rule_persons_and_exposure(rule: str, concern: Concern, severity: str) -> None:
    assert load_scale().severity(load_rules()[rule], concern) is Severity(severity)


def test_a_policy_may_state_other_numbers_of_people():
    scale, rule = load_scale(), load_rules()["SHR002"]
    own = scale.from_people(Threshold(sensitive=10, other=20))
    assert own.severity(rule, Concern(sensitive=10)) is rule.severity.raised()
    assert own.severity(rule, Concern(other=19)) is rule.severity
    assert scale.from_people(None) is scale
