"""JSON documents (RFC 8259): streamed, so that an array of any length is read record by record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.asset import Chunk
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.jsonpath import KEYS, ROOT, Members, decoder, field_name, leaves, member, row_of, telling
from pii_audit.sources.format.text import text_chunks
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Batcher, Ledger, LedgerReading, Row, sampled

MAX_VALUE = 16 << 20
"""Characters of the largest single value that is taken apart."""
RECORDS = 10
"""An array with more objects than this, inside an envelope object, holds records: each is a row of its own."""
MANY = 5_000
"""An array with more values than this is read as rows whatever it holds, so that memory stays bounded."""
ENVELOPE_DEPTH = 8
_BLANK = re.compile(r"[ \t\r\n\0]*")
_NUMBER_GOES_ON = frozenset("0123456789.eE+-")


class Broken(Exception):  # noqa: N818 - never leaves this module: control flow of the parser
    """The document is not JSON from here on."""


class Window:
    """A sliding view of the text: characters are looked at, taken, and forgotten.

    `line` is the 1-based line and `offset` the place in the decoded text at which the view stands.
    """

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._text = ""
        self._at = 0
        self.offset = 0
        self.line = 1
        self._decode = decoder().raw_decode

    def _more(self, characters: int) -> bool:
        parts = [self._text[self._at :]]
        got = 0
        for piece in self._texts:
            parts.append(piece)
            got += len(piece)
            if got >= characters:
                break
        self._text, self._at = "".join(parts), 0
        return got > 0

    def _advance(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self.offset += to - self._at
        self._at = to

    def peek(self) -> str:
        """The next character that is not blank, "" at the end."""
        while True:
            found = _BLANK.match(self._text, self._at)
            self._advance(found.end() if found else self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(1):
                return ""

    def take(self, expected: str) -> None:
        """Steps over one character; Broken where another one stands."""
        if self.peek() != expected:
            raise Broken
        self._advance(self._at + 1)

    def value(self) -> object:
        """The next whole value; Broken where there is none or it is larger than 16 million characters."""
        self.peek()
        while True:
            have = len(self._text) - self._at
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError:
                if have < MAX_VALUE and self._more(max(have, 1)):
                    continue
                raise Broken from None
            except RecursionError:
                raise Broken from None
            # A number at the end of the view may go on in the next piece.
            if end == len(self._text) and self._text[end - 1] in _NUMBER_GOES_ON and self._more(1):
                continue
            self._advance(end)
            return value

    def rest(self) -> Iterator[str]:
        """All text from here on."""
        if self._at < len(self._text):
            yield self._text[self._at :]
        yield from self._texts


class JsonReading(LedgerReading):
    """The elements of a top-level array, or of a long array inside an envelope, as rows.

    What else the envelope says is one row. Where the document breaks off or is no JSON the rest is read as text, and
    the reading counts as failed.
    """

    def __init__(self, content: Content, ledger: Ledger, sampling: Sampling) -> None:
        super().__init__(ledger)
        self._content = content
        self._sampling = sampling
        self._window = Window(content.texts())
        self._broken_line = 0

    def chunks(self) -> Iterator[Chunk]:
        batcher = Batcher(self.ledger)
        try:
            for number, row in sampled(enumerate(self._rows()), self._sampling, self.ledger):
                yield from batcher.add(number, row)
            yield from batcher.flush()
            if self._broken_line:
                yield from text_chunks(self._window.rest(), self._window.offset)
        except OSError:
            yield from batcher.flush()
            raise
        finally:
            self.settle()

    def settle(self) -> None:
        """Writes into the ledger what reading met."""
        self._content.settle(self.ledger)
        if self._broken_line:
            self.ledger.failures.append(
                Text(
                    f"从第 {self._broken_line} 行起不是完整的 JSON，其余已按文本读取",
                    f"not valid JSON from line {self._broken_line} on; the rest was read as text",
                )
            )

    def _rows(self) -> Iterator[Row]:
        envelope: dict[str, list[str]] = {}
        try:
            while first := self._window.peek():
                if first == "[":
                    yield from self._elements()
                elif first == "{":
                    yield from self._members(ROOT, envelope, 0)
                    if envelope:
                        yield _joined(envelope)
                        envelope = {}
                else:
                    yield row_of(self._window.value())
        except Broken:
            if envelope:
                yield _joined(envelope)
            self._broken_line = self._window.line

    def _elements(self) -> Iterator[Row]:
        for value in self.values():
            yield row_of(value)

    def values(self) -> Iterator[object]:
        """The values of the array at which the view stands."""
        window = self._window
        window.take("[")
        while window.peek() != "]":
            yield window.value()
            if window.peek() != "]":
                window.take(",")
        window.take("]")

    def _members(self, path: str, envelope: dict[str, list[str]], depth: int) -> Iterator[Row]:
        window = self._window
        window.take("{")
        while window.peek() != "}":
            name = window.value() if window.peek() == '"' else None
            if not isinstance(name, str):
                raise Broken
            window.take(":")
            where = member(path, name)
            first = window.peek()
            if first == "{" and depth < ENVELOPE_DEPTH:
                yield from self._members(where, envelope, depth + 1)
            elif first == "[":
                yield from self.array(where, envelope)
            else:
                _add(envelope, window.value(), where)
            if telling(name):
                envelope.setdefault(KEYS, []).append(name)
            if window.peek() != "}":
                window.take(",")
        window.take("}")

    def array(self, path: str, envelope: dict[str, list[str]]) -> Iterator[Row]:
        """The rows of an array inside the document; what is too short for records goes into the envelope."""
        held: list[object] | None = []
        try:
            for value in self.values():
                if held is None:
                    yield row_of(value, f"{path}[*]")
                    continue
                held.append(value)
                if _records(held):
                    yield from (row_of(record, f"{path}[*]") for record in held)
                    held = None
        finally:
            # What was read before the document breaks off counts.
            if held:
                _add(envelope, held, path)


def _records(values: list[object]) -> bool:
    return len(values) > MANY or (len(values) > RECORDS and all(isinstance(value, Members) for value in values))


def _add(envelope: dict[str, list[str]], value: object, path: str) -> None:
    for where, text in leaves(value, path):
        cell = envelope.setdefault(field_name(where), [])
        if text is not None:
            cell.append(text)


def _joined(envelope: dict[str, list[str]]) -> Row:
    return {name: "\n".join(texts) if texts else None for name, texts in envelope.items()}
