"""What a parser's process tells: parts (a table, a text, the bytes of a file), in frames on a pipe."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, BinaryIO

from pii_audit.language import Text
from pii_audit.model.asset import Field

HEADER = struct.Struct("<cI")
"""The kind of a frame and the length of what follows."""
LARGEST = 64 << 20
"""Bytes of the largest frame that is believed."""
PIECE = 1 << 20
ROWS_AT_ONCE = 500

PROCESS, PART, ROWS, COLUMNS, TEXT, BYTES, NOTE, FAILURE, END = b"P", b"A", b"R", b"C", b"T", b"B", b"N", b"F", b"E"


class PartKind(StrEnum):
    """What a part is."""

    TABLE = "table"
    TEXT = "text"
    FILE = "file"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing in a file: `name` is its name inside, empty for the file itself; `fields` are a table's columns."""

    kind: PartKind
    name: str = ""
    fields: tuple[Field, ...] = ()


class Sink:
    """Where a parser puts what it finds: a part begins, and all that follows is of that part."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._rows: list[Sequence[str | None] | Mapping[str, str | None]] = []

    def frame(self, kind: bytes, payload: bytes = b"") -> None:
        """Writes one frame."""
        self._pipe.write(HEADER.pack(kind, len(payload)))
        self._pipe.write(payload)

    def begin(self, part: Part) -> None:
        """Begins a part."""
        self.flush()
        fields = [[field.name, field.type, field.comment, field.place] for field in part.fields]
        self.frame(PART, _json([part.kind, part.name, fields]))

    def row(self, cells: Sequence[str | None] | Mapping[str, str | None]) -> None:
        """One row of the table that was begun: cells in the order of its columns, or by column."""
        self._rows.append(cells)
        if len(self._rows) >= ROWS_AT_ONCE:
            self.flush()

    def columns(self, cells: Sequence[Sequence[str | None]]) -> None:
        """Several rows of the table that was begun, by column."""
        self.flush()
        payload = _json(cells)
        if len(payload) <= LARGEST:
            self.frame(COLUMNS, payload)
        else:
            self._send(list(zip(*cells, strict=True)))

    def text(self, text: str) -> None:
        """A piece of the text that was begun, or text that stands beside the rows of a table."""
        self.flush()
        for at in range(0, len(text), PIECE):
            self.frame(TEXT, text[at : at + PIECE].encode("utf-8", "replace"))

    def data(self, data: bytes) -> None:
        """Bytes of the file that was begun."""
        for at in range(0, len(data), PIECE):
            self.frame(BYTES, data[at : at + PIECE])

    def note(self, what: Text) -> None:
        """Something odd about the part, or about the file before the first part."""
        self.flush()
        self.frame(NOTE, _json([what.zh, what.en]))

    def fail(self, what: Text) -> None:
        """What of the part (or of the file, before the first part) could not be read."""
        self.flush()
        self.frame(FAILURE, _json([what.zh, what.en]))

    def end(self) -> None:
        """Nothing follows: without this the process died."""
        self.flush()
        self.frame(END)
        self._pipe.flush()

    def flush(self) -> None:
        """Sends the rows that are held."""
        if self._rows:
            rows, self._rows = self._rows, []
            self._send(rows)

    def _send(self, rows: Sequence[Sequence[str | None] | Mapping[str, str | None]]) -> None:
        """Sends rows in as many frames as it takes; one that is too large for any, as text beside the others."""
        payload = _json(rows)
        if len(payload) <= LARGEST:
            self.frame(ROWS, payload)
        elif len(rows) > 1:
            middle = len(rows) // 2
            self._send(rows[:middle])
            self._send(rows[middle:])
        else:
            cells = rows[0].values() if isinstance(rows[0], Mapping) else rows[0]
            self.text("\n".join(filter(None, cells)))


def part_of(payload: bytes) -> Part:
    """The part that a frame begins."""
    kind, name, fields = json.loads(payload)
    return Part(PartKind(kind), name, tuple(Field(*field) for field in fields))


def words_of(payload: bytes) -> Text:
    """The sentence of a note or failure."""
    zh, en = json.loads(payload)
    return Text(zh, en)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
