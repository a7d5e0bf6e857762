"""What a statement reads: its columns by what the script has made, the models beside it and the stored tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from pii_audit.language import Text
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.equivalents import AS_WRITTEN
from pii_audit.lineage.functions import Functions
from pii_audit.lineage.graph import Node
from pii_audit.lineage.model import Gap, Place, Untraceable
from pii_audit.lineage.naming import offset_of
from pii_audit.lineage.parsing import Statement
from pii_audit.lineage.relations import Columns, Models, Relations
from pii_audit.lineage.resolving import Projection
from pii_audit.lineage.scopes import Query
from pii_audit.lineage.tables import Tables, key_of
from pii_audit.lineage.templates import REF
from pii_audit.lineage.text import Lines

_RESTRICTING = (
    exp.Where, exp.Having, exp.Qualify, exp.Join, exp.Limit, exp.Fetch, exp.TableSample, exp.Intersect, exp.Except,
)  # fmt: skip
"""What may leave rows out."""


class Reading:
    """Reads the statements of one script, one after another.

    `tables` is what the script has made so far, `restrictions` what of the statement at hand may leave rows out, `gaps` what could not
    be traced.
    """

    def __init__(
        self, relations: Relations, functions: Functions, dialect: Dialect, lines: Lines, models: Models
    ) -> None:
        self.tables = Tables(relations)
        self.functions = functions
        self.restrictions: list[Place] = []
        self.gaps: list[Gap] = []
        self._relations = relations
        self._dialect = dialect
        self._lines = lines
        self._models = models
        self._statement: Statement | None = None

    def begin(self, statement: Statement) -> None:
        """The next statement."""
        self._statement = statement
        self.restrictions = []

    @property
    def to_file(self) -> bool:
        """Whether the statement said INTO OUTFILE or UNLOAD."""
        return self._statement is not None and self._statement.to_file

    def gap(self, found: Untraceable) -> None:
        """Notes something that could not be traced, by its offset in the file."""
        self.note(Gap(Place(*self._lines.at(found.offset or 0)), found.reason))

    def gap_within(self, found: Untraceable) -> None:
        """The same by its offset in the statement."""
        self.gap(Untraceable(found.reason, self._statement.offset(found.offset) if self._statement else None))

    def note(self, gap: Gap) -> None:
        """Notes a gap, once."""
        if gap not in self.gaps:
            self.gaps.append(gap)

    def traced(self, expression: exp.Expr) -> tuple[Columns, Mapping[str, Place]]:
        """The columns of a query and their places."""
        with_ = expression.find(exp.With)
        if with_ is not None and any(not isinstance(cte.this, exp.Query | exp.Values) for cte in with_.expressions):
            raise Untraceable(
                Text("WITH 中的写入没有追踪", "a statement that writes within WITH is not traced"), offset_of(with_)
            )
        self.restrictions += self._restricting(expression)
        query = Query(expression, self.find, self.functions, self._dialect)
        columns: list[tuple[str, Node | Untraceable]] = []
        places: dict[str, Place] = {}
        for one in query.projections():
            columns.append((one.name, one.node))
            places.setdefault(one.name, self._place_of(one))
        for gap in query.unknown:
            self.gap_within(gap)
        return columns, places

    def _place_of(self, one: Projection) -> Place:
        at = (
            one.node.offset
            if isinstance(one.node, Untraceable) and one.node.offset is not None
            else offset_of(one.expression)
        )
        return self.place(at)

    def place(self, within: int = 0) -> Place:
        """Where something stands in the file, by its offset in the statement."""
        return Place(*self._lines.at(self._statement.offset(within) if self._statement else 0))

    def _restricting(self, expression: exp.Expr) -> Iterator[Place]:
        for one in expression.find_all(*_RESTRICTING):
            yield self.place(offset_of(one))

    def find(self, table: exp.Table) -> Columns:
        """The columns of a table that is read; raises Untraceable."""
        key = key_of(table)
        made = self.tables.known(key)
        if made is not None:
            columns = made.whole(as_written=AS_WRITTEN in table.meta)
            self.restrictions += made.restrictions
            return columns
        if key[0] == REF and key[-1] in self._models:
            model = self._models[key[-1]]
            if model.restricted:
                self.restrictions.append(self.place(offset_of(table)))
            return model.columns
        return self._relations.find(key[1:] if key[0] == REF else key)
