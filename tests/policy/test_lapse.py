"""When a tolerance ends, be it an exception of a policy or a decision on a finding."""

from __future__ import annotations

from datetime import date

import pytest

from pii_audit.language import same
from pii_audit.model.decision import Content
from pii_audit.model.finding import Finding, Severity
from pii_audit.policy.lapse import content_of, why_lapsed

DAY = date(2026, 7, 1)
GIVEN = Content("high", "gap", frozenset({"fields:tel", "identifier:cn_mobile"}), persons=100, proof="aa")


def _of(**changed):
    return Content(
        **{"severity": "high", "outcome": "gap", "parts": GIVEN.parts, "persons": 100, "proof": "aa", **changed}
    )


def test_it_holds_on_its_last_day_and_not_after():
    assert why_lapsed("STO002", DAY, DAY) is None
    assert "2026-07-01" in why_lapsed("STO002", DAY, date(2026, 7, 2)).en
    assert why_lapsed("STO002", None, date.max) is None


@pytest.mark.parametrize("rule", ["STO001", "SHR001"])
def test_what_can_never_be_excepted_can_still_be_no_breach_at_all(rule):
    assert why_lapsed(rule, None, DAY) is not None
    assert why_lapsed(rule, None, DAY, tolerates=False) is None


@pytest.mark.parametrize(
    ("now", "why"),
    [
        pytest.param(_of(), None, id="the same"),
        pytest.param(_of(persons=999), None, id="more people, not ten times as many"),
        pytest.param(_of(persons=1000), "1000 people", id="ten times the people"),
        pytest.param(_of(parts=frozenset({"fields:tel"}), persons=1), None, id="less of the same"),
        pytest.param(_of(parts=GIVEN.parts | {"fields:name"}), "more to it: name", id="another field"),
        pytest.param(_of(parts=GIVEN.parts | {"text:"}), "more to it: text without fields", id="text as well"),
        pytest.param(_of(severity="critical"), "more severe", id="more severe"),
        pytest.param(_of(severity="low"), None, id="less severe"),
        pytest.param(_of(outcome="violation"), "now a violation", id="a violation that was a gap"),
        pytest.param(_of(proof="bb"), "other values", id="other values, each of which had been looked at"),
        pytest.param(_of(proof=""), "other values", id="now too many to look at"),
    ],
)
def test_it_ends_when_there_is_more_to_tolerate_than_it_was_given_for(now, why):
    reason = why_lapsed("STO002", None, DAY, GIVEN, now)
    assert reason is None if why is None else why in reason.en
    assert reason is None or reason.zh


def test_what_was_accepted_in_text_before_that_was_noted_stays_so():
    text = _of(parts=frozenset({"identifier:cn_mobile"}))
    assert why_lapsed("STO002", None, DAY, text, _of(parts=text.parts | {"text:"})) is None


def test_growth_among_few_people_says_nothing():
    assert why_lapsed("STO002", None, DAY, _of(persons=1, proof=""), _of(persons=99, proof="")) is None
    assert why_lapsed("STO002", None, DAY, _of(persons=1, proof=""), _of(persons=100, proof="")) is not None


def _finding(**more):
    return Finding("STO002", ("core:t",), Severity.HIGH, same("t"), same("m"), same("r"), asset="core:t", **more)


def test_a_finding_is_about_its_asset_and_one_on_a_flow_is_not_about_todays_file():
    evidence = {"fields": ["tel"], "forms": {"plain": 3}, "assets": ["core:t"], "persons": 3, "proof": "aa"}
    stored = content_of(_finding(identifiers=("cn_mobile",), evidence=evidence))
    assert stored == Content(
        "high",
        "violation",
        frozenset({"identifier:cn_mobile", "fields:tel", "forms:plain", "asset:core:t"}),
        3,
        "aa",
        assets=1,
        fields=1,
    )
    assert "asset:core:t" not in content_of(_finding(flow="sms", evidence=evidence)).parts


def test_evidence_of_another_shape_is_passed_over():
    assert content_of(_finding(evidence={"persons": "many", "fields": "tel", "proof": 7})).persons == 0


def _standing_on(assets, total=None):
    """The content of a finding that stands on so many assets and lists these of them."""
    evidence = {"assets": assets} if total is None else {"assets": assets, "assets_total": total}
    nothing = same("")
    return content_of(
        Finding("STO005", ("a",), Severity.HIGH, nothing, nothing, nothing, source="core", evidence=evidence)
    )


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        pytest.param((["a", "b"], 60), (["b", "c"], 59), None, id="one gone, so that another one is listed"),
        pytest.param((["a", "b"], 60), (["a", "b"], 61), "61 assets, then 60", id="one more, which is not listed"),
        pytest.param((["a", "b"], 60), (["c"],), None, id="so few now that all are listed"),
        pytest.param((["a", "b"],), (["a", "c"], 60), "60 assets, then 2", id="more now than are listed"),
        pytest.param((["a", "b"],), (["a", "c"],), "more to it: c", id="another one"),
    ],
)
def test_of_more_assets_than_are_listed_the_number_counts_and_not_which_are_listed(before, now, why):
    reason = why_lapsed("STO005", None, DAY, _standing_on(*before), _standing_on(*now))
    assert reason is None if why is None else why in reason.en
