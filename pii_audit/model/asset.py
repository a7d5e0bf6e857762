"""What is crawled: assets, their fields, and the chunks in which their content arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pii_audit.model.unchanged import State


class AssetKind(StrEnum):
    """The shapes in which data lies around."""

    TABLE = "table"
    VIEW = "view"
    FILE = "file"
    FEED = "feed"
    QUERY = "query"

    @property
    def keeps(self) -> bool:
        """Whether it holds data itself: a view and a query only show what tables hold."""
        return self not in (AssetKind.VIEW, AssetKind.QUERY)


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table, or a path inside a structured file; `place` says where in a spreadsheet: `C2:C501`."""

    name: str
    type: str | None = None
    comment: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """A table, a file or an outbound feed.

    `name` is unique within its source: `main.customer`, `hz/list.csv`, `a.zip!b.csv`. `rows` is the count
    where it is known beforehand, `size` is in bytes, `owner` is the declared or file-system owner. `state` is what the place that
    lists a file says of it, and is no part of what it is.
    """

    source: str
    name: str
    kind: AssetKind
    fields: tuple[Field, ...] = ()
    rows: int | None = None
    size: int | None = None
    modified: datetime | None = None
    owner: str | None = None
    comment: str | None = None
    state: State | None = field(default=None, compare=False, repr=False)

    @property
    def id(self) -> str:
        """`source:name`, unique within a workspace; the name alone outside any source."""
        return f"{self.source}:{self.name}" if self.source else self.name


@dataclass(frozen=True, slots=True)
class TableChunk:
    """Rows of a structured asset, column by column.

    `columns` maps a field's name to its cells as text, None for NULL, all of one length; `rows` are the 0-based row
    numbers without the header. A field may first appear in a later chunk.
    """

    id: str
    rows: Sequence[int]
    columns: Mapping[str, Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class TextChunk:
    """A piece of free text; `offset` is its first character's place in the decoded text of the whole asset."""

    id: str
    offset: int
    text: str


Chunk = TableChunk | TextChunk
