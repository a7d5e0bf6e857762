"""The rows of a PostgreSQL table: all of them a range of blocks at a time, or those of blocks drawn at random.

A block (8 KiB, usually) is what the server reads at once, so that drawing blocks costs what it gives, and rows of one
block count as one draw.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pii_audit.sources.database.engine import LARGE_SHARE, SAMPLE_BYTES, STATEMENT_BYTES, Cell, Column
from pii_audit.sources.database.names import quoted, split
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Ledger, generator, sampled

if TYPE_CHECKING:
    from pii_audit.sources.database.session import Session

BLOCK_RANGES = 140_000
"""From this version on the rows of a range of blocks are found without reading the table from its beginning."""
ROWS_A_BLOCK = 5
"""Rows that are kept of a drawn block, twice as many at most: neighbours resemble each other, another block proves more."""
FEWEST_BLOCKS = 5
"""Drawn of each partition, however small its share."""
GUESSED_ROWS_A_BLOCK = 50
"""Where the table was never analysed."""
SMALL = 1024
"""A table of so many blocks is passed through whatever the sample."""
MOST_BLOCKS = 1024
SPARE = 1.1
"""So many times the blocks that are needed are drawn: how many of them come is left to chance."""


@dataclass(frozen=True, slots=True)
class Table:
    """What is read: `kind` is its relkind, `version` the server's version number.

    Without a right to the `whole` table, that is with one to some columns, there is none to the place of a row either.
    """

    asset: str
    kind: str
    oid: int
    version: int
    whole: bool

    @property
    def sql(self) -> str:
        """Its name in FROM; heirs of a plain table are assets of their own."""
        only = "ONLY " if self.kind == "r" else ""
        return only + ".".join(map(quoted, split(self.asset)))


@dataclass(frozen=True, slots=True)
class Part:
    """A table or one partition of it; `rows` is the server's estimate, negative where it has none."""

    schema: str
    name: str
    kind: str
    blocks: int
    size: int
    rows: int
    readable: bool

    @property
    def expected(self) -> int:
        """About how many rows it has."""
        if self.rows < 0 or (self.rows == 0 and self.blocks):
            return self.blocks * GUESSED_ROWS_A_BLOCK
        return self.rows


def rows(
    session: Session, table: Table, columns: Sequence[Column], sampling: Sampling, ledger: Ledger
) -> Iterator[Sequence[Cell]]:
    """The rows that the sampling asks for; what has no blocks of its own (a view, a foreign table) is passed through."""
    parts = [Part(*row) for row in session.rows(session.engine.queries.sql("parts"), (table.oid,))]
    blocks = sum(part.blocks for part in parts)
    expected = sum(part.expected for part in parts)
    own = table.whole and bool(parts) and all(part.kind in ("r", "m") for part in parts)
    wanted = sampling.rows
    if own and wanted is not None and blocks > SMALL and expected > LARGE_SHARE * wanted:
        yield from _drawn(session, table, parts, columns, sampling, ledger)
        return
    if own and table.version >= BLOCK_RANGES:
        every = _ranges(session, table, parts, columns)
    else:
        every = session.stream(_select(session, "rows", table.sql, columns))
    if sampling.rows is None:
        yield from every
        return
    for _, row in sampled(enumerate(every), sampling, ledger):
        yield row


def _select(session: Session, name: str, table: str, columns: Sequence[Column], **more: str) -> str:
    expressions = ", ".join(column.expression for column in columns)
    return session.engine.queries.sql(name, table=table, columns=expressions, **more)


def _ranges(
    session: Session, table: Table, parts: Sequence[Part], columns: Sequence[Column]
) -> Iterator[Sequence[Cell]]:
    """Every row, by short statements that hold no snapshot in between; each is asked again if the server went away."""
    blocks = max(part.blocks for part in parts)
    size = sum(part.size for part in parts) // max(1, sum(part.blocks for part in parts))
    step = max(1, min(MOST_BLOCKS, STATEMENT_BYTES // max(1, size * len(parts))))
    for first in range(0, max(1, blocks), step):
        last = first + step >= blocks
        # The last one has no end: rows may have come since.
        upper = "" if last else f" AND ctid < '({first + step},0)'::pg_catalog.tid"
        yield from session.rows(_select(session, "blocks", table.sql, columns, first=str(first), upper=upper))


def _drawn(
    session: Session,
    table: Table,
    parts: Sequence[Part],
    columns: Sequence[Column],
    sampling: Sampling,
    ledger: Ledger,
) -> Iterator[Sequence[Cell]]:
    """Some rows of blocks drawn at random from every partition, as many in each as its share, a few at least."""
    expected = sum(part.expected for part in parts)
    blocks = sum(part.blocks for part in parts)
    row_bytes = max(1, sum(part.size for part in parts) // expected)
    wanted = max(1, min(sampling.rows or 0, SAMPLE_BYTES // row_bytes))
    density = expected / blocks
    mask = max(1, 1 << max(0, int(math.log2(max(1.0, density / ROWS_A_BLOCK))))) - 1
    needed = math.ceil(SPARE * wanted * (mask + 1) / density)
    strata = parts if all(part.readable for part in parts) else []
    seeds = generator(sampling, ledger.source, ledger.asset)
    found: list[tuple[int, tuple[int, str], Sequence[Cell]]] = []
    for stratum, part in enumerate(strata or [None]):
        name = table.sql if part is None else f"ONLY {quoted(part.schema)}.{quoted(part.name)}"
        size = blocks if part is None else part.blocks
        share = max(FEWEST_BLOCKS, math.ceil(needed * size / blocks)) if size else 0
        percent = min(100.0, 100 * share / size) if size else 100.0
        seed = str(seeds.randrange(1 << 31))
        sql = _select(session, "sample", name, columns, percent=f"{percent:.9f}", seed=seed, mask=str(mask))
        # Through the table itself the same block numbers are drawn of every partition: together they are one draw.
        found += [(stratum, _block(stratum, row[0]), row[1:]) for row in session.stream(sql)]
    kept = list(sampled(enumerate(found), Sampling(wanted, sampling.seed), ledger))
    ledger.drew(sampling, len(kept))
    shares = [part.blocks / blocks for part in strata] or [1.0]
    ledger.draws = _draws([item[1] for _, item in kept], shares)
    ledger.total = expected
    for _, item in kept:
        yield item[2]


def _block(stratum: int, place: Cell) -> tuple[int, str]:
    """The stratum and block of a row, from its ctid `(block,line)`."""
    text = place.decode("ascii") if isinstance(place, bytes) else str(place)
    return stratum, text[1:].partition(",")[0]


def _draws(blocks: Sequence[tuple[int, str]], shares: Sequence[float]) -> int:
    """The independent draws behind a sample: its blocks, of each partition no more than its share of the table.

    What small partitions have beyond it makes the sample wider, not the bound on the whole table tighter.
    """
    distinct = set(blocks)
    total = len(distinct)
    counts = [sum(1 for stratum, _ in distinct if stratum == index) for index in range(len(shares))]
    return max(1, sum(min(count, math.ceil(total * share)) for count, share in zip(counts, shares, strict=True)))
