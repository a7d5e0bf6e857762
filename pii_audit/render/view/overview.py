"""The head of a report: whose, when and of what, one overall statement, the key figures and the distributions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Change, Finding, Severity
from pii_audit.model.run import Run
from pii_audit.render.view.declared import noted, unit_title
from pii_audit.render.view.findings import STAGES
from pii_audit.render.view.inventory import Inventory
from pii_audit.render.view.words import Words

Tone = Literal["bad", "warn", "good"]
GROUPS = 12
"""So many units, sources or owners have a bar of their own; the rest share one."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The overall result: `bad` breaks the policy, `warn` leaves something unread, `good` only when neither holds.

    `incomplete` says what was not read, empty when nothing was missed.
    """

    tone: Tone
    headline: str
    incomplete: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure: the number, what it counts, and what to know beside it."""

    figure: str
    label: str
    note: str
    tone: Literal["bad", "warn", "plain"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a distribution: a label and a count for each member of the legend."""

    label: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All members together."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything above the first detail. `meta` are label and value pairs."""

    organisation: str
    meta: tuple[tuple[str, str], ...]
    statement: Statement
    tiles: tuple[Tile, ...]


def fail_on(run: Run) -> Severity:
    """The severity that decides the exit code: the note `fail_on`, `high` without one."""
    return Severity(run.notes.get("fail_on", Severity.HIGH.value))


def overview(run: Run, found: Inventory, words: Words) -> Overview:
    """The head of the report.

    Notes that are read when present: `organisation`, `scope`, `fail_on`, `allow_incomplete`.
    """
    scope = noted(run, "scope", words.language) or words.separator.join(sorted({row.source for row in run.coverage}))
    meta = (
        (words("meta_run"), run.id),
        (words("meta_kind"), words.known("kind_of_run", run.kind)),
        (words("meta_started"), words.moment(run.started)),
        (words("meta_finished"), words.moment(run.finished)),
        (words("meta_scope"), scope),
        (words("meta_version"), f"pii-audit {run.version}"),
    )
    return Overview(run.notes.get("organisation", ""), meta, statement(run, words), tiles(run, found, words))


def statement(run: Run, words: Words) -> Statement:
    """What the run comes to. An incomplete run is never `good`, whatever the exit code was allowed to be."""
    threshold = fail_on(run)
    current = run.standing
    grave = sum(finding.severity.at_least(threshold) for finding in current)
    failed = sum(row.incomplete for row in run.coverage)
    lesser = len(current) - grave
    word = words(f"severity.{threshold}")
    code = run.exit_code(threshold, allow_incomplete=run.notes.get("allow_incomplete") == "true")
    lines = [words("statement_lesser", count=lesser)] if lesser else []
    if run.baseline:
        lines.append(words("statement_baseline", hidden=run.baseline.hidden, gone=run.baseline.gone))
        if run.baseline.unlooked:
            lines.append(words("statement_unlooked", count=run.baseline.unlooked))
    incomplete = words("statement_failed", count=failed) if failed else ""
    if not run.coverage:
        incomplete = words("statement_nothing_read")
    lines.append(words("statement_exit", code=code, meaning=words(f"exit.{code}")))
    if grave:
        counts = _breakdown(current, threshold, words)
        headline = words("headline_bad", count=grave, severity=word, counts=counts)
        return Statement("bad", headline, incomplete, tuple(lines))
    if incomplete or code:
        return Statement("warn", words("headline_incomplete", severity=word), incomplete, tuple(lines))
    return Statement("good", words("headline_good", severity=word), incomplete, tuple(lines))


def _breakdown(findings: Sequence[Finding], threshold: Severity, words: Words) -> str:
    counts = Counter(finding.severity for finding in findings if finding.severity.at_least(threshold))
    return words.separator.join(f"{words(f'severity.{name}')} {counts[name]:,}" for name in Severity if counts[name])


def tiles(run: Run, found: Inventory, words: Words) -> tuple[Tile, ...]:
    """The key figures."""
    current = run.standing
    worst = sum(finding.severity.at_least(Severity.HIGH) for finding in current)
    changes = Counter(finding.change for finding in run.findings)
    compared = words(
        "tile_changes",
        new=changes[Change.NEW] + changes[Change.REOPENED],
        persistent=changes[Change.PERSISTENT],
        fixed=changes[Change.FIXED],
    )
    rows = Counter(row.status for row in run.coverage)
    failed, skipped = rows[CoverageStatus.FAILED], rows[CoverageStatus.SKIPPED]
    read = rows[CoverageStatus.INSPECTED] + rows[CoverageStatus.SAMPLED]
    bad_flows = {verdict.flow for verdict in run.verdicts if verdict.outcome.value != "compliant"}
    all_flows = {verdict.flow for verdict in run.verdicts}
    return (
        Tile(
            words.plain(len(current)),
            words("tile_findings"),
            compared if any(finding.change for finding in run.findings) else words("tile_findings_note", count=worst),
            "bad" if worst else "plain",
        ),
        Tile(
            f"{len(bad_flows):,} / {len(all_flows):,}",
            words("tile_flows"),
            words("tile_flows_note"),
            "bad" if bad_flows else "plain",
        ),
        Tile(
            words.plain(len(found.assets)),
            words("tile_assets"),
            words("tile_assets_note", c3=found.totals[0], c2=found.totals[1]),
            "plain",
        ),
        Tile(words.plain(found.persons), words("tile_persons"), words("tile_persons_note"), "plain"),
        Tile(
            f"{read:,} / {len(run.coverage):,}",
            words("tile_coverage"),
            words("tile_coverage_note", failed=failed, skipped=skipped),
            "warn" if failed or not run.coverage else "plain",
        ),
    )


def by_stage(findings: Sequence[Finding], words: Words) -> tuple[Bar, ...]:
    """Findings by stage (collect, store, use, provide) and severity, worst first; stages without any are shown."""
    stages = [*STAGES, *sorted({finding.stage for finding in findings} - set(STAGES))]
    return tuple(
        Bar(words.known("stage", stage), _by_severity([finding for finding in findings if finding.stage == stage]))
        for stage in stages
    )


def by_group(run: Run, attribute: Literal["unit", "source", "owner"], words: Words) -> tuple[Bar, ...]:
    """Findings that stand, by unit, source or owner and severity, the most severe group first."""
    groups: dict[str, list[Finding]] = {}
    for finding in run.standing:
        name = unit_title(run, finding.unit, words.language) if attribute == "unit" else getattr(finding, attribute)
        groups.setdefault(name or words("group_none"), []).append(finding)
    bars = sorted(
        (Bar(name, _by_severity(members)) for name, members in groups.items()),
        key=lambda bar: ([-count for count in bar.counts], bar.label),
    )
    if len(bars) <= GROUPS:
        return tuple(bars)
    rest = bars[GROUPS - 1 :]
    together = tuple(sum(bar.counts[index] for bar in rest) for index in range(len(Severity)))
    return (*bars[: GROUPS - 1], Bar(words("group_rest", count=len(rest)), together))


def _by_severity(findings: Sequence[Finding]) -> tuple[int, ...]:
    counts = Counter(finding.severity for finding in findings)
    return tuple(counts[severity] for severity in Severity)
