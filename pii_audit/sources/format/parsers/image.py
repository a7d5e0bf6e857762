"""Images: the lines of text on every page, as an optical recogniser reads them whose weights come in its package."""

from __future__ import annotations

import os
import re
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
import rapidocr
from PIL import Image, ImageFile, ImageOps, ImageSequence, UnidentifiedImageError
from PIL.IptcImagePlugin import getiptcinfo
from rapidocr import RapidOCR
from rapidocr.utils.process_img import get_rotate_crop_image

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.expansion import broken_off, damaged
from pii_audit.sources.format.parsers.behind import image_end, is_film, send_behind
from pii_audit.sources.format.parsers.runs import runs
from pii_audit.sources.format.parsers.text_lines import LONGEST, lines_of
from pii_audit.sources.format.parsers.xmp import said_in_packets, telling

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "DIB", "WEBP", "GIF")
PIXELS = 100_000_000
"""Of the largest page: A3 at 600 dpi is 70 million. Known from the file's head, before anything is unpacked."""
SIDE = 2 * LONGEST
"""Pixels of the longest side that is looked at in one: reduced by more, lines of small print are not seen as such."""
OVERLAP = 800
"""Pixels that neighbouring pieces of a larger page share: a number of up to that length is whole in one of them."""
NARROWEST = 4
"""How many times longer than wide a page may be before it is given a margin."""
SURE = 0.5
"""Certainty, from 0 to 1, from which a line counts as read; the recogniser's own default."""
SECONDS = 200.0
"""For which pages are begun: below the patience of who waits, so that what was read is kept."""
_EXIF = (0x8769, 0x8825)
"""The parts of EXIF that say how and where a picture was taken."""
_LONGEST_WORDS = 1 << 16
_OF_THE_PROGRAM = frozenset({"icc_profile", "exif", "xmp", "photoshop", 0x02BC, 0x8649, 0x8773, 0x927C})
"""Colour profiles, what cameras keep for themselves, and what is read by its form, in TIFF by its tag."""
_UNICODE = b"UNICODE\0"
_USUAL = re.compile(r"[\x20-\x7e\u4e00-\u9fff]")
_READ = (b"Exif\0", b"ICC_PROFILE\0", b"http://ns.adobe.com/", b"JFIF", b"MPF\0", b"Photoshop 3.0\0")
"""How segments of a JPEG begin that are read by their form."""
_CONTROLS = re.compile(rb"[\0-\x1f]+")
_ORIENTATION = 0x0112
"""EXIF: which side of the picture is up."""
_THREADS = min(4, os.cpu_count() or 1)
"""Every thread reserves address space, of which a parser's process has little."""

Image.MAX_IMAGE_PIXELS = None  # a page is measured below, and the error says how large it is


@dataclass
class Recognition:
    """The lines of a file's pages, one after the other, and what is to be told of them in the end."""

    longest = SIDE
    until: float = field(default_factory=lambda: time.monotonic() + SECONDS)
    unsure: int = 0

    @property
    def late(self) -> bool:
        """Whether no further page is to be begun."""
        return time.monotonic() > self.until

    def lines(self, page: Image.Image) -> Iterator[str]:
        """The lines of a page, piece by piece where it is large; TimeoutError where it takes too long to go on."""
        for piece in _pieces(page.size):
            if self.late:
                raise TimeoutError
            lines, left_out = _lines(page, piece)
            self.unsure += left_out
            yield from lines

    def tell(self, sink: Sink) -> None:
        """Says what was left out, and what may have been missed."""
        if self.unsure:
            percent = int(SURE * 100)
            said = f"有 {self.unsure} 行识别把握低于 {percent}%,未计入"
            sink.note(
                Text(said, f"{self.unsure} line(s) recognised with less than {percent} % certainty were left out")
            )


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends the lines page by page, each page ended as those of a PDF; InspectionError where it is no image."""
    recognition = Recognition()
    try:
        image = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        raise InspectionError(damaged().what) from None
    sink.begin(Part(PartKind.TEXT))
    for number, page in enumerate(ImageSequence.Iterator(image), 1):
        try:
            for line in recognition.lines(_upright(page, sink)):
                sink.text(line + "\n")
        except TimeoutError:
            seconds = int(SECONDS)
            said = f"识别超过 {seconds} 秒,第 {number} 页起未读完"
            sink.fail(
                Text(said, f"recognition took longer than {seconds} seconds: not read to the end from page {number} on")
            )
            break
        sink.text("\f\n")
        if image.format == "MPO":
            break  # what follows is the same picture again, for a screen or an eye
    file.seek(0)
    data = file.read()
    lines = list(said_in_packets(data))
    try:
        lines += _said(image)
    except (SyntaxError, ValueError, LookupError, TypeError, OSError, struct.error):
        sink.note(Text("EXIF 损坏", "its EXIF is damaged"))
    for line in dict.fromkeys(lines):
        sink.text(line + "\n")
    recognition.tell(sink)
    end = image_end(image.format, data)
    if is_film(data[:end], data[end:]):
        sink.note(
            Text("图像之后是相机所附的动态影像，未查看", "followed by the camera's own film, which was not looked at")
        )
    else:
        send_behind(data[end:], sink)


def _said(image: ImageFile.ImageFile) -> Iterator[str]:
    """What is written into the file beside the picture and may be about somebody: comments, and texts of EXIF and its kin.

    Without unpacking the picture, as Pillow's own way to EXIF does.
    """
    exif = Image.Exif()
    exif.load(image.info.get("exif", b""))
    tags = [image.info, getattr(image, "tag_v2", {}), exif, *map(exif.get_ifd, _EXIF)]
    values = [value for named in tags for name, value in named.items() if name not in _OF_THE_PROGRAM]
    values += _beside(image)
    for value in values:
        for text in _texts(value) if isinstance(value, bytes) else (value,):
            if isinstance(text, str) and "\0" not in text and "<x:xmpmeta" not in text and telling(text):
                yield text


def _beside(image: ImageFile.ImageFile) -> Iterator[bytes]:
    """What stands in segments of a JPEG that are no part of the picture (ITU-T T.81, B.2.4): comments, captions of the press (IPTC-IIM), others."""
    for _, segment in getattr(image, "applist", ()):
        if not segment.startswith(_READ):
            yield from _CONTROLS.split(segment)
    for values in (getiptcinfo(image) or {}).values():
        yield from values if isinstance(values, list) else [values]


def _texts(value: bytes) -> Iterator[str]:
    """Bytes as text: a comment names its encoding in front (EXIF 2.3, UserComment), others are in UTF-16 (Windows' XPComment)."""
    value = value[:_LONGEST_WORDS].removeprefix(b"ASCII\0\0\0")
    text, understood = decode_cell(value.strip(b"\0"))
    if understood and "\0" not in text:
        yield text
        return
    if value.startswith(_UNICODE):
        orders = (value.removeprefix(_UNICODE).decode(order, "replace") for order in ("utf-16-le", "utf-16-be"))
        yield max(orders, key=lambda words: len(_USUAL.findall(words))).strip("\0")
    else:
        yield from runs(value, words=True)


def _upright(page: Image.Image, sink: Sink) -> Image.Image:
    """A page as it is to be held; of one that is cut off, what is there."""
    width, height = page.size
    if width * height > PIXELS:
        said = f"图像过大({width} × {height} 像素),未读"
        raise InspectionError(Text(said, f"the image is too large to be read: {width} × {height} pixels"))
    try:
        page.load()
    except OSError:
        sink.fail(broken_off().what)
        ImageFile.LOAD_TRUNCATED_IMAGES = True  # of this process, which ends with the file
        page.load()
    return page if page.getexif().get(_ORIENTATION, 1) == 1 else ImageOps.exif_transpose(page)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a page, and the part of it in which lines count as its own; left, top, right and bottom, in pixels of the page."""

    box: tuple[int, int, int, int]
    core: tuple[int, int, int, int]

    def owns(self, line: np.ndarray) -> bool:
        """Whether the middle of a line, whose corners are given within the piece, lies in it."""
        x, y = line.mean(axis=0) + self.box[:2]
        left, top, right, bottom = self.core
        return bool(left <= x < right and top <= y < bottom)


def _pieces(size: tuple[int, int]) -> Iterator[_Piece]:
    """A page in pieces that are not too large, from the top down."""
    for (top, bottom), (first_row, last_row) in _spans(size[1]):
        for (left, right), (first, last) in _spans(size[0]):
            yield _Piece((left, top, right, bottom), (first, first_row, last, last_row))


def _spans(length: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """A length in overlapping spans, each with what is its own: up to the middle of an overlap, and beyond the ends."""
    count = max(1, -(-(length - OVERLAP) // (SIDE - OVERLAP)))
    step = (length - OVERLAP) / count
    for number in range(count):
        begin, end = int(number * step), length if number == count - 1 else int((number + 1) * step) + OVERLAP
        own = begin + OVERLAP // 2 if number else -length, 2 * length
        yield (begin, end), (own[0], int((number + 1) * step) + OVERLAP // 2 if number < count - 1 else own[1])


def _broad(page: Image.Image) -> Image.Image:
    """The page with a margin where it is a strip: the recogniser would enlarge it until the short side is as it likes it."""
    width, height = page.size
    size = max(width, height // NARROWEST), max(height, width // NARROWEST)
    if size == page.size:
        return page
    broad = Image.new(page.mode, size, page.getpixel((0, 0)))
    broad.paste(page)
    return broad


def _shown(page: Image.Image) -> Image.Image:
    """The page in a mode that the recogniser takes for what a person sees."""
    if page.mode[0] in "IF":
        levels = np.asarray(page, np.float32)
        return Image.fromarray((levels * (255 / max(float(levels.max()), 1.0))).clip(0, 255).astype(np.uint8))
    if page.mode in ("L", "RGB"):
        return page
    return page.convert("RGBA" if page.has_transparency_data else "RGB")


def _lines(page: Image.Image, piece: _Piece) -> tuple[list[str], int]:
    """The lines of a piece that are read, from the top down, and how many are left out as unsure.

    They are looked for in fewer pixels than they are read in: to see where a line is takes less, and most of the time.
    """
    whole = page if piece.box == (0, 0, *page.size) else page.crop(piece.box)
    recogniser = _recogniser()
    image = recogniser.load_img(_broad(_shown(whole)))
    lines = [get_rotate_crop_image(image, line) for line in lines_of(image, recogniser) if piece.owns(line)]
    if not lines:
        return [], 0
    found = [(text, certainty) for text, certainty in _read(lines, recogniser) if text.strip()]
    sure = [text for text, certainty in found if certainty >= SURE]
    return sure, len(found) - len(sure)


def _read(lines: list[np.ndarray], recogniser: RapidOCR) -> list[tuple[str, float]]:
    """The text of each line and how certain it is.

    What tells lines that stand on their head sees a long one squeezed, and errs: those are read both ways, and the better one counts.
    """
    turned = recogniser.cls_and_rotate(lines)[0]
    found = _recognised(turned, recogniser)
    doubtful = [at for at, line in enumerate(lines) if not np.array_equal(turned[at], line)]
    if doubtful:
        as_they_are = _recognised([lines[at] for at in doubtful], recogniser)
        for at, other in zip(doubtful, as_they_are, strict=True):
            found[at] = max(found[at], other, key=itemgetter(1))
    return found


def _recognised(lines: list[np.ndarray], recogniser: RapidOCR) -> list[tuple[str, float]]:
    read = recogniser.recognize_txt(lines)
    return list(zip(read.txts or (), read.scores, strict=True))


@cache
def _recogniser() -> RapidOCR:
    cv2.setNumThreads(_THREADS)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": LONGEST,
            **{f"{task}.model_path": _weights(task) for task in ("Det", "Cls", "Rec")},
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _weights(task: str) -> str:
    """The file of a model in the recogniser's package, named so that it is never fetched from elsewhere."""
    for path in Path(rapidocr.__file__).parent.glob(f"models/*_{task.lower()}_*.onnx"):
        return str(path)
    raise InspectionError(
        Text(
            "所装的 rapidocr 不带模型权重，图像未读", "the installed rapidocr holds no weights: the image was not read"
        )
    )
