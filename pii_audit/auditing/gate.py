"""May this export leave? Everything is read, the flow's rules are asked, and the answer says why."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import BinaryIO

import pii_audit
from pii_audit.auditing.files import Files
from pii_audit.auditing.flows import Beyond, judge_flows
from pii_audit.detection.enumeration import with_hashes_told
from pii_audit.detection.proofs import settled
from pii_audit.detection.redact import Redactor
from pii_audit.detection.tally import Detector
from pii_audit.engine.interface import Progress, Silent
from pii_audit.errors import UsageError
from pii_audit.findings.funnel import Funnel, Ownership
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus, partly_read
from pii_audit.model.finding import Outcome, Severity, Use
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Inspected, Run, run_id
from pii_audit.policy.loader import flow_between, flow_named
from pii_audit.policy.model import Flow, Policy
from pii_audit.rules.interface import Facts
from pii_audit.rules.share import verdicts as shared
from pii_audit.rules.store import prohibited
from pii_audit.sources.feed.outbox import control_file
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.globs import path_match
from pii_audit.workspace import Workspace


@dataclass(frozen=True)
class GateOptions:
    """How an export is judged.

    `standards` are those whose clauses may be cited; of a folder, files that `include` names (none: all) and `ignore` does not are judged;
    `controls` are control files among the paths, and why each is passed over; `layouts` cut fixed-width ones, `owner` answers for findings; `streams`, `copies` and `jobs` are those of `Files`;
    `enumerate_hashes` is that of a self-check.
    """

    as_of: date
    standards: Sequence[str] = ()
    include: Sequence[str] = ()
    ignore: Sequence[str] = ()
    controls: Mapping[str, Text] = field(default_factory=dict)
    layouts: Layouts = ()
    owner: str | None = None
    timezone: tzinfo = UTC
    samples: bool = True
    streams: Mapping[str, BinaryIO] = field(default_factory=dict)
    copies: bool = True
    jobs: int | None = None
    enumerate_hashes: int = 0
    progress: Progress = field(default_factory=Silent)


def flow_of(policy: Policy, flow: str | None, recipient: str | None, purpose: str | None) -> Flow:
    """The flow by which an export is judged: a declared one, or recipient and purpose alone.

    Raises UsageError for a name that no policy has.
    """
    if flow is not None:
        return flow_named(policy, flow)
    if recipient is not None and purpose is not None:
        return flow_between(policy, recipient, purpose)
    raise UsageError(
        Text("没有说明数据流", "no flow is named"),
        todo=Text(
            "用 --flow ID，或 --recipient ID 加 --purpose ID", "give --flow ID, or --recipient ID and --purpose ID"
        ),
    )


def refuse_strangers(space: Workspace, flow: Flow, paths: Sequence[str], shown: Callable[[str], str]) -> None:
    """A file inside the flow's own source must be one of the flow's; outside it, anything may be asked about.

    Raises UsageError for a file of another flow, by its name as it may be `shown`: its verdict would be about something that never happens.
    """
    folder = _folder(space, flow)
    if folder is None or not flow.match:
        return
    controls = control_files(space, flow, paths)
    for path in paths:
        inside = _resolved(path)
        if (
            path not in controls
            and os.path.isfile(inside)
            and inside.is_relative_to(folder)
            and not path_match(inside.relative_to(folder).as_posix(), flow.match)
        ):
            patterns = ", ".join(flow.match)
            raise UsageError(
                Text(
                    f"这个文件不属于数据流 {flow.id}(match: {patterns})",
                    f"this file is not of flow {flow.id} (match: {patterns})",
                ),
                where=shown(path),
                todo=Text(
                    "换用它的数据流，或先在策略中声明", "name its own flow, or declare one in the policies first"
                ),
            )


def control_files(space: Workspace, flow: Flow, paths: Sequence[str]) -> dict[str, Text]:
    """Control files of the flow's own source among some paths, and why each is passed over: a shell's `outbox/sms_*` names them as well."""
    folder = _folder(space, flow)
    if folder is None:
        return {}
    ignore = next(one.ignore for one in space.sources if one.id == flow.source)
    found = {}
    for path in paths:
        inside = _resolved(path)
        if os.path.isfile(inside) and inside.is_relative_to(folder):
            name = inside.relative_to(folder).as_posix()
            control = control_file(name, ignore)
            if control and not path_match(name, flow.match):
                found[path] = control
    return found


def included(space: Workspace, flow: Flow, paths: Sequence[str]) -> tuple[str, ...]:
    """The globs by which files of a folder are judged: the flow's, where all folders lie inside its source."""
    folder = _folder(space, flow)
    return flow.match if folder and all(_resolved(path).is_relative_to(folder) for path in paths) else ()


def _folder(space: Workspace, flow: Flow) -> Path | None:
    source = next((one for one in space.sources if one.id == flow.source), None)
    if source is None or "://" in source.url or source.url.partition(":")[0] in ("env", "keyring"):
        return None
    return _resolved(space.root / source.url)


def _resolved(path: Path | str) -> Path:
    """The path without links; one that runs in a circle stays as it is."""
    return Path(os.path.realpath(path))


def gate(
    paths: Sequence[str],
    flow: Flow,
    policy: Policy,
    catalogue: Catalogue,
    fingerprinter: Fingerprinter,
    options: GateOptions,
) -> Run:
    """Judges an export by this flow's SHR and XBR rules and by what may never be kept; a gap counts as high."""
    started = datetime.now(options.timezone)
    detector = Detector(catalogue, fingerprinter, samples=options.samples)
    redactor = Redactor(detector, fingerprinter)
    inspected: list[Inspected] = []
    coverage: list[Coverage] = []
    files = Files(
        paths,
        AssetKind.FEED,
        options.include,
        options.ignore,
        options.layouts,
        options.streams,
        options.copies,
        options.jobs,
        options.controls,
    )
    for one in files.inspect(detector, progress=options.progress):
        if isinstance(one, Inspected):
            inspected.append(redactor.inspected(_empty_told(one, piped=one.asset.name in options.streams)))
            coverage.append(inspected[-1].coverage)
        else:
            coverage.append(redactor.coverage(one))
    empty = [path for path in paths if files.nothing_in(path)]
    if empty or not any(row.status is not CoverageStatus.SKIPPED for row in coverage):
        match = f", match: {', '.join(flow.match)}" if flow.match else ""
        raise UsageError(
            Text(f"没有可裁决的文件（数据流 {flow.id}{match}）", f"there is no file to judge (flow {flow.id}{match})"),
            where=", ".join(empty or paths),
            todo=Text("检查路径和数据流的 match", "check the path and the flow's match"),
        )
    told = with_hashes_told(inspected, catalogue, fingerprinter, options.enumerate_hashes)
    inspected = list(map(settled, told))
    return concluded(Judged(started, inspected, coverage), flow, policy, catalogue, fingerprinter, options)


@dataclass(frozen=True)
class Judged:
    """What is judged since when: assets by names that may be shown, and the ledger; `beyond` is what is known besides."""

    started: datetime
    inspected: Sequence[Inspected]
    coverage: Sequence[Coverage]
    beyond: Beyond | None = None


def concluded(
    what: Judged,
    flow: Flow,
    policy: Policy,
    catalogue: Catalogue,
    fingerprinter: Fingerprinter,
    options: GateOptions,
) -> Run:
    """The run of a gate on what was read, by the flow's own rules."""
    judged = replace(policy, flows={**policy.flows, flow.id: flow})
    beyond = what.beyond or Beyond(what.inspected, zone=options.timezone)
    judgements = judge_flows(judged, {flow.id: what.inspected}, beyond, catalogue, options.as_of)
    # Whether a declaration is used up is the self-check's question, not the gate's.
    verdicts = tuple(
        one for one in judgements if one.use is not Use.NOT_SEEN and not (one.rule or "").startswith("QLT")
    )
    facts = Facts(judged, catalogue, options.as_of, {}, what.inspected, (), what.coverage, verdicts, judged.flows)
    drafts = (*shared(facts), *prohibited(facts))
    funnel = Funnel(
        judged,
        fingerprinter,
        options.as_of,
        options.standards,
        lambda _: Ownership(options.owner),
        Severity.HIGH,
        partly_read(what.coverage),
    )
    findings, suppressed, grouped = funnel.run(drafts)
    return Run(
        id=run_id(what.started),
        started=what.started,
        finished=datetime.now(options.timezone),
        version=pii_audit.__version__,
        kind="gate",
        inspected=tuple(what.inspected),
        coverage=tuple(what.coverage),
        verdicts=verdicts,
        findings=tuple(findings),
        suppressed=tuple(suppressed),
        grouped=grouped,
        notes={
            "flow": flow.id,
            "recipient": flow.recipient,
            "purpose": flow.purpose,
            "key_mark": fingerprinter.mark,
        },
    )


def _empty_told(one: Inspected, *, piped: bool) -> Inspected:
    """An empty file was read whole, and says so; standard input that gives nothing is what an export gives that failed."""
    if one.coverage.bytes != 0:
        return one
    status, reason = one.coverage.status, one.coverage.reason
    if piped:
        status = CoverageStatus.FAILED
        reason = Text(
            "标准输入没有任何内容（导出可能失败了）；确为空导出时，写成文件再裁决",
            "standard input gave nothing at all, as an export does that failed; where there is nothing to export, judge a file",
        )
    elif status is CoverageStatus.INSPECTED and reason is None:
        reason = Text("文件为空（0 字节）", "an empty file (0 bytes)")
    return replace(one, coverage=replace(one.coverage, status=status, reason=reason))


def allowing_gaps(run: Run) -> Run:
    """The run with its gaps told for information only."""
    eased = tuple(replace(one, severity=Severity.INFO) if one.outcome is Outcome.GAP else one for one in run.findings)
    return replace(run, findings=eased)
