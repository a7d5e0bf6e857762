"""The self-check of a workspace: every source crawled, every flow judged, every rule asked, one run as the result."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from zoneinfo import ZoneInfo

import pii_audit
from pii_audit.auditing.crawling import Crawled, Earlier, Looking, Options, ask, crawl, trace
from pii_audit.auditing.definitions import own_identifiers, program
from pii_audit.auditing.ending import (
    WHOLE,
    ended_flows,
    ended_sources,
    left_out,
    let_in_nothing,
    notes_of_ended,
    vanished,
)
from pii_audit.auditing.flows import Beyond, Makes, judge_flows, match_assets
from pii_audit.auditing.inherited import inherited
from pii_audit.auditing.jobs import KIND, job_sources, makes
from pii_audit.auditing.notes import notes_of
from pii_audit.auditing.places import places
from pii_audit.detection.enumeration import with_hashes_told
from pii_audit.detection.proofs import settled
from pii_audit.detection.redact import Redactor
from pii_audit.detection.tally import Detector
from pii_audit.directory import Directory
from pii_audit.directory.loading import load_directory
from pii_audit.errors import UsageError
from pii_audit.findings.funnel import Funnel, Ownership, without_identifiers
from pii_audit.findings.proof import proved
from pii_audit.findings.rechecking import DIRECTORY, TRIED
from pii_audit.identifiers.catalogue import Catalogue, load_catalogue
from pii_audit.language import Text
from pii_audit.model.coverage import partly_read
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Inspected, Run, run_id
from pii_audit.model.unchanged import Earlier as ReadBy
from pii_audit.policy.loader import policy_of
from pii_audit.policy.model import Policy
from pii_audit.rules.interface import Draft, Facts
from pii_audit.rules.registry import apply_rules
from pii_audit.rules.use_accounts import suspects
from pii_audit.sources.interface import failed
from pii_audit.sources.registry import layouts_of
from pii_audit.workspace import Source, Workspace, load_accounts, load_key, load_leavers, load_workspace


def audit(workspace: Workspace | Path | str, options: Options | None = None, *, policy: Policy | None = None) -> Run:
    """Runs the self-check of a workspace, given as read or as its folder.

    Raises ConfigurationError for what is wrong in its files and UsageError for an unknown source; what cannot be read is in the run's coverage.
    """
    options = options or Options()
    space = workspace if isinstance(workspace, Workspace) else load_workspace(Path(workspace))
    started = space.now()
    by = ReadBy(run_id(started), started)
    catalogue = load_catalogue(space.identifiers)
    if policy is None:
        policy = policy_of(space, catalogue)
    fingerprinter = Fingerprinter(load_key(space))
    # A list that cannot be read is told before hours of reading, not after.
    directory = _directory(space, policy)
    detector = Detector(
        catalogue, fingerprinter, samples=space.samples == "masked", own_bins=space.institution.own_bins
    )
    redactor = Redactor(detector, fingerprinter)
    looking = Looking(detector, fingerprinter, redactor, by)
    crawled = Crawled()
    crawled.coverage += [failed(DIRECTORY, place, said) for place, said in directory.problems]
    chosen = _selected(space, options.sources)
    jobs, made_by = job_sources(chosen), makes(space, policy)
    opened = [crawl(space, source, policy, looking, options, crawled) for source in chosen if source not in jobs]
    # A value that is met last may tell what the first column of digests holds, and with that whose rights are asked.
    told = with_hashes_told(crawled.inspected, catalogue, fingerprinter, options.enumerate_hashes, redactor.name)
    crawled.inspected = list(map(settled, told))
    unasked = [row for source in opened for row in ask(source, directory, crawled)]
    if jobs:
        trace(space, jobs, catalogue, options, crawled)
    as_of = options.as_of or space.today()
    ended = ended_sources(chosen, crawled.coverage, crawled.inspected, as_of)
    lost = vanished(chosen, crawled.coverage, crawled.inspected, ended, options.held) if options.held else ()
    missed = let_in_nothing(chosen, crawled.coverage, crawled.inspected)
    crawled.coverage = list(left_out([*crawled.coverage, *unasked, *lost, *missed], ended))
    crawled.queries = crawled.queries.told(redactor.name)
    no_more = ended_flows(policy, _listed(space, policy, crawled, options), crawled.coverage, as_of)
    facts, owner_of = _facts(space, policy, catalogue, crawled, redactor, options, made_by)
    funnel = Funnel(policy, fingerprinter, facts.as_of, space.standards, owner_of, partly=partly_read(facts.coverage))
    findings, suppressed, grouped = funnel.run(apply_rules(facts))
    return Run(
        id=by.run,
        started=started,
        finished=space.now(),
        version=pii_audit.__version__,
        kind="run",
        inspected=tuple(facts.inspected),
        grants=tuple(facts.grants),
        settings=tuple(facts.settings),
        coverage=tuple(facts.coverage),
        verdicts=tuple(facts.verdicts),
        findings=tuple(map(crawled.queries.located, proved(findings, facts.inspected, fingerprinter))),
        suppressed=without_identifiers(suppressed, redactor.person),
        grouped=grouped,
        notes={
            **notes_of(space, policy, facts.inspected, facts.as_of, redactor),
            **places(chosen, fingerprinter),
            **({f"source.{DIRECTORY}.place": fingerprinter.text("place", DIRECTORY)} if space.directory else {}),
            **notes_of_ended("source", ended, redactor),
            **notes_of_ended("flow", no_more, redactor),
            **({TRIED: str(options.enumerate_hashes)} if options.enumerate_hashes else {}),
            "key_mark": fingerprinter.mark,
        },
    )


def _directory(space: Workspace, policy: Policy) -> Directory:
    """The export of the directory, in which those are watched of whom a list or a rule says something by name."""
    names = {name for rule in policy.access.rules for name in rule.principals}
    names |= {name for rule in policy.access.never for name in rule.principals}
    return load_directory(space).watching(
        {*names, *load_leavers(space), *suspects(load_accounts(space), space.today())}
    )


def feed_ids(space: Workspace) -> list[str]:
    """The sources that are outbound feeds."""
    return [source.id for source in space.sources if source.kind == "feed"]


def leaving_ids(space: Workspace) -> list[str]:
    """The sources that are outbound feeds, or scripts that make them."""
    return [source.id for source in space.sources if source.kind in ("feed", KIND)]


def run_key(space: Workspace, options: Options) -> str:
    """What makes two runs the same one, so that the second may go on where the first stopped.

    Raises ConfigurationError for what is wrong in the layouts of its sources.
    """
    parts = (
        str(space.root),
        ",".join(sorted(options.sources)),
        str(options.sample),
        str(options.full),
        str(options.seed),
        program(),
        # The files and not the catalogue made of them: sets are in another order in each process.
        *own_identifiers(space),
        repr(space.sources),
        *(repr(layouts_of(source, space.root)) for source in _selected(space, options.sources)),
        str(space.key),
        space.samples,
        ",".join(space.institution.own_bins),
    )
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _selected(space: Workspace, wanted: Collection[str]) -> Sequence[Source]:
    named = [space.source(name) for name in wanted]
    if not space.sources:
        raise UsageError(
            Text("没有数据源，无从检查", "there is no source, and so nothing to inspect"),
            where=str(space.position.file),
            todo=Text("在 sources 中至少写一个", "enter one at least under sources"),
        )
    return [source for source in space.sources if not named or source in named]


def _facts(
    space: Workspace,
    policy: Policy,
    catalogue: Catalogue,
    crawled: Crawled,
    redactor: Redactor,
    options: Options,
    made_by: Makes,
) -> tuple[Facts, _OwnerOf]:
    """Flows and units are told by raw names; from here on only names that may be shown are left."""
    as_of = options.as_of or space.today()
    grants = (*crawled.grants, *inherited(crawled.grants, crawled.inspected))
    feeds = frozenset(leaving_ids(space))
    matched, undeclared = match_assets(policy, crawled.inspected, feeds, made_by)
    sources = {source.id: source for source in space.sources}
    units = {
        redactor.asset(one.asset).id: _unit(space, sources[one.asset.source], one.asset.name)
        for one in crawled.inspected
    }
    shown = {one.asset.id: redactor.inspected(one) for one in crawled.inspected}
    inspected = tuple(shown.values())
    verdicts = judge_flows(
        policy,
        {flow: [shown[name] for name in names] for flow, names in matched.items()},
        Beyond(
            inspected,
            options.provided,
            options.first,
            _listed(space, policy, crawled, options),
            crawled.coverage,
            crawled.queries.origins,
            ZoneInfo(space.timezone),
        ),
        catalogue,
        as_of,
    )
    facts = Facts(
        policy=policy,
        catalogue=catalogue,
        as_of=as_of,
        sources=sources,
        inspected=inspected,
        grants=tuple(map(redactor.grant, grants)),
        coverage=tuple(map(redactor.coverage, crawled.coverage)),
        verdicts=tuple(map(crawled.queries.placed, verdicts)),
        flows=policy.flows,
        undeclared=tuple(shown[name] for name in undeclared),
        leavers=load_leavers(space),
        institution=space.institution,
        earlier=recorded(policy, [one.id for one in _selected(space, options.sources)], options.earlier),
        accounts=load_accounts(space),
        settings=tuple(map(redactor.setting, crawled.settings)),
    )
    return facts, _OwnerOf(space, units, redactor)


def _listed(space: Workspace, policy: Policy, crawled: Crawled, options: Options) -> frozenset[str]:
    """The sources of which all that is there was met: a flow of which nothing is among it has no feed.

    One that a flow names and the workspace does not have is among them: nothing is there.
    """
    unread = {row.source for row in crawled.coverage if row.incomplete and row.asset in WHOLE}
    listed = {source.id for source in _selected(space, options.sources)}
    named = {flow.source for flow in policy.flows.values() if flow.source is not None}
    missing = named - {source.id for source in space.sources}
    return frozenset(listed | missing) - unread


def recorded(policy: Policy, sources: Collection[str], earlier: Earlier | None) -> tuple[tuple[Inspected, ...], ...]:
    """What recorded runs saw of the assets whose rows or files have to be kept for some time."""
    lines = policy.storage.retention
    dated = {line.asset for line in lines if line.date is not None}
    if earlier is None or not dated or not any(line.keep_at_least for line in lines):
        return ()

    def is_dated(asset: str) -> bool:
        name = asset.replace(":", ".", 1)
        return any(fnmatchcase(name, pattern) for pattern in dated)

    return tuple(earlier(sources, is_dated))


def _unit(space: Workspace, source: Source, asset: str) -> str | None:
    unit = space.unit_of(source, asset)
    return unit.id if unit else None


@dataclass(frozen=True)
class _OwnerOf:
    """Whose a draft is: the source's owner, and the unit of the asset, else of the source."""

    space: Workspace
    units: dict[str, str | None]
    redactor: Redactor

    def __call__(self, draft: Draft) -> Ownership:
        source = next((one for one in self.space.sources if one.id == draft.source), None)
        if source is None:
            return Ownership()
        assets = [draft.asset] if draft.asset else list(draft.evidence.get("assets", ()))
        units = {self.units.get(asset) for asset in assets} - {None}
        owner = self.redactor.person(source.owner) if source.owner else None
        return Ownership(owner, units.pop() if len(units) == 1 else source.unit)
