"""Outlook .msg (MS-OXMSG): sender, recipients, subject and text, HTML body, attachments, attached messages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import olefile

from pii_audit.language import Text
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.parsers.html import plain_text

_STREAM = "__substg1.0_"
_HEADERS = {
    "0042": "From",
    "0C1A": "From",
    "0C1F": "From",
    "0E04": "To",
    "0E03": "Cc",
    "0E02": "Bcc",
    "0037": "Subject",
}
"""Property ids (MS-OXPROPS) of the sender's names and address, the recipients as shown, and the subject."""
_INTERNET_HEADERS, _BODY, _HTML, _RTF = "007D", "1000", "1013", "1009"
_ADDRESSES = ("3001", "3003", "39FE")
"""A recipient's name and addresses."""
_DATA, _NAMES, _MESSAGE = "37010102", ("3707", "3704", "3001"), "3701000D"
_KINDS = ("001F", "001E")
"""Text in UTF-16, and in some 8-bit encoding."""
_ATTACHMENT, _RECIPIENT = re.compile("__attach_version1.0_"), re.compile("__recip_version1.0_")


def send_message(compound: olefile.OleFileIO, sink: Sink) -> None:
    """Sends headers and text as text, attachments as files; attached messages are part of the text."""
    sink.begin(Part(PartKind.TEXT))
    _Folder(compound, ()).send_text(sink)
    for number, attached in enumerate(_attachments(compound, ()), start=1):
        data = attached.raw(_DATA)
        if data is None:
            continue
        sink.begin(Part(PartKind.FILE, attached.first(_NAMES) or f"attachment {number}"))
        sink.data(data)


def _attachments(compound: olefile.OleFileIO, path: tuple[str, ...]) -> Iterator[_Folder]:
    """The attachments of a message, and those of messages attached to it."""
    for folder in _below(compound, path, _ATTACHMENT):
        yield _Folder(compound, folder)
        inner = (*folder, f"{_STREAM}{_MESSAGE}")
        if compound.exists("/".join(inner)):
            yield from _attachments(compound, inner)


def _below(compound: olefile.OleFileIO, path: tuple[str, ...], name: re.Pattern[str]) -> list[tuple[str, ...]]:
    depth = len(path)
    found = (tuple(entry[: depth + 1]) for entry in compound.listdir() if len(entry) > depth)
    return list(dict.fromkeys(one for one in found if one[:depth] == path and name.match(one[depth])))


class _Folder:
    """A message, a recipient or an attachment: a folder of properties, each a stream."""

    def __init__(self, compound: olefile.OleFileIO, path: tuple[str, ...]) -> None:
        self._compound = compound
        self._path = path

    def raw(self, tag: str) -> bytes | None:
        """A property by its id and type, None where there is none."""
        name = "/".join((*self._path, f"{_STREAM}{tag}"))
        if not self._compound.exists(name) or self._compound.get_type(name) != olefile.STGTY_STREAM:
            return None
        data: bytes = self._compound.openstream(name).read()
        return data

    def text(self, number: str) -> str:
        """A text property, empty where there is none."""
        wide, narrow = (self.raw(f"{number}{kind}") for kind in _KINDS)
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return decode_cell(narrow)[0].rstrip("\0") if narrow else ""

    def first(self, numbers: tuple[str, ...]) -> str:
        """The first of some text properties that is not empty."""
        return next(filter(None, map(self.text, numbers)), "")

    def send_text(self, sink: Sink) -> None:
        """Sends the message's own text, then that of the messages attached to it."""
        for number, name in _HEADERS.items():
            if said := self.text(number):
                sink.text(f"{name}: {said}\n")
        for recipient in _below(self._compound, self._path, _RECIPIENT):
            one = _Folder(self._compound, recipient)
            sink.text("To: " + " ".join(filter(None, map(one.text, _ADDRESSES))) + "\n")
        html = self.raw(f"{_HTML}0102")
        body = self.text(_BODY) or self.text(_HTML) or (plain_text(decode_cell(html)[0]) if html else "")
        sink.text(f"{self.text(_INTERNET_HEADERS)}\n{body}\n")
        if not body and self.raw(f"{_RTF}0102"):
            sink.fail(Text("正文只有压缩 RTF，未读取", "its text is compressed RTF alone and was not read"))
        for attached in _below(self._compound, self._path, _ATTACHMENT):
            inner = (*attached, f"{_STREAM}{_MESSAGE}")
            if self._compound.exists("/".join(inner)):
                _Folder(self._compound, inner).send_text(sink)
