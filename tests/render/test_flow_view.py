"""A flow element by element, in every format: what was seen beside what is declared and allowed."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from pii_audit.errors import Position
from pii_audit.language import Text, same
from pii_audit.model.finding import Measured, Outcome, Use, Verdict
from pii_audit.render import html, table
from pii_audit.render.interface import renderer
from pii_audit.render.view.flows import flows
from pii_audit.render.view.words import Words

AT = Position("p.yaml", 4)
SEEN = Verdict(
    "sms",
    "cn_mobile",
    Outcome.VIOLATION,
    same("too weak"),
    AT,
    "SHR003",
    "cn_mobile",
    form="plain",
    fields=("m",),
    use=Use.NEEDED,
    measured=Measured(30, 40, 1),
    declared=("cn_mobile",),
    allowed=Text("已屏蔽", "masked"),
)
UNUSED = Verdict("sms", "email", Outcome.COMPLIANT, same("never seen"), AT, use=Use.NOT_SEEN)
BASIS = Verdict("sms", "legal_basis", Outcome.COMPLIANT, same("contract"), AT)


@pytest.fixture(scope="module")
def judged(run):
    return replace(run, verdicts=(SEEN, UNUSED, BASIS))


def test_the_machine_format_has_the_parts_as_values(judged):
    seen, unused, basis = json.loads(renderer("json")(judged, language="en"))["verdicts"]
    assert [seen[key] for key in ("use", "hits", "prevalence", "persons")] == ["needed", 30, 0.75, 1]
    assert (seen["declared"], seen["allowed"]) == (["cn_mobile"], "masked")
    assert (unused["use"], unused["persons"], basis["use"]) == ("not_seen", None, None)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ["needed", "75.0%, 1 person", "declared cn_mobile"]), ("zh", ["必需", "75.0%，1 人", "声明为 cn_mobile"])],
)
def test_the_screen_says_them_in_words(judged, monkeypatch, language, said):
    for columns in ("160", "60"):
        monkeypatch.setenv("COLUMNS", columns)
        text = table.render(judged, language=language)
        assert all(word.removeprefix("declared ").removeprefix("声明为 ") in text for word in said)


def test_the_report_and_the_workbook_say_them_too(judged):
    page = html.render(judged, language="en")
    assert all(word in page for word in ("needed", "75.0%, people: 1", "allowed: masked", "not seen"))
    book = load_workbook(io.BytesIO(renderer("xlsx")(judged, language="en")))
    rows = [[cell for cell in row if cell] for sheet in book for row in sheet.iter_rows(values_only=True)]
    assert any({"needed", "masked", "75.0%, people: 1"} <= set(map(str, row)) for row in rows)


def test_what_was_never_seen_counts_as_nothing_that_was_judged(judged):
    [flow] = flows(judged, Words("en"))
    assert flow.counts == (1, 0, 1)
    assert [one.use for one in flow.elements] == ["needed", "", "not_seen"]
