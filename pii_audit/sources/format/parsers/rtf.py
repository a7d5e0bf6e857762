"""Rich Text Format 1.9: paragraphs and tables, pictures as files; fonts and styles left out."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from typing import BinaryIO

from pii_audit.language import Text
from pii_audit.sources.format.isolated.frames import Sink
from pii_audit.sources.format.parsers.flow import Flow
from pii_audit.sources.format.parsers.pictures import Pictures

_TOKEN = re.compile(
    r"\\(?:([a-z]{1,32})(-?[0-9]{1,10})? ?|'([0-9a-f]{2})|(.))|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.IGNORECASE | re.DOTALL
)
_LEFT_OUT = frozenset(
    (
        *("fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "rsidtbl", "generator", "themedata"),
        *("colorschememapping", "latentstyles", "datastore", "xmlnstbl", "pict", "objdata", "blipuid", "pnseclvl"),
        "nonshppict",  # says a second time, for older readers, what \\shppict shows
    )
)
"""Destinations that hold no text, or bytes."""
_NO_HEX = re.compile("[^0-9a-fA-F]+")
_SYMBOLS = {"line": "\n", "tab": "\t", "emdash": "—", "endash": "-", "bullet": "•", "lquote": "'", "rquote": "'"}
_CHARACTERS = {"~": " ", "_": "-", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}
_DEEPEST = 1_000


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within a group: whether it is left out, and how many characters stand for a Unicode one."""

    left_out: bool = False
    fallback: int = 1


class _Reader:
    """Turns tokens into a flow."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._states = [_State()]
        self._codec = "cp1252"
        self._bytes = bytearray()
        self._units: list[int] = []
        self._skip = 0
        self._rows = _Rows(flow)
        self._picture: list[str] | None = None
        self._picture_depth = 0
        self.pictures: list[bytes] = []
        self.objects = 0

    def read(self, text: str) -> None:
        """Reads a whole document."""
        at = 0
        while found := _TOKEN.search(text, at):
            at = found.end()
            word, number, hexed, character, brace, plain = found.groups()
            if word == "bin" and self._states[-1].left_out and 0 < int(number or 0) <= len(text) - at:
                # Raw bytes follow, in which no brace is one.
                begin, at = at, at + int(number)
                self._bytes_of_picture(text[begin:at].encode("latin-1").hex())
                continue
            if hexed:
                self._byte(int(hexed, 16))
            elif brace:
                self._group(brace)
            elif word:
                self._word(word.lower(), int(number) if number else None)
            elif character:
                self._plain(_CHARACTERS.get(character, ""))
            elif plain:
                self._plain(plain)
        self._settle()
        self._rows.leave()
        if self._picture is not None:
            self._end_picture()

    def _group(self, brace: str) -> None:
        self._settle()
        self._skip = 0
        if brace == "{":
            if len(self._states) > _DEEPEST:
                raise RecursionError
            self._states.append(self._states[-1])
        elif len(self._states) > 1:
            if self._picture is not None and len(self._states) == self._picture_depth:
                self._end_picture()
            self._states.pop()

    def _word(self, word: str, number: int | None) -> None:
        state = self._states[-1]
        if word == "u" and number is not None:
            self._unicode(number & 0xFFFF)
            return
        self._settle()
        self._skip = 0
        if word == "ansicpg" and number:
            self._codec = _codec(number)
        elif word == "uc":
            self._states[-1] = replace(state, fallback=number or 0)
        elif word in _LEFT_OUT:
            if word == "pict" and not state.left_out:
                self._picture, self._picture_depth = [], len(self._states)
            self.objects += word == "objdata"
            self._states[-1] = replace(state, left_out=True)
        elif not state.left_out:
            self._rows.word(word)
            if word in ("par", "sect", "page"):
                self._flow.end_paragraph()
            elif word in _SYMBOLS:
                self._rows.text(_SYMBOLS[word])

    def _bytes_of_picture(self, text: str) -> None:
        """What stands in the group of a picture itself; those inside say how it is to be shown."""
        if self._picture is not None and len(self._states) == self._picture_depth:
            self._picture.append(text)

    def _end_picture(self) -> None:
        digits = _NO_HEX.sub("", "".join(self._picture or ()))
        self.pictures.append(bytes.fromhex(digits[: len(digits) & ~1]))
        self._picture = None

    def _byte(self, value: int) -> None:
        if self._skip:
            self._skip -= 1
        elif not self._states[-1].left_out:
            self._units_out()
            self._bytes.append(value)

    def _unicode(self, unit: int) -> None:
        self._bytes_out()
        self._skip = self._states[-1].fallback
        if not self._states[-1].left_out:
            self._units.append(unit)

    def _plain(self, text: str) -> None:
        passed = min(self._skip, len(text))
        self._skip -= passed
        text = text[passed:]
        self._bytes_of_picture(text)
        if text and not self._states[-1].left_out:
            self._settle()
            self._rows.text(text)

    def _settle(self) -> None:
        self._units_out()
        self._bytes_out()

    def _units_out(self) -> None:
        """Unicode characters come as UTF-16 units."""
        if self._units:
            raw = b"".join(unit.to_bytes(2, "little") for unit in self._units)
            self._units.clear()
            self._rows.text(raw.decode("utf-16-le", "replace"))

    def _bytes_out(self) -> None:
        if self._bytes:
            raw = bytes(self._bytes)
            self._bytes.clear()
            self._rows.text(raw.decode(self._codec, "replace"))


class _Rows:
    """Rows of tables, which RTF only tells by the words between them."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._inside = False
        self._open = False
        self._row_ended = False
        self._in_cell = False

    def word(self, word: str) -> None:
        """Takes a control word, of which some are about rows."""
        if word == "trowd":
            if not self._inside:
                self._flow.begin_table()
            self._inside, self._row_ended = True, False
        elif word == "intbl":
            self._in_cell = True
        elif word == "pard":
            self._in_cell = False
        elif word == "cell" and self._inside:
            self._begin()
            self._flow.end_cell()
            self._open = False
        elif word == "row" and self._inside:
            self._flow.end_row()
            self._open, self._row_ended = False, True

    def text(self, text: str) -> None:
        """Text, of a cell where one is at hand."""
        if self._inside and self._row_ended and not self._in_cell:
            self.leave()
        if self._inside:
            self._begin()
        self._flow.text(text)

    def leave(self) -> None:
        """The table is over."""
        if self._inside:
            self._flow.end_table()
        self._inside = self._open = self._row_ended = False

    def _begin(self) -> None:
        if not self._open:
            self._flow.begin_cell()
            self._open = True


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends tables with a header one by one, all other text, and pictures."""
    flow = Flow(sink)
    reader = _Reader(flow)
    reader.read(file.read().decode("latin-1"))
    flow.close()
    if reader.objects:
        count = reader.objects
        sink.fail(Text(f"其中 {count} 个嵌入对象未读取", f"{count} embedded object(s) were not read"))
    pictures = Pictures(sink)
    for number, data in enumerate(reader.pictures, 1):
        pictures.send(f"picture {number}", data)
    pictures.tell()


def _codec(page: int) -> str:
    """The codec of a Windows code page; GB 18030 for simplified Chinese, whose superset it is."""
    name = "gb18030" if page in (936, 54936) else f"cp{page}"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
