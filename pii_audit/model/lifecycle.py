"""What the store remembers: recorded runs, findings with their dates, every sighting of a finding, every step of its life."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import StrEnum

from pii_audit.language import Text, same
from pii_audit.model.decision import Life
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
    life: Life = Life()

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


class Action(StrEnum):
    """What happened to a finding: by a run (the first six), or by a person."""

    FOUND = "found"
    CLOSED = "closed"
    RETURNED = "returned"
    LAPSED = "lapsed"
    EXCEPTED = "excepted"
    FOLLOWED = "followed"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REOPENED = "reopened"
    ANSWERED = "answered"
    LOCATED = "located"
    REMINDED = "reminded"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and when: a name as it is to be read, and the account that ran the program."""

    by: str
    account: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the history: `number` counts through the whole store; `after` and `life` are what the finding is then.

    `run` is the run that did it; a person's step has none. `sealed` is the seal of the newest run at that time.
    """

    number: int
    fingerprint: str
    at: datetime
    by: str
    account: str
    action: Action
    after: Status
    before: Status | None = None
    reason: Text = same("")
    run: str | None = None
    life: Life = Life()
    sealed: str = ""

    def in_zone(self, zone: tzinfo | None) -> Step:
        """The same with its time in a time zone."""
        return replace(self, at=self.at.astimezone(zone))


@dataclass(frozen=True, slots=True)
class Verification:
    """What an examination of the history found.

    `head` is the last link's hash, which stands for all before it; `older` counts findings from before there was a history,
    `unsealed` those that no run has seen since runs are sealed; `backwards` counts steps whose clock stood before that of the
    step before.
    """

    steps: int
    head: str
    problems: tuple[Text, ...] = ()
    older: int = 0
    backwards: int = 0
    unsealed: int = 0
