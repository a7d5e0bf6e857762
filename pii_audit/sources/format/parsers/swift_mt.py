"""Files of SWIFT MT messages: each transaction a row, the fields that name people taken apart."""

from __future__ import annotations

from typing import BinaryIO

from pii_audit.language import Text
from pii_audit.model.asset import Field
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.parsers.decoding import tell
from pii_audit.sources.format.payments import swift_mt
from pii_audit.sources.format.swift import messages, rows, whole


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends every transaction as a row; a message without one, or that is cut short, as text too."""
    content = Content(file)
    known = swift_mt()
    fields = [
        f"{tag}/{part}"
        for tag, about in known.tags.items()
        for part in dict.fromkeys(
            ("account", *about.lines, *(("party", *known.numbered.values()) if about.numbered else ()))
        )
    ]
    sink.begin(Part(PartKind.TABLE, fields=tuple(Field(one, comment=known.meaning(one)) for one in fields)))
    for number, message in enumerate(messages(content.texts()), start=1):
        found = False
        for row in rows(message):
            found = True
            sink.row(row)
        if not whole(message):
            sink.fail(
                Text(
                    f"第 {number} 条报文不完整，已按文本读取", f"message {number} is cut short and was read as text too"
                )
            )
        if not found or not whole(message):
            sink.text(message)
    tell(content, sink)
