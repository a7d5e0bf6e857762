"""From the names in a query to what they are made of: columns of tables, of other queries, of table functions."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from pii_audit.language import Text
from pii_audit.lineage.columns import ANY, all_of, among, known
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.functions import Functions, Kind
from pii_audit.lineage.graph import Formula, Node, OneOf
from pii_audit.lineage.model import Circular, NoSuchColumn, Untraceable
from pii_audit.lineage.naming import offset_of
from pii_audit.lineage.pivots import pivoted
from pii_audit.lineage.relations import Columns
from pii_audit.lineage.specials import special
from pii_audit.lineage.unknown import MARK, UNKNOWN_TEXT

_PSEUDO = frozenset(
    {
        "rownum",
        "rowid",
        "_rowid_",
        "oid",
        "level",
        "sysdate",
        "systimestamp",
        "user",
        "uid",
        "ctid",
        "connect_by_isleaf",
        "connect_by_iscycle",
    }
    | {
        "current_date",
        "current_timestamp",
        "current_user",
        "nextval",
        "currval",
        "xmin",
        "xmax",
        "cmin",
        "cmax",
        "tableoid",
    }
    | {
        "input__file__name",
        "block__offset__inside__file",
        "ora_rowscn",
        "_partitiontime",
        "_partitiondate",
        "metadata$filename",
    }
)
"""Columns that every table has, and functions that are written without parentheses."""
UNKNOWN_WORDS = Text(
    "变量或模板代表什么未知（用 --var 名=值 指明）",
    "what a variable or a template stands for is not known (say it by --var NAME=VALUE)",
)
_GENERATORS = (
    exp.GenerateSeries, exp.GenerateDateArray, exp.GenerateTimestampArray, exp.Unnest, exp.Explode, exp.Posexplode, exp.Inline, exp.Stack,
    exp.Array, exp.Literal, exp.Tuple, exp.Paren, exp.Cast, exp.Interval, exp.Neg, exp.Null, exp.Boolean, exp.Split, exp.StringToArray,
    exp.PropertyEQ, exp.Kwarg, exp.Placeholder, exp.Var, exp.ColumnDef, exp.Parameter, exp.Anonymous,
)  # fmt: skip
"""Table functions, and arguments of them, that read nothing but what they are given; of a function that nobody knows that is told by itself."""
_TABLE_NAME = re.compile(r"\w+(?:\.\w+){0,2}")
Find: TypeAlias = Callable[[exp.Table], Columns]


@dataclass
class Projection:
    """One column that a query gives: its name, its expression, what it is made of or why that is not known."""

    name: str
    expression: exp.Expr
    node: Node | Untraceable


class Resolver(ABC):
    """What names mean within the scopes of one statement. `find` gives the columns of a table, or raises Untraceable.

    `scopes` are by the identity of their expressions, `recursive` names the whole of a recursive CTE by its first query.
    """

    def __init__(
        self,
        find: Find,
        functions: Functions,
        scopes: Mapping[int, Scope],
        recursive: Mapping[int, int],
        dialect: Dialect,
    ) -> None:
        self._find = find
        self._functions = functions
        self._scopes = scopes
        self._recursive = recursive
        self._dialect = dialect
        self._columns: dict[tuple[int, str], Columns | Untraceable] = {}
        self.unknown: list[Untraceable] = []
        """Functions that nobody knows: beside what they are given they may read anything."""

    def actual(self, scope: Scope) -> Scope:
        """The scope that is meant: where a recursive CTE names itself, sqlglot has its first query."""
        key = id(scope.expression)
        if key in self._recursive and scope is not self._scopes.get(key):
            return self._scopes[self._recursive[key]]
        return scope

    @abstractmethod
    def of(self, scope: Scope) -> list[Projection]:
        """The columns that a query within the statement gives."""

    def columns_of(self, name: str, scope: Scope) -> Columns:
        """The columns of one of the sources of a scope."""
        key = (id(scope.expression), name)
        if key not in self._columns:
            # A table function that stands beside the tables sees their columns, and not its own.
            self._columns[key] = Circular(Text(f"{name} 引用了自身", f"{name} refers to itself"))
            try:
                self._columns[key] = self._read(name, scope)
            except Untraceable as gap:
                self._columns[key] = gap
        found = self._columns[key]
        if isinstance(found, Untraceable):
            raise found
        return found

    def source_called(self, name: str, scope: Scope) -> str | None:
        """The source of a scope by its name, or by that of a PIVOT of it."""
        sources = scope.selected_sources
        if name in sources:
            return name
        return next(
            (one for one, pair in sources.items() if any(pivot.alias == name for pivot in _pivots(*pair))), None
        )

    def named_columns_of(self, name: str, scope: Scope) -> Columns:
        """As `columns_of`; raises Untraceable where the columns have names that are not known."""
        columns = self.columns_of(name, scope)
        if any(one == ANY for one, _ in columns):
            raise Untraceable(Text("列名未知", "its columns have names that are not known"))
        return columns

    def _read(self, name: str, scope: Scope) -> Columns:
        node, source = scope.selected_sources[name]
        names = node.alias_column_names if isinstance(node, exp.Table) else []
        if isinstance(source, exp.Table):
            columns = self._of_table(source, scope)
            names = source.alias_column_names
        else:
            columns = self._of_scope(source, scope)
            names = names or self.actual(source).outer_columns
        renamed = [(new, one) for new, (_, one) in zip(names, columns, strict=False)]
        columns = [*renamed, *columns[len(renamed) :]]
        for pivot in _pivots(node, source):
            columns = pivoted(columns, pivot, self._functions)
        return columns

    def _of_table(self, table: exp.Table, scope: Scope) -> Columns:
        if isinstance(table.this, exp.Identifier | exp.Parameter):
            if any(UNKNOWN_TEXT in part.name for part in table.parts):
                raise Untraceable(UNKNOWN_WORDS, offset_of(table))
            try:
                return self._find(table)
            except Untraceable as gap:
                raise Untraceable(gap.reason, gap.offset if gap.offset is not None else offset_of(table)) from None
        return self._of_function(table, table.alias_column_names, scope)

    def _of_function(self, expression: exp.Expr, names: Sequence[str], scope: Scope) -> Columns:
        """Whatever a table function gives is made of its arguments."""
        if isinstance(expression, exp.TableFromRows) and isinstance(expression.this, exp.Literal | exp.Placeholder):
            return self._named_by_text(expression)
        parts: list[Node] = []
        for argument in (expression.this, *expression.expressions):
            if isinstance(argument, exp.Expr) and not isinstance(argument, exp.Identifier):
                if isinstance(argument, exp.Anonymous) and not argument.expressions:
                    reason = Text(f"函数 {argument.name} 返回什么未知", f"what {argument.name} returns is not known")
                    raise Untraceable(reason, offset_of(expression))
                if not isinstance(argument, _GENERATORS) and not any(argument.find_all(exp.Column, exp.Query)):
                    reason = Text(
                        "表函数从别处读取，内容未知", "what this table function reads from elsewhere is not known"
                    )
                    raise Untraceable(reason, offset_of(expression))
                parts.append(self.bound(argument, scope))
        node = OneOf(parts)
        return [(name, node) for name in names or (ANY,)]

    def _named_by_text(self, expression: exp.TableFromRows) -> Columns:
        """`TABLE('core.customer')`: a table by a text."""
        name = expression.this
        if not isinstance(name, exp.Literal) or not _TABLE_NAME.fullmatch(name.name):
            raise Untraceable(
                Text("表名不是写明的", "the name of the table is not written there"), offset_of(expression)
            )
        return self._find(exp.to_table(name.name.lower()))

    def _of_scope(self, source: Scope, scope: Scope) -> Columns:
        expression = source.expression
        if isinstance(expression, exp.Values):
            rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in expression.expressions]
            width = max(map(len, rows), default=0)
            columns = [OneOf([self.bound(row[at], scope) for row in rows if at < len(row)]) for at in range(width)]
            return [(f"column{at + 1}", node) for at, node in enumerate(columns)]
        if isinstance(expression, exp.UDTF):
            inner = expression.this.unnest() if isinstance(expression.this, exp.Subquery) else None
            found = self._scopes.get(id(inner)) if inner is not None else None
            if found is not None:
                if isinstance(found.expression, exp.Values):
                    return self._of_scope(found, scope)
                return [(one.name, one.node) for one in self.of(found)]
            return self._of_function(expression, expression.alias_column_names, scope)
        return [(one.name, one.node) for one in self.of(source)]

    def bound(self, expression: exp.Expr, scope: Scope) -> Node:
        """An expression with the nodes of all columns from which it has its value."""
        if type(expression) is exp.Column:
            return self._column(expression, scope)
        formula = Formula(expression, {}, {})
        self._bind(expression, scope, formula, needed=True)
        return formula

    def _bind(self, expression: exp.Expr, scope: Scope, into: Formula, *, needed: bool) -> None:
        if isinstance(expression, exp.Column | exp.Subquery | exp.Query | exp.Star):
            operands = into.operands if needed else into.aside
            if id(expression) in into.operands:
                return
            try:
                operands[id(expression)] = self._operand(expression, scope)
            except Untraceable as gap:
                if needed:
                    raise Untraceable(
                        gap.reason, gap.offset if gap.offset is not None else offset_of(expression)
                    ) from None
            return
        if needed and self._bare(expression, scope, into):
            return
        if needed and isinstance(expression, exp.Parameter | exp.SessionParameter):
            raise Untraceable(Text("变量的内容未知", "what the variable holds is not known"), offset_of(expression))
        if needed and isinstance(expression, exp.Anonymous) and not self._known(expression):
            name = expression.name
            reason = Text(
                f"函数 {name} 不认识，它还读取什么未知（在 audit.yaml 的 functions 中声明）",
                f"nobody knows what the function {name} reads besides (declare it under functions in audit.yaml)",
            )
            self.unknown.append(Untraceable(reason, offset_of(expression)))
        live = self._functions.flowing(expression) if needed else ()
        for part in live:
            self._bind(part, scope, into, needed=True)
        known = {id(part) for part in live}
        for child in expression.iter_expressions():
            if id(child) not in known:
                self._bind(child, scope, into, needed=False)

    def _bare(self, expression: exp.Expr, scope: Scope, into: Formula) -> bool:
        """Before a method (`xmlagg(…).extract(…)`) sqlglot takes columns for mere names: one that is a column's is one."""
        parts = _names(expression)
        if not parts:
            return False
        try:
            into.operands[id(expression)] = self._column(exp.column(*reversed(parts)), scope)
        except NoSuchColumn:
            return False
        except Untraceable as gap:
            raise Untraceable(gap.reason, gap.offset if gap.offset is not None else offset_of(expression)) from None
        return True

    def _known(self, expression: exp.Anonymous) -> bool:
        return (
            self._functions.kind(expression) is not Kind.OTHER or special(expression, self._dialect.parser) is not None
        )

    def _operand(self, expression: exp.Expr, scope: Scope) -> Node:
        if isinstance(expression, exp.Star):
            return OneOf([all_of(self.columns_of(name, scope)) for name in scope.selected_sources])
        if isinstance(expression, exp.Column):
            return self._column(expression, scope)
        inner = self._scopes.get(id(expression.unnest()))
        if inner is None:
            raise not_followed(expression)
        return OneOf([known(one.node) for one in self.of(inner)])

    def _column(self, column: exp.Column, scope: Scope) -> Node:
        parts = [part.name for part in column.parts]
        if isinstance(column.this, exp.Star):
            return all_of(self.columns_of(self.source_called(parts[0], scope) or parts[0], scope))
        around: Scope | None = scope
        while around is not None:
            found = self._in_scope(parts, around)
            if found is not None:
                return found
            around = around.parent
        name = ".".join(parts)
        if parts[-1] in _PSEUDO:
            return OneOf()
        if MARK in name:
            raise Untraceable(UNKNOWN_WORDS, offset_of(column))
        raise NoSuchColumn(Text(f"没有列 {name}", f"there is no column {name}"), offset_of(column))

    def _in_scope(self, parts: Sequence[str], scope: Scope) -> Node | None:
        """What a name means among the sources of one scope: a column, a member of one, a whole row."""
        sources = scope.selected_sources
        for at in range(len(parts) - 1):
            source = self.source_called(parts[at], scope)
            if source is not None:
                return self._member(source, parts[at + 1], scope)
        found: list[Node] = []
        failed: Untraceable | None = None
        for source in sources:
            try:
                node = among(self.columns_of(source, scope), parts[0])
            except Circular:
                # A table function does not see its own columns, a derived table not the query that reads it.
                continue
            except Untraceable as gap:
                failed = gap
                continue
            if node is not None:
                found.append(node)
        if found:
            return found[0] if len(found) == 1 else OneOf(found)
        if failed is not None:
            # It may be a column of the table that is not known.
            raise failed
        if len(parts) == 1 and parts[0] in sources:
            return all_of(self.columns_of(parts[0], scope))
        return self._earlier(parts[0], scope)

    def _member(self, source: str, name: str, scope: Scope) -> Node:
        columns = self.columns_of(source, scope)
        node = among(columns, name)
        if node is not None:
            return node
        if name in _PSEUDO:
            return OneOf()
        raise NoSuchColumn(Text(f"{source} 没有列 {name}", f"{source} has no column {name}"))

    def _earlier(self, name: str, scope: Scope) -> Node | None:
        """A column of the same SELECT by its alias, as several databases allow."""
        if not isinstance(scope.expression, exp.Select):
            return None
        aliased = next(
            (one for one in scope.expression.expressions if isinstance(one, exp.Alias) and one.alias == name), None
        )
        if aliased is None or any(one.name == name and not one.table for one in aliased.this.find_all(exp.Column)):
            return None
        return self.bound(aliased.this, scope)


def _pivots(node: exp.Expr, source: exp.Table | Scope) -> list[exp.Expr]:
    """The PIVOT and UNPIVOT clauses of a source."""
    return (source if isinstance(source, exp.Table) else node).args.get("pivots") or []


def _names(expression: exp.Expr) -> list[exp.Identifier]:
    """The parts of a name that is written without being a column; none where it is something else."""
    if isinstance(expression, exp.Identifier):
        return [expression]
    if type(expression) is exp.Dot and isinstance(expression.expression, exp.Identifier):
        before = _names(expression.this)
        return [*before, expression.expression] if before else []
    return []


def not_followed(expression: exp.Expr) -> Untraceable:
    """A kind of expression that nothing here knows."""
    kind = type(expression).__name__
    return Untraceable(Text(f"这里的 {kind} 没有追踪", f"this {kind} is not traced"), offset_of(expression))
