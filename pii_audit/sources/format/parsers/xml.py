"""XML: the element that repeats is a record, its leaves and attributes are fields; all else is one row more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from pii_audit.language import Text
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.reading import Ledger

MAX_RECORD = 4 << 20
"""Characters of a record, or of what stands outside of records, that become one row."""
MAX_DEPTH = 200


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


class _Shape:
    """Learns which element repeats, from the first part of a document."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._holds: set[tuple[str, ...]] = set()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._path:
            self._holds.add(tuple(self._path))
        self._path.append(_local(tag))
        path = tuple(self._path)
        self._seen[path] += 1
        if attributes:
            self._holds.add(path)

    def end(self, tag: str) -> None:  # noqa: ARG002 - as the parser calls it
        self._path.pop()

    def record(self) -> tuple[str, ...]:
        """The path of the outermost element that repeats and holds something; empty where none does."""
        repeated = [path for path, often in self._seen.items() if often > 1 and path in self._holds]
        return min(repeated, key=len, default=())


class _Records:
    """Turns each record into a row, as it ends."""

    def __init__(self, record: tuple[str, ...], sink: Sink) -> None:
        self._record = record
        self._sink = sink
        self._path: list[str] = []
        self._text: list[str] = []
        self._row: dict[str, list[str]] = {}
        self._outside: dict[str, list[str]] = {}
        self._size = 0
        self._inside = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._take()
        if len(self._path) >= MAX_DEPTH:
            raise RecursionError
        self._path.append(_local(tag))
        if not self._inside and len(self._path) == len(self._record) and tuple(self._path) == self._record:
            self._inside = True
        for name, value in attributes.items():
            self._add([*self._path, f"@{_local(name)}"], value)

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:  # noqa: ARG002 - as the parser calls it
        self._take()
        if self._inside and len(self._path) == len(self._record):
            self._send(self._row)
            self._inside = False
        self._path.pop()

    def comment(self, text: str) -> None:
        self._add([*self._path, "comment()"], text)

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
        depth = len(self._record) if self._inside else 1
        name = "/".join(path[depth:]) or path[-1]
        row = self._row if self._inside else self._outside
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
    sink.begin(Part(PartKind.TABLE))
    records = _Records(shape.record(), sink)
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
                    f"不是完整的 XML,第 {line} 行起已按文本读取",
                    f"not well-formed XML; from line {line} on was read as text",
                )
            )
        else:
            sink.note(Text("声明了实体,已按文本读取", "declares entities, which are not followed; it was read as text"))
    ledger = Ledger("", "")
    content.settle(ledger)
    for failure in ledger.failures:
        sink.fail(failure)


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
