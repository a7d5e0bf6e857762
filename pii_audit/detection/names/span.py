"""A personal name or a postal address in running text, and how it was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

PERSON, ADDRESS = "person_name", "address"
"""The identifiers that are found in running text."""


class Method(StrEnum):
    """What gave a name or an address away."""

    CONTEXT = "context"
    """The words around it: a title, a label, a salutation."""
    WORDS = "words"
    """Its own words: name lists and the shape of addresses, in Latin letters."""
    MODEL = "model"
    """The shipped network for Chinese text."""
    REPEATED = "repeated"
    """It stands elsewhere in the same text, where it was recognised."""


@dataclass(frozen=True, slots=True)
class Found:
    """A name or an address; `start` and `end` are offsets in characters, `end` exclusive; `score` lies between 0 and 1."""

    start: int
    end: int
    identifier: str
    score: float
    method: Method


Tagger = Callable[[str], Sequence[Found]]
"""Persons and addresses of a text, as a model sees them; the score is its certainty."""
