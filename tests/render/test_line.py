"""Line breaks on a screen: between Chinese characters as between words, and nothing is lost."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from rich.cells import cell_len

from pii_audit.render.table.line import Line, breaks
from pii_audit.render.table.parts import labelled, line, make_console


def lines(text: str, width: int) -> list[str]:
    offsets = [0, *breaks(text, width), len(text)]
    return [text[start:end] for start, end in pairwise(offsets)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("列 name 含姓名，明文，范围没有列出它", 16, ["列 name 含姓名，", "明文，范围没有列", "出它"]),
        ("范围（见策略）没有", 6, ["范围", "（见策", "略）没", "有"]),
        ("the scope does not list it", 10, ["the scope ", "does not ", "list it"]),
        (
            "见 policies/recipients.yaml:19 一行",
            26,
            ["见 policies/", "recipients.yaml:19 一行"],
        ),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
    ],
)
def test_lines_break_between_wide_characters_and_keep_words_and_signs_together(text, width, expected):
    assert lines(text, width) == expected


@pytest.mark.parametrize("width", [7, 20, 41])
def test_no_line_is_wider_than_the_screen_and_nothing_is_lost(width):
    text = "  列 “cert_no”含公民身份号码(cn_resident_id);见 share:hz/客户导出_20260515.csv、\tx" + "长" * 30 + "y" * 50
    assert "".join(lines(text, width)) == text
    assert all(cell_len(one.rstrip()) <= width for one in lines(text, width))


def test_a_label_and_its_value_stand_side_by_side_in_chinese():
    stream = io.StringIO()
    make_console(stream, width=40).print(
        labelled([("整改", line("停止该文件外发，找到产生它的作业和责任人，其余删除。"))])
    )
    assert [one.rstrip() for one in stream.getvalue().splitlines()] == [
        "整改   停止该文件外发，找到产生它的作业",
        "       和责任人，其余删除。",
    ]


def test_a_line_that_must_not_be_broken_is_not():
    [one] = Line("甲乙丙丁", no_wrap=True).wrap(make_console(io.StringIO()), 4, overflow="ignore")
    assert one.plain == "甲乙丙丁"
