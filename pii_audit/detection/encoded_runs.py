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
_FEWEST = 8
"""Digits that are decoded by themselves."""
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
        whole = _read(text, _lines(text, start, end))
        if whole is None:
            continue
        yield whole
        done = whole.pieces[-1][1]
        for piece in whole.pieces if len(whole.pieces) > 1 else ():
            # As well, each line may be a text of its own.
            alone = _read(text, [piece])
            if alone:
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


def _lines(text: str, start: int, end: int) -> list[Piece]:
    """A run with the lines in which it may go on, all as long as the first but for the last."""
    lines, length = [(start, end)], end - start
    if length < _WRAPPED or length % _GROUP or not _read(text, lines, cut=True):
        return lines
    while (following := _NEXT.match(text, end)) and (size := len(following[1])) <= length:
        end = following.end()
        lines.append(following.span(1))
        if size < length:
            break
    return lines


def _read(text: str, lines: Sequence[Piece], *, cut: bool = False) -> EncodedRun | None:
    """The text that some lines are, as far as it goes; `cut`: also where its last character is not whole."""
    digits = [text[start:end] for start, end in lines]
    if len(digits) > 1 and len(digits[-1]) < _FEWEST:
        digits[-2:] = ["".join(digits[-2:])]
    undo, width = (from_hex, _HEX) if from_hex(digits[0]) else (from_base64, _BASE64)
    if width == _HEX and digits[0].startswith(_PREFIXES):
        lines = [(lines[0][0] + 2, lines[0][1]), *lines[1:]]
    contents = [undo(one) for one in digits]
    read = ((_texts(contents, encoding, cut=cut), encoding) for encoding in ENCODINGS)
    texts, encoding = max(read, key=lambda one: len(one[0]))
    if not texts:
        return None
    pieces = lines if len(texts) == len(contents) else lines[: len(texts)]
    return EncodedRun("".join(texts), encoding, width, pieces)


def _texts(contents: Iterable[bytes], encoding: str, *, cut: bool) -> list[str]:
    """What some pieces of content are, one after another, up to the first that is no text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    texts: list[str] = []
    for content in contents:
        try:
            text = decoder.decode(content)
        except UnicodeDecodeError:
            break
        if not content or not believed(text, encoding):
            break
        texts.append(text)
    return texts if cut or not decoder.getstate()[0] else texts[:-1]
