"""Names in a statement: how they are looked up, how they were written, and where."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

SAID = "said"
"""Under this key an identifier keeps how it was written; for looking up it is in lower case."""


def lowered(expression: exp.Expr) -> exp.Expr:
    """The expression with its identifiers in lower case: names that differ in case alone are one."""
    for identifier in expression.find_all(exp.Identifier):
        identifier.meta[SAID] = identifier.this
        identifier.set("this", identifier.this.lower())
    return expression


def said(identifier: exp.Expr | None) -> str:
    """An identifier as it was written."""
    return str(identifier.meta.get(SAID, identifier.name)) if identifier is not None else ""


def offset_of(expression: exp.Expr, default: int = 0) -> int:
    """Where an expression begins within its statement, as far as what is in it tells."""
    found = [
        one.meta["start"]
        for one in expression.find_all(exp.Identifier, exp.Star, exp.Func, exp.Literal)
        if isinstance(one.meta.get("start"), int)
    ]
    return min(found, default=default)


def name_of(expression: exp.Expr, number: int) -> str:
    """The name of a column that a query gives; by its place (from 0) where it has none."""
    alias = expression.args.get("alias") if isinstance(expression, exp.Alias) else None
    if alias is not None:
        return said(alias)
    last = expression.unalias()
    named = last.this if isinstance(last, exp.Column) else last.expression if isinstance(last, exp.Dot) else None
    return said(named) if isinstance(named, exp.Identifier) else f"column {number + 1}"


def assigns(one: exp.Expr) -> bool:
    """Whether a projection puts its value into a variable."""
    return isinstance(one, exp.EQ | exp.PropertyEQ) and isinstance(one.this, exp.Parameter | exp.SessionParameter)


def joined(scope: Scope) -> frozenset[str] | None:
    """The columns that USING makes one; None for all of equal name, as in a natural join."""
    joins = scope.expression.args.get("joins") or ()
    if any(join.method == "NATURAL" for join in joins):
        return None
    return frozenset(name.name for join in joins for name in join.args.get("using") or ())


def mark_recursion(expression: exp.Expr) -> None:
    """In Oracle and SQL Server a CTE that names itself is a recursion without saying so."""
    for with_ in expression.find_all(exp.With):
        if any(table.name == cte.alias for cte in with_.expressions for table in cte.this.find_all(exp.Table)):
            with_.args["recursive"] = True


def recursive_bases(expression: exp.Expr) -> list[tuple[exp.Expr, exp.Expr]]:
    """The first query of each recursive CTE, with the whole of it, which its other queries mean by its name."""
    return [
        (cte.this.this.unnest(), cte.this)
        for with_ in expression.find_all(exp.With)
        if with_.recursive
        for cte in with_.expressions
        if isinstance(cte.this, exp.SetOperation)
    ]
