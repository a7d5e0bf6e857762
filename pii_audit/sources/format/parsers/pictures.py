"""Images inside documents: each is sent once, as the file that it is; what holds no number is passed over, what nobody reads counted."""

from __future__ import annotations

import hashlib
import struct
from importlib.util import find_spec

from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.kinds import kind_of
from pii_audit.sources.format.parsers import PARSERS

_OCR = "rapidocr"
_LEAST = 120
"""Pixels of the longer side from which an image may show a number: 18 digits of six pixels each."""
_LOWEST = 10
"""Pixels of the shorter side below which nothing is written: a rule, a border."""
_SMALL = 16 << 10
"""Bytes of an image of unknown size in which no page, card or form can be read: the preview of what is embedded."""
LARGEST = 256 << 20
"""Bytes of an image; a larger one is not looked at."""


class Pictures:
    """The images of one document, seen one after the other."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._seen: set[bytes] = set()
        self._unread = 0
        self._foreign = 0

    def wanted(self, data: bytes) -> bool:
        """Whether an image is large enough to hold something, and none that was seen already."""
        size = size_of(data)
        if size and (max(size) < _LEAST or min(size) < _LOWEST):
            return False
        digest = hashlib.sha256(data).digest()
        if digest in self._seen:
            return False
        self._seen.add(digest)
        return True

    def skips(self, data: bytes) -> bool:
        """Whether some file is an image that is not wanted."""
        return _is_image(data) and not self.wanted(data)

    def send(self, name: str, data: bytes) -> None:
        """Sends an image as a file of that name, where something can read it."""
        if not self.wanted(data):
            return
        if data[:_SMALL].lstrip().startswith(b"<") or _is_drawing(data):
            self._file(name, data)
        elif not _is_image(data):
            self._foreign += len(data) >= _SMALL
        elif find_spec(_OCR) is None:
            self._unread += 1
        else:
            self._file(name, data)

    def too_large(self) -> None:
        """Counts an image that is larger than is looked at."""
        self._foreign += 1

    def tell(self) -> None:
        """Says how many images nobody read."""
        zh, en = [], []
        if self._unread:
            zh.append(f"其中 {self._unread} 幅图像未读取:没有图像识别,请安装 pip install 'pii-audit[ocr]'")
            en.append(f"{self._unread} image(s) inside were not read: no OCR, pip install 'pii-audit[ocr]'")
        if self._foreign:
            zh.append(f"其中 {self._foreign} 幅图像未读取:没有能识别此类图像(如 PICT、HEIC)的读取器")
            en.append(
                f"{self._foreign} image(s) inside were not read: of a kind that has no reader, such as PICT or HEIC"
            )
        if zh:
            self._sink.begin(Part(PartKind.UNREAD, "images"))
            self._sink.fail(Text(";".join(zh), "; ".join(en)))

    def _file(self, name: str, data: bytes) -> None:
        self._sink.begin(Part(PartKind.FILE, name))
        self._sink.data(data)


def _is_drawing(data: bytes) -> bool:
    """Whether it is a metafile, perhaps compressed, which is read as text as drawings in SVG are."""
    kind = kind_of(data[:_SMALL])
    return kind is not None and kind.id in ("emf", "wmf", "gzip")


def _is_image(data: bytes) -> bool:
    """Whether it is of a kind that a recogniser takes."""
    kind = kind_of(data[:_SMALL])
    return kind is not None and kind.id in PARSERS and PARSERS[kind.id].needs == _OCR


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG, GIF or BMP in pixels, None where they are not told that simply."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack_from(">LL", data, 16)
        if data.startswith(b"GIF8"):
            return struct.unpack_from("<HH", data, 6)
        if data.startswith(b"BM"):
            width, height = struct.unpack_from("<ll", data, 18)
            return abs(width), abs(height)
        if data.startswith(b"\xff\xd8"):
            return _jpeg_size(data)
    except struct.error:  # it is cut off
        return None
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """By its frame header (ITU-T T.81, B.2.2), in front of which other segments stand."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - a marker (B.1.1.2)
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # noqa: PLR2004 - SOF, without DHT, JPG, DAC
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None
