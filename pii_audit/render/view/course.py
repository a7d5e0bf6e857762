"""Trend, ageing and the units' league table, in printed form."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pii_audit.model.course import AGES, Course, Standing
from pii_audit.model.finding import Severity
from pii_audit.model.run import Run
from pii_audit.render import charts
from pii_audit.render.view.declared import unit_title
from pii_audit.render.view.words import Words


@dataclass(frozen=True, slots=True)
class PointRow:
    """One run of the trend; `counts` follow the severities, worst first."""

    run: str
    day: str
    counts: tuple[int, ...]
    new: int
    fixed: int

    @property
    def total(self) -> int:
        """All severities together."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class CourseView:
    """What the section shows; `ages` has a row a severity: its name, its bar over the classes, its sum."""

    trend: Markup
    points: tuple[PointRow, ...]
    ages: tuple[tuple[str, Markup, int], ...]
    age_classes: tuple[str, ...]
    units: tuple[tuple[str, Standing], ...]


def course_view(course: Course, run: Run, words: Words) -> CourseView | None:
    """The section, or None while there is nothing to compare with: one run is no course."""
    if len(course.points) < 2:  # noqa: PLR2004 - two make a line
        return None
    points = tuple(
        PointRow(
            point.run,
            f"{point.at:%Y-%m-%d}",
            tuple(point.open.get(severity.value, 0) for severity in Severity),
            point.new,
            point.fixed,
        )
        for point in course.points
    )
    names = [words(f"severity.{severity}") for severity in Severity]
    classes = [f"s-{severity}" for severity in Severity]
    columns = [
        (f"{point.day} {point.run}: {charts.describe(point.counts, names, words.separator)}", point.counts)
        for point in points
    ]
    age_classes = tuple([words("age_until", days=bound) for bound in AGES] + [words("age_over", days=AGES[-1])])
    longest = max((sum(counts) for counts in course.ages.values()), default=0)
    ages = tuple(
        (
            words(f"severity.{severity}"),
            charts.stacked_bar(
                counts,
                [f"a-{place}" for place in range(len(counts))],
                charts.describe(counts, age_classes, words.separator),
                longest=longest,
            ),
            sum(counts),
        )
        for severity, counts in course.ages.items()
        if sum(counts)
    )
    units = tuple((unit_title(run, one.unit, words.language) or words("group_none"), one) for one in course.units)
    return CourseView(charts.columns(columns, classes, words("chart_trend")), points, ages, age_classes, units)
