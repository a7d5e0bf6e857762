"""Where the characters of a string literal stand in the file: of Python's literals, and of the quoted strings of JSON and YAML."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

Parts: TypeAlias = list[tuple[str, int, bool]]
"""Pieces of a text with their offsets in the file, and whether all of a piece stands for that one place."""
_LITERAL = re.compile(
    r"(?P<prefix>[A-Za-z]{0,2})(?P<quote>'''|\"\"\"|'|\")(?P<body>(?:\\.|(?!(?P=quote)).)*)(?P=quote)|#[^\n]*|\s+|\\|[()]",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\{[^}]*\}|[0-7]{1,3}|\r?\n|.)", re.DOTALL)
_NEAR = 4096
"""Characters within which the next word of a folded text is looked for."""
_BRACES = re.compile(r"\{\{|\}\}|\{|\}")


def literal(value: str, source: str, start: int, end: int) -> Parts:
    """A constant of Python that stands from `start` to `end`, adjacent literals included."""
    parts: Parts = []
    for prefix, at, stop in _bodies(source, start, end):
        parts += unescaped(source, at, stop, raw="r" in prefix)
    return parts if "".join(text for text, *_ in parts) == value else [(value, start, True)]


def formatted(node: ast.JoinedStr, source: str, start: int, end: int) -> list[Parts]:
    """The constant parts of an f-string, one list for each constant among its values."""
    wanted = [one.value for one in node.values if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    found: list[Parts] = [[]]
    for prefix, at, stop in _bodies(source, start, end):
        raw = "r" in prefix
        if "f" not in prefix:
            found[-1] += unescaped(source, at, stop, raw=raw)
            continue
        for piece, is_field in _fields(source, at, stop, raw=raw):
            if is_field:
                found.append([])
            else:
                found[-1] += piece
    kept = [parts for parts in found if parts]
    if ["".join(text for text, *_ in parts) for parts in kept] == wanted:
        return kept
    return [[(value, start, True)] for value in wanted]


def quoted(value: str, source: str, start: int, end: int) -> Parts:
    """A string of JSON or YAML that stands from `start` to `end`: by escapes where it has those, else by words."""
    parts = unescaped(source, start + 1, end - 1, raw=False) if source[start : start + 1] == '"' else []
    if "".join(text for text, *_ in parts) == value:
        return parts
    # Other styles fold lines and leave out indents: word by word it is the same text.
    parts, at = [], start
    for word in re.findall(r"\s+|\S+", value):
        near = min(end, at + _NEAR + len(word))
        found = at if source.startswith(word, at, end) else -1 if word.isspace() else source.find(word, at, near)
        parts.append((word, at, True) if found < 0 else (word, found, False))
        at = max(at, found + len(word))
    return merged(parts)


def merged(parts: Iterable[tuple[str, int, bool]]) -> Parts:
    """The parts of a text, of which those that follow one another in the file are one."""
    found: list[tuple[list[str], int, int, bool]] = []
    for text, origin, made in parts:
        last = found[-1] if found else None
        if last is not None and not made and not last[3] and last[1] + last[2] == origin:
            last[0].append(text)
            found[-1] = (last[0], last[1], last[2] + len(text), False)
        elif text:
            found.append(([text], origin, len(text), made))
    return [("".join(texts), origin, made) for texts, origin, _, made in found]


def _bodies(source: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Of each of the adjacent literals its prefix in lower case, and where what it holds begins and ends."""
    at = start
    while at < end and (found := _LITERAL.match(source, at)):
        if found["quote"]:
            yield found["prefix"].lower(), *found.span("body")
        at = found.end()


def unescaped(source: str, start: int, end: int, *, raw: bool) -> Parts:
    """What stands between two offsets, with its escapes resolved unless it is `raw`."""
    if raw:
        return [(source[start:end], start, False)] if start < end else []
    parts: Parts = []
    at = start
    for escape in _ESCAPE.finditer(source, start, end):
        if at < escape.start():
            parts.append((source[at : escape.start()], at, False))
        parts.append((_meant(escape[0]), escape.start(), True))
        at = escape.end()
    if at < end:
        parts.append((source[at:end], at, False))
    return [part for part in parts if part[0]]


def _meant(escape: str) -> str:
    if escape == "\\/":
        return "/"
    try:
        return str(ast.literal_eval(f"'{escape}'"))
    except (SyntaxError, ValueError):
        return escape


def _fields(source: str, start: int, end: int, *, raw: bool) -> Iterator[tuple[Parts, bool]]:
    """The constant parts of the body of an f-string, and its replacement fields."""
    at, depth = start, 0
    for brace in _BRACES.finditer(source, start, end):
        if brace.start() < at:
            continue
        if depth == 0 and brace[0] in ("{{", "}}"):
            yield [*unescaped(source, at, brace.start(), raw=raw), (brace[0][0], brace.start(), True)], False
            at = brace.end()
        elif "{" in brace[0]:
            if depth == 0:
                yield unescaped(source, at, brace.start(), raw=raw), False
            depth += len(brace[0])
        elif depth:
            depth = max(0, depth - len(brace[0]))
            if depth == 0:
                yield [], True
                at = brace.end()
    if depth == 0:
        yield unescaped(source, at, end, raw=raw), False
