"""STO003 and STO004: periods of lines and packs together, and what vanished since an earlier run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pii_audit.model.asset import AssetKind
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.evidence import FieldTally
from pii_audit.model.finding import Outcome
from pii_audit.rules.retention import set_too_short, too_long
from pii_audit.rules.too_early import too_early

KEEP = "storage: {retention: [{asset: core.c, date: closed, keep_at_least: 10y}]}\n"
ID = {"id_no": "cn_resident_id"}


def status(one, to):
    return replace(one, coverage=replace(one.coverage, status=to))


def test_a_pack_s_minimum_is_held_against_our_own_period(asset, facts, policy_of):
    policy = policy_of("""\
extends: [pack:aml-2024]
storage: {retention: [{asset: "core.*", date: closed, delete_after: 5y}]}
""")
    held, other = asset("core:c", ID, months={"closed": {}}), asset("core:m", {"m": "cn_mobile"}, months={"closed": {}})
    [draft] = set_too_short(facts(policy, held, other))
    assert (draft.rule, draft.resource) == ("STO004", ("core:c", "closed", "period"))
    assert draft.outcome is Outcome.GAP
    assert "5y after closed (p.yaml:3)" in draft.message.en
    assert "pack:aml-2024/policy.yaml" in draft.message.en


def test_the_longest_minimum_and_the_shortest_maximum_hold(asset, facts, policy_of):
    policy = policy_of("""\
storage:
  retention:
    - {asset: core.c, date: closed, delete_after: 15y}
    - {holding: C2, delete_after: 12y}
    - {holding: identity_document, keep_at_least: 10y}
    - {holding: C2, keep_at_least: 3y}
""")
    months = {"closed": {"2013-01": 5, "2014-12": 7}}
    [draft] = too_long(facts(policy, asset("core:c", ID, months=months)))
    assert draft.evidence["rows"] == 5
    assert "longer than 12y" in draft.message.en
    assert draft.policy.line == 5


def dates(one, filled, **months):
    """The same asset, with so many cells that hold something under `closed`, of which some are dates."""
    fields = {**one.tally.fields, "closed": FieldTally(rows=100, filled=filled, months=months)}
    return replace(one, tally=replace(one.tally, fields=fields))


DELETE = "storage: {retention: [{asset: %s, date: closed, delete_after: 5y}]}\n"


@pytest.mark.parametrize(
    ("line", "filled", "dated", "rows"),
    [
        ("core.c", 100, 100, []),
        ("core.c", 10, 10, []),
        ("core.c", 0, 0, []),
        ("core.c", 100, 99, []),
        ("core.c", 100, 98, [2]),
        ("core.*", 100, 0, [100]),
    ],
)
def test_a_column_without_dates_that_can_be_read_is_a_gap(asset, facts, policy_of, line, filled, dated, rows):
    one = dates(asset("core:c", ID), filled, **{"2026-01": dated})
    found = list(too_long(facts(policy_of(DELETE % line), one)))
    assert [(draft.outcome, draft.evidence["rows"]) for draft in found] == [(Outcome.GAP, count) for count in rows]


@pytest.mark.parametrize(("line", "found"), [("core.c", 1), ("core.*", 0)])
def test_a_column_that_is_not_there_is_a_gap_where_the_line_is_about_that_asset_alone(
    asset, facts, policy_of, line, found
):
    drafts = list(too_long(facts(policy_of(DELETE % line), asset("core:c", ID))))
    assert [draft.resource for draft in drafts] == [("core:c", "closed", "undated")] * found
    assert all("no column" in draft.message.en and draft.outcome is Outcome.GAP for draft in drafts)


def test_old_rows_are_told_beside_those_without_a_date(asset, facts, policy_of):
    one = dates(asset("core:c", ID), 100, **{"2001-01": 50})
    found = {draft.outcome: draft.evidence["rows"] for draft in too_long(facts(policy_of(DELETE % "core.c"), one))}
    assert found == {Outcome.VIOLATION: 50, Outcome.GAP: 50}


def test_without_a_line_that_names_a_date_nothing_is_counted(asset, facts, policy_of):
    policy = policy_of("storage: {retention: [{holding: C2, delete_after: 1y}]}\n")
    assert not list(too_long(facts(policy, asset("core:c", ID, months={"closed": {"2001-01": 5}}))))


@pytest.mark.parametrize(
    ("now", "before"),
    [("sampled", "inspected"), ("failed", "inspected"), ("skipped", "inspected"), ("inspected", "sampled")],
)
def test_what_was_not_read_to_its_end_proves_no_destruction(asset, facts, policy_of, now, before):
    seen = status(asset("core:c", ID, months={"closed": {"2024-01": 9}}), CoverageStatus(before))
    left = status(asset("core:c", ID, months={"closed": {}}), CoverageStatus(now))
    assert not list(too_early(facts(policy_of(KEEP), left, earlier=[[seen]])))


def test_a_table_that_is_gone_from_a_source_which_was_crawled_has_lost_all_its_rows(asset, facts, policy_of):
    seen = asset("core:c", ID, months={"closed": {"2024-01": 9, "2015-01": 4}})
    other = asset("core:other", ID)
    [draft] = too_early(facts(policy_of(KEEP), other, earlier=[[seen]]))
    assert (draft.outcome, draft.evidence["rows"], draft.asset) == (Outcome.VIOLATION, 9, "core:c")
    failing = status(asset("core:x", ID), CoverageStatus.FAILED)
    assert not list(too_early(facts(policy_of(KEEP), other, failing, earlier=[[seen]])))


def test_the_fullest_of_many_runs_is_what_counts_and_one_loss_is_told_once(asset, facts, policy_of):
    runs = [[asset("core:c", ID, months={"closed": {"2024-01": rows}})] for rows in (3, 9, 5)]
    [draft] = too_early(facts(policy_of(KEEP), asset("core:c", ID, months={"closed": {"2024-01": 5}}), earlier=runs))
    assert draft.evidence["rows"] == 4
    assert draft.resource == ("core:c", "closed")


def test_the_minimum_of_a_pack_counts_by_the_date_of_our_line(asset, facts, policy_of):
    policy = policy_of("""\
extends: [pack:aml-2024]
storage: {retention: [{asset: core.c, date: closed}]}
""")
    seen, left = asset("core:c", ID, months={"closed": {"2024-01": 9}}), asset("core:c", ID, months={"closed": {}})
    [draft] = too_early(facts(policy, left, earlier=[[seen]]))
    assert "to be kept 10y at least" in draft.message.en


@pytest.mark.parametrize(
    ("url", "name", "command"),
    [
        ("share/", "hz/名 单.csv", "rm -- 'share/hz/名 单.csv'"),
        ("s3://bucket/x", "a.csv", None),
        ("env:SHARE", "a.csv", None),
        ("share/", "a.zip!b.csv", None),
    ],
)
def test_a_stale_file_of_a_local_share_is_told_with_the_command_that_deletes_it(
    asset, facts, policy_of, source, url, name, command
):
    policy = policy_of("storage: {retention: [{asset: 'share.*', date: 'file:modified', delete_after: 5y}]}\n")
    one = asset(f"share:{name}", {"m": "cn_mobile"}, kind=AssetKind.FILE)
    one = replace(one, asset=replace(one.asset, modified=datetime(2019, 1, 1, tzinfo=UTC)))
    share = replace(source("share"), url=url)
    [draft] = too_long(facts(policy, one, sources={"share": share}))
    assert (draft.remediation.en if draft.remediation else None) == (
        f"once reviewed, run: {command}" if command else None
    )
