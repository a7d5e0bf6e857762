"""XML inside documents, read as it streams by: no entities, no document type, no tree in memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import BinaryIO, Protocol
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import DefusedXMLParser, fromstring

PIECE = 1 << 16
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
"""How the names of elements begin in the strict form of Office documents (ISO/IEC 29500-1), which are the same as in the other one (-4)."""


class Target(Protocol):
    """What wants to know of elements and text; tags are written `{namespace}name`."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def data(self, text: str) -> None:
        """A piece of text."""

    def end(self, tag: str) -> None:
        """An element ends."""


def feed(stream: BinaryIO, target: Target) -> None:
    """Tells a target all of an XML stream; ValueError or ParseError where it is malformed or declares entities."""
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    parser.feed(_STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", stream.read(PIECE)))
    while data := stream.read(PIECE):
        parser.feed(data)
    parser.close()


def tree(data: bytes) -> Element:
    """A small part as a tree; the same errors."""
    root: Element = fromstring(data, forbid_dtd=True)
    return root


def attribute(attributes: Mapping[str, str], names: Iterable[str]) -> int:
    """The first of some attributes that is a number from 1 to 10,000, else 1."""
    for name in names:
        value = attributes.get(name, "")
        if value.isascii() and value.isdigit() and 0 < len(value) <= 5:  # noqa: PLR2004 - 16,384 columns are the most anywhere
            return max(1, int(value))
    return 1
