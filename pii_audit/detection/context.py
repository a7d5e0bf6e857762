r"""Words about a match: near it on its line, or directly before it as its label.

An ASCII word stands alone, or begins or ends at a hump of camelCase (`mobileNo`, `custMobile`), and a space in it may be `_`, `-` or nothing
(`account no` is also `account_no` and `accountNo`); a Han word may touch others. A label and its value are joined by at most `JOINTS`
joints: signs (`: = > | "` and the like, brackets), tags of tables and lists (`</td><td>`), `<![CDATA[`, and the words 为 是 即 号 码 号码 `no` `num` `number` `id`
`code` `value` `is`; never by a comma, a semicolon or a line break. Only where no word is joined so may a note of twelve characters in parentheses stand between.
"""

from __future__ import annotations

import itertools
import re
from enum import IntEnum
from functools import cached_property, lru_cache

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
_SIGNS = " \t:=>|\"'`#*./\\()[]{}<_~“”‘’「」『』【】《》-"
_TAGS = "td th tr b i p li dt dd div span strong label font key string name value".split()  # noqa: SIM905 - a list of words
"""Tags that stand between a label and its value, as in tables and property lists; another closing tag is the end of another value."""
_JOINT = f"(?:[{re.escape(_SIGNS)}]|{'|'.join(map(re.escape, _JOINT_WORDS))}|</?(?:{'|'.join(_TAGS)})>)"
_LONGEST_JOINT = len("</>") + max(map(len, _TAGS))
_JOINED = re.compile(f"(?ai:{_JOINT}{{0,{JOINTS}}})")
_JOINED_BY_NOTE = re.compile(rf"(?ai:{_JOINT}{{0,{JOINTS}}}\([^()\n\r\0]{{1,12}}\){_JOINT}{{0,{JOINTS}}})")
_LONGEST_NOTE = len("()") + 12
FIRST_OF_JOINTS = frozenset(_SIGNS).union(word[0] for word in _JOINT_WORDS)
LAST_OF_JOINTS = frozenset(_SIGNS).union(word[-1] for word in _JOINT_WORDS)
"""Folded characters, in either case, with which what joins a label and its value begins and ends, where anything does."""


class Joined(IntEnum):
    """How what stands between a word and a value joins them: not, by joints, by joints and a note in parentheses."""

    NOT = 0
    DIRECTLY = 1
    BY_NOTE = 2


@lru_cache(maxsize=1 << 16)
def joined(between: str) -> Joined:
    """How folded text between a word and a value joins them; there are few ways in which people write that."""
    if _JOINED.fullmatch(between):
        return Joined.DIRECTLY
    return Joined.BY_NOTE if ")" in between and _JOINED_BY_NOTE.fullmatch(between) else Joined.NOT


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
        behind_note, last = NO_LABEL, 0
        for gap in range(len(backwards)):
            how = joined(text[start - gap : start])
            if how is Joined.NOT:
                if gap - last > max(_LONGEST_JOINT, _LONGEST_NOTE):
                    break
                continue
            last = gap
            found = self._backwards.match(backwards, gap)
            label = (start - gap, found.end() - gap) if found else NO_LABEL
            if found and how is Joined.DIRECTLY:
                return label
            behind_note = max(behind_note, label)
        return behind_note


def _spelled(word: str) -> str:
    """A word as a regular expression; letters beyond ASCII have one case."""
    spaced = f"[{_SPACES}]?".join(map(re.escape, word.split(" "))) if word.isascii() else re.escape(word)
    return f"(?ai:{spaced})"
