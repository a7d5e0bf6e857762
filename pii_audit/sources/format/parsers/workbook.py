"""Excel .xlsx and .xlsb and OpenDocument .ods: all sheets, hidden ones too, with the values that were last computed."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import iterparse
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.expansion import damaged
from pii_audit.sources.format.packed.zip import ENCRYPTED
from pii_audit.sources.format.parsers.embedded import relations, send_embedded
from pii_audit.sources.format.parsers.sheet import send_comments, send_sheet
from pii_audit.sources.format.parsers.xml_parts import tree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_THREADED = "{http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_UNTYPED = re.compile(rb"(<table:(?:covered-)?table-cell\b(?![^>]*\boffice:value-type=)[^>]*)(?=>\s*<text:p\b)")
"""A cell of an OpenDocument sheet that holds text and says no type (19.389 has none by default), as some libraries write all of theirs."""


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends every sheet as a table, then its comments and text boxes as text."""
    try:
        book = CalamineWorkbook.from_filelike(_typed(file))
    except PasswordError:
        raise InspectionError(ENCRYPTED) from None
    except CalamineError:
        raise InspectionError(damaged().what) from None
    notes = _Notes(file)
    for sheet in book.sheets_metadata:
        if sheet.typ not in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet):
            continue  # a chart or a dialog has no cells
        try:
            found = book.get_sheet_by_name(sheet.name)
        except CalamineError:
            sink.begin(Part(PartKind.UNREAD, sheet.name))
            sink.fail(damaged().what)
            continue
        hidden = sheet.visible is not SheetVisibleEnum.Visible
        send_sheet(sink, sheet.name, _rows(found), last=found.total_height + 1, hidden=hidden)
        try:
            send_comments(sink, notes.of(sheet.name))
        except (ParseError, ValueError, KeyError, zipfile.BadZipFile):
            sink.fail(Text("批注无法读取", "its comments could not be read"))
    send_embedded(notes.package, sink, notes.sheets, read=notes.read)


def _typed(file: BinaryIO) -> BinaryIO:
    """The same workbook, in which no cell is without a type: the library takes such a one for empty."""
    try:
        with zipfile.ZipFile(file) as package:
            cells = package.read("content.xml") if "content.xml" in package.namelist() else b""
            typed = _UNTYPED.sub(rb'\1 office:value-type="string"', cells)
            if typed == cells:
                return file
            copy = io.BytesIO()
            with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as other:
                for name in ("mimetype", "META-INF/manifest.xml"):
                    other.writestr(name, package.read(name))
                other.writestr("content.xml", typed)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, KeyError):
        return file  # what is wrong with it, the library says
    finally:
        file.seek(0)
    copy.seek(0)
    return copy


def _rows(sheet: CalamineSheet) -> Iterator[Sequence[object]]:
    """From the first row and column on: the library leaves out blank ones before the used range."""
    if sheet.start is None:
        return
    above, left = sheet.start
    for _ in range(above):
        yield []
    for row in sheet.iter_rows():
        yield [*[None] * left, *row] if left else row


class _Notes:
    """Comments and text boxes, which the library passes over: they stand in parts of their own."""

    def __init__(self, file: BinaryIO) -> None:
        self.package = zipfile.ZipFile(file)
        self._names = set(self.package.namelist())
        self.read: set[str] = set()
        self._parts = self._targets("xl/workbook.xml") if "xl/workbook.xml" in self._names else {}
        self._annotations: list[tuple[str, str]] | None = None if "content.xml" in self._names else []

    def of(self, sheet: str) -> Iterator[tuple[str, str]]:
        """The notes of one sheet: their cell (nothing for a text box) and text."""
        if self._annotations is None:
            self._annotations = list(self._open_document())
        yield from (("", text) for where, text in self._annotations if where == sheet)
        part = self._parts.get(sheet)
        for target in relations(self.package, part).values() if part else ():
            yield from self._in_part(target)

    @property
    def sheets(self) -> dict[str, str]:
        """The names of sheets by the paths of their parts."""
        return {part: name for name, part in self._parts.items()}

    def _targets(self, part: str) -> dict[str, str]:
        by_id = relations(self.package, part)
        book = tree(self.package.read(part))
        return {
            sheet.get("name", ""): by_id[sheet.get(_RELATION, "")]
            for sheet in book.iter(f"{_MAIN}sheet")
            if sheet.get(_RELATION, "") in by_id
        }

    def _in_part(self, path: str) -> Iterator[tuple[str, str]]:
        if path not in self._names or not path.endswith(".xml"):
            return
        self.read.add(path)
        for _, element in iterparse(io.BytesIO(self.package.read(path)), forbid_dtd=True):
            if element.tag == f"{_MAIN}comment":
                yield element.get("ref", ""), "".join(one.text or "" for one in element.iter(f"{_MAIN}t"))
            elif element.tag == f"{_THREADED}threadedComment":
                yield element.get("ref", ""), "".join(one.text or "" for one in element.iter(f"{_THREADED}text"))
            elif element.tag == f"{_DRAWING}p":
                yield "", "".join(one.text or "" for one in element.iter(f"{_DRAWING}t"))
            else:
                continue
            element.clear()

    def _open_document(self) -> Iterator[tuple[str, str]]:
        """Each sheet's name with a comment in it."""
        sheet = ""
        with self.package.open("content.xml") as content:
            for event, element in iterparse(content, ("start", "end"), forbid_dtd=True):
                if element.tag == f"{_TABLE}table" and event == "start":
                    sheet = element.get(f"{_TABLE}name", "")
                elif event == "end" and element.tag == f"{_OFFICE}annotation":
                    yield sheet, "\n".join("".join(one.itertext()) for one in element)
                elif event == "end" and element.tag == f"{_TABLE}table-row":
                    element.clear()
