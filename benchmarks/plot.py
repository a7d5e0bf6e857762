"""A bar chart as SVG: speeds on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

WIDTH, LABELS, ROW, TOP = 860, 300, 30, 44
"""Pixels."""
_OURS, _PEERS = "#1f6f54", "#9aa5ad"


def bars(title: str, unit: str, items: Sequence[tuple[str, float, bool]]) -> str:
    """A chart of (name, value, whether it is ours), largest first; values above 0."""
    ordered = sorted(items, key=lambda item: -item[1])
    low = math.floor(math.log10(min(value for _, value, _ in ordered)))
    high = math.ceil(math.log10(max(value for _, value, _ in ordered)))
    scale = (WIDTH - LABELS - 90) / max(high - low, 1)
    height = TOP + ROW * len(ordered) + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="24" font-size="15" font-weight="bold">{escape(title)}: {escape(unit)}</text>',
    ]
    for power in range(low, high + 1):
        x = LABELS + scale * (power - low)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 28}" stroke="#e2e6e9"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 12}" text-anchor="middle" fill="#5b666e">{10.0**power:g}</text>')
    for row, (name, value, ours) in enumerate(ordered):
        y, length = TOP + ROW * row, scale * (math.log10(value) - low)
        parts.append(f'<text x="{LABELS - 10}" y="{y + 17}" text-anchor="end">{escape(name)}</text>')
        parts.append(
            f'<rect x="{LABELS}" y="{y + 3}" width="{max(length, 1):.1f}" height="{ROW - 10}" fill="{_OURS if ours else _PEERS}"/>'
        )
        parts.append(f'<text x="{LABELS + max(length, 1) + 6:.1f}" y="{y + 17}">{value:,.3g}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
