"""Model values as JSON and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.model.codec import Sketches, decode, dump, encode, plain, tally_from_bytes, tally_to_bytes
from pii_audit.model.evidence import AssetTally, Evidence, FieldTally, Sample
from pii_audit.model.finding import Finding
from pii_audit.model.forms import Form
from pii_audit.model.run import Run
from pii_audit.model.sketch import Sketch

names = st.text(st.characters(codec=None), max_size=8)
counts = st.integers(0, 2**62)
sketches = st.sets(st.integers(0, 2**62), max_size=5).map(Sketch.of)
evidences = st.builds(
    Evidence,
    forms=st.dictionaries(st.sampled_from(Form), counts, max_size=3),
    whole=counts,
    score=st.floats(0, 1),
    shown=st.tuples(counts, counts),
    samples=st.lists(st.builds(Sample, counts, names), max_size=3).map(tuple),
    persons=sketches,
)
fields = st.builds(
    FieldTally,
    rows=counts,
    filled=counts,
    months=st.dictionaries(names, counts, max_size=2),
    evidence=st.dictionaries(names, evidences, max_size=2),
)
tallies = st.builds(
    AssetTally,
    chunks=st.frozensets(names, max_size=3),
    rows=counts,
    characters=counts,
    fields=st.dictionaries(names, fields, max_size=2),
    together=st.dictionaries(st.frozensets(names, max_size=3), counts, max_size=3),
)


@given(tallies)
def test_a_tally_comes_back_as_it_was(tally):
    assert tally_from_bytes(tally_to_bytes(tally)) == tally


def test_a_tally_in_bytes_is_json_in_ascii_with_sketches_in_base64(make):
    tally = make.inspected().tally
    text = tally_to_bytes(tally).decode("ascii")
    stored = json.loads(text)["fields"]["id_no"]["evidence"]["cn_resident_id"]["persons"]
    assert isinstance(stored, str)
    assert len(stored) > 100


def test_a_run_with_everything_in_it_comes_back(make):
    run = make.full_run(1)
    back = decode(Run, json.loads(dump(encode(run))))
    assert back.inspected == run.inspected
    assert back.verdicts == run.verdicts
    assert back.grants == run.grants
    assert (back.id, back.started, back.finished, back.notes) == (run.id, run.started, run.finished, run.notes)
    assert dump(encode(back)) == dump(encode(run))


def test_equal_sketches_are_kept_once_and_found_by_their_digest(make):
    kept = Sketches()
    first, second = (encode(make.inspected(name), kept) for name in ("a", "b"))
    assert len(kept) == 1
    kind = type(make.inspected())
    assert decode(kind, first, kept) == make.inspected("a")
    assert decode(kind, second, kept) == make.inspected("b")


def test_what_an_older_version_wrote_reads_with_defaults_and_what_a_newer_one_added_is_passed_over(make):
    stored = encode(make.finding("aaaa"))
    del stored["asset"]
    assert decode(Finding, {**stored, "invented_later": 1}).asset is None


def test_evidence_becomes_plain_json_in_one_order():
    odd: dict[str, Any] = {"set": {"b", "a"}, "nan": float("nan"), "form": Form.PLAIN, "pair": (1, 2)}
    assert plain(odd) == {"set": ["a", "b"], "nan": None, "form": "plain", "pair": [1, 2]}


def test_what_is_no_model_value_is_refused_and_not_turned_into_text():
    with pytest.raises(TypeError, match="has no place in the store"):
        encode(object())
    with pytest.raises(TypeError, match="has no place in evidence"):
        plain({"x": object()})


@pytest.mark.parametrize("data", [b"{}[", b'{"rows": "many"}', b'{"fields": 3}', b'{"chunks": 1}'])
def test_bytes_that_are_no_tally_are_refused(data):
    with pytest.raises((ValueError, TypeError, KeyError)):
        tally_from_bytes(data)
