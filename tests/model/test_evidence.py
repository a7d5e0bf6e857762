"""Evidence adds up: in any order and grouping, each chunk once, with an empty tally that changes nothing."""

from __future__ import annotations

from functools import reduce
from itertools import permutations
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.language import same
from pii_audit.model.evidence import SAMPLES, AssetTally, Evidence, FieldTally, Reason, Sample
from pii_audit.model.forms import Form
from pii_audit.model.sketch import Sketch

COUNT = st.integers(0, 50)
SHOWN = st.tuples(st.integers(0, 8), st.integers(0, 8))
SAMPLE = st.builds(Sample, st.integers(0, 30), st.sampled_from(["1*", "2*", "3*"]))


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    forms = draw(st.dictionaries(st.sampled_from(list(Form)), st.integers(1, 50), max_size=3))
    samples = draw(st.sets(SAMPLE, max_size=SAMPLES))
    return Evidence(
        forms=forms,
        whole=draw(COUNT),
        lookalikes=draw(COUNT),
        score=draw(st.sampled_from([0.0, 0.5, 0.95])),
        inadequate=draw(COUNT),
        shown=draw(SHOWN),
        samples=tuple(sorted(samples)),
        persons=Sketch.of(draw(st.sets(st.integers(0, 40), max_size=5))),
    )


FIELD_TALLY = st.builds(
    FieldTally,
    rows=COUNT,
    filled=COUNT,
    months=st.dictionaries(st.sampled_from(["2025-01", "2025-02"]), st.integers(1, 9)),
    evidence=st.dictionaries(st.sampled_from(["cn_mobile", "email"]), evidences(), max_size=2),
)
TOGETHER = st.dictionaries(
    st.sampled_from([frozenset({"cn_mobile", "email"}), frozenset({"email", "iban"})]), st.integers(1, 9), max_size=2
)


def tally(chunk: str) -> st.SearchStrategy[AssetTally]:
    return st.builds(
        AssetTally,
        chunks=st.just(frozenset({chunk})),
        rows=COUNT,
        characters=COUNT,
        fields=st.dictionaries(st.sampled_from(["phone", "note", ""]), FIELD_TALLY, max_size=2),
        together=TOGETHER,
    )


def comparable(value: object) -> object:
    """The same content as plain values: sketches by what they answer, mappings without order."""
    if isinstance(value, Sketch):
        return len(value)
    if isinstance(value, Evidence | FieldTally | AssetTally):
        return {name: comparable(getattr(value, name)) for name in value.__slots__}
    if isinstance(value, dict):
        return {key: comparable(below) for key, below in value.items()}
    return value


@given(evidences(), evidences(), evidences())
def test_evidence_adds_up_in_any_order_and_grouping(a: Evidence, b: Evidence, c: Evidence) -> None:
    assert comparable(a + b) == comparable(b + a)
    assert comparable((a + b) + c) == comparable(a + (b + c))


@given(evidences())
def test_no_evidence_changes_nothing(a: Evidence) -> None:
    assert comparable(a + Evidence()) == comparable(Evidence() + a) == comparable(a)


@given(FIELD_TALLY, FIELD_TALLY, FIELD_TALLY)
def test_fields_add_up_in_any_order_and_grouping(a: FieldTally, b: FieldTally, c: FieldTally) -> None:
    assert comparable(a + b) == comparable(b + a)
    assert comparable((a + b) + c) == comparable(a + (b + c))
    assert comparable(a + FieldTally()) == comparable(a)


@given(st.tuples(tally("1"), tally("2"), tally("3")))
def test_chunks_add_up_in_any_order_and_grouping(tallies: tuple[AssetTally, AssetTally, AssetTally]) -> None:
    a, b, c = tallies
    expected = comparable(a + b + c)
    assert comparable(a + (b + c)) == expected
    for order in permutations(tallies):
        assert comparable(reduce(add, order)) == expected


@given(tally("1"), tally("2"))
def test_an_empty_tally_changes_nothing_and_a_chunk_counts_once(a: AssetTally, b: AssetTally) -> None:
    assert comparable(a + AssetTally()) == comparable(AssetTally() + a) == comparable(a)
    both = comparable(a + b)
    assert comparable((a + b) + a) == both
    assert comparable(b + (a + b)) == both


def test_tallies_that_overlap_in_part_are_refused() -> None:
    first, second = AssetTally(chunks=frozenset({"1", "2"})), AssetTally(chunks=frozenset({"2", "3"}))
    with pytest.raises(ValueError, match="share some chunks"):
        _ = first + second


def test_adding_leaves_the_parts_as_they_were() -> None:
    a = AssetTally(frozenset({"1"}), 1, 0, {"phone": FieldTally(rows=1, evidence={"email": Evidence({Form.PLAIN: 1})})})
    b = AssetTally(frozenset({"2"}), 1, 0, {"phone": FieldTally(rows=1, evidence={"email": Evidence({Form.PLAIN: 1})})})
    total = a + b
    assert total.fields["phone"].evidence["email"].hits == 2
    assert a.fields["phone"].evidence["email"].hits == 1
    assert b.fields["phone"].rows == 1


def test_hits_are_the_rows_of_all_forms() -> None:
    assert Evidence({Form.PLAIN: 3, Form.MASKED: 2}).hits == 5


def test_the_samples_kept_are_the_lowest_by_keyed_hash_whatever_the_order() -> None:
    parts = [Evidence(samples=(Sample(order, f"{order}*"),)) for order in (7, 1, 9, 3, 5, 2, 8)]
    assert [sample.order for sample in reduce(add, parts).samples] == [1, 2, 3, 5, 7]
    assert reduce(add, reversed(parts)).samples == reduce(add, parts).samples


def test_a_reason_reads_as_factor_detail_and_weight() -> None:
    assert str(Reason("name", same("mobile_no"), 0.3)) == "name: mobile_no (+0.30)"
    assert str(Reason("chance", same("Luhn"), -0.25)) == "chance: Luhn (-0.25)"
