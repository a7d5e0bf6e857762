"""Baselines for CI: what was there already is not told again, as long as it is the same."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pii_audit.errors import UsageError, reason_of
from pii_audit.findings.rechecking import Depth, Ledger, rechecked
from pii_audit.language import Text, same
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import SETTLED, Change, Finding, Outcome, Severity, Status
from pii_audit.model.run import AgainstBaseline, Run
from pii_audit.policy.lapse import content_of, why_lapsed

_TODO = Text(
    "基线是一次运行的 JSON：pii-audit run --format json -o 基线.json",
    "a baseline is a run in JSON: pii-audit run --format json -o baseline.json",
)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings that stood in a run, by fingerprint, what kind of run it was, under which key, and how far it looked."""

    kind: str
    key_mark: str
    findings: Mapping[str, Finding]
    looked: Ledger

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """The baseline in a file that `--format json` wrote; UsageError where it is none."""
        try:
            document = json.loads(path.read_bytes())
        except OSError as error:
            reason = reason_of(error)
            raise UsageError(
                Text(f"无法读取基线：{reason.zh}", f"the baseline cannot be read: {reason.en}"),
                where=str(path),
                todo=_TODO,
            ) from None
        except (ValueError, RecursionError):
            raise UsageError(Text("基线不是 JSON", "the baseline is no JSON"), where=str(path), todo=_TODO) from None
        try:
            return cls(
                str(document["run"]["kind"]),
                str(document["run"]["notes"].get("key_mark", "")),
                {finding.fingerprint: finding for finding in _findings(document)},
                Ledger.of(map(_look, document["coverage"]), notes=document["run"]["notes"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise UsageError(
                Text("基线不是第 1 版的运行结果", "the baseline is no run of version 1"), where=str(path), todo=_TODO
            ) from None

    def refuse_other(self, key_mark: str) -> None:
        """UsageError where findings under that key cannot be told from those of the baseline: all would be new, and all of it gone."""
        if self.key_mark and key_mark and self.key_mark != key_mark:
            raise UsageError(
                Text(
                    "基线是用另一个密钥做的，其中的问题无法对应",
                    "the baseline was made under another key: its findings cannot be recognised",
                ),
                todo=Text("用同一密钥重做基线", "make a baseline under the same key"),
            )

    def of_units(self, units: Collection[str]) -> Baseline:
        """As far as some units answer for it."""
        return replace(self, findings={key: one for key, one in self.findings.items() if one.unit in units})

    def apply(self, run: Run) -> Run:
        """The run with what is new alone; `run.baseline` says what that did.

        What is worse than it was in the baseline, by the rule for exceptions, is new; so is what no exception lifts. Gone is what
        a run of the same kind looked at as hard and did not find; of what it did not look at nothing is said.
        """
        as_of = run.finished.date()

        def hides(finding: Finding) -> bool:
            before = self.findings.get(finding.fingerprint)
            return before is not None and (
                why_lapsed(finding.rule, None, as_of, content_of(before), content_of(finding)) is None
            )

        same_as_before = {finding.fingerprint for finding in run.findings if hides(finding)}
        fixed = {finding.fingerprint for finding in run.findings if finding.change is Change.FIXED}
        there = {finding.fingerprint for finding in run.findings} - fixed
        there |= {one.finding.fingerprint for one in run.suppressed}
        now = Ledger.of_run(run)
        missing = [finding for key, finding in self.findings.items() if key not in there]
        gone = sum(one.fingerprint in fixed or self._refuted(one, run, now) for one in missing)
        counts = AgainstBaseline(len(same_as_before & there), gone, len(missing) - gone)
        findings = tuple(finding for finding in run.findings if finding.fingerprint not in same_as_before)
        notes = {f"baseline_{name}": str(count) for name, count in counts._asdict().items()}
        return replace(run, findings=findings, notes={**run.notes, **notes})

    def _refuted(self, finding: Finding, run: Run, now: Ledger) -> bool:
        """Whether a run that does not show a finding of the baseline shows that it is gone."""
        if self.kind != run.kind:
            return False
        if run.kind == "gate" and finding.flow:
            # An export has other files every day, of no source that could be read in full.
            return finding.flow in now.flows and not run.incomplete
        return rechecked(finding, self.looked, now)


def _findings(document: Any) -> Iterator[Finding]:
    if document["version"] != 1:
        raise ValueError
    document["run"]["id"]
    for entry in document["findings"]:
        if Status(entry["status"]) not in SETTLED:
            yield _finding(entry)


def _look(row: Mapping[str, Any]) -> tuple[str, str, Depth]:
    asset = str(row["asset"])
    return asset.partition(":")[0], asset, Depth(CoverageStatus(row["status"]), int(row.get("draws") or 0))


def _finding(entry: Mapping[str, Any]) -> Finding:
    """As much of a finding as its content and the looking again are made of."""
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
        fingerprint=str(entry["fingerprint"]),
        source=entry["source"],
        principal=entry["principal"],
        unit=entry["unit"],
    )
