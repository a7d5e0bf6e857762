"""On the corpora the bulk engine gives what the exact reference gives."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.corpus.text import TextCorpus, write_text
from pii_audit.detection.bulk.matcher import BulkMatcher
from pii_audit.detection.matcher import Matcher
from pii_audit.identifiers.catalogue import load_catalogue

IDENTIFIERS = tuple(load_catalogue().values())


@pytest.mark.parametrize("unseen", [False, True])
@pytest.mark.parametrize("seed", [None, 20260517])
def test_a_corpus_has_the_candidates_of_the_reference(tmp_path, unseen, seed):
    corpus = TextCorpus.at(tmp_path, "text")
    write_text(corpus, 150_000, unseen=unseen, seed=seed)
    text = corpus.text.read_text(encoding="utf-8")
    every_id = frozenset(one.id for one in IDENTIFIERS)
    for written, hinted in ((text, frozenset()), (text.replace("\n", "\0"), every_id)):
        expected = Counter(Matcher(IDENTIFIERS).candidates(written, refuted=True, hinted=hinted))
        bulk = BulkMatcher(IDENTIFIERS)
        assert Counter(bulk.find(written, refuted=True, hinted=hinted).objects(IDENTIFIERS)) == expected
        assert sum(expected.values()) > 100
