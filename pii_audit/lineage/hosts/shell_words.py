"""The words of a script of a shell: quotes, variables, and what commands write into them (POSIX, bash)."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence

from pii_audit.lineage.hosts.commands import Command, Ways, output
from pii_audit.lineage.hosts.literals import unescaped
from pii_audit.lineage.hosts.variables import Putting, Variables
from pii_audit.lineage.unknown import UNKNOWN_TEXT

VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>\w+|[@*])\}|(?P<bare>[A-Za-z_]\w*|[0-9@*#?!$-])|\{(?P<name>\w+)(?P<operator>\[|:?[-=?])|(?P<other>\{))"
)
_PLAIN = re.compile(r"[^\s'\"\\$`<>|&;()]+")
_QUOTED = re.compile(r'[^"\\$`]+')
_EXPANDED = re.compile(r"[^\\$`]+")
_OF_C = re.compile(r"\$'((?:[^'\\]|\\.)*)'?", re.DOTALL)
DEEPEST = 40
"""Substitutions within one another that are read."""


class Words(ABC):
    """Reads the words of a script, whose `variables` hold what they do at the place that is read."""

    def __init__(self, text: str, variables: Variables) -> None:
        self.text = text
        self.variables = variables

    @abstractmethod
    def inside(self, at: int, end: int, depth: int) -> list[list[Command]]:
        """The commands of a substitution; what they set is gone after it."""

    def word(self, at: int, end: int, depth: int) -> tuple[Ways, int]:
        found = Putting()
        while at < end:
            one = self.text[at]
            if plain := _PLAIN.match(self.text, at, end):
                found.add(plain[0], at)
                at = plain.end()
            elif one == "'":
                close = self.text.find("'", at + 1, end)
                close = end if close < 0 else close
                found.add(self.text[at + 1 : close], at + 1)
                at = close + 1
            elif quoted := _OF_C.match(self.text, at, end):
                for part in unescaped(self.text, *quoted.span(1), raw=False):
                    found.add(part[0], part[1], made=part[2])
                at = quoted.end()
            elif one == '"' or self.text.startswith('$"', at):
                at = self.within(at + 1 + (one == "$"), end, depth, found, stop='"') + 1
            elif one == "\\":
                if self.text[at + 1 : at + 2] != "\n":
                    found.add(self.text[at + 1 : at + 2], at + 1)
                at += 2
            elif one in "$`":
                at = self._substituted(at, end, depth, found)
            elif self.text.startswith(("<(", ">("), at):
                close = self.closing(at + 2, end, ")")
                if depth < DEEPEST:
                    self.inside(at + 2, close, depth)
                found.add(UNKNOWN_TEXT, at, made=True)
                at = close + 1
            else:
                break
        return self.variables.made(found.words()), at

    def within(self, at: int, end: int, depth: int, found: Putting, *, stop: str) -> int:
        """Text in double quotes, or in a here-document, up to `stop`; gives where that stands."""
        plain = _QUOTED if stop else _EXPANDED
        while at < end and self.text[at] != stop:
            if run := plain.match(self.text, at, end):
                found.add(run[0], at)
                at = run.end()
            elif self.text[at] != "\\":
                at = self._substituted(at, end, depth, found)
            elif self.text[at + 1 : at + 2] in ("$", "`", '"', "\\", "\n"):
                found.add(self.text[at + 1 : at + 2].strip("\n"), at + 1)
                at += 2
            else:
                found.add("\\", at)
                at += 1
        return at

    def _substituted(self, at: int, end: int, depth: int, found: Putting) -> int:
        """A variable with what it may hold, a command with what it writes; gives what follows."""
        text = self.text
        variable = VARIABLE.match(text, at, end)
        if variable is not None:
            return self._variable(variable, end, depth, found)
        ticked = text[at] == "`"
        if not ticked and not text.startswith("$(", at):
            found.add(text[at], at)
            return at + 1
        start = at + (1 if ticked else 2)
        close = self.closing(start, end, "`" if ticked else ")")
        written: Ways = ()
        if not text.startswith("$((", at) and depth < DEEPEST:
            own = self.inside(start, close, depth)
            written = written_by(own)
        found.put(written or (None,), UNKNOWN_TEXT, at)
        return close + 1

    def _variable(self, variable: re.Match[str], end: int, depth: int, found: Putting) -> int:
        at = variable.start()
        plain = variable["braced"] or variable["bare"]
        if plain:
            found.put(self.variables.find(plain), variable[0], at)
            return variable.end()
        close = self.closing(variable.end(), end, "}")
        name, operator = variable["name"], variable["operator"]
        if operator == "[":
            members = self.variables.members(name)
            found.put([one for ways in members for one in ways] or (None,), UNKNOWN_TEXT, at)
        elif operator:
            values = list(self.variables.find(name))
            if operator[-1] != "?" and depth < DEEPEST:
                other = Putting()
                self.within(variable.end(), close, depth + 1, other, stop="")
                values += other.words()
            elif operator[-1] != "?":
                values.append(None)
            found.put(values, f"${{{name}}}", at)
        else:
            found.put((None,), UNKNOWN_TEXT, at)
        return close + 1

    def closing(self, at: int, end: int, sign: str) -> int:
        """Where what was opened before an offset ends, quotes and what is opened within left out."""
        opening = {")": "(", "}": "{"}.get(sign, "")
        depth = 0
        while at < end:
            one = self.text[at]
            if one == sign:
                if depth == 0:
                    return at
                depth -= 1
            elif one == "\\":
                at += 1
            elif one == "'" and sign == ")":
                close = self.text.find("'", at + 1, end)
                at = end if close < 0 else close
            elif one == '"' and sign != "`":
                at = self._quoted(at + 1, end)
            elif one == opening:
                depth += 1
            at += 1
        return end

    def _quoted(self, at: int, end: int) -> int:
        while at < end and self.text[at] != '"':
            if self.text[at] == "\\":
                at += 1
            elif self.text.startswith("$(", at):
                at = self.closing(at + 2, end, ")")
            at += 1
        return at


def written_by(own: Sequence[Sequence[Command]]) -> Ways:
    """What the one command of a substitution writes, empty where there are more or that is not known."""
    ways = [output(one) for one in own[0]] if len(own) == 1 else []
    if not ways or not all(ways):
        return ()
    for one in own[0]:
        one.taken = True
    return tuple(word for several in ways for word in several)
