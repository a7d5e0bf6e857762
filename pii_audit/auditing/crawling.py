"""The sources of a self-check, crawled: what is in them, who can read it, and what export jobs would let out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from pii_audit.access import server_settings
from pii_audit.access.people import access_of_people
from pii_audit.auditing.definitions import definitions_of
from pii_audit.auditing.jobs import Jobs
from pii_audit.auditing.queries import Queries
from pii_audit.auditing.vouching import Receipts
from pii_audit.detection.redact import Redactor
from pii_audit.detection.tally import Detector
from pii_audit.directory import Directory
from pii_audit.engine.interface import Engine, NoCheckpoint, Progress, Silent, Task
from pii_audit.engine.local import LocalEngine
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.model.coverage import Coverage
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.grant import Grant
from pii_audit.model.run import Checkpoint, Inspected
from pii_audit.model.setting import Setting
from pii_audit.model.unchanged import Earlier as ReadBy
from pii_audit.model.unchanged import Memory, Scope
from pii_audit.policy.matching import FlowMatcher
from pii_audit.policy.model import Policy
from pii_audit.sources.feed.outbox import OutboxSource
from pii_audit.sources.interface import Sampling
from pii_audit.sources.interface import Source as Opened
from pii_audit.sources.registry import open_source
from pii_audit.workspace import Source, Workspace, load_key, resolved

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
class Looking:
    """By what sources are looked into, and which run does."""

    detector: Detector
    fingerprinter: Fingerprinter
    redactor: Redactor
    by: ReadBy


@dataclass
class Crawled:
    """What the sources gave, by their raw names, which must not be shown."""

    inspected: list[Inspected] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    queries: Queries = field(default_factory=Queries)


def crawl(
    space: Workspace, source: Source, policy: Policy, looking: Looking, options: Options, into: Crawled
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


def ask(source: Opened, directory: Directory, into: Crawled) -> list[Coverage]:
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


def _memory(space: Workspace, source: Source, sampling: Sampling, looking: Looking, options: Options) -> Memory | None:
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


def trace(space: Workspace, jobs: Sequence[Source], catalogue: Catalogue, options: Options, into: Crawled) -> None:
    """What export jobs would let out, by what this run or an earlier one found in the tables that they read."""
    traced = Jobs()
    known = (*options.inventory, *into.inspected)
    for source in jobs:
        traced.crawl(space, resolved(source), known, catalogue, options.progress)
    into.queries = traced.queries
    into.inspected += traced.queries.inspected
    into.coverage += traced.queries.coverage
