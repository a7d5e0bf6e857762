"""By which names programs hand SQL to a database, as listed in scanners/lineage/hosts.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pii_audit import content
from pii_audit.document import INTEGER, STRING, ListOf, MapOf, Reader, Record
from pii_audit.errors import ConfigurationError

PATH = "scanners/lineage/hosts.yaml"
_PYTHON = (
    "statements", "generic", "receivers", "of_receivers", "clients", "of_hooks", "tables", "tables_of_receivers", "of_dbt", "options", "dumps", "operators", "keywords",
    "said", "said_keywords", "drivers",
)  # fmt: skip
_OPTIONS = ("statement", "script", "first", "after", "dumps")
_MAGICS = ("sql", "shell", "timed", "shown", "other")
_WORDS = ListOf(STRING)
_FILE = Record(
    {
        "version": INTEGER,
        "python": Record(dict.fromkeys(_PYTHON, _WORDS), _PYTHON),
        "shell": Record(
            {
                "clients": MapOf(Record({**dict.fromkeys(_OPTIONS, _WORDS), "words": INTEGER}), STRING),
                "dumps": _WORDS,
                "asks": _WORDS,
            },
            ("clients", "dumps", "asks"),
        ),
        "notebook": Record(dict.fromkeys(_MAGICS, _WORDS), _MAGICS),
    },
    ("version", "python", "shell", "notebook"),
)


@dataclass(frozen=True, slots=True)
class PythonNames:
    """Names in Python, each as it is written."""

    statements: frozenset[str]
    generic: frozenset[str]
    receivers: frozenset[str]
    of_receivers: frozenset[str]
    clients: frozenset[str]
    of_hooks: frozenset[str]
    tables: frozenset[str]
    tables_of_receivers: frozenset[str]
    of_dbt: frozenset[str]
    options: frozenset[str]
    dumps: frozenset[str]
    operators: frozenset[str]
    keywords: frozenset[str]
    said: frozenset[str]
    said_keywords: frozenset[str]
    drivers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Client:
    """How a client is given a statement and a script.

    By options, of which the `first` are run before what it is given otherwise, or among its other words from the `words`-th on. It is run
    where one of the words `after` follows, if there are such; by those of `dumps` it lets out whole tables.
    """

    words: int
    statement: frozenset[str]
    script: frozenset[str]
    first: frozenset[str]
    after: frozenset[str]
    dumps: frozenset[str]


@dataclass(frozen=True, slots=True)
class ShellNames:
    """Programs of shells: clients by their names, those that write whole tables, and options by which clients tell of themselves."""

    clients: Mapping[str, Client]
    dumps: frozenset[str]
    asks: frozenset[str]


@dataclass(frozen=True, slots=True)
class MagicNames:
    """Magics and languages of notebooks.

    `timed` magics stand before a statement of Python, `shown` cells are for people, those in `other` languages are programs that are not
    read; to `clients` a cell may be piped.
    """

    clients: frozenset[str]
    sql: frozenset[str]
    shell: frozenset[str]
    timed: frozenset[str]
    shown: frozenset[str]
    other: frozenset[str]


@cache
def host_names() -> tuple[PythonNames, ShellNames, MagicNames]:
    """The names as they are shipped."""
    reader = Reader()
    read = reader.read_bytes(content.data(PATH), _FILE, shown_as=PATH)
    if reader.problems:
        raise ConfigurationError(reader.problems)
    python, shell = read["python"], read["shell"]
    clients = {
        name: Client(one.get("words", 0), *(frozenset(one.get(kind, ())) for kind in _OPTIONS))
        for name, one in shell["clients"].items()
    }
    return (
        PythonNames(*(frozenset(python[name]) for name in _PYTHON)),
        ShellNames(clients, frozenset(shell["dumps"]), frozenset(shell["asks"])),
        MagicNames(frozenset(clients), *(frozenset(read["notebook"][name]) for name in _MAGICS)),
    )
