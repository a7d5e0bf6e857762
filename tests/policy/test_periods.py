"""Retention lines: what they may say, and which cannot hold together."""

from __future__ import annotations

import pytest

from pii_audit.errors import ConfigurationError


def lines(policy_of, *texts):
    with pytest.raises(ConfigurationError) as caught:
        policy_of(*(f"version: 1\nstorage: {{retention: [{text}]}}\n" for text in texts))
    return caught.value.lines("en")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{delete_after: 1y}", "write asset or holding"),
        ("{asset: core.c}", "write date, keep_at_least or delete_after"),
        ("{holding: cn_mobil, delete_after: 1y}", "did you mean"),
        ("{holding: [], delete_after: 1y}", "at least 1 item"),
        ("{asset: core.c, date: d, keep_at_least: 2y, delete_after: 23m}", "shorter than keep_at_least"),
        ("{asset: core.c, date: d, keep_at_least: 2y}, {asset: core.c, date: d, delete_after: 1y}", "p0.yaml:2"),
        ("{asset: 'core.*', keep_at_least: 2y}, {asset: core.c, delete_after: 1y}", "p0.yaml:2"),
    ],
)
def test_what_a_retention_line_may_not_say_is_refused_where_it_stands(policy_of, text, said):
    [line] = lines(policy_of, text)
    assert said in line
    assert line.startswith("p0.yaml:2:")


def test_a_branch_may_not_delete_what_head_office_keeps(policy_of):
    floor = "{asset: 'core.*', date: closed, keep_at_least: 10y}"
    assert lines(policy_of, floor, "{asset: core.c, date: closed, delete_after: 5y}") == [
        "p1.yaml:2:23: deletes after 5y what p0.yaml:2 keeps for at least 10y"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{asset: core.c, date: d, keep_at_least: 2y}, {asset: core.d, date: d, delete_after: 1y}",
        "{asset: core.c, date: d, keep_at_least: 2y}, {asset: core.c, date: e, delete_after: 1y}",
        "{holding: C2, keep_at_least: 2y}, {asset: core.c, date: e, delete_after: 1y}",
        "{asset: core.c, date: d, keep_at_least: 24m, delete_after: 2y}",
    ],
)
def test_lines_about_other_assets_or_dates_do_not_contradict(policy_of, text):
    assert policy_of(f"version: 1\nstorage: {{retention: [{text}]}}\n").storage.retention
