"""How things went over many runs: what was open after each, how old it is, and how units do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

AGES = (7, 30, 90)
"""Upper bounds of the age classes, in days; the last class is everything older."""


@dataclass(frozen=True, slots=True)
class Point:
    """After one run: what was open by severity, and what the run found new (come back included) and put right."""

    run: str
    at: datetime
    open: Mapping[str, int]
    new: int
    fixed: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit: what it has open and overdue, what came back, what it put right, and the median of the days that this took."""

    unit: str
    open: int = 0
    grave: int = 0
    overdue: int = 0
    repeated: int = 0
    fixed: int = 0
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """`points` are the oldest first; `ages` counts by severity what is open, in the classes of AGES."""

    points: tuple[Point, ...] = ()
    ages: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    units: tuple[Standing, ...] = ()

    def in_zone(self, zone: tzinfo | None) -> Course:
        """The same with its times in a time zone."""
        points = tuple(Point(one.run, one.at.astimezone(zone), one.open, one.new, one.fixed) for one in self.points)
        return Course(points, self.ages, self.units)
