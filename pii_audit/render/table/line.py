"""Text that wraps as Chinese does, too: rich breaks lines at blanks alone, and a Chinese sentence has none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.containers import Lines
from rich.measure import Measurement
from rich.text import Text

_CLOSING = "，。、；：？！”’）》】」』…％%,.;:?!)]}"
_OPENING = "“‘（《【「『([{"
_WIDE = "\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_UNIT = re.compile(
    rf"[{re.escape(_OPENING)}]*(?:[^\s{_WIDE}]+|[{_WIDE}])[{re.escape(_CLOSING)}]*\s*|\s+",
)
"""What is not broken: a word, or one wide character, with the signs that belong to it (no line begins with a closing
or ends with an opening one: GB/T 15834-2011, 5.1) and the blanks behind it."""
_JOINT = re.compile(r"(?<=[/\\_,;@=&|·])")
"""Where a word that is longer than a line is broken rather than anywhere."""


class Line(Text):
    """A text of rich, with line breaks between Chinese characters; words in other scripts stay whole where they fit."""

    def wrap(self, console: Console, width: int, **options: object) -> Lines:
        """Lines of at most `width` columns; nothing is cut off."""
        if self.no_wrap or options.get("no_wrap"):
            return super().wrap(console, width, **options)  # type: ignore[arg-type]
        wrapped = Lines()
        for part in self.split(allow_blank=True):
            for piece in part.divide(breaks(part.plain, width)):
                piece.rstrip_end(width)
                wrapped.append(piece)
        return wrapped

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        whole = max(map(cell_len, self.plain.splitlines()), default=0)
        longest = max((cell_len(unit.rstrip()) for unit in _units(self.plain)), default=0)
        return Measurement(longest, whole)


def breaks(text: str, width: int) -> list[int]:
    """The offsets at which a line of so many columns ends and the next begins."""
    found: list[int] = []
    used = at = 0
    for unit in _units(text):
        for piece in (unit,) if cell_len(unit.rstrip()) <= width else _pieces(unit, width):
            if used and used + cell_len(piece.rstrip()) > width:
                found.append(at)
                used = 0
            used += cell_len(piece)
            at += len(piece)
    return found


def _units(text: str) -> Iterator[str]:
    return (found[0] for found in _UNIT.finditer(text))


def _pieces(word: str, width: int) -> Iterator[str]:
    """A word that fits no line, in pieces that do: cut at its joints, and between any two characters where it has none."""
    for piece in _JOINT.split(word):
        yield from (piece,) if cell_len(piece.rstrip()) <= width else _characters(piece, width)


def _characters(word: str, width: int) -> Iterable[str]:
    made = [""]
    for character in word:
        if made[-1] and cell_len(made[-1] + character) > width:
            made.append("")
        made[-1] += character
    return made
