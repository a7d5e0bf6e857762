"""Receipts of the gate: what they certify, and what `--verify` says of one."""

from __future__ import annotations

import hashlib
import json
import os

import pytest

from pii_audit.auditing.receipt import signature

KEY = bytes.fromhex("5a" * 32)
OTHER_KEY = "6b" * 32


@pytest.fixture
def passed(space, call):
    """The receipt of a compliant export, in `receipt.json`."""
    assert call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--receipt", "receipt.json").code == 0
    return space / "receipt.json"


def test_a_receipt_certifies_file_policy_and_verdict_and_its_signature_holds(space, call):
    words = ("--ticket", "T-7", "--approver", "王某")
    answer = call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--receipt", "receipt.json", *words)
    assert answer.code == 0
    receipt = json.loads((space / "receipt.json").read_text(encoding="utf-8"))
    data = (space / "outbox" / "sms_1.csv").read_bytes()
    assert receipt["files"] == {"outbox/sms_1.csv": {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}}
    assert (receipt["verdict"], receipt["exit_code"], receipt["flow"]) == ("pass", 0, "sms-daily")
    assert (receipt["ledger"]["ticket"], receipt["ledger"]["approver"]) == ("T-7", "王某")
    assert receipt["ledger"]["elements"] == ["cn_mobile", "person_name"]
    body = {name: value for name, value in receipt.items() if name != "signature"}
    assert signature(body, KEY) == receipt["signature"]


def test_another_policy_gives_a_receipt_another_digest(space, call):
    digests = set()
    for name in ("Acme SMS", "Acme"):
        text = (space / "policies" / "recipients.yaml").read_text()
        (space / "policies" / "recipients.yaml").write_text(text.replace("Acme SMS", name))
        call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--receipt", "receipt.json")
        digests.add(json.loads((space / "receipt.json").read_text())["policy_sha256"])
    assert len(digests) == 2


def test_a_file_that_changes_while_it_is_judged_gets_no_receipt(space, call, told, monkeypatch):
    from pii_audit.auditing import gate

    path = space / "outbox" / "sms_1.csv"
    real = gate.judge_flows

    def judge_flows(*facts):
        path.write_text("mobile\n13700137000\n")
        return real(*facts)

    monkeypatch.setattr(gate, "judge_flows", judge_flows)
    lines = told(call("gate", path, "--flow", "sms-daily", "--receipt", "receipt.json"), 2)
    assert any("changed" in line for line in lines)
    assert not (space / "receipt.json").exists()


def test_standard_input_is_certified_as_it_was_read(space, call):
    data = (space / "outbox" / "sms_1.csv").read_bytes()
    assert call("gate", "-", "--flow", "sms-daily", "--receipt", "receipt.json", stdin=data).code == 0
    receipt = json.loads((space / "receipt.json").read_text())
    assert receipt["files"] == {"-": {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}}
    assert call("gate", "--verify", "receipt.json", "outbox/sms_1.csv").code == 0
    assert call("gate", "--verify", "receipt.json", "-", stdin=data).code == 0
    assert call("gate", "--verify", "receipt.json", "-", stdin=data[:-1]).code == 1


@pytest.mark.parametrize("name", ["-", "sms_1.csv"])
def test_an_empty_pipe_may_not_leave(space, call, told, name):
    answer = call("gate", "-", "--name", name, "--flow", "sms-daily", "--format", "json")
    told(answer, 3)
    assert "nothing at all" in json.loads(answer.out)["coverage"][0]["reason"]


def test_a_pipe_that_is_named_as_a_path_is_not_taken_for_an_empty_file(space, call, told):
    os.mkfifo(space / "pipe")
    answer = call("gate", "pipe", "--flow", "sms-daily", "--format", "json")
    told(answer, 3)
    assert "standard input: -" in json.loads(answer.out)["coverage"][0]["reason"]


def test_a_receipt_is_about_the_export_and_not_about_the_control_file_beside_it(space, call):
    (space / "outbox" / "sms_1.ok").write_text("sms_1.csv|20")
    words = ("outbox/sms_1.csv", "outbox/sms_1.ok", "--flow", "sms-daily", "--receipt", "receipt.json")
    assert call("gate", *words).code == 0
    assert list(json.loads((space / "receipt.json").read_text())["files"]) == ["outbox/sms_1.csv"]


def test_an_empty_file_holds_nothing_to_object_to(space, call):
    (space / "outbox" / "sms_9.csv").write_bytes(b"")
    answer = call("gate", "outbox/sms_9.csv", "--flow", "sms-daily", "--format", "json")
    assert answer.code == 0
    [row] = json.loads(answer.out)["coverage"]
    assert (row["status"], row["bytes"], row["reason"]) == ("inspected", 0, "an empty file (0 bytes)")


def test_standard_input_is_named_once(space, call, told):
    [line] = told(call("gate", "-", "-", "--flow", "sms-daily", stdin=b"mobile\n"), 2)
    assert "once" in line


def test_the_extraction_ledger_comes_from_options_and_environment(space, call, told, monkeypatch):
    monkeypatch.setenv("PII_AUDIT_OPERATOR", "batch-7")
    words = ("--requester", "Li", "--time", "2026-06-01T09:30:00+08:00", "--elements", "phone")
    answer = call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--receipt", "receipt.json", *words)
    [line] = told(answer, 0)
    assert "person_name" in line
    ledger = json.loads((space / "receipt.json").read_text())["ledger"]
    assert (ledger["operator"], ledger["requester"], ledger["ticket"]) == ("batch-7", "Li", None)
    assert (ledger["time"], ledger["purpose"]) == ("2026-06-01T09:30:00+08:00", "sms")
    assert ledger["elements"] == ["cn_mobile", "person_name"]
    assert "cn_mobile" in ledger["approved_elements"]
    assert ledger["not_approved"] == ["person_name"]


@pytest.mark.parametrize("words", [("--time", "yesterday"), ("--elements", "cn_mobil")])
def test_a_ledger_field_that_cannot_be_meant_is_refused_before_anything_is_judged(space, call, told, words):
    [line] = told(call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", *words), 2)
    assert words[0][2:6] in line or words[1] in line


def test_a_receipt_says_how_strictly_it_was_judged(space, call):
    words = ("--allow-gaps", "--as-of", "2026-01-02", "--receipt", "receipt.json")
    assert call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", *words).code == 0
    conditions = json.loads((space / "receipt.json").read_text())["conditions"]
    assert conditions == {
        "as_of": "2026-01-02",
        "fail_on": "high",
        "allow_gaps": True,
        "allow_incomplete": False,
    }


def test_a_receipt_holds_for_the_file_wherever_it_lies(passed, space, call, tmp_path):
    (tmp_path / "delivered.csv").write_bytes((space / "outbox" / "sms_1.csv").read_bytes())
    answer = call("gate", "--verify", passed, "outbox/sms_1.csv", tmp_path / "delivered.csv", "--format", "json")
    assert answer.code == 0
    answers = json.loads(answer.out)
    assert answers["holds"] is True
    assert len(answers["answers"]) == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"mobile,name\n13800138001,\xe5\xbc\xa0*\n13900139000,\xe6\x9d\x8e*\n", "changed after"),
        (b"mobile,name\n", "cut short"),
        (b"mobile,name\n" * 40, "has grown"),
    ],
)
def test_a_file_that_changed_since_is_told_in_which_way(passed, space, call, data, said):
    (space / "outbox" / "sms_1.csv").write_bytes(data)
    answer = call("gate", "--verify", passed, "outbox/sms_1.csv")
    assert answer.code == 1
    assert said in answer.out


def test_a_file_that_the_receipt_does_not_name_is_told(passed, excess, call):
    answer = call("gate", "--verify", passed, excess)
    assert answer.code == 1
    assert "not about this file" in answer.out


@pytest.mark.parametrize("change", [{"verdict": "fail"}, {"files": {}}, {"policy_sha256": "0" * 64}, {"more": 1}])
def test_a_receipt_that_was_tampered_with_does_not_hold(passed, space, call, change):
    receipt = json.loads(passed.read_text())
    passed.write_text(json.dumps({**receipt, **change}))
    answer = call("gate", "--verify", passed, "outbox/sms_1.csv")
    assert answer.code == 1
    assert "signature does not hold" in answer.out


def test_a_receipt_of_another_key_cannot_be_checked(passed, space, surroundings, call, told):
    (surroundings / "key").write_text(OTHER_KEY + "\n")
    [line] = told(call("gate", "--verify", passed, "outbox/sms_1.csv"), 2)
    assert "another key" in line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"version": 1, "flow": "sms', "cut short"),
        ("", "cut short"),
        ("mobile\n13800138000\n", "not JSON"),
        ("[1]", "no receipt"),
        ('{"version": 1}', "no receipt"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_whole_receipt_is_told(passed, space, call, told, text, said):
    passed.write_text(text)
    [line] = told(call("gate", "--verify", passed, "outbox/sms_1.csv"), 2)
    assert said in line


def test_a_receipt_of_a_failed_verdict_lets_nothing_leave(excess, space, call):
    assert call("gate", excess, "--flow", "sms-daily", "--receipt", "receipt.json").code == 1
    answer = call("gate", "--verify", "receipt.json", excess)
    assert answer.code == 1
    assert "may not leave" in answer.out


@pytest.mark.parametrize(
    "words",
    [("--verify", "receipt.json"), ("--verify", "nowhere.json", "outbox/sms_1.csv"), ("--verify", "receipt.json", "x")],
)
def test_a_check_without_receipt_or_file_is_a_usage_error(passed, space, call, told, words):
    told(call("gate", *words), 2)


def test_a_file_that_cannot_be_read_is_not_checked(passed, space, call, told):
    (space / "outbox" / "mem.csv").symlink_to("/proc/self/mem")
    [line] = told(call("gate", "--verify", passed, "outbox/mem.csv"), 3)
    assert "cannot be read" in line


def test_archives_and_folders_are_read_to_the_last_entry(space, call, tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("a.csv", "mobile,name\n13800138000,张*\n")
        archive.writestr(
            "inner/b.csv", "mobile,id_no\n13800138000,11010519491231002X\n13900139000,440524188001010014\n"
        )
    answer = call("gate", tmp_path / "export.zip", "--flow", "sms-daily", "--format", "json")
    assert answer.code == 1
    assert {finding["field"] for finding in json.loads(answer.out)["findings"]} == {"id_no"}


def test_a_receipt_of_a_folder_names_what_was_judged_and_no_more(space, call):
    (space / "outbox" / "other.csv").write_text("id_no\n11010519491231002X\n")
    (space / "outbox" / "sms_1.ok").write_text("done")
    assert call("gate", "outbox", "--flow", "sms-daily", "--receipt", "receipt.json").code == 0
    assert list(json.loads((space / "receipt.json").read_text())["files"]) == ["outbox/sms_1.csv"]
    answer = call("gate", "--verify", "receipt.json", "outbox")
    assert answer.code == 1
    assert "outbox/other.csv: the receipt is not about this file" in answer.out
