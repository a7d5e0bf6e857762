"""Who receives what, for which purpose, on which ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.ended import Ended
from pii_audit.policy.model.elements import Combination, Element, Judgement, Lines, Role


@dataclass(frozen=True, slots=True)
class Purpose:
    """What information is used for: what it needs, what it may use, what never goes together.

    `permitted` is all that it needs, may use, or names as an alternative; `held_in` are globs of the assets (source.name)
    that serve this purpose.
    """

    id: str
    position: Position
    title: Text
    needs: Lines
    allows: Lines
    permitted: Lines
    one_of: tuple[Combination, ...] = ()
    never_together: tuple[Combination, ...] = ()
    held_in: tuple[str, ...] = ()


AGREEMENT_ITEMS = ("purpose", "term", "method", "types", "safeguards", "duties")
"""What an agreement on entrusted processing has to fix (PIPL Art. 21)."""


@dataclass(frozen=True, slots=True)
class Returned:
    """That what a recipient held was returned or deleted on a day, and what proves it."""

    on: date
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract with a recipient; both dates are inclusive, None is open. `purposes` None: all that it serves.

    `items` are those of AGREEMENT_ITEMS that it fixes, None where nobody has said; `returned` is what became of the
    information after its end.
    """

    position: Position
    ref: str
    from_: date | None = None
    until: date | None = None
    purposes: tuple[str, ...] | None = None
    scope: Lines | None = None
    items: tuple[str, ...] | None = None
    returned: Returned | None = None

    def covers(self, purpose: str) -> bool:
        """Whether it is about this purpose."""
        return self.purposes is None or purpose in self.purposes

    def in_force(self, day: date) -> bool:
        """Whether it holds on that day."""
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class MaxPersons:
    """How many distinct people a recipient may be told of, per run, per day and per calendar year."""

    position: Position
    per_run: int | None = None
    per_day: int | None = None
    per_year: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """The mechanism of a cross-border provision (PIPL Art. 38); `ground` is that of an exemption."""

    position: Position
    mechanism: Literal["assessment", "certification", "standard_contract", "exempt", "adequacy"]
    ref: str | None = None
    until: date | None = None
    ground: Literal["contract", "employment", "emergency", "number"] | None = None


@dataclass(frozen=True, slots=True)
class SubProcessor:
    """Whom a processor passes information on to."""

    name: str
    region: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Certification:
    """What somebody has certified of a recipient, until a day (inclusive)."""

    position: Position
    name: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom information goes to. `scope` None: only the agreements say; `purposes` None: not stated."""

    id: str
    position: Position
    title: Text
    role: Role
    region: str | None = None
    agreements: tuple[Agreement, ...] = ()
    purposes: tuple[str, ...] | None = None
    purposes_position: Position | None = None
    scope: Lines | None = None
    never: tuple[Element, ...] = ()
    max_persons: MaxPersons | None = None
    sub_processors: tuple[SubProcessor, ...] = ()
    return_or_delete: str | None = None
    transfer: Transfer | None = None
    certifications: tuple[Certification, ...] = ()

    @property
    def outside(self) -> bool:
        """Whether what it gets leaves the institution."""
        return self.role != "internal"


@dataclass(frozen=True, slots=True)
class Consent:
    """Consent in addition to the basis; `field` names the column that proves it row by row."""

    position: Position
    kind: Literal["plain", "separate", "written"]
    ref: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Protection:
    """What protects the file or the channel as a whole, beside the form of its values."""

    position: Position
    file: str | None = None
    channel: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a flow is delivered; `url` holds no secret, `region` is where it stands, which may be another than the recipient's."""

    position: Position
    url: str | None = None
    region: str | None = None

    @property
    def scheme(self) -> str | None:
        """How it is spoken to, as its URL says (`ftp`, `https`); None for a URL without a scheme."""
        scheme, found, _ = (self.url or "").partition(":")
        return scheme.strip().lower() if found else None


Span = Literal["day", "week", "month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class Frequency:
    """How many deliveries a flow may make in a span of the calendar."""

    position: Position
    at_most: int
    per: Span


@dataclass(frozen=True, slots=True)
class Population:
    """Whose information a flow may hold: those whose `key` occurs in the asset `within`."""

    position: Position
    key: str
    within: str


@dataclass(frozen=True, slots=True)
class Flow:
    """One declared flow. `source` None: it is only judged by name. `positions` are those of its keys."""

    id: str
    position: Position
    recipient: str
    purpose: str
    source: str | None = None
    match: tuple[str, ...] = ()
    channel: str | None = None
    protection: Protection | None = None
    legal_basis: str | None = None
    consent: Consent | None = None
    pia: str | None = None
    fields: Mapping[str, Element] | None = None
    undeclared_fields: Judgement | None = None
    free_text: Literal["forbid", "scan"] = "scan"
    population: Population | None = None
    endpoint: Endpoint | None = None
    frequency: Frequency | None = None
    ended: Ended | None = None
    positions: Mapping[str, Position] = field(default_factory=dict)

    def has_ended(self, day: date) -> bool:
        """Whether it is declared to be no more on that day."""
        return self.ended is not None and self.ended.by_then(day)

    def at(self, key: str) -> Position:
        """Where a key of the flow stands; the flow itself when it is absent."""
        return self.positions.get(key, self.position)
