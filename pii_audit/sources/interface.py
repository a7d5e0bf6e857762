"""What every kind of source offers: its assets, their content in chunks, and who can reach them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from pii_audit.language import Text
from pii_audit.model.asset import Asset, Chunk
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally
from pii_audit.model.grant import Grant
from pii_audit.model.unchanged import State
from pii_audit.sources.globs import unmatched

ROOT_NAME = "."
"""The asset name of a ledger row about a source as a whole."""


class Absent(Text):
    """Why nothing could be read of a source, where it is not there: its place says so, or nothing answers at it.

    Only such a source may have ended. One that refuses us, or of which we do not know, is there.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sampling:
    """How much of an asset to read: `rows` None is everything; `seed` makes the choice repeatable."""

    rows: int | None = None
    seed: int = 0

    def all_of(self, total: int) -> bool:
        """Whether an asset of that many rows is read in full."""
        return self.rows is None or total <= self.rows


@dataclass(frozen=True, slots=True)
class Noted:
    """What was odd about some rows that were parsed: how often, and the first line of it; those of several parts add up in any order.

    `rows` are those that were read, `ragged` those with more or fewer cells than others; `strays` are quotes that are never closed, `replaced`
    places that could not be decoded, `nuls` NUL characters.
    """

    rows: int = 0
    ragged: int = 0
    first_ragged: int | None = None
    strays: int = 0
    replaced: int = 0
    first_bad: int | None = None
    nuls: int = 0

    def __add__(self, other: Noted) -> Noted:
        return Noted(
            self.rows + other.rows,
            self.ragged + other.ragged,
            min(filter(None, (self.first_ragged, other.first_ragged)), default=None),
            self.strays + other.strays,
            self.replaced + other.replaced,
            min(filter(None, (self.first_bad, other.first_bad)), default=None),
            self.nuls + other.nuls,
        )


class Unparsed(Protocol):
    """A part of an asset as it stands there, picklable: whoever has it can parse it, wherever that is. `size` is in bytes."""

    @property
    def id(self) -> str:
        """The id of the chunk that it is."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    def parsed(self) -> tuple[Chunk, Noted]:
        """The chunk, and what the reading that gave it is to be told."""


Portion: TypeAlias = Chunk | Unparsed


class Reading(ABC):
    """One asset being read: iterate over its chunks, then ask how far that got.

    Iteration never raises for a foreseeable cause: it ends, and `coverage()` says what was not read and why.
    """

    @abstractmethod
    def __iter__(self) -> Iterator[Chunk]:
        """The chunks, in reading order, ids unique within the asset and the same on every reading of unchanged data."""

    def portions(self) -> Iterator[Portion]:
        """The same in place of the chunks, where parsing may be left to others; `note` is to be told what each of them noted."""
        return iter(self)

    def note(self, noted: Noted) -> None:  # noqa: B027 - most leave nothing to others
        """Takes what was noted where a portion was parsed."""

    @abstractmethod
    def coverage(self) -> Coverage:
        """The ledger row; complete once the chunks are exhausted, and all that was noted is told."""


@dataclass(frozen=True, slots=True)
class Tallied(Reading):
    """An asset that was looked at elsewhere: it has no chunks, and `tally` is what was seen."""

    tally: AssetTally
    reached: Coverage

    def __iter__(self) -> Iterator[Chunk]:
        return iter(())

    def coverage(self) -> Coverage:
        return self.reached


class Source(ABC):
    """A database, a file share or an outbox. Opening one reads nothing and never raises for a foreseeable cause."""

    id: str

    @abstractmethod
    def assets(self) -> Iterator[Asset | Coverage]:
        """Everything there is: an asset to read, or the ledger row of an object that is skipped or cannot be read."""

    @abstractmethod
    def open(self, asset: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:
        """The readings of an asset: usually itself alone; an asset that contains others gives one reading for each."""

    def state(self, asset: Asset) -> State | None:  # noqa: ARG002 - most places say nothing that would do
        """What the place says of a file now, None where that does not tell whether it has changed; never raises."""
        return None

    def still(self, asset: Asset) -> bool:  # noqa: ARG002 - as above
        """Whether a file is as it was listed, where that is soon asked; else it is taken to be."""
        return True

    def blocks(self, asset: Asset) -> Iterator[bytes] | None:  # noqa: ARG002 - as above
        """The bytes of a file as they are, where giving them costs little beside reading it, else None; an OSError ends them."""
        return None

    @abstractmethod
    def grants(self) -> Iterator[Grant | Coverage]:
        """Effective rights on its assets; a ledger row where rights could not be read."""

    def close(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Lets go of connections and files."""


def failed(source: str, asset: str, reason: Text, *, size: int | None = None) -> Coverage:
    """The ledger row of something that could not be inspected."""
    return Coverage(source, asset, CoverageStatus.FAILED, reason, bytes=size)


def skipped(source: str, asset: str, reason: Text, *, size: int | None = None) -> Coverage:
    """The ledger row of something that a rule leaves out."""
    return Coverage(source, asset, CoverageStatus.SKIPPED, reason, bytes=size)


def in_vain(source: str, include: Iterable[str], named: Iterable[Iterable[str]]) -> Iterator[Coverage]:
    """The rows of those patterns of `include` that match no table: what was to be read is not, and nobody would notice."""
    for pattern in unmatched(include, named):
        yield failed(
            source,
            pattern,
            Text(
                "include 的这一项没有匹配任何表：请核对写法，或删除这一项",
                "this pattern of include matches no table: check how it is written, or take it out",
            ),
        )


def strangers(source: str, group: str, count: int) -> Coverage:
    """The ledger row of a group with so many members of whom the directory's export says nothing."""
    said = Text(
        f"有 {count} 个成员不在目录导出中，无法得知是谁",
        f"has {count} member(s) that the directory export does not hold: who they are is not known",
    )
    return failed(source, group, said)
