"""PDF: the text of every page, filled forms and notes, attached files; pages that are only images by recognition, or told."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, BinaryIO

import pypdfium2 as pdfium
from pypdfium2 import raw

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.expansion import damaged
from pii_audit.sources.format.packed.zip import ENCRYPTED

if TYPE_CHECKING:
    from pii_audit.sources.format.parsers.image import Recognition

_KEYS = (b"Contents", b"V", b"TU")
"""Of an annotation: a note's text, a form field's value, and what a reader is told the field is (ISO 32000-1, 12.5, 12.7)."""
_LONGEST = 1 << 16
FEW = 50
"""Characters of a page number or a stamp on a scan; a scan with a text layer has more."""
DOTS = 200 / 72
"""Pixels a point at which a scanned page is drawn for recognition: 200 dpi."""
MOST = 0.5
"""From this share of a page on, an image is the page."""


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends the text page by page, then attached files; InspectionError where it has a password or is no PDF."""
    try:
        document = pdfium.PdfDocument(file)
    except pdfium.PdfiumError as error:
        encrypted = error.err_code == raw.FPDF_ERR_PASSWORD
        raise InspectionError(ENCRYPTED if encrypted else damaged().what) from None
    sink.begin(Part(PartKind.TEXT))
    unread: list[int] = []
    broken: list[int] = []
    recognition: Recognition | None = None
    for number in range(len(document)):
        try:
            page = document[number]
            text = "\n".join(_texts(page))
        except pdfium.PdfiumError:
            broken.append(number + 1)
            sink.text("\f\n")
            continue
        if len(text.strip()) < FEW and _is_image(page, blank=not text.strip()):
            recognition = recognition or _recognition()
            lines = _recognised(page, recognition)
            if lines is None:
                unread.append(number + 1)
            text = "\n".join(filter(None, [text, *(lines or ())]))
        sink.text(text.replace("\r\n", "\n") + "\n\f\n")
        page.close()
    if recognition:
        recognition.tell(sink)
    if unread:
        pages, why = _listed(unread), "recognition failed or took too long" if recognition else "no OCR"
        because = "识别失败或超时" if recognition else "没有图像识别"
        sink.fail(Text(f"第 {pages} 页是图像,未读取:{because}", f"page(s) {pages} are images and were not read: {why}"))
    if broken:
        pages = _listed(broken)
        sink.fail(Text(f"第 {pages} 页损坏", f"page(s) {pages} are damaged"))
    _attachments(document, sink)


def _is_image(page: pdfium.PdfPage, *, blank: bool) -> bool:
    """Whether images cover most of a page; one is enough on a page without any text."""
    width, height = map(float, page.get_size())
    covered = 0.0
    for image in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        if blank:
            return True
        left, bottom, right, top = image.get_bounds()
        covered += max(0.0, min(right, width) - max(left, 0.0)) * max(0.0, min(top, height) - max(bottom, 0.0))
    return bool(covered >= MOST * width * height)


def _recognition() -> Recognition | None:
    """What recognises text in images, loaded where there is one; None without the extra that brings it."""
    if find_spec("rapidocr") is None:
        return None
    from pii_audit.sources.format.parsers.image import Recognition  # noqa: PLC0415 - of an extra

    return Recognition()


def _recognised(page: pdfium.PdfPage, recognition: Recognition | None) -> list[str] | None:
    """The lines on a page that is an image, None where nothing can be said of it."""
    if recognition is None or recognition.late:
        return None
    try:
        largest = recognition.longest / max(page.get_size())
        image = page.render(scale=min(DOTS, largest)).to_pil()
        return recognition.lines(image, reduced=largest < DOTS)
    except Exception:  # noqa: BLE001 - recognisers raise what they like, and the other pages are still to be read
        return None


def _texts(page: pdfium.PdfPage) -> Iterator[str]:
    text = page.get_textpage()
    yield text.get_text_range()
    text.close()
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            values = dict.fromkeys(filter(None, (_value(annotation, key) for key in _KEYS)))
            yield " ".join(values)
            raw.FPDFPage_CloseAnnot(annotation)


def _value(annotation: raw.FPDF_ANNOTATION, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if not 2 < size <= _LONGEST:  # noqa: PLR2004 - two bytes are the end mark alone
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[:size].decode("utf-16-le", "replace").rstrip("\0")


def _attachments(document: pdfium.PdfDocument, sink: Sink) -> None:
    for index in range(document.count_attachments()):
        attachment = document.get_attachment(index)
        sink.begin(Part(PartKind.FILE, attachment.get_name() or f"attachment {index + 1}"))
        try:
            data = io.BytesIO(bytes(attachment.get_data()))
        except pdfium.PdfiumError:
            sink.fail(damaged().what)
            continue
        sink.data(data.getvalue())


def _listed(pages: list[int]) -> str:
    """Page numbers as people write them: 1-3, 7."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and runs[-1][1] == page - 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
