"""Severities compare by rank; citations print as a lawyer writes them."""

from __future__ import annotations

import pytest

from pii_audit.language import Text
from pii_audit.model.finding import Clause, Severity

PIPL = Text("《个人信息保护法》", "Personal Information Protection Law")


def test_severities_compare_by_rank_and_not_by_spelling() -> None:
    order = [Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO]
    assert [severity.rank for severity in order] == [4, 3, 2, 1, 0]
    for index, severity in enumerate(order):
        assert all(severity.at_least(other) for other in order[index:])
        assert not any(severity.at_least(other) for other in order[:index])


def test_one_step_up_ends_at_critical() -> None:
    assert [severity.raised() for severity in Severity] == [
        Severity.CRITICAL,
        Severity.CRITICAL,
        Severity.HIGH,
        Severity.MEDIUM,
        Severity.LOW,
    ]


@pytest.mark.parametrize(
    ("clause", "zh", "en"),
    [
        (
            Clause("pipl", PIPL, "Art. 6", "第6条"),
            "《个人信息保护法》第6条",
            "Personal Information Protection Law Art. 6",
        ),
        (Clause("pipl", PIPL), "《个人信息保护法》", "Personal Information Protection Law"),
        (Clause("pci-dss", Text("PCI DSS", "PCI DSS"), "3.4.1"), "PCI DSS 3.4.1", "PCI DSS 3.4.1"),
    ],
)
def test_a_citation_is_title_and_verified_number(clause: Clause, zh: str, en: str) -> None:
    assert clause.in_("zh") == zh
    assert clause.in_("en") == en
