"""What a flow provided over many runs: drift, deliveries, people by the day, and flows that have no feed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pii_audit import audit
from pii_audit.auditing.history import History
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally, FieldEvidence
from pii_audit.model.forms import Form
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch
from pii_audit.policy.loader import load_policy

FREQUENCY = ", frequency: {at_most: 1, per: day}"
DAY = date(2026, 6, 30)


@pytest.fixture
def root(sending) -> Path:
    return sending(flow=FREQUENCY)


@pytest.fixture
def found(root, call):
    """The rules and messages of a run in the workspace."""

    def run() -> dict[str, str]:
        answer = call("-w", root, "run", "--format", "json")
        findings = json.loads(answer.out)["findings"]
        return {one["rule"]: one["message"] for one in findings if one["change"] != "fixed"}

    return run


def test_a_new_column_is_drift_until_it_is_declared_or_gone(root, found):
    sent = root / "outbox" / "sms_20260601.csv"
    sent.write_text("mobile\n13800138000\n13900139000\n")
    assert "SHR013" not in found()
    (root / "outbox" / "sms_20260602.csv").write_text("mobile,note\n13800138000,x\n13900139000,y\n")
    assert '"note"' in found()["SHR013"]
    assert "SHR013" in found(), "it is there still at the next run"
    (root / "outbox" / "sms_20260602.csv").unlink()
    assert "SHR013" not in found()


def test_a_flow_of_which_nothing_is_there_is_told(root, found):
    assert found()["QLT001"] == "nothing of this flow was seen"


def test_a_flow_of_a_source_that_is_not_there_has_no_feed(root, found):
    text = (root / "p.yaml").read_text().replace("source: outbox", "source: outbxo")
    (root / "p.yaml").write_text(text)
    (root / "outbox" / "sms_1.csv").write_text("mobile\n13800138000\n")
    assert set(found()) >= {"QLT001", "SHR006"}


def test_an_outbox_that_cannot_be_listed_says_nothing_of_its_flows(root, found):
    (root / "outbox").rmdir()
    assert set(found()) == {"COV001"}


def test_more_deliveries_a_day_than_declared_are_told_by_the_dates_of_their_names(root, found):
    for name in ("sms_20260601_a.csv", "sms_20260601_b.csv"):
        (root / "outbox" / name).write_text("mobile\n13800138000\n")
    assert "2 deliveries on 2026-06-01" in found()["SHR012"]


def test_a_run_notes_where_a_flow_ends_up_abroad(root):
    text = (root / "p.yaml").read_text().replace("channel: sftp", "channel: sftp, endpoint: {region: SG}")
    (root / "p.yaml").write_text(text)
    assert audit(root).notes["flow.sms.region"] == "SG"


def told(name: str, people: range, modified: date | None = None) -> Inspected:
    when = datetime(modified.year, modified.month, modified.day, tzinfo=UTC) if modified else None
    asset = Asset("outbox", name, AssetKind.FEED, modified=when)
    return Inspected(asset, Coverage("outbox", name, CoverageStatus.INSPECTED), AssetTally(), persons=Sketch.of(people))


@pytest.fixture
def history(root):
    policy = load_policy(["p.yaml"], root, load_catalogue())

    def of(*earlier: Inspected, now: tuple[Inspected, ...] = ()) -> History:
        return History.of(policy, {"sms": now}, earlier, DAY)

    return of


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("sms_20260601.csv", date(2026, 6, 1)),
        ("sms_2026-06-01.zip!a.csv", date(2026, 6, 1)),
        ("sms_20260601T0830.csv", date(2026, 6, 1)),
        ("sms_20260601083000.csv", date(2026, 6, 1)),
        ("sms_120260601.csv", date(2026, 6, 9)),
        ("sms_20260231.csv", date(2026, 6, 9)),
        ("sms_2026-0601.csv", date(2026, 6, 9)),
    ],
)
def test_a_delivery_has_the_day_of_its_name_else_of_its_last_change(history, name, day):
    one = history(told(name, range(1, 3), date(2026, 6, 9)))
    assert one.deliveries(one.policy.flows["sms"]) == (day,)


def test_a_file_is_one_delivery_however_often_it_was_read_and_however_much_it_contains(history):
    one = history(told("sms_1.zip!a.csv", range(1, 3), DAY), told("sms_1.zip!b.csv", range(1, 3), DAY))
    assert one.deliveries(one.policy.flows["sms"]) == (DAY,)


def test_a_file_without_a_date_that_is_written_anew_is_delivered_anew(history):
    days = [date(2026, 6, day) for day in (1, 2, 2, 3)]
    one = history(*(told("sms_list.csv", range(1, 3 + n), day) for n, day in enumerate(days)))
    assert one.deliveries(one.policy.flows["sms"]) == tuple(dict.fromkeys(days))


def test_the_day_of_a_file_is_that_of_the_workspace(root):
    policy = load_policy(["p.yaml"], root, load_catalogue())
    early = told("sms_list.csv", range(1, 3), DAY)
    early = replace(early, asset=replace(early.asset, modified=datetime(2026, 6, 29, 23, 30, tzinfo=UTC)))
    days = [
        History.of(policy, {"sms": [early]}, (), DAY, zone).deliveries(policy.flows["sms"])
        for zone in (UTC, ZoneInfo("Asia/Shanghai"))
    ]
    assert days == [(date(2026, 6, 29),), (date(2026, 6, 30),)]


@pytest.mark.parametrize(("declared", "sensitive"), [("", 0), (", fields: {m: cn_mobile@minor}", 9)])
def test_children_abroad_are_counted_as_sensitive(sending, declared, sensitive):
    root = sending(flow=declared)
    (root / "p.yaml").write_text((root / "p.yaml").read_text().replace("region: CN", "region: SG"))
    catalogue = load_catalogue()
    policy, one = load_policy(["p.yaml"], root, catalogue), told("sms_1.csv", range(1, 10), DAY)
    found = FieldEvidence(
        one.asset.id,
        "m",
        "cn_mobile",
        Form.PLAIN,
        9,
        9,
        1.0,
        1.0,
        level=catalogue["cn_mobile"].levels,
        why=(),
        confidence=1.0,
    )
    abroad = History.of(policy, {"sms": [replace(one, fields=(found,))]}, (), DAY).abroad(catalogue)
    assert (abroad.everybody, abroad.sensitive) == (9, sensitive)


def test_people_are_counted_once_a_day_and_once_a_year(history):
    one = history(
        told("sms_20260601.csv", range(1, 11)),
        told("sms_20260601_b.csv", range(6, 16)),
        now=(told("sms_20260602.csv", range(1, 31)),),
    )
    assert one.persons_per_day("acme") == {date(2026, 6, 1): 15, date(2026, 6, 2): 30}
    assert one.told("acme") == 30
