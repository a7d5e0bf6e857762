"""A pattern of Presidio, applied as Presidio applies it, to one text or to many short ones."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import regex

TIMEOUT = 60.0
"""Seconds for one pattern on one text (Presidio's own default); what takes longer fails, and is not passed over."""

_BORDER = "\n\0\n"
"""Between joined texts: `^` and `$` match at it, and no word, number or run of white space goes over it."""
_UNBOUNDED = re.compile(r"(?<!\\)\.(?:[*+]|\{[0-9]*,\})")
"""Any characters, any number of them: in a look-ahead the rest of the text, at every place of it."""
_TEXT_ENDS = re.compile(r"\\[AZzG]")
_NEGATIVE = re.compile(r"\(\?<?!")
_SEES_BORDER = re.compile(r"\\[sWDBnrR]|\[\^|(?<!\\)\.|\\[pP]|\[\[")
"""What in a negative look-around could see the border of joined texts, where a text by itself has nothing."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One pattern for the `regex` module, which Presidio uses: look-around of any width, Unicode classes.

    `flags` are those that Presidio gives it, by default DOTALL, MULTILINE and IGNORECASE; `score` is its base score.
    """

    regex: str
    flags: int
    score: float

    @property
    def by_line(self) -> bool:
        """Whether it is applied line by line: it would look at the rest of a long text from every place in it."""
        return _UNBOUNDED.search(self.regex) is not None

    @property
    def joinable(self) -> bool:
        """Whether texts in which it cannot match can be told by searching them all at once."""
        ends = self.flags & regex.MULTILINE or not re.search(r"[$^]", self.regex)
        bodies = (_body(self.regex, found.end()) for found in _NEGATIVE.finditer(self.regex))
        return bool(
            ends
            and not self.by_line
            and not _TEXT_ENDS.search(self.regex)
            and not any(_SEES_BORDER.search(body) for body in bodies)
        )

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it matches, empty matches left out; raises TimeoutError."""
        if not self.by_line:
            yield from self._spans(text, 0)
            return
        start = 0
        for line in text.splitlines(keepends=True):
            yield from self._spans(line, start)
            start += len(line)

    def _spans(self, text: str, offset: int) -> Iterator[tuple[int, int]]:
        for found in _compiled(self).finditer(text, timeout=TIMEOUT):
            start, end = found.span()
            if start < end:
                yield offset + start, offset + end


@dataclass(frozen=True)
class Joined:
    """Many short texts as one, so that those in which nothing can match cost next to nothing."""

    texts: Sequence[str]

    def places(self, expression: Expression) -> Sequence[int]:
        """The places of the texts in which an expression may match."""
        if len(self.texts) == 1 or not expression.joinable:
            return range(len(self.texts))
        starts = list(accumulate((len(text) + len(_BORDER) for text in self.texts), initial=0))
        touched: set[int] = set()
        for start, end in expression.spans(_BORDER.join(self.texts)):
            first, last = bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1
            touched.update(range(first, min(last, len(self.texts) - 1) + 1))
        return sorted(touched)


@cache
def _compiled(expression: Expression) -> regex.Pattern[str]:
    return regex.compile(expression.regex, flags=expression.flags)


def _body(pattern: str, start: int) -> str:
    """What stands in a group, from after its opening to its end."""
    depth, at, in_class = 1, start, False
    while at < len(pattern) and depth:
        character = pattern[at]
        if character == "\\":
            at += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        at += 1
    return pattern[start:at]
