"""The same engine in several processes of this machine: assets side by side, results in the source's order."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any

from pii_audit.engine.interface import NoCheckpoint, Silent, Task, resumable, size_of
from pii_audit.engine.local import LocalEngine
from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.evidence import AssetTally
from pii_audit.model.run import Inspected
from pii_audit.sources.interface import failed

_worker: dict[str, Any] = {}
"""The task of this worker process, set once when it starts."""


@dataclass(frozen=True, slots=True)
class PoolEngine:
    """`jobs` processes; each opens the source for itself. An asset is kept when it is done, so that a run resumes with the next one."""

    jobs: int

    def inspect(self, task: Task) -> Iterator[Inspected | Coverage]:
        """Everything that was met, in the source's order; what a process was at when it died is told as not inspected."""
        met = list(task.source.assets())
        assets = [one for one in met if isinstance(one, Asset)]
        task.progress.source(task.source.id, len(assets), sum(map(size_of, assets)))
        context = multiprocessing.get_context("spawn")
        remote = replace(task, progress=Silent(), checkpoint=NoCheckpoint())
        pool = ProcessPoolExecutor(min(self.jobs, max(1, len(assets))), context, _start, (remote,))
        try:
            pending = {asset.id: _submitted(pool, task, asset) for asset in assets}
            for one in met:
                if isinstance(one, Coverage):
                    yield one
                    continue
                yield from _results(task, one, pending.pop(one.id))
                task.progress.advance(0, size_of(one))
        except BaseException:
            # Nobody waits for what is still being read; the executor has no public way to stop it before Python 3.14.
            for process in list((pool._processes or {}).values()):  # noqa: SLF001
                process.terminate()
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
        reason = Text(
            "读取它的进程意外终止(可能内存不足)", "the process that read it died (perhaps there was not enough memory)"
        )
        yield failed(asset.source, asset.name, reason, size=asset.size)
        return
    for one in done:
        task.checkpoint.save(resumable(one.asset), one.tally)
        yield one


def _start(task: Task) -> None:
    # An interruption is for the process that asked to handle; it ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker["task"] = task


def _inspect(asset: Asset, kept: _Kept) -> list[Inspected]:
    return list(LocalEngine().inspect_asset(replace(_worker["task"], checkpoint=kept), asset))
