"""HTML: its text and tables, as exports that call themselves .xls often are."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import BinaryIO

from pii_audit.sources.format.content import Content
from pii_audit.sources.format.isolated.frames import Sink
from pii_audit.sources.format.parsers.flow import Flow
from pii_audit.sources.format.parsers.xml_parts import attribute
from pii_audit.sources.reading import Ledger

_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption"),
        *("figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "li", "main", "nav"),
        *("ol", "option", "p", "pre", "section", "select", "summary", "title", "ul"),
    )
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
"""A run of these is shown as one space."""
_VALUES = ("value", "alt", "title", "href", "placeholder", "content", "data-value")
"""Attributes that hold what a person typed, reads or follows."""


class _Reader(HTMLParser):
    """Scripts and styles are text like any other: a page often carries its data in one."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(convert_charrefs=True)
        self._flow = flow

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        flow = self._flow
        attributes = {name: value or "" for name, value in attrs}
        if tag == "table":
            flow.begin_table()
        elif tag == "tr":
            flow.end_row()
        elif tag in ("td", "th"):
            across, down = attribute(attributes, ("colspan",)), attribute(attributes, ("rowspan",))
            flow.begin_cell(across=across, down=down, head=tag == "th")
        elif tag in _BLOCKS:
            flow.end_paragraph()
        for name in _VALUES:
            if attributes.get(name):
                flow.text(f" {attributes[name]} ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._flow.end_table()
        elif tag == "tr":
            self._flow.end_row()
        elif tag in ("td", "th"):
            self._flow.end_cell()
        elif tag in _BLOCKS:
            self._flow.end_paragraph()

    def handle_data(self, data: str) -> None:
        self._flow.text(_BLANKS.sub(" ", data))

    def handle_comment(self, data: str) -> None:
        self._flow.text(f" {data} ")

    def unknown_decl(self, data: str) -> None:
        self._flow.text(f" {data} ")


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends tables with a header one by one, and all other text; comments, links and typed values included."""
    content = Content(file)
    flow = Flow(sink)
    reader = _Reader(flow)
    for text in content.texts():
        reader.feed(text)
    reader.close()
    flow.close()
    ledger = Ledger("", "")
    content.settle(ledger)
    for note in ledger.notes:
        sink.note(note)
    for failure in ledger.failures:
        sink.fail(failure)


def plain_text(page: str) -> str:
    """All text of a page, cells of tables parted by tabs."""
    flow = Flow(None)
    reader = _Reader(flow)
    reader.feed(page)
    reader.close()
    return flow.close()
