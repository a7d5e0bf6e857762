"""What is signed as PKCS #7 or CMS (RFC 5652): S/MIME that no program shows without undoing it, and signatures beside what they sign."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.expansion import damaged
from pii_audit.sources.format.parsers import mail

_CONSTRUCTED, _OPEN = 0x20, 0x80
_MIME = re.compile(rb"(?:MIME-Version|Content-[A-Za-z-]+):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Element:
    """One of BER (X.690): its tag, and where its content and what follows it are."""

    tag: int
    start: int
    end: int
    after: int


def parse(file: BinaryIO, name: str, sink: Sink) -> None:
    """Sends the content as mail where it is some, else as a file; of a signature alone a note."""
    data = file.read()
    try:
        content = _signed(data)
    except (IndexError, ValueError):
        raise InspectionError(damaged().what) from None
    if content is None:
        sink.begin(Part(PartKind.TEXT))
        sink.note(Text("数字签名，不含所签内容", "a signature, without what it signs"))
    elif _MIME.match(content):
        mail.parse(io.BytesIO(content), name, sink)
    else:
        sink.begin(Part(PartKind.FILE, "content"))
        sink.data(content)


def _signed(data: bytes) -> bytes | None:
    """The content of SignedData (5.1), None where it stands elsewhere."""
    _, wrapped = _children(data, _element(data, 0))
    [signed] = _children(data, wrapped)
    _, _, inside, *_ = _children(data, signed)
    _, *content = _children(data, inside)
    return b"".join(_octets(data, one) for one in content) if content else None


def _element(data: bytes, at: int) -> _Element:
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == _OPEN:  # up to two zeros
        end = start
        while data[end : end + 2] != b"\0\0":
            end = _element(data, end).after
        return _Element(tag, start, end, end + 2)
    if length > _OPEN:
        start += length - _OPEN
        length = int.from_bytes(data[at + 2 : start])
    if start + length > len(data):
        raise ValueError
    return _Element(tag, start, start + length, start + length)


def _children(data: bytes, parent: _Element) -> Iterator[_Element]:
    at = parent.start
    while at < parent.end:
        one = _element(data, at)
        yield one
        at = one.after


def _octets(data: bytes, element: _Element) -> bytes:
    """A string of octets, which may come in pieces."""
    if not element.tag & _CONSTRUCTED:
        return data[element.start : element.end]
    return b"".join(_octets(data, one) for one in _children(data, element))
