"""Samples drawn in memory: repeatable, every row alike, and never larger than memory allows."""

from __future__ import annotations

from collections import Counter

import pytest

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources import reading
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Ledger, characters, sampled


def draw(rows, size, seed=0):
    ledger = Ledger("s", "t")
    return list(sampled(enumerate(rows), Sampling(size, seed), ledger)), ledger


def test_a_sample_keeps_the_order_and_is_the_same_again():
    rows = [(str(n),) for n in range(1000)]
    first, ledger = draw(rows, 50)
    assert first == draw(rows, 50)[0]
    assert first != draw(rows, 50, seed=1)[0]
    assert [number for number, _ in first] == sorted(number for number, _ in first)
    assert (ledger.rows, ledger.total, ledger.draws) == (50, 1000, 50)


def test_few_rows_are_all_of_them_and_no_sample():
    found, ledger = draw([("a",), ("b",)], 2)
    assert found == [(0, ("a",)), (1, ("b",))]
    assert ledger.draws is None


def test_every_row_has_the_same_chance():
    met = Counter(number for seed in range(400) for number, _ in draw([("x",)] * 20, 5, seed)[0])
    assert set(met) == set(range(20))
    assert 60 < min(met.values()) <= max(met.values()) < 145  # 100 expected, 8.7 the standard deviation


def test_wide_rows_make_the_sample_smaller_and_the_ledger_says_so(monkeypatch):
    monkeypatch.setattr(reading, "SAMPLE_CHARACTERS", 1_000)
    found, ledger = draw([("x" * 90, None)] * 500, 100)
    assert len(found) == 11
    assert (ledger.rows, ledger.total, ledger.draws) == (11, 500, 11)
    one, ledger = draw([("x" * 5_000,)] * 3, 100)
    assert (len(one), ledger.draws) == (1, 1)


def test_a_late_row_has_no_better_chance_once_the_sample_is_full(monkeypatch):
    monkeypatch.setattr(reading, "SAMPLE_CHARACTERS", 1_000)
    met = Counter(number // 50 for seed in range(100) for number, _ in draw([("x" * 90,)] * 100, 50, seed)[0])
    assert abs(met[0] - met[1]) < 150  # of 1,100


def test_what_was_drawn_before_a_failure_is_given_before_it_is_told():
    def rows():
        yield from [("a",), ("b",)]
        raise InspectionError(Text("断", "cut"))

    found = []
    with pytest.raises(InspectionError):
        found.extend(sampled(enumerate(rows()), Sampling(10), Ledger("s", "t")))
    assert [row for _, row in found] == [("a",), ("b",)]


@pytest.mark.parametrize(
    ("row", "wide"), [(("ab", None, "c"), 3), ({"x": "ab", "y": None}, 2), ((1, (2, "ab"), ["c", b"de"]), 5), (None, 0)]
)
def test_the_width_of_a_row_is_its_characters_whatever_its_form(row, wide):
    assert characters(row) == wide
