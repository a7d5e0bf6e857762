"""SQL in scripts of a shell: what clients of databases are given by options, here-documents, pipes and files."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from pathlib import PurePosixPath

from pii_audit.language import Text
from pii_audit.lineage.hosts.commands import Command, Word, commands
from pii_audit.lineage.hosts.embedded import Embedded, Findings
from pii_audit.lineage.hosts.names import Client, ShellNames, host_names
from pii_audit.lineage.hosts.wording import is_file, is_sql
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Mapped
from pii_audit.lineage.unknown import MARK

_WRAPPERS = frozenset(
    {"sudo", "env", "exec", "time", "nohup", "nice", "timeout", "docker", "podman", "kubectl", "oc", "ssh", "su", "runuser", "gosu",
     "command", "if", "then", "else", "do", "while", "until", "!", "{", "xargs", "eval", "watch", "flock"}
)  # fmt: skip
"""Words before the program that is run."""
_BLANK = re.compile(r"\s")
_PYTHON = frozenset({"python", "python3", "ipython", "pyspark"})
_SAYS = frozenset({"echo", "printf"})
_VARIABLE = re.compile(r"\$\{?[\w@*]+\}?")
_POSITIONAL = re.compile(r"\$\{?[1-9@*]\}?")
_FUNCTION = re.compile(
    r"^[ \t]*(?:function[ \t]+)?(?P<name>[\w-]+)[ \t]*\(\)\s*\{(?P<body>.*?)(?:^[ \t]*\}|;[ \t]*\})",
    re.MULTILINE | re.DOTALL,
)


def sql_in_shell(script: Mapped) -> Embedded:
    """The SQL of a script of a shell, or of one command."""
    found = Findings()
    every = commands(script.text)
    functions = list(_FUNCTION.finditer(script.text)) if _POSITIONAL.search(script.text) else []
    for command in every:
        _Reading(command, script, found, every, functions).read()
    return found.embedded()


def sql_in_words(words: Sequence[Mapped], script: Mapped) -> Embedded:
    """The SQL of one command that is given word by word."""
    found = Findings()
    _Reading(Command([Word(word) for word in words]), script, found).read()
    return found.embedded()


def note(text: Mapped, found: Findings) -> None:
    """Notes a text of a program: SQL, a command of a shell with SQL in it, or nothing of the kind."""
    if is_sql(text.text, at_once=True):
        found.script(text)
        return
    more = sql_in_shell(text) if _runs_client(text.text) else Embedded()
    if more != Embedded():
        found.add(more)
    elif is_sql(text.text):
        found.script(text)


def _runs_client(text: str) -> bool:
    names = host_names()[1]
    return any(PurePosixPath(word).name in names.clients.keys() | names.dumps for word in re.findall(r"[\w./-]+", text))


class _Reading:
    """What one command hands to a database."""

    def __init__(
        self,
        command: Command,
        script: Mapped,
        found: Findings,
        every: Sequence[Command] = (),
        functions: Sequence[re.Match[str]] = (),
    ) -> None:
        self._command = command
        self._script = script
        self._found = found
        self._every = every
        self._functions = functions
        self._names: ShellNames = host_names()[1]

    def read(self) -> None:
        """Notes all of it."""
        words = self._command.words
        at = self._client(words, self._names.clients.keys())
        if at is not None:
            self._run(words[at + 1 :], words[at])
            return
        at = self._client(words, _PYTHON)
        if at is not None:
            self._program(words[at + 1 :])
            return
        for word in (*words, *self._command.assigned):
            self._look(word)
        if self._command.document is not None:
            self._look(self._command.document)
        dumps = self._client(words, self._names.dumps)
        if dumps is not None and not any(is_sql(word.text) for word in words) and self._is_run(words):
            name = words[dumps].text
            reason = Text(f"{name} 导出的内容没有追踪", f"what {name} lets out is not traced")
            self._gap(reason, words[dumps])

    def _program(self, words: Sequence[Word]) -> None:
        """Python: what follows `-c`, or its standard input; scripts that it runs are judged by their own names."""
        given = next((word for before, word in pairwise(words) if before.text == "-c"), self._command.document)
        if given is not None:
            self._found.program(given.mapped.within(self._script))

    def _client(self, words: Sequence[Word], names: AbstractSet[str]) -> int | None:
        """Where the program stands among the words, None where none of these is run."""
        wrapped = bool(words) and PurePosixPath(words[0].text).name in _WRAPPERS
        for at, word in enumerate(words):
            # A variable may hold the program with options (`PSQL="psql -h db"`).
            said = word.text.split()[:1] if at == 0 else [word.text]
            if said and PurePosixPath(said[0]).name in names:
                return at
            if not wrapped:
                return None
        return None

    def _is_run(self, words: Sequence[Word]) -> bool:
        return self._command.redirected or any(word.text.startswith("-") for word in words)

    def _run(self, words: Sequence[Word], name: Word) -> None:
        client = self._names.clients[PurePosixPath(name.text.split()[0]).name]
        given = False
        waiting: Callable[[Word], bool] | None = None
        for word in words:
            if waiting is not None:
                given, waiting = waiting(word) or given, None
                continue
            attached = self._attached(word, client)
            if attached is not None:
                given = attached or given
            elif word.text in client.script:
                waiting = self._script_by_name
            elif _is_option(word.text, client.statement):
                waiting = self._statement
        if given:
            return
        command = self._command
        if command.document is not None:
            self._script_of(command.document)
        elif command.source is not None:
            self._file(command.source)
        elif command.piped is not None:
            self._piped(command.piped, name)

    def _attached(self, word: Word, client: Client) -> bool | None:
        """Whether a word gives a statement or a script by itself; None where it does neither."""
        option, equals, _ = word.text.partition("=")
        if equals and option in client.statement:
            return self._statement(word.cut(len(option) + 1))
        if equals and option in client.script:
            return self._script_by_name(word.cut(len(option) + 1))
        if word.text.startswith("@"):
            return self._script_by_name(word.cut(1))
        attached = word.text[:2] in client.statement and is_sql(word.text[2:])
        if attached or is_sql(word.text) or (client.words and _BLANK.search(word.text.strip())):
            self._script_of(word.cut(2) if attached else word)
            return True
        return None

    def _script_by_name(self, word: Word) -> bool:
        self._file(word)
        return True

    def _statement(self, word: Word) -> bool:
        """Whether what follows an option is a statement: one word alone lets nothing out."""
        text = word.text.strip()
        if _VARIABLE.fullmatch(text) or not text.replace(MARK, ""):
            if not (_POSITIONAL.fullmatch(text) and self._given_by_callers(word)):
                self._gap(_not_written(text), word)
        elif _BLANK.search(text):
            self._script_of(word)
        else:
            return False
        return True

    def _given_by_callers(self, word: Word) -> bool:
        """Whether a word stands in a function that is called with SQL wherever the script calls it: there it is read."""
        at = word.mapped.origin(0)
        within = [one["name"] for one in self._functions if one.start("body") <= at < one.end()]
        calls = [one for one in self._every if one.words and one.words[0].text in within and len(one.words) > 1]
        return bool(calls) and all(any(is_sql(given.text) for given in one.words[1:]) for one in calls)

    def _piped(self, before: Command, client: Word) -> None:
        words = [word for word in before.words if not word.text.startswith("-")]
        name = PurePosixPath(words[0].text).name if words else ""
        if name in _SAYS:
            # What looks like SQL in it was noted with that command.
            for word in words[1:]:
                if _VARIABLE.fullmatch(word.text.strip()):
                    self._gap(_not_written(word.text), word)
        elif name == "cat" and before.document is not None:
            self._script_of(before.document)
        elif name == "cat" and len(words) > 1:
            for word in words[1:]:
                self._file(word)
        else:
            reason = Text(f"经管道交给 {client.text} 的内容未知", f"what is piped into {client.text} is not known")
            self._gap(reason, client)

    def _look(self, word: Word) -> None:
        """A word anywhere: a statement, or a command for another shell."""
        if is_sql(word.text):
            self._script_of(word)
        elif " " in word.text.strip() and word.text != self._script.text and _runs_client(word.text):
            self._found.add(sql_in_shell(word.mapped.within(self._script)))

    def _script_of(self, word: Word) -> None:
        self._found.script(word.mapped.within(self._script))

    def _file(self, word: Word) -> None:
        if is_file(word.text):
            self._found.file(word.text.strip(), self._script.origin(word.mapped.origin(0)))
        else:
            self._gap(_not_written(word.text), word)

    def _gap(self, reason: Text, word: Word) -> None:
        self._found.gap(Untraceable(reason, self._script.origin(word.mapped.origin(0))))


def _is_option(word: str, options: AbstractSet[str]) -> bool:
    """Whether a word is one of the options, or several of one letter of which the last is (`-tAc`)."""
    letters = word.startswith("-") and word[1:].isalpha()
    return word in options or (letters and f"-{word[-1]}" in options)


def _not_written(text: str) -> Text:
    shown = text.strip() if _VARIABLE.fullmatch(text.strip()) else ""
    return Text(
        f"交给数据库的 SQL {shown} 没有写在这个文件里,无法得知".replace("  ", " "),
        f"the SQL {shown} that is handed to the database here is not written in this file".replace("  ", " "),
    )
