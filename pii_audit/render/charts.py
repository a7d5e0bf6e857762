"""Small SVG charts for the HTML report, drawn here so that the file needs nothing from elsewhere.

Every chart carries a text alternative; colours come from the page's style sheet by class name, so that dark mode
and print can change them. Text from data is escaped here.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pii_audit.render.safe import short

BAR_HEIGHT = 16
COLUMN_HEIGHT = 160
NARROWEST = 0.56
"""Width of a letter that is no Han character, in em."""
GAP = 0.35
"""Space between segments, in per cent of the width."""


def stacked_bar(counts: Sequence[int], classes: Sequence[str], label: str, *, longest: int) -> Markup:
    """One horizontal bar of segments, as long as its sum is in relation to `longest` (the greatest sum of the chart).

    `classes` names the style class of each segment, `label` is the text alternative. It fills the width that it is
    given; its text stands beside it in the page, so nothing shrinks on a small screen.
    """
    scale = 100 / max(longest, 1)
    parts: list[Markup] = []
    left = 0.0
    for count, name in zip(counts, classes, strict=True):
        if count:
            # A segment never shrinks to nothing: one critical finding among thousands must stay visible.
            width = max(count * scale - GAP, 0.6)
            parts.append(
                Markup('<rect class="{}" x="{:.2f}%" y="0" width="{:.2f}%" height="{}" rx="2"/>').format(
                    name, min(left, 99.4), width, BAR_HEIGHT
                )
            )
            left += width + GAP
    return Markup(
        '<svg class="bar" role="img" aria-label="{}" width="100%" height="{}"><title>{}</title>{}</svg>'
    ).format(label, BAR_HEIGHT, label, Markup().join(parts))


def columns(rows: Sequence[tuple[str, Sequence[int]]], classes: Sequence[str], label: str) -> Markup:
    """Stacked columns side by side, one a row of (its own text alternative, counts), the first segment at the foot.

    It fills the width that it is given; the figures stand in a table beside it.
    """
    highest = max((sum(counts) for _, counts in rows), default=0)
    scale, step = (COLUMN_HEIGHT - 2) / max(highest, 1), 100 / max(len(rows), 1)
    width = min(step * 0.7, 8.0)
    parts: list[Markup] = []
    for place, (title, counts) in enumerate(rows):
        foot = float(COLUMN_HEIGHT)
        parts.append(Markup("<g><title>{}</title>").format(title))
        for count, name in zip(counts, classes, strict=True):
            if count:
                height = max(count * scale, 1.0)
                foot -= height
                parts.append(
                    Markup('<rect class="{}" x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}"/>').format(
                        name, place * step + (step - width) / 2, max(foot, 0), width, height
                    )
                )
        parts.append(Markup("</g>"))
    return Markup('<svg class="columns" role="img" aria-label="{}" width="100%" height="{}">{}</svg>').format(
        label, COLUMN_HEIGHT, Markup().join(parts)
    )


def describe(counts: Sequence[int], names: Sequence[str], separator: str) -> str:
    """The text alternative of a bar: name and count of every segment that is there."""
    return separator.join(f"{name} {count:,}" for name, count in zip(names, counts, strict=True) if count) or "0"


def width_of(text: str, size: float) -> float:
    """About how wide a text is in user units at that font size: Han characters are one em, others 0.56."""
    return sum(size if ord(character) > 0x2E7F else size * NARROWEST for character in text)  # noqa: PLR2004 - first CJK block


def fit(text: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than the room; the whole one belongs into a `<title>`."""
    # A name may be 100 KB long: what cannot stand in the room is not measured either.
    kept = text[: max(0, int(room / (size * NARROWEST)) + 1)]
    if kept == text and width_of(text, size) <= room:
        return text
    while kept and width_of(kept, size) + size > room:
        kept = kept[:-1]
    return f"{kept}…"


def text_at(x: float, y: float, text: str, name: str, *, anchor: str = "start") -> Markup:
    """A line of SVG text."""
    return Markup('<text x="{:.1f}" y="{:.1f}" class="{}" text-anchor="{}">{}</text>').format(x, y, name, anchor, text)


def ribbon(start: tuple[float, float], end: tuple[float, float], thickness: float, name: str, title: str) -> Markup:
    """A curved band between two points (the middles of its ends), horizontal at both."""
    (x0, y0), (x1, y1), middle, half = start, end, (start[0] + end[0]) / 2, thickness / 2
    path = (
        f"M{x0:.1f},{y0 - half:.1f}C{middle:.1f},{y0 - half:.1f} {middle:.1f},{y1 - half:.1f} {x1:.1f},{y1 - half:.1f}"
        f"L{x1:.1f},{y1 + half:.1f}C{middle:.1f},{y1 + half:.1f} {middle:.1f},{y0 + half:.1f} {x0:.1f},{y0 + half:.1f}Z"
    )
    return Markup('<path class="{}" d="{}"><title>{}</title></path>').format(name, path, short(title))


def box(corner: tuple[float, float], size: tuple[float, float], name: str, title: str) -> Markup:
    """A rounded rectangle."""
    return Markup(
        '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="6"><title>{}</title></rect>'
    ).format(name, *corner, *size, short(title))
