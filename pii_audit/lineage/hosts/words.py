"""The texts that names and expressions of a program may stand for, part by part with their places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pii_audit.lineage.text import Mapped
from pii_audit.lineage.unknown import UNKNOWN_TEXT

FORMAT = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}]*)\}")
PERCENT = re.compile(r"%%|%(?:\((?P<name>\w+)\))?[-#0 +]*\d*(?:\.\d+)?[sdifr]")
_LATER = re.compile(r"'(?:[^'\\]|''|\\.)*'|%s|%\((?P<percent>\w+)\)s|(?<!\{)\{(?P<name>\w*)\}(?!\})")
"""Placeholders of `format`, of `%`, and of texts that are filled in elsewhere, where those within quotes of SQL may stay."""

TEXTS = 512
"""So many texts that one name may have are told apart."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part that whoever calls the function gives."""

    function: str
    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Words:
    """One text that an expression may have: its parts in order, and the offsets of the literals that it is made of."""

    parts: tuple[tuple[str, int, bool] | Parameter, ...]
    literals: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        """The text, with a mark for what is not known."""
        return "".join(UNKNOWN_TEXT if isinstance(part, Parameter) else part[0] for part in self.parts)

    @property
    def parameters(self) -> list[Parameter]:
        """The parts that are given by a caller."""
        return [part for part in self.parts if isinstance(part, Parameter)]

    def mapped(self) -> Mapped:
        """The text with the way back to the file."""
        return Mapped.built(
            (UNKNOWN_TEXT, part.offset, True) if isinstance(part, Parameter) else part for part in self.parts
        )

    def __add__(self, other: Words) -> Words:
        return Words(self.parts + other.parts, self.literals | other.literals)


@dataclass(frozen=True, slots=True)
class Items:
    """The members of a list, a tuple, a set or a dictionary (its values), in order, with their keys where these are texts."""

    members: tuple[Value, ...]
    keys: tuple[str | None, ...] = ()


Value: TypeAlias = tuple[Words, ...] | Items
"""Every text that an expression may have, or several of them."""


@dataclass
class Names:
    """What names stand for: those of the block, then of the blocks around it; attributes by their last word, wherever they are set."""

    local: dict[str, Value] = field(default_factory=dict)
    around: Names | None = None
    attributes: dict[str, Value] = field(default_factory=dict)

    def find(self, name: str) -> Value | None:
        """What a name stands for; None where nothing is known of it."""
        if name in self.local:
            return self.local[name]
        return self.around.find(name) if self.around else None

    def branch(self) -> Names:
        """A copy for one of several ways through the block."""
        return Names(dict(self.local), self.around, self.attributes)

    def either(self, others: Sequence[Names]) -> None:
        """What names may stand for after one of several ways was taken."""
        names = dict.fromkeys(name for one in others for name in one.local)
        self.local = {name: either(one.local[name] for one in others if name in one.local) for name in names}


def open_words(words: Words) -> Words:
    """A text whose placeholders are filled in elsewhere: what goes there is not known."""
    parts: list[tuple[str, int, bool] | Parameter] = []
    for part in words.parts:
        if isinstance(part, Parameter):
            parts.append(part)
        else:
            parts += [
                piece if name is None else (UNKNOWN_TEXT, piece[1], True) for piece, name in placeholders(part, _LATER)
            ]
    return Words(tuple(parts), words.literals)


def placeholders(
    part: tuple[str, int, bool], pattern: re.Pattern[str]
) -> Iterator[tuple[tuple[str, int, bool], str | None]]:
    """A part in pieces, with the name of those that are placeholders, empty for those by their place."""
    text, origin, made = part
    at = 0
    for found in pattern.finditer(text):
        if pattern is _LATER and found[0].startswith("'"):
            continue
        if at < found.start():
            yield (text[at : found.start()], origin if made else origin + at, made), None
        place = origin if made else origin + found.start()
        if found[0] in ("%%", "{{", "}}"):
            yield (found[0][0], place, True), None
        else:
            yield ("", place, True), re.split(r"[!:.\[]", found["name"] or "")[0]
        at = found.end()
    if at < len(text):
        yield (text[at:], origin if made else origin + at, made), None


def either(values: Iterable[Value]) -> Value:
    """Either of several values; where they have too many texts, none is known."""
    found = list(dict.fromkeys(values))
    if len(found) == 1:
        return found[0]
    words = tuple(dict.fromkeys(one for value in found for one in flat(value)))
    if len(words) > TEXTS:
        words = (Words(((UNKNOWN_TEXT, 0, True),)),)
    return Items(tuple((one,) for one in words)) if any(isinstance(one, Items) for one in found) else words


def flat(value: Value) -> Iterator[Words]:
    """Every text among some members."""
    if isinstance(value, Items):
        for member in value.members:
            yield from flat(member)
    else:
        yield from value
