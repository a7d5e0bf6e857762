"""What has ended: its findings close by a declaration that holds, and never by mere absence."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pii_audit.auditing.ending import nothing_there
from pii_audit.language import same
from pii_audit.sources.interface import Absent, failed, skipped

CORE = '  - {id: core, kind: database, url: "sqlite:core.db", owner: Retail}\n'
OTHER_FLOW = """\
  other: {source: outbox, match: "other_*", recipient: acme, purpose: sms, channel: sftp, legal_basis: contract, pia: P-1%s}
"""
ENDED = ", ended: {on: 2026-03-31, by: Wang, ref: OA-7}"
TO_COME = ", ended: {on: 2099-03-31, by: Wang, ref: OA-7}"
EXCESS = "mobile,id_no\n13800138000,11010519491231002X\n"
OTHER = "mobile\n13800138000\n"


@pytest.fixture
def declare(sending):
    """Writes audit.yaml and the policy: what the source, and what the flow `sms` says besides."""

    def write(source: str = "", flow: str = "", other: str = "") -> Path:
        return sending(source=source, sources=CORE, flow=flow, flows=OTHER_FLOW % other)

    return write


@pytest.fixture
def root(declare) -> Path:
    root = declare()
    (root / "outbox" / "sms_1.csv").write_text(EXCESS)
    return root


@pytest.fixture
def stands(root, call, declare):
    """Runs, and gives the status of the finding on the excess element of the flow."""

    def run() -> str:
        assert "Traceback" not in call("-w", root, "run").err
        listed = json.loads(call("-w", root, "findings", "list", "--format", "json").out)["findings"]
        return next(one["status"] for one in listed if one["rule"] == "SHR002" and one["flow"] == "sms")

    assert run() == "open"
    return run


@pytest.fixture
def emptied(root, stands):
    """The outbox after the flow's last file is gone; another flow's is there."""
    (root / "outbox" / "sms_1.csv").unlink()
    (root / "outbox" / "other_1.csv").write_text(OTHER)
    return stands


def _reason(root, call):
    steps = json.loads(call("-w", root, "findings", "history", "--format", "json").out)["steps"]
    return next(one["reason"] for one in steps if one["action"] == "closed")


def _rules(root, call, of="sms"):
    listed = json.loads(call("-w", root, "report", "--format", "json").out)["findings"]
    return {one["rule"] for one in listed if one["flow"] == of and one["change"] in ("new", "persistent")}


def test_a_flow_of_which_nothing_is_there_today_has_closed_nothing(emptied):
    assert emptied() == "not_rechecked"


def test_the_findings_of_a_flow_that_is_declared_to_have_ended_close_once_nothing_of_it_is_there(
    root, call, declare, emptied
):
    declare(flow=ENDED)
    assert emptied() == "closed"
    assert _reason(root, call) == "ended on 2026-03-31 (attested by Wang, OA-7)"
    assert "QLT001" not in _rules(root, call)


def test_they_close_over_an_empty_outbox_too(root, declare, stands):
    (root / "outbox" / "sms_1.csv").unlink()
    declare(flow=ENDED)
    assert stands() == "closed"


def test_a_file_of_a_flow_that_has_ended_is_a_breach_and_keeps_what_was_found(root, call, declare, stands):
    declare(flow=ENDED)
    assert stands() == "open"
    assert {"SHR006", "SHR002"} <= _rules(root, call)
    (said,) = [
        one["message"]
        for one in json.loads(call("-w", root, "report", "--format", "json").out)["findings"]
        if one["rule"] == "SHR006"
    ]
    assert said == "the flow ended on 2026-03-31 (attested by Wang, OA-7), and something of it is there"


def test_an_end_that_is_to_come_ends_nothing(root, call, declare, emptied):
    declare(flow=TO_COME)
    assert emptied() == "not_rechecked"
    assert "QLT001" in _rules(root, call)


def test_a_file_that_cannot_be_read_may_be_the_flow_s(root, declare, stands):
    declare(flow=ENDED)
    (root / "outbox" / "sms_1.csv").unlink()
    (root / "outbox" / "sms_2.xlsx").write_bytes(b"PK\x03\x04 broken")
    assert stands() != "closed"


def test_an_outbox_elsewhere_says_nothing_of_the_one_where_the_flow_was(root, declare, emptied):
    declare(flow=ENDED)
    (root / "outbox").rename(root / "outbox2")
    (root / "audit.yaml").write_text((root / "audit.yaml").read_text().replace("url: outbox/", "url: outbox2/"))
    assert emptied() == "not_rechecked"


def test_a_source_that_is_taken_out_of_the_workspace_closes_nothing(root, declare, emptied):
    declare(flow=ENDED)
    text = (root / "audit.yaml").read_text().splitlines(keepends=True)
    (root / "audit.yaml").write_text("".join(line for line in text if "outbox" not in line))
    assert emptied() == "not_rechecked"


def test_a_flow_that_is_taken_out_of_the_policies_closes_nothing(root, emptied):
    text = (root / "p.yaml").read_text().splitlines(keepends=True)
    (root / "p.yaml").write_text("".join(line for line in text if not line.startswith("  sms:")))
    assert emptied() == "not_rechecked"


def test_the_findings_of_a_source_that_has_ended_close_when_it_is_there_no_more(root, call, declare, emptied):
    for path in (root / "outbox").iterdir():
        path.unlink()
    (root / "outbox").rmdir()
    assert emptied() == "not_rechecked"
    declare(source=ENDED)
    assert emptied() == "closed"
    assert _reason(root, call) == "ended on 2026-03-31 (attested by Wang, OA-7)"
    ledger = json.loads(call("-w", root, "report", "--format", "json").out)["coverage"]
    (row,) = [one for one in ledger if one["asset"].startswith("outbox")]
    assert (row["status"], row["reason"]) == ("skipped", "ended on 2026-03-31 (attested by Wang, OA-7)")


def test_a_source_that_is_still_there_has_not_ended(declare, stands):
    declare(source=ENDED)
    assert stands() == "open"


def test_a_source_that_may_not_be_read_any_more_is_there(root, call, declare, stands, monkeypatch):
    declare(source=ENDED)
    listing = os.scandir

    def scandir(path="."):
        if Path(os.fsdecode(path)).name == "outbox":
            raise PermissionError(13, "Permission denied", os.fsdecode(path))
        return listing(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert stands() == "not_rechecked"
    assert "COV001" in _rules(root, call, of=None)
    assert "it cannot be told that nothing is there" in call("-w", root, "doctor").out


def test_a_share_that_was_full_and_is_empty_is_not_mounted_rather_than_clean(root, call, declare):
    (root / "share").mkdir()
    declare(source="}\n  - {id: share, kind: file_share, url: share/, owner: Office")
    nothing_yet = call("-w", root, "run", "--source", "share")
    (root / "share" / "a.txt").write_text("nothing of interest")
    full = call("-w", root, "run", "--source", "share")
    (root / "share" / "a.txt").unlink()
    empty = [call("-w", root, "run", "--source", "share") for _ in range(2)]
    declare(source=f"}}\n  - {{id: share, kind: file_share, url: share/, owner: Office{ENDED}")
    ended = call("-w", root, "run", "--source", "share")
    assert [one.code for one in (nothing_yet, full, *empty, ended)] == [0, 0, 3, 3, 0]
    assert "check its url and that it is mounted" in empty[0].out


def test_an_outbox_may_be_empty_after_it_was_full(root, call, stands):
    (root / "outbox" / "sms_1.csv").unlink()
    assert stands() == "not_rechecked"
    ledger = json.loads(call("-w", root, "report", "--format", "json").out)["coverage"]
    assert [row["asset"] for row in ledger if row["asset"].startswith("outbox")] == []


@pytest.mark.parametrize(
    ("rows", "gone"),
    [
        ([], True),
        ([failed("s", ".", Absent("无", "nowhere"))], True),
        ([failed("s", "", same("refused"))], False),
        ([failed("s", ".", Absent("无", "nowhere")), failed("s", "a.csv", same("broken"))], False),
        ([skipped("s", "a.ok", same("a rule"))], False),
    ],
    ids=["empty", "not there", "refused", "a file", "a file that is left out"],
)
def test_of_a_source_that_has_ended_nothing_may_be_there(rows, gone):
    assert nothing_there(rows) is gone


def test_a_source_that_has_ended_elsewhere_closes_nothing(root, declare, emptied):
    declare(source=ENDED)
    (root / "audit.yaml").write_text((root / "audit.yaml").read_text().replace("url: outbox/", "url: nowhere/"))
    assert emptied() == "not_rechecked"


def test_a_database_that_has_ended_takes_its_findings_along(root, call, declare):
    with closing(sqlite3.connect(root / "core.db")) as core, core:
        core.execute("CREATE TABLE pay (cvv2 TEXT, card TEXT)")
        core.executemany("INSERT INTO pay VALUES (?, ?)", [(f"{n:03}", "6222020200000012345") for n in range(50)])

    def of_core():
        call("-w", root, "run")
        listed = json.loads(call("-w", root, "findings", "list", "--source", "core", "--format", "json").out)
        return {one["status"] for one in listed["findings"] if one["rule"] != "COV001"}

    assert of_core() == {"open"}
    (root / "core.db").unlink()
    assert of_core() == {"not_rechecked"}
    text = (root / "audit.yaml").read_text()
    (root / "audit.yaml").write_text(text.replace("owner: Retail", f"owner: Retail{ENDED}"))
    assert of_core() == {"closed"}


def test_an_end_needs_a_day_and_somebody_who_attests_it(root, call, declare):
    declare(source=", ended: {on: 2026-03-31}", flow=", ended: {on: 2026-03-31, by: ' '}")
    answer = call("-w", root, "run")
    assert answer.code == 2
    assert "by" in answer.err


def test_doctor_tells_an_end_that_holds_from_one_that_does_not(root, call, declare):
    declare(source=ENDED)
    assert "and 1 asset(s) are there" in call("-w", root, "doctor").out
    (root / "outbox" / "sms_1.csv").unlink()
    (root / "outbox").rmdir()
    told = call("-w", root, "doctor")
    assert "source outbox: ended on 2026-03-31 (attested by Wang, OA-7)" in told.out


def test_a_gate_lets_nothing_out_for_a_flow_that_has_ended(root, call, declare):
    (root / "outbox" / "other_1.csv").write_text(OTHER)
    assert call("-w", root, "gate", root / "outbox" / "other_1.csv", "--flow", "other").code == 0
    declare(other=ENDED)
    answer = call("-w", root, "gate", root / "outbox" / "other_1.csv", "--flow", "other")
    assert (answer.code, "SHR006" in answer.out) == (1, True)
