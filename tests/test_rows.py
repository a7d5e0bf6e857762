"""Rows of CSV with the lines on which they stand, and what is told of quotes that do not fit."""

from __future__ import annotations

import csv

import pytest

from pii_audit.rows import delimiter, strict_rows


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("", 1, []),
        ("a,b\n\nc\n", 1, [(1, ["a", "b"]), (2, []), (3, ["c"])]),
        ('"a\nb",c\nd\n', 2, [(1, ["a\nb", "c"]), (3, ["d"])]),
        ('"a\nb",c\nd\n', 1, [(1, None), (3, ["d"])]),
        ('a\n"b,"c"\nd\n', 1, [(1, ["a"]), (2, None), (3, ["d"])]),
        ('a\n"b\nc\n', 9, [(1, ["a"]), (2, None)]),
    ],
)
def test_rows_have_their_lines_and_what_is_torn_has_no_cells(text, most, expected):
    assert list(strict_rows(text.splitlines(keepends=True), ",", most)) == expected


def test_a_cell_is_as_long_as_its_line_whatever_limit_another_reader_set():
    before = csv.field_size_limit(10)
    try:
        ((_, cells),) = strict_rows(["x" * 200_000])
    finally:
        csv.field_size_limit(before)
    assert cells == ["x" * 200_000]


@pytest.mark.parametrize(("header", "expected"), [("a;b,c;d", ";"), ("a\tb", "\t"), ("a", ",")])
def test_the_delimiter_is_the_most_frequent_one(header, expected):
    assert delimiter(header) == expected
