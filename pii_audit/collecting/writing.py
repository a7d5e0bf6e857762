"""Writes a collector: our own sources as plain text in one file that a database administrator can read, and the SQL that it asks.

A zipapp would be shorter to make and could not be read in a pager, compared, or passed through a gateway that lets text alone in. So every
module stands in the file as it stands here, behind a loader of a page; those that need a package have a stand-in under `inside/`.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pii_audit
from pii_audit import content
from pii_audit.collecting.inside.mysql import USED
from pii_audit.errors import UsageError
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.language import Text
from pii_audit.model.codec import dump, encode
from pii_audit.sources.bundle.format import key_check
from pii_audit.sources.database import sqlite_connection, sqlserver
from pii_audit.sources.database.dialect import load_dialect
from pii_audit.sources.database.engine import LOCK_SECONDS, STATEMENT_SECONDS
from pii_audit.sources.database.mysql import LIMITS, MysqlEngine
from pii_audit.sources.database.postgresql import PostgresqlEngine
from pii_audit.sources.registry import engine_of

_INSIDE = "pii_audit.collecting.inside"
STAND_INS = {
    "pii_audit.detection": f"{_INSIDE}.detection",
    "pii_audit.detection.bulk.matcher": f"{_INSIDE}.matcher",
    "pii_audit.detection.names.running": f"{_INSIDE}.running",
    "pii_audit.document": f"{_INSIDE}.document",
    "pii_audit.identifiers.catalogue": f"{_INSIDE}.catalogue",
    "pii_audit.model.sketch": f"{_INSIDE}.sketch",
    "pii_audit.sources.database.dialect": f"{_INSIDE}.dialect",
    "pii_audit.sources.database.urls": f"{_INSIDE}.urls",
}
"""What needs a package of others, or YAML, and what stands in its place."""
CLIENTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("postgresql", "opengauss", "kingbase"), (f"{_INSIDE}.postgresql",)),
    **dict.fromkeys(("mysql", "oceanbase", "tidb", "tdsql", "goldendb", "gbase8a"), (f"{_INSIDE}.mysql",)),
    "sqlite": ("pii_audit.sources.database.sqlite",),
    "oracle": ("pii_audit.sources.database.oracle",),
    "sqlserver": ("pii_audit.sources.database.sqlserver",),
}
"""Dialects that can be collected, with the modules of each."""
ALIASES = {"mariadb": "mysql", "gaussdb": "opengauss", "mssql": "sqlserver"}
"""Other names of dialects."""
_LEFT_OUT = frozenset(
    {
        "pii_audit.detection.bulk.candidates",
        "pii_audit.detection.bulk.runs",
        "pii_audit.detection.cells",
        "pii_audit.detection.tables",
        "pii_audit.detection.texts",
    }
)
"""What is imported by what a collector does not do; it needs NumPy."""
_OURS = ("pii_audit", "stdnum")
"""Packages whose sources are put in: ours, and python-stdnum (LGPL-2.1-or-later; its notices stand in its files)."""
_DATA = ("stdnum/iban.dat", "stdnum/us/ein.dat")
_WORDS = "scanners/identifiers/words"
_NOT_ASKED = "least_privileges"


@dataclass(frozen=True)
class Collector:
    """What is written; `statements` is the SQL, to read and to run by hand."""

    program: str
    statements: str


@dataclass(frozen=True, slots=True)
class Order:
    """What a collector is to do: the source that it stands for, and what the workspace says of it."""

    dialect: str
    source: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    sample: int | None = None
    max_load: int = 100
    samples: bool = True
    own_bins: tuple[str, ...] = ()


def write_collector(order: Order, catalogue: Catalogue, key: bytes) -> Collector:
    """A collector; the key is not in it, only what tells that key from others. UsageError for a dialect that none is for."""
    if order.dialect not in CLIENTS:
        known = ", ".join(CLIENTS)
        raise UsageError(
            Text(f"没有 {order.dialect} 的采集程序", f"there is no collector for {order.dialect}"),
            todo=Text(f"可用：{known}", f"There is one for: {known}"),
        )
    modules = dict(_modules(order.dialect))
    modules[f"{_INSIDE}.tables"] = _tables(order, catalogue, key)
    return Collector(_program(order, modules), _script(order.dialect))


@cache
def _modules(dialect: str) -> Mapping[str, str]:
    """The sources of what a collector runs and of all that this imports, by the names under which they are imported."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    waiting = [f"{_INSIDE}.main", *CLIENTS[dialect]]
    while waiting:
        name = waiting.pop()
        source = None if name in seen else _source_of(name)
        seen.add(name)
        if source is None:
            continue
        found[name] = source
        waiting += _imports(source)
        waiting += [name.rpartition(".")[0]] if "." in name else []
    return found


def _source_of(name: str) -> str | None:
    """The source of a module, or of what stands in its place; None for what is no module."""
    if name.partition(".")[0] not in _OURS or name in _LEFT_OUT:
        return None
    try:
        found = importlib.util.find_spec(STAND_INS.get(name, name))
    except ModuleNotFoundError:  # a class of a module
        return None
    # What loads from a zip has the method too, and is no InspectLoader.
    get_source = getattr(found.loader, "get_source", None) if found else None
    source: str | None = get_source(found.name) if found and get_source else None
    return source


def _imports(source: str) -> Iterator[str]:
    """Every module that a source may import, those for types alone left out."""
    for node in _run(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _run(child)


def _statements(dialect: str) -> dict[str, tuple[str, str, str]]:
    """Everything that a collector sends: each statement with what it reads, in Chinese and English; what a session begins with first."""
    found = {"session": (";\n".join(_session(dialect)), "会话设置", "settings of the session")}
    for name, query in load_dialect(dialect).queries.items():
        if name != _NOT_ASKED:
            found[name] = (query.sql, query.reads.zh, query.reads.en)
    return {name: statement for name, statement in found.items() if statement[0]}


def _session(dialect: str) -> Sequence[str]:
    engine = engine_of(dialect)
    if isinstance(engine, PostgresqlEngine):
        settings = engine.settings.format(statement=STATEMENT_SECONDS * 1000, lock=LOCK_SECONDS * 1000)
        return [*inspect.cleandoc(settings).replace(";", "").splitlines(), "SET client_encoding = 'UTF8'"]
    if isinstance(engine, MysqlEngine):
        limits = [f"SET SESSION {one.format(seconds=STATEMENT_SECONDS)}" for one in LIMITS]
        return [*(one.format(lock=LOCK_SECONDS) for one in engine.settings), *limits, USED]
    if dialect == "sqlite":
        return [sqlite_connection.READ_ONLY]
    return sqlserver.SETTINGS if dialect == "sqlserver" else ()


def _tables(order: Order, catalogue: Catalogue, key: bytes) -> str:
    values = {
        "VERSION": pii_audit.__version__,
        "DIALECT": order.dialect,
        "SOURCE": order.source,
        "KEY_CHECK": key_check(key),
        "SAMPLES": order.samples,
        "OWN_BINS": tuple(order.own_bins),
        "SAMPLE": order.sample,
        "MAX_LOAD": order.max_load,
        "INCLUDE": order.include,
        "EXCLUDE": order.exclude,
        "STATEMENTS": dump(_statements(order.dialect)),
        "IDENTIFIERS": dump([encode(one) for one in catalogue.values()]),
    }
    return "".join(f"{name} = {value!r}\n" for name, value in values.items())


def _program(order: Order, modules: Mapping[str, str]) -> str:
    packages = sorted({name.rpartition(".")[0] for name in modules if "." in name})
    parts = [files("pii_audit.collecting").joinpath("loader.txt").read_text(encoding="utf-8")]
    parts[0] = parts[0].replace("{dialect}", order.dialect).replace("{version}", pii_audit.__version__)
    parts[0] = parts[0].replace("{packages}", repr(packages))
    parts += [_embedded("MODULES", name, modules[name]) for name in sorted(modules)]
    for path in _DATA:
        package, _, name = path.partition("/")
        parts.append(_embedded("DATA", path, files(package).joinpath(*name.split("/")).read_text(encoding="utf-8")))
    for path in content.walk(_WORDS, ".txt"):
        parts.append(_embedded("DATA", f"pii_audit/{path}", content.text(path)))
    parts.append("\nif __name__ == '__main__':\n    start()\n")
    return "".join(parts)


def _embedded(table: str, name: str, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    quoted = f"r'''{text}'''" if "'''" not in text and not text.endswith(("'", "\\")) else repr(text)
    return f"\n# ---- {name} · SHA-256 {digest}\n{table}[{name!r}] = {quoted}\n"


def _script(dialect: str) -> str:
    """Every statement, those with places to fill in as comments, so that the file can be run by hand."""
    head = files("pii_audit.collecting").joinpath("statements.txt").read_text(encoding="utf-8")
    parts = [head.replace("{dialect}", dialect).replace("{version}", pii_audit.__version__)]
    for name, (statement, zh, en) in _statements(dialect).items():
        sql = statement.rstrip().rstrip(";")
        whole = not any(mark in sql for mark in ("{", "%s", "?", ":schema"))
        body = f"{sql};" if whole else "\n".join(f"-- {line}" for line in sql.splitlines())
        parts.append(f"\n-- {name} · {zh} · {en}\n{body}\n")
    return "".join(parts)
