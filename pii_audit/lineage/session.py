"""A script as it would run: what its statements make, what later ones read of that, and what leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlglot import exp

from pii_audit.language import Text
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.functions import Functions
from pii_audit.lineage.graph import Node, OneOf, within
from pii_audit.lineage.model import Exit, Gap, Output, OutputColumn, Place, Untraceable
from pii_audit.lineage.naming import lowered, offset_of, said
from pii_audit.lineage.parsing import Statement
from pii_audit.lineage.relations import Columns, Models, Relations
from pii_audit.lineage.resolving import Projection
from pii_audit.lineage.scopes import Query
from pii_audit.lineage.tables import Made, Tables, identifier_of, key_of, renamed
from pii_audit.lineage.templates import REF
from pii_audit.lineage.text import Lines

_NOTHING_LEAVES = (
    exp.Use, exp.Drop, exp.Grant, exp.Revoke, exp.Commit, exp.Rollback, exp.Transaction, exp.Analyze, exp.Comment, exp.Describe,
    exp.Pragma, exp.Refresh, exp.Semicolon, exp.Uncache, exp.Kill, exp.Attach, exp.Detach, exp.Show,
)  # fmt: skip
"""Statements that neither let anything out nor move it."""
_COMMANDS = frozenset(
    {"ADD JAR", "ADD FILE", "VACUUM", "LOCK TABLES", "UNLOCK", "EXPLAIN", "SHOW", "MSCK REPAIR", "OPTIMIZE", "GATHER", "RESET", "ALTER",
     "COMMENT", "CLOSE", "CHECKPOINT", "REINDEX", "CLUSTER", "DISCARD", "LISTEN", "NOTIFY", "SAVEPOINT", "RELEASE", "DEALLOCATE", "WAITFOR",
     "PRINT", "LIST", "REVOKE", "GRANT", "ADD ARCHIVE", "COMPUTE", "INVALIDATE METADATA", "REFRESH", "UNLOCK TABLES"}
)  # fmt: skip
"""As above, of those that sqlglot reads no further than their first words."""
_MAKES = frozenset({"TABLE", "VIEW"})
_CODE = frozenset({"FUNCTION"})


class Session:
    """Takes statements in their order; `results` has what leaves once all are taken."""

    def __init__(
        self, relations: Relations, functions: Functions, dialect: Dialect, lines: Lines, models: Models
    ) -> None:
        self._relations = relations
        self._functions = functions
        self._dialect = dialect
        self._lines = lines
        self._models = models
        self._tables = Tables(relations)
        self._outputs: list[Output] = []
        self._statement: Statement | None = None
        self._restrictions: list[Place] = []
        self.gaps: list[Gap] = []

    def gap(self, found: Untraceable) -> None:
        """Notes something that could not be traced, by its offset in the file."""
        gap = Gap(Place(*self._lines.at(found.offset or 0)), found.reason)
        if gap not in self.gaps:
            self.gaps.append(gap)

    def take(self, statement: Statement) -> None:
        """One statement more."""
        self._statement = statement
        self._restrictions = []
        try:
            self._taken(lowered(statement.expression))
        except Untraceable as gap:
            self.gap(Untraceable(gap.reason, statement.offset(gap.offset)))
        except RecursionError:
            self.gap(Untraceable(Text("语句嵌套过深", "the statement is nested too deeply"), statement.offset(0)))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            # A form of statement that sqlglot builds in another way than those that are known here.
            reason = type(error).__name__
            said = Text(f"这种语句没有追踪({reason})", f"this form of statement is not traced ({reason})")
            self.gap(Untraceable(said, statement.offset(0)))

    def results(self) -> list[Output]:
        """What leaves: results, files, and what is written and goes into nothing else that does."""
        going_on = self._going_on()
        left = [
            self._output(Exit.TABLE, made.columns or (), made.places, made.place, made.name, made.restrictions)
            for made in self._tables.written()
            if id(made) not in going_on
        ]
        return [*self._outputs, *left]

    def _going_on(self) -> set[int]:
        """The tables of which something is in what leaves, or in another table: they are steps on the way there."""
        written = self._tables.written()
        owners = {id(node): made for made in written for node in made.nodes()}
        roots: list[tuple[Made | None, list[Node]]] = [(made, list(made.nodes())) for made in written]
        roots += [(None, [column.node for column in output.columns]) for output in self._outputs]
        found: set[int] = set()
        for mine, nodes in roots:
            reached = within(nodes, lambda node, mine=mine: owners.get(id(node), mine) is not mine)  # type: ignore[misc]  # bound now
            found.update(id(owners[id(node)]) for node in reached if owners.get(id(node), mine) is not mine)
        return found

    def _taken(self, expression: exp.Expr) -> None:
        if expression.args.get("returning") is not None:
            reason = Text(
                "RETURNING 或 OUTPUT 返回的行没有追踪", "the rows that RETURNING or OUTPUT gives are not traced"
            )
            raise Untraceable(reason, offset_of(expression.args["returning"]))
        takes: Sequence[tuple[type | tuple[type, ...], Callable[[Any], None]]] = (
            (exp.Query, self._query),
            (exp.Create, self._create),
            (exp.Cache, self._cache),
            (exp.Insert, self._insert),
            (exp.MultitableInserts, self._insert_several),
            (exp.Copy, self._copy),
            (exp.Export, self._export),
            (exp.LoadData, self._load),
            (exp.Update, self._update),
            (exp.Merge, self._merge),
            ((exp.Delete, exp.TruncateTable), self._tables.emptied),
            (exp.Drop, self._tables.dropped),
            (exp.Alter, self._tables.altered),
            ((exp.Declare, exp.Set), self._set),
        )
        next((take for types, take in takes if isinstance(expression, types)), self._other)(expression)

    def _query(self, expression: exp.Expr) -> None:
        if isinstance(expression, exp.Select) and expression.args.get("into") is not None:
            self._selected_into(expression)
        else:
            self._leaves(Exit.FILE if self._statement and self._statement.to_file else Exit.RESULT, expression)

    def _cache(self, expression: exp.Expr) -> None:
        if expression.expression is not None:
            self._define(expression.this, expression.expression, ())

    def _export(self, expression: exp.Expr) -> None:
        self._leaves(Exit.FILE, expression.this)

    def _load(self, expression: exp.Expr) -> None:
        self._tables.opaque(expression.this, self._place(0))

    # What leaves

    def _leaves(self, way: Exit, expression: exp.Expr) -> None:
        columns, places = self._traced(expression)
        self._outputs.append(self._output(way, columns, places, self._place(0), None, self._restrictions))

    def _output(
        self,
        way: Exit,
        columns: Columns,
        places: Mapping[str, Place],
        place: Place,
        target: str | None,
        restrictions: Sequence[Place],
    ) -> Output:
        traced: list[OutputColumn] = []
        for name, node in columns:
            where = places.get(name, place)
            if isinstance(node, Untraceable):
                self._note(Gap(where, node.reason))
            else:
                traced.append(OutputColumn(name, where, node))
        return Output(way, place, tuple(traced), target, tuple(dict.fromkeys(restrictions)))

    def _note(self, gap: Gap) -> None:
        if gap not in self.gaps:
            self.gaps.append(gap)

    def _copy(self, expression: exp.Copy) -> None:
        target, files = expression.this, expression.args.get("files") or []
        inner = target.this if isinstance(target, exp.Schema) else target
        into_table = isinstance(inner, exp.Table) and isinstance(inner.this, exp.Identifier)
        if expression.args.get("kind") and into_table:
            self._tables.opaque(inner, self._place(0))
        elif expression.args.get("kind"):
            # Snowflake: COPY INTO a stage FROM a query or a table.
            self._leaves_by_copy(files[0] if files else target, ())
        else:
            columns = [one.name for one in target.expressions] if isinstance(target, exp.Schema) else []
            self._leaves_by_copy(inner, columns)

    def _leaves_by_copy(self, source: exp.Expr, columns: Sequence[str]) -> None:
        if isinstance(source, exp.Query):
            self._leaves(Exit.FILE, source)
            return
        if not isinstance(source, exp.Table):
            raise Untraceable(Text("COPY 的内容没有追踪", "what COPY writes is not traced"), offset_of(source))
        names: list[exp.Expr] = [*map(exp.column, columns)] or [exp.Star()]
        self._leaves(Exit.FILE, exp.Select(expressions=names, from_=exp.From(this=source.copy())))

    # What is made and written

    def _create(self, expression: exp.Create) -> None:
        kind, target, query = str(expression.args.get("kind")).upper(), expression.this, expression.expression
        if kind in _CODE:
            # What an own function does is not known, whatever it is called.
            name = target.find(exp.Identifier)
            self._functions = self._functions.without(name.name if name is not None else "")
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
            self._define(table, query, names)
            return
        like = expression.find(exp.LikeProperty)
        if like is not None:
            names = [name for name, _ in self._find(like.this)]
        made = self._tables.new(table, self._place(0))
        made.columns = [(name, OneOf()) for name in names] or None
        if expression.args.get("exists") or expression.find(exp.ExternalProperty, exp.LocationProperty):
            made.opaque = Text(f"{made.name} 可能已有内容", f"{made.name} may hold something already")

    def _define(self, table: exp.Expr, query: exp.Expr, names: Sequence[str]) -> None:
        columns, places = self._traced(query)
        made = self._tables.new(table, self._place(0))
        made.write(*renamed(columns, places, names))
        made.restrictions += self._restrictions

    def _selected_into(self, expression: exp.Select) -> None:
        into = expression.args["into"].this
        if not isinstance(into, exp.Table) or not isinstance(into.this, exp.Identifier):
            raise Untraceable(
                Text("给变量赋值,去向没有追踪", "assigns a variable, which is not traced"), offset_of(expression)
            )
        expression.set("into", None)
        self._define(into, expression, ())

    def _insert(self, expression: exp.Insert) -> None:
        target, query = expression.this, expression.expression
        if isinstance(target, exp.Directory):
            self._leaves(Exit.FILE, query)
            return
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
        if isinstance(query, exp.Values):
            if query.find(exp.Query):
                raise Untraceable(Text("VALUES 中的查询没有追踪", "a query in VALUES is not traced"), offset_of(query))
            self._tables.target(table, self._place(0))
            return
        if _moves(expression.args.get("conflict")):
            raise Untraceable(
                Text("冲突时的赋值没有追踪", "what is assigned on a conflict is not traced"), offset_of(expression)
            )
        if expression.args.get("with_") is not None and query.args.get("with_") is None:
            query.set("with_", expression.args["with_"])
        columns, places = self._traced(query)
        made = self._tables.target(table, self._place(0), overwritten=bool(expression.args.get("overwrite")))
        if not names:
            known = made.columns if made.columns is not None else made.under
            names = [name for name, _ in known] if len(columns) <= len(known) else []
        made.write(*renamed(columns, places, names[: len(columns)]))
        made.restrictions += self._restrictions

    def _insert_several(self, expression: exp.MultitableInserts) -> None:
        """Hive's `FROM t INSERT … SELECT … INSERT … SELECT …`: each select reads what the statement begins with."""
        source = expression.args.get("source")
        for one in expression.expressions:
            if not isinstance(one, exp.Insert) or not isinstance(one.expression, exp.Select) or source is None:
                raise Untraceable(Text("多表 INSERT 没有追踪", "INSERT ALL is not traced"), 0)
            one.expression.set("from_", exp.From(this=source.copy()))
            self._insert(one)

    def _update(self, expression: exp.Update) -> None:
        source = expression.args.get("from_")
        tables = [source.this] if source is not None else []
        target = expression.this
        aliased = {one.alias: one for table in tables for one in table.find_all(exp.Table)}
        if target.name in aliased and not target.db:
            # SQL Server names the target by its alias in FROM.
            target = aliased[target.name]
        else:
            tables.insert(0, expression.this)
        self._assigned(target, expression.expressions, tables)

    def _merge(self, expression: exp.Merge) -> None:
        tables = [expression.this, expression.args["using"]]
        for when in expression.args["whens"].expressions:
            then = when.args.get("then")
            if isinstance(then, exp.Update):
                self._assigned(expression.this, then.expressions, tables)
            elif (
                isinstance(then, exp.Insert)
                and isinstance(then.this, exp.Tuple)
                and isinstance(then.expression, exp.Tuple)
            ):
                pairs = zip(then.this.expressions, then.expression.expressions, strict=False)
                self._assigned(
                    expression.this,
                    [exp.EQ(this=name.copy(), expression=value.copy()) for name, value in pairs],
                    tables,
                )
            elif isinstance(then, exp.Insert):
                raise Untraceable(Text("这种 MERGE 没有追踪", "this MERGE is not traced"), 0)

    def _assigned(self, target: exp.Expr, assignments: Sequence[exp.Expr], tables: Sequence[exp.Expr]) -> None:
        """SET column = value, …: the values as a query over the same tables would give them."""
        values = []
        for one in assignments:
            if not isinstance(one, exp.EQ) or not isinstance(one.this, exp.Column):
                raise Untraceable(Text("这种赋值没有追踪", "this assignment is not traced"), offset_of(one))
            values.append(exp.alias_(one.expression.copy(), said(one.this.this), quoted=True))
        first, *others = [table.copy() for table in tables]
        query = exp.Select(expressions=values, from_=exp.From(this=first), joins=[exp.Join(this=one) for one in others])
        columns, places = self._traced(query)
        made = self._tables.target(target, self._place(0))
        made.write(columns, places)
        made.restrictions.append(self._place(0))

    def _set(self, expression: exp.Expr) -> None:
        if expression.find(exp.Query) is not None:
            raise Untraceable(
                Text("给变量赋值,去向没有追踪", "assigns a variable, which is not traced"), offset_of(expression)
            )
        for item in expression.expressions:
            if isinstance(item, exp.DeclareItem) and isinstance(item.args.get("kind"), exp.Schema):
                names = [said(identifier_of(one)) for one in item.args["kind"].expressions if identifier_of(one)]
                for variable in item.this if isinstance(item.this, list) else [item.this]:
                    made = self._tables.new(exp.Table(this=variable.copy()), self._place(0))
                    made.columns = [(name, OneOf()) for name in names]

    def _other(self, expression: exp.Expr) -> None:
        if isinstance(expression, _NOTHING_LEAVES):
            return
        if isinstance(expression, exp.Command) and str(expression.this).upper() in _COMMANDS:
            return
        kind = str(expression.this).upper() if isinstance(expression, exp.Command) else expression.key.upper()
        reason = Text(f"动态或过程式语句没有追踪({kind})", f"a dynamic or procedural statement is not traced ({kind})")
        raise Untraceable(reason, 0)

    # Reading

    def _traced(self, expression: exp.Expr) -> tuple[Columns, Mapping[str, Place]]:
        """The columns of a query and their places."""
        with_ = expression.find(exp.With)
        if with_ is not None and any(not isinstance(cte.this, exp.Query | exp.Values) for cte in with_.expressions):
            raise Untraceable(
                Text("WITH 中的写入没有追踪", "a statement that writes within WITH is not traced"), offset_of(with_)
            )
        self._restrictions += self._restricting(expression)
        query = Query(expression, self._find, self._functions, self._dialect)
        columns: list[tuple[str, Node | Untraceable]] = []
        places: dict[str, Place] = {}
        for one in query.projections():
            columns.append((one.name, one.node))
            places.setdefault(one.name, self._place_of(one))
        for gap in query.unknown:
            self.gap(Untraceable(gap.reason, self._statement.offset(gap.offset) if self._statement else None))
        return columns, places

    def _place_of(self, one: Projection) -> Place:
        at = (
            one.node.offset
            if isinstance(one.node, Untraceable) and one.node.offset is not None
            else offset_of(one.expression)
        )
        return self._place(at)

    def _place(self, within: int) -> Place:
        return Place(*self._lines.at(self._statement.offset(within) if self._statement else 0))

    def _restricting(self, expression: exp.Expr) -> Iterator[Place]:
        kinds = (
            exp.Where,
            exp.Having,
            exp.Qualify,
            exp.Join,
            exp.Limit,
            exp.Fetch,
            exp.TableSample,
            exp.Intersect,
            exp.Except,
        )
        for one in expression.find_all(*kinds):
            yield self._place(offset_of(one))

    def _find(self, table: exp.Table) -> Columns:
        key = key_of(table)
        made = self._tables.known(key)
        if made is not None:
            columns = made.whole()
            self._restrictions += made.restrictions
            return columns
        if key[0] == REF and key[-1] in self._models:
            model = self._models[key[-1]]
            if model.restricted:
                self._restrictions.append(self._place(offset_of(table)))
            return model.columns
        return self._relations.find(key[1:] if key[0] == REF else key)


def _moves(conflict: exp.Expr | None) -> bool:
    """Whether ON CONFLICT or ON DUPLICATE KEY puts into a column what was meant for another."""
    assignments = conflict.expressions if conflict is not None else ()
    return any(
        column.name != one.this.name
        for one in assignments
        for column in (one.expression.find_all(exp.Column) if isinstance(one, exp.EQ) else one.find_all(exp.Column))
    )
