"""Text that stands beside the rows of a table, kept aside until all rows are read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from pii_audit.model.asset import TextChunk
from pii_audit.sources.format.opened import IN_MEMORY
from pii_audit.sources.format.text import text_chunks


class Beside:
    """Pieces of text with their places, in memory while they are few, else in a file without a name."""

    def __init__(self, spool: IO[str]) -> None:
        self._places: list[tuple[int, int]] = []
        self._spool = spool

    def add(self, text: str, offset: int) -> None:
        """Adds a piece that begins at an offset of the whole text; what is adjacent becomes one piece."""
        if self._places and sum(self._places[-1]) == offset:
            self._places[-1] = (self._places[-1][0], self._places[-1][1] + len(text))
        elif text.strip():
            self._places.append((offset, len(text)))
        else:
            return
        self._spool.write(text)

    def chunks(self) -> Iterator[TextChunk]:
        """All pieces in order."""
        self._spool.seek(0)
        for offset, length in self._places:
            yield from text_chunks(self._read(length), offset)

    def _read(self, length: int) -> Iterator[str]:
        while length > 0 and (text := self._spool.read(min(length, 1 << 20))):
            length -= len(text)
            yield text


@contextmanager
def aside() -> Iterator[Beside]:
    """Somewhere to keep text; gone with the block."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", errors="replace", newline="") as spool:
        yield Beside(spool)
