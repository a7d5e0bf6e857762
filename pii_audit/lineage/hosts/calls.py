"""By which of its arguments a call hands SQL to a database, as its names tell."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.lineage.hosts.names import host_names
from pii_audit.lineage.hosts.syntax import name_of

_TABLE_OPTION = "dbtable"
_OPERATOR = "Operator"
_HOOK, _DBT = "hook", "dbt"
_FIRST = frozenset({"query", "statement", "operation", "table_name"})
"""How the first argument is called where it is given by its name."""


class Calls:
    """Judges the calls of one file."""

    def __init__(self, tree: ast.Module) -> None:
        self._names = host_names()[0]
        self._reads_databases = not self._names.drivers.isdisjoint(_imported(tree))

    def handed(self, node: ast.Call, *, own: bool) -> Iterator[tuple[ast.expr, bool]]:
        """The arguments of a call that are SQL, each with whether it may be the name of a table instead.

        What a function of the file itself, its `own`, hands on is known by what it does.
        """
        called = name_of(node.func)
        if not own:
            table = called in self._names.tables | self._names.tables_of_receivers
            yield from ((one, table) for one in self._given(node, called))
        if called in self._names.of_dbt and _receiver(node.func) == _DBT and node.args:
            yield node.args[-1], True
        for option, value in self._options(node, called):
            if option in self._names.options:
                yield value, option == _TABLE_OPTION

    def dumped(self, node: ast.Call) -> Text | None:
        """What is told of a call that lets out something whole, if it is not told by SQL what."""
        called = name_of(node.func)
        if called not in self._names.dumps:
            return None
        told = any(one.arg in self._names.keywords | self._names.operators for one in node.keywords)
        known = called.endswith(_OPERATOR) or self._reads_databases or self._of_database(node.func)
        if told or not known:
            return None
        return Text(f"{called} 导出的内容没有追踪", f"what {called} lets out is not traced")

    def _given(self, node: ast.Call, called: str) -> Iterator[ast.expr]:
        """The arguments that are SQL by the names with which they are given."""
        names = self._names
        first = node.args[0] if node.args and not isinstance(node.args[0], ast.Starred) else None
        of_database = self._of_database(node.func)
        generic = called in names.generic and (self._reads_databases or of_database)
        alone = called in names.of_receivers | names.tables_of_receivers and of_database
        hooked = called in names.of_hooks and _is_hook(_receiver(node.func))
        surely = generic or alone or hooked or called in names.statements | names.tables
        if surely and first is not None:
            yield first
        keywords = names.keywords | names.operators if called.endswith(_OPERATOR) else names.keywords
        for one in node.keywords:
            if one.arg in keywords or (surely and first is None and one.arg in _FIRST):
                yield one.value
            elif called.endswith(_OPERATOR):
                yield from _configured(one.value, keywords)

    def _options(self, node: ast.Call, called: str) -> list[tuple[str | None, ast.expr]]:
        """`read.option("query", …)` and `read.options(dbtable=…)`; `read.jdbc(url, table)`."""
        if called == "options":
            return [(one.arg, one.value) for one in node.keywords]
        first, others = node.args[0] if node.args else None, node.args[1:]
        if others and called == "option" and isinstance(first, ast.Constant):
            return [(str(first.value), others[0])]
        if called == "jdbc" and self._of_database(node.func):
            given = others or [one.value for one in node.keywords if one.arg == "table"]
            return [(_TABLE_OPTION, one) for one in given[:1]]
        return []

    def _of_database(self, function: ast.expr) -> bool:
        """Whether a method is one of something that is called like a connection, or what a connection gives (`db.cursor().execute`)."""
        before = function.value if isinstance(function, ast.Attribute) else None
        last = _receiver(function).rpartition("_")[2]
        reader = isinstance(before, ast.Attribute) and before.attr == "read" and self._of_database(before)
        return reader or last in self._names.receivers or (self._reads_databases and last in self._names.clients)


def _is_hook(name: str) -> bool:
    """Whether something is called like a hook of Airflow, and not like what others call back."""
    return name.endswith(_HOOK) and not name.endswith(f"web{_HOOK}")


def _receiver(function: ast.expr) -> str:
    """How that is called whose method a function is, or what gives it, in small letters."""
    before = function.value if isinstance(function, ast.Attribute) else None
    return name_of(before.func if isinstance(before, ast.Call) else before).lower() if before is not None else ""


def _configured(node: ast.expr, keywords: frozenset[str]) -> Iterator[ast.expr]:
    """The statements in what an operator is configured with: `{"query": {"query": …}}`."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(value, ast.Dict):
                yield from _configured(value, keywords)
            elif isinstance(key, ast.Constant) and key.value in keywords:
                yield value


def _imported(tree: ast.Module) -> Iterator[str]:
    """The modules that a file imports, and the packages that these are in."""
    for node in ast.walk(tree):
        named = [one.name for one in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        before = f"{node.module}." if isinstance(node, ast.ImportFrom) and node.module else ""
        for name in named:
            parts = f"{before}{name}".split(".")
            yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))
