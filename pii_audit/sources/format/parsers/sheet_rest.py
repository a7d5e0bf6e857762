"""What an Excel workbook (ECMA-376-1, 18.3 and 18.4) holds beside the cells of its sheets: all else in a sheet, and strings that no cell shows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import IO

BLOCK = 1 << 20
_BEGIN, _END = re.compile(rb"<(?:\w+:)?sheetData[\s>]"), re.compile(rb"</(?:\w+:)?sheetData>")
_LONGEST_TAG = 64
_SHARED = re.compile(rb"""\st=["']s["'][^>]*>\s*<(?:\w+:)?v>\s*(\d+)""")
"""A cell that shows a shared string, which is counted from 0."""
_STRING = re.compile(rb"<(?:\w+:)?si(?:\s[^>]*)?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?>([^<]*)</")


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
                cut = max(held.rfind(b"</c>"), held.rfind(b":c>"), held.rfind(b"/>"), 0)
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
            end = 0
            for found in _STRING.finditer(held):
                if number not in self._shown and found[1]:
                    yield html.unescape(_TAG.sub(b"", found[1]).decode("utf-8", "replace"))
                number, end = number + 1, found.end()
            held = held[end:]


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(BLOCK), b"")
