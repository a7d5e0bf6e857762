"""Files that have not changed since an earlier run read them: what is said of one without reading it, and what that run saw."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from pii_audit.model.asset import Asset
    from pii_audit.model.run import Inspected

SETTLING = 2.0
"""Seconds within which two changes may bear the same time: FAT counts in twos, SFTP in ones."""
SKEW = 86_400.0
"""Seconds by which the clock of another machine is taken to be off at most."""


class Moment(NamedTuple):
    """A point in time by this machine's clock, in seconds since 1970, and by the one that nobody sets."""

    wall: float
    steady: float

    @classmethod
    def now(cls) -> Moment:
        """The present one."""
        return cls(time.time(), time.monotonic())


@dataclass(frozen=True, slots=True)
class State:
    """What a place says of a file without reading it.

    Two marks are equal only where all that the place knows is the same: size, times, inode, ETag. `changed` is the latest time in
    the mark, in seconds since 1970 by a clock that may be off by `skew` seconds; None where no clock decides. `seen` is when the
    place said so.
    """

    mark: str
    changed: float | None = None
    skew: float = 0.0
    seen: Moment = field(default_factory=Moment.now, compare=False)

    def settled(self, began: Moment) -> bool:
        """Whether a change after `began` could not bear the same mark, however coarse the times in it are.

        Either the last change was long before, or the mark had stood for long enough, whatever the clocks say.
        """
        if self.changed is None or began.steady - self.seen.steady > SETTLING:
            return True
        return began.wall - self.changed > SETTLING + self.skew


@dataclass(frozen=True, slots=True)
class Earlier:
    """A run that read something in full, and when it began."""

    run: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """By what a file is known again: the mark that it had, and the keyed digest of its content, where one was made."""

    mark: str
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose files they are, and what decides on what is seen in them: `definitions` is a digest of all of it.

    `by` is the run that reads now. What a run read that began before `oldest`, or after this one, is not taken up.
    """

    source: str
    definitions: str
    by: Earlier
    oldest: datetime


class Known(Protocol):
    """A file that an earlier run read in full."""

    @property
    def proof(self) -> Proof:
        """By what it is known again."""

    @property
    def size(self) -> int | None:
        """Its bytes."""

    def again(self, asset: Asset) -> Sequence[Inspected] | None:
        """What that run saw in it, as of the file that is listed now; None where that cannot be told any more."""


class Memory(Protocol):
    """What is known of the files of one source from earlier runs, and of this one for later ones."""

    def recall(self, assets: Iterable[Asset]) -> Mapping[str, Known]:
        """Those of some files that earlier runs read, by name."""

    def keep(self, asset: Asset, proof: Proof, found: Sequence[Inspected]) -> None:
        """Notes what was seen in a file that was read in full."""

    def renew(self, known: Known, proof: Proof) -> None:
        """Notes that a file which bears another mark now holds what it held."""

    def flush(self) -> None:
        """Writes what is still held."""
