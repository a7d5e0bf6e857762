"""Encodings that hide nothing: base64, hexadecimal, percent-encoding and character escapes, undone to text where text is inside."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote

SHORTEST = 6
"""Characters of a cell that is worth undoing."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
"""RFC 4648 sections 4 and 5, padded or not."""
_HEX = re.compile(r"(?:0[xX]|\\x)?((?:[0-9A-Fa-f]{2}){8,})")
"""Sixteen digits and more, as they are or as databases write binary values."""
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
"""RFC 3986 2.1."""
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|&#(?:x([0-9A-Fa-f]{1,5})|([0-9]{1,6}));")
"""JSON (RFC 8259 7), JavaScript and HTML character references."""
_SURROGATES = range(0xD800, 0xE000)
_HIGHEST = 0x10FFFF
ENCODINGS = ("utf-8", "gb18030")
"""What text is looked for in, in this order."""
LAYOUT = "\t\n\r"
"""What lays text out in lines and columns."""
_CONTROL = bytes(byte for byte in (*range(0x20), 0x7F) if chr(byte) not in LAYOUT)
"""Bytes of no text in either encoding: one of them stands in nearly all ciphertext and digests."""
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufff0-\uffff\U000e0080-\U0010ffff]")
"""Controls, and what no text is written in: private use, noncharacters, planes without characters."""


def from_base64(value: str) -> bytes:
    """What base64 decodes to, in either alphabet; nothing where it is none."""
    if not _BASE64.fullmatch(value):
        return b""
    bare = value.rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def from_hex(value: str) -> bytes:
    """What hexadecimal digits stand for; nothing where they are none."""
    found = _HEX.fullmatch(value)
    return bytes.fromhex(found[1]) if found else b""


def text_of(content: bytes) -> str:
    """The text that bytes are, in UTF-8 or GB18030; nothing where they are none."""
    if len(content.translate(None, _CONTROL)) < len(content):
        return ""
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if believed(text, encoding):
            return text
    return ""


def believed(text: str, encoding: str) -> bool:
    """Whether what decoded is text.

    GB18030 takes almost any bytes, so that only text of ASCII and common Han characters (GB/T 2312 level 1) is believed.
    """
    return not _NO_TEXT.search(text) and (encoding == "utf-8" or _common(text))


def _common(text: str) -> bool:
    """Whether all characters that are not ASCII are level 1 of GB/T 2312 (lead byte B0 to D7) or its punctuation."""
    leads = [character.encode("gb18030")[0] for character in text if not character.isascii()]
    return all(0xA1 <= lead <= 0xA3 or 0xB0 <= lead <= 0xD7 for lead in leads)  # noqa: PLR2004 - rows of GB/T 2312


def _unescape(found: re.Match[str]) -> str:
    code = int(found[1] or found[2] or found[3] or "0", 16) or int(found[4] or "0")
    return chr(code) if code <= _HIGHEST and code not in _SURROGATES else found[0]


def decoded(value: str) -> str:
    """The text inside a cell that is wholly base64 or hexadecimal, or in which characters are escaped; nothing where there is none."""
    bare = value.strip()
    if len(bare) < SHORTEST:
        return ""
    if "%" in bare and _PERCENT.search(bare):
        text = unquote(bare, errors="replace")
        return text if "\ufffd" not in text else ""
    if ("\\" in bare or "&#" in bare) and _ESCAPE.search(bare):
        return _ESCAPE.sub(_unescape, bare)
    if " " in bare or not bare.isascii():
        return ""
    return undigited(bare)


def undigited(value: str) -> str:
    """The text that base64 or hexadecimal digits are; nothing where there is none."""
    return text_of(from_hex(value) or from_base64(value))
