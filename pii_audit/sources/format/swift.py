"""SWIFT MT messages as text: their blocks, and the fields of the text block as rows (ISO 15022; SWIFT FIN, blocks 1 to 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from pii_audit.sources.format.payments import SwiftMt, swift_mt

OPENS_MT = re.compile(r"\{1:[A-Z][0-9]{2}[A-Z0-9]{12}[0-9]{10}\}")
"""A basic header: application, service, address of 12 characters, session and sequence."""
LONGEST = 1 << 20
"""Characters of the longest message that is kept in one piece; the network takes 10,000."""
_TYPE = re.compile(r"\{2:[IO]([0-9]{3})")
_TEXT = re.compile(r"\{4:(.*?)(?:-\}|\Z)", re.DOTALL)
_TAG = re.compile(r"^:([0-9]{2}[A-Z]?):", re.MULTILINE)
_NUMBERED = re.compile(r"^([1-8])/")


def messages(texts: Iterator[str]) -> Iterator[str]:
    """The messages of a text, each from its basic header on."""
    rest = ""
    for piece in texts:
        rest += piece
        starts = [found.start() for found in OPENS_MT.finditer(rest)]
        for begin, end in pairwise(starts):
            yield rest[begin:end]
        if len(starts) > 1:
            rest = rest[starts[-1] :]
        if len(rest) > LONGEST:
            yield rest
            rest = ""
    if rest.strip():
        yield rest


def whole(message: str) -> bool:
    """Whether a message ends as one does: its text block is closed."""
    return "{4:" not in message or "-}" in message


def rows(message: str) -> Iterator[Mapping[str, str]]:
    """The rows of a message: one, or one for each of its transactions, with what stands before them in the first."""
    known = swift_mt()
    kind = _TYPE.search(message)
    row: dict[str, list[str]] = {"type": [kind[1]]} if kind else {}
    block = _TEXT.search(message)
    for tag, value in _fields(block[1]) if block else ():
        if tag in known.rows and tag in row:
            yield {name: "\n".join(values) for name, values in row.items()}
            row = {"type": [kind[1]]} if kind else {}
        for name, part in _parts(tag, value, known):
            row.setdefault(name, []).append(part)
    if len(row) > bool(kind):
        yield {name: "\n".join(values) for name, values in row.items()}


def _fields(block: str) -> Iterator[tuple[str, str]]:
    found = list(_TAG.finditer(block))
    for index, tag in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(block)
        yield tag[1], block[tag.end() : end].replace("\r", "").strip("\n")


def _parts(tag: str, value: str, known: SwiftMt) -> Iterator[tuple[str, str]]:
    """A field taken apart where its lines are known, else as a whole."""
    about = known.tags.get(tag)
    if about is None:
        yield tag, value
        return
    lines = value.split("\n")
    if lines[0].startswith("/") and "account" not in about.lines:
        yield f"{tag}/account", lines.pop(0).lstrip("/")
    elif about.numbered and not _NUMBERED.match(lines[0]):
        # `NIDN/CN/…`: the kind of a document, its country, its number.
        yield f"{tag}/party", lines.pop(0).rpartition("/")[2]
    for number, line in enumerate(lines):
        marked = _NUMBERED.match(line) if about.numbered else None
        if marked:
            yield f"{tag}/{known.numbered[marked[1]]}", line[marked.end() :]
        elif about.lines:
            yield f"{tag}/{about.lines[min(number, len(about.lines) - 1)]}", line
        else:
            yield f"{tag}/more", line
