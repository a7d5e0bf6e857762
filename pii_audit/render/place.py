"""Where a finding stands, for programs that want a file and a line."""

from __future__ import annotations

from dataclasses import dataclass

from pii_audit.model.asset import AssetKind
from pii_audit.model.finding import Finding
from pii_audit.model.run import Run

NOWHERE = "audit.yaml"
"""What answers for a finding that stands on no file and no line of a policy: every workspace has it."""
_FILES = frozenset({AssetKind.FILE, AssetKind.FEED})


@dataclass(frozen=True, slots=True)
class Place:
    """A file with a line (1 where the whole file is meant); `base` is the source that the path belongs to, if any."""

    file: str
    line: int = 1
    base: str = ""


def file_assets(run: Run) -> frozenset[str]:
    """The ids of the assets of a run that are files; a gate judges nothing else."""
    opened = {one.asset.id for one in run.inspected if one.asset.kind in _FILES}
    return frozenset(opened | ({row.id for row in run.coverage} if run.kind == "gate" else set()))


def place_of(finding: Finding, files: frozenset[str]) -> Place:
    """The file that has to change where it is one, else the line of the policy that decided, else audit.yaml."""
    if finding.asset and finding.asset in files:
        prefix = f"{finding.source}:" if finding.source else ""
        inside = prefix if prefix and finding.asset.startswith(prefix) else ""
        return Place(finding.asset.removeprefix(inside), base=finding.source or "" if inside else "")
    if finding.policy:
        return Place(finding.policy.file, finding.policy.line or 1)
    return Place(NOWHERE)
