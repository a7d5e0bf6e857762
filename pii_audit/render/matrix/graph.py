"""Who reaches what, as a picture: principals, the roles between, and assets, joined by the rights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from markupsafe import Markup

from pii_audit.model.grant import is_principal
from pii_audit.render.charts import box, fit, ribbon, text_at
from pii_audit.render.matrix.rights import Right
from pii_audit.render.safe import safe

DRAWN = 60
"""Rights in the picture, the gravest; all stand in the table below it."""
WIDTH, ROW, HEIGHT = 960, 34, 24
GAP = 60
"""Between two columns, for the lines."""
WIDEST = 250
SIZE = 12


def draw(rights: Sequence[Right], label: str) -> Markup:
    """An SVG of the gravest rights; empty where there is none."""
    ways = [_way(right) for right in rights[:DRAWN]]
    if not ways:
        return Markup()
    deepest = max(len(way) for way, _ in ways)
    columns: list[dict[str, None]] = [{} for _ in range(deepest)]
    for way, _ in ways:
        for name in way[:-1]:
            columns[_column(name, ways)].setdefault(name)
        columns[-1].setdefault(way[-1])
    room = min(WIDEST, (WIDTH - GAP * (len(columns) - 1)) / len(columns))
    places = dict(_places(columns, room))
    tall = max(len(names) for names in columns) * ROW + 10
    edges: dict[tuple[str, str], str] = {}
    for (way, level), right in zip(ways, rights, strict=False):
        for start, end in pairwise(way):
            edges.setdefault((start, end), f"e-{level or 'none'}{' everyone' if right.everyone else ''}")
    parts = [_edge(places, room, (start, end), name) for (start, end), name in edges.items()]
    parts += [_node(name, places[name], room) for name in places]
    return Markup('<svg class="graph" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>').format(
        label, WIDTH, tall, Markup().join(parts)
    )


def _way(right: Right) -> tuple[tuple[str, ...], str]:
    """The principals on the path, and the asset, which is marked so that it never meets a principal of its name."""
    first, *rest = right.path
    between = [step for step in rest if is_principal(step) and step != first]
    return (first, *dict.fromkeys(between), f"\0{right.asset}"), right.level


def _column(name: str, ways: Iterable[tuple[tuple[str, ...], str]]) -> int:
    """As far to the right as it stands on any path, so that lines lead to the right."""
    return max(way.index(name) for way, _ in ways if name in way)


def _places(columns: Sequence[dict[str, None]], room: float) -> Iterable[tuple[str, tuple[float, float]]]:
    step = (WIDTH - room) / max(1, len(columns) - 1)
    for index, names in enumerate(columns):
        for row, name in enumerate(names):
            yield name, (index * step, row * ROW + 5)


def _edge(places: dict[str, tuple[float, float]], room: float, ends: tuple[str, str], name: str) -> Markup:
    (x0, y0), (x1, y1) = (places[end] for end in ends)
    title = f"{safe(_shown(ends[0]))} → {safe(_shown(ends[1]))}"
    return ribbon((x0 + room, y0 + HEIGHT / 2), (x1, y1 + HEIGHT / 2), 2, f"edge {name}", title)


def _node(name: str, place: tuple[float, float], room: float) -> Markup:
    x, y = place
    text = safe(_shown(name))
    kind = "asset" if name.startswith("\0") else "who"
    frame = box((x, y), (room, HEIGHT), f"node {kind}", text)
    return frame + text_at(x + 8, y + HEIGHT / 2 + SIZE / 3, fit(text, SIZE, room - 16), "label")


def _shown(name: str) -> str:
    return name.removeprefix("\0")
