"""Text and columns in, evidence out."""

from __future__ import annotations

from collections.abc import Sequence

from pii_audit.detection.judge import judge
from pii_audit.detection.tally import Detector
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.asset import Asset, AssetKind, Field, TableChunk
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import FieldEvidence, Match
from pii_audit.model.fingerprint import Fingerprinter

__all__ = ["Detector", "detect_column", "detect_text", "judge"]


def detect_text(text: str, names: bool = False) -> list[Match]:  # noqa: FBT001, FBT002 - signature fixed by the published API
    """The identifiers in a text, in reading order; with `names`, also personal names and postal addresses in running text."""
    return Detector(load_catalogue(), Fingerprinter.ephemeral(), names=names).text_matches(text)


def detect_column(values: Sequence[object], name: str | None = None, comment: str | None = None) -> list[FieldEvidence]:
    """What the values of one column are, with confidence and reasons; None and other NULLs count as empty cells."""
    field = Field(name or "column", comment=comment)
    asset = Asset("", "", AssetKind.TABLE, (field,), rows=len(values))
    cells = [None if value is None else str(value) for value in values]
    detector = Detector(load_catalogue(), Fingerprinter.ephemeral())
    tally = detector.tally(asset, TableChunk("0", range(len(cells)), {field.name: cells}))
    coverage = Coverage("", "", CoverageStatus.INSPECTED, rows=len(cells), total=len(cells))
    return list(judge(detector, asset, tally, coverage).fields)
