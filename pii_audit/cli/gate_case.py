"""What every mode of `gate` works with: workspace, policies, flow, key, judged as the options say.

Imported by the modes when they run, never at start-up.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, BinaryIO

from pii_audit.auditing.files import STDIN, Files
from pii_audit.auditing.gate import (
    GateOptions,
    allowing_gaps,
    control_files,
    flow_of,
    gate,
    included,
    refuse_strangers,
)
from pii_audit.auditing.inputs import FileDigest, Inputs, StandardInput
from pii_audit.auditing.receipt import Receipt, elements
from pii_audit.cli.gate_judge import STATED
from pii_audit.cli.options import own_identifiers
from pii_audit.cli.progress import shown
from pii_audit.cli.session import Session
from pii_audit.detection.redact import Redactor
from pii_audit.detection.tally import Detector
from pii_audit.errors import PiiAuditError, UsageError
from pii_audit.findings.funnel import without_identifiers
from pii_audit.identifiers.catalogue import Catalogue, load_catalogue
from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Run
from pii_audit.policy.loader import policy_of
from pii_audit.policy.model import Flow, Policy
from pii_audit.render.interface import renderer
from pii_audit.render.output import write_output
from pii_audit.sources.registry import layouts_of
from pii_audit.workspace import Source, Workspace, load_key


@dataclass(frozen=True)
class Case:
    """One flow, and what its exports are judged by; `key` is None where the workspace has none and none is needed.

    `owner` is who answers for its source, as it may be shown.
    """

    session: Session
    options: argparse.Namespace
    space: Workspace
    catalogue: Catalogue
    policy: Policy
    flow: Flow
    source: Source | None
    key: bytes | None
    fingerprinter: Fingerprinter
    shown: Callable[[str], str]
    owner: str | None

    def inputs(self, paths: Sequence[str], *, certified: bool, also: Callable[[bytes], object] | None = None) -> Inputs:
        """The paths to be judged; UsageError for none, for a missing one and for one of another flow.

        `also` gets the bytes of standard input as they pass.
        """
        existing(paths)
        refuse_strangers(self.space, self.flow, paths, self.shown)
        standard_input = StandardInput(sys.stdin.buffer, self.options.name or STDIN, also)
        wanted = self.wanted(paths)
        listed = Files((), AssetKind.FEED, wanted.include, wanted.ignore, passed_over=wanted.controls).listed
        return Inputs(paths, self.shown, listed, standard_input, certified=certified)

    def judge(self, paths: Sequence[str], streams: Mapping[str, BinaryIO] | None = None, *, copies: bool = True) -> Run:
        """The run of a gate on these paths, as strict as the options say."""
        with shown(self.session) as progress:
            wanted = replace(self.wanted(paths), streams=streams or {}, copies=copies, progress=progress)
            done = gate(paths, self.flow, self.policy, self.catalogue, self.fingerprinter, wanted)
        return self.strictly(done)

    def strictly(self, done: Run) -> Run:
        """The run as strict as the options say."""
        if self.options.allow_gaps:
            done = allowing_gaps(done)
        strictness = {
            "fail_on": self.options.fail_on,
            "allow_incomplete": str(self.options.allow_incomplete).lower(),
        }
        return replace(
            done, suppressed=without_identifiers(done.suppressed, self.shown), notes={**done.notes, **strictness}
        )

    def wanted(self, paths: Sequence[str]) -> GateOptions:
        """How these paths are judged."""
        named = [path for path in paths if os.path.exists(path)]
        return GateOptions(
            as_of=self.options.as_of or self.space.today(),
            standards=self.space.standards,
            include=included(self.space, self.flow, named) if named else (),
            ignore=self.source.ignore if self.source else (),
            controls=control_files(self.space, self.flow, paths),
            layouts=layouts_of(self.source, self.space.root) if self.source else (),
            owner=self.owner,
            timezone=self.space.now().tzinfo or UTC,
            samples=self.space.samples == "masked",
            jobs=self.options.jobs,
            enumerate_hashes=self.options.enumerate_hashes,
        )

    def record(self, run: Run) -> Run:
        """The run as the store has it from now on."""
        from pii_audit.store import Store  # noqa: PLC0415 - a gate does without

        with Store.open(self.space.store, self.space.root, key=self.key or b"") as store:
            return store.record(run)

    def certify(
        self, run: Run, files: Mapping[str, FileDigest], code: int, more: Mapping[str, Any] | None = None
    ) -> None:
        """Writes the receipt; `more` goes into its ledger beside what the caller states."""
        ledger = stated(self.options, self.catalogue)
        approved = ledger["approved_elements"]
        if approved is not None:
            ledger["not_approved"] = [one for one in elements(run) if one not in approved]
            if ledger["not_approved"]:
                beyond = ", ".join(ledger["not_approved"])
                self.session.say(
                    Text(
                        f"导出含未获批的信息项：{beyond}", f"the export holds elements that were not approved: {beyond}"
                    )
                )
        conditions = {
            "as_of": str(self.options.as_of or self.space.today()),
            "fail_on": self.options.fail_on,
            "allow_gaps": self.options.allow_gaps,
            "allow_incomplete": self.options.allow_incomplete,
        }
        receipt = Receipt.of(run, self.policy.digest, files, {**ledger, **(more or {})}, conditions, code)
        write_output(self.options.receipt, receipt.signed(self.key or b""))


def open_case(session: Session, options: argparse.Namespace) -> Case:
    """All that a verdict needs, read and checked before anything is judged."""
    renderer(options.format or "table")
    if options.flow and (options.recipient or options.purpose):
        raise UsageError(
            Text("--flow 不能与 --recipient、--purpose 同用", "--flow does not go with --recipient or --purpose"),
            todo=Text("数据流已写明接收方和用途：只留 --flow", "a flow names both itself: leave --flow alone"),
        )
    space = session.workspace()
    catalogue = load_catalogue((*space.identifiers, *own_identifiers(options)))
    stated(options, catalogue)
    policy = policy_of(space, catalogue)
    flow = flow_of(policy, options.flow, options.recipient, options.purpose)
    key = _key(space, needed=bool(options.receipt or options.record or options.fix))
    fingerprinter = Fingerprinter(key) if key else Fingerprinter.of_nobody()
    source = next((one for one in space.sources if one.id == flow.source), None)
    redactor = Redactor(Detector(catalogue, fingerprinter), fingerprinter)
    owner = redactor.person(source.owner) if source and source.owner else None
    return Case(session, options, space, catalogue, policy, flow, source, key, fingerprinter, redactor.name, owner)


def shown_names(space: Workspace, options: argparse.Namespace, key: bytes) -> Callable[[str], str]:
    """How names may be told, where no policy is asked."""
    catalogue = load_catalogue((*space.identifiers, *own_identifiers(options)))
    return Redactor(Detector(catalogue, Fingerprinter(key)), Fingerprinter(key)).name


def existing(paths: Sequence[str]) -> None:
    """UsageError where no path is named, or one that is not there."""
    if not paths:
        raise UsageError(
            Text("没有说明文件", "no file is named"),
            todo=Text("给出文件或文件夹，或 - 表示标准输入", "name a file or a folder, or - for standard input"),
        )
    for path in paths:
        if path != STDIN and not os.path.lexists(path):
            raise UsageError(
                Text("没有这个文件或文件夹", "no such file or folder"),
                where=path,
                todo=Text("请检查路径", "check the path"),
            )


def stated(options: argparse.Namespace, catalogue: Catalogue) -> dict[str, Any]:
    """What the caller says of the extraction; UsageError for a time that is none, or an element that nobody knows."""
    told: dict[str, Any] = {name: getattr(options, name) for name in STATED if name != "elements"}
    if told["time"]:
        try:
            told["time"] = datetime.fromisoformat(told["time"]).isoformat()
        except ValueError:
            raise UsageError(
                Text("不是 ISO 8601 时间", "is no time in ISO 8601"),
                where="--time",
                todo=Text("例：2026-06-01T09:30:00+08:00", "as in 2026-06-01T09:30:00+08:00"),
            ) from None
    told["approved_elements"] = None
    if options.elements:
        approved: set[str] = set()
        for word in filter(None, (word.strip() for word in options.elements.split(","))):
            name, at, subject = word.partition("@")
            approved |= {f"{one}{at}{subject}" for one in catalogue.expand(name)}
        told["approved_elements"] = sorted(approved)
    return told


def _key(space: Workspace, *, needed: bool) -> bytes | None:
    """The workspace's key where there is one; a gate does without, a receipt, a record and a fix do not."""
    try:
        return load_key(space)
    except PiiAuditError:
        if needed:
            raise
        return None
