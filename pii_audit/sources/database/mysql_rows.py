"""The rows of a MySQL table: all of them page by page along a key, or those of key ranges drawn at random.

Pages are short statements in the order that the clustered index has anyway: nothing is sorted, no snapshot is held open,
and a page is asked again if the server went away.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pii_audit.sources.database.engine import LARGE_SHARE, SAMPLE_BYTES, STATEMENT_BYTES, Cell, Column
from pii_audit.sources.database.names import quoted, split
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import ROWS, Ledger, generator, sampled

if TYPE_CHECKING:
    from pii_audit.sources.database.session import Session

INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
ORDERED = INTEGERS | {"decimal", "char", "varchar", "binary", "varbinary", "date", "datetime", "timestamp", "uuid"}
"""Types whose order in an index is that of their comparison with a literal; an enum's is not, a float's not exactly."""
ROWS_A_RANGE = 5
CROWDED = 8
"""A range with so many times the rows expected shows that keys are not spread evenly: then the table is passed through."""
RANGES = 100
"""Ranges in one statement."""
FEWEST_RANGES = 5
"""Drawn of each partition, however small its share."""
FRUITLESS = 10
"""So many times the ranges that should have been enough are tried before the table is passed through."""


@dataclass(frozen=True, slots=True)
class Key:
    """A unique key without NULLs: the name of its index, its columns, and whether ranges may be drawn of its first."""

    index: str
    columns: tuple[str, ...]
    spread: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A table or one partition of it, as FROM has it, with the server's estimate of its rows."""

    sql: str
    rows: int


def like(pattern: str) -> re.Pattern[str]:
    """A pattern of GRANT (`%`, `_`, escaped by a backslash) as a regular expression."""
    wild = {"%": ".*", "_": "."}
    parts = re.findall(r"\\(.)|(.)", pattern, re.DOTALL)
    return re.compile("".join(re.escape(kept) if kept else wild.get(bare, re.escape(bare)) for kept, bare in parts))


def rows(
    session: Session, columns: Sequence[Column], sampling: Sampling, ledger: Ledger, ordered: frozenset[str] = ORDERED
) -> Iterator[Sequence[Cell]]:
    """The rows that the sampling asks for; a view, a table without a key and one with history are passed through whole."""
    place = split(ledger.asset)
    dialect = session.engine.queries
    [(kind, known, width)] = session.rows(dialect.sql("size"), place)
    name = ".".join(quoted(part, "`") for part in place)
    expected = int(known or 0)
    key = _key(session, place, expected, ordered) if kind == "BASE TABLE" else None
    wanted = min(sampling.rows or 0, max(1, SAMPLE_BYTES // max(1, int(width or 1))))
    if sampling.rows is not None and key and key.spread and expected > LARGE_SHARE * wanted:
        found = _drawn(session, _parts(session, place, name, expected), key, columns, wanted, sampling, ledger)
        if found is not None:
            yield from found
            return
    if key is None:
        # Rows that were changed or deleted are still in a table with system versioning.
        versions = " FOR SYSTEM_TIME ALL" if kind == "SYSTEM VERSIONED" else ""
        every = session.stream(_select(session, "rows", columns, table=name + versions))
    else:
        every = _pages(session, name, key, columns, max(10, min(ROWS, STATEMENT_BYTES // max(1, int(width or 1)))))
    if sampling.rows is None:
        yield from every
        return
    for _, row in sampled(enumerate(every), sampling, ledger):
        yield row


def _select(session: Session, query: str, columns: Sequence[Column], **more: str) -> str:
    expressions = ", ".join(column.expression for column in columns)
    return session.engine.queries.sql(query, columns=expressions, **more)


def _key(session: Session, place: Sequence[str], expected: int, ordered: frozenset[str]) -> Key | None:
    """The primary key, else another unique one, of which every column can be compared; one to draw from if there is any."""
    indexes: dict[str, list[tuple[str, str, int, bool]]] = {}
    for index, column, kind, cardinality, fit in session.rows(session.engine.queries.sql("keys"), place):
        indexes.setdefault(index, []).append((column, kind.lower(), int(cardinality or 0), bool(fit)))
    keys = [
        Key(
            index,
            tuple(part[0] for part in parts),
            parts[0][1] in INTEGERS and (len(parts) == 1 or parts[0][2] * 2 >= expected),
        )
        for index, parts in indexes.items()
        if all(fit and kind in ordered for _, kind, _, fit in parts)
    ]
    return next((key for key in keys if key.spread), keys[0] if keys else None)


def _pages(session: Session, name: str, key: Key, columns: Sequence[Column], count: int) -> Iterator[Sequence[Cell]]:
    keys = [quoted(column, "`") for column in key.columns]
    after: Sequence[Any] | None = None
    while True:
        sql = _select(
            session,
            "page",
            columns,
            table=name,
            keys=", ".join(keys),
            index=quoted(key.index, "`"),
            count=str(count),
            where="{where}",
        )
        parameters: list[Any] = []
        if after is None:
            sql = sql.replace("{where}", "")
        else:
            # A per cent sign in a name is no placeholder.
            where, parameters = _after([column.replace("%", "%%") for column in keys], after)
            sql = sql.replace("%", "%%").replace("{where}", f"WHERE {where}")
        page = session.rows(sql, parameters)
        for row in page:
            yield row[len(keys) :]
        if len(page) < count:
            return
        after = page[-1][: len(keys)]


def _after(keys: Sequence[str], values: Sequence[Any]) -> tuple[str, list[Any]]:
    """`(a, b) > (1, 2)` spelled out, which is what an index can follow."""
    terms: list[str] = []
    parameters: list[Any] = []
    for place, key in enumerate(keys):
        terms.append("(" + " AND ".join([*(f"{before} = %s" for before in keys[:place]), f"{key} > %s"]) + ")")
        parameters += values[: place + 1]
    return " OR ".join(terms), parameters


def _parts(session: Session, place: Sequence[str], name: str, expected: int) -> list[_Part]:
    found = session.rows(session.engine.queries.sql("partitions"), place)
    parts = [_Part(f"{name} PARTITION ({quoted(part, '`')})", int(count or 0)) for part, count in found]
    return parts or [_Part(name, expected)]


def _drawn(
    session: Session,
    parts: Sequence[_Part],
    key: Key,
    columns: Sequence[Column],
    wanted: int,
    sampling: Sampling,
    ledger: Ledger,
) -> list[Sequence[Cell]] | None:
    """Rows of key ranges drawn at random from every partition; None where keys are spread too unevenly for that."""
    expected = max(1, sum(part.rows for part in parts))
    seeds = generator(sampling, ledger.source, ledger.asset)
    found: list[tuple[tuple[int, int], Sequence[Cell]]] = []
    for number, part in enumerate(parts):
        rows_wanted = max(FEWEST_RANGES * ROWS_A_RANGE, math.ceil(wanted * part.rows / expected))
        ranges = _Ranges(session, part, key, columns)
        drawn = ranges.draw(rows_wanted, seeds.randrange(1 << 62), sampling)
        if drawn is None:
            return None
        found += [((number, at), row) for at, row in drawn]
    kept = list(sampled(enumerate(found), Sampling(wanted, sampling.seed), ledger))
    places = {item[0] for _, item in kept}
    ledger.drew(sampling, len(kept))
    shares = [part.rows / expected for part in parts]
    counts = [sum(1 for place in places if place[0] == number) for number in range(len(parts))]
    # What small partitions have beyond their share makes the sample wider, not the bound on the whole table tighter.
    ledger.draws = max(1, sum(min(n, math.ceil(len(places) * share)) for n, share in zip(counts, shares, strict=True)))
    ledger.total = expected
    return [item[1] for _, item in kept]


class _Ranges:
    """The key space of a part cut into ranges of one width, in which a few rows are expected each."""

    def __init__(self, session: Session, part: _Part, key: Key, columns: Sequence[Column]) -> None:
        self._session = session
        self._part = part
        self._index = quoted(key.index, "`")
        self._key = quoted(key.columns[0], "`")
        self._columns = columns

    def draw(self, wanted: int, seed: int, sampling: Sampling) -> list[tuple[int, Sequence[Cell]]] | None:
        """Rows with the number of their range, until there are enough or no range is left."""
        sql = self._session.engine.queries.sql("span", table=self._part.sql, key=self._key)
        [(low, high)] = self._session.rows(sql)
        if low is None:
            return []
        span = int(high) - int(low) + 1
        # Rounded, so that a new estimate of the same table does not change the sample.
        around = 1 << round(math.log2(max(1, self._part.rows)))
        width = max(1, span * ROWS_A_RANGE // around)
        count = -(-span // width)
        rng = generator(Sampling(sampling.rows, seed), "", self._part.sql)
        found: list[tuple[int, Sequence[Cell]]] = []
        tried: set[int] = set()
        while len(found) < wanted and len(tried) < count:
            if len(tried) > FRUITLESS * max(RANGES, wanted // ROWS_A_RANGE):
                return None
            fresh: set[int] = set()
            while len(fresh) < RANGES and len(tried) < count:
                at = rng.randrange(count)
                if at not in tried:
                    tried.add(at)
                    fresh.add(at)
            more = self._read(int(low), width, sorted(fresh))
            if more is None:
                return None
            found += more
        return found

    def _read(self, low: int, width: int, ranges: Sequence[int]) -> list[tuple[int, Sequence[Cell]]] | None:
        bounds = " OR ".join(
            f"{self._key} BETWEEN {low + at * width} AND {low + (at + 1) * width - 1}" for at in ranges
        )
        most = CROWDED * ROWS_A_RANGE * len(ranges)
        sql = _select(
            self._session,
            "ranges",
            self._columns,
            table=self._part.sql,
            key=self._key,
            index=self._index,
            ranges=bounds,
            count=str(most + 1),
        )
        rows: list[tuple[int, Sequence[Cell]]] = [
            ((int(row[0]) - low) // width, row[1:]) for row in self._session.rows(sql)
        ]
        fullest = max(Counter(at for at, _ in rows).values(), default=0)
        return None if len(rows) > most or fullest > CROWDED * ROWS_A_RANGE else rows
