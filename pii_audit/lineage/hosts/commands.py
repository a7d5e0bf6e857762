"""A script of a shell as its commands: their words without quotes, their here-documents, what is piped into them (POSIX, bash)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from pii_audit.lineage.text import Mapped
from pii_audit.lineage.unknown import UNKNOWN_TEXT

_HERE = re.compile(r"<<(?P<tabs>-?)[ \t]*(?P<quote>['\"\\]?)(?P<tag>[\w.-]+)['\"]?")
_ASSIGNED = re.compile(r"(?P<name>[A-Za-z_]\w*)\+?=")
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<bare>[A-Za-z_]\w*))")
_ENDS = re.compile(r"\|\||&&|\|&|[;&\n|()]")
_DECLARES = frozenset({"export", "local", "readonly", "declare", "typeset"})
_DEEPEST = 40


@dataclass(frozen=True)
class Word:
    """One word as the command gets it, with the places of its characters."""

    mapped: Mapped

    @cached_property
    def text(self) -> str:
        """What it says."""
        return self.mapped.text

    def cut(self, start: int) -> Word:
        """The word from a character on."""
        return Word(self.mapped.cut(start, len(self.text)))


@dataclass
class Command:
    """One simple command.

    `assigned` are the values of variables that are set before it, `document` its here-document or here-string, `source` the file that it
    reads by `<`, `piped` the command before it in a pipe.
    """

    words: list[Word] = field(default_factory=list)
    assigned: list[Word] = field(default_factory=list)
    document: Word | None = None
    source: Word | None = None
    piped: Command | None = None
    redirected: bool = False


def commands(text: str) -> list[Command]:
    """The commands of a script in order, those within substitutions before the one that they stand in."""
    lexer = _Lexer(text)
    lexer.read(0, len(text), 0)
    return lexer.found


class _Lexer:
    """Goes through a script once. `found` are the commands so far, `variables` what is set to a text that is known."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._documents: list[tuple[Command, re.Match[str]]] = []
        self.found: list[Command] = []
        self._variables: dict[str, Mapped] = {}

    def read(self, at: int, end: int, depth: int) -> None:
        """The commands between two offsets."""
        command = Command()
        while at < end:
            one = self._text[at]
            ends = _ENDS.match(self._text, at, end)
            if ends is not None:
                at = ends.end()
                before = self._close(command)
                command = Command(piped=before if ends[0] in ("|", "|&") else None)
                if ends[0] == "\n":
                    at = self._here_documents(at, end, depth)
            elif one.isspace():
                at += 1
            elif self._text.startswith("\\\n", at):
                at += 2
            elif one == "#":
                newline = self._text.find("\n", at, end)
                at = end if newline < 0 else newline
            elif one in "<>" or re.match(r"\d[<>]", self._text[at : at + 2]):
                at = self._redirection(at, end, command, depth)
            else:
                word, at = self._word(at, end, depth)
                self._put(word, command)
        self._close(command)

    def _close(self, command: Command) -> Command:
        if command.words or command.assigned or command.document:
            self.found.append(command)
        return command

    def _put(self, word: Word, command: Command) -> None:
        assigned = _ASSIGNED.match(word.text)
        if assigned and all(one.text in _DECLARES or one.text.startswith("-") for one in command.words):
            value = word.cut(assigned.end())
            command.assigned.append(value)
            if "+=" in assigned[0] and assigned["name"] in self._variables:
                both = self._variables[assigned["name"]], value.mapped
                self._variables[assigned["name"]] = Mapped.built(
                    [part for one in both for part in one.kept(0, len(one.text))]
                )
            else:
                self._variables[assigned["name"]] = value.mapped
        else:
            command.words.append(word)

    def _redirection(self, at: int, end: int, command: Command, depth: int) -> int:
        here = _HERE.match(self._text, at, end)
        if here and not self._text.startswith("<<<", at):
            self._documents.append((command, here))
            return here.end()
        sign = re.compile(r"\d?(<<<|<\(|>\(|<&|>&|&>|>>|>\||[<>])").match(self._text, at, end)
        stop = sign.end() if sign else at + 1
        if sign is None or sign[1] in ("<(", ">("):
            close = self._closing(stop, end, ")")
            if depth < _DEEPEST:
                self.read(stop, close, depth + 1)
            return close + 1
        while stop < end and self._text[stop] in " \t":
            stop += 1
        word, stop = self._word(stop, end, depth)
        if sign[1] == "<<<":
            command.document = word
        elif sign[1] == "<":
            command.source = word
        else:
            command.redirected = True
        return max(stop, at + 1)

    def _here_documents(self, at: int, end: int, depth: int) -> int:
        """The here-documents of the line that has ended; gives where the next line begins."""
        waiting, self._documents = self._documents, []
        for command, here in waiting:
            start = at
            while at < end:
                newline = self._text.find("\n", at, end)
                stop = end if newline < 0 else newline
                line = self._text[at:stop]
                at = min(end, stop + 1)
                if (line.lstrip("\t") if here["tabs"] else line).rstrip("\r") == here["tag"]:
                    command.document = Word(self._expanded(start, stop - len(line), depth, quoted=bool(here["quote"])))
                    break
            else:
                command.document = Word(self._expanded(start, end, depth, quoted=bool(here["quote"])))
        return at

    def _expanded(self, start: int, end: int, depth: int, *, quoted: bool) -> Mapped:
        """A here-document: as it stands where its tag is quoted, else with what the shell puts in."""
        if quoted:
            return Mapped.built([(self._text[start:end], start, False)])
        parts: list[tuple[str, int, bool]] = []
        self._within(start, end, depth, parts, stop="")
        return Mapped.built(parts)

    def _word(self, at: int, end: int, depth: int) -> tuple[Word, int]:
        parts: list[tuple[str, int, bool]] = []
        while at < end:
            one = self._text[at]
            if one == "'" or self._text.startswith("$'", at):
                start = at + 1 + (one == "$")
                close = self._text.find("'", start, end)
                close = end if close < 0 else close
                parts.append((self._text[start:close], start, False))
                at = close + 1
            elif one == '"':
                at = self._within(at + 1, end, depth, parts, stop='"') + 1
            elif one == "\\":
                if self._text[at + 1 : at + 2] != "\n":
                    parts.append((self._text[at + 1 : at + 2], at + 1, False))
                at += 2
            elif one in "$`":
                at = self._substituted(at, end, depth, parts)
            elif one.isspace() or one in "<>" or _ENDS.match(self._text, at, end):
                break
            else:
                parts.append((one, at, False))
                at += 1
        return Word(_merged(parts)), at

    def _within(self, at: int, end: int, depth: int, parts: list[tuple[str, int, bool]], *, stop: str) -> int:
        """Text in double quotes, or in a here-document, up to `stop`; gives where that stands."""
        start = at
        while at < end:
            one = self._text[at]
            if one == stop:
                break
            if one == "\\" and self._text[at + 1 : at + 2] in ("$", "`", '"', "\\", "\n"):
                parts.append((self._text[start:at], start, False))
                start = at + 1 + (self._text[at + 1] == "\n")
                at += 2
            elif one in "$`":
                parts.append((self._text[start:at], start, False))
                at = start = self._substituted(at, end, depth, parts)
            else:
                at += 1
        parts.append((self._text[start:at], start, False))
        return at

    def _substituted(self, at: int, end: int, depth: int, parts: list[tuple[str, int, bool]]) -> int:
        """A variable with its value where that is known, a command's output as what is not known; gives what follows."""
        variable = _VARIABLE.match(self._text, at, end)
        if variable is not None:
            known = self._variables.get(variable["braced"] or variable["bare"])
            parts += [(variable[0], at, True)] if known is None else known.kept(0, len(known.text))
            return variable.end()
        arithmetic = self._text.startswith("$((", at)
        if self._text.startswith("$(", at) or self._text[at] == "`":
            start = at + (1 if self._text[at] == "`" else 2)
            close = self._closing(start, end, "`" if self._text[at] == "`" else ")")
            if not arithmetic and depth < _DEEPEST:
                waiting, self._documents = self._documents, []
                self.read(start, close, depth + 1)
                self._documents = waiting
            parts.append((UNKNOWN_TEXT, at, True))
            return close + 1
        parts.append((self._text[at], at, False))
        return at + 1

    def _closing(self, at: int, end: int, sign: str) -> int:
        """Where what was opened before an offset ends, quotes and what is opened within left out."""
        depth = 0
        while at < end:
            one = self._text[at]
            if one == sign and depth == 0:
                return at
            if one == "\\":
                at += 1
            elif one == "'" and sign != "`":
                close = self._text.find("'", at + 1, end)
                at = end if close < 0 else close
            elif one == '"' and sign != "`":
                at = self._quoted(at + 1, end)
            elif one in "()":
                depth += 1 if one == "(" else -1
            at += 1
        return end

    def _quoted(self, at: int, end: int) -> int:
        while at < end and self._text[at] != '"':
            if self._text[at] == "\\":
                at += 1
            elif self._text.startswith("$(", at):
                at = self._closing(at + 2, end, ")")
            at += 1
        return at


def _merged(parts: list[tuple[str, int, bool]]) -> Mapped:
    """One text of parts, of which those that follow one another are one."""
    found: list[tuple[str, int, bool]] = []
    for text, origin, made in parts:
        last = found[-1] if found else None
        if last is not None and not made and not last[2] and last[1] + len(last[0]) == origin:
            found[-1] = (last[0] + text, last[1], False)
        elif text:
            found.append((text, origin, made))
    return Mapped.built(found)
