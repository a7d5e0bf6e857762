"""Word .docx, PowerPoint .pptx (ECMA-376), OpenDocument .odt and .odp: text, tables, notes, comments, what is embedded."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, cast

from pii_audit.errors import InspectionError
from pii_audit.sources.format.isolated.frames import Sink
from pii_audit.sources.format.packed.expansion import damaged
from pii_audit.sources.format.packed.zip import ENCRYPTED
from pii_audit.sources.format.parsers.embedded import send_embedded
from pii_audit.sources.format.parsers.flow import Flow
from pii_audit.sources.format.parsers.package_rest import said_in
from pii_audit.sources.format.parsers.xml_parts import attribute, feed

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How one family writes documents: its elements by what they mean.

    `text` are elements whose own text counts; without them all text of a paragraph does. What is below `leave_out` says a
    second time what was said.
    """

    parts: re.Pattern[str]
    paragraphs: frozenset[str]
    text: frozenset[str]
    tabs: frozenset[str]
    breaks: frozenset[str]
    table: str
    row: str
    cell: str
    across: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    across_element: str = ""
    leave_out: str = ""


WORD = Vocabulary(
    re.compile(
        r"word/(?:document\d*|(?:header|footer)\d*|footnotes\d*|endnotes\d*|comments\d*|glossary/document)\.xml"
    ),
    frozenset({f"{_W}p"}),
    # Deleted text is still in the file, and a field may hold an address.
    frozenset({f"{_W}t", f"{_W}delText", f"{_W}instrText", f"{_W}delInstrText", f"{_M}t", f"{_A}t"}),
    frozenset({f"{_W}tab"}),
    frozenset({f"{_W}br", f"{_W}cr"}),
    f"{_W}tbl",
    f"{_W}tr",
    f"{_W}tc",
    across=(f"{_W}val",),
    across_element=f"{_W}gridSpan",
    leave_out=f"{_MC}Fallback",
)
SLIDES = Vocabulary(
    re.compile(r"ppt/(?:slides/slide\d+|notesSlides/notesSlide\d+|comments/[^/]+)\.xml"),
    frozenset({f"{_A}p", f"{_P}cm"}),
    frozenset({f"{_A}t", f"{_P}text"}),
    frozenset(),
    frozenset({f"{_A}br"}),
    f"{_A}tbl",
    f"{_A}tr",
    f"{_A}tc",
    leave_out=f"{_MC}Fallback",
)
OPEN_DOCUMENT = Vocabulary(
    re.compile(r"(?:Object [^/]+/)?(?:content|styles)\.xml"),
    frozenset({f"{_T}p", f"{_T}h"}),
    frozenset(),
    frozenset({f"{_T}tab"}),
    frozenset({f"{_T}line-break"}),
    f"{_TABLE}table",
    f"{_TABLE}table-row",
    f"{_TABLE}table-cell",
    across=(f"{_TABLE}number-columns-spanned", f"{_TABLE}number-columns-repeated"),
    down=(f"{_TABLE}number-rows-spanned",),
)


class _Reader:
    """Turns elements into a flow."""

    def __init__(self, words: Vocabulary, flow: Flow, aside: dict[str, None]) -> None:
        self._words = words
        self._flow = flow
        self._aside = aside
        self._in_text = 0
        self._left_out = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        words = self._words
        if tag == words.leave_out or self._left_out:
            self._left_out += tag == words.leave_out
        elif tag in words.text or (not words.text and tag in words.paragraphs):
            self._in_text += 1
        elif tag in words.tabs:
            self._flow.text("\t")
        elif tag in words.breaks:
            self._flow.text("\n")
        elif tag == words.table:
            self._flow.begin_table()
        elif tag == words.cell:
            self._flow.begin_cell(across=attribute(attributes, words.across), down=attribute(attributes, words.down))
        elif tag == words.across_element:
            self._flow.widen_cell(attribute(attributes, words.across))
        if attributes and tag != words.cell and not self._left_out:
            self._aside.update(dict.fromkeys(said_in(attributes)))

    def comment(self, text: str) -> None:
        self._aside[text] = None

    def data(self, text: str) -> None:
        if self._in_text and not self._left_out:
            self._flow.text(text)

    def end(self, tag: str) -> None:
        words = self._words
        if tag == words.leave_out:
            self._left_out -= 1
        elif self._left_out:
            return
        elif tag in words.text:
            self._in_text -= 1
        elif tag in words.paragraphs:
            self._in_text -= not words.text
            self._flow.end_paragraph()
        elif tag == words.cell:
            self._flow.end_cell()
        elif tag == words.row:
            self._flow.end_row()
        elif tag == words.table:
            self._flow.end_table()


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends tables with a header one by one, all other text, and files that are embedded."""
    try:
        document = zipfile.ZipFile(file)
    except zipfile.BadZipFile:
        raise InspectionError(damaged().what) from None
    names = document.namelist()
    words = next((one for one in (WORD, SLIDES, OPEN_DOCUMENT) if any(map(one.parts.fullmatch, names))), None)
    if words is None:
        raise InspectionError(damaged().what)
    if "META-INF/manifest.xml" in names and b"encryption-data" in document.read("META-INF/manifest.xml"):
        raise InspectionError(ENCRYPTED)
    flow = Flow(sink)
    aside: dict[str, None] = {}
    parts = sorted(filter(words.parts.fullmatch, names), key=_reading_order)
    try:
        for part in parts:
            with document.open(part) as stream:
                feed(cast("BinaryIO", stream), _Reader(words, flow, aside))
    finally:
        # What was read before a broken place counts.
        flow.close()
    send_embedded(document, sink, read=parts, aside=aside)


def _reading_order(part: str) -> tuple[bool, str, int, str]:
    """The body first; slide 10 after slide 9."""
    number = re.search(r"\d+(?=\.xml$)", part)
    return part != "word/document.xml", re.sub(r"\d+", "", part), int(number[0]) if number else 0, part
