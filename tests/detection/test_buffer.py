"""What a pattern can match, read off its text, and texts with what it cannot match left out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.detection.buffer import Buffer, Reach, shortest
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.patterns import compiled

PATTERNS = [pattern for identifier in load_catalogue().values() for pattern in identifier.patterns]
PIECES = st.sampled_from(
    [
        *("13800138000", "+86 138-0013-8000", "11010519491231002X", "6222020000001234566", "4111-1111-1111-1111"),
        *(
            "a@b.com",
            "cvv2=123",
            'password="',
            "secret9",
            '"',
            "://user",
            ":hunter22",
            "@host",
            "GB29NWBK60161331926819",
        ),
        *(
            "手机",
            "电话:",
            "卡号",
            " ",
            "\n",
            "\t",
            ".",
            "1.",
            "-",
            "备注",
            "２０２６",
            "İ",
            "CVV2=",
            "%B",
            "^",
            "\0",
            "\ud800",
        ),
        *("验证码", "(010)62345678转12", "京A12345", "2001:db8::1", "00:1A:2b:3c:4d:5e", "A123456(3)", "exp: 12/27"),
    ]
)


@pytest.mark.parametrize(
    ("regex", "fewest"),
    [
        ("", 0),
        ("abc", 3),
        (r"a\.b", 3),
        ("a?b*c+", 1),
        ("[0-9]{4}", 4),
        ("[0-9]{2,5}x", 3),
        ("(?:ab|c){2}d", 3),
        ("(a(?:bc|d)e)?f", 1),
        ("a|bcd", 1),
        ("[]a-]{3}", 3),
        ("(?:ab){2,}?c", 5),
        ("^a$", 1),
    ],
)
def test_the_fewest_characters_of_a_match(regex, fewest):
    assert shortest(regex) == fewest


@pytest.mark.parametrize("regex", [pattern.regex for pattern in PATTERNS])
def test_the_width_of_every_shipped_pattern_is_that_which_python_computes(regex):
    from re import _parser  # CPython knows the width of what it has parsed, but has no public way to say it

    assert shortest(regex) == _parser.parse(regex).getwidth()[0]


@pytest.mark.parametrize(
    ("regex", "reach"),
    [
        ("[0-9]{4}", Reach(4, crosses=False)),
        ("号[0-9]{4}", Reach(0, crosses=False)),
        ('"[^"]+"', Reach(0, crosses=True)),
        ("a.b", Reach(0, crosses=True)),
        (r"a\.b", Reach(3, crosses=False)),
        ("a[ \\n]b", Reach(0, crosses=False)),
        ("(?=a)b", Reach(0, crosses=True)),
    ],
)
def test_the_reach_of_a_pattern_is_read_off_its_text(regex, reach):
    assert Reach.of(regex) == reach


@given(st.text(alphabet="0123a -号９\n\0", max_size=60), st.integers(0, 5))
def test_leaving_out_what_cannot_match_changes_no_span(text, least):
    regex = r"[0-9a]{5}"
    buffer = Buffer(text, least)
    spans = list(buffer.spans(re.compile(regex), Reach.of(regex)))
    assert spans == [found.span() for found in re.finditer(regex, buffer.folded)]


def test_no_match_crosses_a_nul():
    regex = '"[^"]+"'
    assert list(Buffer('"ab\0cd" "ef"', 0).spans(re.compile(regex), Reach.of(regex))) == [(6, 9)]


@given(st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=60))
def test_every_shipped_pattern_finds_in_a_buffer_what_it_finds_in_the_text(text):
    buffer = Buffer(text, min(filter(None, (Reach.of(pattern.regex).width for pattern in PATTERNS))))
    for pattern in PATTERNS:
        regex = compiled(pattern)
        plainly = [
            found.span(pattern.group)
            for piece in re.finditer("[^\0]+", text)
            for found in regex.finditer(fold(text), *piece.span())
        ]
        assert list(buffer.spans(regex, Reach.of(pattern.regex), pattern.group)) == plainly
        assert not plainly or not pattern.requires or buffer.mentions(pattern.requires)
