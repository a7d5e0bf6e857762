"""Numbers of people, exceptions, what somebody vouches for, and rules of one's own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pii_audit.document import Period
from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.finding import Outcome, Severity


@dataclass(frozen=True, slots=True)
class Threshold:
    """People of a calendar year from whose number on something holds: of sensitive and of other information."""

    sensitive: int
    other: int


@dataclass(frozen=True, slots=True)
class CrossBorder:
    """Which regions are home, and from how many people a year which mechanism it takes.

    The numbers hold where China is home. Regulations on cross-border data flows (CAC, in force 2024-03-22), Art. 5(4), 7 and 8: from `assessment_from` on a
    security assessment, from `contract_from` on a standard contract or a certification, below it neither. For sensitive
    information there is no lower limit.
    """

    home: tuple[str, ...] = ("CN",)
    assessment_from: Threshold = field(default_factory=lambda: Threshold(10_000, 1_000_000))
    contract_from: Threshold = field(default_factory=lambda: Threshold(1, 100_000))


@dataclass(frozen=True, slots=True)
class ExceptionRule:
    """A tolerated breach: of one rule, as far as every named scope goes, until a day (inclusive).

    `fields`, `forms` and `persons_up_to` are the state of the data that was approved: with any other column or form, or
    more people, the exception has lapsed.
    """

    position: Position
    rule: str
    owner: str
    approver: str
    reason: str
    until: date | None = None
    flow: str | None = None
    identifier: str | None = None
    asset: str | None = None
    field: str | None = None
    source: str | None = None
    recipient: str | None = None
    principal: str | None = None
    fields: tuple[str, ...] | None = None
    forms: tuple[str, ...] | None = None
    persons_up_to: int | None = None

    @property
    def basis(self) -> str:
        """What it says, whatever line it stands on: renewed, it says something else."""
        said = (getattr(self, each.name) for each in dataclasses.fields(self) if each.name != "position")
        return "\x1f".join("" if each is None else str(each) for each in said)


@dataclass(frozen=True, slots=True)
class Attestation:
    """What somebody vouches for, of what no scan can see: from a day to a day (inclusive), with a reference."""

    position: Position
    item: str
    by: str
    on: date
    until: date
    ref: str


@dataclass(frozen=True, slots=True)
class Attestations:
    """Which manual items are asked for (rule id → where), and what was attested."""

    required: Mapping[str, Position] = field(default_factory=dict)
    given: tuple[Attestation, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """When something was last done, how often it has to be, and the record of it."""

    position: Position
    last: date
    every: Period | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Governance:
    """Who answers for the protection of personal information, the last compliance audit, the last review of rights."""

    officer: str | None = None
    compliance_audit: Review | None = None
    access_review: Review | None = None


@dataclass(frozen=True, slots=True)
class CustomRule:
    """A rule of the institution's own: `when` is a CEL expression over the inputs of what the rule is `about`.

    Where it holds, the outcome is a violation or a gap of this rule.
    """

    id: str
    position: Position
    title: Text
    about: Literal["element", "flow", "field"]
    when: str
    message: Text
    severity: Severity = Severity.HIGH
    stage: Literal["collect", "store", "use", "provide"] = "provide"
    outcome: Outcome = Outcome.VIOLATION
    remediation: Text = Text("", "")
