"""The coverage ledger: every object that was met, and how far it was looked into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pii_audit.language import Text
from pii_audit.model.unchanged import Earlier


class CoverageStatus(StrEnum):
    """How far an object was looked into."""

    INSPECTED = "inspected"
    SAMPLED = "sampled"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Coverage:
    """One row of the ledger.

    `rows` were read of `total` (None: not known); `draws` are the independent draws behind a sample's bound;
    `reason` says why it was skipped or failed, or what was odd about an object that was read. `unchanged_since` is the run that
    read it, where it was not read again because nothing has changed.
    """

    source: str
    asset: str
    status: CoverageStatus
    reason: Text | None = None
    bytes: int | None = None
    rows: int | None = None
    total: int | None = None
    draws: int | None = None
    unchanged_since: Earlier | None = None

    @property
    def id(self) -> str:
        """The id of the asset that it is about, `source:name`, as Asset.id has it."""
        prefix = f"{self.source}:" if self.source else ""
        return self.asset if self.asset.startswith(prefix) else prefix + self.asset

    @property
    def remark(self) -> Text | None:
        """All that is to be said of it: the reason, and since when nothing has changed."""
        if self.unchanged_since is None:
            return self.reason
        run, day = self.unchanged_since.run, f"{self.unchanged_since.at:%Y-%m-%d}"
        said = Text(
            f"自 {day} 的运行 {run} 全部读取以来未变，沿用其结果",
            f"unchanged since run {run} of {day}, read in full then",
        )
        return Text(f"{self.reason.zh}；{said.zh}", f"{self.reason.en}; {said.en}") if self.reason else said

    @property
    def incomplete(self) -> bool:
        """Whether a run that holds this row did not see everything."""
        return self.status is CoverageStatus.FAILED


def partly_read(rows: Iterable[Coverage]) -> frozenset[str]:
    """The ids of the assets of which only a part was read, or nothing."""
    return frozenset(row.id for row in rows if row.status is not CoverageStatus.INSPECTED)
