"""What an engine does: looks into every asset of some sources and gives back what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pii_audit.detection.tally import Detector
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.evidence import AssetTally
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Checkpoint, Inspected
from pii_audit.model.unchanged import Memory
from pii_audit.sources.interface import Sampling, Source


class Progress(Protocol):
    """Somebody who watches; counts are of work done so far, names may be shown."""

    def source(self, name: str, assets: int, size: int) -> None:
        """A source begins: so many assets of so many bytes in all, as far as it is known."""

    def asset(self, name: str) -> None:
        """An asset begins."""

    def advance(self, rows: int, size: int) -> None:
        """So many rows, so many bytes of it are read."""

    def done(self) -> None:
        """The asset is finished."""


class Silent:
    """Nobody watches."""

    def source(self, name: str, assets: int, size: int) -> None:
        """Ignored."""

    def asset(self, name: str) -> None:
        """Ignored."""

    def advance(self, rows: int, size: int) -> None:
        """Ignored."""

    def done(self) -> None:
        """Ignored."""


class NoCheckpoint:
    """Keeps nothing: an interrupted run begins anew."""

    def load(self, asset: str) -> AssetTally | None:  # noqa: ARG002 - the protocol's signature
        """Nothing."""
        return None

    def save(self, asset: str, tally: AssetTally) -> None:
        """Kept nowhere."""


@dataclass(frozen=True)
class Task:
    """What an engine is to do for one source.

    Where there is a `memory`, files that have not changed are not read again; the `fingerprinter` hashes their content.
    """

    source: Source
    sampling: Sampling
    detector: Detector
    progress: Progress = field(default_factory=Silent)
    checkpoint: Checkpoint = field(default_factory=NoCheckpoint)
    memory: Memory | None = None
    fingerprinter: Fingerprinter | None = None


class Engine(Protocol):
    """Inspects a source: each asset as it is done, and the ledger rows of what is not one."""

    def inspect(self, task: Task) -> Iterator[Inspected | Coverage]:
        """Everything that was met, in the source's order."""


def size_of(asset: Asset) -> int:
    """What an asset counts for in progress: its bytes, else its rows, at least 1."""
    return max(1, asset.size or asset.rows or 1)


def resumable(asset: Asset) -> str:
    """The name under which progress is kept: a file that has changed since is another one."""
    return "\x1f".join((asset.id, str(asset.size), str(asset.modified)))
