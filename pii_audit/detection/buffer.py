"""A text made ready for many patterns: folded, lower-cased, and with what most patterns cannot match left out.

What is left out changes no result, only the time: a pattern of ASCII characters alone can match nothing but a run of them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.patterns import not_portable

UUID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])")
"""RFC 9562: its groups are parts of one token."""
_RUN = re.compile(r"[\x01-\x09\x0b-\x7f]+")
"""ASCII characters on one line."""
_PIECE = re.compile(r"[^\0]+")
_TOKEN = re.compile(
    r"(?P<open>\((?:\?:)?)|(?P<close>\))|(?P<bar>\|)|(?P<repeat>[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??"
    r"|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<anchor>[\^$])|(?P<one>\\.|.)",
    re.DOTALL,
)
"""The elements of a portable regular expression."""


def shortest(regex: str) -> int:
    """The fewest characters that a portable regular expression matches."""
    around: list[tuple[int, list[int]]] = []
    before, last = 0, 0
    branches: list[int] = []
    for token in _TOKEN.finditer(regex):
        if token["repeat"]:
            counted = re.match(r"\{([0-9]+)|(\+)", token["repeat"])
            last *= (int(counted[1] or 1)) if counted else 0
        elif token["open"]:
            around.append((before + last, branches))
            before, last, branches = 0, 0, []
        elif token["close"]:
            inner = min([*branches, before + last])
            (before, branches), last = around.pop(), inner
        elif token["bar"]:
            branches.append(before + last)
            before, last = 0, 0
        else:
            before, last = before + last, 0 if token["anchor"] else 1
    return min([*branches, before + last])


@dataclass(frozen=True, slots=True)
class Reach:
    """What a pattern can match.

    `width` is the fewest characters of a match of ASCII on one line alone, 0 where it matches others too; `crosses` says that it could
    match NUL.
    """

    width: int
    crosses: bool

    @classmethod
    def of(cls, regex: str) -> Reach:
        """The reach of a regular expression."""
        if not_portable(regex) is not None:
            return cls(0, crosses=True)
        written = [token["class"] or token["one"] or "" for token in _TOKEN.finditer(regex)]
        crosses = any(one == "." or one.startswith("[^") for one in written)
        lines = any("\n" in one or "\\n" in one for one in written)
        return cls(shortest(regex) if regex.isascii() and not crosses and not lines else 0, crosses)


@dataclass(frozen=True, slots=True)
class _Runs:
    """The runs of ASCII that are long enough for a pattern, joined by NUL.

    `starts` are their places in `text`, `offsets` how far each stands from its place in the whole (both empty where nothing was left out).
    """

    text: str
    starts: list[int]
    offsets: list[int]
    longest: int


class Buffer:
    """One text, or many joined by NUL, which no match crosses; `folded` and `lowered` have the length of the text."""

    def __init__(self, text: str, least: int) -> None:
        """`least` is the smallest width (`Reach`) of the patterns that will be asked for, 0 apart."""
        self.folded = fold(text)
        # İ alone grows when lowered, and offsets have to stay.
        self.lowered = self.folded.replace("\u0130", "i").lower()
        self._least = least
        self._mentioned: dict[tuple[str, ...], bool] = {}

    def mentions(self, words: tuple[str, ...]) -> bool:
        """Whether any of some lower-case words stands anywhere, be it inside another word."""
        if words not in self._mentioned:
            self._mentioned[words] = any(word in self.lowered for word in words)
        return self._mentioned[words]

    def within_uuid(self, start: int, end: int) -> bool:
        """Whether a span is part of a UUID."""
        place = bisect_right(self._uuids, start, key=itemgetter(0)) - 1
        return place >= 0 and end <= self._uuids[place][1]

    def part_of_uuid(self, start: int, end: int) -> bool:
        """Whether a span is within a UUID, but not all of it."""
        return self.within_uuid(start, end) and (start, end) not in self._uuids

    def spans(self, regex: re.Pattern[str], reach: Reach, group: int = 0) -> Iterator[tuple[int, int]]:
        """Where a group of a pattern stands, in order."""
        if reach.crosses:
            for piece in _PIECE.finditer(self.folded):
                yield from (found.span(group) for found in regex.finditer(self.folded, *piece.span()))
        elif not reach.width:
            yield from (found.span(group) for found in regex.finditer(self.folded))
        elif reach.width <= self._runs.longest:
            runs = self._runs
            for found in regex.finditer(runs.text):
                start, end = found.span(group)
                by = runs.offsets[bisect_right(runs.starts, start) - 1] if runs.offsets else 0
                yield start + by, end + by

    @cached_property
    def _uuids(self) -> list[tuple[int, int]]:
        return [found.span() for found in UUID.finditer(self.folded)] if "-" in self.folded else []

    @cached_property
    def _runs(self) -> _Runs:
        if self.folded.isascii():
            return _Runs(self.folded, [], [], max(map(len, _RUN.findall(self.folded)), default=0))
        starts, offsets, kept = list[int](), list[int](), list[str]()
        at = 0
        for run in _RUN.finditer(self.folded):
            if len(run[0]) >= self._least:
                kept.append(run[0])
                starts.append(at)
                offsets.append(run.start() - at)
                at += len(run[0]) + 1
        return _Runs("\0".join(kept), starts, offsets, max(map(len, kept), default=0))
