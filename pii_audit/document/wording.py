"""How diagnostics quote what a file says, and suggest what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import yaml

from pii_audit.language import Text, same

Node = yaml.Node


def quoted(text: str, limit: int = 40) -> str:
    """What a file says, fit for a one-line diagnostic: short, and without control characters."""
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)


def suggestion(word: str, known: Iterable[str]) -> Text:
    """`; did you mean "x"?`, or nothing when no known word is close."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return Text(f",是否指 “{close[0]}”?", f'; did you mean "{close[0]}"?') if close else same("")


def unknown(kind: Text, word: str, known: Iterable[str]) -> Text:
    """`unknown <kind> "word"` with a suggestion."""
    hint = suggestion(word, known)
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
    return Text(f"应为{what.zh},实为{got.zh}", f"expected {what.en}, got {got.en}")


def empty(node: Node) -> bool:
    """Whether nothing stands there: YAML's null, unquoted."""
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null")
