from __future__ import annotations

from pii_audit.model.asset import Asset, AssetKind
from pii_audit.sources.feed.outbox import OutboxSource
from pii_audit.sources.interface import Sampling


def listed(source):
    return [
        row.name if isinstance(row, Asset) else (row.asset, str(row.status), row.reason.en) for row in source.assets()
    ]


def test_files_are_feeds_and_control_files_are_skipped_by_their_rule(tmp_path):
    for name in ("sms.csv", "sms.ok", "d/x.ctl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    source = OutboxSource("outbox", tmp_path, ignore=("*.ok", "*.ctl"))
    assert listed(source) == [
        ("d/x.ctl", "skipped", "a control file, ignored by *.ctl"),
        "sms.csv",
        ("sms.ok", "skipped", "a control file, ignored by *.ok"),
    ]
    assert {row.kind for row in source.assets() if isinstance(row, Asset)} == {AssetKind.FEED}


def test_a_feed_is_read_in_full_whatever_sampling_is_asked_for(tmp_path, read_all):
    (tmp_path / "sms.csv").write_text("name,phone,x\n" + "Ann,13800138000,y\n" * 1000)
    source = OutboxSource("outbox", tmp_path)
    [asset] = source.assets()
    [read] = read_all(source.open(asset, Sampling(10)))
    assert (read.status, read.coverage.rows, read.coverage.draws) == ("inspected", 1000, None)


def test_a_link_to_a_file_in_the_outbox_is_read_under_its_own_name(tmp_path, read_all):
    (tmp_path / "real.ok").write_text("13800138000")
    (tmp_path / "sms.txt").symlink_to("real.ok")
    source = OutboxSource("outbox", tmp_path, ignore=("*.ok",))
    [asset] = [row for row in source.assets() if isinstance(row, Asset)]
    [read] = read_all(source.open(asset, Sampling()))
    assert (asset.name, read.text) == ("sms.txt", "13800138000")


def test_a_link_out_of_the_outbox_fails_since_its_target_leaves_unread(tmp_path):
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    (tmp_path / "core.csv").write_text("x")
    (outbox / "sms.csv").symlink_to(tmp_path / "core.csv")
    [(name, status, _)] = listed(OutboxSource("outbox", outbox))
    assert (name, status) == ("sms.csv", "failed")
