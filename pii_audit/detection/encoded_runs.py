"""Base64 and hexadecimal within text: runs of their digits that decode to text, and where that stands.

A token in a log line, the payload of a JSON Web Token, a message that was wrapped into lines: whoever has the text has what is inside.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from pii_audit.detection.encodings import ENCODINGS, believed, from_base64, from_hex

SHORTEST = 15
"""Digits of a run that is looked into: eleven bytes in base64 without padding, as many as the shortest number that speaks for itself has."""
WIDE = r"A-Za-z0-9+/_\-"
"""The digits of base64 in either alphabet (RFC 4648 4 and 5)."""
NARROW = "A-Za-z0-9+"
"""Those that are nothing else: the others also divide a path or a name."""
LONG = 4_000
"""Characters of a text whose runs are looked for with NumPy."""
_WIDE, _NARROW = re.compile(f"[{WIDE}]{{{SHORTEST},}}"), re.compile(f"[{NARROW}]{{{SHORTEST},}}")
_WRAPPED, _GROUP = 60, 4
"""A line that goes on in the next has so many digits and more, in whole groups (RFC 7468 2 has 64, RFC 2045 6.8 has 76)."""
_FEWEST = 16
"""Digits that are decoded by themselves: so many hexadecimal ones are no accident."""
_NEXT = re.compile(f"\r?\n([{WIDE}]+)")
_BASE64, _HEX = 4, 6
"""Digits of three bytes."""
_PREFIXES = ("0x", "0X")
_PADDING = re.compile("=*")
_APART = ("", "\0")
"""What stands beside something that fills its cell."""

Piece = tuple[int, int]
"""Where some digits stand."""


@dataclass(frozen=True)
class EncodedRun:
    """Text that stands encoded in another: `pieces` are the places of its digits there, by lines; `width` is how many digits three bytes have."""

    text: str
    encoding: str
    width: int
    pieces: Sequence[Piece]

    def original(self, start: int, end: int) -> Piece:
        """Where the digits of a span of the text stand."""
        first, last = (at if self._bytes is None else self._bytes[at] for at in (start, end))
        return self._place(first * self.width // 3), self._place(-(-last * self.width // 3) - 1) + 1

    @cached_property
    def _bytes(self) -> Sequence[int] | None:
        """Where the bytes of each character begin; None where each is one."""
        if self.text.isascii():
            return None
        return list(accumulate((len(one.encode(self.encoding)) for one in self.text), initial=0))

    @cached_property
    def _ends(self) -> Sequence[int]:
        """How many digits there are up to the end of each piece."""
        return list(accumulate(end - start for start, end in self.pieces))

    def _place(self, digit: int) -> int:
        number = min(bisect_left(self._ends, digit + 1), len(self.pieces) - 1)
        return self.pieces[number][1] - self._ends[number] + digit


def encoded_runs(text: str, *, cells: bool = False) -> Iterator[EncodedRun]:
    """What stands encoded in a text, in the order of its beginning; `cells`: of joined cells, save what fills one."""
    done = 0
    for start, end in _runs_of_long(text) if len(text) >= LONG else _runs(text):
        if start < done or (cells and _fills(text, start, end)):
            continue
        whole = _read(text, start, end)
        if not whole.text:
            continue
        yield whole
        done = whole.pieces[-1][1]
        # Lines that are each a text of its own run into each other in the whole, unless that has lines itself.
        for piece in whole.pieces if len(whole.pieces) > 1 and "\n" not in whole.text else ():
            alone = _read(text, *piece, alone=True)
            if alone.text:
                yield alone


def _runs(text: str) -> Iterator[Piece]:
    """Runs that may be encoded text, by their place, before those within them."""
    for found in _WIDE.finditer(text):
        yield found.span()
        for inner in _NARROW.finditer(text, *found.span()):
            if inner.span() != found.span():
                yield inner.span()


def _runs_of_long(text: str) -> Iterator[Piece]:
    """The same, seen at once; those whose first bytes are no text are left out."""
    from pii_audit.detection.bulk.runs import runs  # noqa: PLC0415 - NumPy, which short texts go without

    return runs(text)


def _fills(text: str, start: int, end: int) -> bool:
    padding = _PADDING.match(text, end)
    after = padding.end() if padding else end
    return text[start - 1 : start] in _APART and text[after : after + 1] in _APART


def _read(text: str, start: int, end: int, *, alone: bool = False) -> EncodedRun:
    """The text that a run and the lines in which it goes on are, as far as it goes."""
    read = (_read_as(encoding, text, _lines(text, start, end, alone=alone)) for encoding in ENCODINGS)
    return max(read, key=lambda one: len(one.pieces))


def _lines(text: str, start: int, end: int, *, alone: bool) -> Iterator[list[Piece]]:
    """A run and the lines in which it may go on, all as long as the first but for the last; a few digits go with the line before."""
    line, length = [(start, end)], end - start
    wrapped = not alone and length >= _WRAPPED and not length % _GROUP
    while wrapped and (following := _NEXT.match(text, end)) and (size := len(following[1])) <= length:
        wrapped, end = size == length, following.end()
        if size < _FEWEST:
            line.append(following.span(1))
        else:
            yield line
            line = [following.span(1)]
    yield line


def _read_as(encoding: str, text: str, lines: Iterable[list[Piece]]) -> EncodedRun:
    """The text that lines are in an encoding, up to the first that is none; its last character is whole."""
    decoder = codecs.getincrementaldecoder(encoding)()
    texts: list[str] = []
    pieces: list[list[Piece]] = []
    width = 0
    for line in lines:
        digits = "".join(text[start:end] for start, end in line)
        width = width or (_HEX if from_hex(digits) else _BASE64)
        content = from_hex(digits) if width == _HEX else from_base64(digits)
        try:
            inside = decoder.decode(content)
        except UnicodeDecodeError:
            break
        if not content or not believed(inside, encoding):
            break
        texts.append(inside)
        pieces.append(line)
    if decoder.getstate()[0]:
        texts, pieces = texts[:-1], pieces[:-1]
    read = [piece for line in pieces for piece in line]
    if read and width == _HEX and text.startswith(_PREFIXES, read[0][0]):
        read[0] = (read[0][0] + 2, read[0][1])
    return EncodedRun("".join(texts), encoding, width, read)
