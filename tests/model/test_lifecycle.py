"""Times of recorded runs and findings, told in the workspace's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pii_audit.model.finding import Severity, Status
from pii_audit.model.lifecycle import RunEntry, Sighting

LATE = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
"""Already the second of March in Shanghai."""


def test_a_moment_of_the_evening_before_is_told_as_the_day_that_it_was_there():
    zone = ZoneInfo("Asia/Shanghai")
    entry = RunEntry("r", "run", "0", LATE, LATE, 0, incomplete=False).in_zone(zone)
    assert f"{entry.finished:%Y-%m-%d %H:%M}" == "2026-03-02 06:30"
    assert Sighting("r", LATE, None, Status.OPEN, Severity.LOW).in_zone(zone).at.day == 2
