"""Mail (RFC 5322, MIME) and mailboxes (RFC 4155): headers and text, HTML bodies, and every attached file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from typing import BinaryIO, cast

from pii_audit.language import Text
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.parsers.html import plain_text
from pii_audit.sources.format.parsers.pictures import Pictures
from pii_audit.sources.format.uuencoded import encoded_in

_HEADERS = frozenset(
    (
        "from",
        "to",
        "cc",
        "bcc",
        "reply-to",
        "sender",
        "subject",
        "date",
        "x-originating-ip",
        "return-path",
        "delivered-to",
    )
)
_TRACE = re.compile(
    r"(?:received|message-id|references|in-reply-to|dkim-|arc-|authentication-|domainkey|mime-version|content-type|content-transfer"
    r"|content-id|content-disposition|thread-|list-|x-(?:ms|microsoft|google|gm|spam|virus|forefront|exchange|mailer|received|qq|cm|"
    r"coremail|aliyun))",
    re.IGNORECASE,
)
"""Headers by which programs find their way, full of addresses and numbers of their own."""
_TELLING = re.compile(r"\d{7}|\w@\w|[^\x00-\x7f]")
_POSTMARK = re.compile(rb"From \S+\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ")
"""How a message begins in a mailbox: sender and date, as asctime writes it."""
_REPORTS = frozenset({"message/delivery-status", "message/disposition-notification"})
"""Parts that are blocks of headers (RFC 3464, RFC 8098)."""
_LARGEST = 512 << 20
"""Bytes of a message that are taken apart; a larger one is told as not read."""


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends one message: its headers and plain text as text, its HTML and its attachments as files."""
    message = message_from_bytes(file.read(), policy=policy.compat32)
    sink.begin(Part(PartKind.TEXT))
    sink.text(_text(message, html=False))
    pictures = Pictures(sink)
    for part_name, data in _files(message, html=True):
        if not pictures.skips(data):
            sink.begin(Part(PartKind.FILE, part_name))
            sink.data(data)


def parse_mailbox(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - as above
    """Sends the text of all messages as one text, then the files that are attached to them, by message number."""
    sink.begin(Part(PartKind.TEXT))
    attached: list[int] = []
    for number, raw in enumerate(_messages(file, sink), start=1):
        message = message_from_bytes(raw, policy=policy.compat32)
        sink.text(_text(message, html=True) + "\n")
        if next(_files(message, html=False), None):
            attached.append(number)
    file.seek(0)
    wanted = set(attached)
    pictures = Pictures(sink)  # a signature comes with every message
    for number, raw in enumerate(_messages(file, None), start=1):
        if number in wanted:
            for part_name, data in _files(message_from_bytes(raw, policy=policy.compat32), html=False):
                if not pictures.skips(data):
                    sink.begin(Part(PartKind.FILE, f"{number}!{part_name}"))
                    sink.data(data)


def _messages(file: BinaryIO, sink: Sink | None) -> Iterator[bytes]:
    """The messages of a mailbox, each without its `From ` line; one that is too large comes empty."""
    held: list[bytes] = []
    size = number = 0
    blank = True
    for line in file:
        if blank and _POSTMARK.match(line):
            if number:
                yield b"".join(held)
            number += 1
            held, size = [], 0
        elif size <= _LARGEST:
            held.append(line)
            size += len(line)
            if size > _LARGEST:
                held = []
                if sink:
                    sink.fail(Text(f"第 {number} 封邮件过大，未读", f"message {number} is too large and was not read"))
        blank = not line.strip()
    if number:
        yield b"".join(held)


def _text(message: Message, *, html: bool) -> str:
    """Headers that name people, and all text that is not attached; HTML as text where it is asked for."""
    lines = list(_headers(message))
    for part in _parts(message):
        kind = part.get_content_type()
        lines += _around(part)
        if part is not message:
            lines += _headers(part)
        if part.is_multipart():
            if kind in _REPORTS:
                lines.append(decode_cell(part.as_bytes())[0])
        elif part.get_filename() is None and kind == "text/plain":
            lines.append(_content(part))
        elif part.get_filename() is None and kind == "text/html" and html:
            lines.append(plain_text(_content(part)))
    return "\n".join(lines)


def _headers(message: Message) -> Iterator[str]:
    """Headers that name people, and others that look like data."""
    for name, value in message.items():
        text = _decoded(str(value))
        if name.lower() in _HEADERS or (not _TRACE.match(name) and _TELLING.search(text)):
            yield f"{name}: {text}"


def _around(part: Message) -> list[str]:
    """What stands before and behind the parts of a message, where no program shows it."""
    return [one for one in (part.preamble, part.epilogue) if one and _TELLING.search(one)]


def _files(message: Message, *, html: bool) -> Iterator[tuple[str, bytes]]:
    """Attached files, messages and, where it is asked for, HTML bodies, with their names."""
    for number, part in enumerate(_leaves(message), start=1):
        kind = part.get_content_type()
        name = part.get_filename()
        if kind in _REPORTS:
            continue
        if part.get_content_maintype() == "message":
            inner = part.get_payload()
            first = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(first, Message):
                yield f"message {number}.eml", first.as_bytes()
        elif name is not None:
            yield _decoded(name).replace("\0", "") or f"part {number}", _bytes(part)
        elif kind == "text/html":
            if html:
                yield f"body {number}.html", _content(part).encode()
        elif kind == "text/plain":
            yield from ((one.name, one.data) for one in encoded_in(_content(part)))
        else:
            yield f"part {number}", _bytes(part)


def _parts(message: Message) -> Iterator[Message]:
    """The message and its parts, in order; an attached message is one part."""
    yield message
    if message.is_multipart() and message.get_content_maintype() != "message":
        for part in cast("list[Message]", message.get_payload()):
            yield from _parts(part)


def _leaves(message: Message) -> Iterator[Message]:
    """Those that hold something themselves."""
    return (part for part in _parts(message) if not part.is_multipart() or part.get_content_maintype() == "message")


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _content(part: Message) -> str:
    """Text by its declared charset where that fits; GB 2312 is read by its superset."""
    data = _bytes(part)
    charset = (part.get_content_charset() or "").replace("gb2312", "gb18030").replace("gbk", "gb18030")
    try:
        return data.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decode_cell(data)[0]


def _decoded(value: str) -> str:
    """A header with its encoded words (RFC 2047) read; raw bytes in it, which the library keeps aside, as they are meant."""
    try:
        raw = value.encode("utf-8", "surrogateescape")
        return str(make_header(decode_header(value))) if value.isascii() else decode_cell(raw)[0]
    except (LookupError, UnicodeError, ValueError):
        return value.encode("utf-8", "replace").decode()
