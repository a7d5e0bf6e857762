"""How clients of databases are run: by which word, and by which of its options they are given SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from pii_audit.lineage.hosts.commands import Word
from pii_audit.lineage.hosts.names import Client, host_names

_WRAPPERS = frozenset(
    {"sudo", "env", "exec", "time", "nohup", "nice", "ionice", "doas", "command", "xargs", "parallel", "eval", "setsid", "stdbuf", "unbuffer",
     "builtin", "strace", "watch"}
)  # fmt: skip
"""Words right before the program that is run, but for options."""
_REACHING = frozenset(
    {"docker", "podman", "nerdctl", "crictl", "docker-compose", "kubectl", "oc", "ssh", "su", "runuser", "gosu", "timeout", "flock", "chroot", "srun",
     "nsenter", "script"}
)  # fmt: skip
"""The same, with the host, the container or something else between them."""
_SHELLS = frozenset({"sh", "bash", "dash", "ksh", "zsh"})
_WITH_VALUE = frozenset(
    [
        "-u",
        "-g",
        "-n",
        "-P",
        "-I",
        "-L",
        "-d",
        "-E",
        "-s",
        "-a",
        "-e",
        "-o",
        "-p",
        "-C",
        "-h",
        "-k",
        "--user",
        "--group",
    ]
)
"""Their options behind which another word belongs to them."""
_INTERACTIVE = frozenset({"-i", "-it", "-ti", "-T"})
"""Of a container, whose name follows."""
_BY_FIND = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
_VALUED = frozenset("hHpPuUdDSFvR")
"""Options of one letter, in most clients, of which the rest of the word is a value."""
_LETTERS = re.compile(r"-[A-Za-z]+")
_PLAIN = re.compile(r"[A-Za-z]+")
_LONG = 4
"""Letters by which a long option is known that is not written to its end."""
_SET = re.compile(r"[A-Za-z_]\w*=")
_OF_A_VARIABLE = re.compile(r"\$\{?(?P<name>[A-Za-z_]\w*)")


def program(word: Word) -> str:
    """The program that a word runs; `$MYSQL` and `${PSQL_CMD}` are taken for what they are called like."""
    text = word.text
    variable = _OF_A_VARIABLE.match(text)
    if variable and "/" not in text:
        parts = variable["name"].lower().split("_")
        return next((part for part in parts if part in host_names()[1].clients), "")
    return PurePosixPath(text).name


def means(text: str, options: frozenset[str]) -> bool:
    """Whether a word is one of some options: as it is, several of one letter of which it is the last (`-tAc`), or one cut short."""
    if text in options:
        return True
    if text.startswith("--"):
        return len(text) > _LONG and any(one.startswith(text) for one in options)
    return bool(_LETTERS.fullmatch(text)) and f"-{text[-1]}" in options and _VALUED.isdisjoint(text[1:-1])


def given_by(word: Word, client: Client) -> tuple[str, Word | None] | None:
    """The option of a client, as it is listed, by which it is given SQL, and what that is where it is of the same word."""
    text = word.text
    every = client.statement | client.script
    if means(text, every):
        return _listed(text, every), None
    option, equals, _ = text.partition("=")
    if equals and means(option, every):
        return _listed(option, every), word.cut(len(option) + 1)
    if text.startswith("-") and not text.startswith("--"):
        for at, letter in enumerate(text[1:], 1):
            if f"-{letter}" in every and not _PLAIN.fullmatch(text, at + 1):
                return f"-{letter}", word.cut(at + 1)
            if letter in _VALUED or not letter.isalpha():
                break
    return None


def _listed(text: str, options: frozenset[str]) -> str:
    if text in options:
        return text
    return next((one for one in sorted(options) if one.startswith(text)), f"-{text[-1]}")


def is_run(before: Sequence[Word]) -> bool:
    """Whether what stands before a program runs it."""
    name = program(before[0]) if before else ""
    if before and before[-1].text in _WITH_VALUE:
        return False
    if name == "find":
        return before[-1].text in _BY_FIND
    return name in _REACHING or is_direct(before)


def is_run_by_shell(before: Sequence[Word]) -> bool:
    """Whether what stands before a text has it run by another shell: `ssh db "psql core"`, `bash -c psql`."""
    return bool(before) and is_run([one for one in before if program(one) not in _SHELLS])


def is_direct(before: Sequence[Word]) -> bool:
    """Whether nothing but words that run others, with their options and variables, stands before a program."""
    texts = ["", *(word.text for word in before)]
    pairs = list(zip(texts[1:], texts, strict=False))
    return all(
        one.rpartition("/")[2] in _WRAPPERS | _REACHING
        or one.startswith("-")
        or one.isdigit()
        or last in _WITH_VALUE | _INTERACTIVE
        or _SET.match(one)
        for one, last in pairs
    )


def others(words: Sequence[Word], client: Client) -> Iterator[Word]:
    """The words that are no options and belong to none by which SQL is given."""
    value = False
    for word in words:
        found = None if value else given_by(word, client)
        if not (value or found or word.text.startswith("-")):
            yield word
        value = found is not None and found[1] is None
