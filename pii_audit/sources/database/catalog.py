"""Servers that are asked through their DBAPI driver and catalog alone: what they have in common.

Their statements stand in scanners/database/<dialect>/: `tables` and `columns` for the crawl, `table` for one table before it is read,
`rows`, and, where the engine draws blocks, `sample`.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind, Field
from pii_audit.model.coverage import Coverage
from pii_audit.sources.database.engine import LARGE_SHARE, LONGEST, Cell, Column, Engine
from pii_audit.sources.database.names import qualified, quoted, split
from pii_audit.sources.interface import Absent, Sampling
from pii_audit.sources.reading import Ledger, generator, sampled

if TYPE_CHECKING:
    from pii_audit.sources.database.session import Session

FETCHED = 500
SPARE = 1.5
"""So many times the rows that are needed are drawn: how many of a block come is left to chance."""
GONE = Text("表已不存在", "the table is gone")
LOST = Text("与服务器的连接已断开", "the connection to the server was lost")
UNREACHABLE = Absent(
    "无法连接服务器,请检查 url 中的主机、端口,以及服务器是否运行",
    "the server cannot be reached; check host and port in the url, and whether it runs",
)
REFUSED = Text("用户名或密码错误，请检查 url 所引用的值", "wrong user or password; check what the url refers to")
TOO_LONG = Text("语句超过时限或被管理员终止", "the statement took longer than its time limit, or was stopped")
LOCKED = Text("表被其他会话锁定，请稍后再试", "the table is locked by another session; try again later")


class CatalogEngine(Engine):
    """A server of which everything is known through statements of the same shape."""

    reasons: ClassVar[Mapping[int, Text]]
    """What its error codes mean, as far as somebody can act on it."""
    gone: frozenset[int] = frozenset()
    """Codes of a connection that was lost."""

    @abstractmethod
    def code(self, error: Exception) -> int:
        """The server's or driver's number of an error; 0 for none."""

    def expression(self, name: str, type_: str) -> str | None:  # noqa: ARG002 - some types need more than their name
        """How a column is asked for; None for a type that cannot be read as text or bytes."""
        return name

    def ask(self, cursor: Any, sql: str, parameters: Sequence[object]) -> None:
        # Some drivers take None for a parameter.
        if parameters:
            cursor.execute(sql, tuple(parameters))
        else:
            cursor.execute(sql)

    def stream(self, connection: Any, sql: str) -> Iterator[Sequence[Cell]]:
        cursor = connection.cursor()
        try:
            cursor.execute(sql)
            while rows := cursor.fetchmany(FETCHED):
                for row in rows:
                    yield [as_cell(value) for value in row]
        finally:
            cursor.close()

    def lost(self, error: Exception) -> bool:
        return self.code(error) in self.gone

    def reason(self, error: Exception) -> Text:
        code = self.code(error)
        if code in self.gone:
            return LOST
        kind = code or type(error).__name__
        other = Text(f"服务器无法执行查询（错误 {kind}）", f"the server could not run the query (error {kind})")
        return self.reasons.get(code, other)

    def assets(self, session: Session, source: str, include: Sequence[str]) -> Iterator[Asset | Coverage]:  # noqa: ARG002 - one connection sees one database
        fields: dict[tuple[str, str], list[Field]] = defaultdict(list)
        for schema, table, column, type_, comment in session.rows(self.queries.sql("columns")):
            fields[schema, table].append(Field(column, type_ or None, comment or None))
        for schema, name, kind, rows, size, comment, owner in session.rows(self.queries.sql("tables")):
            yield Asset(
                source,
                qualified(schema, name),
                AssetKind.TABLE if kind == "table" else AssetKind.VIEW,
                tuple(fields[schema, name]),
                rows=None if rows is None or int(rows) < 0 else int(rows),
                size=int(size or 0) or None,
                owner=owner or None,
                comment=comment or None,
            )

    def columns(self, session: Session, asset: str) -> Sequence[Column]:
        found = session.rows(self.queries.sql("table"), split(asset))
        if not found:
            raise InspectionError(GONE)
        # Their drivers give text as text: what comes as bytes is none that somebody declared.
        return [
            Column(
                name,
                self.expression(quoted(name, self.mark), str(type_).lower()) or "",
                binary=True,
                readable=bool(readable),
            )
            for name, type_, readable, *_ in found
        ]

    def rows(
        self, session: Session, columns: Sequence[Column], sampling: Sampling, ledger: Ledger
    ) -> Iterator[Sequence[Cell]]:
        self._note_unread(columns, ledger)
        table = ".".join(quoted(part, self.mark) for part in split(ledger.asset))
        names = {"table": table, "columns": ", ".join(column.expression or "NULL" for column in columns)}
        drawn = self._drawn(session, names, sampling, ledger)
        if drawn is not None:
            yield from drawn
            return
        every = session.stream(self.queries.sql("rows", **names))
        if sampling.rows is None:
            yield from every
            return
        for _, row in sampled(enumerate(every), sampling, ledger):
            yield row

    def _note_unread(self, columns: Sequence[Column], ledger: Ledger) -> None:
        unread = [column.name for column in columns if not column.expression]
        if unread:
            names = ", ".join(unread)
            ledger.failures.append(
                Text(f"列的类型无法作为文本读取：{names}", f"columns of types that cannot be read as text: {names}")
            )

    def _drawn(
        self, session: Session, names: dict[str, str], sampling: Sampling, ledger: Ledger
    ) -> list[Sequence[Cell]] | None:
        """Rows of blocks drawn at random; None where the whole table is passed through instead."""
        if sampling.rows is None or "sample" not in self.queries.queries:
            return None
        found = session.rows(self.queries.sql("size"), split(ledger.asset))
        known = [(int(rows), int(blocks)) for rows, blocks in found if rows and blocks]
        if not known or known[0][0] <= LARGE_SHARE * sampling.rows or known[0][1] <= 1:
            return None
        rows, blocks = known[0]
        percent = min(100.0, max(100 * SPARE * sampling.rows / rows, 100 / blocks))
        seed = str(generator(sampling, ledger.source, ledger.asset).randrange(1 << 31))
        # Below a millionth engines differ in what they take for a percentage.
        sql = self.queries.sql("sample", **names, percent=f"{max(percent, 0.000001):.6f}", seed=seed)
        drawn = list(session.stream(sql))
        kept = [row for _, row in sampled(enumerate(drawn), sampling, ledger)]
        ledger.drew(sampling, len(kept))
        # Rows of one block are one draw, and so many blocks gave these rows.
        ledger.draws = max(1, min(len(kept), math.ceil(len(drawn) * blocks / rows)))
        ledger.total = rows
        return kept


def as_cell(value: Any) -> Cell:
    """A value of a driver as text or bytes, cut where it is very long; large objects are read no further than that."""
    if value is None or isinstance(value, str | bytes):
        return value
    if hasattr(value, "read"):
        return as_cell(value.read(1, LONGEST + 1))
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
