"""What was found against what is there: exact spans, overlapping spans apart, and the worst confusions with a masked example."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.corpus.text import Label

ANY = "(any)"
"""Stands for the identifier where a peer gives spans alone."""
_DIGIT, _LETTER = re.compile(r"[0-9０-９]"), re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]")
_BEFORE, _AFTER = 24, 12
"""Characters of an example before and after the span."""


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One span that an engine gives; offsets in characters."""

    start: int
    end: int
    identifier: str
    score: float = 1.0


@dataclass(slots=True)
class Count:
    """Counts of one identifier; `overlapping` are true spans that are met by a found one of the same identifier, exactly or not."""

    true: int = 0
    found: int = 0
    exact: int = 0
    overlapping: int = 0
    lookalikes: int = 0
    """False alarms on hard negatives that nothing but the words around tells from an identifier."""

    @property
    def precision(self) -> float:
        """The share of found spans that are exactly right; 1 where nothing was found."""
        return self.exact / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of true spans that were found exactly; 1 where there are none."""
        return self.exact / self.true if self.true else 1.0

    @property
    def touched(self) -> float:
        """The share of true spans that were met at all."""
        return self.overlapping / self.true if self.true else 1.0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.true + other.true,
            self.found + other.found,
            self.exact + other.exact,
            self.overlapping + other.overlapping,
            self.lookalikes + other.lookalikes,
        )


@dataclass(frozen=True, slots=True)
class Confusion:
    """One kind of error: `false alarm` or `miss`, of which identifier, what was there instead, in which layout."""

    error: str
    identifier: str
    instead: str
    layout: str


@dataclass(slots=True)
class Score:
    """The counts by identifier and the confusions, with an example of each in which every digit is 9 and every letter a."""

    counts: dict[str, Count] = field(default_factory=dict)
    confusions: Counter[Confusion] = field(default_factory=Counter)
    examples: dict[Confusion, str] = field(default_factory=dict)

    @property
    def total(self) -> Count:
        """All identifiers together."""
        return sum(self.counts.values(), Count())


class _Spans:
    """Spans in order that do not overlap each other, asked for what meets a span."""

    def __init__(self, labels: Iterable[Label]) -> None:
        self._labels = sorted(labels, key=lambda label: label.start)
        self._starts = [label.start for label in self._labels]

    def meeting(self, start: int, end: int) -> Sequence[Label]:
        first = bisect_right(self._starts, start) - 1
        if first < 0 or self._labels[first].end <= start:
            first += 1
        return self._labels[first : bisect_left(self._starts, end, lo=first)]


def masked(text: str) -> str:
    """Text in which digits and ASCII letters say only what they are."""
    return _LETTER.sub("a", _DIGIT.sub("9", text)).replace("\n", "⏎")


def score(text: str, labels: Iterable[Label], found: Iterable[Found], *, typed: bool = True) -> Score:
    """Scores found spans; without `typed`, the identifier does not matter (a peer that gives spans alone)."""
    everything = list(labels)
    given = sorted(set(found) if typed else {Found(one.start, one.end, ANY) for one in found})
    spans = _Spans(everything)
    result = Score()
    truth = {(label.start, label.end, _name(label, typed=typed)): label for label in everything if label.identifier}
    for _, _, name in truth:
        result.counts.setdefault(name, Count()).true += 1
    met: dict[tuple[int, int, str], str] = {}
    for one in given:
        count = result.counts.setdefault(one.identifier, Count())
        count.found += 1
        near = spans.meeting(one.start, one.end)
        for label in near:
            if label.identifier:
                place = (label.start, label.end, _name(label, typed=typed))
                same = place[2] == one.identifier
                met[place] = one.identifier if same or place not in met else met[place]
        if (one.start, one.end, one.identifier) in truth:
            count.exact += 1
        else:
            _false_alarm(result, count, text, one, near, typed=typed)
    exact = {(one.start, one.end, one.identifier) for one in given}
    for place, label in truth.items():
        result.counts[place[2]].overlapping += met.get(place) == place[2]
        if place not in exact:
            seen = met.get(place)
            instead = "nothing" if seen is None else "another span" if seen == place[2] else seen
            _note(
                result,
                Confusion("miss", place[2], f"{label.style} → {instead}", label.layout),
                text,
                label.start,
                label.end,
            )
    return result


def _name(label: Label, *, typed: bool) -> str:
    return label.identifier if typed else ANY


def _false_alarm(result: Score, count: Count, text: str, one: Found, near: Sequence[Label], *, typed: bool) -> None:
    whole = next(
        (label for label in near if label.start <= one.start and one.end <= label.end), near[0] if near else None
    )
    if whole is None:
        instead = "plain text"
    elif not whole.identifier:
        instead = f"hard negative {whole.style}"
        count.lookalikes += whole.style.startswith("lookalike_")
    else:
        instead = "another span" if _name(whole, typed=typed) == one.identifier else whole.identifier
    _note(
        result,
        Confusion("false alarm", one.identifier, instead, whole.layout if whole else "-"),
        text,
        one.start,
        one.end,
    )


def _note(result: Score, confusion: Confusion, text: str, start: int, end: int) -> None:
    result.confusions[confusion] += 1
    if confusion not in result.examples:
        before, after = text[max(0, start - _BEFORE) : start], text[end : end + _AFTER]
        result.examples[confusion] = masked(f"{before}⟦{text[start:end]}⟧{after}")
