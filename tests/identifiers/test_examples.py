"""Every `match` and `no_match` example of every identifier file, by the plainest possible reading of its patterns."""

from __future__ import annotations

import pytest

from pii_audit.detection.context import NO_LABEL, Words
from pii_audit.detection.matcher import BOOST, MATCH_THRESHOLD
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.classifiers import classifier
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.model import Example, Identifier
from pii_audit.identifiers.names import hint
from pii_audit.identifiers.patterns import compiled

CATALOGUE = load_catalogue()
MATCH = [(identifier, example) for identifier in CATALOGUE.values() for example in identifier.match]
NO_MATCH = [(identifier, example) for identifier in CATALOGUE.values() for example in identifier.no_match]


def found(identifier: Identifier, example: Example) -> list[str]:
    text = fold(example.text)
    hinted = example.column is not None and hint(identifier, example.column) > 0
    own, other = Words(identifier.context), Words(identifier.against)
    spans = []
    for pattern in identifier.patterns:
        for match in compiled(pattern).finditer(text):
            (start, end), value = match.span(pattern.group), match[pattern.group]
            verdict = identifier.validate(value) if pattern.validate else None
            label, against = own.label(text, start), other.label(text, start)
            context = label >= against and (label > NO_LABEL or own.near(text, start, end))
            bare = hinted or not pattern.needs_context
            given = bare or (label > max(NO_LABEL, against) if pattern.needs_label else context)
            score = pattern.validated if verdict else pattern.score
            doubted = against > label and score - BOOST < MATCH_THRESHOLD
            sure = score >= MATCH_THRESHOLD or context or hinted
            if verdict is not False and score and given and sure and not doubted:
                spans.append(value)
    if (
        hinted
        and example.column is not None
        and identifier.column_only
        and classifier(identifier.column_only, example.column)(text)
    ):
        spans.append(text)
    return spans


@pytest.mark.parametrize(("identifier", "example"), MATCH, ids=lambda one: getattr(one, "id", None))
def test_every_match_example_is_recognised(identifier, example):
    assert found(identifier, example), example.text


@pytest.mark.parametrize(("identifier", "example"), NO_MATCH, ids=lambda one: getattr(one, "id", None))
def test_no_no_match_example_is_recognised(identifier, example):
    assert not found(identifier, example), example.text


@pytest.mark.parametrize("identifier", CATALOGUE.values(), ids=lambda one: one.id)
def test_every_identifier_has_three_examples_of_each_kind(identifier):
    assert len(identifier.match) >= 3
    assert len(identifier.no_match) >= 3


@pytest.mark.parametrize("identifier", CATALOGUE.values(), ids=lambda one: one.id)
def test_every_pattern_finds_an_example_with_its_prefilter_literal(identifier):
    texts = [fold(example.text) for example in identifier.match]
    for pattern in identifier.patterns:
        hits = [text for text in texts if compiled(pattern).search(text)]
        assert hits, pattern.name
        assert all(
            not pattern.requires or any(literal in text.lower() for literal in pattern.requires) for text in hits
        )


@pytest.mark.parametrize("identifier", CATALOGUE.values(), ids=lambda one: one.id)
def test_what_a_pattern_finds_is_canonical_once_and_for_all(identifier):
    for example in identifier.match:
        for value in found(identifier, example):
            canonical = identifier.canonical(value)
            assert canonical
            assert identifier.canonical(canonical) == canonical


@pytest.mark.parametrize("identifier", CATALOGUE.values(), ids=lambda one: one.id)
def test_our_own_mask_hides_enough_by_our_own_rule(identifier):
    for example in identifier.match:
        for value in found(identifier, example):
            masked = identifier.mask(value)
            assert masked != value
            assert identifier.adequately_masked(masked), masked
