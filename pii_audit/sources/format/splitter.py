"""A stream of delimited text split into parts that hold whole records, so that several can parse it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pii_audit.sources.format.encoding import SEGMENT, Encoding
from pii_audit.sources.reading import ROWS

PART = 6 << 20
"""Bytes of a part, about; fewer where rows are short."""
LARGEST = 16 << 20
"""Bytes that are looked at for the end of a record."""


@dataclass(frozen=True, slots=True)
class End:
    """The end of a record: so many bytes and lines are before it."""

    at: int
    line: int


@dataclass(frozen=True, slots=True)
class Part:
    """Whole records: their first byte and line in the stream, and their bytes."""

    at: int
    line: int
    data: bytes


class Splitter:
    """Splits bytes in which each line is decoded by itself; the byte order mark is in no part, nor in the rest.

    `line` is the first one that is in no part yet.
    """

    def __init__(self, blocks: Iterator[bytes], encoding: Encoding, delimiter: str) -> None:
        self.line = 1
        self._blocks = blocks
        self._encoding = Encoding(encoding.codec)
        self._delimiter = delimiter
        self._at = encoding.bom
        self._held = next(blocks, b"")[encoding.bom :]
        self._failure: OSError | None = None

    def parts(self) -> Iterator[Part]:
        """As many as can be told apart from what follows; a stream that breaks off ends there."""
        size = PART
        while True:
            ended = not self._fill(size)
            if self._has_long_line():
                return
            ends = self._ends(ended=ended)
            start = End(0, 0)
            for end in ends:
                yield Part(self._at + start.at, self.line + start.line, self._held[start.at : end.at])
                start = end
            self._at, self.line, self._held = self._at + start.at, self.line + start.line, self._held[start.at :]
            size = PART if ends else size + PART
            if ended or size > LARGEST:
                return

    def rest(self) -> Iterator[bytes]:
        """What is in no part; raises what the stream raised."""
        if self._held:
            yield self._held
        if self._failure:
            raise self._failure
        yield from self._blocks

    def _fill(self, size: int) -> bool:
        """Takes bytes until so many are held; whether there were as many."""
        while len(self._held) < size:
            try:
                data = next(self._blocks, b"")
            except OSError as error:
                self._failure, data = error, b""
            if not data:
                return False
            self._held += data
        return True

    def _has_long_line(self) -> bool:
        """Whether there is a line that is not decoded in one piece."""
        return len(self._held) >= SEGMENT and max(map(len, self._held.split(b"\n"))) >= SEGMENT

    def _ends(self, *, ended: bool) -> list[End]:
        """Where parts end; at the end of the stream there is nothing more that could tell."""
        last = [End(len(self._held), 0)] if ended and self._held else []
        if ended and self._held.count(b"\n") < ROWS:
            return last
        from pii_audit.sources.format.record_ends import record_ends  # noqa: PLC0415 - NumPy, which small files go without

        whole = self._held[: self._held.rfind(b"\n") + 1]
        ends = record_ends(whole, self._encoding, self._delimiter, ROWS) if whole else []
        return [*(end for end in ends if end.at < len(self._held)), *last] if ended else ends
