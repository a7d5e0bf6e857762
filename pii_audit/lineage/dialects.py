"""The dialects in which scripts are read, as listed in scanners/lineage/dialects.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec

from pii_audit import content
from pii_audit.document import BOOLEAN, INTEGER, STRING, ListOf, MapOf, Reader, Record, suggestion
from pii_audit.errors import ConfigurationError, UsageError
from pii_audit.language import Text, same

PATH = "scanners/lineage/dialects.yaml"
_WORDS = ListOf(STRING)
_FILE = Record(
    {
        "version": INTEGER,
        "dialects": MapOf(
            Record(
                {"parser": STRING, "escapes": BOOLEAN, "recursion": BOOLEAN, "client": STRING, "names": _WORDS},
                ("parser",),
            ),
            STRING,
        ),
        "clients": MapOf(
            Record({"ignored": _WORDS, "ends": _WORDS, "includes": _WORDS}, ("ignored", "ends", "includes")), STRING
        ),
    },
    ("version", "dialects", "clients"),
)


@dataclass(frozen=True, slots=True)
class Client:
    """The directives of a client, in lower case where they are words."""

    ignored: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    includes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Dialect:
    """One dialect. `parser` is sqlglot's name for it, `client` what its usual client adds."""

    name: str
    parser: str
    escapes: bool = False
    recursion: bool = False
    client_name: str = ""
    client: Client = field(default_factory=Client)


@cache
def _dialects() -> Mapping[str, Dialect]:
    reader = Reader()
    read = reader.read_bytes(content.data(PATH), _FILE, shown_as=PATH)
    if reader.problems:
        raise ConfigurationError(reader.problems)
    clients = {
        name: Client(*(frozenset(map(_folded, one[kind])) for kind in ("ignored", "ends", "includes")))
        for name, one in read["clients"].items()
    }
    found: dict[str, Dialect] = {}
    for name, one in read["dialects"].items():
        client = one.get("client", "")
        dialect = Dialect(
            name,
            one["parser"],
            escapes=one.get("escapes", False),
            recursion=one.get("recursion", False),
            client_name=client,
            client=clients.get(client, Client()),
        )
        found |= dict.fromkeys((name, *one.get("names", ())), dialect)
    return found


def _folded(word: str) -> str:
    return word.lower() if word.isalpha() else word


def dialect_names() -> tuple[str, ...]:
    """Every name that a dialect goes by."""
    return tuple(sorted(_dialects()))


def load_dialect(name: str) -> Dialect:
    """The dialect of that name, in any case.

    Raises UsageError for a name that is not known, or where the parser of SQL is not installed.
    """
    found = _dialects().get(name.lower())
    if found is None:
        hint = suggestion(name, dialect_names())
        raise UsageError(
            Text(f"没有名为 “{name}” 的 SQL 方言{hint.zh}", f'no dialect of SQL is called "{name}"{hint.en}'),
            todo=Text(f"可用：{', '.join(dialect_names())}", f"Known: {', '.join(dialect_names())}"),
        )
    if find_spec("sqlglot") is None:
        raise UsageError(
            Text("没有安装读取 SQL 的组件 sqlglot", "sqlglot, which reads SQL, is not installed"),
            todo=same("pip install 'pii-audit[sql]'"),
        )
    return found
