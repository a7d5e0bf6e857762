"""The same engine in several processes of this machine: assets side by side, large ones cut in chunks, results in the source's order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

from pii_audit.engine.chunks import AHEAD, DIED, Looked, look, side_by_side
from pii_audit.engine.interface import NoCheckpoint, Silent, Task, resumable, size_of
from pii_audit.engine.local import LocalEngine
from pii_audit.engine.unchanged import Watch, renewed, same_mark, with_known
from pii_audit.engine.workers import stopped, workers
from pii_audit.errors import InspectionError
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.evidence import AssetTally
from pii_audit.model.run import Inspected
from pii_audit.model.unchanged import Known, Proof
from pii_audit.sources.interface import Portion, failed

_worker: dict[str, Any] = {}
"""The task of this worker process, set once when it starts."""
LARGE_FILE, LARGE_TABLE = 64 << 20, 1_000_000
"""Bytes and rows from which on an asset is read here, and its chunks are tallied by all."""


@dataclass(frozen=True, slots=True)
class PoolEngine:
    """`jobs` processes; each opens the source for itself. An asset is kept when it is done, a large one also on the way, so that a run resumes there."""

    jobs: int

    def inspect(self, task: Task) -> Iterator[Inspected | Coverage]:
        """Everything that was met, in the source's order; what a process was at when it died is told as not inspected."""
        met = list(task.source.assets())
        assets = [one for one in met if isinstance(one, Asset)]
        task.progress.source(task.source.id, len(assets), sum(map(size_of, assets)))
        remote = replace(task, progress=Silent(), checkpoint=NoCheckpoint(), memory=None)
        pool = workers(self.jobs, _prepare, remote)
        shared = LocalEngine(
            partial(side_by_side, lambda asset, portion: pool.submit(_look_at, asset, portion), AHEAD * self.jobs)
        )
        try:
            planned = deque(_planned(pool, task, met))
            while planned:
                plan = planned.popleft()
                one = plan.met
                if isinstance(one, Coverage):
                    yield one
                    continue
                if _is_large(one):
                    yield from _shared(shared, task, one, plan.known)
                    continue
                yield from _results(pool, task, plan, one)
                task.progress.advance(0, size_of(one))
        except BaseException:
            stopped(pool)
            raise
        finally:
            pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a process says of a file: all that is in it, or None where it holds what it held; and by what it may be known again."""

    found: list[Inspected] | None
    proof: Proof | None = None
    settled: bool = False


_Pending: TypeAlias = Future[_Looked] | None
"""None where nobody was asked, or nobody was left to be."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was met, what is known of it, whether it bears the mark that it had, and what a process was asked about it."""

    met: Asset | Coverage
    known: Known | None = None
    same: bool = False
    pending: _Pending = None


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is already known of one asset, on its way to the process that goes on with it."""

    name: str
    tally: AssetTally | None

    def load(self, asset: str) -> AssetTally | None:
        """What is known of that asset."""
        return self.tally if asset == self.name else None

    def save(self, asset: str, tally: AssetTally) -> None:
        """Kept by the process that asked, when the asset is done."""


def _is_large(asset: Asset) -> bool:
    return (asset.size or 0) >= LARGE_FILE or (asset.rows or 0) >= LARGE_TABLE


def _planned(pool: ProcessPoolExecutor, task: Task, met: Iterable[Asset | Coverage]) -> Iterator[_Plan]:
    """What was met, in its order; nobody is asked about a file that is not to be read, or is large."""
    for one, known in with_known(task.memory, met):
        if isinstance(one, Coverage) or _is_large(one):
            yield _Plan(one, known)
        elif known is not None and same_mark(task.source, one, known):
            yield _Plan(one, known, same=True)
        else:
            yield _Plan(one, known, pending=_submitted(pool, task, one, known))


def _shared(engine: LocalEngine, task: Task, asset: Asset, known: Known | None) -> Iterator[Inspected | Coverage]:
    task.progress.asset(asset.name)
    try:
        yield from engine.look(task, asset, known)
    except InspectionError as error:
        yield failed(asset.source, asset.name, error.what, size=asset.size)
    task.progress.done()


def _submitted(pool: ProcessPoolExecutor, task: Task, asset: Asset, known: Known | None) -> _Pending:
    name = resumable(asset)
    before = (known.size, known.proof.content) if known is not None else (None, None)
    try:
        return pool.submit(_look, asset, _Kept(name, task.checkpoint.load(name)), *before)
    except BrokenProcessPool:
        return None


def _results(pool: ProcessPoolExecutor, task: Task, plan: _Plan, asset: Asset) -> Iterator[Inspected | Coverage]:
    looked = _answer(plan.pending)
    if plan.known is not None and (plan.same or (looked is not None and looked.found is None)):
        if plan.same:
            before = plan.known.again(asset)
        else:
            before = renewed(task, asset, plan.known, settled=looked is not None and looked.settled)
        if before is not None:
            yield from before
            return
        looked = _answer(_submitted(pool, task, asset, None))
    if looked is None or looked.found is None:
        yield failed(asset.source, asset.name, DIED, size=asset.size)
        return
    for one in looked.found:
        task.checkpoint.save(resumable(one.asset), one.tally)
        yield one
    if looked.proof is not None and task.memory is not None:
        task.memory.keep(asset, looked.proof, looked.found)


def _answer(pending: _Pending) -> _Looked | None:
    """What was said of a file; None where the process died that was asked."""
    try:
        return pending.result() if pending else None
    except BrokenProcessPool:
        return None


def _prepare(task: Task) -> None:
    _worker["task"] = task


def _look_at(asset: Asset, portion: Portion) -> Looked:
    return look(_worker["task"].detector, asset, portion)


def _look(asset: Asset, kept: _Kept, size: int | None, content: str | None) -> _Looked:
    task: Task = _worker["task"]
    watch = Watch(task.source, asset, task.fingerprinter)
    if watch.same_content(size, content):
        return _Looked(None, settled=watch.settled)
    found = list(LocalEngine().inspect_asset(replace(task, checkpoint=kept), asset))
    return _Looked(found, watch.proof(found) if kept.tally is None else None)
