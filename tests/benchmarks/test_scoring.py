"""Scoring, on a text of one line."""

from __future__ import annotations

from benchmarks.corpus.text import Label
from benchmarks.scoring import ANY, Confusion, Found, masked, score

TEXT = "手机13800138000邮箱a@b.cn单号20260131,序列13900139000。"


def label(identifier, value, style="plain"):
    start = TEXT.index(value)
    return Label(identifier, start, start + len(value), 0, 0, style, "line")


LABELS = [
    label("cn_mobile", "13800138000"),
    label("email", "a@b.cn"),
    label("", "20260131", "date"),
    label("", "13900139000", "lookalike_mobile"),
]


def found(identifier, value):
    start = TEXT.index(value)
    return Found(start, start + len(value), identifier)


def test_an_exact_span_of_the_right_identifier_is_right():
    result = score(TEXT, LABELS, [found("cn_mobile", "13800138000"), found("email", "a@b.cn")])
    assert (result.total.true, result.total.found, result.total.exact) == (2, 2, 2)
    assert result.total.precision == result.total.recall == 1
    assert not result.confusions


def test_a_shorter_span_is_a_false_alarm_and_a_miss_that_was_met():
    count = score(TEXT, LABELS, [found("cn_mobile", "3800138000")]).counts["cn_mobile"]
    assert (count.found, count.exact, count.overlapping) == (1, 0, 1)
    assert (count.precision, count.recall, count.touched) == (0, 0, 1)


def test_another_identifier_in_its_place_is_named():
    result = score(TEXT, LABELS, [found("imei", "13800138000")])
    assert result.confusions[Confusion("false alarm", "imei", "cn_mobile", "line")] == 1
    assert result.confusions[Confusion("miss", "cn_mobile", "plain → imei", "line")] == 1
    assert result.confusions[Confusion("miss", "email", "plain → nothing", "line")] == 1


def test_a_false_alarm_on_a_hard_negative_names_its_kind():
    result = score(TEXT, LABELS, [found("tw_permit", "20260131"), found("cn_mobile", "13900139000")])
    assert result.confusions[Confusion("false alarm", "tw_permit", "hard negative date", "line")] == 1
    assert result.counts["tw_permit"].lookalikes == 0
    assert result.counts["cn_mobile"].lookalikes == 1


def test_a_false_alarm_in_plain_text_says_so():
    result = score(TEXT, LABELS, [found("address", "手机")])
    assert result.confusions[Confusion("false alarm", "address", "plain text", "-")] == 1


def test_the_same_span_given_twice_counts_once():
    assert score(TEXT, LABELS, [found("email", "a@b.cn")] * 2).counts["email"].found == 1


def test_an_engine_without_names_is_scored_by_its_spans():
    result = score(TEXT, LABELS, [Found(*_span("a@b.cn"), "7"), Found(*_span("13800138000"), "1")], typed=False)
    assert result.counts[ANY].exact == result.counts[ANY].true == 2


def _span(value):
    return TEXT.index(value), TEXT.index(value) + len(value)


def test_examples_show_no_digit_and_no_letter_of_a_value():
    result = score(TEXT, LABELS, [])
    assert (
        result.examples[Confusion("miss", "cn_mobile", "plain → nothing", "line")]
        == "手机⟦99999999999⟧邮箱a@a.aa单号99"
    )
    assert masked("1Ａ\nz") == "9a⏎a"
