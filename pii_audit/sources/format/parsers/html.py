"""HTML: its text and tables, as exports that call themselves .xls often are; what is written into `data:` addresses too."""

from __future__ import annotations

import base64
import binascii
import re
from html.parser import HTMLParser
from typing import BinaryIO
from urllib.parse import unquote_to_bytes

from pii_audit.sources.format.content import Content
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.parsers.decoding import tell
from pii_audit.sources.format.parsers.flow import Flow
from pii_audit.sources.format.parsers.package_rest import said_in
from pii_audit.sources.format.parsers.pictures import Pictures
from pii_audit.sources.format.parsers.xml_parts import attribute

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
"""Attributes that hold what a person typed, reads or follows; others count where they look like data."""
_INVISIBLE = dict.fromkeys(map(ord, "\xad\u200b\u200c\u200d\u2060\ufeff"))
"""Characters by which a number can be broken that a reader does not see."""


class _Reader(HTMLParser):
    """Scripts and styles are text like any other: a page often carries its data in one."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(convert_charrefs=True)
        self._flow = flow
        self.files: list[bytes] = []

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
        for name, value in attributes.items():
            self._attribute(name, value)

    def _attribute(self, name: str, value: str) -> None:
        if value.lower().startswith("data:") and "," in value:
            self._data_address(value)
        elif name == "srcdoc":
            self._flow.text(f" {plain_text(value)} ")
        elif (name in _VALUES and value) or any(said_in({name: value})):
            self._flow.text(f" {value} ")

    def _data_address(self, value: str) -> None:
        """What is written into an address (RFC 2397): text, or a file that is told after the page."""
        kind, _, written = value[len("data:") :].partition(",")
        raw = unquote_to_bytes(written)
        if kind.lower().endswith(";base64"):
            try:
                raw = base64.b64decode(raw)
            except binascii.Error:
                self._flow.text(f" {written} ")
                return
        if kind.lower().startswith("text/") or not kind or kind.startswith(";"):
            self._flow.text(f" {decode_cell(raw)[0]} ")
        elif raw:
            self.files.append(raw)

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
        self._flow.text(_BLANKS.sub(" ", data).translate(_INVISIBLE))

    def handle_comment(self, data: str) -> None:
        self._flow.text(f" {data} ")

    def handle_pi(self, data: str) -> None:
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
    tell(content, sink)
    pictures = Pictures(sink)
    for number, data in enumerate(reader.files, 1):
        if not pictures.skips(data):
            sink.begin(Part(PartKind.FILE, f"embedded {number}"))
            sink.data(data)


def plain_text(page: str) -> str:
    """All text of a page, cells of tables parted by tabs."""
    flow = Flow(None)
    reader = _Reader(flow)
    reader.feed(page)
    reader.close()
    return flow.close()
