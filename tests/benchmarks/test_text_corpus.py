"""The text corpora: repeatable, and true in what their labels say."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from benchmarks.corpus import check_digits as check
from benchmarks.corpus.decoys import DECOYS, HELD_OUT_DECOYS, decoy
from benchmarks.corpus.people import FIRST, HELD_OUT
from benchmarks.corpus.scribe import Scribe
from benchmarks.corpus.text import TextCorpus, write_text
from benchmarks.corpus.values import MAKERS
from benchmarks.corpus.words import DECOY_LABELS, LABELS
from pii_audit.identifiers.catalogue import load_catalogue

SIZE = 300_000


@pytest.fixture(scope="module", params=[False, True], ids=["first", "held out"])
def corpus(request, tmp_path_factory):
    made = TextCorpus.at(tmp_path_factory.mktemp("corpus"), "text")
    write_text(made, SIZE, unseen=request.param)
    return made


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    made = [TextCorpus.at(tmp_path, name) for name in ("a", "b", "c")]
    for one, seed in zip(made, (1, 1, 2), strict=True):
        write_text(one, 20_000, seed=seed)
    texts, labels = [one.text.read_bytes() for one in made], [one.labels.read_bytes() for one in made]
    assert texts[0] == texts[1]
    assert labels[0] == labels[1]
    assert texts[0] != texts[2]


def test_both_offsets_of_a_label_cut_out_the_same_value(corpus):
    raw = corpus.text.read_bytes()
    text = raw.decode()
    for label in corpus.read_labels():
        assert text[label.start : label.end].encode() == raw[label.byte_start : label.byte_end]


def test_labels_stand_in_order_and_do_not_overlap(corpus):
    labels = list(corpus.read_labels())
    assert all(one.end <= other.start for one, other in pairwise(labels))


def test_no_validator_refuses_what_a_label_calls_an_identifier(corpus):
    catalogue, text = load_catalogue(), corpus.text.read_text(encoding="utf-8")
    labels = [label for label in corpus.read_labels() if label.identifier]
    refused = [
        label for label in labels if catalogue[label.identifier].validate(text[label.start : label.end]) is False
    ]
    assert [(label.identifier, label.style) for label in refused] == []


def test_every_identifier_of_the_makers_is_written(corpus):
    written = {label.identifier for label in corpus.read_labels()}
    made = {*MAKERS, "card_track1", "card_track2"} - {"card_track"}
    assert made <= written


def test_there_is_about_one_identifier_in_300_bytes(corpus):
    count = sum(bool(label.identifier) for label in corpus.read_labels())
    assert 250 < corpus.text.stat().st_size / count < 350


def test_identifiers_stand_glued_to_han_characters_full_width_and_in_groups(corpus):
    text = corpus.text.read_text(encoding="utf-8")
    labels = [label for label in corpus.read_labels() if label.identifier]
    assert {"full_width", "grouped", "prefixed", "plain"} <= {label.style for label in labels}
    assert any(re.fullmatch("[一-龥].[一-龥]", text[label.start - 1] + "." + text[label.end]) for label in labels)


def test_no_ascii_letter_or_digit_touches_an_identifier(corpus):
    text = corpus.text.read_text(encoding="utf-8")
    for label in corpus.read_labels():
        if label.identifier:
            around = text[label.start - 1 : label.start] + text[label.end : label.end + 1]
            assert not re.search("[0-9A-Za-z]", around)


def test_hard_negatives_are_no_identifiers_by_accident():
    scribe = Scribe(5, FIRST)
    for kind in {*DECOYS, *HELD_OUT_DECOYS} - {"lookalike_mobile", "lookalike_card"}:
        for _ in range(300):
            text = decoy(scribe.random, kind).text
            assert not check.is_identifier(text), kind


def test_look_alikes_are_what_they_look_like():
    scribe = Scribe(5, FIRST)
    assert all(check.is_mobile(decoy(scribe.random, "lookalike_mobile").text) for _ in range(100))
    assert all(check.is_card(decoy(scribe.random, "lookalike_card").text) for _ in range(100))


def test_whatever_is_made_has_a_name():
    made = {*MAKERS, "card_track1", "card_track2"} - {"card_track"}
    assert set(LABELS) == made
    assert set(DECOY_LABELS) == {*DECOYS, *HELD_OUT_DECOYS}


def test_the_held_out_corpus_shares_no_names_and_layouts_with_the_first(tmp_path):
    layouts = []
    for unseen in (False, True):
        made = TextCorpus.at(tmp_path, str(unseen))
        write_text(made, 50_000, unseen=unseen)
        layouts.append({label.layout for label in made.read_labels()})
    assert layouts[0].isdisjoint(layouts[1])
    assert set(FIRST.surnames).isdisjoint(HELD_OUT.surnames)
    assert set(FIRST.roads).isdisjoint(HELD_OUT.roads)
