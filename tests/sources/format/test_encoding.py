from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.sources.format.encoding import Decoder, Encoding, detect_encoding

TEXT = "姓名,手机号\n张三,13800138000\n李四,13900139000\n"


def decoded(data: bytes, step: int = 7):
    decoder = Decoder(detect_encoding(data, whole=True))
    pieces = [decoder.feed(data[at : at + step]) for at in range(0, len(data), step)]
    return "".join(pieces) + decoder.feed(b"", final=True), decoder


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]
)
def test_text_in_every_encoding_reads_the_same_without_its_byte_order_mark(codec):
    text, decoder = decoded(TEXT.encode(codec))
    assert text == TEXT
    assert decoder.replaced == 0


def test_gb18030_four_byte_characters_are_read():
    text = "𠮷野,㐀\u3400,13800138000\n" * 3
    assert decoded(text.encode("gb18030"))[0] == text


def test_line_ends_are_not_translated():
    assert decoded(b"a\r\nb\rc\n")[0] == "a\r\nb\rc\n"


def test_lines_of_another_encoding_in_the_same_file_are_read_each_in_its_own():
    data = "第一行,张三\n第三行,李四\n".encode() + "第二行,王五,杭州分行\n".encode("gb18030")
    text, decoder = decoded(data)
    assert text == "第一行,张三\n第三行,李四\n第二行,王五,杭州分行\n"
    assert decoder.replaced == 0


def test_a_broken_utf8_line_keeps_its_ascii_and_is_counted_with_its_line():
    text, decoder = decoded("张三李四,a@b.cn\n张三\n".encode() + b"\xe5\xbc\xff, e@f.cn \xe7\n")
    assert "e@f.cn" in text
    assert decoder.first_bad == 3
    assert decoder.replaced > 0


def test_latin_1_does_not_swallow_the_at_sign_of_an_address():
    text, decoder = decoded(b"jos\xe9@example.com\n")
    assert "@example.com" in text
    assert decoder.replaced == 1


def test_ascii_with_a_few_nul_characters_is_not_taken_for_utf16():
    assert detect_encoding(b"abcdefgh\0ijklmnop\n" * 3, whole=True) == Encoding("utf-8")


def test_a_utf16_passage_inside_an_8_bit_file_counts_as_undecodable():
    _, decoder = decoded(b"plain line of text\n" * 50 + "13800138000".encode("utf-16-le") + b"\n")
    assert decoder.replaced == 1
    assert decoder.first_bad == 51


@pytest.mark.parametrize("step", [7, 100_000])
def test_each_line_with_a_utf16_passage_counts_once_however_many_come_at_once(step):
    passage = "13800138000\n".encode("utf-16-le")
    _, decoder = decoded((b"plain line of text\n" * 20 + passage + b"plain line of text\n" * 30) * 2, step)
    assert (decoder.replaced, decoder.first_bad) == (2, 21)


@pytest.mark.parametrize(("codec", "broken"), [("utf-8", b"\xff\n"), ("utf-16-le", b"\x00\xdc\n\x00")])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_broken_place_is_told_by_its_line_whatever_ends_lines(codec, broken, end):
    data = f"plain{end}plain words{end}".encode(codec)
    for step in range(1, len(data) + 1):
        decoder = Decoder(Encoding(codec))
        for at in range(0, len(data), step):
            decoder.feed(data[at : at + step])
        decoder.feed(broken, final=True)
        assert (decoder.replaced, decoder.first_bad) == (1, 3)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")), st.integers(1, 9))
def test_utf8_survives_any_splitting_into_blocks(text, step):
    assert decoded(text.encode(), step)[0] == text


@given(st.binary(max_size=200), st.integers(1, 50))
def test_any_bytes_give_a_text_that_does_not_depend_on_the_blocks(data, step):
    assert decoded(data, step)[0] == decoded(data, 1000)[0]


def test_one_byte_text_behind_utf_16_is_told_as_undecodable():
    head = b"\xff\xfe" + "日志 first line\r\n".encode("utf-16-le")
    _, decoder = decoded(head + b"2026-01-01 INFO user 42 has logged in from the branch network\r\n" * 5)
    assert decoder.replaced
    _, clean = decoded(
        b"\xff\xfe" + ("客户来电登记,plain words that go on for a long while\r\n" * 200).encode("utf-16-le")
    )
    assert not clean.replaced


def test_a_stray_nul_and_a_broken_byte_do_not_make_a_text_utf16(read_bytes):
    text = b"note\n" * 300 + b"phone 13800138000 \xff\n" + b"x\0y\n"
    assert "13800138000" in read_bytes(text, "a.txt").text
