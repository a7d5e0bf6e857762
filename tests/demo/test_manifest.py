"""The whole audit on the demo bank: every planted problem is found, and nothing else is as bad."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from pii_audit import audit
from pii_audit.demo.manifest import PLANTED, Planted
from pii_audit.language import same
from pii_audit.model.finding import Finding, Severity
from pii_audit.workspace import load_workspace


@pytest.fixture(scope="module")
def audited(bank):
    """The manifest, and the run of the whole audit on it; run once."""
    return bank, audit(load_workspace(bank.folder))


def described(finding: Finding) -> str:
    return f"{finding.rule} {finding.severity} {finding.resource} {finding.identifiers} {finding.message.en}"


@pytest.mark.parametrize("problem", PLANTED, ids=lambda problem: f"{problem.rule}-{problem.explanation.en[:40]}")
def test_a_planted_problem_is_found_with_its_rule_and_resource(audited, problem):
    _, run = audited
    same_rule = [described(finding) for finding in run.findings if finding.rule == problem.rule]
    assert any(problem.is_found_by(finding) for finding in run.findings), same_rule


def test_nothing_else_reaches_high(audited):
    manifest, run = audited
    assert [described(finding) for finding in manifest.unexpected(run.findings)] == []


def test_everything_could_be_inspected(audited):
    _, run = audited
    assert [(row.id, row.reason) for row in run.coverage if row.incomplete] == []


@pytest.mark.parametrize("flow", ["sms-daily", "credit-monthly"])
def test_a_compliant_flow_has_no_finding(audited, flow):
    _, run = audited
    assert [described(finding) for finding in run.findings if finding.flow == flow] == []


def test_the_approved_exception_hides_its_finding_and_is_counted(audited):
    _, run = audited
    hidden = [(row.finding.rule, row.finding.flow, row.finding.identifiers) for row in run.suppressed]
    assert ("SHR003", "marketing-extract", ("person_name",)) in hidden


def test_no_harmless_document_has_a_finding(audited):
    _, run = audited
    harmless = ("share:finance/", "share:it/", "share:hz/会议纪要", "share:letters/")
    found = [described(row) for row in run.findings if any(asset.startswith(harmless) for asset in row.assets)]
    assert found == []


def test_invented_persons_in_the_test_environment_are_not_reported_as_real_ones(audited):
    _, run = audited
    real = [finding for finding in run.findings if finding.rule == "USE006"]
    assert {finding.asset for finding in real} == {"test:customer"}


def raw_values(manifest) -> Iterator[str]:
    with closing(sqlite3.connect(manifest.folder / "core.db")) as connection:
        for table, columns in (("customer", "cert_no, mobile, email, home_addr"), ("emergency_contact", "lxr_tel")):
            for row in connection.execute(f"SELECT {columns} FROM {table}"):
                yield from row
        yield from (card for (card,) in connection.execute("SELECT card_no FROM card"))


def test_no_raw_identifier_is_in_any_finding_or_verdict(audited):
    manifest, run = audited
    said = repr((run.findings, run.suppressed, run.verdicts, run.coverage))
    assert [value[:3] for value in raw_values(manifest) if value in said] == []


CLEAR = Planted("STO002", Severity.HIGH, same(""), source="share", asset="share:a.log", identifier="bank_card")


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "STO001"},
        {"severity": Severity.MEDIUM},
        {"source": "core"},
        {"asset": "share:b.log"},
        {"identifiers": ("cn_mobile",)},
    ],
)
def test_a_finding_of_another_rule_resource_or_less_severity_is_not_the_planted_one(change):
    text = same("")
    facts = {"rule": "STO002", "severity": Severity.CRITICAL, "source": "share", "asset": "share:a.log"}
    facts |= {"identifiers": ("bank_card",), "resource": (), "title": text, "message": text, "remediation": text}
    assert CLEAR.is_found_by(Finding(**facts))
    assert not CLEAR.is_found_by(Finding(**(facts | change)))
