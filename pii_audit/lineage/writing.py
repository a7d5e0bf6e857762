"""Statements that make tables and views, and write into them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from pii_audit.language import Text
from pii_audit.lineage.equivalents import selected
from pii_audit.lineage.graph import OneOf
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.naming import offset_of, said
from pii_audit.lineage.reading import Reading
from pii_audit.lineage.tables import identifier_of, renamed

_MAKES = frozenset({"TABLE", "VIEW"})
_CODE = frozenset({"FUNCTION"})


class Writing:
    """Takes the statements of one script that write; what they read is told by its `reading`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._tables = reading.tables

    def create(self, expression: exp.Create) -> None:
        """CREATE TABLE, VIEW and others."""
        kind, target, query = str(expression.args.get("kind")).upper(), expression.this, expression.expression
        if kind in _CODE:
            # What an own function does is not known, whatever it is called.
            name = target.find(exp.Identifier)
            self._reading.functions = self._reading.functions.without(name.name if name is not None else "")
            return
        if kind not in _MAKES:
            if expression.args.get("clone") is not None:
                raise Untraceable(Text("整库克隆没有追踪", "a clone of a whole database is not traced"), 0)
            if kind in ("PROCEDURE", "TRIGGER", "PACKAGE", "TASK", "EVENT"):
                raise Untraceable(Text("过程体没有追踪", "the body of a procedure is not traced"), 0)
            return
        schema = target if isinstance(target, exp.Schema) else None
        table = schema.this if schema is not None else target
        names = (
            [said(identifier_of(one)) for one in schema.expressions if identifier_of(one)] if schema is not None else []
        )
        if expression.args.get("clone") is not None:
            query = exp.Select(expressions=[exp.Star()], from_=exp.From(this=expression.args["clone"].this.copy()))
        if isinstance(query, exp.Query):
            self.define(table, query, names)
            return
        like = expression.find(exp.LikeProperty)
        if like is not None:
            names = [name for name, _ in self._reading.find(like.this)]
        made = self._tables.new(table, self._reading.place())
        made.columns = [(name, OneOf()) for name in names] or None
        if expression.args.get("exists") or expression.find(exp.ExternalProperty, exp.LocationProperty):
            made.opaque = Text(f"{made.name} 可能已有内容", f"{made.name} may hold something already")

    def define(self, table: exp.Expr, query: exp.Expr, names: Sequence[str]) -> None:
        """A table or view that is made of a query; `names` are those of its columns where they are given."""
        columns, places = self._reading.traced(query)
        made = self._tables.new(table, self._reading.place())
        made.write(*renamed(columns, places, names))
        made.restrictions += self._reading.restrictions

    def selected_into(self, expression: exp.Select) -> None:
        """SELECT … INTO a table."""
        into = expression.args["into"].this
        if not isinstance(into, exp.Table) or not isinstance(into.this, exp.Identifier):
            raise Untraceable(
                Text("给变量赋值，去向没有追踪", "assigns a variable, which is not traced"), offset_of(expression)
            )
        expression.set("into", None)
        self.define(into, expression, ())

    def given_to(self, into: exp.Expr, query: exp.Select) -> None:
        """Rows that a statement gives back into a table."""
        if not isinstance(into, exp.Identifier | exp.Parameter):  # a name, or a variable that holds a table
            raise Untraceable(
                Text("给变量赋值，去向没有追踪", "assigns a variable, which is not traced"), offset_of(query)
            )
        self.insert(exp.Insert(this=exp.Table(this=into.copy()), expression=query))

    def insert(self, expression: exp.Insert) -> None:
        """INSERT, into a table."""
        target, query = expression.this, expression.expression
        schema = target if isinstance(target, exp.Schema) else None
        table = schema.this if schema is not None else target
        if not isinstance(table, exp.Table):
            raise Untraceable(Text("写入的目标没有追踪", "where it writes is not traced"), offset_of(expression))
        names = (
            [said(identifier_of(one)) for one in schema.expressions if identifier_of(one)] if schema is not None else []
        )
        query = expression.args.get("source") or query
        if isinstance(query, exp.Table):
            query = exp.Select(expressions=[exp.Star()], from_=exp.From(this=query.copy()))
        if not isinstance(query, exp.Query | exp.Values):
            raise Untraceable(Text("写入的内容没有追踪", "what it writes is not traced"), offset_of(expression))
        conflict, with_ = expression.args.get("conflict"), expression.args.get("with_")
        constants = isinstance(query, exp.Values) and query.find(exp.Query) is None
        if isinstance(query, exp.Values):
            query = selected(query)
        if with_ is not None and query.args.get("with_") is None:
            query.set("with_", with_.copy())
        overwritten = bool(expression.args.get("overwrite"))
        if constants:
            made = self._tables.target(table, self._reading.place())
        else:
            columns, places = self._reading.traced(query)
            made = self._tables.target(table, self._reading.place(), overwritten=overwritten)
            if not names:
                known = made.columns if made.columns is not None else made.under
                names = [name for name, _ in known] if len(columns) <= len(known) else []
            made.write(*renamed(columns, places, names[: len(columns)]))
            made.restrictions += self._reading.restrictions
        if conflict is not None and _moves(conflict.expressions):
            self._conflicting(table, conflict.expressions, names or [name for name, _ in made.under], query)

    def _conflicting(
        self, table: exp.Expr, assignments: Sequence[exp.Expr], names: Sequence[str], query: exp.Query
    ) -> None:
        """ON CONFLICT and ON DUPLICATE KEY: what is assigned instead, where `excluded` are the rows that were to be written."""
        pairs = []
        for column, value in _pairs(assignments):
            meant = exp.Tuple(expressions=[value.copy()])
            for one in list(meant.find_all(exp.Anonymous)):
                if one.name.upper() == "VALUES" and len(one.expressions) == 1:
                    one.replace(exp.column(one.expressions[0].name, "excluded"))
            pairs.append((column, meant.expressions[0]))
        alias = exp.TableAlias(
            this=exp.to_identifier("excluded"), columns=[exp.to_identifier(name.lower()) for name in names]
        )
        rows = query.copy()
        with_ = rows.args.get("with_")
        rows.set("with_", None)
        self._assigned(table, pairs, [table, exp.Subquery(this=rows, alias=alias)], with_)

    def update(self, expression: exp.Update) -> None:
        """UPDATE, with what it joins."""
        source = expression.args.get("from_")
        tables = [source.this] if source is not None else []
        target = expression.this
        aliased = {one.alias: one for table in tables for one in table.find_all(exp.Table)}
        if target.name in aliased and not target.db:
            # SQL Server names the target by its alias in FROM.
            target = aliased[target.name]
        else:
            tables.insert(0, expression.this)
        self._assigned(target, _pairs(expression.expressions), tables, expression.args.get("with_"))

    def merge(self, expression: exp.Merge) -> None:
        """MERGE: each of its branches."""
        tables, with_ = [expression.this, expression.args["using"]], expression.args.get("with_")
        for when in expression.args["whens"].expressions:
            then = when.args.get("then")
            if not isinstance(then, exp.Update | exp.Insert):
                continue
            if _is_star(then.expressions) or isinstance(then.this, exp.Star):
                self._all_of(expression.this, expression.args["using"], with_)
            elif isinstance(then, exp.Update):
                self._assigned(expression.this, _pairs(then.expressions), tables, with_)
            elif isinstance(then.expression, exp.Tuple):
                values = then.expression.expressions
                names = then.this.expressions if isinstance(then.this, exp.Tuple) else self._columns(expression.this)
                if len(names) < len(values):
                    raise Untraceable(Text("这种 MERGE 没有追踪", "this MERGE is not traced"), 0)
                self._assigned(expression.this, list(zip(names, values, strict=False)), tables, with_)
            else:
                raise Untraceable(Text("这种 MERGE 没有追踪", "this MERGE is not traced"), 0)

    def _columns(self, table: exp.Expr) -> list[exp.Expr]:
        """The columns of a table in their order, as far as they are known."""
        made = self._tables.target(table, self._reading.place())
        return [exp.column(exp.to_identifier(name)) for name, _ in made.columns or made.under]

    def _all_of(self, target: exp.Expr, source: exp.Expr, with_: exp.Expr | None) -> None:
        """`UPDATE SET *` and `INSERT *`: every column under its own name."""
        query = exp.Select(expressions=[exp.Star()], from_=exp.From(this=source.copy()))
        query.set("with_", with_.copy() if with_ is not None else None)
        columns, places = self._reading.traced(query)
        made = self._tables.target(target, self._reading.place())
        made.write(columns, places)
        made.restrictions.append(self._reading.place())

    def _assigned(
        self,
        target: exp.Expr,
        assignments: Sequence[tuple[exp.Expr, exp.Expr]],
        tables: Sequence[exp.Expr],
        with_: exp.Expr | None,
    ) -> None:
        """SET column = value, …: the values as a query over the same tables would give them."""
        values = []
        for column, value in assignments:
            if not isinstance(column, exp.Column):
                raise Untraceable(Text("这种赋值没有追踪", "this assignment is not traced"), offset_of(column))
            name = exp.to_identifier(said(column.this), quoted=True)
            values.append(exp.Alias(this=value.copy(), alias=name))
        first, *others = [table.copy() for table in tables]
        query = exp.Select(
            expressions=values,
            from_=exp.From(this=first),
            joins=[exp.Join(this=one) for one in others],
            with_=with_.copy() if with_ is not None else None,
        )
        columns, places = self._reading.traced(query)
        made = self._tables.target(target, self._reading.place())
        made.write(columns, places)
        made.restrictions.append(self._reading.place())

    def set(self, expression: exp.Expr) -> None:
        """SET and DECLARE."""
        if expression.find(exp.Query) is not None:
            raise Untraceable(
                Text("给变量赋值，去向没有追踪", "assigns a variable, which is not traced"), offset_of(expression)
            )
        for item in expression.expressions:
            if isinstance(item, exp.DeclareItem) and isinstance(item.args.get("kind"), exp.Schema):
                names = [said(identifier_of(one)) for one in item.args["kind"].expressions if identifier_of(one)]
                for variable in item.this if isinstance(item.this, list) else [item.this]:
                    made = self._tables.new(exp.Table(this=variable.copy()), self._reading.place())
                    made.columns = [(name, OneOf()) for name in names]


def _moves(assignments: Sequence[exp.Expr]) -> bool:
    """Whether ON CONFLICT or ON DUPLICATE KEY puts into a column what was meant for another, or comes from elsewhere."""
    return any(
        not isinstance(one, exp.EQ)
        or one.find(exp.Query) is not None
        or any(column.name != one.this.name for column in one.expression.find_all(exp.Column))
        or any(
            value.name != one.this.name for call in one.expression.find_all(exp.Anonymous) for value in call.expressions
        )
        for one in assignments
    )


def _is_star(assignments: Sequence[exp.Expr]) -> bool:
    return any(isinstance(one, exp.Star) for one in assignments)


def _pairs(assignments: Sequence[exp.Expr]) -> list[tuple[exp.Expr, exp.Expr]]:
    """The columns that are assigned, each with its value; `(a, b) = (SELECT x, y …)` assigns one of its columns to each."""
    found: list[tuple[exp.Expr, exp.Expr]] = []
    for one in assignments:
        if not isinstance(one, exp.EQ):
            raise Untraceable(Text("这种赋值没有追踪", "this assignment is not traced"), offset_of(one))
        if not isinstance(one.this, exp.Tuple):
            found.append((one.this, one.expression))
            continue
        names, value = one.this.expressions, one.expression
        inner = value.unnest() if isinstance(value, exp.Subquery) else value
        given = inner.expressions if isinstance(inner, exp.Select | exp.Tuple) else []
        if len(names) != len(given) or any(part.is_star for part in given):
            raise Untraceable(Text("这种赋值没有追踪", "this assignment is not traced"), offset_of(one))
        for number, (name, part) in enumerate(zip(names, given, strict=True)):
            found.append((name, part if isinstance(inner, exp.Tuple) else _only(value, number)))
    return found


def _only(query: exp.Expr, number: int) -> exp.Expr:
    """A subquery with one of its columns."""
    one = query.copy()
    inner = one.unnest()
    inner.set("expressions", [inner.expressions[number]])
    return one
