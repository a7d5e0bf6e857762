"""The `gitlab` format: GitLab's Code Quality report, shown in a merge request."""

from __future__ import annotations

import json

from pii_audit.language import Language
from pii_audit.model.finding import Severity
from pii_audit.model.run import Run
from pii_audit.render.place import file_assets, place_of
from pii_audit.render.safe import safe, safe_json, short
from pii_audit.render.wire import worst_first

SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def render(run: Run, *, language: Language) -> str:
    """What stands, one issue a finding: description, check name, fingerprint, severity, path and line."""
    files = file_assets(run)
    issues = []
    for finding in worst_first(run.standing):
        place = place_of(finding, files)
        issues.append(
            {
                "description": short(safe(finding.message.in_(language))),
                "check_name": finding.rule,
                "fingerprint": finding.fingerprint,
                "severity": SEVERITIES[finding.severity],
                "location": {"path": short(safe(place.file)), "lines": {"begin": place.line}},
            }
        )
    return safe_json(json.dumps(issues, ensure_ascii=False, indent=2)) + "\n"
