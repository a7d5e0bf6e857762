"""Text that came from data, made harmless for people to look at.

Names of assets and fields, samples and principals are written by strangers: control codes drive a terminal (ECMA-48),
bidirectional controls reorder what is read (Unicode TR 36, CVE-2021-42574), invisible characters hide differences.
"""

from __future__ import annotations

import re

_INVISIBLE = (
    "\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SURROGATES = "\ud800-\udfff"
_FOR_PEOPLE = re.compile(f"[\x00-\x1f{_INVISIBLE}{_SURROGATES}]")
_FOR_JSON = re.compile(f"[{_INVISIBLE}{_SURROGATES}]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BYTE, _BMP = 0xFF, 0xFFFF


def safe(text: str) -> str:
    r"""The text on one line, with every control, invisible or reordering character as a visible escape (`\x1b`)."""
    return _FOR_PEOPLE.sub(_visible, text)


def safe_json(document: str) -> str:
    r"""A JSON document in which those characters stand as `\uXXXX`, which parses to the same (RFC 8259, section 7)."""
    return _FOR_JSON.sub(_escaped, document)


SHORT = 2_000
"""Characters of one text in formats whose readers refuse or choke on more."""
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def short(text: str, limit: int = SHORT) -> str:
    """The text, or its beginning and how much was left out: 100 KB of a file's name help nobody."""
    return text if len(text) <= limit else f"{text[:limit]}… (+{len(text) - limit})"


def safe_cell(text: str, limit: int = SHORT) -> str:
    """The text as a cell that no spreadsheet program takes for a formula (OWASP, CSV injection; full-width signs too)."""
    shown = safe_xml(text, limit)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def safe_xml(text: str, limit: int = SHORT) -> str:
    """The text without what XML 1.0 (section 2.2) refuses, unescaped: whoever writes the document escapes it."""
    return _NO_XML.sub(_visible, short(safe(text), limit))


def _visible(found: re.Match[str]) -> str:
    character = found[0]
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code <= _BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _BMP else f"\\U{code:08x}"


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= _BMP:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
