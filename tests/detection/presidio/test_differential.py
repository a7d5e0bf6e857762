"""The reference and Presidio with our recognizers: the same spans, verdicts and base scores.

Context is off and overlaps stay. The corpus is labelled, so that both can be wrong together only where the labels are.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from presidio_analyzer import EntityRecognizer, PatternRecognizer
from presidio_analyzer import Pattern as PresidioPattern

from pii_audit.detection.buffer import Buffer
from pii_audit.detection.clearing import Clearing
from pii_audit.detection.matcher import Matcher
from pii_audit.detection.presidio import registry
from pii_audit.detection.presidio.entities import entity_of
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.patterns import around, compiled

CATALOGUE = load_catalogue()
ENGINE = Clearing(Matcher(CATALOGUE.values()))
PATTERNED = [one for one in CATALOGUE.values() if one.patterns]
REGISTRY = registry(context=False)


def by_reference(text):
    return {(one.identifier.id, one.start, one.end, one.base, one.validated) for one in ENGINE.candidates(text)}


def by_presidio(text, language):
    return {
        (
            one.recognition_metadata["recognizer_name"],
            one.start,
            one.end,
            one.score,
            one.analysis_explanation.validation_result is True,
        )
        for recognizer in REGISTRY.get_recognizers(language=language, all_fields=True)
        if recognizer.name != "person_name"
        for one in recognizer.analyze(text, recognizer.supported_entities)
    }


def digits(rng, count):
    return "".join(rng.choices("0123456789", k=count))


def resident_id(rng, *, valid):
    body = f"{rng.choice(['110105', '310104', '440305'])}19{rng.randint(50, 99)}0{rng.randint(1, 9)}1{rng.randint(0, 9)}{digits(rng, 3)}"
    check = sum(int(one) * weight for one, weight in zip(body, [pow(2, 17 - at, 11) for at in range(17)], strict=True))
    place = (12 - check) % 11
    return body + "0123456789X"[place if valid else (place + 1) % 11]


def card(rng, *, valid):
    body = f"453201{digits(rng, 9)}"
    total = sum(sum(divmod(int(one) * (2 if at % 2 == 0 else 1), 10)) for at, one in enumerate(reversed(body)))
    check = -total % 10
    return f"{body}{check if valid else (check + 1) % 10}"


def full_width(value):
    return "".join(chr(ord(one) + 0xFEE0) for one in value)


ENTRIES = (
    (lambda rng: f"身份证{resident_id(rng, valid=True)}号", "cn_resident_id"),
    (lambda rng: f"ID {full_width(resident_id(rng, valid=True))} 。", "cn_resident_id"),
    (lambda rng: f"证件{resident_id(rng, valid=False)}号", None),
    (lambda rng: f"卡号{card(rng, valid=True)}尾号", "bank_card"),
    (lambda rng: f"order {card(rng, valid=False)} ", None),
    (lambda rng: f"手机+86 138-{digits(rng, 4)}-{digits(rng, 4)}，", "cn_mobile"),
    (lambda rng: f"邮箱u{digits(rng, 5)}@example.com。", "email"),
    (lambda rng: f"从8.8.{rng.randint(30, 250)}.{rng.randint(30, 250)}登录", "ip_address"),
    (lambda rng: f" {digits(rng, 8)}-{digits(rng, 4)}-4{digits(rng, 3)}-a{digits(rng, 3)}-{digits(rng, 12)} ", None),
    (lambda rng: f"金额{digits(rng, 9)}.{digits(rng, 2)}元", None),
    (lambda rng: f" tx{digits(rng, 18)}ab ", None),
    (lambda _: " the customer called again about the statement 对账单 ", None),
)
"""Pieces of text, and the identifier that each holds, if any."""


def corpus(seed, size):
    rng = random.Random(seed)
    return [(piece(rng), identifier) for piece, identifier in rng.choices(ENTRIES, k=size)]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("seed", range(5))
def test_both_find_the_same_in_a_mixed_corpus(seed, language):
    text = "\n".join(piece for piece, _ in corpus(seed, 400))
    assert by_presidio(text, language) == by_reference(text)


@pytest.mark.parametrize("seed", range(3))
def test_both_find_what_the_labels_say(seed):
    for piece, identifier in corpus(seed, 300):
        proven = {name for name, *_, base, _ in by_presidio(piece, "zh") if base >= 0.3}
        assert identifier in proven if identifier else not proven & {"cn_resident_id", "bank_card", "cn_mobile"}, piece


EXAMPLES = [example.text for one in CATALOGUE.values() for example in (*one.match, *one.no_match)]
GLUE = st.sampled_from(
    ["", " ", "号", "，", "a", "1", ".", "-", "_", "\n", "\0", "：", "身份证", "card ", "ID", "\u200b", "\ud800"]
)
TEXTS = st.lists(
    st.one_of(st.sampled_from(EXAMPLES), st.text("0123456789Xx-. @+:/ＡＸ０９号姓abcİſK", max_size=24), GLUE),
    max_size=8,
).map("".join)


@given(text=TEXTS)
def test_both_find_the_same_in_any_text(text):
    assert by_presidio(text, "zh") == by_reference(text)


def by_pattern_recognizer(identifier, text):
    """The spans that Presidio's own engine finds with our patterns: boundaries spelled out, case flags stated for each."""
    found = set()
    for pattern in identifier.patterns:
        before, after = around(pattern)
        regex = f"{before}(?:{pattern.regex}){after}"
        stock = PatternRecognizer(
            entity_of(identifier.id),
            patterns=[PresidioPattern(pattern.name, f"(?i:{regex})" if pattern.ignore_case else regex, 0.5)],
            global_regex_flags=0x80,  # regex.ASCII: letters fold case within ASCII
        )
        found |= {(one.start, one.end) for one in stock.analyze(fold(text), [])}
    return found


@pytest.mark.parametrize("identifier", PATTERNED, ids=lambda one: one.id)
def test_presidio_s_engine_reads_our_patterns_as_python_does(identifier):
    for text in (*EXAMPLES, *(piece for piece, _ in corpus(7, 100))):
        ours = {match.span() for pattern in identifier.patterns for match in compiled(pattern).finditer(fold(text))}
        kept = {
            one for one in ours if not any(other != one and other[0] <= one[0] and one[1] <= other[1] for other in ours)
        }
        stock = by_pattern_recognizer(identifier, text)
        assert kept <= stock <= ours, text


def test_the_analyzer_removes_no_span_that_another_does_not_contain():
    text = "\n".join(piece for piece, _ in corpus(11, 200))
    everything = [
        one
        for recognizer in REGISTRY.get_recognizers(language="zh", all_fields=True)
        for one in recognizer.analyze(text, recognizer.supported_entities)
    ]
    kept = {(one.entity_type, one.start, one.end) for one in EntityRecognizer.remove_duplicates(everything)}
    for one in everything:
        assert any(kind == one.entity_type and start <= one.start and one.end <= end for kind, start, end in kept)


def test_parts_of_a_uuid_are_none_for_either():
    text = "id 6222020-0000000 9f3c1a52-1380-4138-8000-138001380001"
    buffer = Buffer(text, 0)
    assert all(not buffer.within_uuid(start, end) for _, start, end, *_ in by_presidio(text, "zh"))
    assert by_presidio(text, "zh") == by_reference(text)
