"""What all readings share: the ledger kept while reading, rows put into chunks, and repeatable samples."""

from __future__ import annotations

import heapq
import random
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Generic, TypeVar

from pii_audit.errors import reason_of
from pii_audit.language import Text
from pii_audit.model.asset import Chunk, TableChunk
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.sources.interface import Absent, Portion, Reading, Sampling, failed

ROWS = 20_000
"""Rows in one chunk, fewer where cells are large."""
CHARACTERS = 4 << 20
SAMPLE_CHARACTERS = 128 << 20
"""Of a sample that is drawn in memory at most, cells together: tables are as wide as anybody makes them."""

Row = Sequence[str | None] | Mapping[str, str | None]
P = TypeVar("P")
R = TypeVar("R")
"""A row in whatever form its source gives it."""


@dataclass(slots=True)
class Ledger:
    """What becomes of one asset while it is read: counts, oddities (`notes`) and what stayed unread (`failures`)."""

    source: str
    asset: str
    bytes: int | None = None
    rows: int | None = None
    total: int | None = None
    draws: int | None = None
    draw: str = ""
    finished: bool = False
    notes: list[Text] = field(default_factory=list)
    failures: list[Text] = field(default_factory=list)

    def drew(self, sampling: Sampling, rows: int) -> None:
        """Notes that so many rows were drawn; `draw` tells their chunks from those of other samples."""
        self.rows = self.draws = rows
        self.draw = f"sample {sampling.rows} seed {sampling.seed}: "

    def coverage(self) -> Coverage:
        """The row of the coverage ledger; an unfinished reading counts as failed."""
        failures = list(self.failures)
        if not self.finished and not failures:
            failures.append(Text("没有读到末尾", "was not read to its end"))
        reasons = [*failures, *self.notes]
        reason = Text(";".join(r.zh for r in reasons), "; ".join(r.en for r in reasons)) if reasons else None
        status = CoverageStatus.INSPECTED if self.draws is None else CoverageStatus.SAMPLED
        return Coverage(
            self.source,
            self.asset,
            CoverageStatus.FAILED if failures else status,
            reason,
            bytes=self.bytes,
            rows=self.rows,
            total=self.total,
            draws=self.draws,
        )


class LedgerReading(Reading):
    """A reading that goes once through its asset and keeps a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def __iter__(self) -> Iterator[Chunk]:
        return self._guarded(self.chunks())

    def portions(self) -> Iterator[Portion]:
        return self._guarded(self.parts())

    def _guarded(self, given: Iterator[P]) -> Iterator[P]:
        try:
            yield from given
        except OSError as error:
            self.ledger.failures.append(unreadable(error))
        except (MemoryError, RecursionError):
            self.ledger.failures.append(Text("内容过大或嵌套过深", "too large or too deeply nested to be read on"))
        self.ledger.finished = True

    @abstractmethod
    def chunks(self) -> Iterator[Chunk]:
        """The chunks; an OSError that is raised here ends the reading as failed."""

    def parts(self) -> Iterator[Portion]:
        """The same, unparsed where others can parse it."""
        return self.chunks()

    def coverage(self) -> Coverage:
        return self.ledger.coverage()


class NoReading(Reading):
    """The reading of something that cannot be read: no chunks, and the reason."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage

    @classmethod
    def failed(cls, source: str, asset: str, reason: Text, *, size: int | None = None) -> NoReading:
        """For an object that could not be inspected."""
        return cls(failed(source, asset, reason, size=size))

    def __iter__(self) -> Iterator[Chunk]:
        return iter(())

    def coverage(self) -> Coverage:
        return self._coverage


class StreamError(OSError):
    """What a packed or derived stream could not give, in words of its own; else as an error of the disk."""

    def __init__(self, what: Text) -> None:
        super().__init__(what.en)
        self.what = what


def unreadable(error: OSError) -> Text:
    """Why the operating system did not let something be read, without its path."""
    if isinstance(error, StreamError):
        return error.what
    known = {
        PermissionError: Text("没有读取权限", "permission denied"),
        FileNotFoundError: Absent("读取时已不存在", "vanished before it was read"),
        IsADirectoryError: Text("是文件夹，不是文件", "is a folder, not a file"),
        NotADirectoryError: Text("是文件，不是文件夹", "is a file, not a folder"),
    }
    reason = reason_of(error)
    return known.get(type(error), Text(f"无法读取：{reason.zh}", f"cannot be read: {reason.en}"))


class Batcher:
    """Rows in, chunks out: at most 20,000 rows or about 4 million characters each, columns in order of appearance.

    `fields` names the columns of rows that are sequences; `surplus` names those past the last.
    """

    def __init__(self, ledger: Ledger, fields: Sequence[str] = (), surplus: Callable[[int], str] | None = None) -> None:
        self._ledger = ledger
        self._names = list(fields)
        self._surplus = surplus or (lambda index: f"column {index + 1}")
        self._numbers: list[int] = []
        self._rows: list[Row] = []
        self._size = 0

    def add(self, number: int, row: Row) -> Iterator[TableChunk]:
        """Takes one row; gives a chunk when one is full."""
        self._numbers.append(number)
        self._rows.append(row)
        cells = row.values() if isinstance(row, Mapping) else row
        self._size += sum(len(cell) for cell in cells if cell)
        if len(self._rows) >= ROWS or self._size >= CHARACTERS:
            yield from self.flush()

    def extend_all(self, several: Iterable[Sequence[Row]], number: int = 0) -> Iterator[TableChunk]:
        """Takes all rows of an asset, some (of about a million characters) at once, the first of which has that number; counts them in the ledger."""
        self._ledger.rows = self._ledger.total = 0
        for rows in several:
            self._ledger.rows = self._ledger.total = self._ledger.rows + len(rows)
            cells = chain.from_iterable(row.values() if isinstance(row, Mapping) else row for row in rows)
            self._size += sum(map(len, filter(None, cells)))
            taken = 0
            while taken < len(rows):
                part = rows[taken : taken + ROWS - len(self._rows)]
                self._rows.extend(part)
                self._numbers.extend(range(number, number + len(part)))
                taken, number = taken + len(part), number + len(part)
                if len(self._rows) >= ROWS or self._size >= CHARACTERS:
                    yield from self.flush()

    def flush(self) -> Iterator[TableChunk]:
        """The last, partly filled chunk."""
        if not self._rows:
            return
        first, last = self._numbers[0], self._numbers[-1]
        yield TableChunk(f"{self._ledger.draw}{first}-{last}", self._numbers, self._columns())
        self._numbers, self._rows, self._size = [], [], 0

    def _columns(self) -> dict[str, Sequence[str | None]]:
        mappings = [row for row in self._rows if isinstance(row, Mapping)]
        if mappings:
            names = dict.fromkeys(name for row in mappings for name in row)
            return {name: [row.get(name) for row in mappings] for name in names}
        return columns_of([row for row in self._rows if not isinstance(row, Mapping)], self._names, self._surplus)


def columns_of(
    rows: Sequence[Sequence[str | None]], names: list[str], surplus: Callable[[int], str]
) -> dict[str, Sequence[str | None]]:
    """The columns of some rows; names of those that are past the last are added by `surplus`."""
    widths = {len(names), *map(len, rows)}
    width = max(widths)
    if len(widths) > 1:
        rows = [[*row, *([None] * (width - len(row)))] for row in rows]
    names += [surplus(index) for index in range(len(names), width)]
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def generator(sampling: Sampling, source: str, asset: str) -> random.Random:
    """The random numbers of one asset: the same for the same seed, independent between assets."""
    return random.Random(f"{sampling.seed}\x1f{source}\x1f{asset}")  # noqa: S311 - a sample, not a secret


def sampled(
    rows: Iterator[tuple[int, R]], sampling: Sampling, ledger: Ledger, width: Callable[[R], int] | None = None
) -> Iterator[tuple[int, R]]:
    """Every row, or a simple random sample of them in row order; counts both in the ledger.

    Each row gets a random number and those with the smallest are kept, so that each set of as many rows is equally likely and
    they count as independent draws. Where they are wider (`width` in characters) than SAMPLE_CHARACTERS together, fewer are kept.
    """
    ledger.rows = ledger.total = 0
    if sampling.rows is None:
        for number, row in rows:
            ledger.rows = ledger.total = ledger.total + 1
            yield number, row
        return
    reservoir = _Reservoir(sampling.rows, generator(sampling, ledger.source, ledger.asset), width or characters)
    failure: Exception | None = None
    try:
        for item in rows:
            ledger.total += 1
            reservoir.offer(*item)
    except Exception as error:  # noqa: BLE001 - raised again below, after what was drawn until then
        failure = error
    kept = reservoir.kept()
    ledger.rows = len(kept)
    if ledger.total > len(kept):
        ledger.drew(sampling, len(kept))
    yield from kept
    if failure:
        raise failure


class _Reservoir(Generic[R]):
    """The rows with the smallest of some random numbers: so many, and so many characters of them, at most."""

    def __init__(self, size: int, rng: random.Random, width: Callable[[R], int]) -> None:
        self._size, self._random, self._width = size, rng.random, width
        # The largest random number first; no two rows have one number in the asset.
        self._heap: list[tuple[float, int, int, R]] = []
        self._total = 0

    def offer(self, number: int, row: R) -> None:
        """A row with its number."""
        key = -self._random()
        if len(self._heap) >= self._size and key <= self._heap[0][0]:
            return
        heapq.heappush(self._heap, (key, number, width := self._width(row), row))
        self._total += width
        # Once too many were too wide, so many are too many for the rest as well: else late rows had a better chance.
        if self._total > SAMPLE_CHARACTERS:
            while self._total > SAMPLE_CHARACTERS and len(self._heap) > 1:
                self._total -= heapq.heappop(self._heap)[2]
            self._size = len(self._heap)
        elif len(self._heap) > self._size:
            self._total -= heapq.heappop(self._heap)[2]

    def kept(self) -> list[tuple[int, R]]:
        """What is left of them, in the order in which they came."""
        return sorted(((number, row) for _, number, _, row in self._heap), key=lambda item: item[0])


def characters(row: Any) -> int:
    """Characters and bytes of a row, whatever form it has: cells in a sequence, or by name."""
    cells = row.values() if isinstance(row, Mapping) else row if isinstance(row, tuple | list) else ()
    return sum(len(cell) if isinstance(cell, str | bytes) else characters(cell) for cell in cells)


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names made unique: the second `phone` is `phone (2)`."""
    taken: set[str] = set(names)
    seen: set[str] = set()
    out: list[str] = []
    for name in names:
        candidate, count = name, 1
        while candidate in seen or (count > 1 and candidate in taken):
            count += 1
            candidate = f"{name} ({count})"
        seen.add(candidate)
        out.append(candidate)
    return tuple(out)
