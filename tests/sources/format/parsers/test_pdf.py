from __future__ import annotations

import ctypes
import io
import struct
import zlib

import pypdfium2 as pdfium
import pytest
from PIL import Image
from pypdfium2 import raw

from pii_audit.sources.format.parsers import image, pdf, pdf_objects

FORM = b"""%PDF-1.7
1 0 obj <</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Annots[4 0 R 5 0 R]>> endobj
4 0 obj <</Type/Annot/Subtype/Widget/FT/Tx/T(phone)/V(13800138000)/Rect[0 0 99 20]>> endobj
5 0 obj <</Type/Annot/Subtype/Text/Contents(call a@b.cn)/Rect[0 0 20 20]>> endobj
trailer <</Root 1 0 R>>
"""


def test_the_text_of_every_page_is_read(data_file):
    [read] = data_file("letter.pdf").values()
    assert read.status == "inspected"
    for said in ("催收通知", "13800138000", "a@b.cn", "header@bank.example", "文三路"):
        assert said in read.text


def test_filled_form_fields_and_notes_are_read(read_inside):
    text = read_inside(FORM, "form.pdf")[""].text
    assert "13800138000" in text
    assert "a@b.cn" in text


FIELD = b"4 0 obj <</FT/Tx/T(phone)/V(13800138000)>> endobj\n"
SCRIPT = b"4 0 obj <</Length 99>>stream\nvar owner = 'a@b.cn';\nendstream endobj\n"
PLAIN = b"%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R REST>> endobj\n2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]MORE>> endobj\n"


@pytest.mark.parametrize(
    ("rest", "more", "objects", "expected"),
    [
        (b"/AcroForm<</Fields[4 0 R]>>", b"", FIELD, "13800138000"),
        (b"", b"", FIELD, "13800138000"),
        (b"/OpenAction<</S/JavaScript/JS(alert\\(1\\))>>", b"", b"", "alert(1)"),
        (b"/OpenAction<</S/JavaScript/JS 4 0 R>>", b"", SCRIPT, "a@b.cn"),
        (b"", b"/AA<</O<</S/JavaScript/JS<6140622e636e>>>>>", b"", "a@b.cn"),
        (b"/Names(one \\(two\\) (three) \\141@b.cn)", b"", b"", "one (two) (three) a@b.cn"),
        (b"/X<FEFF5F204E09>", b"", b"", "张三"),
    ],
)
def test_what_stands_in_objects_to_which_no_page_leads_is_read(read_inside, rest, more, objects, expected):
    data = PLAIN.replace(b"REST", rest).replace(b"MORE", more) + objects + b"trailer <</Root 1 0 R>>\n"
    [read] = read_inside(data, "a.pdf").values()
    assert (expected in read.text, read.status) == (True, "inspected")


def test_the_same_is_read_of_objects_that_are_packed(read_inside):
    body = PLAIN.replace(b"REST", b"").replace(b"MORE", b"")
    packed = zlib.compress(b"4 0 <</FT/Tx/V(13800138000)>>")
    stream = b"5 0 obj <</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n"
    places = [(1, body.index(b"%d 0 obj" % number), 0) for number in (1, 2, 3)]
    places += [(2, 5, 0), (1, len(body), 0)]
    table = struct.pack(">BHB", 0, 0, 0) + b"".join(struct.pack(">BHB", *one) for one in places)
    data = body + stream % (len(packed), packed)
    index = b"6 0 obj <</Type/XRef/Size 6/W[1 2 1]/Root 1 0 R/Length %d>>stream\n%s\nendstream endobj\nstartxref\n%d\n%%%%EOF\n"
    [read] = read_inside(data + index % (len(table), table, len(data)), "a.pdf").values()
    assert (read.text.split(), read.status) == (["13800138000"], "inspected")


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_streams_are_left_out_of_what_is_kept_of_a_document(monkeypatch, size):
    monkeypatch.setattr(pdf_objects, "_LARGEST", 3)
    objects = pdf_objects._Objects()
    data = b"1 0 obj<<>>stream\nabcde\nendstream endobj (x) 2 0 obj stream\r\n%s\nendstream (y)" % bytes(50)
    for at in range(0, len(data), size):
        objects.write(data[at : at + size])
    assert objects.end() == b"1 0 obj<<>>stream\nabcendstream endobj (x) 2 0 obj stream\r\n\0\0\0endstream (y)"


def test_dates_ids_and_what_was_said_of_a_page_are_not_said_again(read_inside):
    data = FORM.replace(b"/Root", b"/ID[<6720F4A5CEFB04B9414B22D06DF7094D>]/Root").replace(
        b"/Fields", b"/D(D:20260101120000+08'00')/Fields"
    )
    assert read_inside(data, "form.pdf")[""].text.split() == ["13800138000", "call", "a@b.cn"]


def test_what_follows_a_pdf_and_what_was_put_in_front_of_it_is_read(read_inside):
    table = "\r\n姓名,手机号\n张三,13700137000\n".encode()
    found = read_inside(FORM + b"%%EOF" + table, "a.pdf")
    assert found["!rest"].rows == {0: {"姓名": "张三", "手机号": "13700137000"}}
    assert set(read_inside(FORM + b"%%EOF\r\n\0\0", "a.pdf")) == {""}
    other = PLAIN.replace(b"REST", b"/X(13700137000)").replace(b"MORE", b"") + b"trailer <</Root 1 0 R>>\n%%EOF\n"
    both = read_inside(other + FORM + b"%%EOF\n", "a.pdf")
    assert "13700137000" in "".join(one.text for one in both.values())
    assert "13800138000" in "".join(one.text for one in both.values())


@pytest.fixture
def said():
    """A sink that keeps what a parser says, and what it said."""

    class Sink:
        def __init__(self):
            self.failures, self.texts = [], []

        def begin(self, part):
            pass

        def text(self, text):
            self.texts.append(text)

        def fail(self, what):
            self.failures.append(what.en)

    return Sink()


def test_without_a_recogniser_a_page_that_is_an_image_is_told_as_not_read(said, monkeypatch, checkout):
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    with (checkout / "tests/sources/format/data/scan.pdf").open("rb") as file:
        pdf.parse(file, "scan.pdf", said)
    assert said.failures == ["images on page(s) 1 were not read: no OCR"]
    assert said.texts == ["\n\f\n"]


def test_a_page_that_cannot_be_recognised_is_told_as_not_read(said, monkeypatch, checkout):
    class Failing(image.Recognition):
        def lines(self, page):
            raise MemoryError

    monkeypatch.setattr(pdf, "_recognition", Failing)
    with (checkout / "tests/sources/format/data/scan.pdf").open("rb") as file:
        pdf.parse(file, "scan.pdf", said)
    assert said.failures == ["images on page(s) 1 were not read: recognition failed or took too long"]


def pictured(*heights):
    """A PDF of one page with grey pictures of these heights, one below the other."""
    document = pdfium.PdfDocument.new()
    page = document.new_page(600, 900)
    for number, height in enumerate(heights):
        picture = pdfium.PdfImage.new(document)
        picture.set_bitmap(pdfium.PdfBitmap.from_pil(Image.new("L", (100, height), 128)))
        picture.set_matrix(pdfium.PdfMatrix().scale(400, height).translate(50, 700 - 200 * number))
        page.insert_obj(picture)
    page.gen_content()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_what_was_recognised_before_and_after_an_image_that_fails_stays(said, monkeypatch):
    class Failing(image.Recognition):
        seen = 0

        def lines(self, page):
            self.seen += 1
            yield f"line {self.seen}"
            if self.seen == 3:
                raise ValueError

    monkeypatch.setattr(pdf, "_recognition", Failing)
    pdf.parse(io.BytesIO(pictured(90, 100, 110, 120)), "a.pdf", said)
    assert said.texts == ["line 1\nline 2\nline 3\nline 4\n\f\n"]
    assert said.failures == ["images on page(s) 1 were not read: recognition failed or took too long"]


def test_the_text_of_a_page_whose_images_are_damaged_stays(said, monkeypatch):
    def damaged(page, *, blank):
        what = "damaged"
        raise pdfium.PdfiumError(what)

    monkeypatch.setattr(pdf, "_images", damaged)
    pdf.parse(io.BytesIO(FORM), "form.pdf", said)
    assert "13800138000" in said.texts[0]
    assert said.failures == ["page(s) 1 are damaged"]


def test_a_scan_with_a_page_number_on_it_is_a_scan(read_inside, checkout):
    document = pdfium.PdfDocument(checkout / "tests/sources/format/data/scan.pdf")
    page = document[0]
    stamp = raw.FPDFPageObj_NewTextObj(document, b"Helvetica", 12)
    raw.FPDFText_SetText(stamp, (ctypes.c_ushort * 7)(*map(ord, "page 1"), 0))
    raw.FPDFPage_InsertObject(page, stamp)
    page.gen_content()
    out = io.BytesIO()
    document.save(out)
    [read] = read_inside(out.getvalue(), "a.pdf").values()
    assert "page 1" in read.text
    assert len(read.text.split("\f")[0].split()) > 2  # what is recognised, too


def test_a_pdf_with_a_password_is_told(data_file):
    [read] = data_file("locked.pdf").values()
    assert (read.asset.name, read.status, read.reason) == ("locked.pdf", "failed", "protected by a password")


def test_a_file_that_is_attached_is_read(read_inside, checkout):
    document = pdfium.PdfDocument(checkout / "tests/sources/format/data/letter.pdf")
    document.new_attachment("名单.csv").set_data("姓名,手机号\n张三,13800138000\n".encode())
    out = io.BytesIO()
    document.save(out)
    found = read_inside(out.getvalue(), "a.pdf")
    assert found["!名单.csv"].rows == {0: {"姓名": "张三", "手机号": "13800138000"}}
    assert "催收通知" in found[""].text


@pytest.mark.parametrize("keep", [0.3, 0.8])
def test_a_truncated_pdf_fails_or_is_repaired(read_inside, checkout, keep):
    whole = (checkout / "tests/sources/format/data/letter.pdf").read_bytes()
    [read] = read_inside(whole[: int(len(whole) * keep)], "a.pdf").values()
    assert read.status == "failed" or "13800138000" in read.text


def test_a_damaged_pdf_never_raises_and_always_leaves_a_row(read_inside, mutations, checkout):
    for broken in mutations((checkout / "tests/sources/format/data/letter.pdf").read_bytes(), 60):
        assert read_inside(broken, "a.pdf")


def with_objects(*, page="", catalog="", trailer="", more=""):
    """A PDF of one page with these entries and objects, without a table of where they are."""
    return (
        f"%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R {catalog}>> endobj\n2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n"
        f"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300] {page}>> endobj\n{more}\ntrailer <</Root 1 0 R {trailer}>>\n"
    ).encode()


def stream(text):
    return f"<</Length {len(text)}>> stream\n{text}\nendstream"


NOTE = "9 0 obj <</Type/Annot/Rect[0 0 9 9] {}>> endobj"
SAID = {
    "properties": {"trailer": "/Info 9 0 R", "more": "9 0 obj <</Title(13600136000)>> endobj"},
    "XMP": {"more": f"9 0 obj {stream('<x:xmpmeta xmlns:x=1><d>13600136000</d></x:xmpmeta>')} endobj"},
    "bookmark": {
        "catalog": "/Outlines 9 0 R",
        "more": "9 0 obj <</First 8 0 R/Last 8 0 R/Count 1>> endobj 8 0 obj <</Title(13600136000)/Parent 9 0 R>> endobj",
    },
    "link": {"page": "/Annots[9 0 R]", "more": NOTE.format("/Subtype/Link/A<</S/URI/URI(tel:13600136000)>>")},
    "rich text": {"page": "/Annots[9 0 R]", "more": NOTE.format("/Subtype/FreeText/RC(<p>13600136000</p>)")},
    "subject": {"page": "/Annots[9 0 R]", "more": NOTE.format("/Subtype/Highlight/Subj(13600136000)")},
    "value of a parent": {
        "page": "/Annots[9 0 R]",
        "catalog": "/AcroForm<</Fields[8 0 R]>>",
        "more": NOTE.format("/Subtype/Widget/Parent 8 0 R")
        + "\n8 0 obj <</FT/Tx/T(x)/V(13600136000)/Kids[9 0 R]>> endobj",
    },
    "choice": {
        "page": "/Annots[9 0 R]",
        "catalog": "/AcroForm<</Fields[9 0 R]>>",
        "more": NOTE.format("/Subtype/Widget/FT/Ch/T(x)/Opt[(13600136000)]"),
    },
    "XFA": {
        "catalog": "/AcroForm<</Fields[]/XFA 9 0 R>>",
        "more": f"9 0 obj {stream('<xdp><a>13600136000</a></xdp>')} endobj",
    },
}


@pytest.mark.parametrize("where", SAID)
def test_what_is_said_beside_the_text_is_read(read_inside, where):
    assert read_inside(with_objects(**SAID[where]), "a.pdf")[""].text.count("13600136000") == 1


def test_a_file_that_is_pinned_to_a_page_is_read(read_inside):
    file = "/Subtype/FileAttachment/FS<</Type/Filespec/F(a.txt)/EF<</F 8 0 R>>>>"
    more = f"{NOTE.format(file)}\n8 0 obj {stream('call 13600136000')} endobj"
    assert read_inside(with_objects(page="/Annots[9 0 R]", more=more), "a.pdf")["!a.txt"].text == "call 13600136000"
