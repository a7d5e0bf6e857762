"""The readings of a dump: one for each table in it, then one for all other text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from pii_audit.language import Text
from pii_audit.model.asset import Asset, TableChunk, TextChunk
from pii_audit.sources.format.beside import aside
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.opened import Found, Opened
from pii_audit.sources.format.sql.script import Named, Script, Table
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Batcher, Ledger, LedgerReading, sampled

HELD = 8 << 20
"""Characters of rows that are held, so that tables whose rows alternate are whole; beyond, the one at hand is streamed."""


@dataclass(slots=True)
class _Group:
    table: Table
    rows: list[Named] = field(default_factory=list)


def dump_readings(opened: Opened) -> Iterator[Found]:
    """Each table as `f.sql!cust`, then the text of the other statements as the file itself.

    Where rows of many tables alternate in a dump larger than what is held, a table may come again: `f.sql!cust (2)`.
    """
    with aside() as beside:
        script = Script(opened.content, beside)
        yield from _tables(opened, script)
        yield opened.asset, BesideReading(script, opened.content, Ledger(opened.asset.source, opened.asset.name))


def _tables(opened: Opened, script: Script) -> Iterator[Found]:
    held: dict[int, _Group] = {}
    size = 0
    for table, rows in script.runs():
        group = held.setdefault(id(table), _Group(table))
        for row in rows:
            group.rows.append(row)
            size += sum(len(cell) for cell in row.values() if cell) + len(row)
            if size > HELD:
                del held[id(table)]
                yield from _read(opened, held)
                yield _found(opened, table, chain(group.rows, rows))
                held, size = {}, 0
    yield from _read(opened, held)


def _read(opened: Opened, held: dict[int, _Group]) -> Iterator[Found]:
    for group in held.values():
        yield _found(opened, group.table, iter(group.rows))


def _found(opened: Opened, table: Table, rows: Iterator[Named]) -> Found:
    asset: Asset = replace(opened.inner(table.name), fields=table.fields)
    return asset, InsertedReading(rows, Ledger(asset.source, asset.name), opened.sampling)


class InsertedReading(LedgerReading):
    """The rows of one table, all or a sample, numbered from 0."""

    def __init__(self, rows: Iterator[Named], ledger: Ledger, sampling: Sampling) -> None:
        super().__init__(ledger)
        self._rows = rows
        self._sampling = sampling

    def chunks(self) -> Iterator[TableChunk]:
        batcher = Batcher(self.ledger)
        for number, row in sampled(enumerate(self._rows), self._sampling, self.ledger):
            yield from batcher.add(number, row)
        yield from batcher.flush()


class BesideReading(LedgerReading):
    """The text of a dump that is no row: comments, definitions, other statements."""

    def __init__(self, script: Script, content: Content, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._script = script
        self._content = content

    def chunks(self) -> Iterator[TextChunk]:
        yield from self._script.beside.chunks()
        self._content.settle(self.ledger)
        self.ledger.failures += self._script.failures
        if self._script.misread:
            count = self._script.misread
            said = Text(f"{count} 条 INSERT 未能拆成行，已按文本读取", f"{count} INSERT statement(s) were read as text")
            self.ledger.notes.append(said)
