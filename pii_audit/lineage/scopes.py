"""From a query to what its columns are made of, by the scopes that sqlglot finds in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from pii_audit.language import Text
from pii_audit.lineage.columns import known
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.functions import Functions
from pii_audit.lineage.graph import Node, OneOf
from pii_audit.lineage.model import Circular, Untraceable
from pii_audit.lineage.naming import assigns, joined, mark_recursion, name_of, offset_of, recursive_bases, said
from pii_audit.lineage.resolving import UNKNOWN_WORDS, Find, Projection, Resolver, not_followed
from pii_audit.lineage.unknown import MARK

_WIDTHS = Text("UNION 两边的列数不同", "the sides of a UNION have different numbers of columns")


class Query(Resolver):
    """One query with all that stands in it. `find` gives the columns of a table that it reads, or raises Untraceable."""

    def __init__(self, expression: exp.Expr, find: Find, functions: Functions, dialect: Dialect) -> None:
        for alias in expression.find_all(exp.TableAlias):
            if MARK in alias.name and not alias.name.strip(MARK):
                raise Untraceable(UNKNOWN_WORDS, offset_of(alias))
        if dialect.recursion:
            mark_recursion(expression)
        try:
            scopes = traverse_scope(expression)
        except SqlglotError as error:
            reason = str(error).splitlines()[0][:120]
            raise Untraceable(Text(f"无法确定其作用域（{reason}）", f"its scopes cannot be told ({reason})")) from None
        if not scopes:
            raise Untraceable(Text("没有查询可追踪", "there is no query to trace"))
        self._bases = recursive_bases(expression)
        recursive = {id(first): id(whole) for first, whole in self._bases}
        super().__init__(find, functions, {id(scope.expression): scope for scope in scopes}, recursive, dialect)
        self._root = scopes[-1]
        self._projections: dict[int, list[Projection] | Untraceable] = {}

    def projections(self) -> list[Projection]:
        """The columns that the query gives."""
        return self.of(self._root)

    def of(self, scope: Scope) -> list[Projection]:
        scope = self.actual(scope)
        key = id(scope.expression)
        if key not in self._projections:
            self._projections[key] = self._promised(scope)
            try:
                self._projections[key] = self._kept(self._projections[key], list(self._projected(scope)), scope)
            except Untraceable as gap:
                self._projections[key] = gap
        found = self._projections[key]
        if isinstance(found, Untraceable):
            raise found
        return found

    def _promised(self, scope: Scope) -> list[Projection] | Untraceable:
        """What whoever asks before a query is known gets: of a recursion, the columns of its first part and of what will be."""
        first = next((one for one, whole in self._bases if whole is scope.expression), None)
        if first is None:
            return Circular(Text("引用了自身", "it refers to itself"), offset_of(scope.expression))
        return [
            Projection(one.name, one.expression, one.node if isinstance(one.node, Untraceable) else OneOf([one.node]))
            for one in self.of(self._scopes[id(first)])
        ]

    def _kept(
        self, promised: list[Projection] | Untraceable, found: list[Projection], scope: Scope
    ) -> list[Projection]:
        """What was promised comes to be all that was found."""
        if isinstance(promised, Untraceable):
            return found
        if len(promised) != len(found):
            raise Untraceable(_WIDTHS, offset_of(scope.expression))
        for promise, one in zip(promised, found, strict=True):
            if isinstance(one.node, Untraceable):
                promise.node = one.node
            elif isinstance(promise.node, OneOf):
                promise.node.nodes.append(one.node)
        return promised

    def _projected(self, scope: Scope) -> Iterator[Projection]:
        expression = scope.expression
        if isinstance(expression, exp.SetOperation):
            yield from self._united(scope)
        elif isinstance(expression, exp.Subquery):
            inner = self._scopes.get(id(expression.unnest()))
            if inner is None:
                raise not_followed(expression)
            yield from self.of(inner)
        elif isinstance(expression, exp.Select):
            if expression.args.get("match") is not None:
                # Its measures are columns that no table has.
                raise not_followed(expression.args["match"])
            for number, one in enumerate(expression.expressions):
                yield from self._expanded(one, number, scope)
        else:
            raise not_followed(expression)

    def _united(self, scope: Scope) -> Iterator[Projection]:
        expression = scope.expression
        branches = [self.of(branch) for branch in scope.set_operation_scopes]
        if expression.args.get("by_name"):
            yield from _by_name(branches)
            return
        if isinstance(expression, exp.Except):
            # What is left over comes from the first query alone.
            branches = branches[:1]
        if len({len(branch) for branch in branches}) != 1:
            for one in (one.node for branch in branches for one in branch):
                if isinstance(one, Untraceable):
                    raise one
            raise Untraceable(_WIDTHS, offset_of(expression))
        for several in zip(*branches, strict=True):
            bad = next((one.node for one in several if isinstance(one.node, Untraceable)), None)
            node = bad or OneOf([known(one.node) for one in several])
            yield Projection(several[0].name, several[0].expression, node)

    def _expanded(self, one: exp.Expr, number: int, scope: Scope) -> Iterator[Projection]:
        star = one if isinstance(one, exp.Star) else one.this if isinstance(one, exp.Column) else None
        if isinstance(star, exp.Star):
            yield from self._starred(one, star, number, scope)
            return
        if one.find(exp.Columns, exp.QueryTransform) or _picks(one):
            raise Untraceable(Text("列的通配没有追踪", "this wildcard for columns is not traced"), offset_of(one))
        if assigns(one):
            raise Untraceable(
                Text("给变量赋值，去向没有追踪", "assigns a variable, which is not traced"), offset_of(one)
            )
        name = name_of(one, number)
        if MARK in name and not name.strip(MARK):
            raise Untraceable(UNKNOWN_WORDS, offset_of(one))
        yield Projection(name, one, self._node(one, scope))

    def _node(self, expression: exp.Expr, scope: Scope) -> Node | Untraceable:
        try:
            return self.bound(expression.unalias(), scope)
        except Untraceable as gap:
            return gap if gap.offset is not None else Untraceable(gap.reason, offset_of(expression))

    def _starred(self, one: exp.Expr, star: exp.Star, number: int, scope: Scope) -> Iterator[Projection]:
        left_out = {item.name for item in star.args.get("except_") or ()}
        renamed = {item.this.name: said(item.args.get("alias")) for item in star.args.get("rename") or ()}
        replaced = {item.alias: item for item in star.args.get("replace") or ()}
        wanted = one.table if isinstance(one, exp.Column) else None
        called = self.source_called(wanted, scope) if wanted is not None else None
        sources = [name for name in scope.selected_sources if wanted is None or name == called]
        merged = joined(scope) if wanted is None else ()
        seen: set[str] = set()
        if not sources:
            reason = Text(f"没有名为 {wanted} 的表", f"there is no table called {wanted}")
            if wanted is None:
                reason = Text("* 无法展开：从哪里读没有追踪", "* cannot be expanded: what it reads from is not traced")
            yield Projection(f"column {number + 1}", one, Untraceable(reason, offset_of(one)))
        try:
            for source in sources:
                for name, node in self.named_columns_of(source, scope):
                    key = name.lower()
                    if key in left_out or (key in seen and (merged is None or key in merged)):
                        continue
                    seen.add(key)
                    if key in replaced:
                        yield Projection(name, one, self._node(replaced[key], scope))
                    else:
                        yield Projection(renamed.get(key, name), one, node)
        except Untraceable as gap:
            reason = Text(f"* 无法展开：{gap.reason.zh}", f"* cannot be expanded: {gap.reason.en}")
            yield Projection(f"column {number + 1}", one, Untraceable(reason, offset_of(one)))


def _picks(one: exp.Expr) -> bool:
    """Whether a projection stands for columns that it picks from a star: `* LIKE 'p%'`, `(row).*`."""
    star = one.expression if isinstance(one, exp.Dot) else one.this if isinstance(one, exp.Predicate) else None
    return isinstance(star, exp.Star) or (isinstance(star, exp.Column) and isinstance(star.this, exp.Star))


def _by_name(branches: Sequence[Sequence[Projection]]) -> Iterator[Projection]:
    """`UNION BY NAME`: columns of one name are one, in whichever place they stand."""
    found: dict[str, list[Projection]] = {}
    for one in (one for branch in branches for one in branch):
        found.setdefault(one.name.lower(), []).append(one)
    for several in found.values():
        bad = next((one.node for one in several if isinstance(one.node, Untraceable)), None)
        yield Projection(several[0].name, several[0].expression, bad or OneOf([known(one.node) for one in several]))
