"""A script after cleaning, with the way back: where each character stood in the file as it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Edit(NamedTuple):
    """`text` in place of the characters from `start` to `end` (exclusive)."""

    start: int
    end: int
    text: str


class _Piece(NamedTuple):
    """From `start` on the text came from `origin` on; where it was `made`, all of it stands for that one place."""

    start: int
    origin: int
    made: bool


@dataclass(frozen=True)
class Mapped:
    """A text and, piece by piece in order, the offsets in the original from which it came."""

    text: str
    pieces: tuple[_Piece, ...]

    @classmethod
    def of(cls, text: str) -> Mapped:
        """A text as it is."""
        return cls(text, (_Piece(0, 0, made=False),))

    @classmethod
    def built(cls, parts: Iterable[tuple[str, int, bool]]) -> Mapped:
        """A text put together from parts, each with its origin and whether it was made there."""
        pieces: list[_Piece] = []
        texts: list[str] = []
        at = 0
        for text, origin, made in parts:
            if text:
                pieces.append(_Piece(at, origin, made))
                texts.append(text)
                at += len(text)
        return cls("".join(texts), tuple(pieces) or (_Piece(0, 0, made=False),))

    def origin(self, offset: int) -> int:
        """The offset in the original of a character of this text."""
        piece = self.pieces[max(0, bisect_right(self.pieces, offset, key=lambda one: one.start) - 1)]
        return piece.origin if piece.made else piece.origin + offset - piece.start

    def edited(self, edits: Iterable[Edit]) -> Mapped:
        """The text with some places replaced; edits are in order and do not overlap."""
        parts: list[tuple[str, int, bool]] = []
        at = 0
        for edit in edits:
            parts += self.kept(at, edit.start)
            parts.append((edit.text, self.origin(edit.start), True))
            at = edit.end
        parts += self.kept(at, len(self.text))
        return Mapped.built(parts)

    def cut(self, start: int, end: int) -> Mapped:
        """The text from `start` to `end`."""
        return Mapped.built(self.kept(start, end))

    def within(self, outer: Mapped) -> Mapped:
        """The text, which was made of another, with its places in the original of that one."""
        parts: list[tuple[str, int, bool]] = []
        for number, piece in enumerate(self.pieces):
            end = self.pieces[number + 1].start if number + 1 < len(self.pieces) else len(self.text)
            text = self.text[piece.start : end]
            if piece.made:
                parts.append((text, outer.origin(piece.origin), True))
                continue
            at = 0
            for said, origin, made in outer.kept(piece.origin, piece.origin + len(text)):
                parts.append((text[at : at + len(said)], origin, made))
                at += len(said)
        return Mapped.built(parts)

    def kept(self, start: int, end: int) -> list[tuple[str, int, bool]]:
        """The parts from `start` to `end`, as `built` takes them."""
        if start >= end:
            return []
        first = max(0, bisect_right(self.pieces, start, key=lambda one: one.start) - 1)
        parts = []
        for number in range(first, len(self.pieces)):
            piece = self.pieces[number]
            if piece.start >= end:
                break
            following = self.pieces[number + 1].start if number + 1 < len(self.pieces) else len(self.text)
            begin, stop = max(start, piece.start), min(end, following)
            origin = piece.origin if piece.made else piece.origin + begin - piece.start
            parts.append((self.text[begin:stop], origin, piece.made))
        return parts


class Lines:
    """Line and column, both from 1, of the characters of a file."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(place + 1 for place, character in enumerate(text) if character == "\n")]

    def at(self, offset: int) -> tuple[int, int]:
        """The line and the column of a character."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
