"""The bulk engine gives what the exact reference gives: every candidate with its span, base score, verdict and what context says of it."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pii_audit.detection.bulk.matcher import BulkMatcher
from pii_audit.detection.matcher import Matcher
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.model import Pattern

IDENTIFIERS = tuple(load_catalogue().values())
REFERENCE, BULK = Matcher(IDENTIFIERS), BulkMatcher(IDENTIFIERS)
EVERY_ID = frozenset(one.id for one in IDENTIFIERS)

EXAMPLES = sorted({example.text for one in IDENTIFIERS for example in (*one.match, *one.no_match)})
WORDS = sorted({word for one in IDENTIFIERS for word in (*one.context, *one.against)})
BETWEEN = [
    "", "", " ", ":", "：", "=", "号", "号码为", '":"', ".", "-", ",", "，", "\n", "\r\n", "\0", "\t", "(", ")", "（注）", "[", "</a>", "_", "/",
    "1.", "x", "A", "0", "９", "—", "\u200b", "\u202e", "\u0663", "\ud800", "\U0001f600", "\U0001d7d9", "İ", "K", "ſ", "é", "𠀀", "::", "@", "+86", "(+86)", "86 ",
]  # fmt: skip
LETTERS = st.text(st.sampled_from("0123456789aAbBxXeEF-:. _@()+/\n号码京身份证手机张"), max_size=24)
PIECES = st.one_of(st.sampled_from(EXAMPLES), st.sampled_from(WORDS), st.sampled_from(BETWEEN), LETTERS)
TEXTS = st.lists(PIECES, max_size=24).map("".join)


def found(candidates):
    return Counter(
        (one.identifier.id, one.start, one.end, one.base, one.supported, one.validated, one.labelled, one.doubted)
        for one in candidates
    )


def same(text, hinted=frozenset(), *, reference=REFERENCE, bulk=BULK):
    expected = found(reference.candidates(text, refuted=True, hinted=hinted))
    arrays = bulk.find(text, refuted=True, hinted=hinted)
    assert found(arrays.objects(bulk.identifiers)) == expected
    assert [round(score, 9) for score in arrays.score.tolist()] == [
        round(one.score, 9) for one in arrays.objects(bulk.identifiers)
    ]
    return expected


@given(TEXTS)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_has_the_candidates_of_the_reference(text):
    same(text)


@given(TEXTS, st.sets(st.sampled_from(sorted(EVERY_ID)), max_size=5))
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_cells_under_speaking_column_names_have_the_candidates_of_the_reference(text, hinted):
    same(text, frozenset(hinted))


@pytest.mark.soak
@given(TEXTS)
@settings(max_examples=20_000, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_very_many_texts_have_the_candidates_of_the_reference(text):
    same(text)


@pytest.mark.parametrize(
    "text", ["490154203237518设备号", "x 490154203237518 imei", f"{'9' * 40} 490154203237518设备号"]
)
def test_a_word_behind_the_only_value_of_a_text_counts(text):
    assert same(text)


def test_every_example_of_every_identifier_is_judged_alike():
    same("\n".join(EXAMPLES))
    same("\0".join(EXAMPLES), EVERY_ID)


@pytest.mark.parametrize("boundary", ["digit", "none"])
def test_patterns_with_other_boundaries_are_matched_alike(boundary):
    others = tuple(
        replace(one, patterns=tuple(replace(pattern, boundary=boundary) for pattern in one.patterns))
        for one in IDENTIFIERS
    )
    reference, bulk = Matcher(others), BulkMatcher(others)
    same(" x".join(EXAMPLES), reference=reference, bulk=bulk)
    same("身份证".join(EXAMPLES), EVERY_ID, reference=reference, bulk=bulk)


@pytest.mark.parametrize(
    "regex",
    [
        "[^0-9]{2,}[0-9]",
        "a.{0,3}?b|b.+c",
        "(?:ab?)*c",
        "[一-龥]{2}号[0-9]+",
        "[\U00020000-\U0002a6df][0-9]",
        "é",
        "é+",
        "[0-9]",
        "x{2,}y?",
        "(?:0|00|000)1?",
        "[À-ÿ]+@",
        "-(?:--){3}",
        "[A-Z]{3}(?:[ -]?[0-9]){3,}",
    ],
)
@given(text=st.text(st.sampled_from("0123abcABCxyz -@é號号一龥À\U00020000\n\0."), max_size=80))
@settings(max_examples=60)
def test_patterns_of_any_shape_are_matched_alike(regex, text):
    for ignore_case, boundary in ((False, "ascii_alnum"), (True, "ascii_alnum"), (True, "digit"), (False, "none")):
        pattern = Pattern("plain", regex, boundary, 0.5, 0.5, ignore_case=ignore_case)
        one = (replace(IDENTIFIERS[0], id="one", patterns=(pattern,), validator=None, context=("ab", "一")),)
        same(text, reference=Matcher(one), bulk=BulkMatcher(one))


def test_more_ranges_than_a_byte_can_tell_apart_are_matched_alike():
    starts = range(0x100, 0x4000, 0x60)
    patterns = tuple(
        Pattern(f"p{start:x}", f"[{chr(start)}-{chr(start + 0x50)}]{{2}}[0-9]", "none", 0.5, 0.5) for start in starts
    )
    one = (replace(IDENTIFIERS[0], id="one", patterns=patterns, validator=None),)
    text = "".join(f"{chr(start + 1)}{chr(start + 0x50)}7{chr(start + 0x51)}{chr(start)}8" for start in starts)
    assert sum(same(text, reference=Matcher(one), bulk=BulkMatcher(one)).values()) > 100
