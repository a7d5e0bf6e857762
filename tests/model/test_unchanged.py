"""When a mark is enough to know a file by."""

from __future__ import annotations

import pytest

from pii_audit.model.unchanged import SKEW, Moment, State

NOON = 1_700_000_000.0


@pytest.mark.parametrize(
    ("changed", "skew", "waited", "settled"),
    [
        (NOON - 3, 0.0, 0.0, True),
        (NOON - 1, 0.0, 0.0, False),
        (NOON - 1, 0.0, 2.5, True),
        (NOON + 3600, 0.0, 0.0, False),
        (NOON - 3600, SKEW, 0.0, False),
        (NOON - 3600, SKEW, 2.5, True),
        (NOON - 2 * SKEW, SKEW, 0.0, True),
        (None, SKEW, 0.0, True),
    ],
    ids=[
        "changed long enough before it was read",
        "just before",
        "just before, but it lay there for a while since it was listed",
        "in the future",
        "before, by the clock of a server that may be late",
        "and lay there for a while, which no clock has to say",
        "days before",
        "by no clock at all",
    ],
)
def test_a_file_is_known_again_only_where_no_later_change_can_bear_its_mark(changed, skew, waited, settled):
    state = State("m", changed, skew, Moment(NOON, 100.0))
    assert state.settled(Moment(NOON, 100.0 + waited)) is settled
