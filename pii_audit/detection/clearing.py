r"""Text as it was meant: invisible characters taken out and escapes undone, with the way back to the text as it is.

A number glued to an escape (`\n138…` in JSON, `%3D138…` in a URL, `\u673a138…`) or with a zero-width character inside is no candidate as it is written.
Lines that hold such are therefore read twice, as they are and cleared, and so is what stands in base64 or hexadecimal (`encoded_runs`); any engine
that gives candidates can be asked so.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from pii_audit.detection.encoded_runs import encoded_runs
from pii_audit.detection.matcher import Candidate
from pii_audit.identifiers.fold import INVISIBLE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BORDER = "\0"
"""Joins cleared lines; no match crosses it."""

_LINE_ENDS = ("\n", BORDER)
_LINE_END = re.compile(f"[{''.join(_LINE_ENDS)}]")
_TRIGGERS = ("\\", "%", "&")
_INVISIBLES = re.compile(f"[{INVISIBLE}]+")
_ESCAPE = re.compile(
    r"\\\\{0,7}(?:u(?P<high>[dD][89abAB][0-9A-Fa-f]{2})\\{1,8}u(?P<low>[dD][c-fC-F][0-9A-Fa-f]{2})|u(?P<unit>[0-9A-Fa-f]{4})"
    r"|x(?P<byte>[0-9A-Fa-f]{2})|(?P<control>[nrt])(?=[0-9A-Za-z+(]))"
    r"|(?P<percent>(?:%[0-9A-Fa-f]{2})+)"
    r"|&(?:\#[xX](?P<hex>[0-9A-Fa-f]{1,6})|\#(?P<decimal>[0-9]{1,7})|(?P<named>nbsp|quot|apos|lt|gt|amp));"
    rf"|(?P<invisible>[{INVISIBLE}]+)"
)
"""JSON (RFC 8259 7) and C, escaped once to four times; percent-encoding (RFC 3986 2.1); character references of XML and HTML."""
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_NAMED = {"nbsp": "\u00a0", "quot": '"', "apos": "'", "lt": "<", "gt": ">", "amp": "&"}
LONG = 4_000
"""Characters."""
_BMP = 0x10000
_HIGHEST, _SURROGATES = 0x10FFFF, range(0xD800, 0xE000)
_REPLACEMENT = "\ufffd"
"""Stands for a code that is no character (RFC 3629 3: half of a pair), and for NUL, which would end the line."""


class Engine(Protocol):
    """Whatever finds candidates in a text."""

    def candidates(
        self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset()
    ) -> Iterator[Candidate]:
        """Every match of every pattern, overlaps included; none crosses a NUL."""
        ...


@dataclass(frozen=True, slots=True)
class _Sign:
    """One character of cleared text that is written otherwise: its places in cleared and in original text, and how long it is there."""

    at: int
    start: int
    length: int
    hides: bool


@dataclass(frozen=True, slots=True)
class Cleared:
    """Lines of a text, cleared and joined by NUL, and the way back; at a gap an invisible character stood that a code spelled."""

    text: str
    _signs: tuple[_Sign, ...]
    _gaps: tuple[int, ...] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of cleared text stands in the original."""
        first, last = self._sign(start), self._sign(end - 1)
        length = last.length if last.at == end - 1 else 1
        return first.start + start - first.at, last.start + end - 1 - last.at + length

    def encoded(self, start: int, end: int) -> bool:
        """Whether a character of a span is spelled by a code in the original; one that is only invisible or a line end is not."""
        if bisect_left(self._gaps, end) > bisect_right(self._gaps, start):
            return True
        first = bisect_right(self._signs, start, key=_place) - 1
        last = bisect_right(self._signs, end - 1, key=_place)
        return any(one.hides for one in self._signs[first:last] if one.at >= start)

    def _sign(self, at: int) -> _Sign:
        return self._signs[bisect_right(self._signs, at, key=_place) - 1]


class Clearing:
    """An engine over texts as they are and as they were meant; it has the interface of the engine that it asks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def candidates(
        self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset(), cells: bool = False
    ) -> Iterator[Candidate]:
        """The candidates of the text and those of what is undone in it, all with offsets in the text; `cells` as in `encoded_runs`."""
        yield from self._engine.candidates(text, refuted=refuted, hinted=hinted)
        yield from self.undone(text, refuted=refuted, hinted=hinted, cells=cells)

    def undone(
        self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset(), cells: bool = False
    ) -> Iterator[Candidate]:
        """The candidates of lines in which something is to be cleared, once it is, and of what stands encoded."""
        clear = cleared(text)
        if clear is not None:
            for one in self._engine.candidates(clear.text, refuted=refuted, hinted=hinted):
                start, end = clear.original(one.start, one.end)
                yield replace(one, start=start, end=end, encoded=clear.encoded(one.start, one.end))
        runs = list(encoded_runs(text, cells=cells))
        if not runs:
            return
        starts = list(accumulate((len(run.text) + 1 for run in runs), initial=0))
        for one in self.candidates(BORDER.join(run.text for run in runs), refuted=refuted, hinted=hinted):
            place = bisect_right(starts, one.start) - 1
            start, end = runs[place].original(one.start - starts[place], one.end - starts[place])
            yield replace(one, start=start, end=end, encoded=True, inside=True)


def cleared(text: str) -> Cleared | None:
    """The lines in which something is to be cleared; None where there is nothing."""
    pieces, signs, gaps, length, done = list[str](), list[_Sign](), list[int](), 0, -1
    for place in sorted(_escapes(text)):
        if place < done:
            continue
        # Looked for no farther back than the line before, so that the whole takes time in proportion.
        start = max(text.rfind(end, done + 1, place) for end in _LINE_ENDS)
        start = start + 1 if start >= 0 else done + 1
        done = ends.start() if (ends := _LINE_END.search(text, place)) else len(text)
        line = _Line(text, start, done, length)
        pieces.append(line.text)
        signs += line.signs
        gaps += line.gaps
        length += len(line.text) + 1
    return Cleared(BORDER.join(pieces), tuple(signs), tuple(gaps)) if pieces else None


def _escapes(text: str) -> Iterator[int]:
    """Where something is written otherwise than meant, in no order; a place within an escape may be among them."""
    for trigger in _TRIGGERS:
        # Far faster than one expression over all of the text.
        at = text.find(trigger)
        while at >= 0:
            found = _ESCAPE.match(text, at)
            if found:
                yield at
            at = text.find(trigger, found.end() if found else at + 1)
    if not text.isascii():
        yield from _invisible_in_long(text) if len(text) >= LONG else _invisible(text)


def _invisible(text: str) -> Iterator[int]:
    return (found.start() for found in _INVISIBLES.finditer(text))


def _invisible_in_long(text: str) -> Iterator[int]:
    """The same, seen at once: a class of many ranges is slow to look for."""
    import numpy as np  # noqa: PLC0415 - loaded where there is something for it to do

    raw = text.encode("utf-16-le", "surrogatepass")
    if len(raw) > 2 * len(text):
        return _invisible(text)
    return iter(_invisible_table()[np.frombuffer(raw, "<u2")].nonzero()[0].tolist())


@cache
def _invisible_table() -> NDArray[np.bool_]:
    """Which code points of the basic plane are invisible."""
    import numpy as np  # noqa: PLC0415 - as above

    table = np.zeros(_BMP, np.bool_)
    table[[code for code in range(_BMP) if _INVISIBLES.match(chr(code))]] = True
    return table


class _Line:
    """One line cleared; `length` is how much cleared text stands before it."""

    def __init__(self, text: str, start: int, end: int, length: int) -> None:
        self._pieces: list[str] = []
        self._length = length
        self.signs: list[_Sign] = []
        self.gaps: list[int] = []
        at = start
        for found in _ESCAPE.finditer(text, start, end):
            self._plain(text, at, found.start())
            place = found.start()
            for character, width, hides in _meant(found):
                if _INVISIBLES.match(character):
                    self.gaps.append(self._length)
                elif character:
                    self._add(character, _Sign(self._length, place, width, hides))
                place += width
            at = found.end()
        self._plain(text, at, end)
        self.text = "".join(self._pieces)

    def _plain(self, text: str, start: int, end: int) -> None:
        if start < end:
            self._add(text[start:end], _Sign(self._length, start, 1, hides=False))

    def _add(self, text: str, sign: _Sign) -> None:
        self._pieces.append(text)
        self._length += len(text)
        self.signs.append(sign)


def _place(sign: _Sign) -> int:
    return sign.at


def _meant(found: re.Match[str]) -> Iterator[tuple[str, int, bool]]:
    """The characters that one escape stands for, each with its length in the original and whether a code spells it."""
    kind, width = found.lastgroup or "", len(found[0])
    if kind == "invisible":
        yield "", width, False
    elif kind == "control":
        yield _CONTROLS[found["control"]], width, False
    elif kind == "percent":
        for character, size in _percent(bytes.fromhex(found[0].replace("%", ""))):
            yield character, 3 * size, True
    elif kind == "low":
        high, low = int(found["high"], 16), int(found["low"], 16)
        yield chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00), width, True
    elif kind == "named":
        yield _NAMED[found["named"]], width, True
    else:
        code = int(found[kind], 10 if kind == "decimal" else 16)
        yield chr(code) if 0 < code <= _HIGHEST and code not in _SURROGATES else _REPLACEMENT, width, True


def _percent(content: bytes) -> Iterator[tuple[str, int]]:
    """The characters that percent-encoded bytes are, in UTF-8, else GB 18030, else one by one, each with its bytes."""
    for codec in ("utf-8", "gb18030"):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        return iter([(one if one != BORDER else _REPLACEMENT, len(one.encode(codec))) for one in text])
    return iter([(chr(byte) if 0 < byte < 0x80 else _REPLACEMENT, 1) for byte in content])  # noqa: PLR2004 - ASCII
