"""What a document of the ZIP kind says beside its text: properties, alternative texts, charts, caches of pivot tables, links, custom XML."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, BinaryIO, cast
from xml.etree.ElementTree import ParseError

from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.kinds import kind_of
from pii_audit.sources.format.packed.zip_rest import behind, comments, unnamed
from pii_audit.sources.format.parsers.behind import send_behind
from pii_audit.sources.format.parsers.runs import runs
from pii_audit.sources.format.parsers.sheet_rest import BesideCells
from pii_audit.sources.format.parsers.xml_parts import PIECE, feed

PLUMBING = re.compile(
    r"(?:^|/)(?:mimetype|\[Content_Types\]\.xml|(?:word|xl)/(?:styles|stylesWithEffects|fontTable|webSettings)\.(?:xml|bin)"
    r"|(?:word|xl|ppt)/(?:theme|fonts|printerSettings)/[^/]*|(?:word|xl|ppt)/vbaProjectSignature\w*\.bin|Fonts/[^/]*|xl/(?:calcChain|sharedStrings)\.(?:xml|bin)|xl/workbook\.bin"
    r"|xl/worksheets/[^/]*\.bin|ppt/(?:tableStyles|viewProps)\.xml|META-INF/manifest\.xml|layout-cache|Thumbnails/[^/]*"
    r"|docProps/thumbnail\.[^/]*)$|^(?:settings\.xml|Configurations2/.*)$"
)
"""Parts that say how a document looks, or that are read with the cells."""
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_XML = re.compile(r"\.(?:xml|rels|rdf|vml|xlb|xba)$")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml$")
_CONTROL = re.compile(r"/activeX/[^/]+\.bin$")
"""What a control keeps of itself, in a form of its own where it is no compound file."""
_SHARED_STRINGS = "xl/sharedStrings.xml"
_OPEN_SHEETS = "content.xml"
"""Of an OpenDocument spreadsheet."""
_OWN_FIELDS = re.compile(r"customXml/|docProps/custom\.xml$")
"""Parts in which every value is somebody's."""
_PARAGRAPHS = frozenset({"p", "si", "is", "comment"})
"""Elements whose text is one, whatever the pieces in which it stands."""
_OF_THE_PROGRAM = frozenset({"Application", "AppVersion", "Template", "generator", "Format", "HeadingPairs"})
_HEADERS = frozenset(f"{which}{what}" for which in ("odd", "even", "first") for what in ("Header", "Footer"))
_HEADER_CODE = re.compile(r'&(?:"[^"]*"|\d+|[A-Za-z])')
_TELLING = re.compile(r"@|(?<!#)\d{7}|=.*;")
_NUMBER = re.compile(
    r"-?\d+\.\d+(?:%|[a-z]{2})?|-?\d{1,10}|\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?|[0-9A-Fa-f]{8}|Pictures/.*"
)
"""Measures, GUIDs, marks of editing sessions and names of parts, which an attribute has for the program's own use."""
_WORDS = frozenset(
    {"descr", "title", "alt", "string", "tooltip", "display", "displayText", "prompt", "string-value", "v"}
)
"""Attributes that are shown, spoken or kept from cells, of which words count too."""
_SHAPES = frozenset({"path", "points", "d", "viewBox", "coordsize", "adj", "eqn", "enhanced-path", "style", "gfxdata"})
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


def said_in(attributes: Mapping[str, str]) -> Iterator[str]:
    """The values of attributes that may be about somebody."""
    for name, value in attributes.items():
        local = name.rpartition("}")[2]
        if local in _SHAPES or _NUMBER.fullmatch(value):
            continue
        if _TELLING.search(value) or (local in _WORDS and not value.isascii()):
            yield value


def send_rest(document: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo], aside: Iterable[str], sink: Sink) -> None:
    """Sends what is said in parts that nobody read, as one text, and those that are no XML as files.

    `aside` is what attributes of other parts say.
    """
    lines = _Lines(sink)
    lines.add(comments(document))
    for line in aside:
        lines.add(line)
    files = []
    sheets = BesideCells()
    for entry in entries:
        if _CONTROL.search(entry.filename) and kind_of(data := document.read(entry)) is None:
            for line in runs(data, words=True):
                lines.add(line)
        elif _SHEET.search(entry.filename):
            with document.open(entry) as stream:
                _beside_cells(*sheets.of(stream), lines)
        elif not _XML.search(entry.filename) or not _read(document, entry, lines):
            files.append(entry)
    if _SHARED_STRINGS in document.namelist():
        with document.open(_SHARED_STRINGS) as stream:
            for line in sheets.unshown(stream):
                lines.add(line)
    if document.fp is not None and unnamed(cast("BinaryIO", document.fp), document):
        lines.begin()
        sink.fail(
            Text(
                "其中有目录未列出的条目，未读取", "holds entries that its directory does not name, which were not read"
            )
        )
    for entry in files:
        sink.begin(Part(PartKind.FILE, entry.filename))
        with document.open(entry) as stream:
            send_bytes(stream, sink)
    if document.fp is not None:
        send_behind(behind(cast("BinaryIO", document.fp)), sink)


def send_bytes(stream: IO[bytes], sink: Sink) -> None:
    """Sends the bytes of the file that was begun."""
    while data := stream.read(1 << 20):
        sink.data(data)


class _Lines:
    """Lines of one text, each once; the text begins with the first."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._begun = False
        self._seen: set[str] = set()

    def begin(self) -> None:
        if not self._begun:
            self._sink.begin(Part(PartKind.TEXT, "other parts"))
            self._begun = True

    def add(self, line: str) -> None:
        line = line.strip()
        if line and line not in self._seen:
            if len(line) < PIECE and len(self._seen) < PIECE:
                self._seen.add(line)
            self.begin()
            self._sink.text(line + "\n")


class _Said:
    """Takes the text of an XML part by its paragraphs, and attributes; of relations those that lead out of the document.

    Single words without a number (`true`, `portrait`) say nothing of anybody, save where `whole` says so.
    """

    def __init__(self, lines: _Lines, *, whole: bool = False) -> None:
        self._lines = lines
        self._whole = whole
        self._text: list[str] = []
        self._paragraphs = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        local = tag.rpartition("}")[2]
        if not self._paragraphs:
            self._text.clear()
        self._paragraphs += local in _PARAGRAPHS
        if local in ("tab", "br"):
            self._text.append("\t")
        if local != "Relationship" or attributes.get("TargetMode") == "External":
            for value in said_in(attributes):
                self._lines.add(value)

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        local = tag.rpartition("}")[2]
        self._paragraphs -= local in _PARAGRAPHS
        if self._paragraphs:
            return
        text = "".join(self._text).strip()
        self._text.clear()
        if local in _HEADERS:
            text = _HEADER_CODE.sub(" ", text).strip()
        if local not in _OF_THE_PROGRAM and (self._whole or " " in text or not text.isascii() or _TELLING.search(text)):
            self._lines.add(text)

    def comment(self, text: str) -> None:
        self._lines.add(text)


class _SaidBesideCells(_Said):
    """The same of the sheets of an OpenDocument file, whose cells and notes were read: formulas, and shapes in cells."""

    def __init__(self, lines: _Lines) -> None:
        super().__init__(lines)
        self._cell = self._shape = self._note = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        local = tag.rpartition("}")[2]
        if local.endswith("table-cell"):
            self._cell += 1
            for name, value in attributes.items():
                if name.endswith("}formula"):
                    _quoted(value, self._lines)
            return
        self._note += local == "annotation"
        self._shape += tag.startswith(_DRAW)
        super().start(tag, attributes)

    def data(self, text: str) -> None:
        if not self._note and (self._shape or not self._cell):
            super().data(text)

    def end(self, tag: str) -> None:
        local = tag.rpartition("}")[2]
        self._cell -= local.endswith("table-cell")
        self._note -= local == "annotation"
        self._shape -= tag.startswith(_DRAW)
        super().end(tag)


def _read(document: zipfile.ZipFile, entry: zipfile.ZipInfo, lines: _Lines) -> bool:
    """Whether a part is XML to its end."""
    try:
        with document.open(entry) as stream:
            said = _SaidBesideCells(lines) if entry.filename == _OPEN_SHEETS else None
            feed(cast("BinaryIO", stream), said or _Said(lines, whole=bool(_OWN_FIELDS.search(entry.filename))))
    except (ParseError, ValueError):
        return False
    return True


def _beside_cells(rest: bytes, formulas: Iterable[str], lines: _Lines) -> None:
    """What a sheet says outside of its cells (headers, links, lists to choose from), and texts within formulas."""
    for formula in formulas:
        _quoted(formula, lines)
    try:
        feed(io.BytesIO(rest), _Said(lines))
    except (ParseError, ValueError):
        lines.add(re.sub(r"<[^>]*>", "\n", rest.decode("utf-8", "replace")))


def _quoted(formula: str, lines: _Lines) -> None:
    """Takes the texts in a formula."""
    for text in _QUOTED.findall(formula):
        if _TELLING.search(text):
            lines.add(text)
