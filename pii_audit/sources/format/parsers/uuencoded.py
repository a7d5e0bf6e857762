"""Texts in which files are written by uuencode: these, and what stands around them."""

from __future__ import annotations

from typing import BinaryIO

from pii_audit.sources.format.content import Content
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.expansion import broken_off
from pii_audit.sources.format.parsers.decoding import tell
from pii_audit.sources.format.uuencoded import encoded_in


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends the text without the files, then the files."""
    content = Content(file)
    text = "".join(content.texts())
    files = list(encoded_in(text))
    sink.begin(Part(PartKind.TEXT))
    at = 0
    for one in files:
        sink.text(text[at : one.start])
        at = one.end
    sink.text(text[at:])
    tell(content, sink)
    for one in files:
        sink.begin(Part(PartKind.FILE, one.name))
        sink.data(one.data)
        if not one.whole:
            sink.fail(broken_off().what)
