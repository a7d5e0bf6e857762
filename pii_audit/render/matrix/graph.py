"""Who reaches what, as a picture: principals, the roles that they come through, and assets, joined by the rights.

Whatever is reached alike is one node (`folding`), the gravest come first, and the table beside it has them all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pii_audit.render.charts import box, fit, ribbon, text_at, width_of
from pii_audit.render.matrix.folding import Way, fold
from pii_audit.render.matrix.rights import Right
from pii_audit.render.safe import safe, short
from pii_audit.render.view.inventory import LEVELS
from pii_audit.render.view.words import Words

ROWS = 16
"""So many nodes stand in one column; what leads to more is left to the table."""
WIDTH = 1180.0
LEFT = ((0.0, 270.0), (450.0, 230.0), (860.0, 320.0))
"""Left edge and width of principals, roles and assets, in user units."""
HEAD, NODE, LANE, SPACE = 26.0, 40.0, 8.0, 10.0
"""Heights: of the headings, of a node, of a line that passes the roles by, and between two of them."""
BOLD = 14.5
"""The size at which a plain letter is as wide as one of the names, which are bold and 13 high."""
NAMED = 20
"""So many names of a node are told by its title."""
LONGEST = 200
"""Characters of a name in a title."""

Key = tuple[int, tuple[str, ...]]
"""A node: its column, and whom or what it stands for; where rights pass the roles by, whose they are."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The picture, and how many of all rights are in it."""

    svg: Markup
    drawn: int


def draw(rights: Sequence[Right], words: Words) -> Graph:
    """The gravest rights as one `<svg>`; an empty picture where there is none."""
    ways = _chosen(fold(rights))
    if not ways:
        return Graph(Markup(), 0)
    columns = _columns(ways)
    heights = [sum(map(_height, column)) + SPACE * (len(column) - 1) for column in columns]
    tall = max(heights)
    places: dict[Key, float] = {}
    for column, height in zip(columns, heights, strict=True):
        top = HEAD + (tall - height) / 2
        for key in column:
            places[key] = top + _height(key) / 2
            top += _height(key) + SPACE
    heads = ("graph_principals", "graph_roles" if any(way.roles for way in ways) else "", "graph_assets")
    parts = [text_at(left, 14, words(name), "fh") for (left, _), name in zip(LEFT, heads, strict=True) if name]
    parts += _bands(ways, places)
    parts += [_node(key, places[key], ways, words) for column in columns for key in column if key[0] >= 0]
    label = words("graph_label", principals=len(columns[0]), assets=len(columns[2]))
    svg = Markup('<svg class="graph" role="img" aria-label="{}" viewBox="0 0 {:.0f} {:.0f}">{}</svg>').format(
        label, WIDTH, HEAD + tall + 4, Markup().join(parts)
    )
    return Graph(svg, sum(way.rights for way in ways))


def _keys(way: Way) -> tuple[Key, Key, Key]:
    middle: Key = (1, way.roles) if way.roles else (-1, way.principals)
    return (0, way.principals), middle, (2, way.assets)


def _chosen(ways: Sequence[Way]) -> list[Way]:
    """The gravest ways, as many as the columns have room for."""
    chosen: list[Way] = []
    columns: tuple[set[Key], set[Key], set[Key]] = (set(), set(), set())
    for way in ways:
        keys = _keys(way)
        if all(key in column or len(column) < ROWS for key, column in zip(keys, columns, strict=True)):
            chosen.append(way)
            for key, column in zip(keys, columns, strict=True):
                column.add(key)
    return chosen


def _columns(ways: Sequence[Way]) -> tuple[list[Key], ...]:
    """The nodes of each column: principals the gravest first, the others beside what leads to them, so that lines cross little."""
    first = list(dict.fromkeys(_keys(way)[0] for way in ways))
    columns = [first]
    for depth in (1, 2):
        before = {key: row / max(len(columns[-1]) - 1, 1) for row, key in enumerate(columns[-1])}
        leading: dict[Key, list[float]] = {}
        for way in ways:
            keys = _keys(way)
            leading.setdefault(keys[depth], []).append(before[keys[depth - 1]])
        columns.append(sorted(leading, key=lambda key: sum(leading[key]) / len(leading[key])))
    return tuple(columns)


def _height(key: Key) -> float:
    return LANE if key[0] < 0 else NODE


def _bands(ways: Sequence[Way], places: Mapping[Key, float]) -> Iterator[Markup]:
    """One band between two nodes, in the colour of the gravest that passes there and as broad as many rights do."""
    straight = not any(way.roles for way in ways)
    between: dict[tuple[Key, Key], list[Way]] = {}
    for way in ways:
        start, middle, end = _keys(way)
        for ends in [(start, end)] if straight else [(start, middle), (middle, end)]:
            between.setdefault(ends, []).append(way)
    # The gravest last, on top of the others.
    for (start, end), passing in reversed(between.items()):
        level = min((way.level for way in passing), key=LEVELS.index)
        thickness = 2 + min(math.log2(sum(way.rights for way in passing)), 8.0)
        name, title = f"edge e-{level or 'none'}", " → ".join(dict.fromkeys((_named(start[1]), _named(end[1]))))
        (left, width), (right, breadth) = LEFT[abs(start[0])], LEFT[abs(end[0])]
        yield ribbon((left + width, places[start]), (right, places[end]), thickness, name, title)
        if end[0] < 0:
            yield ribbon((right, places[end]), (right + breadth, places[end]), thickness, name, title)


def _node(key: Key, middle: float, ways: Sequence[Way], words: Words) -> Markup:
    column, names = key
    joined = [way for way in ways if key in _keys(way)]
    left, width = LEFT[column]
    level = min((way.level for way in joined), key=LEVELS.index)
    everyone = column == 0 and any(way.everyone for way in joined)
    kind = "violation" if everyone else f"l-{level or 'none'}" if column == 2 else "who"  # noqa: PLR2004 - the assets' column
    more = words("graph_more", count=len(names) - 1) if len(names) > 1 and column != 1 else ""
    below = {0: words("everyone") if everyone else "", 1: "", 2: _holds(level, joined, words)}[column]
    text = safe(short(" › ".join(names) if column == 1 else names[0], LONGEST))
    name = fit(text, BOLD, width - 28 - width_of(more, BOLD)) + more
    parts = [box((left + 0.5, middle - NODE / 2), (width - 1, NODE), f"node {kind}", _named(names))]
    parts.append(text_at(left + 14, middle + (-3 if below else 5), name, "fn"))
    if below:
        parts.append(text_at(left + 14, middle + 14, below, "fs warn" if everyone else "fs"))
    return Markup().join(parts)


def _holds(level: str, joined: Sequence[Way], words: Words) -> str:
    """What stands behind: the gravest class, and of how many people at least."""
    parts = [words(f"level_short.{level or 'none'}")]
    if persons := max(way.persons for way in joined):
        parts.append(words("graph_persons", count=persons))
    return " · ".join(parts)


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(safe(short(name, LONGEST)) for name in names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} (+{len(names) - NAMED:,})"
