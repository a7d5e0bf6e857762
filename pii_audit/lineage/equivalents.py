"""Statements and their parts in the words of a SELECT that gives the same: VALUES, PIVOT, RETURNING, ClickHouse's WITH."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from sqlglot import exp

AS_WRITTEN = "as written"
"""Under this key a table says that the rows are meant which a statement has just written, as it gives them back."""
_PLAIN = (exp.Literal, exp.Null, exp.Boolean, exp.Neg)
_IMAGES = ("inserted", "deleted", "new", "old")
"""What RETURNING and OUTPUT call the rows that a statement writes, after and before."""


def selected(values: exp.Values) -> exp.Query:
    """VALUES as a union of its rows. Of those that hold nothing but constants the first stands for all."""
    rows = [_cells(row) for row in values.expressions]
    kept = [row for row in rows if not all(isinstance(cell, _PLAIN) for cell in row)]
    if not kept or len(kept) < len(rows):
        kept.append(next(row for row in rows if not kept or row not in kept))
    query: exp.Query = _select(kept[0])
    for row in kept[1:]:
        query = exp.Union(this=query, expression=_select(row), distinct=False)
    return query


def _cells(row: exp.Expr) -> Sequence[exp.Expr]:
    inner = row.expressions if isinstance(row, exp.Tuple) else [row]
    if len(inner) == 1 and isinstance(inner[0], exp.Anonymous) and inner[0].name.upper() == "ROW":
        return list(inner[0].expressions)  # MySQL's VALUES ROW(1, 2)
    return list(inner)


def _select(cells: Sequence[exp.Expr]) -> exp.Select:
    names = (exp.to_identifier(f"column{number}") for number in count(1))
    return exp.Select(expressions=[exp.Alias(this=cell.copy(), alias=name) for cell, name in zip(cells, names)])  # noqa: B905 - names have no end


def pivoted(statement: exp.Pivot) -> exp.Select:
    """DuckDB's `UNPIVOT t ON a, b INTO NAME k VALUE v` and `PIVOT t ON k USING f(v)`."""
    table, into = statement.this.copy(), statement.args.get("into")
    if statement.args.get("unpivot"):
        label = into.this.copy() if into is not None else exp.column("name")
        values = [one.copy() for one in into.expressions] if into is not None else [exp.column("value")]
        fields = [exp.In(this=label, expressions=[one.copy() for one in statement.expressions])]
        pivot = exp.Pivot(expressions=values, fields=fields, unpivot=True)
    else:
        fields = [exp.In(this=one.copy(), expressions=[]) for one in statement.expressions]
        pivot = exp.Pivot(expressions=[one.copy() for one in statement.args.get("using") or ()], fields=fields)
    table.set("pivots", [pivot])
    return exp.Select(expressions=[exp.Star()], from_=exp.From(this=table))


def returned(statement: exp.Expr, returning: exp.Expr) -> exp.Select:
    """The rows that a statement which writes gives back: of its table as it is then, beside what it joins."""
    target = statement.this.this if isinstance(statement.this, exp.Schema) else statement.this
    images = sorted({one.table for one in returning.find_all(exp.Column) if one.table in _IMAGES})
    tables = [_named(target, image) for image in images if image != target.alias_or_name] or [_named(target, None)]
    if images and any(one.table not in images for one in returning.find_all(exp.Column)):
        tables.append(_named(target, None))
    for beside in (statement.args.get("using"), statement.args.get("from_")):
        several = beside if isinstance(beside, list) else [beside.this if isinstance(beside, exp.From) else beside]
        tables += [one.copy() for one in several if isinstance(one, exp.Expr)]
    first, *others = tables
    with_ = statement.args.get("with_")
    return exp.Select(
        expressions=[one.copy() for one in returning.expressions],
        from_=exp.From(this=first),
        joins=[exp.Join(this=one) for one in others],
        with_=with_.copy() if with_ is not None else None,
    )


def _named(target: exp.Expr, name: str | None) -> exp.Expr:
    table = target.copy()
    table.meta[AS_WRITTEN] = True
    if name is not None:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(name)))
    return table


def writing_parts(with_: exp.With) -> Iterator[exp.CTE]:
    """The parts of WITH that write."""
    return (one for one in with_.expressions if isinstance(one.this, exp.Insert | exp.Update | exp.Delete | exp.Merge))


def rewritten(expression: exp.Expr) -> None:
    """What stands in a statement in such words."""
    _inline(expression)
    for one in list(expression.find_all(exp.Pivot)):
        if one.arg_key != "pivots" and one.parent is not None:
            one.replace(pivoted(one))


def _inline(expression: exp.Expr) -> None:
    """ClickHouse's `WITH upper(phone) AS p SELECT p`: the expression in place of its name, wherever that stands."""
    for with_ in list(expression.find_all(exp.With)):
        for cte in [one for one in with_.expressions if one.args.get("scalar")]:
            name, meant = cte.args["alias"].this, cte.this.copy()
            cte.pop()
            for column in list(expression.find_all(exp.Column)):
                if not column.table and column.name == name.name:
                    _replace(column, meant, name)
        if not with_.expressions:
            with_.pop()


def _replace(column: exp.Column, meant: exp.Expr, name: exp.Expr) -> None:
    projected = column.arg_key == "expressions" and isinstance(column.parent, exp.Select)
    value = meant.copy() if isinstance(meant, exp.Subquery) else exp.Paren(this=meant.copy())
    column.replace(exp.Alias(this=value, alias=name.copy()) if projected else value)
