"""XML: the element that repeats is a record, its leaves and attributes are fields; all else is one row more.

In ISO 20022 messages a record is one transaction, and fields have the meaning that scanners/feed/iso20022.yaml gives their path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from pii_audit.language import Text
from pii_audit.model.asset import Field
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.parsers.decoding import tell
from pii_audit.sources.format.payments import NAMESPACE, iso20022

MAX_RECORD = 4 << 20
"""Characters of a record, or of what stands outside of records, that become one row."""
MAX_DEPTH = 200
_DOCUMENT = "Document"
"""The root of a payment message, alone or in an envelope with its header (ISO 20022, business application header)."""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


@dataclass(frozen=True, slots=True)
class _Record:
    """Which element is a record: the one of this path, or, in a payment message, any of these names."""

    path: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()

    def begins(self, path: list[str]) -> bool:
        return path[-1] in self.names if self.names else tuple(path) == self.path

    def field(self, path: list[str], depth: int) -> str:
        """The name of what stands at a path, inside a record at a depth (0: outside of all)."""
        if self.names:
            # Beginning with the record's own name, or below the message's, so that it is the same whatever it is wrapped in.
            above = path.index(_DOCUMENT) + 2 if _DOCUMENT in path else 1
            return "/".join(path[depth - 1 if depth else above :]) or path[-1]
        return "/".join(path[depth or 1 :]) or path[-1]


class _Shape:
    """Learns which element repeats, and the fields of a payment message, from the first part of a document."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._holds: set[tuple[str, ...]] = set()
        self._payment = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._path:
            self._holds.add(tuple(self._path))
        self._payment = self._payment or tag.startswith(f"{{{NAMESPACE}")
        self._path.append(_local(tag))
        path = tuple(self._path)
        self._seen[path] += 1
        if attributes:
            self._holds.add(path)

    def end(self, tag: str) -> None:  # noqa: ARG002 - as the parser calls it
        self._path.pop()

    def record(self) -> _Record:
        """That of a payment message; else the outermost element that repeats and holds something, if one does."""
        if self._payment:
            found = next((name for name in iso20022().records if any(path[-1] == name for path in self._seen)), "")
            return _Record(names=frozenset({found}))
        repeated = [path for path, often in self._seen.items() if often > 1 and path in self._holds]
        return _Record(min(repeated, key=len, default=()))

    def fields(self, record: _Record) -> tuple[Field, ...]:
        """The fields of a payment message that are known, with what they mean."""
        if not self._payment:
            return ()
        names: dict[str, None] = {}
        for path in self._seen:
            depth = next((at for at in range(1, len(path) + 1) if record.begins(list(path[:at]))), 0)
            names[record.field(list(path), depth)] = None
        return tuple(Field(name, comment=said) for name in names if (said := iso20022().meaning(name)))


class _Records:
    """Turns each record into a row, as it ends."""

    def __init__(self, record: _Record, sink: Sink) -> None:
        self._record = record
        self._sink = sink
        self._path: list[str] = []
        self._text: list[str] = []
        self._row: dict[str, list[str]] = {}
        self._outside: dict[str, list[str]] = {}
        self._size = 0
        self._depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._take()
        if len(self._path) >= MAX_DEPTH:
            raise RecursionError
        self._path.append(_local(tag))
        if not self._depth and self._record.begins(self._path):
            self._depth = len(self._path)
        for name, value in attributes.items():
            self._add([*self._path, f"@{_local(name)}"], value)

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:  # noqa: ARG002 - as the parser calls it
        self._take()
        if self._depth and len(self._path) == self._depth:
            self._send(self._row)
            self._depth = 0
        self._path.pop()

    def comment(self, text: str) -> None:
        self._add([*self._path, "comment()"], text)

    def pi(self, target: str, data: str = "") -> None:
        # How a page is to look, or which program to start.
        if data.strip() and not target.startswith(("xml-", "mso-")):
            self._add([*self._path, f"processing-instruction({target})"], data)

    def close(self) -> None:
        """Sends what stands outside of records, and a record that was broken off."""
        self._take()
        self._send(self._row)
        self._send(self._outside)

    def _take(self) -> None:
        text = "".join(self._text).strip()
        self._text.clear()
        if text:
            self._add(self._path, text)

    def _add(self, path: list[str], value: str) -> None:
        name = self._record.field(path, self._depth)
        row = self._row if self._depth else self._outside
        row.setdefault(name, []).append(value)
        self._size += len(value)
        if self._size > MAX_RECORD:
            self._send(row)

    def _send(self, row: dict[str, list[str]]) -> None:
        if row:
            self._sink.row({name: "\n".join(values) for name, values in row.items()})
        row.clear()
        self._size = 0


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends records as rows; from where the document is malformed on, and all of one that declares entities, as text."""
    content = Content(file)
    shape = _Shape()
    _broken(iter((content.preview(),)), shape)
    record = shape.record()
    sink.begin(Part(PartKind.TABLE, fields=shape.fields(record)))
    records = _Records(record, sink)
    texts = content.texts()
    problem = _broken(texts, records)
    records.close()
    if problem is not None:
        line, rest = problem
        for text in chain((rest,), texts):
            sink.text(text)
        if line:
            sink.fail(
                Text(
                    f"不是完整的 XML，第 {line} 行起已按文本读取",
                    f"not well-formed XML; from line {line} on was read as text",
                )
            )
        else:
            sink.note(
                Text("声明了实体，已按文本读取", "declares entities, which are not followed; it was read as text")
            )
    tell(content, sink)


def _broken(texts: Iterator[str], target: object) -> tuple[int, str] | None:
    """Feeds a target; in which line it is malformed (0: it declares entities) and the piece of text where, None if all is well."""
    parser = DefusedXMLParser(target=target)
    text = ""
    try:
        for text in texts:
            parser.feed(text)
        text = ""
        parser.close()
    except DefusedXmlException:
        return 0, text
    except ParseError as error:
        return error.position[0], text
    return None
