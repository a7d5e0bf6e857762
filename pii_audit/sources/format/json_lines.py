"""JSON Lines: one value a line; a broken line is read as text, and the rest of the file goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.asset import Chunk, TextChunk
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.jsonpath import decoder, row_of
from pii_audit.sources.format.text import text_chunks
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Batcher, Ledger, LedgerReading, Row, sampled


class JsonLinesReading(LedgerReading):
    """One row a line, numbered from 0 over the lines that could be read."""

    def __init__(self, content: Content, ledger: Ledger, sampling: Sampling) -> None:
        super().__init__(ledger)
        self._content = content
        self._sampling = sampling
        self._broken: list[TextChunk] = []
        self._count = 0
        self._first = 0

    def chunks(self) -> Iterator[Chunk]:
        batcher = Batcher(self.ledger)
        try:
            for number, row in sampled(self._rows(), self._sampling, self.ledger):
                yield from self._take_broken()
                yield from batcher.add(number, row)
            yield from batcher.flush()
        except OSError:
            yield from batcher.flush()
            raise
        finally:
            self._settle()
        yield from self._take_broken()

    def _rows(self) -> Iterator[tuple[int, Row]]:
        offset = 0
        number = 0
        parse = decoder().decode
        for line_number, line in enumerate(self._content.lines(), start=1):
            if line.strip():
                try:
                    row = row_of(parse(line))
                except (json.JSONDecodeError, RecursionError):
                    self._broken.extend(text_chunks(iter((line,)), offset))
                    self._count += 1
                    self._first = self._first or line_number
                else:
                    yield number, row
                    number += 1
            offset += len(line)

    def _take_broken(self) -> list[TextChunk]:
        taken, self._broken = self._broken, []
        return taken

    def _settle(self) -> None:
        self._content.settle(self.ledger)
        if self._count:
            self.ledger.failures.append(
                Text(
                    f"{self._count} 行不是完整的 JSON，首处在第 {self._first} 行，已按文本读取",
                    f"{self._count} line(s) are not valid JSON, the first is line {self._first}; read as text",
                )
            )
