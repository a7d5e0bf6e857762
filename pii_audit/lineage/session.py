"""A script as it would run: what its statements make, what later ones read of that, and what leaves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from pii_audit.language import Text
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.equivalents import pivoted, returned, rewritten, selected, writing_parts
from pii_audit.lineage.functions import Functions
from pii_audit.lineage.graph import Node, within
from pii_audit.lineage.model import Exit, Gap, Output, OutputColumn, Place, Untraceable
from pii_audit.lineage.naming import lowered, offset_of
from pii_audit.lineage.parsing import Statement
from pii_audit.lineage.reading import Reading
from pii_audit.lineage.relations import Columns, Models, Relations
from pii_audit.lineage.resolving import UNKNOWN_WORDS
from pii_audit.lineage.tables import Made
from pii_audit.lineage.text import Lines
from pii_audit.lineage.unknown import UNKNOWN_TEXT
from pii_audit.lineage.writing import Writing

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
_MOVES = re.compile(
    r"TABLE\b.*\b(?:APPEND\s+FROM|EXCHANGE\s|SWITCH\s|MOVE\s+PARTITION|REPLACE\s+PARTITION|ATTACH\s|(?<!NO\s)INHERIT\s)",
    re.IGNORECASE | re.DOTALL,
)
"""ALTER that puts rows of one table into another."""


class Session:
    """Takes statements in their order; `results` has what leaves once all are taken."""

    def __init__(
        self, relations: Relations, functions: Functions, dialect: Dialect, lines: Lines, models: Models
    ) -> None:
        self._reading = Reading(relations, functions, dialect, lines, models)
        self._writing = Writing(self._reading)
        self._outputs: list[Output] = []

    @property
    def gaps(self) -> Sequence[Gap]:
        """What could not be traced."""
        return self._reading.gaps

    def gap(self, found: Untraceable) -> None:
        """Notes something that could not be traced, by its offset in the file."""
        self._reading.gap(found)

    def take(self, statement: Statement) -> None:
        """One statement more."""
        self._reading.begin(statement)
        try:
            self._taken(lowered(statement.expression))
        except Untraceable as gap:
            self._reading.gap_within(gap)
        except RecursionError:
            self._reading.gap_within(Untraceable(Text("语句嵌套过深", "the statement is nested too deeply")))
        except SqlglotError as error:
            reason = str(error).splitlines()[0][:120]
            said = Text(f"无法确定其中的名字（{reason}）", f"the names in it cannot be told apart ({reason})")
            self._reading.gap_within(Untraceable(said))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            # A form of statement that sqlglot builds in another way than those that are known here.
            reason = type(error).__name__
            said = Text(f"这种语句没有追踪（{reason}）", f"this form of statement is not traced ({reason})")
            self._reading.gap_within(Untraceable(said))

    def results(self) -> list[Output]:
        """What leaves: results, files, and what is written and goes into nothing else that does."""
        going_on = self._going_on()
        left = [
            self._output(Exit.TABLE, made.columns or (), made.places, made.place, made.name, made.restrictions)
            for made in self._reading.tables.written()
            if id(made) not in going_on
        ]
        return [*self._outputs, *left]

    def _going_on(self) -> set[int]:
        """The tables of which something is in what leaves, or in another table: they are steps on the way there."""
        written = self._reading.tables.written()
        owners = {id(node): made for made in written for node in made.nodes()}
        roots: list[tuple[Made | None, list[Node]]] = [(made, list(made.nodes())) for made in written]
        roots += [(None, [column.node for column in output.columns]) for output in self._outputs]
        found: set[int] = set()
        for mine, nodes in roots:
            reached = within(nodes, lambda node, mine=mine: owners.get(id(node), mine) is not mine)  # type: ignore[misc]  # bound now
            found.update(id(owners[id(node)]) for node in reached if owners.get(id(node), mine) is not mine)
        return found

    def _taken(self, expression: exp.Expr) -> None:
        rewritten(expression)
        with_ = expression.args.get("with_")
        if isinstance(with_, exp.With):
            for part in list(writing_parts(with_)):
                self._written_within(part, with_)
        returning = expression.args.get("returning")
        if returning is not None:
            self._returned(expression, returning)
            return
        tables, writing = self._reading.tables, self._writing
        takes: Sequence[tuple[type | tuple[type, ...], Callable[[Any], None]]] = (
            (exp.Query, self._query),
            (exp.Values, lambda values: self._query(selected(values))),
            (exp.Pivot, lambda pivot: self._query(pivoted(pivot))),
            (exp.Create, writing.create),
            (exp.Cache, self._cache),
            (exp.Insert, self._insert),
            (exp.MultitableInserts, self._insert_several),
            (exp.Copy, self._copy),
            (exp.Export, self._export),
            (exp.LoadData, self._load),
            (exp.Update, writing.update),
            (exp.Merge, writing.merge),
            ((exp.Delete, exp.TruncateTable), tables.emptied),
            (exp.Drop, tables.dropped),
            (exp.Alter, self._alter),
            ((exp.Declare, exp.Set), writing.set),
        )
        next((take for types, take in takes if isinstance(expression, types)), self._other)(expression)

    def _returned(self, expression: exp.Expr, returning: exp.Expr) -> None:
        """A statement that writes, and gives rows back of what it wrote or took away."""
        into = returning.args.get("into")
        expression.set("returning", None)
        query = returned(expression, returning)
        if isinstance(expression, exp.Delete):
            self._given_back(query, into)
            self._taken(expression)
        else:
            self._taken(expression)
            self._given_back(query, into)

    def _given_back(self, query: exp.Select, into: exp.Expr | None) -> None:
        if not into:
            self._leaves(Exit.RESULT, query)
        else:
            self._writing.given_to(into, query)

    def _written_within(self, part: exp.CTE, with_: exp.With) -> None:
        """`WITH moved AS (DELETE … RETURNING …)`: what it does, then what it gives back as a query in its place."""
        statement = part.this
        before = [one.copy() for one in with_.expressions[: with_.expressions.index(part)]]
        returning = statement.args.get("returning")
        statement.set("returning", None)
        if before and statement.args.get("with_") is None:
            statement.set("with_", exp.With(expressions=before, recursive=with_.args.get("recursive")))
        if not isinstance(statement, exp.Delete):  # every part sees the rows that there were before
            self._taken(statement)
        if returning is not None:
            query = returned(statement, returning)
            query.set("with_", None)
            part.set("this", query)
        elif len(with_.expressions) > 1:
            part.pop()
        else:
            with_.pop()

    def _query(self, expression: exp.Expr) -> None:
        if isinstance(expression, exp.Select) and expression.args.get("into") is not None:
            self._writing.selected_into(expression)
        else:
            self._leaves(Exit.FILE if self._reading.to_file else Exit.RESULT, expression)

    def _alter(self, expression: exp.Expr) -> None:
        if expression.find(exp.ReplacePartition, exp.SwapTable):
            raise _moved()
        self._reading.tables.altered(expression)

    def _cache(self, expression: exp.Expr) -> None:
        if expression.expression is not None:
            self._writing.define(expression.this, expression.expression, ())

    def _insert(self, expression: exp.Insert) -> None:
        if isinstance(expression.this, exp.Directory):
            if expression.args.get("with_") is not None and expression.expression.args.get("with_") is None:
                expression.expression.set("with_", expression.args["with_"])
            self._leaves(Exit.FILE, expression.expression)
        else:
            self._writing.insert(expression)

    def _insert_several(self, expression: exp.MultitableInserts) -> None:
        """Hive's `FROM t INSERT … SELECT … INSERT … SELECT …`, and Oracle's `INSERT ALL INTO … VALUES (…) INTO … SELECT …`."""
        source = expression.args.get("source")
        for one in expression.expressions:
            insert = one.this if isinstance(one, exp.ConditionalInsert) else one
            if not isinstance(insert, exp.Insert) or source is None:
                raise Untraceable(Text("多表 INSERT 没有追踪", "INSERT ALL is not traced"), 0)
            query, values = insert.expression, insert.expression
            if not isinstance(query, exp.Select):
                rows = values.expressions[0].expressions if isinstance(values, exp.Values) else [exp.Star()]
                query = exp.Select(expressions=[cell.copy() for cell in rows])
                insert.set("expression", query)
            inner = source.copy()
            if isinstance(inner, exp.Query) and not isinstance(inner, exp.Subquery):
                inner = exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("source")))
            query.set("from_", exp.From(this=inner))
            if query.args.get("with_") is None and expression.args.get("with_") is not None:
                query.set("with_", expression.args["with_"].copy())
            self._insert(insert)

    def _export(self, expression: exp.Expr) -> None:
        self._leaves(Exit.FILE, expression.this)

    def _load(self, expression: exp.Expr) -> None:
        self._reading.tables.opaque(expression.this, self._reading.place())

    def _leaves(self, way: Exit, expression: exp.Expr) -> None:
        columns, places = self._reading.traced(expression)
        place, restrictions = self._reading.place(), self._reading.restrictions
        self._outputs.append(self._output(way, columns, places, place, None, restrictions))

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
                self._reading.note(Gap(where, node.reason))
            else:
                traced.append(OutputColumn(name, where, node))
        return Output(way, place, tuple(traced), target, tuple(dict.fromkeys(restrictions)))

    def _copy(self, expression: exp.Copy) -> None:
        target, files = expression.this, expression.args.get("files") or []
        inner = target.this if isinstance(target, exp.Schema) else target
        into_table = isinstance(inner, exp.Table) and isinstance(inner.this, exp.Identifier)
        if expression.args.get("kind") and into_table:
            self._reading.tables.opaque(inner, self._reading.place())
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

    def _other(self, expression: exp.Expr) -> None:
        if isinstance(expression, _NOTHING_LEAVES):
            return
        if isinstance(expression, exp.Command) and str(expression.this).upper() in _COMMANDS:
            if str(expression.this).upper() == "VACUUM" and re.search(
                r"\bINTO\b", str(expression.expression), re.IGNORECASE
            ):
                raise Untraceable(Text("整库被复制", "it copies the whole database"), 0)
            if str(expression.this).upper() == "ALTER" and _MOVES.match(str(expression.expression).lstrip()):
                raise _moved()
            return
        if isinstance(expression, exp.Column) and UNKNOWN_TEXT in expression.name:
            raise Untraceable(UNKNOWN_WORDS, 0)
        kind = str(expression.this).upper() if isinstance(expression, exp.Command) else expression.key.upper()
        reason = Text(
            f"动态或过程式语句没有追踪（{kind}）", f"a dynamic or procedural statement is not traced ({kind})"
        )
        raise Untraceable(reason, 0)


def _moved() -> Untraceable:
    return Untraceable(Text("行被移到另一张表，没有追踪", "it moves rows into another table, which is not traced"), 0)
