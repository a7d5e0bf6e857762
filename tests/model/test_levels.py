"""Levels and the short names by which policies pick identifiers."""

from __future__ import annotations

import pytest

from pii_audit.model.levels import Levels, LevelSelector

CVV = Levels("C3", 4, "sad")
MOBILE = Levels("C2", 3)
OPENED = Levels("C1", 2)
PLAN = Levels()


@pytest.mark.parametrize(
    ("selector", "picked"),
    [
        ("C3", [CVV]),
        ("C2", [MOBILE]),
        ("C2+", [CVV, MOBILE]),
        ("C1+", [CVV, MOBILE, OPENED]),
        ("jrt0197:3", [MOBILE]),
        ("jrt0197:3+", [CVV, MOBILE]),
        ("jrt0197:5", []),
        ("pci:sad", [CVV]),
        ("pci:chd", []),
    ],
)
def test_a_selector_picks_by_grade_and_no_grade_is_never_picked(selector: str, picked: list[Levels]) -> None:
    parsed = LevelSelector.parse(selector)
    assert parsed is not None
    assert [levels for levels in (CVV, MOBILE, OPENED, PLAN) if parsed.matches(levels)] == picked
    assert str(parsed) == selector


@pytest.mark.parametrize(
    "text", ["C4", "C0", "c3", "C", "", "+", "C2++", "jrt0197:6", "jrt0197:", "jrt0171:C3", "pci:sad+", "pci", "email"]
)
def test_what_is_no_level_is_none(text: str) -> None:
    assert LevelSelector.parse(text) is None


def test_only_the_standards_that_grade_it_are_shown() -> None:
    assert CVV.as_dict() == {"jrt0171": "C3", "jrt0197": 4, "pci": "sad"}
    assert MOBILE.as_dict() == {"jrt0171": "C2", "jrt0197": 3}
    assert PLAN.as_dict() == {}


def test_ranks_sort_by_c_class() -> None:
    assert [levels.rank for levels in (PLAN, OPENED, MOBILE, CVV)] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("levels", "number"),
    [
        (CVV, 3),
        (Levels("C1", 3), 1),
        (Levels(None, 5), 3),
        (Levels(None, 4), 3),
        (Levels(None, 3), 2),
        (Levels(None, 1), 1),
        (Levels(None, 2, "chd"), 2),
        (Levels(None, None, "sad"), 3),
        (PLAN, 0),
    ],
)
def test_without_a_c_class_the_other_grades_say_which_one_it_is_like(levels: Levels, number: int) -> None:
    assert levels.implied == number
