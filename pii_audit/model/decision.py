"""What people decided of a finding, and what it was decided of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Content:
    """What a finding holds, as far as a decision rests on it; compared, never shown.

    `parts` name what it is about (`identifier:cn_mobile`, `fields:tel`, `forms:plain`), `persons` counts people, and `proof`
    is a keyed HMAC of the values themselves where they are few enough for each to have been looked at, else empty. Assets or
    fields that are more than a finding lists are counted instead, in `assets` and `fields`; 0 is not known.
    """

    severity: str
    outcome: str
    parts: frozenset[str] = frozenset()
    persons: int = 0
    proof: str = ""
    assets: int = 0
    fields: int = 0


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is to put a finding right, and until when (inclusive); None leaves what the workspace says."""

    owner: str | None = None
    unit: str | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A risk that was accepted, or a false positive: the finding's status tells which.

    `approver` is who agreed (of a false positive, its reviewer), another person than the `owner`; `until` is the last
    day on which it holds, None without end; `content` is what it was given for.
    """

    by: str
    approver: str
    reason: str
    at: datetime
    content: Content
    owner: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Hiding:
    """The policy exception that hides a finding: its words without their place in the file, and what it was given for."""

    basis: str
    content: Content


@dataclass(frozen=True, slots=True)
class Answer:
    """What the responsible unit said of a finding: cause, measure, day of completion, proof, and a later date asked for."""

    cause: str = ""
    measure: str = ""
    finished: date | None = None
    evidence: str = ""
    extension: date | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of a finding beside what was seen; `returns` counts how often it came back after it was closed."""

    assignment: Assignment | None = None
    decision: Decision | None = None
    hiding: Hiding | None = None
    answer: Answer | None = None
    returns: int = 0
