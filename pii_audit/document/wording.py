"""How diagnostics quote what a file says, and suggest what was meant."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Iterable, Iterator

import yaml

from pii_audit.language import Text, same

Node = yaml.Node


def quoted(text: str, limit: int = 40) -> str:
    """What a file says, fit for a one-line diagnostic: short, and without control characters."""
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)


MANY = 1000
ALIKE = 8
"""Of so many that are equally close the first in the dictionary is suggested."""
NEAR = 64
"""So many neighbours on each side are asked for a likeness where there are too many words to ask them all."""


class Words(frozenset[str]):
    """Words that may be referred to; of tens of thousands only those that begin or end alike are compared with a slip."""

    def near(self, word: str) -> Iterator[str]:
        """The words that come before and after this one in a dictionary, read forwards and read backwards."""
        for key, turned in ((word, False), (word[::-1], True)):
            order = self._order(turned=turned)
            place = bisect_left(order, key)
            for found in order[max(0, place - NEAR) : place + NEAR]:
                yield found[::-1] if turned else found

    def _order(self, *, turned: bool) -> list[str]:
        orders: dict[bool, list[str]] = self.__dict__.setdefault("orders", {})
        if turned not in orders:
            orders[turned] = sorted(word[::-1] if turned else word for word in self)
        return orders[turned]


def suggestion(word: str, known: Iterable[str]) -> Text:
    """`; did you mean "x"?`, or nothing when no known word is close."""
    several = list(known.near(word) if isinstance(known, Words) and len(known) > MANY else known)
    close = [one for one in several if one.casefold() == word.casefold()]
    close = close or difflib.get_close_matches(word, several, n=ALIKE, cutoff=0.6)
    if not close:
        return same("")
    alike = [one for one in close if _likeness(one, word) == _likeness(close[0], word)]
    meant = min(alike)
    return Text(f"，是否指 “{meant}”？", f'; did you mean "{meant}"?')


SHORT = 4
"""In a word of fewer characters another one makes another word."""


def slip(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one is but for one character or for its case; None when it is known, short, or like none."""
    there = frozenset(known)
    if word in there or len(word) < SHORT:
        return None
    return next((one for one in sorted(there) if word.casefold() == one.casefold() or _one_off(word, one)), None)


def _one_off(word: str, one: str) -> bool:
    longer = max(len(word), len(one))
    return _likeness(one, word) * (len(word) + len(one)) / 2 >= longer - 1


def _likeness(known: str, word: str) -> float:
    return difflib.SequenceMatcher(None, known, word).ratio()


FEW = 8
"""So many words that there are can be named where none of them is like the one that was written."""


def unknown(kind: Text, word: str, known: Iterable[str]) -> Text:
    """`unknown <kind> "word"` with a suggestion, or with the words that there are where they are few."""
    words = known if isinstance(known, Words) else list(known)
    hint = suggestion(word, words)
    if not hint.en and len(words) <= FEW:
        names = ", ".join(quoted(one) for one in sorted(words))
        hint = Text(f"，可用：{names or '（无）'}", f"; known: {names or '(none)'}")
    said = quoted(word)
    return Text(f"未知的{kind.zh} “{said}”{hint.zh}", f'unknown {kind.en} "{said}"{hint.en}')


def kind(node: Node) -> Text:
    """What a node is."""
    if isinstance(node, yaml.MappingNode):
        return Text("映射", "a mapping")
    if isinstance(node, yaml.SequenceNode):
        return Text("列表", "a list")
    return Text("标量", "a scalar")


def expected(what: Text, node: Node) -> Text:
    """`expected <what>, got <what stands there>`."""
    got = kind(node)
    if isinstance(node, yaml.ScalarNode):
        got = Text("空值", "nothing") if empty(node) else same(f'"{quoted(node.value)}"')
    return Text(f"应为{what.zh}，实为{got.zh}", f"expected {what.en}, got {got.en}")


def empty(node: Node) -> bool:
    """Whether nothing stands there: YAML's null, unquoted."""
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null")
