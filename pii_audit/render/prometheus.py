"""The `prometheus` format: figures of a run in the text exposition format 0.0.4, for the textfile collector."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from pii_audit.language import Language
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Change, Outcome, Severity
from pii_audit.model.levels import CLASSES
from pii_audit.model.run import Run
from pii_audit.render.safe import safe, short
from pii_audit.render.wire import threshold

Sample = tuple[Mapping[str, str], float]


def render(run: Run, *, language: Language) -> str:  # noqa: ARG001 - figures and ids are the same in every language
    """Gauges of one run; names of sources, rules and units are labels, names from data are not."""
    return "".join(_family(name, about, samples) for name, about, samples in _families(run))


def _families(run: Run) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    fail_on, allow_incomplete = threshold(run)
    standing, day = run.standing, run.finished.date()
    severities = Counter(finding.severity for finding in standing)
    overdue = Counter(finding.severity for finding in standing if finding.is_overdue(day))
    rules = Counter((finding.rule, finding.outcome) for finding in standing)
    units = Counter(finding.unit or "" for finding in standing)
    changes = Counter(finding.change for finding in run.findings)
    coverage = Counter((row.source, row.status) for row in run.coverage)
    levels = sum((one.levels for one in run.inspected), Counter[str]())
    yield "run_info", "Which run this is.", [({"run": run.id, "kind": run.kind, "version": run.version}, 1)]
    yield "run_finished_timestamp_seconds", "When it finished.", [({}, run.finished.timestamp())]
    yield "run_duration_seconds", "How long it took.", [({}, (run.finished - run.started).total_seconds())]
    code = run.exit_code(fail_on, allow_incomplete=allow_incomplete)
    yield "exit_code", "0 nothing found, 1 policy violated, 3 could not inspect everything.", [({}, code)]
    yield "incomplete", "1 when something could not be inspected.", [({}, int(run.incomplete))]
    yield (
        "findings",
        "Findings that stand.",
        [({"severity": severity.value}, severities[severity]) for severity in Severity],
    )
    yield (
        "findings_overdue",
        "Findings that stand past their due date.",
        [({"severity": severity.value}, overdue[severity]) for severity in Severity],
    )
    yield (
        "findings_by_rule",
        "Findings that stand, by rule.",
        [
            ({"rule": rule, "outcome": Outcome(outcome).value}, count)
            for (rule, outcome), count in sorted(rules.items())
        ],
    )
    yield (
        "findings_by_unit",
        "Findings that stand, by the unit that answers for them.",
        [({"unit": unit}, count) for unit, count in sorted(units.items())],
    )
    yield (
        "findings_changed",
        "Findings against the run before.",
        [({"change": change.value}, changes[change]) for change in Change],
    )
    yield "findings_excepted", "Findings under an exception of a policy.", [({}, len(run.suppressed))]
    if run.baseline:
        yield (
            "findings_baseline",
            "Findings of the baseline: hidden by it, gone, not looked at.",
            [({"state": state}, count) for state, count in run.baseline._asdict().items()],
        )
    yield (
        "objects",
        "Objects met, by how far they were looked into.",
        [
            ({"source": source, "status": status.value}, coverage[source, status])
            for source in sorted({row.source for row in run.coverage})
            for status in CoverageStatus
        ],
    )
    yield (
        "fields",
        "Fields that hold personal information, by level (JR/T 0171).",
        [({"level": level or "none"}, levels[level]) for level in (*CLASSES, "") if levels[level]],
    )


def _family(name: str, about: str, samples: Iterable[Sample]) -> str:
    metric = f"pii_audit_{name}"
    lines = [f"# HELP {metric} {about}\n", f"# TYPE {metric} gauge\n"]
    for labels, value in samples:
        listed = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        lines.append(f"{metric}{{{listed}}} {value:.17g}\n" if listed else f"{metric} {value:.17g}\n")
    return "".join(lines)


def _escaped(text: str) -> str:
    return short(safe(text), 200).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
