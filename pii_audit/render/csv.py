"""The `csv` format: one finding a row (RFC 4180), with stable headings, for spreadsheets and scripts.

It begins with a byte-order mark, without which Excel takes UTF-8 for something else; no cell is taken for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from pii_audit.language import Language
from pii_audit.model.finding import Finding
from pii_audit.model.run import Run
from pii_audit.render.safe import safe_cell
from pii_audit.render.wire import worst_first

COLUMNS = (
    "run",
    "fingerprint",
    "rule",
    "severity",
    "status",
    "change",
    "outcome",
    "stage",
    "title",
    "message",
    "source",
    "asset",
    "field",
    "identifiers",
    "flow",
    "recipient",
    "principal",
    "persons",
    "policy",
    "clauses",
    "remediation",
    "owner",
    "unit",
    "due",
    "returns",
    "set_aside_by",
)


def render(run: Run, *, language: Language) -> bytes:
    """Every finding of a run, those that are set aside included and marked as such."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for finding in worst_first(run.findings):
        writer.writerow([safe_cell(cell) for cell in _row(run, finding, "", language)])
    for hidden in run.suppressed:
        writer.writerow([safe_cell(cell) for cell in _row(run, hidden.finding, hidden.exception, language)])
    return b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8", "backslashreplace")


def _row(run: Run, finding: Finding, exception: str, language: Language) -> Iterator[str]:
    persons = finding.evidence.get("persons")
    decision = finding.decision
    yield run.id
    yield finding.fingerprint
    yield finding.rule
    yield finding.severity.value
    yield finding.status.value
    yield finding.change.value if finding.change else ""
    yield finding.outcome.value
    yield finding.stage
    yield finding.title.in_(language)
    yield finding.message.in_(language)
    yield finding.source or ""
    yield finding.asset or ""
    yield finding.field or ""
    yield "; ".join(finding.identifiers)
    yield finding.flow or ""
    yield finding.recipient or ""
    yield finding.principal or ""
    yield str(persons) if isinstance(persons, int) else ""
    yield finding.policy.to_line if finding.policy else ""
    yield "; ".join(clause.in_(language) for clause in finding.clauses)
    yield finding.remediation.in_(language)
    yield finding.owner or ""
    yield finding.unit or ""
    yield finding.due.isoformat() if finding.due else ""
    yield str(finding.returns)
    yield exception or finding.suppressed_by or (f"{decision.reason} ({decision.approver})" if decision else "")
