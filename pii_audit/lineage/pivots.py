"""What PIVOT and UNPIVOT make of the columns of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from pii_audit.language import Text
from pii_audit.lineage.columns import ANY, all_of, among
from pii_audit.lineage.functions import Functions
from pii_audit.lineage.graph import Node, OneOf
from pii_audit.lineage.model import NoSuchColumn, Untraceable
from pii_audit.lineage.naming import offset_of
from pii_audit.lineage.relations import Columns


def pivoted(columns: Columns, pivot: exp.Expr, functions: Functions) -> Columns:
    """The columns after it."""
    if pivot.args.get("unpivot"):
        found = _unpivoted(columns, pivot)
        return found if found is not None else [(ANY, all_of(columns))]
    used = {one.name.lower() for part in (*pivot.expressions, *_fors(pivot)) for one in part.find_all(exp.Column)}
    values = OneOf([_found(columns, one) for part in pivot.expressions for one in _live(part, functions)])
    names = [one.name for one in pivot.args.get("columns") or ()] or [ANY]
    return _renamed([*_without(columns, used), *((name, values) for name in names)], pivot)


def _unpivoted(columns: Columns, pivot: exp.Expr) -> Columns | None:
    """Columns side by side come to stand below one another: each value is one of them, beside the name of it; None for another form."""
    named = [one.expressions if isinstance(one, exp.Tuple) else [one] for one in pivot.expressions]
    values = [one.name for several in named for one in several]
    labels: list[tuple[str, Node | Untraceable]] = [(one.name, OneOf()) for one in _fors(pivot)]
    groups = [_group(one) for field in pivot.args.get("fields") or () for one in field.expressions]
    if not groups or any(len(group) != len(values) for group in groups):
        return None
    found = [(name, OneOf([_found(columns, group[number]) for group in groups])) for number, name in enumerate(values)]
    gone = {one.name.lower() for group in groups for one in group}
    made = [*found, *labels] if pivot.args.get("value_columns_first") else [*labels, *found]
    return _renamed([*_without(columns, gone), *made], pivot)


def _group(expression: exp.Expr) -> Sequence[exp.Expr]:
    """The columns of which one row is made; those under another name (`phone AS 'p'`) as they are called in the table."""
    inner = expression.this if isinstance(expression, exp.PivotAlias | exp.Alias) else expression
    several = inner.expressions if isinstance(inner, exp.Tuple) else [inner]
    return several if all(isinstance(one, exp.Column) and not one.is_star for one in several) else ()


def _fors(pivot: exp.Expr) -> list[exp.Expr]:
    return [field.this for field in pivot.args.get("fields") or () if isinstance(field.this, exp.Expr)]


def _live(expression: exp.Expr, functions: Functions) -> Iterator[exp.Column]:
    """The columns from which an expression has its value."""
    if isinstance(expression, exp.Column):
        yield expression
        return
    for part in functions.flowing(expression):
        yield from _live(part, functions)


def _found(columns: Columns, column: exp.Expr) -> Node:
    node = among(columns, column.name.lower())
    if node is None:
        raise NoSuchColumn(Text(f"没有列 {column.name}", f"there is no column {column.name}"), offset_of(column))
    return node


def _without(columns: Columns, names: set[str]) -> Columns:
    return [(name, node) for name, node in columns if name.lower() not in names]


def _renamed(columns: Columns, pivot: exp.Expr) -> Columns:
    """With the names that its alias gives them."""
    names = [one.name for one in pivot.args["alias"].columns] if pivot.args.get("alias") else []
    return [*((name, node) for name, (_, node) in zip(names, columns, strict=False)), *columns[len(names) :]]
