"""What policies say, as values: who may receive what, for which purpose, in which form; each with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Literal

from pii_audit.document import Period
from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.forms import Form
from pii_audit.model.levels import LevelSelector

SUBJECTS = ("customer", "contact", "guarantor", "beneficiary", "employee", "minor")
"""Whose information an element is; the first is meant where none is named."""
CUSTOMER = SUBJECTS[0]

Role = Literal["processor", "controller", "joint_controller", "affiliate", "authority", "internal"]
Judgement = Literal["violation", "gap", "allow"]


@dataclass(frozen=True, slots=True)
class Element:
    """A word that stands for identifiers: an id, a group or a level, with the subject it names, or `none`.

    `level` is set when the word is a level; `subject` is None where none is written.
    """

    word: str
    position: Position
    subject: str | None = None
    level: LevelSelector | None = None

    @property
    def is_none(self) -> bool:
        """Whether this declares that there is no personal information."""
        return self.word == "none"

    def __str__(self) -> str:
        return f"{self.word}@{self.subject}" if self.subject else self.word


@dataclass(frozen=True, slots=True)
class Requirement:
    """The form that is asked for: one form or a stronger one, or, when `exact`, one of `forms` and no other.

    `show` limits the leading and trailing characters that a masked or truncated value may show.
    """

    forms: tuple[Form, ...]
    exact: bool = False
    show: tuple[int, int] | None = None

    def __str__(self) -> str:
        shown = f" (first {self.show[0]}, last {self.show[1]})" if self.show else ""
        return "/".join(self.forms) + shown


@dataclass(frozen=True, slots=True)
class Line:
    """One permission: an element, and the form in which it may be used."""

    element: Element
    requirement: Requirement

    @property
    def position(self) -> Position:
        """Where the line stands."""
        return self.element.position


@dataclass(frozen=True, slots=True)
class Lines:
    """Permissions by element: `words` by (word, subject) for identifiers and groups, `levels` for the rest."""

    position: Position
    words: Mapping[tuple[str, str], Line] = field(default_factory=dict)
    levels: tuple[Line, ...] = ()

    @classmethod
    def of(cls, lines: Iterator[Line] | tuple[Line, ...], position: Position) -> Lines:
        """The lines, sorted for looking up; an element without a subject is the customer's."""
        every = tuple(lines)
        words = {
            (line.element.word, line.element.subject or CUSTOMER): line for line in every if not line.element.level
        }
        return cls(position, words, tuple(line for line in every if line.element.level))

    def __iter__(self) -> Iterator[Line]:
        yield from self.words.values()
        yield from self.levels

    def __len__(self) -> int:
        return len(self.words) + len(self.levels)


@dataclass(frozen=True, slots=True)
class Combination:
    """Elements that are alternatives to each other, or must not stand in one row."""

    elements: tuple[Element, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Purpose:
    """What information is used for: what it needs, what it may use, what never goes together.

    `permitted` is all that it needs, may use, or names as an alternative.
    """

    id: str
    position: Position
    title: Text
    needs: Lines
    allows: Lines
    permitted: Lines
    one_of: tuple[Combination, ...] = ()
    never_together: tuple[Combination, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract with a recipient; both dates are inclusive, None is open. `purposes` None: all that it serves."""

    position: Position
    ref: str
    from_: date | None = None
    until: date | None = None
    purposes: tuple[str, ...] | None = None
    scope: Lines | None = None

    def covers(self, purpose: str) -> bool:
        """Whether it is about this purpose."""
        return self.purposes is None or purpose in self.purposes

    def in_force(self, day: date) -> bool:
        """Whether it holds on that day."""
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class MaxPersons:
    """How many distinct people a recipient may be told of, per run and per calendar year."""

    position: Position
    per_run: int | None = None
    per_year: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """The mechanism of a cross-border provision (PIPL Art. 38)."""

    position: Position
    mechanism: Literal["assessment", "certification", "standard_contract", "exempt", "adequacy"]
    ref: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SubProcessor:
    """Whom a processor passes information on to."""

    name: str
    region: str | None = None
    ref: str | None = None


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
    positions: Mapping[str, Position] = field(default_factory=dict)

    def at(self, key: str) -> Position:
        """Where a key of the flow stands; the flow itself when it is absent."""
        return self.positions.get(key, self.position)


@dataclass(frozen=True, slots=True)
class AccessRule:
    """What the holders of a post may do: `levels`, or everything `up_to` a C class, in `sources` (empty: all)."""

    position: Position
    principals: tuple[str, ...]
    post: str | None = None
    sources: tuple[str, ...] = ()
    levels: tuple[Element, ...] = ()
    up_to: str | None = None
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NeverAccess:
    """What these principals may never reach."""

    position: Position
    principals: tuple[str, ...]
    levels: tuple[Element, ...]


EVERYONE = ("PUBLIC", "world", "Everyone", "Authenticated Users", "Domain Users", "'%'")
"""Principals that stand for everybody, where a policy does not list its own."""


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Who may read what. `stated` tells whether any policy file has an access section."""

    default: Judgement = "gap"
    everyone: tuple[str, ...] = EVERYONE
    rules: tuple[AccessRule, ...] = ()
    never: tuple[NeverAccess, ...] = ()
    incompatible: tuple[tuple[str, ...], ...] = ()
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Environment:
    """What may not lie in an environment, always or `when` it concerns the same persons as these sources."""

    id: str
    position: Position
    forbid: tuple[Element, ...] = ()
    same_persons_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long rows of the assets that `asset` (source.name, a glob) matches are kept, counted from a date column."""

    position: Position
    asset: str
    date: str
    keep_at_least: Period | None = None
    delete_after: Period | None = None


@dataclass(frozen=True, slots=True)
class StoragePolicy:
    """What may be kept, in which form, where and how long."""

    never: tuple[Element, ...] = ()
    forms: Lines | None = None
    environments: Mapping[str, Environment] = field(default_factory=dict)
    retention: tuple[Retention, ...] = ()


@dataclass(frozen=True, slots=True)
class ExceptionRule:
    """A tolerated breach: of one rule, as far as every named scope goes, until a day (inclusive)."""

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

    @property
    def basis(self) -> str:
        """What it says, whatever line it stands on: renewed, it says something else."""
        said = (getattr(self, each.name) for each in fields(self) if each.name != "position")
        return "\x1f".join("" if each is None else str(each) for each in said)


@dataclass(frozen=True, slots=True)
class Policy:
    """All policy files together. `digest` is the SHA-256 of their names and bytes, for receipts."""

    files: tuple[str, ...] = ()
    digest: str = ""
    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    recipients: Mapping[str, Recipient] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    access: AccessPolicy = AccessPolicy()
    storage: StoragePolicy = StoragePolicy()
    exceptions: tuple[ExceptionRule, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing at all is stated: no file, or files without a section."""
        sections = (self.purposes, self.recipients, self.flows, self.exceptions)
        return not any(sections) and not self.access.stated and self.storage == StoragePolicy()
