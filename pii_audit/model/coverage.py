"""The coverage ledger: every object that was met, and how far it was looked into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pii_audit.language import Text


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
    `reason` says why it was skipped or failed, or what was odd about an object that was read.
    """

    source: str
    asset: str
    status: CoverageStatus
    reason: Text | None = None
    bytes: int | None = None
    rows: int | None = None
    total: int | None = None
    draws: int | None = None

    @property
    def id(self) -> str:
        """The id of the asset that it is about, `source:name`, as Asset.id has it."""
        prefix = f"{self.source}:" if self.source else ""
        return self.asset if self.asset.startswith(prefix) else prefix + self.asset

    @property
    def incomplete(self) -> bool:
        """Whether a run that holds this row did not see everything."""
        return self.status is CoverageStatus.FAILED
