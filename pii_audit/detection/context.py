r"""Words about a match: near it on its line, or directly before it as its label.

An ASCII word stands alone, or begins or ends at a hump of camelCase (`mobileNo`, `custMobile`), and a space in it may be `_`, `-` or nothing
(`account no` is also `account_no` and `accountNo`); a Han word may touch others. A label and its value are joined by at most `JOINTS`
joints: signs (`: = > | "` and the like, brackets), tags (`</td><td>`), `<![CDATA[`, and the words 为 是 即 号 码 号码 `no` `num` `number` `id`
`code` `value` `is`; never by a comma, a semicolon or a line break. Only where no word is joined so may a note of twelve characters in parentheses stand between.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from functools import cached_property

BEFORE, AFTER = 40, 20
"""Characters on the same line, before and after a match, in which a context word counts; a label begins no farther away."""
JOINTS = 16
NO_LABEL = (-1, 0)

_LINE_BREAKS = "\n\r\0"
_SPACES = " _-"
_HUMP = "(?<=[a-z0-9])(?=[A-Z])"
_BEGINS, _ENDS = f"(?:(?<![0-9A-Za-z])|{_HUMP})", f"(?:(?![0-9A-Za-z])|{_HUMP})"
# Labels are looked for from the value backwards, in reversed text: the first one met is the last one written.
_BEGINS_REVERSED = "(?:(?=[^0-9A-Za-z])|(?<=[A-Z])(?=[a-z0-9]))"
_JOINT_WORDS = ("码", "号", "号码", "为", "是", "即", "no", "num", "number", "id", "code", "value", "is", "<![CDATA[")
_SIGNS = frozenset(" \t:=>|\"'`#*./\\()[]{}<_~“”‘’「」『』【】《》-")
_JOINTS_REVERSED: Mapping[str, tuple[str, ...]] = {
    last: tuple(word[::-1].lower() for word in _JOINT_WORDS if word[-1] == last)
    for last in {word[-1] for word in _JOINT_WORDS}
}
"""Joint words written backwards, by their last character."""
FIRST_OF_JOINTS = _SIGNS | {word[0].lower() for word in _JOINT_WORDS} | {"("}
LAST_OF_JOINTS = _SIGNS | _JOINTS_REVERSED.keys() | {")"}
"""Folded, lower-case characters with which what joins a label and its value begins and ends, where anything does."""
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_TAG_REVERSED = re.compile(">[0-9a-z:]{1,16}/?<")
_NOTE_REVERSED = re.compile(r"\)[^()\n\r\0]{1,12}\(")


def joints(backwards: str, *, note: bool = False) -> list[int]:
    """How far from a value a label may end, ascending, given the text before the value, reversed: what lies between is joints alone.

    With `note`, joints and one note in parentheses.
    """
    text = backwards.translate(_LOWER)
    after = [0] + [JOINTS + 1] * len(text)
    behind = [JOINTS + 1] * len(after)
    for place in range(len(text)):
        steps = [place + 1] if text[place] in _SIGNS else []
        steps += [place + len(one) for one in _JOINTS_REVERSED.get(text[place], ()) if text.startswith(one, place)]
        tag = _TAG_REVERSED.match(text, place)
        steps += [tag.end()] if tag else []
        for counts in (after, behind):
            if counts[place] < JOINTS:
                for step in steps:
                    counts[step] = min(counts[step], counts[place] + 1)
        found = _NOTE_REVERSED.match(text, place) if note and after[place] <= JOINTS else None
        if found:
            behind[found.end()] = 0
    return [place for place, count in enumerate(behind if note else after) if count <= JOINTS]


def spellings(word: str) -> list[str]:
    """The ways in which a lower-case word is written: a space in an ASCII one may be another sign, or nothing."""
    parts = word.split(" ") if word.isascii() else [word]
    signs = itertools.product(("", *_SPACES), repeat=len(parts) - 1)
    return ["".join(itertools.chain(*zip(parts, (*between, ""), strict=True))) for between in signs]


class Words:
    """Some lower-case words that are looked for about matches; compiled when first needed.

    `literals`: lower-case text in which none of them stands holds none of the words.
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        self.literals = tuple(dict.fromkeys(word.partition(" ")[0] for word in words))

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        spelled = (f"{_BEGINS}{_spelled(word)}{_ENDS}" if word.isascii() else _spelled(word) for word in self.words)
        return re.compile("|".join(spelled))

    @cached_property
    def _backwards(self) -> re.Pattern[str]:
        """One of the words, reversed, the longest first; something stands before it."""
        longest_first = sorted((word[::-1] for word in self.words), key=len, reverse=True)
        return re.compile(
            "|".join(_spelled(word) + (_BEGINS_REVERSED if word.isascii() else "(?=.)") for word in longest_first),
            re.DOTALL,
        )

    def near(self, text: str, start: int, end: int) -> bool:
        """Whether a word stands near a span of folded text."""
        if not self.words:
            return False
        left, right = max(0, start - BEFORE), min(len(text), end + AFTER)
        for mark in _LINE_BREAKS:
            left = max(left, text.rfind(mark, left, start) + 1)
            stop = text.find(mark, end, right)
            right = stop if stop >= 0 else right
        return bool(self._anywhere.search(text, left, start) or self._anywhere.search(text, end, right))

    def label(self, text: str, start: int) -> tuple[int, int]:
        """Where the word ends that labels the value which starts there in folded text, and its length; NO_LABEL without any.

        Of several the last one written, of those the longest.
        """
        if not self.words:
            return NO_LABEL
        first = start - BEFORE - 1
        backwards = text[max(0, first) : start][::-1] + ("\0" if first < 0 else "")
        for note in (False, True) if ")" in backwards else (False,):
            for gap in joints(backwards, note=note):
                found = self._backwards.match(backwards, gap)
                if found:
                    return start - gap, found.end() - gap
        return NO_LABEL


def _spelled(word: str) -> str:
    """A word as a regular expression; letters beyond ASCII have one case."""
    spaced = f"[{_SPACES}]?".join(map(re.escape, word.split(" "))) if word.isascii() else re.escape(word)
    return f"(?ai:{spaced})"
