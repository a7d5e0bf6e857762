"""The words of the policy language: elements, the forms asked of them, permissions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pii_audit.errors import Position
from pii_audit.model.forms import Form
from pii_audit.model.levels import LevelSelector

SUBJECTS = ("customer", "contact", "guarantor", "beneficiary", "employee", "minor")
"""Whose information an element is; the first is meant where none is named."""
CUSTOMER = SUBJECTS[0]

Role = Literal["processor", "controller", "joint_controller", "affiliate", "authority", "internal"]
Judgement = Literal["violation", "gap", "allow"]
STRICTEST: tuple[Judgement, ...] = ("violation", "gap", "allow")
"""Judgements, the strictest first."""


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
    def of(cls, lines: Iterable[Line], position: Position) -> Lines:
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
