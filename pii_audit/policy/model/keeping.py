"""Who may read what, what may be kept where and how long, and how it is graded."""

from __future__ import annotations

from dataclasses import dataclass

from pii_audit.document import Period
from pii_audit.errors import Position
from pii_audit.model.grant import EVERYONE, is_everybody
from pii_audit.model.levels import LevelSelector
from pii_audit.policy.model.elements import Combination, Element, Judgement, Lines


@dataclass(frozen=True, slots=True)
class AccessRule:
    """What the holders of a post may do: `levels`, or everything `up_to` a C class, in `sources` (empty: all).

    A level without a subject is about everybody's information, here and in `NeverAccess`.
    """

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


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Who may read what. `everyone` are the principals that stand for everybody; `stated` tells whether any file has an access section."""

    default: Judgement = "gap"
    everyone: tuple[str, ...] = EVERYONE
    rules: tuple[AccessRule, ...] = ()
    never: tuple[NeverAccess, ...] = ()
    incompatible: tuple[tuple[str, ...], ...] = ()
    stated: bool = False

    def means_everybody(self, principal: str) -> bool:
        """Whether a principal stands for everybody."""
        return is_everybody(principal, self.everyone)


@dataclass(frozen=True, slots=True)
class Environment:
    """What may not lie in an environment, always or `when` it concerns the same persons as these sources."""

    id: str
    position: Position
    forbid: tuple[Element, ...] = ()
    same_persons_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the rows of some assets are kept: those that `asset` (source.name, a glob) matches, and that hold any of `holding` if it names any.

    `date` is the column from which time is counted; without one the periods hold for whatever lines do name one.
    """

    position: Position
    asset: str = "*"
    date: str | None = None
    keep_at_least: Period | None = None
    delete_after: Period | None = None
    holding: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True)
class Floor:
    """What holds of everything that leaves, whatever purposes and recipients say: never these, and these in this form."""

    position: Position
    never: tuple[Element, ...] = ()
    forms: Lines | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """Where an element may be kept: in these regions and no others."""

    element: Element
    regions: tuple[str, ...]


ALWAYS_PROHIBITED = "pci:sad"
"""Sensitive authentication data (PCI DSS 3.3.1): never kept after authorisation, whatever a policy lists."""


@dataclass(frozen=True, slots=True)
class StoragePolicy:
    """What may be kept, in which form, where and how long.

    `never` adds to what may always not be kept. `forms` has one set of lines for each layer that states any, all of which hold.
    """

    never: tuple[Element, ...] = ()
    forms: tuple[Lines, ...] = ()
    environments: tuple[Environment, ...] = ()
    retention: tuple[Retention, ...] = ()
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Raise:
    """Elements that, standing together in a row, are graded higher than each alone."""

    combination: Combination
    to: LevelSelector


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade (JR/T 0197-2020, 1 to 5) under which the register lists the assets that a glob (source.name) matches."""

    position: Position
    asset: str
    grade: int


@dataclass(frozen=True, slots=True)
class Classification:
    """How combinations raise grades, and which grades are on record."""

    raises: tuple[Raise, ...] = ()
    grades: tuple[Grade, ...] = ()
