"""What the store remembers: recorded runs, findings with their dates, and every sighting of a finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pii_audit.model.finding import Change, Finding, Severity, Status


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One recorded run: `findings` counts what it found, `incomplete` whether it could not inspect everything."""

    id: str
    kind: str
    version: str
    started: datetime
    finished: datetime
    findings: int
    incomplete: bool


@dataclass(frozen=True, slots=True)
class Tracked:
    """A finding as it stands today: as last seen, with the dates and the run (`last_run`) between which it was seen."""

    finding: Finding
    first_seen: datetime
    last_seen: datetime
    last_run: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one run had to say of a finding; `at` is when that run finished."""

    run: str
    at: datetime
    change: Change | None
    status: Status
    severity: Severity
    suppressed_by: str | None = None
