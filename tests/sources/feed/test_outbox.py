from __future__ import annotations

import mailbox
from email.message import EmailMessage

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


def mail(number: int) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ops@bank.example", "in@agency.example", f"list {number}"
    message.set_content("call 13800138000")
    rows = f"mobile\n1390013900{number}\n1390013901{number}\n"
    message.add_attachment(rows.encode(), maintype="text", subtype="csv", filename="list.csv")
    return message


def test_mail_outboxes_are_read_as_messages_mailboxes_and_maildirs(tmp_path, read_all):
    (tmp_path / "one.eml").write_bytes(mail(1).as_bytes())
    box = mailbox.mbox(tmp_path / "sent.mbox")
    box.add(mail(2))
    box.close()
    maildir = mailbox.Maildir(tmp_path / "out")
    maildir.add(mail(3))
    (tmp_path / "out" / "tmp" / "half").write_bytes(mail(4).as_bytes()[:80])
    source = OutboxSource("outbox", tmp_path)
    rows = list(source.assets())
    assert [row.reason.en for row in rows if not isinstance(row, Asset)] == [
        "in tmp of a maildir: a message that is being written"
    ]
    read = [one for row in rows if isinstance(row, Asset) for one in read_all(source.open(row, Sampling()))]
    attached = [one.asset.name.rpartition("!")[2] for one in read if one.rows]
    assert attached == ["list.csv"] * 3
    assert sum("13800138000" in one.text for one in read) == 3
    assert {one.status for one in read} == {"inspected"}


def test_a_folder_called_tmp_is_no_maildir(tmp_path):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "a.csv").write_text("x")
    assert listed(OutboxSource("outbox", tmp_path)) == ["tmp/a.csv"]
