"""The picture of the outbound flows: source → flow → recipient, one ribbon for each element that is not in order.

Neutral ribbons comply, red ones break the policy, hatched ones cannot be shown to comply; a recipient abroad has a
dashed frame and says so. Read from left to right; the table below it in the report says the same in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pii_audit.render.charts import box, fit, ribbon, text_at, width_of
from pii_audit.render.safe import safe
from pii_audit.render.view.flows import OUTCOMES, FlowView
from pii_audit.render.view.words import Words

WIDTH = 1180.0
SOURCE = (0.0, 150.0)
FLOW = (270.0, 230.0)
RECIPIENT = (930.0, 250.0)
"""Left edge and width of the three columns, in user units."""
UNUSED = "not_seen"
LANE = 21.0
THICK = 13.0
HEAD = 26.0
PADDING = 10.0
SPACE = 16.0
LANES = 8
"""So many elements of one flow have a ribbon of their own; the others of its kind share one."""
DRAWN = 40
"""So many flows are drawn, the worst first; the table has them all."""
SIZE = 13.0


@dataclass(frozen=True, slots=True)
class Lane:
    """One ribbon: its outcome, what is written on it, and how many elements it stands for."""

    outcome: str
    label: str
    elements: int


@dataclass(frozen=True, slots=True)
class Row:
    """One flow with its place on the drawing."""

    flow: FlowView
    lanes: tuple[Lane, ...]
    top: float
    height: float

    def middle(self, lane: int) -> float:
        """The vertical middle of a lane."""
        return self.top + PADDING + (self.height - 2 * PADDING - len(self.lanes) * LANE) / 2 + lane * LANE + LANE / 2


def draw(flows: Sequence[FlowView], words: Words) -> Markup:
    """The whole picture, as one `<svg>`; the caller says how many flows beyond DRAWN it does not show."""
    rows = _rows(flows[:DRAWN], words)
    height = rows[-1].top + rows[-1].height + 4 if rows else HEAD
    heads = ((SOURCE, "flow_source"), (FLOW, "flow_flow"), (RECIPIENT, "flow_recipient"))
    parts = [text_at(left, 14, words(key), "fh") for (left, _), key in heads]
    parts += _sources(rows)
    for row in rows:
        parts += [*_ribbons(row), *_boxes(row, words)]
    label = words("flow_chart_label", flows=len(rows), bad=sum(row.flow.outcome != OUTCOMES[-1] for row in rows))
    return Markup('<svg class="flows" role="img" aria-label="{}" viewBox="0 0 {:.0f} {:.0f}">{}{}</svg>').format(
        label, WIDTH, height, HATCH, Markup().join(parts)
    )


HATCH = Markup(
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="hatch-ground" width="7" height="7"/><rect class="hatch-line" width="3" height="7"/></pattern></defs>'
)


def _rows(flows: Sequence[FlowView], words: Words) -> list[Row]:
    rows: list[Row] = []
    top = HEAD
    # Flows of one source stand together, the worst source first.
    first = {source: index for index, flow in reversed(list(enumerate(flows))) for source in flow.sources or ("",)}
    for flow in sorted(flows, key=lambda flow: min(first[source] for source in flow.sources or ("",))):
        lanes = _lanes(flow, words)
        height = max(len(lanes) * LANE + 2 * PADDING, 62.0)
        rows.append(Row(flow, lanes, top, height))
        top += height + SPACE
    return rows


def _lanes(flow: FlowView, words: Words) -> tuple[Lane, ...]:
    lanes: list[Lane] = []
    for outcome in OUTCOMES:
        members = [
            one for one in flow.elements if one.outcome == outcome and (one.use != UNUSED or outcome != OUTCOMES[-1])
        ]
        alone = 0 if outcome == OUTCOMES[-1] else len(members) if len(members) <= LANES else LANES - 1
        for element in members[:alone]:
            form = words.known("form", element.form) if element.form else ""
            name = words.element(element.element)
            lanes.append(Lane(outcome, safe(f"{name} · {form}" if form else name), 1))
        if rest := len(members) - alone:
            lanes.append(Lane(outcome, words(f"lane.{outcome}", count=rest), rest))
    return tuple(lanes)


def _sources(rows: Sequence[Row]) -> list[Markup]:
    parts: list[Markup] = []
    index = 0
    while index < len(rows):
        end = index
        while end + 1 < len(rows) and rows[end + 1].flow.sources == rows[index].flow.sources:
            end += 1
        top, bottom = rows[index].top, rows[end].top + rows[end].height
        name = safe(", ".join(rows[index].flow.sources) or "?")
        left, width = SOURCE
        parts.append(box((left, top), (width, bottom - top), "node", name))
        parts.append(
            text_at(left + width / 2, (top + bottom) / 2 + 4, fit(name, SIZE, width - 16), "fn", anchor="middle")
        )
        index = end + 1
    return parts


def _ribbons(row: Row) -> list[Markup]:
    parts: list[Markup] = []
    for index, lane in enumerate(row.lanes):
        y = row.middle(index)
        # Elements that comply share a ribbon that grows with their number, as far as the lane has room.
        thickness = min(THICK + lane.elements - 1, LANE - 2)
        name = f"rib {lane.outcome}"
        parts.append(ribbon((sum(SOURCE), y), (FLOW[0], y), thickness, name, lane.label))
        parts.append(ribbon((sum(FLOW), y), (RECIPIENT[0], y), thickness, name, lane.label))
        room = RECIPIENT[0] - sum(FLOW) - 24
        label = fit(f"{SIGNS[lane.outcome]} {lane.label}", SIZE, room)
        wide = width_of(label, SIZE) + 18
        parts.append(
            box(((sum(FLOW) + RECIPIENT[0] - wide) / 2, y - LANE / 2 + 1), (wide, LANE - 2), "pill", lane.label)
        )
        parts.append(text_at((sum(FLOW) + RECIPIENT[0]) / 2, y + 4.5, label, f"fl {lane.outcome}", anchor="middle"))
    return parts


SIGNS = {"violation": "✕", "gap": "?", "compliant": "✓"}
"""The sign of an outcome, so that colour never stands alone."""


def _boxes(row: Row, words: Words) -> list[Markup]:
    flow, centre = row.flow, row.top + row.height / 2
    left, width = FLOW
    purpose = safe(flow.purpose)
    parts = [box((left, row.top), (width, row.height), f"node {flow.outcome}", safe(flow.id))]
    parts.append(text_at(left + 14, centre + (-3 if purpose else 5), fit(safe(flow.id), SIZE, width - 24), "fn"))
    if purpose:
        parts.append(text_at(left + 14, centre + 15, fit(purpose, 12, width - 24), "fs"))
    left, width = RECIPIENT
    recipient = safe(flow.recipient) or words("recipient_unknown")
    second = safe(flow.destination(words) or flow.region)
    kind = "node abroad" if flow.abroad else "node"
    parts.append(box((left, row.top), (width - 2, row.height), kind, recipient))
    parts.append(text_at(left + 14, centre + (-3 if second else 5), fit(recipient, SIZE, width - 24), "fn"))
    if second:
        parts.append(text_at(left + 14, centre + 15, fit(second, 12, width - 24), "fs warn" if flow.abroad else "fs"))
    return parts
