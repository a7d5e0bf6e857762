"""Bytes to text without losing any: which encoding, and a decoder that goes line by line where a file mixes several.

Encodings: UTF-8 (RFC 3629), UTF-16 and UTF-32 (with or without byte order mark), GB 18030-2022.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

REPLACEMENT = "\ufffd"
SEGMENT = 1 << 20
"""A line longer than this (in bytes) is decoded piece by piece."""

LINE_BY_LINE = ("utf-8", "gb18030")
"""Encodings in which LF is one byte that is no part of anything else: each line is decoded by itself."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_WIDE_PASSAGE = re.compile(rb"(?:[\x20-\x7e]\x00){6}|(?:\x00[\x20-\x7e]){6}")
_NARROW_PASSAGE = re.compile(rb"[\t\r\n\x20-\x7e]{48}")
"""One-byte text inside UTF-16, as when a second program appends to a log; by chance in Han text about once in 10^10 characters."""
_UNPRINTABLE = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufff0-\uffff]")
_WIDE_NUL_SHARE = 0.25
_NARROW_SHARE = 0.85
_ASCII_TEXT = bytes((*b"\t\r\n", *range(0x20, 0x7F)))
_UNPRINTABLE_SHARE = 0.05
_STRONG_HAN = 2
_PAIR = b"\x81\x40"
"""The first two-byte character of GB 18030."""
_HIGH = 0x80
_FIRST_THREE_BYTE = "\u0800"


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by its Python codec, and the length of the byte order mark in front."""

    codec: str
    bom: int = 0


def detect_encoding(head: bytes, *, whole: bool) -> Encoding:
    """The encoding that the first bytes of a file speak for; `whole` says that there are no more."""
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return Encoding(codec, len(bom))
    if b"\0" in head:
        wide = _wide(head, whole=whole)
        if wide:
            return Encoding(wide)
    if _attempt("utf-8", head, "strict", final=whole):
        return Encoding("utf-8")
    lines = head.splitlines() if whole else head.splitlines()[:-1] or [head]
    lines = [line for line in lines if not line.isascii()]
    utf8 = sum(1 for line in lines if _attempt("utf-8", line, "strict", final=True))
    chinese = sum(1 for line in lines if plausible_gb18030(line) and not _mostly_utf8(line))
    return Encoding("gb18030" if chinese > utf8 else "utf-8")


def _wide(head: bytes, *, whole: bool) -> str | None:
    even, odd = head[::2].count(0), head[1::2].count(0)
    pairs = max(1, len(head) // 2)
    candidates = []
    if even + odd > pairs:
        candidates += ["utf-32-le", "utf-32-be"]
    plain = _attempt("utf-8", head, "strict", final=whole) is not None or _is_narrow(head)
    if max(even, odd) >= _WIDE_NUL_SHARE * pairs or not plain:
        candidates += ["utf-16-le"] if odd > 10 * even else ["utf-16-be"] if even > 10 * odd else []
    for codec in candidates:
        attempt = _attempt(codec, head, "strict", final=False)
        if attempt and len(_UNPRINTABLE.findall(attempt[0])) <= _UNPRINTABLE_SHARE * len(attempt[0]):
            return codec
    return None


def _is_narrow(head: bytes) -> bool:
    """Whether nearly all bytes are ASCII text: in UTF-16 every second one is NUL then, or half are anything at all."""
    return len(head.translate(None, _ASCII_TEXT)) < (1 - _NARROW_SHARE) * len(head)


def _attempt(codec: str, raw: bytes, errors: str, *, final: bool) -> tuple[str, bytes] | None:
    """The text and the bytes of a last, incomplete character; None where the codec refuses."""
    decoder = codecs.getincrementaldecoder(codec)(errors)
    try:
        text = decoder.decode(raw, final)
    except UnicodeDecodeError:
        return None
    left = decoder.getstate()[0]
    return text, left


def _mostly_utf8(raw: bytes) -> bool:
    """Whether the bytes are UTF-8 with a few broken places rather than another encoding."""
    text = raw.decode("utf-8", "replace")
    bad = text.count(REPLACEMENT)
    good = sum(character >= _FIRST_THREE_BYTE for character in text) - bad
    return good > bad


def plausible_gb18030(raw: bytes) -> bool:
    """Whether bytes that are not UTF-8 read as GB 18030 text.

    Latin-1 and broken text often decode too, but then the second byte of most pairs is an ASCII character that belongs
    to the text
    (`é@` in an address); in Chinese text nearly all second bytes are above 0xA0.
    """
    attempt = _attempt("gb18030", raw, "strict", final=True)
    if attempt is None:
        return False
    swallowed = proper = 0
    for character in attempt[0]:
        if character >= "\x80":
            encoded = character.encode("gb18030", "replace")
            if len(encoded) == len(_PAIR) and encoded[1] < _HIGH:
                swallowed += 1
            else:
                proper += 1
    return proper >= swallowed


def decode_cell(raw: bytes) -> tuple[str, bool]:
    """The text of one value and whether every byte of it was understood.

    UTF-8, else GB 18030, else with replacements.
    """
    try:
        return raw.decode("utf-8"), True
    except UnicodeDecodeError:
        if not _mostly_utf8(raw) and plausible_gb18030(raw):
            return raw.decode("gb18030"), True
        return raw.decode("utf-8", "replace"), False


class Decoder:
    """Decodes a file piece by piece; whatever cannot be decoded is replaced, counted and located, never dropped.

    `replaced` counts replacement characters (and lines with a passage in another encoding's byte order), `first_bad` is the
    1-based line of the first, `nuls` counts NUL characters. The text has no byte order mark and its own line ends. `line` is the
    one in which the first byte stands.
    """

    def __init__(self, encoding: Encoding, line: int = 1) -> None:
        self.encoding = encoding
        self.replaced = 0
        self.first_bad: int | None = None
        self.nuls = 0
        self._pending = b""
        self._skip = encoding.bom
        self._line = line
        self._after_cr = False

    def feed(self, data: bytes, *, final: bool = False) -> str:
        """The text of the next bytes; some may be held back until the line or the character is complete."""
        if self._skip:
            data, self._skip = data[self._skip :], max(0, self._skip - len(data))
        raw = self._pending + data
        self._pending = b""
        if self.encoding.codec not in LINE_BY_LINE:
            text = self._segment(raw, (self.encoding.codec,), final=final)
        elif final:
            text = self._lines(raw)
        else:
            cut = raw.rfind(b"\n") + 1
            text = self._lines(raw[:cut])
            rest = raw[cut:]
            if len(rest) >= SEGMENT:
                text += self._segment(rest, self._order(rest), final=False)
            else:
                self._pending = rest
        self.nuls += text.count("\0")
        return text

    def _order(self, raw: bytes) -> tuple[str, ...]:
        if self.encoding.codec == "utf-8":
            return ("utf-8",) if _mostly_utf8(raw) else ("utf-8", "gb18030")
        return ("gb18030", "utf-8")

    def _segment(self, raw: bytes, codecs_: tuple[str, ...], *, final: bool) -> str:
        for codec in codecs_:
            attempt = _attempt(codec, raw, "strict", final=final)
            if attempt:
                return self._kept(raw, *attempt)
        text, left = _attempt(codecs_[0], raw, "replace", final=final) or ("", b"")
        self._bad(text.count(REPLACEMENT))
        return self._kept(raw, text, left)

    def _kept(self, raw: bytes, text: str, left: bytes = b"") -> str:
        if self.encoding.codec in LINE_BY_LINE and b"\0" in raw and _WIDE_PASSAGE.search(raw):
            self._wide_passages(raw)
        if self.encoding.codec.startswith("utf-16") and _NARROW_PASSAGE.search(raw):
            self._bad(1)
        self._pending = left
        # Pieces of two-byte text may end between CR and LF.
        self._line += line_ends(text) - (self._after_cr and text.startswith("\n"))
        self._after_cr = text.endswith("\r") if text else self._after_cr
        return text

    def _wide_passages(self, raw: bytes) -> None:
        """Counts the lines that hold one, so that the count does not depend on how many lines come at once."""
        for line, one in enumerate(raw.splitlines(), self._line):
            if _WIDE_PASSAGE.search(one):
                self._bad(1, line)

    def _lines(self, raw: bytes) -> str:
        if self.encoding.codec == "utf-8" or raw.isascii():
            text = _strict("utf-8", raw)
            if text is not None:
                return self._kept(raw, text)
        return "".join(map(self._one, raw.splitlines(keepends=True)))

    def _one(self, raw: bytes) -> str:
        text = _strict("utf-8", raw)
        if self.encoding.codec == "gb18030" and not (text is not None and _strong(text)):
            chinese = _strict("gb18030", raw)
            text = text if chinese is None else chinese
        elif text is None and not _mostly_utf8(raw) and plausible_gb18030(raw):
            text = _strict("gb18030", raw)
        if text is None:
            text = raw.decode(self.encoding.codec, "replace")
            self._bad(text.count(REPLACEMENT))
        return self._kept(raw, text)

    def _bad(self, count: int, line: int = 0) -> None:
        if count and self.first_bad is None:
            self.first_bad = line or self._line
        self.replaced += count


def line_ends(text: str) -> int:
    """How many lines end in a text: with LF, CR LF or CR."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _strict(codec: str, raw: bytes) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _strong(text: str) -> bool:
    """UTF-8 beyond doubt: GB 18030 pairs can pass for two-byte UTF-8 by chance, hardly for several three-byte ones."""
    wide = [character for character in text if character >= "\x80"]
    return text.isascii() or (len(wide) >= _STRONG_HAN and min(wide) >= _FIRST_THREE_BYTE)
