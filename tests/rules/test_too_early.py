"""STO004: rows that are gone before their time, and tables that begin as if cut."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Outcome
from pii_audit.rules.too_early import too_early

KEEP = "storage: {retention: [{asset: core.customer, date: closed_at, keep_at_least: 10y}]}\n"
NOW = {"2016-01": 9, "2019-05": 40, "2024-02": 60}


@pytest.fixture
def table(asset):
    def build(months):
        return asset("core:customer", {"id": "cn_resident_id"}, months={"closed_at": months})

    return build


def test_rows_that_an_earlier_run_had_are_missing(table, policy_of, facts):
    before = table({**NOW, "2019-05": 55, "2024-02": 61})
    before = replace(before, tally=replace(before.tally, rows=116))
    [draft] = too_early(facts(policy_of(KEEP), table(NOW), earlier=[[before]]))
    assert (draft.rule, draft.resource, draft.outcome) == ("STO004", ("core:customer", "closed_at"), Outcome.VIOLATION)
    assert (draft.evidence["rows"], draft.evidence["months"]) == (16, {"2019-05": 15, "2024-02": 1})
    assert draft.policy.line == 2


def test_where_there_are_no_fewer_rows_they_may_have_lost_their_date_alone(table, policy_of, facts):
    [draft] = too_early(facts(policy_of(KEEP), table(NOW), earlier=[[table({**NOW, "2024-02": 61})]]))
    assert (draft.outcome, draft.evidence["rows"]) == (Outcome.GAP, 1)


def test_what_was_due_what_moved_and_what_came_is_not_missing(table, policy_of, facts):
    before = {**NOW, "2015-03": 500, "2016-01": 20}  # both older than ten years on 2026-06-30
    assert list(too_early(facts(policy_of(KEEP), table(NOW), earlier=[[table(before)]]))) == []
    moved = {**NOW, "2019-05": 41, "2019-06": 0, "2024-02": 59}
    assert list(too_early(facts(policy_of(KEEP), table(NOW), earlier=[[table(moved)]]))) == []
    assert list(too_early(facts(policy_of(KEEP), table({**NOW, "2026-01": 5}), earlier=[[table(NOW)]]))) == []


def test_a_sample_shows_no_row_to_be_missing(table, policy_of, facts):
    now = table(NOW)
    sampled = replace(now, coverage=replace(now.coverage, status=CoverageStatus.SAMPLED))
    before = table({**NOW, "2019-05": 55})
    assert list(too_early(facts(policy_of(KEEP), sampled, earlier=[[before]]))) == []


def test_a_table_that_begins_at_full_height_looks_purged(table, policy_of, facts):
    even = {f"{year}-{month:02d}": 30 for year in range(2021, 2026) for month in range(1, 13)}
    [draft] = too_early(facts(policy_of(KEEP), table(even)))
    assert (draft.outcome, draft.evidence["oldest"]) == (Outcome.GAP, "2021-01")


def test_a_table_that_grew_is_long_enough_or_tells_too_little_does_not(table, policy_of, facts):
    grew = {f"{year}-{month:02d}": (year - 2021) * 12 + month for year in range(2021, 2026) for month in range(1, 13)}
    long = {f"{year}-06": 300 for year in range(2010, 2026)}
    few = {f"2024-{month:02d}": 3 for month in range(1, 13)}
    for months in (grew, long, few, {}):
        assert list(too_early(facts(policy_of(KEEP), table(months)))) == []


def test_without_a_time_to_keep_nothing_is_early(table, policy_of, facts):
    policy = policy_of(KEEP.replace("keep_at_least", "delete_after"))
    assert list(too_early(facts(policy, table({"2025-01": 1}), earlier=[[table(NOW)]]))) == []
