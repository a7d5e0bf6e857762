"""The commands with which people walk findings through their lives."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

HOSTILE = "<script>\x1b[31m\u202e=cmd|' /C calc'!A0"


@pytest.fixture
def mark(space, excess, call):
    """The first digits of a finding that a run recorded."""
    call("run", "--format", "json")
    return json.loads(call("findings", "list", "--rule", "SHR002", "--format", "json").out)["findings"][0][
        "fingerprint"
    ][:8]


def _status(call, mark):
    return json.loads(call("findings", "show", mark, "--format", "json").out)["findings"][0]["status"]


def _accept(call, mark, *more):
    return call("findings", "accept", mark, "--owner", "Zhang", "--approver", "Li", "--reason", "for now", *more)


def test_a_finding_is_assigned_worked_on_accepted_and_taken_back(mark, call, told):
    assert "assigned" in call("findings", "assign", mark, "--owner", "Zhang", "--due", "2027-01-31").out
    assert "2027-01-31" in call("findings", "list", "--status", "assigned").out
    assert "rectifying" in call("findings", "rectify", mark, "--by", "Zhang").out
    told(_accept(call, mark, "--until", "2099-12-31"), 0)
    assert _status(call, mark) == "accepted"
    told(call("findings", "reopen", mark, "--reason", "no longer needed"), 0)
    history = json.loads(call("findings", "history", mark, "--format", "json").out)["steps"]
    assert [one["action"] for one in history] == ["found", "assigned", "rectifying", "accepted", "reopened"]
    assert (history[2]["by"], history[0]["run"] is None, history[2]["run"]) == ("Zhang", False, None)
    shown = call("findings", "show", mark).out
    assert "no longer needed" in shown


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (("--rule", "SHR999"), 'unknown rule "SHR999"; did you mean "SHR009"?'),
        (("--rule", "shr002"), 'unknown rule "shr002"; did you mean "SHR002"?'),
        (("--rule", "FOO"), 'unknown rule "FOO"'),
        (("--rule", "ORG002"), 'unknown rule "ORG002"; did you mean "ORG001"?'),
        (("--severity", "hihg"), 'unknown choice "hihg"; did you mean "high"?'),
        (("--status", "opened"), 'unknown choice "opened"; did you mean "open"?'),
        (("--source", "cor"), 'unknown source "cor"; did you mean "core"?'),
        (("--unit", "hz"), 'unknown unit "hz"'),
    ],
)
def test_a_filter_that_nothing_can_pass_is_refused_and_finds_not_nothing(space, mark, call, told, filters, said):
    (space / "policies" / "own.yaml").write_text(
        "version: 1\nrules: {ORG001: {title: t, about: flow, when: 'false', message: m, severity: low, stage: use}}\n"
    )
    [line] = told(call("findings", "list", *filters), 2)
    assert said in line


def test_a_rule_of_one_s_own_that_found_nothing_yet_or_is_gone_can_be_asked_for(space, excess, call, told):
    own = space / "policies" / "own.yaml"
    rule = "title: t, about: flow, when: '{}', message: m, severity: low, stage: use, remediation: r"
    own.write_text(f"version: 1\nrules: {{ORG001: {{{rule.format('true')}}}, ORG002: {{{rule.format('false')}}}}}\n")
    assert call("run", "-q").code == 1
    assert "no such findings" in call("findings", "list", "--rule", "ORG002").out
    own.unlink()
    listed = json.loads(call("findings", "list", "--rule", "ORG001", "--format", "json").out)["findings"]
    assert {one["rule"] for one in listed} == {"ORG001"}
    told(call("findings", "list", "--rule", "ORG002"), 2)


def test_an_accepted_finding_counts_no_more_and_is_listed_with_who_agreed(mark, call, space):
    (space / "share" / "note.txt").unlink()
    first = json.loads(call("run", "--format", "json").out)["run"]["counts"]["findings"]
    _accept(call, mark, "--until", "2099-12-31")
    answer = call("run")
    assert "Set aside" in answer.out
    assert "accepted: for now (Li, until 2099-12-31)" in answer.out
    document = json.loads(call("report", "--format", "json").out)
    assert document["run"]["counts"]["findings"] == first - 1
    (decided,) = [one for one in document["findings"] if one["decision"]]
    assert (decided["status"], decided["decision"]["approver"]) == ("accepted", "Li")


def test_a_false_positive_is_an_exclusion_that_is_listed(mark, call, told):
    told(call("findings", "reject", mark, "--reviewer", "Li", "--reason", "test numbers"), 0)
    call("run")
    assert mark in call("findings", "list", "--status", "false_positive").out
    assert "false positive: test numbers (Li)" in call("report").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["assign", "--owner", "x"], "no finding is named"),
        (["assign", "MARK"], "nobody is named to assign it to"),
        (["assign", "MARK", "--unit", "nosuch"], 'unknown unit "nosuch"'),
        (["assign", "MARK", "--owner", "x", "--due", "2026-02-30"], "expected a date"),
        (["assign", "MARK", "--approver", "x"], "takes no --approver. it belongs to accept"),
        (
            ["accept", "MARK", "--owner", "a", "--approver", "A ", "--reason", "r", "--until", "2099-01-01"],
            "one person",
        ),
        (["accept", "MARK", "--owner", "a", "--approver", "b", "--reason", "r"], "--until YYYY-MM-DD"),
        (
            ["accept", "MARK", "--owner", "a", "--approver", "b", "--reason", "r", "--until", "2020-01-01"],
            "its last day",
        ),
        (["reject", "MARK", "--reviewer", "b"], "--reason is missing"),
        (["reopen", "MARK", "--reason", "r"], "still to be put right"),
        (["rectify", "MARK"], "assign it first"),
        (["rectify", "ffffffffffff"], "no finding has an id"),
        (["list", "MARK"], "takes no fingerprint"),
        (["show", "MARK", "MARK"], "one finding at a time"),
        (["verify", "--expect", "abc"], "--expect is no head"),
        (["close", "MARK"], "unknown choice"),
        (["export", "--format", "json"], "takes no --format"),
        (["import"], "no file is named"),
        (["assign", "MARK", "--owner", "x", "--by", "y" * 201], "longer than 200"),
    ],
    ids=lambda words: " ".join(words[:3]) if isinstance(words, list) else "",
)
def test_a_step_that_cannot_be_made_says_why(mark, call, told, words, said):
    (line,) = told(call("findings", *(mark if word == "MARK" else word for word in words)), 2)
    assert said in line
    assert _status(call, mark) == "open"


def test_steps_need_the_key_and_looking_does_not(mark, call, told, space):
    (space / "audit.yaml").write_text((space / "audit.yaml").read_text().replace('key: "file', '# "file'))
    told(call("findings", "list"), 0)
    told(call("findings", "history", mark), 0)
    (line,) = told(call("findings", "assign", mark, "--owner", "Zhang"), 2)
    assert "names no HMAC key" in line


def test_a_tampered_history_is_reported_and_exits_1(mark, call, told, space):
    call("findings", "assign", mark, "--owner", "Zhang")
    whole = call("findings", "verify", "--format", "json")
    told(whole, 0)
    head = json.loads(whole.out)["head"]
    call("findings", "rectify", mark)
    told(call("findings", "verify", "--expect", head), 0)
    with closing(sqlite3.connect(space / ".pii-audit" / "store.db")) as raw, raw:
        raw.execute("UPDATE history SET document = replace(document, 'Zhang', 'Wang')")
    answer = call("findings", "verify", "--lang", "zh")
    assert answer.code == 1
    assert "已被改动" in answer.out


def test_what_is_overdue_or_came_back_is_listed_apart(mark, call):
    assert mark not in call("findings", "list", "--overdue").out
    call("findings", "assign", mark, "--owner", "Zhang", "--due", "2020-01-31")
    assert "assigned overdue" in call("findings", "list", "--overdue").out
    assert "no such findings" in call("findings", "list", "--repeated").out


def test_hostile_words_stay_words(mark, call):
    call("findings", "assign", mark, "--owner", HOSTILE, "--reason", HOSTILE, "--by", HOSTILE)
    for words in (["list"], ["show", mark], ["history"]):
        shown = call("findings", *words).out
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "\\x1b[31m\\u202e" in shown


def test_who_did_it_is_the_operator_of_the_environment_and_the_account(mark, call, monkeypatch):
    monkeypatch.setenv("PII_AUDIT_OPERATOR", "DPO office")
    call("findings", "assign", mark, "--owner", "Zhang")
    step = json.loads(call("findings", "history", mark, "--format", "json").out)["steps"][-1]
    assert step["by"] == "DPO office"
    assert step["account"]


def test_an_identifier_in_the_name_of_a_person_is_masked(mark, space, call, told, monkeypatch):
    """The history and the reports are read by more people than the audited data."""
    owner, approver, reviewer = "Zhang 13812345678", "Li 13987654321", "Wang 13711112222"
    told(call("findings", "assign", mark, "--owner", owner, "--by", "Zhao 11010519491231002X"), 0)
    monkeypatch.setenv("PII_AUDIT_OPERATOR", "Qian 13666667777")
    accept = ("accept", mark, "--owner", owner, "--approver", approver, "--until", "2099-12-31", "--reason", "x")
    told(call("findings", *accept), 0)
    shown = call("findings", "show", mark).out
    call("findings", "reopen", mark, "--reason", "x")
    told(call("findings", "reject", mark, "--reviewer", reviewer, "--reason", "x"), 0)
    history = call("findings", "history", "--format", "json").out
    report = call("report", "--format", "json").out
    with closing(sqlite3.connect(space / ".pii-audit" / "store.db")) as store:
        stored = "\n".join(store.iterdump())
    for text in (shown, history, report, stored):
        for name in (owner, approver, reviewer, "11010519491231002X", "13666667777"):
            assert name.rpartition(" ")[2] not in text
    assert all(name in stored for name in ("Zhang 138", "Li 139", "Wang 137", "Zhao 1", "Qian 136"))


def test_who_is_masked_is_still_one_person(space, excess, call, told):
    """An address is masked in the store; the same one in other letters approves nothing of its own."""
    audit = space / "audit.yaml"
    audit.write_text(audit.read_text().replace("owner: Data", "owner: data.team@bank.example"))
    call("run", "--format", "json")
    listed = call("findings", "list", "--rule", "SHR002", "--format", "json").out
    assert "data.team" not in listed
    mark = json.loads(listed)["findings"][0]["fingerprint"][:8]
    reject = ("findings", "reject", mark, "--reason", "x", "--reviewer")
    (line,) = told(call(*reject, "Data.Team@bank.example"), 2)
    assert "one person" in line
    told(call("findings", "assign", mark, "--owner", "li.ming@bank.example"), 0)
    (line,) = told(call(*reject, "ｌｉ．ｍｉｎｇ＠bank.example"), 2)
    assert "one person" in line
    accept = ("findings", "accept", mark, "--owner", "Zhang", "--until", "2099-12-31", "--reason", "x", "--approver")
    (line,) = told(call(*accept, " LI.MING@bank.example"), 2)
    assert "one person" in line
    told(call(*accept, "li.meng@bank.example"), 0)


def test_an_identifier_in_the_reason_of_an_exception_is_masked(space, excess, call):
    """Policies are read by fewer people than the reports."""
    path = space / "policies" / "exceptions.yaml"
    path.write_text(
        "version: 1\nexceptions:\n  - {rule: SHR002, flow: sms-daily, owner: a, approver: li.ming@bank.example,"
        " reason: ask 13812345678, until: 2099-01-01}\n"
    )
    for command in (("run",), ("gate", str(excess), "--flow", "sms-daily", "--record")):
        call(*command)
        for form in ("table", "csv", "json", "html", "sarif"):
            shown = call("report", "--format", form).out
            assert "ask 138****5678" in shown
            assert "li.ming" not in shown
            assert "13812345678" not in shown
    stored = (space / ".pii-audit" / "store.db").read_bytes()
    assert b"li.ming" not in stored
    assert b"13812345678" not in stored


def test_what_a_recorded_gate_found_is_closed_by_a_run_that_sees_the_flow_without_it(space, call):
    (space / "export").mkdir()
    (space / "export" / "sms_9.csv").write_text("mobile,id_no\n13800138000,11010519491231002X\n")
    assert call("gate", "export/sms_9.csv", "--flow", "sms-daily", "--record").code == 1
    (mark,) = (
        one["fingerprint"]
        for one in json.loads(call("findings", "list", "--rule", "SHR002", "--format", "json").out)["findings"]
    )
    outbox = list((space / "outbox").glob("sms_*"))
    kept = [path.read_bytes() for path in outbox]
    for path in outbox:
        path.unlink()
    call("run")
    assert _status(call, mark) == "not_rechecked"
    for path, content in zip(outbox, kept, strict=True):
        path.write_bytes(content)
    call("run")
    assert _status(call, mark) == "closed"


def test_a_file_that_can_never_be_read_keeps_nothing_open_but_itself(space, call):
    audit = (space / "audit.yaml").read_text()
    (space / "audit.yaml").write_text(audit.replace("url: share/, owner: Office", "url: share/"))
    (space / "share" / "list.csv").write_text("mobile\n13800138000\n13900139000\n")
    (space / "share" / "shut.xlsx").write_bytes(b"PK\x03\x04 broken")

    def of_share():
        assert "could not be inspected" in call("run", "--source", "share").out
        listed = json.loads(call("findings", "list", "--source", "share", "--format", "json").out)["findings"]
        return {one["rule"]: one["status"] for one in listed if one["rule"] in ("GOV001", "COV001")}

    assert of_share() == {"GOV001": "open", "COV001": "open"}
    (space / "audit.yaml").write_text(audit)
    assert of_share() == {"GOV001": "closed", "COV001": "open"}
