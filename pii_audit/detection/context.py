r"""Words about a match: near it on its line, or directly before it as its label.

An ASCII word stands alone, or begins or ends at a hump of camelCase (`mobileNo`, `custMobile`), and a space in it may be `_`, `-` or nothing
(`account no` is also `account_no` and `accountNo`); a Han word may touch others. A label and its value are joined by at most `JOINTS`
joints: signs (`: = > | "` and the like, brackets), tags (`</td><td>`), `<![CDATA[`, and the words 为 是 即 号 码 号码 `no` `num` `number` `id`
`code` `value` `is`; never by a comma, a semicolon or a line break. Only where no word is joined so may a note of twelve characters in parentheses stand between.
"""

from __future__ import annotations

import re
from functools import cached_property

BEFORE, AFTER = 40, 20
"""Characters on the same line, before and after a match, in which a context word counts; a label begins no farther away."""
JOINTS = 16
NO_LABEL = (-1, 0)

_LINE_BREAKS = "\n\r\0"
_HUMP = "(?<=[a-z0-9])(?=[A-Z])"
_BEGINS, _ENDS = f"(?:(?<![0-9A-Za-z])|{_HUMP})", f"(?:(?![0-9A-Za-z])|{_HUMP})"
# Labels are looked for from the value backwards, in reversed text: the first one met is the last one written.
_BEGINS_REVERSED = "(?:(?=[^0-9A-Za-z])|(?<=[A-Z])(?=[a-z0-9]))"
_JOINT_WORDS = ("码", "号", "号码", "为", "是", "即", "no", "num", "number", "id", "code", "value", "is", "<![CDATA[")
_SIGNS = r"[ \t:=>|\"'`#*./\\()\[\]{}<_~“”‘’「」『』【】《》-]"
_TAG_REVERSED = ">[0-9A-Za-z:]{1,16}/?<"
_JOINT_REVERSED = f"(?:{_SIGNS}|{_TAG_REVERSED}|(?ai:{'|'.join(re.escape(word[::-1]) for word in _JOINT_WORDS)}))"
_NOTE_REVERSED = r"\)[^()\n\r\0]{1,12}\("


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
    def _labels(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        longest_first = sorted((word[::-1] for word in self.words), key=len, reverse=True)
        spelled = (_spelled(word) + (_BEGINS_REVERSED if word.isascii() else "(?=.)") for word in longest_first)
        word, joints = f"({'|'.join(spelled)})", f"{_JOINT_REVERSED}{{0,{JOINTS}}}?"
        return (
            re.compile(f"{joints}{word}", re.DOTALL),
            re.compile(f"{joints}{_NOTE_REVERSED}{joints}{word}", re.DOTALL),
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
        without, behind_note = self._labels
        found = without.match(backwards)
        if found is None and ")" in backwards:
            found = behind_note.match(backwards)
        return (start - found.start(1), found.end(1) - found.start(1)) if found else NO_LABEL


def _spelled(word: str) -> str:
    if not word.isascii():
        return f"(?i:{re.escape(word)})"
    return f"(?ai:{'[ _-]?'.join(map(re.escape, word.split(' ')))})"
