"""The `junit` format: a run as test results, for CI servers (the Ant JUnit schema of Windy Road).

A suite for each stage holds its findings as failed cases, the one for providing also what a policy lets pass; a suite for the
coverage holds what could not be inspected as errors. A rule without a finding is no passed case: it may not have been asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pii_audit.language import Language, Text
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Finding, Outcome
from pii_audit.model.run import Run
from pii_audit.render.junit_xml import Case, Suite, document
from pii_audit.render.labels import STAGES, kind_title, stage_title, word
from pii_audit.render.wire import threshold, worst_first

BELOW = Text("低于 --fail-on", "below --fail-on")
COVERAGE = Text("检查范围", "Coverage")


def render(run: Run, *, language: Language) -> str:
    """A run as one XML document; a finding fails its case where the exit code would."""
    suites = [(title, cases) for title, cases in _suites(run, language) if cases]
    took = (run.finished - run.started).total_seconds()
    return document(
        Suite(
            f"{kind_title(run.kind, language)} {title}", run.started, cases, 0.0 if number else took, _properties(run)
        )
        for number, (title, cases) in enumerate(suites)
    )


def _properties(run: Run) -> dict[str, str]:
    properties = {"run": run.id, "version": run.version, "incomplete": str(run.incomplete).lower()}
    if run.baseline:
        properties |= {f"baseline_{name}": str(count) for name, count in run.baseline._asdict().items()}
    return properties


def _suites(run: Run, language: Language) -> Iterator[tuple[str, list[Case]]]:
    stages = [*STAGES, *sorted({finding.stage for finding in run.findings} - set(STAGES))]
    standing = {id(finding) for finding in run.standing}
    for stage in stages:
        found = [finding for finding in worst_first(run.findings) if finding.stage == stage]
        cases = [_finding(run, finding, language, stands=id(finding) in standing) for finding in found]
        if stage == "provide":
            cases += [
                Case(f"{verdict.flow} {verdict.element}", f"pii_audit.provide.{verdict.flow}")
                for verdict in run.verdicts
                if verdict.outcome is Outcome.COMPLIANT
            ]
        yield stage_title(stage, language), cases
    yield COVERAGE.in_(language), list(_coverage(run, language))


def _coverage(run: Run, language: Language) -> Iterator[Case]:
    read: Counter[str] = Counter()
    for row in run.coverage:
        if row.status is CoverageStatus.FAILED:
            reason = row.reason.in_(language) if row.reason else ""
            yield Case(row.id, "pii_audit.coverage", "error", "COV001", reason)
        elif row.status is not CoverageStatus.SKIPPED:
            read[row.source] += 1
    for source, count in sorted(read.items()):
        yield Case(f"{source}: {count}", "pii_audit.coverage")


def _finding(run: Run, finding: Finding, language: Language, *, stands: bool) -> Case:
    fail_on, _ = threshold(run)
    name = f"{finding.rule} {finding.title.in_(language)} [{finding.fingerprint[:12]}]"
    classname = f"pii_audit.{finding.stage or 'other'}.{finding.rule}"
    message = finding.message.in_(language)
    if not stands:
        decision = finding.decision
        reason = finding.suppressed_by or (f"{decision.reason} ({decision.approver})" if decision else "")
        status = word(finding.status, language)
        return Case(name, classname, "skipped", message=f"{status}: {reason}" if reason else status)
    if not finding.severity.at_least(fail_on):
        return Case(
            name, classname, "skipped", message=f"{word(finding.severity, language)}, {BELOW.in_(language)}: {message}"
        )
    detail = "\n".join(
        part
        for part in (
            f"{finding.location}: {message}" if finding.location and finding.location.line else message,
            finding.policy.to_line if finding.policy else "",
            finding.remediation.in_(language),
            *(clause.in_(language) for clause in finding.clauses),
        )
        if part
    )
    return Case(name, classname, "failure", finding.severity.value, message, detail)
