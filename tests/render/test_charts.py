"""Charts: true lengths, nothing that vanishes, a text beside every picture, and no markup from data."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from pii_audit.render import charts, flow_chart
from pii_audit.render.view.flows import ElementRow, FlowView
from pii_audit.render.view.words import Words

CLASSES = ("s-critical", "s-high", "s-low")
SVG = ET.Element


def parsed(markup: str) -> SVG:
    return ET.fromstring(markup)


def segments(counts: tuple[int, ...], longest: int) -> dict[str, tuple[float, float]]:
    drawn = parsed(charts.stacked_bar(counts, CLASSES, "label", longest=longest))
    return {
        one.attrib["class"]: (float(one.attrib["x"].rstrip("%")), float(one.attrib["width"].rstrip("%")))
        for one in drawn.iter("rect")
    }


def test_a_segment_is_as_long_as_its_share_of_the_longest_bar():
    drawn = segments((10, 30, 0), 80)
    assert drawn["s-critical"] == pytest.approx((0, 12.5), abs=charts.GAP + 0.01)
    assert drawn["s-high"] == pytest.approx((12.5, 37.5), abs=charts.GAP + 0.01)
    assert "s-low" not in drawn


def test_one_among_many_thousands_stays_visible_and_inside():
    drawn = segments((1, 0, 1_000_000), 1_000_001)
    assert drawn["s-critical"][1] >= 0.5
    first, last = segments((1_000_000, 0, 1), 1_000_001).values()
    assert last[0] < 100
    assert last[1] >= 0.5
    assert first[0] == 0


def test_an_empty_chart_is_drawn_without_a_division_by_nothing():
    assert segments((0, 0, 0), 0) == {}
    assert charts.describe((0, 0, 0), CLASSES, ", ") == "0"


def test_the_text_alternative_says_every_count_and_is_escaped():
    assert charts.describe((2, 0, 1500), ("critical", "high", "low"), ", ") == "critical 2, low 1,500"
    drawn = parsed(charts.stacked_bar((1, 0, 0), CLASSES, '"<b>&', longest=1))
    assert drawn.attrib["aria-label"] == '"<b>&'
    assert drawn.findtext("title") == '"<b>&'


@pytest.mark.parametrize(
    ("text", "room", "kept"),
    [("short", 100, "short"), ("中" * 20, 100, "中" * 6 + "…"), ("a" * 40, 100, "a" * 11 + "…")],
)
def test_text_is_cut_where_its_room_ends_and_han_characters_count_as_wide(text, room, kept):
    assert charts.fit(text, 13, room) == kept
    assert charts.width_of(charts.fit(text, 13, room), 13) <= room


def element(name: str, outcome: str, form: str = "plain") -> ElementRow:
    return ElementRow(name, form, outcome, "why", (name,), "", "p.yaml:1", (), "", seen=True)


def flow(
    name: str,
    *elements: ElementRow,
    source: str = "outbox",
    recipient: str = "acme",
    region: str = "CN",
    abroad: bool = False,
) -> FlowView:
    counts = tuple(sum(one.outcome == outcome for one in elements) for outcome in ("violation", "gap", "compliant"))
    return FlowView(name, (source,), recipient, region, "p", abroad, elements, counts)


def picture(*flows: FlowView, language: str = "en") -> SVG:
    return parsed(flow_chart.draw(flows, Words(language)))  # type: ignore[arg-type]  # a literal above


def lines(svg: SVG) -> list[str]:
    return [one.text or "" for one in svg.iter("text")]


def ribbons(svg: SVG, outcome: str) -> int:
    return sum(one.attrib["class"] == f"rib {outcome}" for one in svg.iter("path")) // 2


def test_each_violation_and_gap_has_a_ribbon_of_its_own_and_what_complies_shares_one():
    svg = picture(
        flow(
            "f",
            element("cn_mobile", "violation"),
            element("email", "violation", "bare_hash"),
            element("pia", "gap", ""),
            element("iban", "compliant"),
            element("hkid", "compliant"),
        )
    )
    assert (ribbons(svg, "violation"), ribbons(svg, "gap"), ribbons(svg, "compliant")) == (2, 1, 1)
    assert any("✕" in line and "bare hash" in line for line in lines(svg))
    assert "✓ 2 compliant" in lines(svg)


def test_many_violations_of_one_flow_are_counted_where_they_no_longer_fit():
    svg = picture(flow("f", *(element(f"column_{number}", "violation") for number in range(30))))
    assert ribbons(svg, "violation") == flow_chart.LANES
    assert f"✕ {30 - flow_chart.LANES + 1} more violations" in lines(svg)


def test_a_recipient_abroad_has_a_frame_of_its_own_and_says_where():
    svg = picture(flow("f", element("email", "violation"), region="US", abroad=True))
    assert any(one.attrib["class"] == "node abroad" for one in svg.iter("rect"))
    assert "abroad: US" in lines(svg)


def test_an_unknown_recipient_is_named_as_unknown():
    assert "recipient not stated" in lines(picture(flow("f", element("email", "violation"), recipient="")))


def test_flows_of_one_source_share_its_box():
    svg = picture(
        flow("a", element("x", "violation")),
        flow("b", element("x", "gap"), source="other"),
        flow("c", element("x", "compliant")),
    )
    assert lines(svg).count("outbox") == 1
    assert lines(svg).count("other") == 1


def test_no_more_flows_are_drawn_than_one_can_read():
    svg = picture(*(flow(f"flow-{number:03d}", element("x", "violation")) for number in range(flow_chart.DRAWN + 5)))
    assert sum(line.startswith("flow-") for line in lines(svg)) == flow_chart.DRAWN


def test_names_from_data_are_text_in_the_picture_and_show_their_hidden_characters():
    hostile = "</text><script>x</script>\u202e\x1b"
    markup = flow_chart.draw(
        [flow(hostile, element(hostile, "violation"), source=hostile, recipient=hostile)], Words("zh")
    )
    svg = parsed(markup)
    assert not list(svg.iter("script"))
    assert not re.search("[\u202e\x1b]", markup)
    assert any(r"\u202e\x1b" in (one.text or "") for one in svg.iter("title"))


def test_everything_stays_inside_the_picture():
    svg = picture(
        *(flow(f"f{number}", *(element(f"e{count}", "violation") for count in range(number))) for number in range(1, 8))
    )
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    for box in svg.iter("rect"):
        if "x" in box.attrib:
            assert float(box.attrib["x"]) + float(box.attrib["width"]) <= width
            assert float(box.attrib["y"]) + float(box.attrib["height"]) <= height
