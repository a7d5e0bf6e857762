"""Version 1 of the machine formats: types of their own, so that the model can change and the wire does not.

Sentences stand in one language; ids, dates (ISO 8601) and numbers do not depend on it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from pii_audit.errors import Position
from pii_audit.language import Language, Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.decision import Decision
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.finding import Change, Finding, Outcome, Severity, Verdict
from pii_audit.model.lifecycle import Step, Tracked
from pii_audit.model.run import Inspected, Run, Suppressed
from pii_audit.render.wire_types import (
    VERSION,
    AssetWire,
    CoverageWire,
    DecisionWire,
    FieldWire,
    FindingWire,
    InspectDocument,
    LocationWire,
    RunDocument,
    RunWire,
    StepWire,
    SuppressedWire,
    TrackedWire,
    VerdictWire,
)


def threshold(run: Run) -> tuple[Severity, bool]:
    """`--fail-on` and `--allow-incomplete` as the run's notes keep them (`fail_on`, `allow_incomplete`)."""
    return Severity(run.notes.get("fail_on", Severity.HIGH)), run.notes.get("allow_incomplete") == "true"


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order of every report: by severity, rule, resource."""
    return sorted(findings, key=lambda one: (-one.severity.rank, one.rule, one.resource, one.fingerprint))


def to_wire(run: Run, language: Language) -> RunDocument:
    """A run as version 1 writes it."""
    suppressed = sorted(run.suppressed, key=lambda one: (one.finding.rule, one.finding.resource, one.exception))
    return {
        "version": VERSION,
        "run": _run(run),
        "findings": [_finding(finding, language) for finding in worst_first(run.findings)],
        "suppressed": [_suppressed(one, language) for one in suppressed],
        "verdicts": [_verdict(verdict, language) for verdict in run.verdicts],
        "coverage": [_coverage(row, row.id, language) for row in run.coverage],
    }


def to_tracked_wire(tracked: Tracked, language: Language) -> TrackedWire:
    """A finding of the store as version 1 writes it."""
    return {
        **_finding(tracked.finding, language),
        "first_seen": tracked.first_seen.isoformat(),
        "last_seen": tracked.last_seen.isoformat(),
        "last_run": tracked.last_run,
    }


def to_step_wire(step: Step, language: Language) -> StepWire:
    """One step of a finding's life as version 1 writes it."""
    return {
        "number": step.number,
        "fingerprint": step.fingerprint,
        "at": step.at.isoformat(),
        "by": step.by,
        "account": step.account or None,
        "run": step.run,
        "action": step.action.value,
        "before": step.before.value if step.before else None,
        "after": step.after.value,
        "reason": step.reason.in_(language),
    }


def to_inspect_wire(
    inspected: Sequence[Inspected], coverage: Sequence[Coverage], language: Language, *, qualified: bool = False
) -> InspectDocument:
    """Judged assets as version 1 writes them: under their own names, or `qualified` by source as the inventory does."""

    def named(asset: str, source: str) -> str:
        return asset if qualified else asset.removeprefix(f"{source}:")

    return {
        "version": VERSION,
        "assets": [_asset(item, named(item.asset.id, item.asset.source)) for item in inspected],
        "fields": [
            _field(field, named(item.asset.id, item.asset.source), language)
            for item in inspected
            for field in item.fields
        ],
        "coverage": [_coverage(row, named(row.id, row.source), language) for row in coverage],
    }


def _run(run: Run) -> RunWire:
    fail_on, allow_incomplete = threshold(run)
    code = run.exit_code(fail_on, allow_incomplete=allow_incomplete)
    standing = run.standing
    severities = Counter(finding.severity for finding in standing)
    outcomes = Counter(finding.outcome for finding in standing)
    changes = Counter(finding.change for finding in run.findings)
    statuses = Counter(row.status for row in run.coverage)
    return {
        "id": run.id,
        "kind": run.kind,
        "version": run.version,
        "started": run.started.isoformat(),
        "finished": run.finished.isoformat(),
        "incomplete": run.incomplete,
        "exit": {"code": code, "fail_on": fail_on.value, "allow_incomplete": allow_incomplete},
        "counts": {
            "findings": len(standing),
            "severity": {severity.value: severities[severity] for severity in Severity},
            "outcome": {outcome.value: outcomes[outcome] for outcome in (Outcome.VIOLATION, Outcome.GAP)},
            "change": {change.value: changes[change] for change in Change},
            "coverage": {status.value: statuses[status] for status in CoverageStatus},
            "unchanged": run.unchanged,
        },
        "suppressed": len(run.suppressed),
        "grouped": run.grouped,
        "notes": dict(sorted(run.notes.items())),
    }


def _finding(finding: Finding, language: Language) -> FindingWire:
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "status": finding.status.value,
        "change": finding.change.value if finding.change else None,
        "outcome": finding.outcome.value,
        "stage": finding.stage,
        "phase": finding.phase,
        "title": finding.title.in_(language),
        "message": finding.message.in_(language),
        "resource": list(finding.resource),
        "source": finding.source,
        "asset": finding.asset,
        "field": finding.field,
        "identifiers": list(finding.identifiers),
        "flow": finding.flow,
        "recipient": finding.recipient,
        "principal": finding.principal,
        "evidence": {name: _plain(value, language) for name, value in sorted(finding.evidence.items())},
        "clauses": [clause.in_(language) for clause in finding.clauses],
        "policy": finding.policy.to_line if finding.policy else None,
        "location": _location(finding.location),
        "remediation": finding.remediation.in_(language),
        "owner": finding.owner,
        "unit": finding.unit,
        "due": finding.due.isoformat() if finding.due else None,
        "returns": finding.returns,
        "decision": _decision(finding.decision) if finding.decision else None,
    }


def _decision(decision: Decision) -> DecisionWire:
    return {
        "by": decision.by,
        "at": decision.at.isoformat(),
        "owner": decision.owner,
        "approver": decision.approver,
        "reason": decision.reason,
        "until": decision.until.isoformat() if decision.until else None,
    }


def _location(position: Position | None) -> LocationWire | None:
    if position is None:
        return None
    return {"file": position.file, "line": position.line or None, "column": position.column or None}


def _suppressed(suppressed: Suppressed, language: Language) -> SuppressedWire:
    return {"exception": suppressed.exception, "finding": _finding(suppressed.finding, language)}


def _verdict(verdict: Verdict, language: Language) -> VerdictWire:
    return {
        "flow": verdict.flow,
        "element": verdict.element,
        "outcome": verdict.outcome.value,
        "rule": verdict.rule,
        "identifier": verdict.identifier,
        "subject": verdict.subject,
        "form": verdict.form,
        "fields": list(verdict.fields),
        "assets": list(verdict.assets),
        "message": verdict.message.in_(language),
        "policy": verdict.policy.to_line if verdict.policy else None,
        "trail": [position.to_line for position in verdict.trail],
        "remedy": verdict.remedy.in_(language) if verdict.remedy else None,
        "location": _location(verdict.location),
        "use": verdict.use.value if verdict.use else None,
        "declared": list(verdict.declared),
        "allowed": verdict.allowed.in_(language) if verdict.allowed else None,
        "hits": verdict.measured.hits if verdict.measured else None,
        "prevalence": _ratio(verdict.measured.prevalence) if verdict.measured else None,
        "persons": verdict.measured.persons if verdict.measured else None,
    }


def _coverage(row: Coverage, name: str, language: Language) -> CoverageWire:
    return {
        "asset": name,
        "status": row.status.value,
        "reason": row.reason.in_(language) if row.reason else None,
        "bytes": row.bytes,
        "rows": row.rows,
        "total": row.total,
        "draws": row.draws,
        "unchanged_since": {"run": before.run, "at": before.at.isoformat()}
        if (before := row.unchanged_since)
        else None,
    }


def _asset(item: Inspected, name: str) -> AssetWire:
    return {
        "asset": name,
        "kind": item.asset.kind.value,
        "rows": item.tally.rows,
        "columns": list(item.columns),
        "presence": {
            name: _ratio(min(1.0, item.tally.fields[name].filled / (item.tally.rows or 1))) for name in item.columns
        },
        "persons": len(item.persons),
    }


def _field(field: FieldEvidence, name: str, language: Language) -> FieldWire:
    return {
        "asset": name,
        "field": field.field,
        "identifier": field.identifier,
        "form": field.form.value,
        "rows_inspected": field.rows_inspected,
        "hits": field.hits,
        "prevalence": _ratio(field.prevalence),
        "bound": _ratio(field.bound),
        "confidence": _ratio(field.confidence),
        "level": field.level.as_dict(),
        "why": [
            {"factor": reason.factor, "detail": reason.detail.in_(language), "weight": _ratio(reason.weight)}
            for reason in field.why
        ],
        "subject": field.subject,
        "persons": field.persons,
        "inadequate": field.inadequate,
        "shown": list(field.shown),
        "samples": list(field.samples),
    }


def _ratio(value: float) -> float:
    return round(value, 6) if math.isfinite(value) else 0.0


def _plain(value: Any, language: Language) -> Any:
    """Evidence as JSON values; a Text, or what a store kept of one, in one language; nothing non-finite."""
    if isinstance(value, Text):
        return value.in_(language)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        if set(value) == {"zh", "en"}:
            return value[language]
        return {str(_plain(key, language)): _plain(item, language) for key, item in sorted(value.items())}
    if isinstance(value, set | frozenset):
        return sorted((_plain(item, language) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [_plain(item, language) for item in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name), language) for field in fields(value)}
    return value
