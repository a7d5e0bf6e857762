"""What a file is, told by its content; its name only breaks ties."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pii_audit.language import Text
from pii_audit.sources.format.delimited import Dialect
from pii_audit.sources.format.ebcdic import is_ebcdic
from pii_audit.sources.format.header import is_header
from pii_audit.sources.format.jsonpath import decoder
from pii_audit.sources.format.records import CELLS
from pii_audit.sources.format.sql.words import HOLDS_DATA
from pii_audit.sources.format.swift import OPENS_MT
from pii_audit.sources.format.uuencoded import encoded_in

DELIMITERS = (",", "\t", ";", "|", "^", "\x01")
SAMPLE_LINES = 200
SAMPLE_JSON = 50
_TABLE_NAMES = {".csv", ".tsv", ".tab", ".psv"}
_JSON_NAMES = {".json", ".geojson"}
_XML_NAMES = {".xml", ".xsd", ".wsdl", ".svg", ".kml", ".rdf", ".xmi"}
_OPENS_ELEMENT = re.compile(r"<(?:!--|!DOCTYPE|[^\W\d][\w:.-]*[\s/>])")
_SQL_NAMES = {".sql"}
_LINES_NAMES = {".jsonl", ".ndjson"}
# Hive separates cells by 0x01, so that one is not a sign of a binary file.
_CONTROL = re.compile(rb"[\x02-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROL_SHARE = 0.02
_BINARY_LOOK = 65_536
_OPENS_OBJECT = re.compile(r'\{\s*(?:"|\})')
_OPENS_HAR = re.compile(r'\{\s*"log"\s*:\s*\{\s*"(?:version|creator|browser|pages|entries|comment)"')
_OPENS_HTML = re.compile(
    r"(?:\s|<\?xml[^>]*>|<!--(?:(?!-->).)*-->)*+<(?:!doctype\s+html|html|head|body|table|meta|style|div|center|h[1-6]|p|form)\b",
    re.IGNORECASE | re.DOTALL,
)
_OPENS_FOLDED = re.compile(r"BEGIN:(?:VCALENDAR|VCARD)\s|(?:version: *1\s+)?dn::? ", re.IGNORECASE)
"""Calendars, address cards and LDIF."""
_OPENS_MAILBOX = re.compile(r"From \S+\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [^\n]*\n[A-Za-z][A-Za-z0-9-]*:")
_OPENS_MAIL = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*+)*+")
"""A block of header fields (RFC 5322, section 2.2), perhaps of none."""
_MAIL_HEADER = re.compile(
    r"^(From|To|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Content-Type|Delivered-To|X-Mailer)(?=:)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """One JSON value, or several after each other."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Recorded HTTP traffic (HAR)."""


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One JSON value a line."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """Text without columns."""


@dataclass(frozen=True, slots=True)
class SqlDump:
    """Statements of SQL that hold rows."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text that a parser takes apart, by the parser's kind."""

    kind: str


Structure = SqlDump | Parsed | Dialect | JsonDocument | Capture | JsonLines | PlainText


def unread_kind(head: bytes, codec: str) -> Text | None:
    """What bytes that no kind claims are where they are no text that is read: EBCDIC, or too many control characters for any 8-bit text."""
    if codec not in ("utf-8", "gb18030"):
        return None
    look = head[:_BINARY_LOOK]
    if is_ebcdic(look):
        return Text(
            "大型机的 EBCDIC 文本（请先转码，如 iconv -f IBM1388 -t UTF-8）",
            "EBCDIC text of a mainframe (convert it first, as by iconv -f IBM1388 -t UTF-8)",
        )
    if len(_CONTROL.findall(look)) > _CONTROL_SHARE * len(look):
        return Text("未知的二进制文件", "unknown binary file")
    return None


def structure_of(preview: str, *, whole: bool, name: str) -> Structure:
    """The structure that the first characters of a text show; `whole` says that there are no more."""
    suffix = PurePosixPath(name).suffix.lower()
    lines = io.StringIO(preview, newline="").readlines()
    if not whole:
        # The last line of a preview is cut off somewhere.
        lines = lines[:-1]
    lines = [line for line in lines if line.strip()]
    start = preview.lstrip(" \t\r\n\0\x01")
    parsed = _parsed(preview, start, suffix)
    if parsed:
        return Parsed(parsed)
    if start.startswith(("{", "[")):
        if _json_lines(lines, suffix) and not _OPENS_HAR.match(start):
            return JsonLines()
        if _json_document(start, suffix, whole=whole):
            return Capture() if _OPENS_HAR.match(start) else JsonDocument()
    if suffix in _SQL_NAMES or HOLDS_DATA.search(preview):
        return SqlDump()
    return _delimited(lines, suffix) or PlainText()


def _parsed(preview: str, start: str, suffix: str) -> str | None:
    """The kind of a text that a parser takes apart; `start` is the preview from its first sign on."""
    if _OPENS_HTML.match(start):
        return "html"
    if start.startswith("<?xml") or (suffix in _XML_NAMES and _OPENS_ELEMENT.match(start)):
        return "xml"
    if OPENS_MT.match(start):
        return "swift_mt"
    if _OPENS_FOLDED.match(start):
        return "folded"
    if _OPENS_MAILBOX.match(preview):
        return "mailbox"
    if _is_mail(preview):
        return "mail"
    return "uuencoded" if next(encoded_in(preview), None) else None


def _is_mail(preview: str) -> bool:
    block = _OPENS_MAIL.match(preview)
    return block is not None and len({name.lower() for name in _MAIL_HEADER.findall(block[0])}) > 1


def _json_lines(lines: Sequence[str], suffix: str) -> bool:
    sample = lines[:SAMPLE_JSON]
    good = sum(map(_is_record, sample))
    if suffix in _LINES_NAMES:
        return bool(sample)
    return len(sample) > 1 and good * 2 > len(sample)


def _is_record(line: str) -> bool:
    stripped = line.strip()
    if not stripped.startswith(("{", "[")):
        return False
    try:
        json.loads(stripped)
    except (ValueError, RecursionError):
        return False
    return True


def _json_document(start: str, suffix: str, *, whole: bool) -> bool:
    if suffix in _JSON_NAMES:
        return True
    if start.startswith("{"):
        return _OPENS_OBJECT.match(start) is not None
    inside = start[1:].lstrip()
    if inside.startswith("]"):
        return True
    try:
        _, end = decoder().raw_decode(inside)
    except (json.JSONDecodeError, RecursionError):
        return not whole and inside.startswith("{")
    return inside[end:].lstrip()[:1] in (",", "]", "")


def _delimited(lines: Sequence[str], suffix: str) -> Dialect | None:
    if not lines:
        return None
    sample = lines[:SAMPLE_LINES]
    best: tuple[float, int, str, list[list[str]]] | None = None
    for delimiter in DELIMITERS:
        rows = _parse(sample, delimiter)
        if not rows:
            continue
        width, often = Counter(map(len, rows)).most_common(1)[0]
        share = often / len(rows)
        if width > 1 and (best is None or (share, width) > best[:2]):
            best = (share, width, delimiter, rows)
    if suffix in _TABLE_NAMES and (best is None or best[1] <= CELLS):
        return _named_table(best, sample)
    if best is None or best[1] > CELLS:
        return None
    share, width, delimiter, rows = best
    dialect = _dialect(delimiter, width, rows)
    enough = share >= (0.7 if dialect.header else 0.9) and len(rows) > 1
    if not enough or (delimiter == "," and not dialect.header and (width == 2 or _prose(rows))):  # noqa: PLR2004 - two cells: one comma a line
        return None
    return dialect


def _named_table(best: tuple[float, int, str, list[list[str]]] | None, sample: Sequence[str]) -> Dialect:
    """A file that is called a table is read as one, ragged or of one column as it may be."""
    if best is None:
        ragged = max(DELIMITERS, key=lambda delimiter: max(line.count(delimiter) for line in sample))
        rows = _parse(sample, ragged)
        return _dialect(ragged, 1, rows)
    _, width, delimiter, rows = best
    return _dialect(delimiter, width, rows)


def _dialect(delimiter: str, width: int, rows: Sequence[Sequence[str]]) -> Dialect:
    first = rows[0]
    header = len(first) > width // 2 and is_header(first, rows[1:])
    return Dialect(delimiter, width, tuple(cell.strip() for cell in first) if header else None)


def _parse(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return [line.rstrip("\r\n").split(delimiter) for line in lines]


def _prose(rows: Sequence[Sequence[str]]) -> bool:
    """Commas of sentences are followed by a blank."""
    later = [cell for row in rows for cell in row[1:]]
    return sum(cell.startswith(" ") for cell in later) * 2 > len(later)
