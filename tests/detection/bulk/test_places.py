"""Runs of characters around places: the same as stepping one by one, in time and memory in proportion to the text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.detection.bulk.matcher import BulkMatcher
from pii_audit.detection.bulk.places import _run
from pii_audit.identifiers.catalogue import load_catalogue


def stepped(codes, place, member, direction):
    while 0 <= place + direction < len(codes) and member[codes[place + direction]]:
        place += direction
    return place


@given(
    st.lists(st.sampled_from([1] * 30 + [2, 3]), min_size=1, max_size=300),
    st.lists(st.integers(0, 299), max_size=30),
    st.sampled_from([{1}, {1, 2}]),
    st.sampled_from([1, -1]),
)
def test_a_run_ends_where_stepping_ends(codes, places, members, direction):
    member = np.zeros(256, np.bool_)
    member[list(members)] = True
    at = np.array(sorted(place for place in places if place < len(codes)), np.int64)
    found = _run(np.array(codes, np.uint8), at, member, direction)
    assert found.tolist() == [stepped(codes, place, member, direction) for place in at.tolist()]


@pytest.mark.parametrize("unit", [":59:", "@", "a@", "::1:", "%4"])
def test_a_million_anchors_in_one_run_are_no_more_work_than_the_text(unit):
    text = (unit * 1_000_000)[:1_000_000]
    assert len(BulkMatcher(load_catalogue().values()).find(text)) == 0
