"""The same engine in several processes of this machine: assets side by side, results in the source's order."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from pii_audit.engine.interface import NoCheckpoint, Silent, Task, size_of
from pii_audit.engine.local import LocalEngine
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.run import Inspected

_worker: dict[str, Any] = {}
"""The task of this worker process, set once when it starts."""


@dataclass(frozen=True, slots=True)
class PoolEngine:
    """`jobs` processes; each opens the source for itself. Assets that a checkpoint holds are resumed as a whole, not by chunk."""

    jobs: int

    def inspect(self, task: Task) -> Iterator[Inspected | Coverage]:
        """Everything that was met, in the source's order."""
        met = list(task.source.assets())
        assets = [one for one in met if isinstance(one, Asset)]
        task.progress.source(task.source.id, len(assets), sum(map(size_of, assets)))
        context = multiprocessing.get_context("spawn")
        remote = replace(task, progress=Silent(), checkpoint=NoCheckpoint())
        with ProcessPoolExecutor(min(self.jobs, max(1, len(assets))), context, _start, (remote,)) as pool:
            pending = {asset.id: pool.submit(_inspect, asset) for asset in assets}
            for one in met:
                if isinstance(one, Coverage):
                    yield one
                    continue
                yield from pending.pop(one.id).result()
                task.progress.advance(0, size_of(one))


def _start(task: Task) -> None:
    _worker["task"] = task


def _inspect(asset: Asset) -> list[Inspected]:
    return list(LocalEngine().inspect_asset(_worker["task"], asset))
