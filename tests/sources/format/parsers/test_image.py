from __future__ import annotations

import io
import random
import struct
import zlib
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pii_audit.demo.numbers import mobile, resident_id
from pii_audit.errors import InspectionError
from pii_audit.sources.format.isolated import client
from pii_audit.sources.format.kinds import kind_of
from pii_audit.sources.format.parsers import image as parser
from pii_audit.sources.format.parsers.behind import image_end
from pii_audit.sources.format.parsers.text_lines import lines_of

BIRTH = date(1990, 3, 7)
ID = resident_id("330106", BIRTH, 12)
MOBILE = mobile(random.Random(4))


def drawn(*lines):
    page = Image.new("RGB", (640, 400), "white")
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        pen.text((30, 20 + 60 * number), line, fill="black", font=ImageFont.load_default(34))
    return page


def written(page, form="PNG", **options):
    out = io.BytesIO()
    page.save(out, form, **options)
    return out.getvalue()


def png(width, height):
    """A PNG of 8-bit grey whose head says how large it is; its data are missing."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    size = struct.pack(">I", len(head) - 4)
    return b"\x89PNG\r\n\x1a\n" + size + head + struct.pack(">I", zlib.crc32(head)) + b"\0\0\0\0IDAT" + bytes(8)


def test_lines_are_read_page_by_page(read_inside):
    data = written(drawn(f"ID {ID}"), "TIFF", save_all=True, append_images=[drawn(f"tel {MOBILE}")])
    [read] = read_inside(data, "scan.tif").values()
    assert (read.status, read.reason) == ("inspected", "")
    first, second, rest = read.text.split("\f")
    assert ID in first
    assert MOBILE in second
    assert rest == "\n"


BEHIND = f"\r\n姓名,手机号\n张三,{MOBILE}\n".encode()


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True}), ("JPEG", {"restart_marker_blocks": 1}), ("MPO", {"save_all": True, "append_images": [Image.new("RGB", (9, 9))]}),
        ("GIF", {"comment": b"x" * 300}), ("WEBP", {}), ("BMP", {}),
    ],
)  # fmt: skip
def test_images_end_where_their_format_says(form, options):
    data = written(Image.effect_noise((130, 50), 80).convert("RGB"), form, **options)
    assert [image_end(form, data + tail) for tail in (b"", BEHIND)] == [len(data)] * 2
    assert image_end(form, data[:99]) == 99


def test_what_follows_the_end_of_an_image_is_read(read_inside):
    data = written(Image.new("RGB", (16, 9)), "JPEG")
    found = read_inside(data + bytes(9) + BEHIND, "a.jpg")
    assert {name: one.rows for name, one in found.items()} == {"": {}, "!rest": {0: {"姓名": "张三", "手机号": MOBILE}}}
    assert read_inside(data + b"\1\2\3\4ABC" * 9, "a.jpg")["!rest"].status == "failed"


@pytest.mark.parametrize("told", [True, False])
def test_a_film_that_a_camera_puts_behind_its_picture_is_a_note_where_the_picture_says_so(read_inside, told):
    xmp = b'<x:xmpmeta xmlns:x="a"><a GCamera:MotionPhoto="1"/></x:xmpmeta>' if told else b""
    data = written(Image.new("RGB", (16, 9)), "JPEG", xmp=xmp) + b"\0\0\0\x18ftypmp42" + bytes(range(32)) * 9
    found = read_inside(data, "a.jpg")
    assert [one.status for one in found.values()] == (["inspected"] if told else ["inspected", "failed"])
    assert ("film" in found[""].reason) is told


def test_a_scanned_page_of_a_pdf_is_read_as_an_image_is(read_inside):
    [read] = read_inside(written(drawn(f"tel {MOBILE}"), "PDF", resolution=200), "scan.pdf").values()
    assert (read.status, MOBILE in read.text) == ("inspected", True)


def test_a_truncated_image_fails_and_what_is_there_is_read(read_inside):
    page = drawn(f"tel {MOBILE}")
    page.paste(Image.effect_noise((640, 200), 90).convert("RGB"), (0, 200))
    data = written(page)
    [read] = read_inside(data[: len(data) * 2 // 3], "cut.png").values()
    assert (read.status, read.reason) == ("failed", "the file is cut off: its end is missing")
    assert MOBILE in read.text


def test_an_image_of_huge_dimensions_is_not_unpacked(read_inside):
    [read] = read_inside(png(60_000, 60_000), "bomb.png").values()
    assert (read.status, read.reason) == ("failed", "the image is too large to be read: 60000 × 60000 pixels")


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00", b"\xff\xd8\xff\xe0" + bytes(40), b"II*\0" + b"\xff" * 40])
def test_what_only_begins_as_an_image_fails(read_inside, data):
    [read] = read_inside(data, "a.png").values()
    assert read.status == "failed"
    assert "damaged" in read.reason or "cut off" in read.reason


def test_a_missing_recogniser_is_told_with_the_way_to_get_it(read_inside, monkeypatch):
    monkeypatch.setattr("pii_audit.sources.format.readers.find_spec", lambda _: None)
    [read] = read_inside(written(drawn("x")), "a.png").values()
    assert read.status == "failed"
    assert "rapidocr" in read.reason
    assert "pii-audit[ocr]" in read.reason


class _Sink:
    def __init__(self):
        self.said, self.texts = [], []

    def begin(self, part):
        pass

    def text(self, text):
        self.texts.append(text)

    def note(self, what):
        self.said.append(("note", what.en))

    def fail(self, what):
        self.said.append(("fail", what.en))


def test_unsure_lines_are_left_out_and_counted(monkeypatch):
    class Recogniser:
        load_img = staticmethod(np.asarray)

        def cls_and_rotate(self, lines):
            return (lines,)

        def recognize_txt(self, lines):
            return SimpleNamespace(txts=("sure", "perhaps", "hardly", " "), scores=(0.99, 0.5, 0.49, 0.2))

    monkeypatch.setattr(parser, "_recogniser", Recogniser)
    monkeypatch.setattr(parser, "lines_of", lambda *_: np.float32([[(0, 0), (9, 0), (9, 9), (0, 9)]]))
    sink = _Sink()
    parser.parse(io.BytesIO(written(drawn("x"))), "a.png", sink)
    assert sink.texts == ["sure\n", "perhaps\n", "\f\n"]
    assert sink.said == [("note", "1 line(s) recognised with less than 50 % certainty were left out")]


@pytest.mark.parametrize("turned", [0, 180])
def test_long_lines_are_read_whichever_way_they_stand(turned):
    page = Image.new("L", (2_480, 800), 252)
    pen = ImageDraw.Draw(page)
    for number in range(10):
        line = f"The quick brown fox jumps over the lazy dog {ID} and so on"
        pen.text((200, 40 + 70 * number), line, fill=20, font=ImageFont.load_default(40))
    lines = list(parser.Recognition().lines(page.rotate(turned)))
    assert sum(ID in line for line in lines) == 10


def test_a_strip_has_a_margin():
    assert parser._broad(Image.new("L", (4_800, 60))).size == (4_800, 1_200)
    assert parser._broad(Image.new("L", (640, 400))).size == (640, 400)


def test_a_page_of_any_size_is_looked_at_in_pieces_that_own_each_place_once():
    for width, height in ((60, 4_800), (4_801, 100), (6_000, 4_000), (10_000, 9_900), (60_000, 1_000)):
        pieces = list(parser._pieces((width, height)))
        assert all(
            right - left <= parser.SIDE and bottom - top <= parser.SIDE
            for left, top, right, bottom in (one.box for one in pieces)
        )
        for x, y in ((0, 0), (width - 1, height - 1), (width // 2, height // 2), (width // 3, height - 1)):
            owners = [one for one in pieces if one.owns(np.float32([(x - one.box[0], y - one.box[1])]))]
            assert len(owners) == 1
            left, top, right, bottom = owners[0].box
            near = parser.OVERLAP // 2
            assert left == 0 or x - left >= near
            assert right == width or right - x >= near - 1
            assert top <= y < bottom


def test_a_number_alone_on_a_large_page_is_found(read_inside):
    for width, height, points in ((1_240, 1_754, 18), (4_000, 6_000, 34)):
        page = Image.new("RGB", (width, height), "white")
        pen = ImageDraw.Draw(page)
        pen.text((width - 20 * points, height - 200), ID, fill="black", font=ImageFont.load_default(points))
        [read] = read_inside(written(page), "scan.png").values()
        assert ID in read.text


def test_a_card_in_the_corner_of_a_large_scan_is_found(read_inside):
    """An identity card at 300 dpi, 85.6 mm by 54, on a scan with the noise of a scanner."""
    card = Image.new("RGB", (1_012, 638), (232, 240, 246))
    pen = ImageDraw.Draw(card)
    for number, line in enumerate(("Name  ZHANG SAN", "Sex  M   Nation  Han", "Address  Wensan Road 100")):
        pen.text((50, 60 + 90 * number), line, fill=(30, 30, 30), font=ImageFont.load_default(34))
    pen.text((300, 520), ID, fill=(20, 20, 20), font=ImageFont.load_default(38))
    page = Image.effect_noise((4_000, 6_000), 6).point(lambda level: min(255, level + 122)).convert("RGB")
    page.paste(card, (2_900, 5_300))
    [read] = read_inside(written(page, "JPEG", quality=85), "scan.jpg").values()
    assert ID in read.text


def test_a_number_where_two_pieces_meet_is_found_once(read_inside):
    page = Image.new("RGB", (6_000, 1_500), "white")
    ImageDraw.Draw(page).text((2_850, 700), ID, fill="black", font=ImageFont.load_default(34))
    [read] = read_inside(written(page), "scan.png").values()
    assert read.text.count(ID) == 1


def test_a_blank_page_is_not_looked_at():
    assert len(lines_of(np.full((900, 900, 3), 250, np.uint8), None)) == 0


def test_weights_that_are_missing_are_told_and_never_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr(parser.rapidocr, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(InspectionError, match="no weights"):
        parser._weights("Rec")


def test_pages_that_would_take_too_long_are_told(monkeypatch):
    monkeypatch.setattr(parser, "_lines", lambda *_: (["x"], 0))
    monkeypatch.setattr(parser, "SECONDS", -1.0)
    sink = _Sink()
    parser.parse(io.BytesIO(written(drawn("x"))), "a.png", sink)
    assert sink.texts == []
    assert [kind for kind, _ in sink.said] == ["fail"]


def test_what_was_read_of_a_page_that_takes_too_long_is_kept(monkeypatch):
    recognition = parser.Recognition()

    def read(page, piece):
        recognition.until = 0.0
        return ["first"], 0

    monkeypatch.setattr(parser, "_lines", read)
    monkeypatch.setattr(parser, "Recognition", lambda: recognition)
    sink = _Sink()
    parser.parse(io.BytesIO(written(Image.new("1", (6_000, 60)))), "a.png", sink)
    assert sink.texts == ["first\n"]
    assert [kind for kind, _ in sink.said] == ["fail"]


def test_a_photograph_is_turned_upright_and_a_deep_grey_brought_to_eight_bits():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.open(io.BytesIO(written(Image.new("RGB", (40, 20)), "JPEG", exif=exif)))
    assert parser._upright(turned, _Sink()).size == (20, 40)
    deep = Image.new("I;16", (4, 4), 40_000)
    deep.putpixel((0, 0), 65_535)
    shown = parser._shown(Image.open(io.BytesIO(written(deep))))
    assert (shown.mode, shown.getpixel((0, 0)), shown.getpixel((1, 1))) == ("L", 255, 155)


def test_texts_that_begin_like_images_are_texts():
    assert kind_of(b"BMW 320i, list of customers\n\x00\xff") is None
    assert kind_of(b"RIFF\x10\0\0\0WAVEfmt \x10\0\0\0") is None


def test_the_recogniser_has_nothing_that_calls_home():
    where = Path(find_spec("onnxruntime").origin).parent / "capi"
    assert not [one.name for one in where.glob("*.so*") if b"events.data.microsoft.com" in one.read_bytes()]
    assert client._QUIET["ORT_DISABLE_TELEMETRY"] == "1"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "GIF", "WEBP"])
def test_what_is_written_into_the_file_is_read(read_inside, form):
    picture = Image.new("RGB", (60, 40), "white")
    exif = picture.getexif()
    exif[0x010E], exif[0x0131] = "张三 13800138000", "a program 1.0"
    more = {"PNG": {"exif": exif}, "GIF": {"comment": "张三 13800138000"}}.get(form, {"exif": exif})
    out = io.BytesIO()
    picture.save(out, form, **more)
    text = read_inside(out.getvalue(), "a.img")[""].text
    assert text.count("13800138000") == 1
    assert "a program" not in text


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_comments_of_cameras_and_of_windows_are_read(read_inside, order):
    exif = Image.Exif()
    exif[0x9C9C] = "李四 13700137000".encode("utf-16-le")
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + "张三 13800138000".encode(order)
    exif.get_ifd(0x8769)[0x927C] = b"\0\1 13600136000\0"
    text = read_inside(written(Image.new("RGB", (16, 9)), "JPEG", exif=exif), "a.jpg")[""].text
    assert text.split() == ["李四", "13700137000", "张三", "13800138000"]


def test_captions_comments_and_other_segments_of_a_jpeg_are_read(read_inside):
    def segment(marker, data):
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data

    caption = "张三 13800138000".encode()
    caption = b"\x1c\2\x78" + struct.pack(">H", len(caption)) + caption
    said = [(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0" + struct.pack(">L", len(caption)) + caption)]
    said += [
        (0xFE, b"call 13700137001"),
        (0xFE, b"call 13700137002"),
        (0xE9, b"APP\0\1" + "王五 a@b.cn".encode("gb18030")),
    ]
    data = written(Image.new("RGB", (16, 9)), "JPEG")
    text = read_inside(data[:2] + b"".join(segment(*one) for one in said) + data[2:], "a.jpg")[""].text
    for line in ("张三 13800138000", "call 13700137001", "call 13700137002", "王五 a@b.cn"):
        assert text.count(line) == 1
