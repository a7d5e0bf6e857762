"""The engine that runs here: one asset after another, in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from pii_audit.detection.judge import judge
from pii_audit.engine.chunks import Looked, look
from pii_audit.engine.interface import Task, resumable, size_of
from pii_audit.engine.unchanged import Helped, Watch, carried, with_known
from pii_audit.language import Text
from pii_audit.model.asset import Asset, TableChunk, TextChunk
from pii_audit.model.coverage import Coverage
from pii_audit.model.evidence import AssetTally
from pii_audit.model.run import Inspected
from pii_audit.model.unchanged import Known
from pii_audit.sources.interface import Portion, Reading, Tallied, failed

SAVE_EVERY = 5.0
"""Seconds between two checkpoints of one asset."""


Tallier = Callable[[Asset, Iterable[Portion]], Iterator[Looked]]
"""Tells what is in each portion of an asset."""


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Reads, tallies and judges; a chunk that a checkpoint already holds is not looked at again.

    `tallier` may tally elsewhere; without one, this process does.
    """

    tallier: Tallier | None = None

    def inspect(self, task: Task) -> Iterator[Inspected | Coverage]:
        """Everything that was met, in the source's order."""
        met = list(task.source.assets())
        assets = [one for one in met if isinstance(one, Asset)]
        task.progress.source(task.source.id, len(assets), sum(map(size_of, assets)))
        for one, known in with_known(task.memory, met):
            if isinstance(one, Coverage):
                yield one
                continue
            task.progress.asset(one.name)
            yield from self.look(task, one, known)
            task.progress.done()

    def look(self, task: Task, asset: Asset, known: Known | None) -> Iterator[Inspected]:
        """One asset, read where it is not known to hold what it held."""
        before = carried(task, asset, known)
        if before is not None:
            task.progress.advance(0, size_of(asset))
            yield from before
            return
        watch, helped = Watch(task.source, asset, task.fingerprinter), Helped(task.checkpoint)
        found: list[Inspected] = []
        for one in self.inspect_asset(replace(task, checkpoint=helped), asset):
            found.append(one)
            yield one
        proof = None if helped.used else watch.proof(found)
        if proof is not None and task.memory is not None:
            task.memory.keep(asset, proof, found)

    def inspect_asset(self, task: Task, asset: Asset) -> Iterator[Inspected]:
        """One asset, and whatever it contains."""
        for inner, reading in task.source.open(asset, task.sampling):
            yield self._inspect(task, inner, reading)

    def _inspect(self, task: Task, asset: Asset, reading: Reading) -> Inspected:
        if isinstance(reading, Tallied):
            return _judged(task, asset, reading)
        name = resumable(asset)
        tally = task.checkpoint.load(name) or AssetTally()
        saved = time.monotonic()
        unknown = _unknown(task, reading, tally.chunks)
        for more, noted in self.tallier(asset, unknown) if self.tallier else _looked(task, asset, unknown):
            reading.note(noted)
            tally += more
            if time.monotonic() - saved > SAVE_EVERY:
                task.checkpoint.save(name, tally)
                saved = time.monotonic()
        task.checkpoint.save(name, tally)
        return judge(task.detector, asset, tally.even(), reading.coverage())


def _unknown(task: Task, reading: Reading, known: frozenset[str]) -> Iterator[Portion]:
    for portion in reading.portions():
        task.progress.advance(*_amount(portion))
        if portion.id not in known:
            yield portion
        elif not isinstance(portion, TableChunk | TextChunk):
            # What could not be read of it is told again.
            reading.note(portion.parsed()[1])


def _looked(task: Task, asset: Asset, portions: Iterable[Portion]) -> Iterator[Looked]:
    return (look(task.detector, asset, portion) for portion in portions)


def _amount(portion: Portion) -> tuple[int, int]:
    """Rows, where they are parsed, and, roughly, bytes of a portion."""
    if isinstance(portion, TableChunk):
        columns = portion.columns.values()
        return len(portion.rows), sum(sum(map(len, filter(None, cells))) + len(cells) for cells in columns)
    if isinstance(portion, TextChunk):
        return portion.text.count("\n"), len(portion.text)
    return 0, portion.size


def _judged(task: Task, asset: Asset, reading: Tallied) -> Inspected:
    """What was seen elsewhere; of identifiers that are not defined here nothing can be said."""
    known = task.detector.catalogue
    seen = {identifier for field in reading.tally.fields.values() for identifier in field.evidence}
    unknown = sorted(seen - set(known))
    task.progress.advance(reading.tally.rows, size_of(asset))
    if not unknown:
        return judge(task.detector, asset, reading.tally, reading.coverage())
    names = ", ".join(unknown)
    reason = Text(
        f"采集时用到此处没有定义的标识符：{names}", f"was collected with identifiers that are not defined here: {names}"
    )
    return judge(task.detector, asset, AssetTally(), failed(asset.source, asset.name, reason))
