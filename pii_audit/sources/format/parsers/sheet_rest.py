"""What an Excel workbook (ECMA-376-1, 18.3 and 18.4) holds beside the cells of its sheets: all else in a sheet, and strings that no cell shows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import IO

BLOCK = 1 << 20
_BEGIN, _END = re.compile(rb"<(?:\w+:)?sheetData[\s>]"), re.compile(rb"</(?:\w+:)?sheetData>")
_LONGEST_TAG = 64
_LONGEST = 1 << 20
"""Bytes of a cell or a string: a cell has 32,767 characters at most."""
_SHARED = re.compile(rb"""\st=["']s["'][^<>]{0,200}>\s*<(?:\w+:)?v>\s*(\d+)""")
"""A cell that shows a shared string, which is counted from 0."""
_STRING = re.compile(rb"<(?P<ends>/?)(?:\w+:)?si(?:\s[^<>]{0,200}?)?(?P<empty>/?)>")
_TAG = re.compile(rb"<[^>]*>")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^<>]{0,500})?>([^<]*)</")


class BesideCells:
    """Looks through the sheets of a workbook, then through its shared strings for those that none of these sheets shows."""

    def __init__(self) -> None:
        self._shown: set[int] = set()

    def of(self, sheet: IO[bytes]) -> tuple[bytes, list[str]]:
        """A sheet without its cells, and the formulas of these."""
        rest: list[bytes] = []
        formulas: list[str] = []
        held, opened = b"", False
        for data in _blocks(sheet):
            held += data
            if not opened and (begin := _BEGIN.search(held)):
                rest.append(held[: begin.start()])
                held, opened = held[begin.start() :], True
            if not opened:
                rest.append(held[:-_LONGEST_TAG])
                held = held[-_LONGEST_TAG:]
            elif end := _END.search(held):
                formulas += self._cells(held[: end.start()])
                rest += [held[end.end() :], *_blocks(sheet)]
                return b"".join(rest), formulas
            else:
                cut = max(held.rfind(b"</c>"), held.rfind(b":c>"), held.rfind(b"/>"), len(held) - _LONGEST, 0)
                formulas += self._cells(held[:cut])
                held = held[cut:]
        return b"".join([*rest, held]), formulas

    def _cells(self, cells: bytes) -> Iterator[str]:
        self._shown.update(int(found[1]) for found in _SHARED.finditer(cells))
        return (html.unescape(one.decode("utf-8", "replace")) for one in _FORMULA.findall(cells))

    def unshown(self, strings: IO[bytes]) -> Iterator[str]:
        """The shared strings that stay in the file though no cell shows them."""
        number, held = 0, b""
        for data in _blocks(strings):
            held += data
            begin, end = -1, 0
            for found in _STRING.finditer(held):
                if not found["ends"] and not found["empty"]:
                    begin = found.end()
                    continue
                if begin >= 0 and number not in self._shown:
                    yield _text(held[begin : found.start()])
                number, begin, end = number + 1, -1, found.end()
            held = held[end:]
            if len(held) > _LONGEST:
                yield _text(held)
                held = b""


def _text(element: bytes) -> str:
    return html.unescape(_TAG.sub(b"", element).decode("utf-8", "replace"))


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(BLOCK), b"")
