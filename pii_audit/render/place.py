"""Where a finding stands, for programs that want a file and a line."""

from __future__ import annotations

from dataclasses import dataclass

from pii_audit.model.asset import AssetKind
from pii_audit.model.finding import Finding
from pii_audit.model.run import Run

NOWHERE = "audit.yaml"
"""What answers for a finding that stands on no file and no line of a policy: every workspace has it."""
_FILES = frozenset({AssetKind.FILE, AssetKind.FEED, AssetKind.QUERY})


@dataclass(frozen=True, slots=True)
class Place:
    """A file with a line (1 where the whole file is meant) and a column, if one is known; `base` is the source that the path belongs to, if any."""

    file: str
    line: int = 1
    base: str = ""
    column: int = 0


def file_assets(run: Run) -> frozenset[str]:
    """The ids of the assets of a run that are files; a gate judges nothing else."""
    opened = {one.asset.id for one in run.inspected if one.asset.kind in _FILES}
    return frozenset(opened | ({row.id for row in run.coverage} if run.kind == "gate" else set()))


def place_of(finding: Finding, files: frozenset[str]) -> Place:
    """The place that has to change where one is known, else the file, else the line of the policy that decided, else audit.yaml."""
    at = finding.location
    if at is not None and at.line:
        of_source = finding.asset in files and finding.asset == f"{finding.source}:{at.file}"
        return Place(at.file, at.line, finding.source or "" if of_source else "", at.column)
    if finding.asset and finding.asset in files:
        prefix = f"{finding.source}:" if finding.source else ""
        inside = prefix if prefix and finding.asset.startswith(prefix) else ""
        return Place(finding.asset.removeprefix(inside), base=finding.source or "" if inside else "")
    if finding.policy:
        return Place(finding.policy.file, finding.policy.line or 1)
    return Place(NOWHERE)
