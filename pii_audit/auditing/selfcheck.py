"""The self-check of a workspace: every source crawled, every flow judged, every rule asked, one run as the result."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from fnmatch import fnmatchcase
from pathlib import Path
from zoneinfo import ZoneInfo

import pii_audit
from pii_audit.access import server_settings
from pii_audit.access.people import access_of_people
from pii_audit.auditing.definitions import definitions_of, own_identifiers, program
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
from pii_audit.auditing.jobs import KIND, Jobs, job_sources, makes
from pii_audit.auditing.notes import notes_of
from pii_audit.auditing.places import places
from pii_audit.auditing.queries import Queries
from pii_audit.auditing.vouching import Receipts
from pii_audit.detection.enumeration import with_hashes_told
from pii_audit.detection.proofs import settled
from pii_audit.detection.redact import Redactor
from pii_audit.detection.tally import Detector
from pii_audit.directory import Directory
from pii_audit.directory.loading import load_directory
from pii_audit.engine.interface import Engine, NoCheckpoint, Progress, Silent, Task
from pii_audit.engine.local import LocalEngine
from pii_audit.errors import UsageError
from pii_audit.findings.funnel import Funnel, Ownership, without_identifiers
from pii_audit.findings.proof import proved
from pii_audit.findings.rechecking import DIRECTORY, TRIED
from pii_audit.identifiers.catalogue import Catalogue, load_catalogue
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, partly_read
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.grant import Grant
from pii_audit.model.run import Checkpoint, Inspected, Run, run_id
from pii_audit.model.setting import Setting
from pii_audit.model.unchanged import Earlier as ReadBy
from pii_audit.model.unchanged import Memory, Scope
from pii_audit.policy.loader import policy_of
from pii_audit.policy.matching import FlowMatcher
from pii_audit.policy.model import Policy
from pii_audit.rules.interface import Draft, Facts
from pii_audit.rules.registry import apply_rules
from pii_audit.rules.use_accounts import suspects
from pii_audit.sources.feed.outbox import OutboxSource
from pii_audit.sources.interface import Sampling, failed
from pii_audit.sources.interface import Source as Opened
from pii_audit.sources.registry import layouts_of, open_source
from pii_audit.workspace import Source, Workspace, load_accounts, load_key, load_leavers, load_workspace, resolved

Remembering = Callable[[Scope, Callable[[str], str]], Memory]
"""What is known of the files of a source from earlier runs, and by what function their names may be told."""
Earlier = Callable[[Collection[str], Callable[[str], bool]], Iterable[tuple[Inspected, ...]]]
"""What recorded runs saw of sources, run by run, of the assets that are wanted by their ids."""


@dataclass(frozen=True)
class Options:
    """How a self-check is done.

    `sample` and `max_load` (percent) override every source's own; `full` reads everything. `provided` is what recorded runs of this year saw in
    the feeds, None where nothing is recorded, and `first` what the first of those runs saw; `earlier` gives what recorded runs saw of
    some assets, run by run, `held` tells of a source whether they read anything in it; with `memory`, files that have not changed are not read again, save where all is to be read; `inventory` is what is known
    of the tables that export jobs read, where this run does not read them itself; for `enumerate_hashes` seconds of processor time numbers are
    tried out against columns of digests.
    """

    sources: Collection[str] = ()
    sample: int | None = None
    full: bool = False
    max_load: int | None = None
    seed: int = 0
    as_of: date | None = None
    provided: Sequence[Inspected] | None = None
    earlier: Earlier | None = None
    held: Callable[[str], bool] | None = None
    first: Sequence[Inspected] = ()
    inventory: Sequence[Inspected] = ()
    enumerate_hashes: int = 0
    engine: Engine = field(default_factory=LocalEngine)
    progress: Progress = field(default_factory=Silent)
    checkpoint: Checkpoint = field(default_factory=NoCheckpoint)
    memory: Remembering | None = None


@dataclass(frozen=True, slots=True)
class _Looking:
    """By what sources are looked into, and which run does."""

    detector: Detector
    fingerprinter: Fingerprinter
    redactor: Redactor
    by: ReadBy


@dataclass
class _Crawled:
    """What the sources gave, by their raw names, which must not be shown."""

    inspected: list[Inspected] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    queries: Queries = field(default_factory=Queries)


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
    looking = _Looking(detector, fingerprinter, redactor, by)
    crawled = _Crawled()
    crawled.coverage += [failed(DIRECTORY, place, said) for place, said in directory.problems]
    chosen = _selected(space, options.sources)
    jobs, made_by = job_sources(chosen), makes(space, policy)
    opened = [_crawl(space, source, policy, looking, options, crawled) for source in chosen if source not in jobs]
    # A value that is met last may tell what the first column of digests holds, and with that whose rights are asked.
    told = with_hashes_told(crawled.inspected, catalogue, fingerprinter, options.enumerate_hashes, redactor.name)
    crawled.inspected = list(map(settled, told))
    unasked = [row for source in opened for row in _ask(source, directory, crawled)]
    if jobs:
        _trace(space, jobs, catalogue, options, crawled)
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


def _crawl(
    space: Workspace, source: Source, policy: Policy, looking: _Looking, options: Options, into: _Crawled
) -> Opened:
    """Reads a source, and gives it with its connections let go of."""
    slowed = replace(resolved(source), max_load=options.max_load or source.max_load)
    opened = open_source(slowed, root=space.root, key=lambda: load_key(space))
    if source.receipts and isinstance(opened, OutboxSource):
        receipts = Receipts(source.id, space.root / source.receipts, load_key(space), FlowMatcher(policy))
        opened.vouch = receipts.vouch
        into.coverage += receipts.problems
    rows = None if options.full else options.sample or source.sample
    sampling = Sampling(rows, options.seed)
    memory = _memory(space, slowed, sampling, looking, options)
    task = Task(
        opened,
        sampling,
        looking.detector,
        options.progress,
        options.checkpoint,
        memory,
        looking.fingerprinter if memory else None,
    )
    try:
        for one in options.engine.inspect(task):
            if isinstance(one, Coverage):
                into.coverage.append(one)
            else:
                into.inspected.append(one)
                into.coverage.append(one.coverage)
        if memory is not None:
            memory.flush()
    finally:
        opened.close()
    return opened


def _ask(source: Opened, directory: Directory, into: _Crawled) -> list[Coverage]:
    """Who can read what was found in a source, and how its server is set up; gives what could not be asked."""
    unasked: list[Coverage] = []
    holding = {one.asset.name for one in into.inspected if one.asset.source == source.id and one.fields}
    try:
        for grant in access_of_people(source, holding, directory):
            (unasked if isinstance(grant, Coverage) else into.grants).append(grant)  # type: ignore[arg-type]  # told apart here
        for setting in server_settings(source) if holding else ():
            (unasked if isinstance(setting, Coverage) else into.settings).append(setting)  # type: ignore[arg-type]  # as above
    finally:
        source.close()
    return unasked


def _memory(space: Workspace, source: Source, sampling: Sampling, looking: _Looking, options: Options) -> Memory | None:
    """What is known of a share's files; what leaves is read whenever it is looked at."""
    if options.memory is None or source.kind != "file_share":
        return None
    by, period = looking.by, source.reread_after
    oldest = (
        by.at
        if options.full or not period.count
        else datetime.combine(period.before(by.at.date()), time.min, by.at.tzinfo)
    )
    definitions = definitions_of(space, source, sampling, looking.fingerprinter)
    return options.memory(Scope(source.id, definitions, by, oldest), looking.redactor.name)


def _trace(space: Workspace, jobs: Sequence[Source], catalogue: Catalogue, options: Options, into: _Crawled) -> None:
    """What export jobs would let out, by what this run or an earlier one found in the tables that they read."""
    traced = Jobs()
    known = (*options.inventory, *into.inspected)
    for source in jobs:
        traced.crawl(space, resolved(source), known, catalogue, options.progress)
    into.queries = traced.queries
    into.inspected += traced.queries.inspected
    into.coverage += traced.queries.coverage


def _facts(
    space: Workspace,
    policy: Policy,
    catalogue: Catalogue,
    crawled: _Crawled,
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


def _listed(space: Workspace, policy: Policy, crawled: _Crawled, options: Options) -> frozenset[str]:
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
