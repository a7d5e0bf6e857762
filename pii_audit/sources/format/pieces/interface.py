"""A text cut into what stays as it is and the values that may be written anew: joined, the pieces are the text.

Every format cuts on its own; what is done with a value is somebody else's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset


@dataclass(frozen=True, slots=True)
class Slot:
    """One value of a column: `raw` is how it stands in the text, `value` what it says.

    `write` gives the text in which another value stands there, None where it does not fit; of None as a value, how nothing is written.
    """

    column: str
    raw: str
    value: str
    write: Callable[[str | None], str | None]


Piece: TypeAlias = str | Slot


@dataclass(frozen=True)
class Edits:
    """What is cut out: columns that are `dropped`, that are handed out as slots, and new names; by shown name.

    `shown` gives a column's shown name, under which everything else knows it.
    """

    dropped: frozenset[str] = frozenset()
    treated: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)
    shown: Callable[[str], str] = str

    def drops(self, name: str) -> bool:
        """Whether the column is left out."""
        return self.shown(name) in self.dropped

    def treats(self, name: str) -> bool:
        """Whether the column's values are handed out."""
        return self.shown(name) in self.treated

    def rename(self, name: str) -> str | None:
        """The column's new name, None where it keeps its own."""
        return self.renamed.get(self.shown(name))


class Cutter(Protocol):
    """One format's way of cutting; `asset` has the fields by which its columns are known, `renames` says whether they can be given names."""

    asset: Asset
    renames: bool

    def pieces(self, edits: Edits) -> Iterator[Piece]:
        """The pieces of the whole text in order, once; CutError where it cannot be cut for certain."""


class CutError(InspectionError):
    """A text cannot be cut so that everything else stays as it was; nothing was written."""

    def __init__(self, what: Text, line: int) -> None:
        super().__init__(Text(f"第 {line} 行：{what.zh}", f"line {line}: {what.en}"))
