"""One self-check: what was looked at, what was found there, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.evidence import AssetTally, FieldEvidence
from pii_audit.model.finding import Finding, Severity, Verdict
from pii_audit.model.grant import Grant
from pii_audit.model.sketch import Sketch


@dataclass(frozen=True, slots=True)
class Inspected:
    """One asset after judgement; `persons` are the distinct people it concerns (keyed hashes), `fields` its judged identifiers.

    `columns` are all field names seen, with or without an identifier; `together` as in AssetTally, rejected identifiers left out.
    """

    asset: Asset
    coverage: Coverage
    tally: AssetTally
    fields: tuple[FieldEvidence, ...] = ()
    persons: Sketch = Sketch()

    @property
    def columns(self) -> tuple[str, ...]:
        """All field names seen, with or without an identifier; empty for free text."""
        return tuple(name for name in self.tally.fields if name)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that an exception hides, and which one."""

    finding: Finding
    exception: str


@dataclass(frozen=True, slots=True)
class Run:
    """The result of a run or a gate; everything that reports are made of."""

    id: str
    started: datetime
    finished: datetime
    version: str
    kind: str
    inspected: tuple[Inspected, ...] = ()
    grants: tuple[Grant, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    grouped: int = 0
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def incomplete(self) -> bool:
        """Whether something could not be inspected."""
        return any(row.incomplete for row in self.coverage)

    def exit_code(self, fail_on: Severity, *, allow_incomplete: bool = False) -> int:
        """0 nothing at or above `fail_on`, 1 policy violated, 3 could not inspect everything; 1 wins over 3."""
        if any(finding.severity.at_least(fail_on) for finding in self.findings):
            return 1
        return 3 if self.incomplete and not allow_incomplete else 0


class Checkpoint(Protocol):
    """Where a run keeps what it has, so that an interrupted one goes on from there."""

    def load(self, asset: str) -> AssetTally | None:
        """What an earlier, unfinished run had of that asset."""

    def save(self, asset: str, tally: AssetTally) -> None:
        """Keeps what is known of that asset so far."""
