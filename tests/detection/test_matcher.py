"""Spans: where an identifier begins and ends, what is no part of one, and which of two that overlap is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.detection import detect_text
from pii_audit.detection.matcher import BOOST, CEILING, Matcher, Taken
from pii_audit.identifiers.catalogue import load_catalogue

CATALOGUE = load_catalogue()


def found(text: str) -> list[tuple[str, str]]:
    return [(match.identifier, text[match.start : match.end]) for match in detect_text(text)]


@pytest.mark.parametrize(
    ("text", "identifier", "span"),
    [
        ("客户13800138000电话", "cn_mobile", "13800138000"),
        ("user_13800138000_bak", "cn_mobile", "13800138000"),
        ("(13800138000)", "cn_mobile", "13800138000"),
        ("请致电１３８００１３８０００。", "cn_mobile", "１３８００１３８０００"),
        ("拨打+86 138-0013-8000即可", "cn_mobile", "+86 138-0013-8000"),
        ("0086-139 1234 5678", "cn_mobile", "0086-139 1234 5678"),
        ("139\u30001234\u30005678", "cn_mobile", "139\u30001234\u30005678"),
        ("证件11010519491231002X号", "cn_resident_id", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "cn_resident_id", "１１０１０５１９４９１２３１００２Ｘ"),
        ("扣款6222020000001234566失败", "bank_card", "6222020000001234566"),
        ("卡4111-1111-1111-1111。", "bank_card", "4111-1111-1111-1111"),
        ("发到zhang.san@example.com吧", "email", "zhang.san@example.com"),
        ("来自114.114.114.114的登录", "ip_address", "114.114.114.114"),
    ],
)
def test_a_span_is_the_whole_value_whatever_stands_beside_it(text, identifier, span):
    assert (identifier, span) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "a13800138000",
        "13800138000b",
        "138001380001",
        "550e8400-e29b-41d4-a716-446655440000",
        "ba7816bf-8f01-cfea-4141-13123456789f",
        "00000000-0000-4111-1111-111111111111",
        "ba7816bf8f01cfea41413800138000dae2223b00361a396177a9cb410ff61f2a",
        "dGVzdDEzODAwMTM4MDAwdGVzdA==",
        "13800138000.25",
        "¥13800138000.12",
        "0.13800138000",
        "金额 1.13800138000 元",
        "13,800,138,000",
        "v2.1.13800138000",
    ],
)
def test_a_part_of_a_longer_token_or_number_is_no_mobile(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "13800138000.0",
        "13800138000.00",
        "13800138000.",
        "联系13800138000.谢谢",
        "1.13800138000",
        "10. 13800138000",
        "名单\n  2.13800138000",
        "1、13800138000",
        "(1)13800138000",
        "甲方:某、2.13800138000",
        "电话 1.13800138000 2.13900139000",
        "电话13800138000.2月回访",
    ],
)
def test_numbers_of_float_columns_lists_and_sentences_are_found(text):
    assert ("cn_mobile", "13800138000") in found(text)


def test_a_validated_number_longer_than_any_amount_is_found_before_a_point_and_a_digit():
    assert ("bank_card", "6222020000001234566") in found("备注6222020000001234566.2月")
    assert found("0.4111111111111111") == []


def test_of_overlapping_matches_the_validated_one_wins_then_the_longer_one():
    assert found("护照或证件 11010519491231002X") == [("cn_resident_id", "11010519491231002X")]
    assert found("电话 +86 138-0013-8000") == [("cn_mobile", "+86 138-0013-8000")]
    assert found("账号 4111 1111 1111 1111") == [("bank_card", "4111 1111 1111 1111")]


def test_equal_claims_go_to_the_identifier_defined_first():
    one = CATALOGUE["cn_mobile"]
    other = replace(one, id="other")
    for order in ((one, other), (other, one)):
        matcher = Matcher(order)
        both = list(matcher.candidates("13800138000"))
        assert len(both) == 2
        assert [kept.identifier for kept in matcher.resolve(both)] == [order[0]]


def test_a_context_word_raises_the_score_up_to_the_ceiling():
    base = detect_text("备注13800138000")[0].score
    assert detect_text("手机13800138000")[0].score == min(CEILING, base + BOOST) > base


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\0", " " * 45])
def test_context_does_not_reach_across_lines_cells_or_far(gap):
    assert detect_text(f"手机{gap}13800138000")[0].score == detect_text("13800138000")[0].score


def test_context_stands_alone_when_it_is_latin():
    assert detect_text("hotel 13800138000")[0].score < detect_text("tel: 13800138000")[0].score


def test_a_letter_that_grows_when_lowered_hides_no_keyword():
    assert found("İstanbul CVV2=123") == [("card_cvv2", "123")]


def test_lowering_keeps_the_length_of_every_character():
    every = "".join(map(chr, range(0x110000)))
    assert len(every.replace("\u0130", "i").lower()) == len(every)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=30))
def test_taken_spans_never_overlap_and_none_is_refused_without_cause(pairs):
    taken, kept = Taken(), []
    for start, size in pairs:
        clashes = any(start < end and begin < start + size for begin, end in kept)
        assert taken.add(start, start + size) is not clashes
        if not clashes:
            kept.append((start, start + size))
