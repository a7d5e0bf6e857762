"""Images: the lines of text on every page, as an optical recogniser reads them whose weights come in its package."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
import rapidocr
from PIL import Image, ImageFile, ImageOps, ImageSequence, UnidentifiedImageError
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.expansion import broken_off, damaged

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "DIB", "WEBP", "GIF")
PIXELS = 100_000_000
"""Of the largest page: A3 at 600 dpi is 70 million. Known from the file's head, before anything is unpacked."""
LONGEST = 2_400
"""Pixels of a page's longer side, to which larger ones are reduced: A4 at 200 dpi, for which the parsers' memory is enough."""
NARROWEST = 4
"""How many times longer than wide a page may be before it is given a margin."""
SURE = 0.5
"""Certainty, from 0 to 1, from which a line counts as read; the recogniser's own default."""
SECONDS = 200.0
"""For which pages are begun: below the patience of who waits, so that what was read is kept."""
_THREADS = min(4, os.cpu_count() or 1)
"""Every thread reserves address space, of which a parser's process has little."""

Image.MAX_IMAGE_PIXELS = None  # a page is measured below, and the error says how large it is


@dataclass
class Recognition:
    """The lines of a file's pages, one after the other, and what is to be told of them in the end."""

    longest = LONGEST
    until: float = field(default_factory=lambda: time.monotonic() + SECONDS)
    unsure: int = 0
    reduced: int = 0

    @property
    def late(self) -> bool:
        """Whether no further page is to be begun."""
        return time.monotonic() > self.until

    def lines(self, page: Image.Image, *, reduced: bool) -> list[str]:
        """The lines of a page of at most LONGEST pixels; `reduced` says that it was larger."""
        lines, left_out = _lines(_broad(page))
        self.unsure += left_out
        self.reduced += reduced
        return lines

    def tell(self, sink: Sink) -> None:
        """Says what was left out, and what may have been missed."""
        if self.unsure:
            percent = int(SURE * 100)
            said = f"有 {self.unsure} 行识别把握低于 {percent}%,未计入"
            sink.note(
                Text(said, f"{self.unsure} line(s) recognised with less than {percent} % certainty were left out")
            )
        if self.reduced:
            said = f"有 {self.reduced} 页缩小到 {LONGEST} 像素后识别,小字可能漏读"
            missed = "small print may have been missed"
            sink.note(Text(said, f"{self.reduced} page(s) were reduced to {LONGEST} pixels: {missed}"))


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends the lines page by page, each page ended as those of a PDF; InspectionError where it is no image."""
    recognition = Recognition()
    try:
        image = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        raise InspectionError(damaged().what) from None
    sink.begin(Part(PartKind.TEXT))
    for number, page in enumerate(ImageSequence.Iterator(image), 1):
        if recognition.late:
            seconds = int(SECONDS)
            said = f"识别超过 {seconds} 秒,自第 {number} 页起未读"
            sink.fail(Text(said, f"recognition took longer than {seconds} seconds: not read from page {number} on"))
            break
        lines = recognition.lines(_pixels(page, sink), reduced=max(page.size) > LONGEST)
        sink.text("".join(line + "\n" for line in lines) + "\f\n")
        if image.format == "MPO":
            break  # what follows is the same picture again, for a screen or an eye
    recognition.tell(sink)


def _pixels(page: Image.Image, sink: Sink) -> Image.Image:
    """A page upright, in 8 bits, no larger than is recognised; of one that is cut off, what is there."""
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
    upright = _shown(page)
    upright.thumbnail((LONGEST, LONGEST))
    return ImageOps.exif_transpose(upright)


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
        return page.copy()
    return page.convert("RGBA" if page.has_transparency_data else "RGB")


def _lines(page: Image.Image) -> tuple[list[str], int]:
    """The lines that are read, from the top down, and how many are left out as unsure."""
    read = _recogniser()(page)
    if not isinstance(read, RapidOCROutput):
        raise InspectionError(Text("图像中的文字未能识别", "the text in the image could not be recognised"))
    lines = list(zip(read.txts or (), read.scores or (), strict=True))
    sure = [text for text, certainty in lines if certainty >= SURE]
    return sure, len(lines) - len(sure)


@cache
def _recogniser() -> RapidOCR:
    cv2.setNumThreads(_THREADS)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.0,  # all lines are asked for, and those left out counted here
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
        Text("所装的 rapidocr 不带模型权重,图像未读", "the installed rapidocr holds no weights: the image was not read")
    )
