"""Baselines for CI: what was there already is not told again, as long as it is the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pii_audit.errors import UsageError
from pii_audit.language import Text, same
from pii_audit.model.decision import Content
from pii_audit.model.finding import SETTLED, Change, Finding, Outcome, Severity, Status
from pii_audit.model.run import Run
from pii_audit.policy.lapse import content_of, why_lapsed

_TODO = Text(
    "基线是一次运行的 JSON：pii-audit run --format json -o 基线.json",
    "a baseline is a run in JSON: pii-audit run --format json -o baseline.json",
)


@dataclass(frozen=True, slots=True)
class Applied:
    """A run without what its baseline has; `hidden` and `gone` count findings of the baseline."""

    run: Run
    hidden: int
    gone: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings that stood in a run, by fingerprint, with what they held."""

    contents: Mapping[str, Content]

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """The baseline in a file that `--format json` wrote; UsageError where it is none."""
        try:
            document = json.loads(path.read_bytes())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise UsageError(
                Text(f"无法读取基线：{reason}", f"the baseline cannot be read: {reason}"), where=str(path), todo=_TODO
            ) from None
        except (ValueError, RecursionError):
            raise UsageError(Text("基线不是 JSON", "the baseline is no JSON"), where=str(path), todo=_TODO) from None
        try:
            return cls(dict(_contents(document)))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UsageError(
                Text("基线不是第 1 版的运行结果", "the baseline is no run of version 1"), where=str(path), todo=_TODO
            ) from None

    def apply(self, run: Run) -> Applied:
        """The run with what is new alone.

        What is worse than it was in the baseline, by the rule for exceptions, is new; so is what no exception lifts.
        """
        as_of = run.finished.date()

        def hides(finding: Finding) -> bool:
            before = self.contents.get(finding.fingerprint)
            return before is not None and why_lapsed(finding.rule, None, as_of, before, content_of(finding)) is None

        same_as_before = {finding.fingerprint for finding in run.findings if hides(finding)}
        there = {finding.fingerprint for finding in run.findings if finding.change is not Change.FIXED}
        there |= {one.finding.fingerprint for one in run.suppressed}
        hidden, gone = len(same_as_before & there), len(self.contents.keys() - there)
        findings = tuple(finding for finding in run.findings if finding.fingerprint not in same_as_before)
        notes = {**run.notes, "baseline_hidden": str(hidden), "baseline_gone": str(gone)}
        return Applied(replace(run, findings=findings, notes=notes), hidden, gone)


def _contents(document: Any) -> Iterator[tuple[str, Content]]:
    if document["version"] != 1:
        raise ValueError
    document["run"]["id"]
    for entry in document["findings"]:
        if Status(entry["status"]) not in SETTLED:
            yield str(entry["fingerprint"]), content_of(_finding(entry))


def _finding(entry: Mapping[str, Any]) -> Finding:
    """As much of a finding as its content is made of."""
    nothing = same("")
    return Finding(
        rule=str(entry["rule"]),
        resource=tuple(map(str, entry["resource"])),
        severity=Severity(entry["severity"]),
        title=nothing,
        message=nothing,
        remediation=nothing,
        asset=entry["asset"],
        identifiers=tuple(map(str, entry["identifiers"])),
        flow=entry["flow"],
        outcome=Outcome(entry["outcome"]),
        evidence=dict(entry["evidence"]),
    )
