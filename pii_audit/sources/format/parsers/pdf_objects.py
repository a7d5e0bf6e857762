"""The texts in the objects of a PDF (ISO 32000-1, 7.3), whether or not a page leads to them: fields without a widget, scripts, old values."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pypdfium2 as pdfium
from pypdfium2 import raw

from pii_audit.sources.format.parsers.xmp import telling

_STREAM, _STREAM_END = re.compile(rb"stream\r?\n"), b"endstream"
_LARGEST = 1 << 20
"""Bytes of a stream that are kept: scripts have fewer."""
_PACKED, _LONGEST_HEAD = b"/ObjStm", 512
_MOST = 64 << 20
"""Bytes to which a stream unpacks at most."""
_TOKEN = re.compile(rb"\\.|[()]|<([0-9A-Fa-f\s]{4,})>|endobj", re.DOTALL)
"""Where a string begins or ends: in brackets, which may hold pairs of them, or in hex (7.3.4). One that is never closed ends with its object."""
_ESCAPED = re.compile(rb"\\(?:([0-7]{1,3})|\r?\n|(.))", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b""}
_SCRIPT = re.compile(rb"/JS\s*(?:(?=[(<])|(\d+)\s+\d+\s+R)")
_OBJECT = re.compile(rb"(?:^|[\r\n])(\d+)\s+\d+\s+obj\b")
_OF_THE_PROGRAM = re.compile(r"D:\d{4,14}(?:Z|[-+]\d\d.*)?|[a-z]+\d+")
"""Dates, and marks by which tags are numbered."""
_ASCII = re.compile(rb"[\x20-\x7e]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd]")


def texts_in_objects(document: pdfium.PdfDocument, data: bytes) -> Iterator[str]:
    """Scripts, and strings that may be about somebody: those of all objects that the file lists, unpacked and decrypted, and what else stands in its `data`."""
    objects = _Objects()
    with suppress(pdfium.PdfiumError):
        document.save(objects, flags=raw.FPDF_REMOVE_SECURITY)
    listed = objects.end()
    yield from _scripts(listed)
    for part in (listed, data):
        for piece in _outside_streams(part):
            for text in _strings(piece):
                if telling(text) and not _CONTROL.search(text) and not _OF_THE_PROGRAM.fullmatch(text):
                    yield text


class _Objects:
    """A PDF as it is written, of which no stream is kept beyond its beginning."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._held = b""
        self._room = -1  # in the stream that is open, -1 between streams

    def write(self, data: bytes) -> int:
        """Takes the next bytes."""
        self._held += data
        while self._step():
            pass
        return len(data)

    def _step(self) -> bool:
        """Goes on to where the next stream begins or ends; whether that was among the bytes held."""
        if self._room < 0:
            found = _STREAM.search(self._held)
            at = found.end() if found else -1
        else:
            at = self._held.find(_STREAM_END)
        size = at if at >= 0 else max(0, len(self._held) - len(_STREAM_END))
        self._kept += self._held[: size if self._room < 0 else min(size, self._room)]
        self._held = self._held[size:]
        if self._room >= 0:
            self._room = max(0, self._room - size)
        if at < 0:
            return False
        if self._room < 0:
            self._room = _LARGEST
        else:
            self._kept += self._held[: len(_STREAM_END)]
            self._held, self._room = self._held[len(_STREAM_END) :], -1
        return True

    def end(self) -> bytes:
        """What was kept."""
        return bytes(self._kept) + self._held


def _outside_streams(data: bytes) -> Iterator[bytes]:
    """All but the streams, of which those that hold objects (7.5.7) are unpacked."""
    at = 0
    while found := _STREAM.search(data, at):
        yield data[at : found.start()]
        end = data.find(_STREAM_END, found.end())
        if _PACKED in data[max(at, found.start() - _LONGEST_HEAD) : found.start()]:
            yield _unpacked(data[found.end() : end])
        at = end + len(_STREAM_END) if end >= 0 else len(data)
    yield data[at:]


def _scripts(objects: bytes) -> Iterator[str]:
    """Scripts (12.6.4.16), which are strings or streams."""
    found = list(_SCRIPT.finditer(objects))
    wanted = {int(one[1]) for one in found if one[1]}
    for one in found:
        if not one[1]:
            yield next(_strings(objects, one.end()), "")
    for place in _OBJECT.finditer(objects) if wanted else ():
        if int(place[1]) in wanted and (stream := _STREAM.search(objects, place.end())):
            body = objects[stream.end() : objects.find(_STREAM_END, stream.end())]
            yield _decoded(_unpacked(body) if b"FlateDecode" in objects[place.end() : stream.start()] else body)


def _strings(data: bytes, at: int = 0) -> Iterator[str]:
    opened = depth = 0
    for found in _TOKEN.finditer(data, at):
        token = found[0]
        if found[1] is not None:
            if not depth:
                digits = b"".join(found[1].split()).decode()
                yield _decoded(bytes.fromhex(digits + "0" * (len(digits) % 2)))
        elif token == b"(":
            opened = opened if depth else found.end()
            depth += 1
        elif token == b")" and depth:
            depth -= 1
            if not depth:
                yield _decoded(_ESCAPED.sub(_unescaped, data[opened : found.start()]))
        elif token == b"endobj":
            depth = 0


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _MOST)
    except zlib.error:
        return data


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return bytes([int(found[1], 8) & 0xFF])
    return _ESCAPES.get(found[2], found[2]) if found[2] else b""


def _decoded(data: bytes) -> str:
    """A text string (7.9.2.2): UTF-16 or UTF-8 with its mark, else in whatever the program took; nothing of ids and keys, which are random bytes."""
    if data.startswith(b"\xfe\xff"):
        return data[2:].decode("utf-16-be", "replace")
    for codec in ("utf-8-sig", "gb2312"):
        with suppress(UnicodeDecodeError):
            return data.decode(codec)
    return data.decode("latin-1") if 4 * len(_ASCII.findall(data)) >= 3 * len(data) else ""
