"""What the store remembers: recorded runs, findings with their dates, and every sighting of a finding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

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

    def in_zone(self, zone: tzinfo | None) -> RunEntry:
        """The same with its times in a time zone."""
        return replace(self, started=self.started.astimezone(zone), finished=self.finished.astimezone(zone))


@dataclass(frozen=True, slots=True)
class Tracked:
    """A finding as it stands today: as last seen, with the dates and the run (`last_run`) between which it was seen."""

    finding: Finding
    first_seen: datetime
    last_seen: datetime
    last_run: str

    def in_zone(self, zone: tzinfo | None) -> Tracked:
        """The same with its times in a time zone."""
        return replace(self, first_seen=self.first_seen.astimezone(zone), last_seen=self.last_seen.astimezone(zone))


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one run had to say of a finding; `at` is when that run finished."""

    run: str
    at: datetime
    change: Change | None
    status: Status
    severity: Severity
    suppressed_by: str | None = None

    def in_zone(self, zone: tzinfo | None) -> Sighting:
        """The same with its time in a time zone."""
        return replace(self, at=self.at.astimezone(zone))
