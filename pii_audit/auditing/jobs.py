"""Repositories of export jobs in a self-check: what their scripts would let out, as flows observed by lineage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from pii_audit.auditing.queries import INSIDE, Queries, Reader
from pii_audit.document import unknown
from pii_audit.engine.interface import Progress
from pii_audit.errors import ConfigurationError, Position, Problem
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.language import Text
from pii_audit.lineage.dialects import load_dialect
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch
from pii_audit.policy.model import Flow, Policy
from pii_audit.sources.export_jobs import ExportJobsSource
from pii_audit.sources.file_share.names import real
from pii_audit.sources.format.content import open_regular
from pii_audit.sources.interface import failed
from pii_audit.sources.reading import unreadable
from pii_audit.sources.registry import open_source
from pii_audit.workspace import Source, Workspace, from_here

KIND = "export_jobs"


def job_sources(sources: Sequence[Source]) -> list[Source]:
    """Those of some sources that are repositories of export jobs.

    Raises UsageError where one is in an unknown dialect, or the parser of SQL is not installed: before hours of reading, not after.
    """
    found = [source for source in sources if source.kind == KIND]
    for source in found:
        if source.sql is not None:
            load_dialect(source.sql.dialect)
    return found


@dataclass
class Jobs:
    """What all repositories of a workspace let out, beside the rows of their ledgers."""

    queries: Queries = field(default_factory=Queries)

    def crawl(
        self,
        space: Workspace,
        source: Source,
        inventory: Sequence[Inspected],
        catalogue: Catalogue,
        progress: Progress,
    ) -> None:
        """One repository more; `inventory` has the tables that its scripts may read, a later reading of one after an earlier."""
        if source.sql is None:
            return
        dialect = load_dialect(source.sql.dialect)
        from pii_audit.lineage.functions import Functions, Kind  # noqa: PLC0415 - sqlglot is needed from here on
        from pii_audit.lineage.library import Library  # noqa: PLC0415
        from pii_audit.lineage.observing import Inventory  # noqa: PLC0415
        from pii_audit.lineage.relations import Relations  # noqa: PLC0415

        scripts, judged = self._scripts(space, source)
        functions = Functions({name: Kind(kind) for name, kind in space.functions.items()})
        known = Inventory.of(inventory, catalogue, functions)
        relations = Relations(known.stored(source.sql.reads))
        library = Library(scripts, dialect, relations, functions, source.sql.variables)
        reader = Reader(library, known, dialect, source.id, _as_it_is, lambda path: f"{source.url.rstrip('/')}/{path}")
        progress.source(source.id, len(judged), len(judged))
        for path in judged:
            progress.asset(path)
            reader.add(path, self.queries)
            progress.advance(0, 1)
            progress.done()
        self.queries.inspected = [_of_nobody(one) for one in self.queries.inspected]

    def _scripts(self, space: Workspace, source: Source) -> tuple[dict[str, bytes], list[str]]:
        """Every script of a repository, and the paths of those that are judged: the others may still be read by these."""
        opened = open_source(source, root=space.root)
        if not isinstance(opened, ExportJobsSource):
            return {}, []
        scripts: dict[str, bytes] = {}
        judged: list[str] = []
        for one in opened.assets():
            if isinstance(one, Coverage):
                self.queries.coverage.append(one)
            else:
                judged.append(one.name)
        for path in opened.scripts():
            try:
                with open_regular(real(opened.root, path)) as stream:
                    scripts[path] = stream.read()
            except OSError as error:
                if path in judged:
                    judged.remove(path)
                    self.queries.coverage.append(failed(source.id, path, unreadable(error)))
        return scripts, [path for path in judged if path in scripts]


def _of_nobody(one: Inspected) -> Inspected:
    """A query without the people of its tables: of nobody has anything been told yet."""
    fields = {
        name: replace(tally, evidence={key: replace(kept, persons=Sketch()) for key, kept in tally.evidence.items()})
        for name, tally in one.tally.fields.items()
    }
    return replace(one, tally=replace(one.tally, fields=fields))


def _as_it_is(name: str) -> str:
    """Names are made fit to be shown with those of all other assets."""
    return name


def makes(space: Workspace, policy: Policy) -> Callable[[Asset], Flow | None]:
    """The flow of which a script makes the files, as `sql.flows` says; ConfigurationError for a flow that no policy has."""
    by_source = {source.id: source.sql for source in space.sources if source.sql is not None}
    problems = [problem for jobs in by_source.values() for problem in _unknown_flows(jobs.flows, jobs.position, policy)]
    if problems:
        raise ConfigurationError([from_here(problem, space.root) for problem in problems])

    def find(asset: Asset) -> Flow | None:
        jobs = by_source.get(asset.source)
        if jobs is None:
            return None
        path = asset.name.partition(INSIDE)[0]
        names = (path, Path(path).name)
        found = next(
            (flow for glob, flow in jobs.flows.items() if any(fnmatchcase(name, glob) for name in names)), None
        )
        return policy.flows[found] if found else None

    return find


def _unknown_flows(flows: Mapping[str, str], position: Position, policy: Policy) -> Iterator[Problem]:
    for flow in flows.values():
        if flow not in policy.flows:
            yield Problem(position, unknown(Text("数据流", "flow"), flow, list(policy.flows)))
