"""By which names programs hand SQL to a database, as listed in scanners/lineage/hosts.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pii_audit import content
from pii_audit.document import BOOLEAN, INTEGER, STRING, ListOf, MapOf, Reader, Record
from pii_audit.errors import ConfigurationError

PATH = "scanners/lineage/hosts.yaml"
_PYTHON = ("statements", "generic", "receivers", "tables", "keywords", "said", "said_keywords", "drivers")
_WORDS = ListOf(STRING)
_FILE = Record(
    {
        "version": INTEGER,
        "python": Record(dict.fromkeys(_PYTHON, _WORDS), _PYTHON),
        "shell": Record(
            {
                "clients": MapOf(Record({"statement": _WORDS, "script": _WORDS, "words": BOOLEAN}), STRING),
                "dumps": _WORDS,
            },
            ("clients", "dumps"),
        ),
    },
    ("version", "python", "shell"),
)


@dataclass(frozen=True, slots=True)
class PythonNames:
    """Names in Python, each as it is written."""

    statements: frozenset[str]
    generic: frozenset[str]
    receivers: frozenset[str]
    tables: frozenset[str]
    keywords: frozenset[str]
    said: frozenset[str]
    said_keywords: frozenset[str]
    drivers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Client:
    """How a client is given a statement and a script: by options, or (`words`) among its other words."""

    statement: frozenset[str]
    script: frozenset[str]
    words: bool


@dataclass(frozen=True, slots=True)
class ShellNames:
    """Programs of shells: clients by their names, and those that write whole tables."""

    clients: Mapping[str, Client]
    dumps: frozenset[str]


@cache
def host_names() -> tuple[PythonNames, ShellNames]:
    """The names as they are shipped."""
    reader = Reader()
    read = reader.read_bytes(content.data(PATH), _FILE, shown_as=PATH)
    if reader.problems:
        raise ConfigurationError(reader.problems)
    python, shell = read["python"], read["shell"]
    clients = {
        name: Client(frozenset(one.get("statement", ())), frozenset(one.get("script", ())), one.get("words", False))
        for name, one in shell["clients"].items()
    }
    return (
        PythonNames(*(frozenset(python[name]) for name in _PYTHON)),
        ShellNames(clients, frozenset(shell["dumps"])),
    )
