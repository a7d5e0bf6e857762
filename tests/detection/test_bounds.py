"""What a count proves, against exact sums."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.detection.bounds import ALPHA, chance_of, lower_bound, upper_bound


def at_least(hits: int, trials: int, rate: Fraction) -> float:
    return float(sum(comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(hits, trials + 1)))


@pytest.mark.parametrize("draws", [1, 10, 299, 20_000])
def test_without_a_hit_the_bound_is_the_prevalence_that_would_show_none_in_one_of_twenty_samples(draws):
    assert (1 - upper_bound(0, draws)) ** draws == pytest.approx(ALPHA)


def test_without_a_draw_nothing_is_proven():
    assert upper_bound(0, 0) == upper_bound(3, 0) == 1.0


@given(st.integers(1, 5_000).flatmap(lambda draws: st.tuples(st.integers(0, draws - 1), st.just(draws))))
def test_more_hits_never_prove_less(pair):
    hits, draws = pair
    assert 0 < upper_bound(hits, draws) <= upper_bound(hits + 1, draws) <= 1


@given(st.integers(0, 50), st.integers(50, 5_000))
def test_more_draws_with_the_same_hits_prove_more(hits, draws):
    assert upper_bound(hits, draws + 1) < upper_bound(hits, draws)


@given(st.integers(1, 2_000).flatmap(lambda draws: st.tuples(st.integers(0, draws), st.just(draws))))
def test_the_bound_is_never_below_what_was_seen(pair):
    hits, draws = pair
    assert upper_bound(hits, draws) >= hits / draws


def test_the_wilson_bound_is_that_of_the_textbook():
    # Newcombe (1998), table I: 81 of 263, one-sided 95 % is the two-sided 90 %.
    assert upper_bound(81, 263) == pytest.approx(0.3566, abs=5e-4)


@given(st.integers(1, 30).flatmap(lambda hits: st.tuples(st.just(hits), st.integers(hits, 5_000))))
def test_with_few_hits_the_lower_bound_is_the_prevalence_that_would_show_as_many_in_one_of_twenty_samples(pair):
    hits, draws = pair
    assert chance_of(hits, draws, lower_bound(hits, draws)) == pytest.approx(ALPHA)


@given(st.integers(1, 5_000).flatmap(lambda draws: st.tuples(st.integers(0, draws - 1), st.just(draws))))
def test_more_hits_raise_the_lower_bound_which_never_lies_above_what_was_seen(pair):
    hits, draws = pair
    assert lower_bound(hits, draws) < lower_bound(hits + 1, draws) <= (hits + 1) / draws


def test_without_a_hit_or_a_draw_the_prevalence_may_be_nought():
    assert lower_bound(0, 100) == lower_bound(0, 0) == lower_bound(3, 0) == 0.0


@given(st.integers(0, 60), st.integers(0, 60), st.fractions(Fraction(1, 50), Fraction(1, 2), max_denominator=50))
def test_chance_is_the_exact_binomial_tail(hits, trials, rate):
    expected = at_least(hits, trials, rate) if hits <= trials else 0.0
    if hits == 0:
        expected = 1.0
    assert chance_of(hits, trials, float(rate)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("hits", "trials"), [(90, 1000), (100, 1000), (110, 1000), (130, 1000), (150, 1000), (300, 1000)]
)
def test_beyond_thirty_expected_accidents_the_tail_is_near_the_exact_one(hits, trials):
    assert chance_of(hits, trials, 0.1) == pytest.approx(at_least(hits, trials, Fraction(1, 10)), abs=1e-2)


def test_a_validator_that_never_errs_leaves_nothing_to_chance():
    assert chance_of(1, 10, 0.0) == 0.0
    assert chance_of(0, 10, 0.0) == 1.0


def test_a_validator_that_proves_nothing_leaves_all_to_chance():
    assert chance_of(10, 10, 1.0) == 1.0
