"""What lies behind the end that a format has, where no program looks: it is read as the file that it may be."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping

from pii_audit.sources.format.content import HEAD
from pii_audit.sources.format.detect import unread_kind
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.kinds import kind_of

_PADDING = b"\0\xff \t\r\n"
"""With which writers fill a file up."""
_FILM = re.compile(rb"(?:MotionPhoto|MicroVideo)(?:=\"|>)1")
_PNG_END = b"IEND"
_JPEG_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""Ends a scan (ITU-T T.81, B.1.1.2): neither a byte of it (FF 00) nor a restart."""
_JPEG_BEGIN, _JPEG_END, _JPEG_SCAN = 0xD8, 0xD9, 0xDA
_GIF_TABLE, _GIF_SIZE = 0x80, 7
_GIF_EXTENSION, _GIF_IMAGE, _GIF_END = 0x21, 0x2C, 0x3B
_BMP_HEADERS = 26


def send_behind(tail: bytes, sink: Sink) -> None:
    """Sends what follows a file's end, unless it only fills the file up."""
    if tail.strip(_PADDING):
        sink.begin(Part(PartKind.FILE, "rest"))
        sink.data(tail.lstrip(_PADDING))


def send_slack(tail: bytes, sink: Sink) -> None:
    """The same of a format that leaves room unused, in which anything may have stayed: what is no file of a known kind and no text is passed over."""
    head = tail.lstrip(_PADDING)[:HEAD]
    if kind_of(head) or not unread_kind(head, "utf-8"):
        send_behind(tail, sink)


def is_film(image: bytes, tail: bytes) -> bool:
    """Whether what follows an image is what the camera filmed around it, as its XMP says or Samsung's mark at the end does."""
    return tail.endswith(b"SEFT") or (tail[4:8] == b"ftyp" and _FILM.search(image) is not None)


def image_end(form: str | None, data: bytes) -> int:
    """Where an image ends, by the name that Pillow has for its format; where that is not told, at the end of the file."""
    find = _ENDS.get(form or "")
    try:
        return min(find(data), len(data)) if find else len(data)
    except (struct.error, IndexError):  # it is cut off or damaged, as whoever unpacks it finds
        return len(data)


def _png(data: bytes) -> int:
    """Chunks: a length, a name, data, a checksum (ISO/IEC 15948, 5.3)."""
    at, name = 8, b""
    while name != _PNG_END:
        size, name = struct.unpack_from(">L4s", data, at)
        at += size + 12
    return at


def _jpeg(data: bytes, begin: int = 0) -> int:
    """Segments with their lengths, and scans without."""
    at = begin + 2
    while at < len(data):
        found = _JPEG_MARKER.match(data, at)
        if found is None:
            return len(data)
        marker, at = data[found.end() - 1], found.end()
        if marker == _JPEG_END:
            return at
        at += struct.unpack_from(">H", data, at)[0]
        if marker == _JPEG_SCAN:
            found = _JPEG_MARKER.search(data, at)
            at = found.start() if found else len(data)
    return len(data)


def _jpegs(data: bytes) -> int:
    """Several in one file (CIPA DC-007), with padding between them."""
    end = _jpeg(data)
    while (begin := data.find(b"\xff\xd8\xff", end)) >= 0 and not data[end:begin].strip(_PADDING):
        end = _jpeg(data, begin)
    return end


def _gif(data: bytes) -> int:
    """Blocks, of images and of what is said of them, in sub-blocks with a length each (GIF89a, 15 and after)."""
    at = 13 + _gif_table(data[10])
    while data[at] != _GIF_END:
        if data[at] == _GIF_IMAGE:
            at += 11 + _gif_table(data[at + 9])
        elif data[at] == _GIF_EXTENSION:
            at += 2
        else:
            return len(data)
        while data[at]:
            at += data[at] + 1
        at += 1
    return at + 1


def _gif_table(flags: int) -> int:
    return 3 << (flags & _GIF_SIZE) + 1 if flags & _GIF_TABLE else 0


def _webp(data: bytes) -> int:
    size: int = struct.unpack_from("<L", data, 4)[0]
    return 8 + size + size % 2


def _bmp(data: bytes) -> int:
    """As the header has it, which some writers leave at nothing."""
    size: int = struct.unpack_from("<L", data, 2)[0]
    return size if size > _BMP_HEADERS else len(data)


_ENDS: Mapping[str, Callable[[bytes], int]] = {
    "PNG": _png, "JPEG": _jpeg, "MPO": _jpegs, "GIF": _gif, "WEBP": _webp, "BMP": _bmp,
}  # fmt: skip
