"""JSON and JSON Lines cut into scalars by path (RFC 8259, RFC 9535); spaces, order and spelling of the rest stay as they were."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.json_document import MAX_VALUE
from pii_audit.sources.format.jsonpath import KEYS, ROOT, field_name, member, telling
from pii_audit.sources.format.pieces.interface import CutError, Edits, Piece, Slot

_TOKEN = re.compile(r'([ \t\r\n\0]*+)("(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s\0{}\[\],:"]+|\Z)', re.DOTALL)
_HALF = re.compile(r"[\ud800-\udfff]")


class _Token(NamedTuple):
    """A token and the blanks before it; "" at the end."""

    blanks: str
    text: str


class _Tokens:
    """The tokens of a text that arrives in pieces."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._text = ""
        self._at = 0
        self._ended = False
        self._next: _Token | None = None
        self.line = 1

    def peek(self) -> str:
        """The text of the next token."""
        if self._next is None:
            self._next = self._read()
        return self._next.text

    def take(self, *expected: str) -> _Token:
        """The next token; CutError where none of those that are expected stands."""
        self.peek()
        token, self._next = self._next, None
        if token is None or (expected and token.text not in expected):
            raise CutError(Text("不是完整的 JSON", "not valid JSON"), self.line)
        self.line += token.blanks.count("\n")
        return token

    def _read(self) -> _Token:
        while True:
            found = _TOKEN.match(self._text, self._at)
            last = found is None or found.end() == len(self._text)
            certain = found is not None and found[2].startswith(tuple('"{}[],:'))
            if found is not None and (self._ended or not last or certain):
                self._at = found.end()
                return _Token(found[1], found[2])
            if self._ended or len(self._text) - self._at > 2 * MAX_VALUE:
                raise CutError(Text("不是完整的 JSON", "not valid JSON"), self.line)
            more = next(self._texts, None)
            self._ended = more is None
            self._text, self._at = self._text[self._at :] + (more or ""), 0


class JsonCutter:
    """One document, several after each other, or one a line."""

    renames = True

    def __init__(self, content: Content, asset: Asset, *, lines: bool) -> None:
        self.asset = asset
        self._content = content
        self._lines = lines

    def pieces(self, edits: Edits) -> Iterator[Piece]:
        if not self._lines:
            yield from _Cut(_Tokens(self._content.texts()), edits).document()
            return
        for number, line in enumerate(self._content.lines(), start=1):
            tokens = _Tokens(iter((line,)))
            tokens.line = number
            yield from _Cut(tokens, edits).record()


class _Cut:
    def __init__(self, tokens: _Tokens, edits: Edits) -> None:
        self._tokens = tokens
        self._edits = edits

    def record(self) -> Iterator[Piece]:
        """The value of one line, and what blanks stand behind it."""
        if self._tokens.peek():
            yield from self._value(ROOT, row=True)
        yield self._tokens.take("").blanks

    def document(self) -> Iterator[Piece]:
        """Values after each other; the elements of an array at the top are records."""
        while self._tokens.peek():
            if self._tokens.peek() == "[":
                yield from self._array(lambda _: ROOT, row=True)
            else:
                yield from self._value(ROOT, row=False)
        yield self._tokens.take("").blanks

    def _value(self, path: str, *, row: bool) -> Iterator[Piece]:
        """A value; an array that is a record has its elements by place."""
        first = self._tokens.peek()
        if first == "{":
            yield from self._object(path)
        elif first == "[":
            yield from self._array((lambda place: f"{ROOT}[{place}]") if row else (lambda _: f"{path}[*]"), row=False)
        else:
            yield from self._scalar(path)

    def _object(self, path: str) -> Iterator[Piece]:
        opening = self._tokens.take("{")
        yield opening.blanks + "{"
        some = False
        held = ""
        while self._tokens.peek() != "}":
            key = self._tokens.take()
            name = _string(key.text, self._tokens.line)
            colon = self._tokens.take(":")
            where = member(path, name)
            scalar = self._tokens.peek() not in ("{", "[")
            column = field_name(where)
            if (telling(name) and self._edits.drops(KEYS)) or (scalar and self._edits.drops(column)):
                self._skip()
            else:
                new = self._edits.rename(column) if scalar else None
                yield held + key.blanks + (key.text if new is None else _like(new, key.text)) + colon.blanks + ":"
                yield from self._value(where, row=False)
                some, held = True, ""
            if self._tokens.peek() != "}":
                behind = self._tokens.take(",")
                held = behind.blanks + "," if some else ""
        yield self._tokens.take("}").blanks + "}"

    def _array(self, path: Callable[[int], str], *, row: bool) -> Iterator[Piece]:
        opening = self._tokens.take("[")
        yield opening.blanks + "["
        place = 0
        some = False
        held = ""
        while self._tokens.peek() != "]":
            where = path(place)
            scalar = self._tokens.peek() not in ("{", "[")
            if scalar and self._edits.drops(field_name(where)):
                self._skip()
            else:
                yield held
                yield from self._value(where, row=row)
                some, held = True, ""
            place += 1
            if self._tokens.peek() != "]":
                behind = self._tokens.take(",")
                held = behind.blanks + "," if some else ""
        yield self._tokens.take("]").blanks + "]"

    def _scalar(self, path: str) -> Iterator[Piece]:
        token = self._tokens.take()
        if not token.text or token.text in ("}", "]", ",", ":"):
            raise CutError(Text("不是完整的 JSON", "not valid JSON"), self._tokens.line)
        yield token.blanks
        column = field_name(path)
        if token.text == "null" or not self._edits.treats(column):
            yield token.text
            return
        quoted = token.text.startswith('"')
        value = _string(token.text, self._tokens.line) if quoted else token.text
        ascii_ = token.text.isascii()
        yield Slot(
            column,
            token.text,
            _HALF.sub("\ufffd", value).replace("\0", "\n"),
            lambda new: "null" if new is None else json.dumps(new, ensure_ascii=ascii_),
        )

    def _skip(self) -> None:
        """Passes over a whole value."""
        depth = 0
        while True:
            text = self._tokens.take().text
            depth += (text in ("{", "[")) - (text in ("}", "]"))
            if not text:
                raise CutError(Text("不是完整的 JSON", "not valid JSON"), self._tokens.line)
            if depth == 0:
                return


def _string(token: str, line: int) -> str:
    try:
        found = json.loads(token, strict=False)
    except ValueError:
        found = None
    if not isinstance(found, str):
        raise CutError(Text("不是完整的 JSON", "not valid JSON"), line)
    return found


def _like(name: str, token: str) -> str:
    """A member's new name, escaped as its old one was."""
    return json.dumps(name, ensure_ascii=token.isascii())
