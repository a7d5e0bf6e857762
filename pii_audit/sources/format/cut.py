"""Where a long text may be cut in two without cutting an identifier."""

from __future__ import annotations

import re

TAIL = 64 << 10
"""How far before the end of a window a place to cut is looked for; a token longer than this is cut."""

_WORD = "0-9A-Za-z\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"

# Best first. Numbers are grouped by blanks and hyphens, so that a blank or comma among digits is a poor place.
_PLACES = tuple(
    re.compile(place)
    for place in (
        r"(?<=[。;!?|;}\]])(?!\d)",
        r"(?<![\d+()-][\s,;|])(?<=[\s,;|,、])(?=[^\d\s()+-])",
        r"(?<=[,;|\"{}<>。;,、])",
        r"(?<=\s)",
        rf"(?<=[^{_WORD}.@_+:/-])|(?=[^{_WORD}.@_+:/-])",
        rf"(?<=[^{_WORD}])|(?=[^{_WORD}])",
    )
)


def place_to_cut(text: str) -> int:
    """Where to end a window: after its last line end, else between tokens, else at its end."""
    newline = text.rfind("\n", len(text) // 2) + 1
    if newline:
        return newline
    start = max(1, len(text) - TAIL)
    for place in _PLACES:
        ends = [found.end() for found in place.finditer(text, start) if found.end() < len(text)]
        if ends:
            return ends[-1]
    return len(text)
