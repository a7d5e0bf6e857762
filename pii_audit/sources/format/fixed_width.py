"""Fixed-width records, as mainframes write them: columns by place, named by a layout that a person wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pii_audit.document import STRING, Choice, ListOf, Reader, Record, Scalar, whole
from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.asset import Field, TableChunk
from pii_audit.sources.format.content import Content
from pii_audit.sources.globs import path_match
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Batcher, Ledger, LedgerReading, sampled, unique

REST = "rest"
"""The field under which stands what the layout leaves out: nothing of a record is unread."""
MAX_WIDTH = 1 << 20


def _version(text: str) -> int:
    if text != "1":
        raise ValueError
    return 1


def _width(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= MAX_WIDTH:
        raise ValueError
    return int(text)


WIDTH = Scalar(
    Text("1 到 1048576 的整数", "a whole number from 1 to 1048576"),
    _width,
    {"type": "integer", "minimum": 1, "maximum": MAX_WIDTH},
    quoted=False,
)
_FIELD = Record(
    {"name": STRING, "width": WIDTH, "start": WIDTH, "comment": STRING},
    ("name", "width"),
    Text("字段", "a field"),
)
LAYOUT = Record(
    {
        "version": Scalar(Text("版本号 1", "version 1"), _version, {"const": 1}, quoted=False),
        "title": STRING,
        "unit": Choice(("characters", "bytes")),
        "skip": whole(0),
        "fields": ListOf(_FIELD),
    },
    ("version", "fields"),
    Text("定长布局", "a layout of fixed-width records"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: from `start` (0-based) up to `end`, exclusive."""

    name: str
    start: int
    end: int
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How records are cut; places count characters, or bytes of the file's own encoding; `skip` lines stand before them."""

    places: tuple[Place, ...]
    unit: Literal["characters", "bytes"] = "characters"
    skip: int = 0

    @property
    def width(self) -> int:
        """Where the last field ends."""
        return max((place.end for place in self.places), default=0)

    def uncovered(self, length: int) -> list[tuple[int, int]]:
        """The stretches of a record of that length that no field covers, the last one up to its end."""
        gaps: list[tuple[int, int]] = []
        at = 0
        for place in sorted(self.places, key=lambda place: place.start):
            if place.start > at:
                gaps.append((at, place.start))
            at = max(at, place.end)
        return [*((start, end) for start, end in gaps if start < length), (at, max(at, length))]

    def fields(self) -> tuple[Field, ...]:
        """The fields of the asset."""
        return tuple(Field(place.name, comment=place.comment) for place in self.places)


Layouts = tuple[tuple[str, Layout], ...]
"""Globs of file names, each with the layout of the files that it matches."""


def layout_for(name: str, layouts: Layouts) -> Layout | None:
    """The layout of a file, the first that fits; None where it has none."""
    return next((layout for pattern, layout in layouts if path_match(name, (pattern,))), None)


def load_layout(path: Path, reader: Reader, *, shown_as: str) -> Layout:
    """The layout that a YAML file describes; what is wrong in it is noted in the reader, with its place."""
    read = reader.read(path, LAYOUT, shown_as=shown_as)
    if not isinstance(read, dict):
        return Layout(())
    at = 0
    places: list[Place] = []
    declared = read.get("fields", ())
    names = unique([one.get("name", "") for one in declared])
    for name, one in zip(names, declared, strict=True):
        start = one["start"] - 1 if "start" in one else at
        at = start + one.get("width", 0)
        places.append(Place(name, start, at, one.get("comment")))
    if not places:
        reader.note(Position(shown_as, 1, 1), Text("布局没有字段", "the layout has no fields"))
    return Layout(tuple(places), read.get("unit", "characters"), read.get("skip", 0))


class FixedWidthReading(LedgerReading):
    """One row a line, numbered from 0 after the lines that are skipped; those are read as a row's `rest` too."""

    def __init__(self, content: Content, layout: Layout, ledger: Ledger, sampling: Sampling) -> None:
        super().__init__(ledger)
        self._content = content
        self._layout = layout
        self._sampling = sampling
        self._odd = 0
        self._first_odd = 0

    def chunks(self) -> Iterator[TableChunk]:
        names = [*(place.name for place in self._layout.places), REST]
        batcher = Batcher(self.ledger, unique(names))
        try:
            for number, row in sampled(enumerate(self._rows()), self._sampling, self.ledger):
                yield from batcher.add(number, row)
        except OSError:
            yield from batcher.flush()
            raise
        finally:
            self._settle()
        yield from batcher.flush()

    def _rows(self) -> Iterator[Sequence[str | None]]:
        layout = self._layout
        for number, line in enumerate(self._content.lines(), start=1):
            record = line.rstrip("\r\n").replace("\0", " ")
            if not record.strip():
                continue
            if number <= layout.skip:
                yield [*[None] * len(layout.places), record]
                continue
            cells, length = self._cut(record)
            if length != layout.width:
                self._odd += 1
                self._first_odd = self._first_odd or number
            yield cells

    def _cut(self, record: str) -> tuple[list[str | None], int]:
        """The cells of a record, what no field covers last, and the record's length in the layout's unit."""
        if self._layout.unit == "characters" or record.isascii():
            cells = [record[place.start : place.end] for place in self._layout.places]
            rest = self._layout.uncovered(len(record))
            left = " ".join(record[start:end] for start, end in rest)
            return [cell.strip() or None for cell in (*cells, left)], len(record)
        codec = self._content.decoder.encoding.codec
        raw = record.encode(codec, "replace")
        parts = [raw[place.start : place.end] for place in self._layout.places]
        parts.append(b" ".join(raw[start:end] for start, end in self._layout.uncovered(len(raw))))
        return [part.decode(codec, "replace").strip() or None for part in parts], len(raw)

    def _settle(self) -> None:
        self._content.settle(self.ledger)
        if self._odd:
            width, first = self._layout.width, self._first_odd
            self.ledger.notes.append(
                Text(
                    f"{self._odd} 行的长度不是布局的 {width}，首处在第 {first} 行",
                    f"{self._odd} line(s) are not {width} long as the layout says, the first is line {first}",
                )
            )
