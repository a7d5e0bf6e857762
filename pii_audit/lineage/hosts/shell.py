"""SQL in scripts of a shell: what clients of databases are given by options, words, here-documents, pipes and files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from pathlib import PurePosixPath

from pii_audit.language import Text
from pii_audit.lineage.hosts.clients import given_by, is_direct, is_run, is_run_by_shell, others, program
from pii_audit.lineage.hosts.commands import Command, Word, output
from pii_audit.lineage.hosts.embedded import Embedded, Findings
from pii_audit.lineage.hosts.names import Client, host_names
from pii_audit.lineage.hosts.shell_lexer import commands
from pii_audit.lineage.hosts.wording import is_file, is_sql
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Mapped
from pii_audit.lineage.unknown import MARK

_PYTHON = frozenset({"python", "python3", "ipython", "pyspark"})
_VARIABLE = re.compile(r"\$\{?[\w@*]+\}?")
_POSITIONAL = re.compile(r"\$\{?[1-9@*]\}?")
_UNKNOWN = re.compile(rf"\$\{{[^}}\n]*\}}|\$\([\w.-]*\)|\$[\w@*#?!$-]+|{MARK}+")
_ALONE = re.compile(r"\\?[\w+]*;?")
"""One word alone, as `exit` and `\\dt`, lets nothing out."""
_AROUND = " \t\r\n;\"'()\\"
_NEAR = 3
"""So many words behind `python` its script stands, with its options."""
_SOURCES = frozenset({".", "source"})
_SCRIPTS = frozenset({".sh", ".bash", ".ksh", ".func", ".fn", ".lib", ".inc", ".shlib"})
_SYSTEM = ("/etc/", "/usr/", "~/.")
"""Where what is sourced sets up an environment."""
_STANDARD_INPUT = frozenset({"-", "/dev/stdin", "/dev/fd/0"})
_NAME = re.compile(r"[\w./-]+")


def sql_in_shell(script: Mapped) -> Embedded:
    """The SQL of a script of a shell."""
    return _script(script, whole=True).found.embedded()


def sql_in_words(words: Sequence[Mapped], script: Mapped) -> Embedded:
    """The SQL of one command that is given word by word."""
    command = Command([Word(word) for word in words])
    whole = any(one.text.startswith("-") or MARK in one.text for one in command.words)
    return _read(script, [command], whole=whole).found.embedded()


def note(text: Mapped, found: Findings, *, to_its_end: bool = True) -> str:
    """Notes a text of a program: SQL, a command of a shell with SQL in it, or nothing of the kind. A command may go on elsewhere.

    Gives the client in it that reads whatever the shell that runs the text is given.
    """
    if is_sql(text.text, at_once=True):
        found.script(text)
        return ""
    waiting, more = "", Embedded()
    if _runs_client(text.text):
        reading = _script(text, whole=False, to_its_end=to_its_end)
        waiting, more = reading.waiting, reading.found.embedded()
    if more != Embedded():
        found.add(more)
    elif is_sql(text.text):
        found.script(text)
    return waiting


def _runs_client(text: str) -> bool:
    names = host_names()[1]
    known = names.clients.keys() | names.dumps
    return any(found[0].rpartition("/")[2] in known for found in _NAME.finditer(text))


def _script(script: Mapped, *, whole: bool, to_its_end: bool = True) -> _Reading:
    try:
        return _read(script, commands(script.text), whole=whole, to_its_end=to_its_end)
    except Untraceable as gap:
        reading = _read(script, (), whole=whole)
        reading.found.gap(Untraceable(gap.reason, script.origin(0)))
        return reading


def _read(script: Mapped, every: Sequence[Command], *, whole: bool, to_its_end: bool = True) -> _Reading:
    reading = _Reading(script, every, whole=whole, to_its_end=to_its_end)
    for command in every:
        reading.read(command)
    return reading


class _Reading:
    """What commands hand to databases.

    `whole`, they are a script; else a text in which there may be commands, and may be words about them, not always `to_its_end`. Of such a
    text `waiting` is a client that reads what whoever runs the text is given.
    """

    def __init__(self, script: Mapped, every: Sequence[Command], *, whole: bool, to_its_end: bool) -> None:
        self.found = Findings()
        self.waiting = ""
        self._script = script
        self._every = every
        self._whole = whole
        self._to_its_end = to_its_end
        self._names = host_names()[1]
        readers = [one for one in every if one.piped and self._among(one, self._names.clients.keys()) is not None]
        self._read_there = {id(before) for one in readers for before in one.piped if output(before)}

    def read(self, command: Command) -> None:
        """Notes all that one hands on."""
        words = command.words
        if len(words) > 1 and words[0].text in _SOURCES:
            self._sourced(words[1])
        at = self._among(command, self._names.clients.keys())
        if at is not None:
            self._run(command, at, self._names.clients[program(words[at])])
            return
        at = self._among(command, _PYTHON)
        if at is not None:
            self._python(command, words[at + 1 :])
            return
        known = command.taken or id(command) in self._read_there
        for number, word in enumerate(() if known else words):
            client = self._look(word)
            if client and is_run_by_shell(words[:number]) and not self._input(command, command, client, word):
                self.waiting = client
        for word in () if known else command.documents:
            self._look(word)
        self._look_at_values(command)
        at = self._among(command, self._names.dumps)
        runs = command.redirected or any(word.text.startswith("-") or "=" in word.text for word in words[1:])
        if at is not None and runs and not any(is_sql(word.text) for word in words):
            self._dump(words[at])

    def _sourced(self, word: Word) -> None:
        """A script that is read as a part of this one: its functions may hand on anything."""
        path = PurePosixPath(word.text)
        if path.suffix.lower() in _SCRIPTS and not word.text.startswith(_SYSTEM):
            self.found.file(
                path.name if _UNKNOWN.search(word.text) else word.text, self._script.origin(word.mapped.origin(0))
            )

    def _among(self, command: Command, names: AbstractSet[str]) -> int | None:
        """Where one of these programs stands among the words, None where none is run."""
        for at, word in enumerate(command.words):
            name = program(word)
            if name not in names:
                continue
            after = command.words[at + 1 :]
            client = self._names.clients.get(name)
            if client is not None and client.after and client.after.isdisjoint(one.text for one in after):
                continue
            by_option = self._whole and client is not None and any(given_by(one, client) for one in after)
            if by_option or (is_run(command.words[:at]) and not _asks_for(command)):
                return at
        return None

    def _look(self, word: Word, *, to_its_end: bool = True) -> str:
        """A word anywhere: a statement, or a command for another shell; gives the client in that which waits."""
        if word.text != self._script.text and (is_sql(word.text) or _runs_client(word.text)):
            return note(word.mapped.within(self._script), self.found, to_its_end=to_its_end)
        return ""

    def _look_at_values(self, command: Command) -> None:
        """What variables are set to: of a command (`PSQL="psql -c"`) the rest may follow where it is run."""
        for word in command.assigned:
            self._look(word, to_its_end=False)

    def _python(self, command: Command, words: Sequence[Word]) -> None:
        """Python: what follows `-c`, or its standard input; scripts that it runs are judged by their own names."""
        given = next(((word,) for before, word in pairwise(words) if before.text == "-c"), command.documents)
        for word in given:
            self.found.program(word.mapped.within(self._script))
        for word in words[:_NEAR]:
            if program(word) in self._names.dumps:
                self._dump(word)

    def _dump(self, word: Word) -> None:
        name = program(word)
        self._gap(Text(f"{name} 导出的内容没有追踪", f"what {name} lets out is not traced"), word)

    # Clients

    def _run(self, command: Command, at: int, client: Client) -> None:
        words, name = command.words[at + 1 :], command.words[at]
        self._look_at_values(command)
        if not client.dumps.isdisjoint(word.text for word in words):
            self._dump(name)
            return
        given = self._options(words, client, command)
        among = list(others(words, client))
        for number, word in enumerate(among, 1):
            given |= self._other(word, command, may_be_sql=bool(client.words) and number >= client.words)
        if given or self._input(command, command, program(name), name):
            return
        last = among[client.words - 1 :] if client.words else []
        for word in last:
            self._handed(word, command)
        asks = any(word.text in self._names.asks for word in words)
        if last or asks or not is_direct(command.words[:at]):
            return
        if self._whole:
            self._by_callers(command, name)
        else:
            self.waiting = program(name)

    def _options(self, words: Sequence[Word], client: Client, command: Command) -> bool:
        """Notes what options give, and tells whether that is all that is run."""
        given = False
        waiting = iter(words)
        for word in waiting:
            found = given_by(word, client)
            if found is None:
                continue
            option, value = found
            value = value or next(waiting, None)
            if value is None:
                if self._to_its_end:
                    self._gap(_not_written(""), word)
            elif option in client.statement:
                self._handed(value, command)
            elif value.text in _STANDARD_INPUT:
                continue
            else:
                self._file(value)
            given |= option not in client.first
        return given

    def _other(self, word: Word, command: Command, *, may_be_sql: bool) -> bool:
        """Notes a word that is no option, if it is a statement or a script; whether it is."""
        if word.text.startswith("@"):
            self._file(word.cut(1))
        elif is_sql(word.text) or (may_be_sql and (word.file or re.search(r"\s", word.text.strip()))):
            self._handed(word, command)
        else:
            return False
        return True

    def _by_callers(self, command: Command, name: Word) -> None:
        """A client that is given nothing reads what whoever calls it does."""
        client = program(name)
        given = [self._input(one, command, client, name) for one in self._calls(command)]
        if not given or not all(given):
            self._gap(Text(f"交给 {client} 的内容未知", f"what {client} reads here is not known"), name)

    def _input(self, given: Command, command: Command, client: str, at: Word) -> bool:
        """What a client gets by the standard input of a command, itself or one around it; whether it gets anything."""
        for one in given.documents:
            self._handed(one, command)
        for one in given.sources:
            if one.text != "/dev/null":
                self._file(one)
        for before in given.piped:
            written = output(before)
            for one in written:
                self._handed(one, before)
            if not written:
                reason = Text(f"经管道交给 {client} 的内容未知", f"what is piped into {client} is not known")
                self._gap(reason, at)
        return bool(given.documents or given.sources or given.piped)

    def _handed(self, word: Word, command: Command) -> None:
        """A text of SQL, or what stands for one."""
        text = word.text.strip()
        if word.file is not None:
            self._file(Word(word.file))
        elif is_file(text):
            self._file(word)
        elif _UNKNOWN.search(text) and not _UNKNOWN.sub("", text).strip(_AROUND):
            if not (_POSITIONAL.fullmatch(text.strip(_AROUND)) and self._given_by_callers(command)):
                self._gap(_not_written(text), word)
        elif not _ALONE.fullmatch(text):
            self.found.script(word.mapped.within(self._script))

    def _given_by_callers(self, command: Command) -> bool:
        """Whether a command stands in a function that is called with SQL wherever the script calls it: there it is read."""
        calls = [one for one in self._calls(command) if len(one.words) > 1]
        return bool(calls) and all(any(is_sql(given.text) for given in one.words[1:]) for one in calls)

    def _calls(self, command: Command) -> list[Command]:
        return [one for one in self._every if command.function and one.name == command.function]

    def _file(self, word: Word) -> None:
        if is_file(word.text):
            self.found.file(word.text.strip(), self._script.origin(word.mapped.origin(0)))
        else:
            self._gap(_not_written(word.text), word)

    def _gap(self, reason: Text, word: Word) -> None:
        self.found.gap(Untraceable(reason, self._script.origin(word.mapped.origin(0))))


def _asks_for(command: Command) -> bool:
    """Whether a command only asks if there is a program: `command -v psql`."""
    return command.name == "command" and len(command.words) > 1 and command.words[1].text in ("-v", "-V")


def _not_written(text: str) -> Text:
    shown = text.strip() if _VARIABLE.fullmatch(text.strip()) else ""
    return Text(
        f"交给数据库的 SQL {shown} 没有写在这个文件里，无法得知".replace("  ", " "),
        f"the SQL {shown} that is handed to the database here is not written in this file".replace("  ", " "),
    )
