"""A document as values, without any library: headings, paragraphs and tables, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Title:
    """The title of the document, centred, and the line below it."""

    text: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `strong` is set in bold, `right` to the right margin (a signature)."""

    text: str
    strong: bool = False
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `widths` are shares of the page, and cells without text stay free to be filled in."""

    headings: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    widths: tuple[int, ...]


Block = Title | Heading | Paragraph | Table
