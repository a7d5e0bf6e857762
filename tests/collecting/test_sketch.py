"""What is counted without a package is, byte for byte, what DataSketches counts."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.collecting.inside.sketch import Sketch as Plain
from pii_audit.model.sketch import Sketch

hashes = st.lists(st.integers(0, 2**63 - 1), max_size=20)


@given(hashes, hashes)
def test_few_persons_are_counted_and_joined_alike(left, right):
    ours, theirs = Plain.of(left) + Plain.of(right), Sketch.of(left) + Sketch.of(right)
    assert ours.payload == theirs.payload
    assert len(ours) == len(theirs) == len({*left, *right})
    assert Plain.of(left).common(Plain.of(right)) == Sketch.of(left).common(Sketch.of(right))


@pytest.mark.parametrize("count", [4096, 4097, 12_000])
def test_many_persons_are_estimated_alike(count):
    random = Random(count)
    left = [random.getrandbits(63) for _ in range(count)]
    right = left[count // 2 :] + [random.getrandbits(63) for _ in range(count)]
    ours, theirs = (Plain.of(left), Plain.of(right)), (Sketch.of(left), Sketch.of(right))
    assert [one.payload for one in ours] == [one.payload for one in theirs]
    assert (ours[0] + ours[1]).payload == (theirs[0] + theirs[1]).payload
    assert ours[0].common(ours[1]) == theirs[0].common(theirs[1])
    assert len(ours[1]) == len(theirs[1])
