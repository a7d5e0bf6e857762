"""What need not be read again, and what of a reading may stand for later ones.

A file that bears the mark under which an earlier run read it in full holds what it held. Under another mark the content decides,
where it was hashed. What was read stands for later readings only where the mark was the same before and after, where no change
since could bear it too, and where nothing of the file stayed unread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from pii_audit.engine.interface import Task
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Checkpoint, Inspected
from pii_audit.model.unchanged import Known, Memory, Moment, Proof
from pii_audit.sources.interface import Source

AT_ONCE = 500
"""Files that are looked up together."""
WHOLE = frozenset({CoverageStatus.INSPECTED, CoverageStatus.SKIPPED})
"""Of what a file holds: read in full, or left out by a rule that does not change."""


def with_known(
    memory: Memory | None, met: Iterable[Asset | Coverage]
) -> Iterator[tuple[Asset | Coverage, Known | None]]:
    """What was met, each file with what is known of it from earlier runs."""
    every = iter(met)
    while some := list(islice(every, AT_ONCE)):
        files = [one for one in some if isinstance(one, Asset) and one.state is not None]
        known: Mapping[str, Known] = memory.recall(files) if memory is not None and files else {}
        yield from ((one, known.get(one.name) if isinstance(one, Asset) else None) for one in some)


def same_mark(source: Source, asset: Asset, known: Known) -> bool:
    """Whether a file bears the mark that it had."""
    return asset.state is not None and asset.state.mark == known.proof.mark and source.still(asset)


def carried(task: Task, asset: Asset, known: Known | None) -> Sequence[Inspected] | None:
    """What an earlier run saw in a file, where that holds; None where it is to be read."""
    if known is None:
        return None
    if same_mark(task.source, asset, known):
        return known.again(asset)
    watch = Watch(task.source, asset, task.fingerprinter)
    if not watch.same_content(known.size, known.proof.content):
        return None
    return renewed(task, asset, known, settled=watch.settled)


def renewed(task: Task, asset: Asset, known: Known, *, settled: bool) -> Sequence[Inspected] | None:
    """What an earlier run saw in a file that holds the same under another mark, by which it is known from now on."""
    before = known.again(asset)
    if before is not None and settled and asset.state is not None and task.memory is not None:
        task.memory.renew(known, Proof(asset.state.mark, known.proof.content))
    return before


@dataclass(frozen=True, slots=True)
class Watch:
    """One file, from before it is read; without a fingerprinter nothing of it is to be kept."""

    source: Source
    asset: Asset
    fingerprinter: Fingerprinter | None
    began: Moment = field(default_factory=Moment.now)

    @property
    def settled(self) -> bool:
        """Whether no later change can bear the mark under which the file was listed."""
        return self.asset.state is not None and self.asset.state.settled(self.began)

    def same_content(self, size: int | None, content: str | None) -> bool:
        """Whether the file surely holds what had that size and digest."""
        return content is not None and size == self.asset.size and self._content() == content and self._as_listed()

    def proof(self, found: Sequence[Inspected | Coverage]) -> Proof | None:
        """By what the file may be known again once all that was found in it is there; None where it is to be read again."""
        whole = all(isinstance(one, Inspected) and one.coverage.status in WHOLE for one in found)
        if self.fingerprinter is None or self.asset.state is None or not (found and whole and self.settled):
            return None
        content = self._content()
        return Proof(self.asset.state.mark, content) if self._as_listed() else None

    def _as_listed(self) -> bool:
        return self.asset.state is not None and self.source.state(self.asset) == self.asset.state

    def _content(self) -> str | None:
        blocks = self.source.blocks(self.asset)
        if blocks is None or self.fingerprinter is None:
            return None
        try:
            return self.fingerprinter.digest("content", blocks)
        except OSError:
            return None


@dataclass(slots=True)
class Helped:
    """A checkpoint that notes whether it had anything: what an interrupted run had seen stands for no later one."""

    checkpoint: Checkpoint
    used: bool = False

    def load(self, asset: str) -> AssetTally | None:
        """What an earlier, unfinished run had of that asset."""
        tally = self.checkpoint.load(asset)
        self.used |= tally is not None
        return tally

    def save(self, asset: str, tally: AssetTally) -> None:
        """Keeps what is known of that asset so far."""
        self.checkpoint.save(asset, tally)
