"""The store over time: trend, ages, and how units do."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pii_audit.findings.life import Accept, Assign
from pii_audit.model.course import Standing
from pii_audit.model.finding import Severity
from pii_audit.model.lifecycle import Actor
from pii_audit.model.run import Suppressed

ACTOR = Actor("a", "a", datetime(2026, 7, 1, tzinfo=UTC))


@pytest.fixture
def ledger(make):
    return [make.row("customer")]


@pytest.fixture
def story(store, make, ledger):
    """Three runs: a and b found; b put right; b back, c new and of another unit."""
    a = make.finding("aaaa", unit="hz", due=date(2026, 7, 5))
    b = make.finding("bbbb", unit="hz", severity=Severity.LOW)
    c = make.finding("cccc", unit="sh")
    for number, findings in enumerate([[a, b], [a], [a, b, c]], start=1):
        store.record(make.run(number, findings, ledger))
    return store


def test_the_trend_says_what_was_open_new_and_fixed_after_each_run(story):
    points = story.course().points
    assert [(one.run, dict(one.open), one.new, one.fixed) for one in points] == [
        ("r1", {"high": 1, "low": 1}, 2, 0),
        ("r2", {"high": 1}, 0, 1),
        ("r3", {"high": 2, "low": 1}, 2, 0),
    ]


def test_a_run_of_another_source_makes_nothing_disappear(story, make):
    story.record(make.run(4, [], [make.row("other", source="share")]))
    assert dict(story.course().points[-1].open) == {"high": 2, "low": 1}


def test_a_gate_is_no_point_of_the_trend(story, make, ledger):
    story.record(make.run(4, [make.finding("dddd")], ledger, kind="gate"))
    assert [one.run for one in story.course().points] == ["r1", "r2", "r3"]


def test_units_stand_by_what_is_overdue_and_how_long_they_took(story):
    assert story.course(as_of=date(2026, 7, 6)).units == (
        Standing("hz", open=2, grave=1, overdue=1, repeated=1, fixed=1, days=1),
        Standing("sh", open=1, grave=1),
    )


def test_ages_count_what_is_open_by_the_days_since_it_was_first_seen(story):
    ages = story.course(as_of=date(2026, 7, 20)).ages
    assert (ages["high"], ages["low"]) == ((0, 2, 0, 0), (0, 1, 0, 0))
    assert story.course(as_of=date(2027, 7, 20)).ages["high"] == (0, 0, 0, 2)


def test_what_is_accepted_counts_until_it_runs_out_as_settled(story, make, ledger):
    story.move(["aaaa"], Accept("o", "p", "r", date(2026, 7, 10)), ACTOR)
    assert story.course(as_of=date(2026, 7, 10)).units[0].open == 1
    assert story.course(as_of=date(2026, 7, 11)).units[0].open == 2
    story.record(make.run(4, [], ledger, suppressed=(Suppressed(make.finding("cccc", unit="sh"), "x.yaml:1: r"),)))
    assert "sh" not in {one.unit for one in story.course(as_of=date(2026, 7, 10)).units}


def test_a_units_course_is_its_own(story):
    course = story.course(units=["sh"])
    assert [dict(one.open) for one in course.points] == [{}, {}, {"high": 1}]
    assert [one.unit for one in course.units] == ["sh"]


def test_an_assignment_to_another_unit_moves_it_there(story):
    story.move(["cccc"], Assign(unit="hz"), ACTOR)
    assert story.course(as_of=date(2026, 7, 4)).units == (
        Standing("hz", open=3, grave=2, overdue=0, repeated=1, fixed=1, days=1),
    )


def test_a_store_without_runs_has_no_course(store):
    assert (store.course().points, store.course().units) == ((), ())
