"""What a PDF says beside its pages: notes and forms, links, properties, bookmarks, scripts, descriptions of figures (ISO 32000-1)."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from functools import partial

import pypdfium2 as pdfium
from pypdfium2 import raw

from pii_audit.sources.format.parsers.pdf_objects import texts_in_objects
from pii_audit.sources.format.parsers.xmp import said_in_packets, telling

_KEYS = (b"Contents", b"RC", b"Subj", b"V", b"TU")
"""Of an annotation: a note's text, plain and rich, its subject, a form field's value, and what a reader is told the field is (12.5, 12.7)."""
_OF_THE_PROGRAM = frozenset({"Producer", "Creator", "CreationDate", "ModDate", "Trapped"})
_LONGEST = 1 << 20
"""Bytes of one text."""
_MOST = 100_000
"""Elements of a page's structure that are looked at."""
_TAG = re.compile(r"<[^>]*>")


def page_texts(page: pdfium.PdfPage, form: raw.FPDF_FORMHANDLE | None, said: set[str]) -> Iterator[str]:
    """What stands on a page beside its text, and what it leads to; each of these texts is put into `said`."""
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            values = dict.fromkeys(filter(None, _annotation(page, annotation, form)))
            said.update(values)
            yield " ".join(values)
            raw.FPDFPage_CloseAnnot(annotation)
    for text in _alternatives(page):
        said.add(text)
        yield text


def document_texts(document: pdfium.PdfDocument, data: bytes) -> Iterator[str]:
    """What is said of the whole: properties, bookmarks, the data of XFA forms, and what else stands in its objects; `data` are the bytes of the file."""
    for name, value in document.get_metadata_dict(skip_empty=True).items():
        if name not in _OF_THE_PROGRAM and (" " in value or telling(value)):
            yield value
    yield from filter(None, (mark.get_title() for mark in document.get_toc()))
    for index in range(raw.FPDF_GetXFAPacketCount(document)):
        size = ctypes.c_ulong()
        raw.FPDF_GetXFAPacketContent(document, index, None, 0, size)
        buffer = ctypes.create_string_buffer(size.value)
        if raw.FPDF_GetXFAPacketContent(document, index, buffer, len(buffer), size):
            yield from filter(telling, _TAG.split(buffer.raw.decode("utf-8", "replace")))
    yield from said_in_packets(data)
    yield from texts_in_objects(document, data)


def attached(page: pdfium.PdfPage) -> Iterator[pdfium.PdfAttachment]:
    """The files that are pinned to a page."""
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            file = raw.FPDFAnnot_GetFileAttachment(annotation)
            if file:
                yield pdfium.PdfAttachment(file, page.pdf)
            raw.FPDFPage_CloseAnnot(annotation)


def _annotation(
    page: pdfium.PdfPage, annotation: raw.FPDF_ANNOTATION, form: raw.FPDF_FORMHANDLE | None
) -> Iterator[str]:
    for key in _KEYS:
        yield _wide(partial(raw.FPDFAnnot_GetStringValue, annotation, key))
    if form:
        # The value of a field may stand with its parent alone.
        yield _wide(partial(raw.FPDFAnnot_GetFormFieldValue, form, annotation))
        for index in range(raw.FPDFAnnot_GetOptionCount(form, annotation)):
            yield _wide(partial(raw.FPDFAnnot_GetOptionLabel, form, annotation, index))
    link = raw.FPDFAnnot_GetLink(annotation)
    action = raw.FPDFLink_GetAction(link) if link else None
    if action:
        size = raw.FPDFAction_GetURIPath(page.pdf, action, None, 0)
        buffer = ctypes.create_string_buffer(size)
        raw.FPDFAction_GetURIPath(page.pdf, action, buffer, len(buffer))
        yield buffer.value.decode("utf-8", "replace")


def _alternatives(page: pdfium.PdfPage) -> Iterator[str]:
    """What readers are told of figures, and what stands for abbreviations and drawn text (14.9.3, 14.9.4)."""
    tree = raw.FPDF_StructTree_GetForPage(page)
    if not tree:
        return
    waiting = [raw.FPDF_StructTree_GetChildAtIndex(tree, at) for at in range(raw.FPDF_StructTree_CountChildren(tree))]
    for element in waiting:
        if not element:
            continue
        for read in (raw.FPDF_StructElement_GetAltText, raw.FPDF_StructElement_GetActualText):
            if text := _wide(partial(read, element)):
                yield text
        if len(waiting) < _MOST:
            count = raw.FPDF_StructElement_CountChildren(element)
            waiting += [raw.FPDF_StructElement_GetChildAtIndex(element, at) for at in range(count)]
    raw.FPDF_StructTree_Close(tree)


def _wide(read: Callable[..., int]) -> str:
    """A text in UTF-16 that is asked for twice, first for its size in bytes with the end mark."""
    size = read(None, 0)
    if not 2 < size <= _LONGEST:  # noqa: PLR2004 - two bytes are the end mark alone
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[:size].decode("utf-16-le", "replace").rstrip("\0")
