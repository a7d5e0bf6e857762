"""The commands of a script of a shell: their words, what they read, and what some of them write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeAlias

from pii_audit.lineage.hosts.literals import unescaped
from pii_audit.lineage.text import Mapped
from pii_audit.lineage.unknown import UNKNOWN_TEXT

_FORMAT = re.compile(r"%(?:%|[-#0 +]*\d*(?:\.\d+)?[a-zA-Z])")
_REPEATED = 64
"""So often at the most a format of printf is gone through for its arguments."""


@dataclass(frozen=True)
class Word:
    """One word as the command gets it, with the places of its characters.

    From `held_at` on it is what the file of the name `held` holds, if it has that. A `bare` one is split where blanks are.
    """

    mapped: Mapped
    held: Mapped | None = None
    held_at: int = 0
    bare: bool = False

    def __hash__(self) -> int:
        return hash(self.mapped.text)

    @cached_property
    def text(self) -> str:
        """What it says."""
        return self.mapped.text

    @property
    def file(self) -> Mapped | None:
        """The name of the file whose content all of it is."""
        return self.held if self.held_at == 0 else None

    def cut(self, start: int, end: int | None = None) -> Word:
        """The word from a character on, up to another."""
        held = self.held if start <= self.held_at else None
        return Word(
            self.mapped.cut(start, len(self.text) if end is None else end), held, self.held_at - start if held else 0
        )

    def split(self) -> list[Word]:
        """The words that it is where the shell splits it."""
        return [self.cut(*found.span()) for found in re.finditer(r"\S+", self.text)]


Ways: TypeAlias = tuple[Word, ...]
"""A word in each of the ways in which it may come about."""


@dataclass
class Command:
    """One simple command.

    `assigned` are the values of variables that are set by it, `documents` its here-document or here-string and `sources` the file that it
    reads by `<`, each in every way; `piped` are the commands before it in a pipe. `function` is the function that it stands in; `taken`, what
    it writes is known and goes into another command, where it is read.
    """

    words: list[Word] = field(default_factory=list)
    assigned: list[Word] = field(default_factory=list)
    documents: Ways = ()
    sources: Ways = ()
    piped: Sequence[Command] = ()
    redirected: bool = False
    function: str = ""
    taken: bool = False

    @property
    def name(self) -> str:
        """What is run, without its folder."""
        return PurePosixPath(self.words[0].text).name if self.words else ""


def unknown(origin: int) -> Word:
    """A word of which nothing is known."""
    return Word(Mapped.built([(UNKNOWN_TEXT, origin, True)]))


def content(name: Word) -> Word:
    """What a file of that name holds."""
    return Word(unknown(name.mapped.origin(0)).mapped, name.mapped)


def output(command: Command) -> Ways:
    """What a command writes, in every way; empty where that is not known."""
    options = [word for word in command.words[1:] if word.text.startswith("-")]
    others = [word for word in command.words[1:] if not word.text.startswith("-") or word.text == "-"]
    match command.name:
        case "echo":
            first = next(
                (at for at, one in enumerate(command.words[1:], 1) if not re.fullmatch(r"-[neE]+", one.text)), 1
            )
            said = _together(command.words[first:])
            return (_decoded(said) if any("e" in one.text for one in command.words[1:first]) else said,)
        case "printf" if not options and others:
            return (_printed(others[0], others[1:]),)
        case "cat" | "envsubst" | "":
            named = tuple(content(one) for one in others if one.text != "-")
            return named if named and "-" not in [one.text for one in others] else (*named, *_given(command))
        case "tee":
            return _given(command)
        case _:
            return ()


def _given(command: Command) -> Ways:
    """What a command reads of its standard input."""
    read = (*command.documents, *map(content, command.sources))
    written = [output(before) for before in command.piped]
    return read or (tuple(one for ways in written for one in ways) if all(written) else ())


def _together(words: Sequence[Word]) -> Word:
    if len(words) == 1:
        return words[0]
    parts = [part for word in words for part in ((" ", word.mapped.origin(0), True), *kept(word))]
    return Word(Mapped.built(parts[1:]))


def kept(word: Word) -> list[tuple[str, int, bool]]:
    """All parts of a word."""
    return word.mapped.kept(0, len(word.text))


def _decoded(word: Word) -> Word:
    return (
        word
        if word.file
        else Word(Mapped.built(unescaped(word.text, 0, len(word.text), raw=False)).within(word.mapped))
    )


def _printed(template: Word, values: Sequence[Word]) -> Word:
    """What printf makes of a format, as often as there are values for it."""
    template = _decoded(template)
    parts: list[tuple[str, int, bool]] = []
    waiting = iter(values)
    for _ in range(_REPEATED):
        at, before = 0, len(parts)
        taken = 0
        for found in _FORMAT.finditer(template.text):
            parts += template.mapped.kept(at, found.start())
            at = found.end()
            if found[0] == "%%":
                parts += template.mapped.kept(found.start(), found.start() + 1)
                continue
            value = next(waiting, None)
            taken += value is not None
            parts += kept(value) if value is not None else []
        parts += template.mapped.kept(at, len(template.text))
        if not taken and before:
            # All values were used the time before.
            del parts[before:]
        if not taken:
            break
    else:
        return unknown(template.mapped.origin(0))
    return Word(Mapped.built(parts))
