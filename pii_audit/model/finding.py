"""Verdicts and findings: what breaks which rule, where, on what proof, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from enum import StrEnum
from typing import Any

from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.decision import Decision


class Severity(StrEnum):
    """How bad a finding is; compares by rank."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """4 for critical down to 0 for info."""
        return 4 - list(Severity).index(self)

    def at_least(self, other: Severity) -> bool:
        """Whether this is as bad as `other` or worse."""
        return self.rank >= other.rank

    def raised(self) -> Severity:
        """One step worse, critical at most."""
        return list(Severity)[max(0, list(Severity).index(self) - 1)]


class Outcome(StrEnum):
    """What a policy says of one thing; `gap` means that it cannot be shown to comply."""

    COMPLIANT = "compliant"
    VIOLATION = "violation"
    GAP = "gap"


WORST_FIRST = (Outcome.VIOLATION, Outcome.GAP, Outcome.COMPLIANT)


class Status(StrEnum):
    """Where a finding stands in its life."""

    OPEN = "open"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    CLOSED = "closed"
    ACCEPTED = "accepted"
    FALSE_POSITIVE = "false_positive"
    NOT_RECHECKED = "not_rechecked"


SETTLED = frozenset({Status.CLOSED, Status.ACCEPTED, Status.FALSE_POSITIVE})
"""Statuses in which nothing is left to do."""


class Change(StrEnum):
    """How a finding stands against the run before."""

    NEW = "new"
    PERSISTENT = "persistent"
    FIXED = "fixed"
    REOPENED = "reopened"
    NOT_RECHECKED = "not_rechecked"


class Use(StrEnum):
    """What an element is to the purpose of a flow and the scope of its recipient."""

    NEEDED = "needed"
    ALLOWED = "allowed"
    EXCESS = "excess"
    FORBIDDEN = "forbidden"
    NOT_SEEN = "not_seen"


@dataclass(frozen=True, slots=True)
class Measured:
    """How much of an element was seen: `hits` of `rows` cells of the fields that hold it, and the distinct `persons`."""

    hits: int
    rows: int
    persons: int

    @property
    def prevalence(self) -> float:
        """The share of cells that hold it, 0 to 1."""
        return self.hits / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says of one element of one flow, and the line that decided.

    `element` is what was judged: an identifier with its subject (`cn_mobile@contact`), a field, or a property of the
    flow; `rule` is the id of the rule that a violation or gap falls under, None when compliant; `trail` lists the lines
    that were weighed, the deciding one last; `in_text` tells that text without columns holds it too. Of an element, `use` says what it is to the flow, `measured` how much of it
    was seen, `declared` what the flow says that its columns hold, and `allowed` in which form it may leave at the least.
    `location` is where it stands in the script that would export it.
    """

    flow: str
    element: str
    outcome: Outcome
    message: Text
    policy: Position | None
    rule: str | None = None
    identifier: str | None = None
    subject: str = "customer"
    form: str | None = None
    fields: tuple[str, ...] = ()
    in_text: bool = False
    assets: tuple[str, ...] = ()
    trail: tuple[Position, ...] = ()
    remedy: Text | None = None
    use: Use | None = None
    measured: Measured | None = None
    declared: tuple[str, ...] = ()
    allowed: Text | None = None
    location: Position | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A provision of an instrument.

    `ref` stands only where number and content were verified, else the title alone is cited; `ref_zh` is how the number
    is written in Chinese, where that differs.
    """

    instrument: str
    title: Text
    ref: str | None = None
    ref_zh: str | None = None

    def in_(self, language: str) -> str:
        """The citation as it is printed."""
        title, ref = (self.title.zh, self.ref_zh or self.ref) if language == "zh" else (self.title.en, self.ref)
        gap = "" if title.endswith(("》", "）")) else " "
        return f"{title}{gap}{ref}" if ref else title


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right. `fingerprint` is its identity across runs: rule and resource, never a position.

    `resource` is the ordered identity (rule-specific parts); `evidence` holds counts, masked samples and names only.
    `decision` is the acceptance or the false positive that stands behind such a status; `returns` counts how often it came
    back after it was closed.
    """

    rule: str
    resource: tuple[str, ...]
    severity: Severity
    title: Text
    message: Text
    remediation: Text
    fingerprint: str = ""
    status: Status = Status.OPEN
    change: Change | None = None
    asset: str | None = None
    field: str | None = None
    identifiers: tuple[str, ...] = ()
    flow: str | None = None
    recipient: str | None = None
    principal: str | None = None
    source: str | None = None
    evidence: Mapping[str, Any] = attribute(default_factory=dict)
    clauses: tuple[Clause, ...] = ()
    stage: str = ""
    phase: str = ""
    outcome: Outcome = Outcome.VIOLATION
    policy: Position | None = None
    location: Position | None = None
    owner: str | None = None
    unit: str | None = None
    due: date | None = None
    suppressed_by: str | None = None
    decision: Decision | None = None
    returns: int = 0

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been put right before that day, and is not settled."""
        return self.due is not None and self.due < today and self.status not in SETTLED

    @property
    def assets(self) -> frozenset[str]:
        """The ids of the assets that it stands on; empty where it stands on a source or a declaration as a whole."""
        listed = self.evidence.get("assets")
        names = listed if isinstance(listed, list | tuple | set | frozenset) else ()
        return frozenset(name for name in (self.asset, *names) if isinstance(name, str) and name)
