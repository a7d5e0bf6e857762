"""The tables and views that a script makes and writes, as its later statements see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from pii_audit.language import Text
from pii_audit.lineage.graph import Node, OneOf
from pii_audit.lineage.model import Place, Untraceable
from pii_audit.lineage.naming import said
from pii_audit.lineage.relations import Columns, Relations


@dataclass
class Made:
    """A table or view that the script makes or writes.

    `under` are the columns that it had before, a `stranger` has some that nobody knows; `opaque` says why its content is not known.
    """

    name: str
    place: Place
    columns: list[tuple[str, Node | Untraceable]] | None = None
    places: dict[str, Place] = field(default_factory=dict)
    under: Columns = ()
    restrictions: list[Place] = field(default_factory=list)
    opaque: Text | None = None
    written: bool = False
    stranger: bool = False

    def whole(self, *, as_written: bool = False) -> Columns:
        """The columns as whoever reads it sees them; raises Untraceable where its content is not known.

        `as_written`: as the statement that writes gives its rows back, by which the table is no step on the way to them.
        """
        if self.opaque is not None:
            raise Untraceable(self.opaque)
        if (self.columns is None and not self.under) or (as_written and self.stranger):
            raise Untraceable(Text(f"{self.name} 的列未知", f"the columns of {self.name} are not known"))
        columns = self.columns or []
        if as_written:
            columns = [(name, _content(node)) for name, node in columns]
        if not self.under:
            return columns
        mine = {name.lower(): node for name, node in columns}
        both = [(name, _either(node, mine.pop(name.lower(), None))) for name, node in self.under]
        return [*both, *((name, node) for name, node in columns if name.lower() in mine)]

    def nodes(self) -> Iterator[Node]:
        """What its columns are made of."""
        return (node for _, node in self.columns or () if not isinstance(node, Untraceable))

    def write(self, columns: Columns, places: Mapping[str, Place]) -> None:
        """More rows, under the names of their columns."""
        mine = list(self.columns or ())
        known = {name.lower(): number for number, (name, _) in enumerate(mine)}
        for name, node in columns:
            number = known.get(name.lower())
            # Each has a node of its own, by which one can tell whether it goes on from here.
            if number is None:
                mine.append((name, node if isinstance(node, Untraceable) else OneOf([node])))
            else:
                mine[number] = (mine[number][0], _either(mine[number][1], node))
        self.columns = mine
        self.places = {**self.places, **places}
        self.written = True


def _content(node: Node | Untraceable) -> Node | Untraceable:
    return OneOf(list(node.nodes)) if isinstance(node, OneOf) else node


def _either(one: Node | Untraceable, other: Node | Untraceable | None) -> Node | Untraceable:
    if other is None or isinstance(one, Untraceable):
        return one
    return other if isinstance(other, Untraceable) else OneOf([one, other])


class Tables:
    """What a script has made so far; `relations` are the stored tables that it may write to."""

    def __init__(self, relations: Relations) -> None:
        self._relations = relations
        self._made: dict[tuple[str, ...], Made] = {}

    def written(self) -> list[Made]:
        """Those into which something was written."""
        return [made for made in self._made.values() if made.written]

    def emptied(self, expression: exp.Expr) -> None:
        """DELETE and TRUNCATE: of all rows, where nothing says which."""
        if expression.args.get("where") is not None or expression.find(exp.Query) is not None:
            return
        for table in (expression.this, *expression.expressions):
            made = self._made.get(key_of(table)) if isinstance(table, exp.Table) else None
            if made is not None:
                made.under, made.opaque, made.written = (), None, False
                made.columns = [(name, OneOf()) for name, _ in made.columns] if made.columns is not None else None

    def dropped(self, expression: exp.Expr) -> None:
        """What is gone does not leave."""
        for table in expression.find_all(exp.Table):
            self._made.pop(key_of(table), None)

    def altered(self, expression: exp.Expr) -> None:
        """A table under another name, or with columns that are not known any more."""
        table = expression.this
        if not isinstance(table, exp.Table) or key_of(table) not in self._made:
            return
        for action in expression.args.get("actions") or ():
            if isinstance(action, exp.AlterRename) and isinstance(action.this, exp.Table):
                self._made[key_of(action.this)] = self._made.pop(key_of(table))
            elif not isinstance(action, exp.ColumnDef):
                reason = Text("这种 ALTER TABLE 没有追踪", "this ALTER TABLE is not traced")
                self._made[key_of(table)].opaque = reason

    def known(self, key: tuple[str, ...]) -> Made | None:
        """What the script made under that name, with or without its schema.

        Raises Untraceable where it may as well be a stored table.
        """
        if key in self._made:
            return self._made[key]
        alike = [made for name, made in self._made.items() if name[-1] == key[-1] and 1 in (len(name), len(key))]
        if not alike:
            return None
        try:
            self._relations.find(key)
        except Untraceable:
            return alike[-1]
        name = ".".join(key)
        reason = Text(
            f"{name} 可能是脚本所建的 {alike[-1].name}", f"{name} may be {alike[-1].name}, which the script makes"
        )
        raise Untraceable(reason)

    def new(self, table: exp.Expr, place: Place) -> Made:
        """A table that is made at a place."""
        made = Made(shown(table), place)
        self._made[key_of(table)] = made
        return made

    def target(self, table: exp.Expr, place: Place, *, overwritten: bool = False) -> Made:
        """The table that a statement writes to: one of the script, or a stored one with what it holds."""
        made = self.known(key_of(table))
        if made is None:
            made = self.new(table, place)
            try:
                made.under = self._relations.find(key_of(table))
            except Untraceable:
                made.stranger = True
        if overwritten:
            made.under, made.opaque = (), None
        return made

    def opaque(self, table: exp.Expr, place: Place) -> None:
        """A table into which something else was loaded."""
        made = self.new(table, place)
        made.opaque = Text(
            f"{made.name} 从文件装入，内容未知", f"{made.name} is filled from a file, whose content is not known"
        )


def renamed(columns: Columns, places: Mapping[str, Place], names: Sequence[str]) -> tuple[Columns, Mapping[str, Place]]:
    """The columns under the names that a target gives them, by position; their places go along."""
    found: list[tuple[str, Node | Untraceable]] = []
    where: dict[str, Place] = {}
    for number, (name, node) in enumerate(columns):
        new = names[number] if number < len(names) else name
        found.append((new, node))
        if name in places:
            where[new] = places[name]
    return found, where


def identifier_of(expression: exp.Expr) -> exp.Expr | None:
    """The name of a column in a definition of columns, None for what defines none."""
    named = expression.this if isinstance(expression, exp.ColumnDef) else expression
    return named if isinstance(named, exp.Identifier) else None


def key_of(table: exp.Expr) -> tuple[str, ...]:
    """The parts of a table's name, in lower case; `@name` for a variable."""
    if isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier):
        return tuple(part.name.lower() for part in table.parts)
    variable = table.find(exp.Var)
    return (f"@{variable.name.lower()}" if variable is not None else table.sql().lower(),)


def shown(table: exp.Expr) -> str:
    """The name of a table as it was written."""
    if isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier):
        return ".".join(said(part) for part in table.parts)
    return key_of(table)[0]
