"""From a parser's frames to the readings of a file: its tables, its text, and the files that it holds."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, cast

from pii_audit.model.asset import Asset, Chunk, TextChunk
from pii_audit.sources.format.beside import Beside, aside
from pii_audit.sources.format.isolated import frames
from pii_audit.sources.format.isolated.client import Job
from pii_audit.sources.format.isolated.frames import Part, PartKind, part_of, words_of
from pii_audit.sources.format.opened import Descend, Found, Opened
from pii_audit.sources.format.text import text_chunks
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Batcher, Ledger, LedgerReading, Row, StreamError, sampled, unreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

OWN = ""
"""The name of the part that is the file itself."""


class Parts:
    """The frames of a job, part by part."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._next: tuple[bytes, bytes] | None = None
        self._ended = False

    def begin(self) -> Part | None:
        """Passes over what was not read of the last part; gives the next one, None at the end."""
        while True:
            frame = self._take()
            if frame is None:
                return None
            if frame[0] == frames.PART:
                return part_of(frame[1])

    def payloads(self, kind: bytes, ledger: Ledger) -> Iterator[bytes]:
        """What this part has of one kind of frame; what the parser says of it goes into the ledger."""
        return (payload for _, payload in self.frames(kind, ledger))

    def frames(self, kinds: bytes, ledger: Ledger) -> Iterator[tuple[bytes, bytes]]:
        """The frames of some kinds that this part has; what the parser says of it goes into the ledger."""
        while True:
            frame = self._take()
            if frame is None:
                return
            if frame[0] == frames.PART:
                self._next = frame
                return
            if frame[0] in kinds:
                yield frame
            elif frame[0] in (frames.NOTE, frames.FAILURE):
                (ledger.notes if frame[0] == frames.NOTE else ledger.failures).append(words_of(frame[1]))

    def _take(self) -> tuple[bytes, bytes] | None:
        """The next frame, None at the end; a parser that breaks down does so once, for whoever is reading."""
        if self._ended:
            return None
        if self._next:
            frame, self._next = self._next, None
            return frame
        self._ended = True
        found = self._job.frame()
        self._ended = found is None
        return found


def parsed(kind: str, opened: Opened, descend: Descend) -> Iterator[Found]:
    """The readings of a file that the parser of that kind takes apart."""
    try:
        with opened.seekable() as file:
            yield from parsed_file(kind, file, opened, descend)
    except OSError as error:
        # Where the file's own text was given, its row is taken.
        yield opened.failed(unreadable(error), opened.inner("rest") if OWN in opened.taken else None)


def parsed_file(kind: str, file: BinaryIO, opened: Opened, descend: Descend) -> Iterator[Found]:
    """The same for bytes that stand for what was opened; OSError where the parser breaks down."""
    with closing(Job(kind, opened.name, file.fileno())) as job:
        yield from _parts(Parts(job), opened, descend)


def _parts(parts: Parts, opened: Opened, descend: Descend) -> Iterator[Found]:
    whole = Ledger(opened.asset.source, opened.asset.name, opened.asset.size, finished=True)
    for _ in parts.payloads(b"", whole):
        pass  # before the first part a parser only says what is wrong with the file
    empty = True
    while (part := parts.begin()) is not None:
        if part.name:
            opened.expansion.entry()
        empty = False
        yield from _part(parts, part, opened, descend)
    if empty:
        yield opened.told(whole)


def _part(parts: Parts, part: Part, opened: Opened, descend: Descend) -> Iterator[Found]:
    if part.name == OWN:
        asset = opened.asset
        opened.taken.add(OWN)
    else:
        asset = opened.inner(part.name)
    ledger = Ledger(asset.source, asset.name)
    if part.kind is PartKind.TABLE:
        yield replace(asset, fields=part.fields), ParsedTable(parts, part, ledger, opened.sampling)
    elif part.kind is PartKind.TEXT:
        yield asset, ParsedText(parts, ledger)
    elif part.kind is PartKind.FILE:
        yield from _file(parts, asset, opened, descend)
    else:
        for _ in parts.payloads(b"", ledger):
            pass
        yield opened.skipped(ledger.notes[0], asset) if ledger.notes else opened.failed(ledger.failures[0], asset)


def _file(parts: Parts, asset: Asset, opened: Opened, descend: Descend) -> Iterator[Found]:
    try:
        stream = cast("BinaryIO", _Bytes(parts, asset, opened))
        yield from descend(opened.entry(asset, stream))
    except OSError as error:
        yield opened.failed(unreadable(error), asset)


class _Bytes(io.RawIOBase):
    """The bytes of a file inside; what the parser says of it is an error at its end."""

    def __init__(self, parts: Parts, asset: Asset, opened: Opened) -> None:
        self._ledger = Ledger(asset.source, asset.name)
        self._payloads = parts.payloads(frames.BYTES, self._ledger)
        self._expansion = opened.expansion
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        if not self._left:
            self._left = next(self._payloads, b"")
            self._expansion.grew(len(self._left))
            if not self._left and self._ledger.failures:
                raise StreamError(self._ledger.failures[0])
        data, self._left = self._left[: len(target)], self._left[len(target) :]
        target[: len(data)] = data
        return len(data)


class ParsedTable(LedgerReading):
    """The rows of a table, all or a sample, numbered from 0 without the header; and all of the text beside them."""

    def __init__(self, parts: Parts, part: Part, ledger: Ledger, sampling: Sampling) -> None:
        super().__init__(ledger)
        self._parts = parts
        self._names = [field.name for field in part.fields]
        self._sampling = sampling

    def chunks(self) -> Iterator[Chunk]:
        batcher = Batcher(self.ledger, self._names)
        failure: OSError | None = None
        with aside() as beside:
            try:
                if self._sampling.rows is None:
                    yield from batcher.extend_all(self._rows(beside))
                else:
                    rows = enumerate(chain.from_iterable(self._rows(beside)))
                    for number, row in sampled(rows, self._sampling, self.ledger):
                        yield from batcher.add(number, row)
            except OSError as error:
                failure = error
            yield from batcher.flush()
            yield from beside.chunks()
        if failure:
            raise failure

    def _rows(self, beside: Beside) -> Iterator[Sequence[Row]]:
        offset = 0
        for kind, payload in self._parts.frames(frames.ROWS + frames.COLUMNS + frames.TEXT, self.ledger):
            if kind == frames.TEXT:
                text = payload.decode("utf-8", "replace")
                beside.add(text, offset)
                offset += len(text)
            elif kind == frames.ROWS:
                yield json.loads(payload)
            else:
                yield list(zip(*json.loads(payload), strict=True))


class ParsedText(LedgerReading):
    """All of a text, whatever the sampling."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._parts = parts

    def chunks(self) -> Iterator[TextChunk]:
        payloads = self._parts.payloads(frames.TEXT, self.ledger)
        yield from text_chunks(payload.decode("utf-8", "replace") for payload in payloads)
