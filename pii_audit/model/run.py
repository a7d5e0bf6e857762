"""One self-check: what was looked at, what was found there, and what it means."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.evidence import AssetTally, FieldEvidence
from pii_audit.model.finding import SETTLED, Change, Finding, Severity, Verdict
from pii_audit.model.grant import Grant
from pii_audit.model.setting import Setting
from pii_audit.model.sketch import Sketch


@dataclass(frozen=True, slots=True)
class Inspected:
    """One asset after judgement.

    `fields` are its judged identifiers, `persons` the distinct people that it concerns (keyed hashes).
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

    @property
    def levels(self) -> Counter[str]:
        """How many of its fields are of which class under JR/T 0171, of none at "".

        Several identifiers or forms in one field count once, at the gravest class.
        """
        gravest: dict[str | None, str] = {}
        for one in self.fields:
            gravest[one.field] = max(gravest.get(one.field, ""), one.level.jrt0171 or "")
        return Counter(gravest.values())


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that an exception hides, and which one: `basis` are its words without their place, which a renewal changes."""

    finding: Finding
    exception: str
    basis: str = ""


class AgainstBaseline(NamedTuple):
    """What a baseline did: findings that it `hid`, those of it that are `gone`, and those that nobody looked at again."""

    hidden: int
    gone: int
    unlooked: int


def run_id(started: datetime) -> str:
    """`20260131T0830-1a2b3c`: sorts by time, and two runs of one minute differ."""
    return f"{started:%Y%m%dT%H%M}-{secrets.token_hex(3)}"


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
    settings: tuple[Setting, ...] = ()
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

    @property
    def unchanged(self) -> int:
        """How many objects were not read again, because nothing has changed since an earlier run read them in full."""
        return sum(row.unchanged_since is not None for row in self.coverage)

    @property
    def baseline(self) -> AgainstBaseline | None:
        """What a baseline did to this run, None where there was none."""
        if "baseline_hidden" not in self.notes:
            return None
        return AgainstBaseline(*(int(self.notes[f"baseline_{name}"]) for name in AgainstBaseline._fields))

    @property
    def standing(self) -> tuple[Finding, ...]:
        """The findings that count: not those that are put right, accepted, or of sources that this run did not look into.

        What an earlier run found stands while it is not refuted: a weaker sample, a failure, a new exclusion or another
        address of its source turns nothing green.
        """
        sources = {row.source for row in self.coverage}

        def counts(finding: Finding) -> bool:
            if finding.change is not Change.NOT_RECHECKED:
                return finding.change is not Change.FIXED and finding.status not in SETTLED
            if finding.asset and not finding.flow:
                return not sources.isdisjoint(asset.partition(":")[0] for asset in finding.assets)
            return finding.source in sources

        return tuple(finding for finding in self.findings if counts(finding))

    def exit_code(self, fail_on: Severity, *, allow_incomplete: bool = False) -> int:
        """0 nothing at or above `fail_on`, 1 policy violated, 3 could not inspect everything; 1 wins over 3."""
        if any(finding.severity.at_least(fail_on) for finding in self.standing):
            return 1
        return 3 if self.incomplete and not allow_incomplete else 0


class Checkpoint(Protocol):
    """Where a run keeps what it has, so that an interrupted one goes on from there."""

    def load(self, asset: str) -> AssetTally | None:
        """What an earlier, unfinished run had of that asset."""

    def save(self, asset: str, tally: AssetTally) -> None:
        """Keeps what is known of that asset so far."""
