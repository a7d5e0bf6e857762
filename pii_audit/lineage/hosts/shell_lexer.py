"""From the text of a script of a shell to its commands (POSIX, bash)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod

from pii_audit.lineage.hosts.commands import Command, Ways, Word, output, unknown
from pii_audit.lineage.hosts.shell_words import DEEPEST, VARIABLE, Words, written_by
from pii_audit.lineage.hosts.variables import Putting, Variables
from pii_audit.lineage.text import Mapped
from pii_audit.lineage.unknown import UNKNOWN_TEXT

_HERE = re.compile(r"0?<<(?P<tabs>-?)[ \t]*(?P<quote>['\"\\]?)(?P<tag>[^\s'\"\\<>|&;()]+)['\"]?")
_ASSIGNED = re.compile(r"(?P<name>[A-Za-z_]\w*)(?P<member>\[[^\]\n]*\])?(?P<more>\+?)=")
_MEMBERS = re.compile(r'"?\$\{(?P<name>\w+)\[[@*]\]\}"?(?=[\s;|&<>()]|\Z)')
_ENDS = re.compile(r"\|\||&&|\|&|;;&?|;&|[;&\n|()]")
_REDIRECTS = re.compile(r"(?P<from>\d?)(?:(?P<sign><<<|<&|>&|>>|>\||<>|[<>](?!\())|(?P<both>&>>?))")
_FUNCTION = re.compile(
    r"(?:function[ \t]+(?P<name>[\w.:-]+)[ \t]*(?:\([ \t]*\))?|(?P<short>[\w.:-]+)[ \t]*\([ \t]*\))\s*\{"
)
_DECLARES = frozenset({"export", "local", "readonly", "declare", "typeset"})
_PIPES = frozenset({"|", "|&"})
_COMMANDS = 32
"""So many commands that one may be, by what its variables may hold, are told apart."""


def commands(text: str) -> list[Command]:
    """The commands of a script in order, those within substitutions before the one that they stand in; raises Untraceable."""
    lexer = _Lexer(text, Variables({}))
    lexer.read(0, len(text), 0)
    if any(command.function for command in lexer.found):
        lexer = _Lexer(text, Variables(lexer.variables.every))
        lexer.read(0, len(text), 0)
    return lexer.found


@dataclass
class _Open:
    """A command that is being read. `loop`, it is the head of a loop; `made` are the commands that it turned out to be."""

    words: list[Ways] = field(default_factory=list)
    assigned: list[Word] = field(default_factory=list)
    documents: Ways = ()
    sources: Ways = ()
    piped: Sequence[Command] = ()
    redirected: bool = False
    loop: bool = False
    made: list[Command] = field(default_factory=list)


class _Lexer(Words):
    """Goes through a script once. `found` are the commands so far."""

    def __init__(self, text: str, variables: Variables) -> None:
        super().__init__(text, variables)
        self.found: list[Command] = []
        self._documents: list[tuple[_Open, re.Match[str]]] = []
        self._aliases: dict[str, Word] = {}
        self._pattern = False

    def read(self, at: int, end: int, depth: int) -> list[list[Command]]:
        """What is run between two offsets, without what is within substitutions: of each pipe the last command, in every way."""
        own: list[list[Command]] = []
        command = _Open()
        while at < end:
            one = self.text[at]
            fresh = not command.words and not command.assigned
            redirects = _REDIRECTS.match(self.text, at, end)
            ends = None if redirects else _ENDS.match(self.text, at, end)
            if ends is not None:
                at = ends.end()
                pattern = self._pattern
                made = self._ended(command, ends[0])
                if made and ends[0] not in _PIPES:
                    own.append(made)
                command = _Open(piped=made or [Command()] if ends[0] in _PIPES else ())
                if ends[0] == ")" and not pattern:
                    command.words.append((Word(Mapped.built([(")", at - 1, False)])),))
                if ends[0] == "\n":
                    at = self._here_documents(at, end, depth)
            elif one.isspace():
                at += 1
            elif self.text.startswith("\\\n", at):
                at += 2
            elif one == "#":
                newline = self.text.find("\n", at, end)
                at = end if newline < 0 else newline
            elif fresh and (head := _FUNCTION.match(self.text, at, end)):
                self.variables.open("function", head["name"] or head["short"])
                at = head.end()
            elif redirects:
                at = self._redirection(redirects, end, command, depth)
            else:
                at = self._next(at, end, command, depth)
        if made := self._ended(command, ";"):
            own.append(made)
        return own

    def _ended(self, command: _Open, sign: str) -> list[Command]:
        """The command ends with a sign."""
        if self._pattern and self.variables.inside("case"):
            # What stands before `)` are patterns.
            if sign == ")":
                self._pattern = False
                if any(ways[0].text == "*" for ways in command.words):
                    self.variables.certain()
            return []
        made = self._close(command)
        if sign in ("&&", "||"):
            self.variables.chained()
        elif sign not in _PIPES and (sign != "\n" or made):
            self.variables.unchained()
        if sign.startswith(";") and len(sign) > 1 and self.variables.inside("case"):
            self.variables.branch()
            self._pattern = True
        elif sign == "(":
            self.variables.open("(")
        elif sign == ")":
            self.variables.close("(")
        return made

    def _close(self, command: _Open) -> list[Command]:
        if not (command.words or command.assigned or command.documents or command.sources or command.redirected):
            return []
        if command.loop and command.words:
            name, values = command.words[0][0].text, command.words[2:]
            members = [one for ways in values for way in ways for one in (way.split() if way.bare else [way])]
            self.variables.set(name, tuple(members) or (None,))
            command = _Open([], members)
        words = command.words
        if prod(map(len, words)) > _COMMANDS:
            words = [ways if len(ways) == 1 else (unknown(ways[0].mapped.origin(0)),) for ways in words]
        for several in product(*words):
            command.made.append(
                Command(
                    self._split(several),
                    command.assigned,
                    command.documents,
                    command.sources,
                    command.piped,
                    redirected=command.redirected,
                    function=self.variables.function,
                )
            )
        for one in command.piped:
            one.redirected = True
        self.found += command.made
        for one in command.made:
            self._sets(one)
        return command.made

    def _split(self, words: Sequence[Word]) -> list[Word]:
        """The words of a command as it is run: by its alias, and with what variables hold of its options."""
        found: list[Word] = []
        for word in words:
            alias = self._aliases.get(word.text) if not found else None
            if alias is not None:
                found += alias.split()
            elif word.bare and (not found or word.text.startswith("-")):
                found += word.split() or [word]
            else:
                found.append(word)
        return found

    def _sets(self, command: Command) -> None:
        """What a command that is built in puts into variables."""
        words = command.words
        match command.name:
            case "read" | "getopts" | "unset" | "mapfile" | "readarray":
                for word in words[1:]:
                    self.variables.set(word.text, (None,))
            case "printf" if [one.text for one in words[1:2]] == ["-v"] and words[2:]:
                _, _, name, *said = words
                self.variables.set(name.text, output(Command([words[0], *said])) or (None,))
            case "exit":
                self.variables.leave()
            case "alias":
                for word in words[1:]:
                    if found := _ASSIGNED.match(word.text):
                        self._aliases[found["name"]] = word.cut(found.end())

    # Words

    def _next(self, at: int, end: int, command: _Open, depth: int) -> int:
        """One word more."""
        text = self.text
        assigned = _ASSIGNED.match(text, at, end)
        if assigned and all(ways[0].text in _DECLARES or ways[0].text.startswith("-") for ways in command.words):
            return self._assignment(assigned, end, command, depth)
        members = _MEMBERS.match(text, at, end)
        if members:
            command.words += self.variables.members(members["name"])
            return members.end()
        ways, stop = self.word(at, end, depth)
        raw = text[at:stop]
        if not command.words:
            again = self.variables.again() if raw == "done" else None
            if again is not None:
                return again
            if self._keyword(raw, command):
                if raw == "do":
                    self.variables.body(stop)
                return stop
        variable = VARIABLE.fullmatch(raw.strip('"'))
        if variable and (not raw.startswith('"') or not command.words):
            ways = tuple(replace(one, bare=one.file is None) for one in ways)
        command.words.append(ways)
        return max(stop, at + 1)

    def _assignment(self, assigned: re.Match[str], end: int, command: _Open, depth: int) -> int:
        name, at, more = assigned["name"], assigned.end(), bool(assigned["more"])
        if self.text.startswith("(", at) and not assigned["member"]:
            members, at = self._listed(at + 1, end, depth)
            self.variables.fill(name, members, more=more)
            command.assigned += [one for ways in members for one in ways]
            return at
        ways, at = self.word(at, end, depth)
        command.assigned += ways
        if assigned["member"]:
            self.variables.fill(name, [ways], more=True)
            return at
        if more:
            both = Putting()
            both.put(self.variables.find(name), UNKNOWN_TEXT, assigned.start())
            both.put(ways, UNKNOWN_TEXT, assigned.start())
            ways = both.words()
        self.variables.set(name, ways)
        return at

    def _listed(self, at: int, end: int, depth: int) -> tuple[list[Ways], int]:
        """The members of an array up to `)`, and what follows."""
        members: list[Ways] = []
        while at < end and self.text[at] != ")":
            key = re.compile(r"\[[^\]\n]*\]=").match(self.text, at, end)
            if self.text[at].isspace():
                at += 1
            elif self.text[at] == "#":
                newline = self.text.find("\n", at, end)
                at = end if newline < 0 else newline
            else:
                ways, stop = self.word(key.end() if key else at, end, depth)
                members.append(ways)
                at = max(stop, at + 1)
        return members, at + 1

    def _keyword(self, said: str, command: _Open) -> bool:
        """Whether a word is one of the shell itself, which begins or ends a block."""
        variables = self.variables
        if self._pattern and variables.inside("case") and said != "esac":
            return False
        match said:
            case "if" | "case" | "{":
                variables.open(said)
                self._pattern |= said == "case"
            case "while" | "until" | "for" | "select":
                variables.open("loop")
                command.loop = said in ("for", "select")
            case "elif" | "else":
                variables.branch()
                if said == "else":
                    variables.certain()
            case "fi" | "esac":
                if not self._pattern:
                    variables.branch()
                self._pattern = False
                variables.close("if", "case")
                return False
            case "done" | "}":
                variables.close(*(("loop",) if said == "done" else ("{", "function")))
                return False
            case _:
                return said in ("then", "do", "!")
        return True

    def inside(self, at: int, end: int, depth: int) -> list[list[Command]]:
        waiting, self._documents = self._documents, []
        chain, self.variables.chain = self.variables.chain, []
        pattern, self._pattern = self._pattern, False
        self.variables.open("(")
        own = self.read(at, end, depth + 1)
        self.variables.close("(")
        self._documents, self.variables.chain, self._pattern = waiting, chain, pattern
        return own

    # What is read and written

    def _redirection(self, sign: re.Match[str], end: int, command: _Open, depth: int) -> int:
        text, at = self.text, sign.end()
        here = _HERE.match(text, sign.start(), end)
        if here and sign["sign"] != "<<<":
            self._documents.append((command, here))
            command.redirected = True
            return here.end()
        while at < end and text[at] in " \t":
            at += 1
        inner = text.startswith("<(", at) and sign["sign"] == "<"
        if inner:
            close = self.closing(at + 2, end, ")")
            own = self.inside(at + 2, close, depth) if depth < DEEPEST else []
            ways, stop = written_by(own) or (unknown(at),), close + 1
        else:
            ways, stop = self.word(at, end, depth)
        if sign["from"] not in ("", "0") or sign["sign"] == "<&":
            pass
        elif sign["sign"] == "<<<" or inner:
            command.documents = ways
        elif sign["sign"] in ("<", "<>"):
            command.sources = ways
        else:
            command.redirected = True
        return max(stop, sign.end())

    def _here_documents(self, at: int, end: int, depth: int) -> int:
        """The here-documents of the line that has ended; gives where the next line begins."""
        waiting, self._documents = self._documents, []
        for command, here in waiting:
            start = stop = at
            while at < end:
                newline = self.text.find("\n", at, end)
                stop = end if newline < 0 else newline
                line = self.text[at:stop]
                begin, at = at, min(end, stop + 1)
                if (line.lstrip("\t") if here["tabs"] else line).rstrip("\r") == here["tag"]:
                    stop = begin
                    break
            self._document(command, start, stop, depth, quoted=bool(here["quote"]))
        return at

    def _document(self, command: _Open, start: int, end: int, depth: int, *, quoted: bool) -> None:
        """A here-document: as it stands where its tag is quoted, else with what the shell puts in."""
        found = Putting()
        if quoted:
            found.add(self.text[start:end], start)
        else:
            self.within(start, end, depth, found, stop="")
        ways = self.variables.made(found.words())
        for one in command.made:
            one.documents = ways
            if one.name == "read":
                self.variables.set(one.words[-1].text, ways)
