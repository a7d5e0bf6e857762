"""Images inside documents."""

from __future__ import annotations

import ctypes
import io
import struct
import zipfile
from datetime import date
from email.message import EmailMessage

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdfium2 import raw

from pii_audit.demo.numbers import resident_id
from pii_audit.sources.format.isolated.frames import PartKind
from pii_audit.sources.format.parsers import pictures
from pii_audit.sources.format.parsers.blips import _blips
from pii_audit.sources.format.parsers.pictures import Pictures, size_of

ID = resident_id("330106", date(1990, 3, 7), 12)
"""What the pictures of pictured.zip show."""


def drawn(text, size=(640, 160), at=(30, 50), points=34):
    page = Image.new("RGB", size, "white")
    ImageDraw.Draw(page).text(at, text, fill="black", font=ImageFont.load_default(points))
    return page


def written(page, form="PNG", **options):
    out = io.BytesIO()
    page.save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("pictured.docx", "!image1.png"),
        ("pictured.doc", "!picture 1.png"),
        ("pictured.rtf", "!picture 1"),
        ("pictured.odt", None),
        ("pictured.xlsx", "!照片!image1.png"),
        ("pictured.xls", "!picture 1.png"),
        ("pictured.ods", "!照片!"),
        ("pictured.pptx", "!slide 2!image1.png"),
        ("pictured.ppt", "!picture 1.png"),
        ("pictured.odp", "!slide 2!"),
        ("pictured.pdf", ""),
    ],
)
def test_a_picture_in_a_document_is_read_and_its_place_told(read_inside, checkout, name, picture):
    with zipfile.ZipFile(checkout / "tests/sources/format/data/pictured.zip") as archive:
        found = read_inside(archive.read(name), name)
    assert {one.status for one in found.values()} == {"inspected"}
    [where] = [place for place, one in found.items() if ID in one.text]
    assert picture is None or where.startswith(picture)


class _Sink:
    """Keeps what it is told."""

    def __init__(self):
        self.parts, self.said = [], []

    def begin(self, part):
        self.parts.append((part.kind, part.name))

    def data(self, data):
        pass

    def fail(self, what):
        self.said.append(what.en)


def test_without_a_recogniser_pictures_are_counted(monkeypatch):
    monkeypatch.setattr(pictures, "find_spec", lambda _: None)
    sink = _Sink()
    found = Pictures(sink)
    for text in ("a", "b", "a"):
        found.send("p.png", written(drawn(text)))
    found.tell()
    assert sink.parts == [(PartKind.UNREAD, "images")]
    assert sink.said == ["2 image(s) inside were not read: no OCR, pip install 'pii-audit[ocr]'"]


def test_icons_rules_and_pictures_seen_already_are_passed_over():
    sink = _Sink()
    found = Pictures(sink)
    for size in ((119, 119), (800, 9), (16, 16)):
        found.send("icon", written(drawn("", size)))
    for size in ((120, 40), (40, 120)):
        found.send("strip", written(drawn("", size)))
        found.send("strip again", written(drawn("", size)))
    found.tell()
    assert [name for _, name in sink.parts] == ["strip", "strip"]
    assert sink.said == []


def test_drawings_that_nobody_reads_are_counted_and_previews_left_out():
    sink = _Sink()
    found = Pictures(sink)
    found.send("preview.pict", b"\x01\0\0\0" + bytes(2_000))
    found.send("table.pict", b"\x01\0\0\0" + bytes(40_000))
    found.tell()
    assert sink.said == ["1 image(s) inside were not read: of a kind that has no reader, such as PICT or HEIC"]


def test_a_drawing_in_svg_is_read_as_text(read_inside, repacked):
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><text>call 13800138000</text></svg>'
    found = read_inside(repacked("letter.docx", **{"word/media/a.svg": drawing}), "a.docx")
    assert "13800138000" in str(found["!a.svg"].rows) + found["!a.svg"].text


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP"])
def test_the_size_of_a_picture_is_known_without_unpacking_it(form):
    data = written(drawn("x", (321, 123)), form)
    assert size_of(data) == (321, 123)
    for end in range(0, 40, 3):
        assert size_of(data[:end]) in (None, (321, 123))


def test_a_picture_whose_size_is_not_told_is_looked_at():
    assert size_of(written(drawn("x"), "TIFF")) is None
    assert Pictures(_Sink()).wanted(written(drawn("x"), "TIFF"))


def test_a_photograph_before_whose_frame_other_segments_stand_is_measured():
    exif = Image.Exif()
    exif[0x010E] = "description" * 300
    assert size_of(written(drawn("x", (333, 111)), "JPEG", exif=exif)) == (333, 111)


def blip(instance, kind, data):
    return struct.pack("<HHL", instance << 4, kind, len(data)) + data


def test_old_drawings_hold_pictures_of_every_kind_with_one_or_two_checksums():
    png, bitmap = written(drawn("x")), written(drawn("x"), "BMP")
    stream = (
        b"\0" * 7
        + blip(0x6E0, 0xF01E, bytes(17) + png)
        + blip(0x6E1, 0xF01E, bytes(33) + png)
        + blip(0x7A8, 0xF01F, bytes(17) + bitmap[14:])
    )
    found = list(_blips(stream))
    assert found[0] == found[1] == (0xF01E, png)
    assert Image.open(io.BytesIO(found[2][1])).tobytes() == Image.open(io.BytesIO(bitmap)).tobytes()
    assert next(_blips(stream[:200]))[1] == png[: 200 - 7 - 8 - 17]


def test_raw_bytes_of_a_picture_in_rtf_are_read_and_their_braces_are_none(read_inside):
    picture = written(drawn(f"ID {ID}")) + b"}}{{"
    data = rb"{\rtf1 before{\pict\pngblip\bin%d " % len(picture) + picture + rb"}after 13800138000}"
    found = read_inside(data, "a.rtf")
    assert found[""].text.strip() == "beforeafter 13800138000"
    assert ID in found["!picture 1"].text


def test_a_length_that_cannot_be_hides_no_text(read_inside):
    for data in (rb"{\rtf1 a\bin99 call 13800138000}", rb"{\rtf1 a{\pict\bin99999 00}call 13800138000}"):
        assert "13800138000" in read_inside(data, "a.rtf")[""].text


def test_a_signature_that_comes_with_every_message_is_read_once(read_inside):
    mailbox = b""
    for number in range(3):
        message = EmailMessage()
        message["Subject"] = f"message {number}"
        message.set_content("see below")
        message.add_attachment(written(drawn(f"ID {ID}")), maintype="image", subtype="png", filename="logo.png")
        message.add_attachment(written(drawn("", (16, 16))), maintype="image", subtype="png", filename="dot.png")
        mailbox += b"From a@b.cn Mon Jan  1 00:00:00 2024\n" + bytes(message) + b"\n"
    found = read_inside(mailbox, "a.mbox")
    assert set(found) == {"", "!1!logo.png"}
    assert ID in found["!1!logo.png"].text


def scanned(*, layer=(), turned=0, size=(595, 842), box=(40, 60, 340, 160), image=None):
    """A PDF page that shows an image at some place (left, bottom, right, top), with lines of text at given places."""
    document = pdfium.PdfDocument.new()
    page = document.new_page(*size)
    shown = pdfium.PdfImage.new(document)
    bitmap = pdfium.PdfBitmap.from_pil(image or drawn(f"ID {ID}", (600, 200)))
    shown.set_bitmap(bitmap)
    left, bottom, right, top = box
    shown.set_matrix(pdfium.PdfMatrix().scale(right - left, top - bottom).translate(left, bottom))
    page.insert_obj(shown)
    for x, y, line in layer:
        text = raw.FPDFPageObj_NewTextObj(document, b"Helvetica", 9)
        raw.FPDFText_SetText(text, (ctypes.c_ushort * (len(line) + 1))(*map(ord, line), 0))
        raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, x, y)
        raw.FPDFPage_InsertObject(page, text)
    page.gen_content()
    page.set_rotation(turned)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


WORDS = "Copies of the documents that were shown when the account was opened"


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_an_image_on_a_page_with_text_is_read_however_the_page_is_turned(read_inside, turned):
    upright = drawn(f"ID {ID}", (600, 200)).rotate(turned, expand=True)
    box = (40, 60, 340, 160) if turned % 180 == 0 else (40, 60, 140, 360)
    data = scanned(layer=[(40, 700, WORDS)], turned=turned, box=box, image=upright)
    [read] = read_inside(data, "a.pdf").values()
    assert WORDS in read.text
    assert ID in read.text
    assert read.status == "inspected"


def test_a_scan_under_a_printed_header_is_read(read_inside):
    page = drawn(f"ID {ID}", (1240, 1754), (200, 800), 60)
    data = scanned(layer=[(40, 800, WORDS)], box=(0, 0, 595, 842), image=page)
    [read] = read_inside(data, "a.pdf").values()
    assert WORDS in read.text
    assert ID in read.text


def test_a_scan_with_a_text_layer_is_not_read_twice(read_inside):
    lines = [(60, 70 + 70 * number, WORDS) for number in range(10)]
    data = scanned(layer=lines, box=(0, 0, 595, 842), image=drawn(f"ID {ID}", (1240, 1754), (200, 800), 60))
    [read] = read_inside(data, "a.pdf").values()
    assert ID not in read.text
    assert read.status == "inspected"


def test_a_logo_on_a_page_with_text_is_passed_over(read_inside):
    data = scanned(layer=[(40, 700, WORDS)], box=(40, 750, 60, 770), image=drawn(f"ID {ID}", (600, 600)))
    [read] = read_inside(data, "a.pdf").values()
    assert ID not in read.text
