"""PDF: the text of every page, filled forms and notes, attached files; images without a text layer by recognition, or told."""

from __future__ import annotations

import hashlib
import io
import re
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import pypdfium2 as pdfium
from pypdfium2 import raw

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.expansion import damaged
from pii_audit.sources.format.packed.zip import ENCRYPTED
from pii_audit.sources.format.parsers.behind import send_behind
from pii_audit.sources.format.parsers.pdf_rest import attached, document_texts, page_texts

if TYPE_CHECKING:
    from PIL import Image

    from pii_audit.sources.format.parsers.image import Recognition

FEW = 50
"""Characters of a page number or a stamp on a scan; a scan with a text layer has more."""
DOTS = 300 / 72
"""Pixels a point at which images are drawn for recognition: 300 dpi."""
LEAST = 36.0
"""Points (half an inch) of the longer side from which an image may be a card or a form. A page without text is one whatever its size."""
_APART = 2.0
"""Points between strips that are one image: scanners cut a page into them."""
_MANY = 1_000
"""Images of a page that are looked at one by one."""
_END = b"%%EOF"
"""With which a file ends (ISO 32000-1, 7.5.5), and each of its earlier versions in it."""
_JOINT = re.compile(_END + rb"\s*(?=%PDF-)")
_BANDS, _HEADERS = 10, 3
"""A text layer is spread over an image; what was printed over it, a header and a footer, stands in so many of its bands at most."""


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends the text page by page, then attached files; InspectionError where it has a password or is no PDF."""
    try:
        document = pdfium.PdfDocument(file)
    except pdfium.PdfiumError as error:
        encrypted = error.err_code == raw.FPDF_ERR_PASSWORD
        raise InspectionError(ENCRYPTED if encrypted else damaged().what) from None
    with suppress(pdfium.PdfiumError):
        document.init_forms()
    form = document.formenv.raw if document.formenv else None
    pinned: list[pdfium.PdfAttachment] = []
    sink.begin(Part(PartKind.TEXT))
    unread: list[int] = []
    broken: list[int] = []
    recognition: Recognition | None = None
    seen: set[bytes] = set()
    said: set[str] = set()
    for number in range(len(document)):
        try:
            page = document[number]
        except pdfium.PdfiumError:
            broken.append(number + 1)
            sink.text("\f\n")
            continue
        text, images = "", []
        try:
            text = "\n".join([_text(page), *page_texts(page, form, said)])
            pinned += attached(page)
            images = _images(page, blank=not text.strip())
        except pdfium.PdfiumError:
            broken.append(number + 1)
        if images:
            recognition = recognition or _recognition()
            lines, complete = _recognised(page, images, recognition, seen)
            if not complete:
                unread.append(number + 1)
            text = "\n".join(filter(None, [text, *lines]))
        sink.text(text.replace("\r\n", "\n") + "\n\f\n")
        page.close()
    if recognition:
        recognition.tell(sink)
    _tell(unread, broken, sink, recognised=recognition is not None)
    _rest(document, file, said, sink)
    _attachments(document, pinned, sink)
    _around(file, sink)


_Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right and top in points."""


def _images(page: pdfium.PdfPage, *, blank: bool) -> list[_Box]:
    """Where images lie that have no text layer, the strips of one taken together."""
    left, bottom, right, top = whole = page.get_bbox()
    boxes: list[_Box] = []
    for image in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE]):
        bounds = _bounds(image)
        box = max(bounds[0], left), max(bounds[1], bottom), min(bounds[2], right), min(bounds[3], top)
        if box[0] < box[2] and box[1] < box[3]:
            boxes.append(box)
        if len(boxes) > _MANY:
            return [whole]
    if not boxes or blank:
        return _joined(boxes)
    text = page.get_textpage()
    try:
        mute = [box for box in boxes if not _has_layer(text, box)]
        return [
            box for box in _joined(mute) if max(box[2] - box[0], box[3] - box[1]) >= LEAST and not _has_layer(text, box)
        ]
    finally:
        text.close()


def _has_layer(text: pdfium.PdfTextPage, box: _Box) -> bool:
    """Whether the text over an image is what the image says."""
    left, bottom, right, top = box
    if len(text.get_text_bounded(*box).strip()) < FEW:
        return False
    height = (top - bottom) / _BANDS
    edges = [(bottom + height * band, bottom + height * (band + 1)) for band in range(_BANDS)]
    return sum(bool(text.get_text_bounded(left, low, right, high).strip()) for low, high in edges) > _HEADERS


def _bounds(image: pdfium.PdfObject) -> _Box:
    """On the page, also of an image that is part of a form (ISO 32000-1, 8.10), whose space is its own."""
    corners = [(x, y) for x in image.get_bounds()[::2] for y in image.get_bounds()[1::2]]
    container = image.container
    while container is not None:
        matrix = container.get_matrix()
        corners = [matrix.on_point(x, y) for x, y in corners]
        container = container.container
    across, up = zip(*corners, strict=True)
    return min(across), min(up), max(across), max(up)


def _joined(boxes: list[_Box]) -> list[_Box]:
    """Boxes that touch, taken together."""
    joined: list[_Box] = []
    for box in sorted(boxes, key=lambda one: (-one[3], one[0])):
        one = box
        while touching := [
            other
            for other in joined
            if one[0] <= other[2] + _APART
            and other[0] <= one[2] + _APART
            and one[1] <= other[3] + _APART
            and other[1] <= one[3] + _APART
        ]:
            joined = [other for other in joined if other not in touching]
            left, bottom, right, top = zip(one, *touching, strict=True)
            one = min(left), min(bottom), max(right), max(top)
        joined.append(one)
    return joined


def _recognition() -> Recognition | None:
    """What recognises text in images, loaded where there is one; None without the extra that brings it."""
    if find_spec("rapidocr") is None:
        return None
    from pii_audit.sources.format.parsers.image import Recognition  # noqa: PLC0415 - of an extra

    return Recognition()


def _recognised(
    page: pdfium.PdfPage, images: list[_Box], recognition: Recognition | None, seen: set[bytes]
) -> tuple[list[str], bool]:
    """The lines in images on a page, and whether all of them were read; one that was seen already is passed over."""
    if recognition is None:
        return [], False
    lines: list[str] = []
    complete = True
    for box in images:
        if recognition.late:
            return lines, False
        try:
            image = _drawn(page, box, recognition.longest)
            digest = hashlib.sha256(image.tobytes()).digest()
            if digest not in seen:
                for line in recognition.lines(image):
                    lines.append(line)  # noqa: PERF402 - what was read before an error counts
                seen.add(digest)
        except Exception:  # noqa: BLE001 - recognisers raise what they like, and the other images are still to be read
            complete = False
    return lines, complete


def _drawn(page: pdfium.PdfPage, box: _Box, longest: int) -> Image.Image:
    """A part of a page as it looks, at 300 dpi or as large as is looked at in one."""
    left, bottom, right, top = page.get_bbox()
    beside = box[0] - left, box[1] - bottom, right - box[2], top - box[3]
    turns = page.get_rotation() // 90
    # What is cut off is given as it lies on the page that was turned, clockwise: its left is what was at the bottom.
    crop = tuple(max(0.0, one) for one in (*beside[turns:], *beside[:turns]))
    scale = min(DOTS, longest / max(box[2] - box[0], box[3] - box[1]))
    drawn: Image.Image = page.render(scale=scale, crop=crop, may_draw_forms=False).to_pil()
    return drawn


def _text(page: pdfium.PdfPage) -> str:
    text = page.get_textpage()
    said: str = text.get_text_range()
    text.close()
    return said


def _attachments(document: pdfium.PdfDocument, pinned: list[pdfium.PdfAttachment], sink: Sink) -> None:
    listed = [document.get_attachment(index) for index in range(document.count_attachments())]
    for index, attachment in enumerate((*listed, *pinned), 1):
        sink.begin(Part(PartKind.FILE, attachment.get_name() or f"attachment {index}"))
        try:
            data = io.BytesIO(bytes(attachment.get_data()))
        except pdfium.PdfiumError:
            sink.fail(damaged().what)
            continue
        sink.data(data.getvalue())


def _tell(unread: list[int], broken: list[int], sink: Sink, *, recognised: bool) -> None:
    """Says which pages were not read."""
    if unread:
        pages, why = _listed(unread), "recognition failed or took too long" if recognised else "no OCR"
        because = "识别失败或超时" if recognised else "没有图像识别"
        sink.fail(Text(f"第 {pages} 页的图像未读取：{because}", f"images on page(s) {pages} were not read: {why}"))
    if broken:
        pages = _listed(broken)
        sink.fail(Text(f"第 {pages} 页损坏", f"page(s) {pages} are damaged"))


def _rest(document: pdfium.PdfDocument, file: BinaryIO, said: set[str], sink: Sink) -> None:
    """Sends what is said of the whole, where no page said it."""
    file.seek(0)
    for text in dict.fromkeys(document_texts(document, file.read())):
        if text not in said:
            sink.text(text + "\n")


def _around(file: BinaryIO, sink: Sink) -> None:
    """Sends what follows the end, and what stands in front where files were put together: the last is read as this one."""
    file.seek(0)
    data = file.read()
    joints = [joint.end() for joint in _JOINT.finditer(data)]
    send_behind(data[: joints[-1]] if joints else b"", sink)
    end = data.rfind(_END)
    send_behind(data[end + len(_END) :] if end >= 0 else b"", sink)


def _listed(pages: list[int]) -> str:
    """Page numbers as people write them: 1-3, 7."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and runs[-1][1] == page - 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
