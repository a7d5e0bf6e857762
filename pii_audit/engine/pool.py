"""The same engine in several processes of this machine: assets side by side, large ones cut in chunks, results in the source's order."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pii_audit.engine.chunks import AHEAD, DIED, side_by_side
from pii_audit.engine.interface import NoCheckpoint, Silent, Task, resumable, size_of
from pii_audit.engine.local import LocalEngine
from pii_audit.engine.workers import stopped, workers
from pii_audit.errors import InspectionError
from pii_audit.model.asset import Asset, Chunk
from pii_audit.model.coverage import Coverage
from pii_audit.model.evidence import AssetTally
from pii_audit.model.run import Inspected
from pii_audit.sources.interface import failed

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
        remote = replace(task, progress=Silent(), checkpoint=NoCheckpoint())
        pool = workers(self.jobs, _prepare, remote)
        shared = LocalEngine(
            partial(side_by_side, lambda asset, chunk: pool.submit(_tally, asset, chunk), AHEAD * self.jobs)
        )
        try:
            pending = {asset.id: _submitted(pool, task, asset) for asset in assets if not _is_large(asset)}
            for one in met:
                if isinstance(one, Coverage):
                    yield one
                    continue
                if _is_large(one):
                    yield from _shared(shared, task, one)
                    continue
                yield from _results(task, one, pending.pop(one.id))
                task.progress.advance(0, size_of(one))
        except BaseException:
            stopped(pool)
            raise
        finally:
            pool.shutdown(cancel_futures=True)


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


def _shared(engine: LocalEngine, task: Task, asset: Asset) -> Iterator[Inspected | Coverage]:
    task.progress.asset(asset.name)
    try:
        yield from engine.inspect_asset(task, asset)
    except InspectionError as error:
        yield failed(asset.source, asset.name, error.what, size=asset.size)
    task.progress.done()


def _submitted(pool: ProcessPoolExecutor, task: Task, asset: Asset) -> Future[list[Inspected]] | None:
    name = resumable(asset)
    try:
        return pool.submit(_inspect, asset, _Kept(name, task.checkpoint.load(name)))
    except BrokenProcessPool:
        return None


def _results(task: Task, asset: Asset, pending: Future[list[Inspected]] | None) -> Iterator[Inspected | Coverage]:
    try:
        done = pending.result() if pending else None
    except BrokenProcessPool:
        done = None
    if done is None:
        yield failed(asset.source, asset.name, DIED, size=asset.size)
        return
    for one in done:
        task.checkpoint.save(resumable(one.asset), one.tally)
        yield one


def _prepare(task: Task) -> None:
    _worker["task"] = task


def _tally(asset: Asset, chunk: Chunk) -> AssetTally:
    tally: AssetTally = _worker["task"].detector.tally(asset, chunk)
    return tally


def _inspect(asset: Asset, kept: _Kept) -> list[Inspected]:
    return list(LocalEngine().inspect_asset(replace(_worker["task"], checkpoint=kept), asset))
