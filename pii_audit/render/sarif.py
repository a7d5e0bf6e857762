"""The `sarif` format: the Static Analysis Results Interchange Format 2.1.0 (OASIS), for code-scanning dashboards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pii_audit.language import Language
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.finding import SETTLED, Change, Finding, Severity
from pii_audit.model.run import Run
from pii_audit.render.json import document
from pii_audit.render.place import file_assets, place_of
from pii_audit.render.safe import safe, short
from pii_audit.render.wire import threshold, worst_first
from pii_audit.rules.catalogue import Rule, load_rules

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "piiAuditFinding/v1"
"""The name of our fingerprint: a keyed HMAC of rule and resource, the same in every run."""
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
SECURITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}
"""What code-scanning services sort by: a number in each of their own bands."""
BASELINE = {
    Change.NEW: "new",
    Change.PERSISTENT: "unchanged",
    Change.NOT_RECHECKED: "unchanged",
    Change.REOPENED: "new",
}


def render(run: Run, *, language: Language) -> str:
    """A run as a SARIF log of one run; what is fixed is left out, what is set aside stands with its suppression."""
    shown = [(one, "") for one in worst_first(run.findings) if one.change is not Change.FIXED]
    shown += [(one.finding, one.exception) for one in run.suppressed]
    rules = sorted({finding.rule for finding, _ in shown})
    index = {rule: number for number, rule in enumerate(rules)}
    files = file_assets(run)
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "pii-audit",
                        "version": run.version,
                        "language": "zh-CN" if language == "zh" else "en-US",
                        "rules": [_rule(rule, shown, language) for rule in rules],
                    }
                },
                "automationDetails": {"id": f"pii-audit/{run.kind}/{run.id}"},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(run, language)],
                "results": [_result(one, exception, index, files, language) for one, exception in shown],
                "properties": {
                    "run": run.id,
                    "kind": run.kind,
                    "incomplete": run.incomplete,
                    **({"baseline": run.baseline._asdict()} if run.baseline else {}),
                },
            }
        ],
    }
    return document(log)


def _text(text: str) -> str:
    return short(safe(text)) or "-"


def _rule(rule: str, shown: Iterable[tuple[Finding, str]], language: Language) -> dict[str, Any]:
    known = load_rules().get(rule)
    if known is None:
        # A rule of an older or newer version: its findings tell what they know of it.
        first = next(finding for finding, _ in shown if finding.rule == rule)
        title = _text(first.title.in_(language))
        return {
            "id": rule,
            "shortDescription": {"text": title},
            "help": {"text": _text(first.remediation.in_(language))},
        }
    return {
        "id": rule,
        "name": known.title.en.title().replace(" ", ""),
        "shortDescription": {"text": _text(known.title.in_(language))},
        "fullDescription": {"text": _text(known.why.in_(language))},
        "help": _help(known, language),
        "defaultConfiguration": {"level": LEVELS[known.severity]},
        "properties": {
            "tags": ["privacy", "compliance", known.stage],
            "security-severity": SECURITY[known.severity],
            "check": known.check,
        },
    }


def _help(rule: Rule, language: Language) -> dict[str, str]:
    clauses = [clause.in_(language) for clause in rule.clauses]
    parts = [rule.why.in_(language), rule.remediation.in_(language)]
    listed = "\n".join(f"- {clause}" for clause in clauses)
    return {
        "text": "\n\n".join([*parts, *clauses]),
        "markdown": "\n\n".join([f"**{rule.title.in_(language)}**", *parts, *([listed] if listed else [])]),
    }


def _result(
    finding: Finding, exception: str, index: dict[str, int], files: frozenset[str], language: Language
) -> dict[str, Any]:
    location = finding.policy
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": LEVELS[finding.severity],
        "message": {"text": _text(finding.message.in_(language))},
        "locations": [_location(finding, files)],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": _properties(finding, language),
    }
    if finding.change in BASELINE:
        result["baselineState"] = BASELINE[finding.change]
    if location is not None:
        physical = _physical(location.file, location.line or 1)
        message = {"text": "策略依据" if language == "zh" else "the line of the policy that decided"}
        result["relatedLocations"] = [{"id": 1, "physicalLocation": physical, "message": message}]
    suppression = _suppression(finding, exception)
    if suppression:
        result["suppressions"] = [suppression]
    return result


def _location(finding: Finding, files: frozenset[str]) -> dict[str, Any]:
    place = place_of(finding, files)
    logical = [
        {"fullyQualifiedName": _text(name), "kind": kind}
        for name, kind in (
            (finding.asset or "", "resource"),
            (f"{finding.asset}/{finding.field}" if finding.asset and finding.field else "", "member"),
            (finding.flow or "", "module"),
            (finding.principal or "", "object"),
        )
        if name
    ]
    location: dict[str, Any] = {"physicalLocation": _physical(place.file, place.line, place.base, place.column)}
    if logical:
        location["logicalLocations"] = logical
    return location


def _physical(file: str, line: int, base: str = "", column: int = 0) -> dict[str, Any]:
    artifact = {"uri": quote(short(safe(file)), safe="/!~*'()@,;+$-_.")}
    if base:
        artifact["uriBaseId"] = base
    region = {"startLine": line, "startColumn": column} if column else {"startLine": line}
    return {"artifactLocation": artifact, "region": region}


def _suppression(finding: Finding, exception: str) -> dict[str, Any] | None:
    """Why it does not count: an exception of a policy, or a decision with the one who agreed."""
    if exception or finding.suppressed_by:
        return {
            "kind": "external",
            "status": "accepted",
            "justification": _text(exception or finding.suppressed_by or ""),
        }
    decision = finding.decision
    if decision is None or finding.status not in SETTLED:
        return None
    until = f", until {decision.until}" if decision.until else ""
    reason = f"{finding.status.value}: {decision.reason} ({decision.approver}{until})"
    return {"kind": "external", "status": "accepted", "justification": _text(reason)}


def _properties(finding: Finding, language: Language) -> dict[str, Any]:
    properties = {
        "severity": finding.severity.value,
        "status": finding.status.value,
        "outcome": finding.outcome.value,
        "stage": finding.stage or None,
        "identifiers": list(finding.identifiers) or None,
        "recipient": finding.recipient,
        "owner": finding.owner,
        "unit": finding.unit,
        "due": finding.due.isoformat() if finding.due else None,
        "clauses": [clause.in_(language) for clause in finding.clauses] or None,
        "remediation": finding.remediation.in_(language),
    }
    return {name: _cut(value) for name, value in properties.items() if value is not None}


def _cut(value: object) -> object:
    if isinstance(value, list):
        return [_text(str(item)) for item in value]
    return _text(str(value))


def _invocation(run: Run, language: Language) -> dict[str, Any]:
    fail_on, allow_incomplete = threshold(run)
    return {
        "executionSuccessful": not run.incomplete,
        "exitCode": run.exit_code(fail_on, allow_incomplete=allow_incomplete),
        "startTimeUtc": _utc(run.started),
        "endTimeUtc": _utc(run.finished),
        "toolExecutionNotifications": _notifications(run.coverage, language),
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _notifications(coverage: Sequence[Coverage], language: Language) -> list[dict[str, Any]]:
    """What could not be looked into, and what was left out: a result list alone would look clean."""
    levels = {CoverageStatus.FAILED: "error", CoverageStatus.SKIPPED: "note"}
    return [
        {
            "level": levels[row.status],
            "message": {"text": _text(f"{row.id}: {row.reason.in_(language) if row.reason else row.status.value}")},
        }
        for row in coverage
        if row.status in levels
    ]
