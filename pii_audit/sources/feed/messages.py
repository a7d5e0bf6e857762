"""Messages of a queue or topic as one asset: each message parsed by its own format, its fields named by their path."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pii_audit.language import Text
from pii_audit.model.asset import Asset, Chunk, Field, TableChunk, TextChunk
from pii_audit.model.coverage import CoverageStatus
from pii_audit.sources.format.files import readings_of_stream
from pii_audit.sources.format.text import text_chunks
from pii_audit.sources.interface import Reading
from pii_audit.sources.reading import Batcher, Ledger, LedgerReading

LARGEST = 64 << 20
"""Bytes of messages that are held at once; observing stops there."""
KNOWN = 50
"""So many messages tell what the fields of the others mean."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where observing stops: after so many messages of one asset, or after so many seconds."""

    count: int = 1_000
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its body, and what stands beside it (`key`, `header …`), which may name people too."""

    body: bytes
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Observed:
    """What was seen of one asset: messages, how many there were (None: not known), and what is to be said of it."""

    messages: list[Message] = field(default_factory=list)
    total: int | None = None
    notes: list[Text] = field(default_factory=list)
    failures: list[Text] = field(default_factory=list)
    bytes: int = 0

    def add(self, message: Message) -> None:
        """One message more; `bytes` is the size of all bodies."""
        self.messages.append(message)
        self.bytes += len(message.body)


def found(asset: Asset, observe: Callable[[], Observed]) -> Iterator[tuple[Asset, Reading]]:
    """The asset with its reading, once its messages were observed: their fields are known from the first of them."""
    seen = observe()
    fields: dict[str, Field] = {}
    for message in seen.messages[:KNOWN]:
        inner = next((inner for inner, _ in _inside(message)), asset)
        fields |= {one.name: one for one in inner.fields if one.comment}
    yield replace(asset, fields=tuple(fields.values())), MessageReading(asset, seen)


class MessageReading(LedgerReading):
    """The messages that were observed, as rows; what is no record is text. One that cannot be read is counted and told."""

    def __init__(self, asset: Asset, seen: Observed) -> None:
        # Another reading sees other messages, whose chunks must not be taken for these.
        super().__init__(Ledger(asset.source, asset.name, bytes=seen.bytes, draw=f"{secrets.token_hex(4)}: "))
        self._seen = seen
        self._poison: list[tuple[int, Text]] = []
        self._rows = 0
        self._texts: list[str] = []

    def chunks(self) -> Iterator[Chunk]:
        self.ledger.notes += self._seen.notes
        self.ledger.failures += self._seen.failures
        batcher = Batcher(self.ledger)
        for number, message in enumerate(self._seen.messages):
            for row in self._read(number, message):
                yield from batcher.add(self._rows, row)
                self._rows += 1
        yield from batcher.flush()
        yield from text_chunks(iter(self._texts))
        count = len(self._seen.messages)
        self.ledger.rows, self.ledger.total = count, self._seen.total
        if self._seen.total is None or self._seen.total > count:
            # Adjacent messages are one draw from what goes through, however many they are.
            self.ledger.draws = min(1, count)
        if self._poison:
            place, why = self._poison[0]
            self.ledger.failures.append(
                Text(
                    f"{len(self._poison)} 条消息无法读取，首条为第 {place + 1} 条：{why.zh}",
                    f"{len(self._poison)} message(s) could not be read, the first is number {place + 1}: {why.en}",
                )
            )

    def _read(self, number: int, message: Message) -> Iterator[Mapping[str, str | None]]:
        """The rows of one message; what stands beside it goes with the first, or makes a row of its own."""
        beside = dict(message.beside)
        for _, reading in _inside(message):
            for chunk in reading:
                if isinstance(chunk, TextChunk):
                    self._texts.append(f"{chunk.text}\n")
                    continue
                for row in _rows(chunk):
                    yield {**beside, **row} if beside else row
                    beside = {}
            coverage = reading.coverage()
            if coverage.status is CoverageStatus.FAILED and coverage.reason:
                self._poison.append((number, coverage.reason))
        if beside:
            yield beside


def _inside(message: Message) -> Iterator[tuple[Asset, Reading]]:
    if message.body:
        yield from readings_of_stream(io.BytesIO(message.body), "message")


def _rows(chunk: TableChunk) -> Iterator[Mapping[str, str | None]]:
    """The rows of a chunk, each with what it says: a path that is absent is no field of it."""
    for place in range(len(chunk.rows)):
        yield {name: cells[place] for name, cells in chunk.columns.items() if cells[place] is not None}


def text_of(value: object) -> str:
    """A header's value as text."""
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    return str(value)


def headers(pairs: Sequence[tuple[str, object]]) -> dict[str, str]:
    """Headers as fields that stand beside a message."""
    return {f"header {name}": text_of(value) for name, value in pairs if value is not None}
