"""Glob patterns of `include`, `exclude` and `ignore`, on POSIX paths and on table names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pii_audit.language import Text

_NOT_INCLUDED = Text("不在 include 范围内", "not in include")


def _translate(pattern: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out.append("(?:[^/]+/)*")
            at += 3
        elif pattern.startswith("**", at):
            out.append(".*")
            at += 2
        elif pattern[at] == "*":
            out.append("[^/]*")
            at += 1
        elif pattern[at] == "?":
            out.append("[^/]")
            at += 1
        elif pattern[at] == "[" and (end := pattern.find("]", at + 2)) > 0:
            inside = pattern[at + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            out.append(f"[{'^' + inside[1:] if inside[0] in '!^' else inside}]")
            at = end + 1
        else:
            out.append(re.escape(pattern[at]))
            at += 1
    return "".join(out)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_translate(pattern.removeprefix("./")), re.DOTALL)


def first_match(names: Iterable[str], patterns: Sequence[str]) -> str | None:
    """The first pattern that one of these names matches whole.

    `*`, `?` and `[…]` stay within a folder, `**` spans folders; upper and lower case differ.
    """
    candidates = tuple(names)
    return next(
        (pattern for pattern in patterns if any(_compiled(pattern).fullmatch(name) for name in candidates)), None
    )


def path_match(path: str, patterns: Sequence[str]) -> str | None:
    """The first pattern that a relative POSIX path matches; a pattern without a slash speaks of the file's own name."""
    base = path.rpartition("/")[2]
    return next(
        (pattern for pattern in patterns if first_match((path,) if "/" in pattern else (path, base), (pattern,))),
        None,
    )


def covers_folder(path: str, patterns: Sequence[str]) -> str | None:
    """The first pattern that matches everything below a folder (`tmp/**`, `**/node_modules/**`)."""
    whole = [pattern for pattern in patterns if pattern.endswith("/**")]
    return next((pattern for pattern in whole if first_match((path,), (pattern[:-3],))), None)


def left_out(names: Iterable[str], include: Sequence[str], exclude: Sequence[str]) -> Text | None:
    """The rule by which a table that goes by these names is not read; None where it is."""
    known = tuple(names)
    rule = first_match(known, exclude)
    if rule:
        return Text(f"被规则排除：{rule}", f"excluded by {rule}")
    return _NOT_INCLUDED if include and not first_match(known, include) else None


def unmatched(patterns: Iterable[str], named: Iterable[Iterable[str]]) -> list[str]:
    """The patterns that match none of what goes by these names: one mistyped would leave out, unseen, what it should have read."""
    known = [tuple(names) for names in named]
    return [pattern for pattern in patterns if not any(first_match(names, (pattern,)) for names in known)]
