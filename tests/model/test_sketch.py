"""Distinct persons: exact while few, close when many, the same whichever way the parts are joined."""

from __future__ import annotations

from functools import reduce
from operator import add
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.sketch import Sketch

PERSONS = st.sets(st.integers(0, 2**63 - 1), max_size=200)
ERROR = 0.05
"""Three standard errors at lg_k = 12 (1/sqrt(4096) = 1.56 % each) make 4.7 %."""


def many(first: int, last: int) -> list[int]:
    """Keyed hashes of the persons numbered so."""
    fingerprinter = Fingerprinter(b"k" * 32)
    return [fingerprinter.number("person", str(number)) for number in range(first, last)]


@given(PERSONS, PERSONS)
def test_small_sets_are_counted_exactly(a: set[int], b: set[int]) -> None:
    assert len(Sketch.of(a)) == len(a)
    assert len(Sketch.of(a) + Sketch.of(b)) == len(a | b)
    assert Sketch.of(a).common(Sketch.of(b)) == len(a & b)


@given(PERSONS, PERSONS, PERSONS)
def test_sketches_join_in_any_order_and_grouping(a: set[int], b: set[int], c: set[int]) -> None:
    x, y, z = map(Sketch.of, (a, b, c))
    assert len(x + y) == len(y + x)
    assert len((x + y) + z) == len(x + (y + z))
    assert len(x + x) == len(x)


def test_nobody_is_the_empty_sketch() -> None:
    assert Sketch.of([]) == Sketch() == Sketch() + Sketch()
    assert len(Sketch()) == Sketch().common(Sketch.of([1])) == Sketch.of([1]).common(Sketch()) == 0
    assert Sketch() + Sketch.of([1]) == Sketch.of([1]) == Sketch.of([1]) + Sketch()


def test_the_same_persons_in_another_order_are_the_same_sketch() -> None:
    persons = many(0, 20_000)
    shuffled = list(persons)
    Random(1).shuffle(shuffled)
    assert Sketch.of(persons).payload == Sketch.of(shuffled).payload


def test_parts_joined_in_any_order_and_grouping_are_the_sketch_of_the_whole() -> None:
    whole = Sketch.of(many(0, 30_000))
    parts = [Sketch.of(many(start, min(start + 6_000, 30_000))) for start in range(0, 30_000, 3_000)]
    assert reduce(add, parts) == whole
    assert reduce(add, reversed(parts)) == whole
    assert reduce(add, parts[5:]) + reduce(add, parts[:5]) == reduce(add, parts)
    assert whole + parts[3] == whole


def test_a_union_of_many_parts_is_close_to_the_truth() -> None:
    parts = [Sketch.of(many(start, start + 20_000)) for start in range(0, 100_000, 10_000)]
    assert abs(len(reduce(add, parts)) - 110_000) <= ERROR * 110_000


def test_an_intersection_is_close_to_the_truth() -> None:
    customers, list_ = Sketch.of(many(0, 100_000)), Sketch.of(many(60_000, 110_000))
    assert abs(customers.common(list_) - 40_000) <= 3 * ERROR * 40_000


def test_strangers_have_next_to_nobody_in_common() -> None:
    assert Sketch.of(many(0, 50_000)).common(Sketch.of(many(50_000, 100_000))) == 0


@given(PERSONS, PERSONS)
def test_the_share_of_small_sets_is_exact_and_so_are_their_numbers(a: set[int], b: set[int]) -> None:
    x, y = Sketch.of(a), Sketch.of(b)
    assert x.bounds == (len(a), len(a))
    share = x.share_in(y)
    if not a:
        assert share is None
        return
    assert share is not None
    assert (share.share, share.exact) == (len(a & b) / len(a), True)


@pytest.mark.parametrize(("here", "there"), [((0, 20_000), (5_000, 40_000)), ((0, 500), (100, 60_000))])
def test_estimates_keep_within_their_bounds(here: tuple[int, int], there: tuple[int, int]) -> None:
    x, y = Sketch.of(many(*here)), Sketch.of(many(*there))
    true = (min(here[1], there[1]) - max(here[0], there[0])) / (here[1] - here[0])
    share = x.share_in(y)
    assert share is not None
    assert share.at_least <= true <= share.at_most
    assert not share.exact
    low, high = y.bounds
    assert low <= there[1] - there[0] <= high
    assert high - low < 2 * ERROR * (there[1] - there[0])


def test_a_few_people_among_very_many_cannot_be_told() -> None:
    assert Sketch.of(many(0, 3)).share_in(Sketch.of(many(0, 100_000))) is None


def test_a_sketch_of_more_people_keeps_the_lowest_hashes_of_fewer() -> None:
    few, more = Sketch.of(many(0, 300)).kept(), Sketch.of(many(0, 30_000)).kept()
    assert list(few) == sorted(few)
    assert {one for one in few if one <= more[-1]} <= set(more)
    assert Sketch().kept() == ()
