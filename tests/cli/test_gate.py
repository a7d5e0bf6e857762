"""`gate`: whether an export may leave, and what it says about it."""

from __future__ import annotations

import json

import pytest


def test_a_compliant_export_may_leave(space, call, told):
    answer = call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--format", "json")
    told(answer, 0)
    told_ = json.loads(answer.out)
    assert told_["findings"] == []
    assert {one["outcome"] for one in told_["verdicts"]} == {"compliant"}


def test_an_excess_column_is_named_with_its_identifier_the_scope_line_and_what_to_remove(space, excess, call, told):
    answer = call("gate", excess, "--flow", "sms-daily")
    told(answer, 1)
    assert "SHR002" in answer.out
    assert "id_no" in answer.out
    assert "cn_resident_id" in answer.out
    scope = next(
        number
        for number, line in enumerate((space / "policies" / "recipients.yaml").read_text().splitlines(), start=1)
        if "scope:" in line
    )
    assert f"policies/recipients.yaml:{scope}" in answer.out
    assert 'remove column "id_no"' in answer.out.lower()


def test_the_json_of_an_excess_column_names_the_same(space, excess, call):
    [finding] = json.loads(call("gate", excess, "--flow", "sms-daily", "--format", "json").out)["findings"]
    assert (finding["rule"], finding["field"], finding["identifiers"]) == ("SHR002", "id_no", ["cn_resident_id"])
    assert finding["policy"].startswith("policies/recipients.yaml:")
    assert (finding["flow"], finding["recipient"], finding["severity"]) == ("sms-daily", "acme", "high")


@pytest.mark.parametrize(("language", "word"), [("zh", "删除列"), ("en", "remove column")])
def test_the_answer_is_in_the_language_asked_for(space, excess, call, language, word):
    assert word in call("gate", excess, "--flow", "sms-daily", "--lang", language).out.lower()


def test_an_unreadable_export_may_not_leave(space, call, told):
    (space / "outbox" / "sms_3.csv").write_bytes(b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)))
    answer = call("gate", "outbox/sms_3.csv", "--flow", "sms-daily", "--format", "json")
    told(answer, 3)
    assert json.loads(answer.out)["coverage"][0]["status"] == "failed"
    assert call("gate", "outbox/sms_3.csv", "--flow", "sms-daily", "--allow-incomplete").code == 0


def test_a_violation_weighs_more_than_what_could_not_be_read(space, excess, call):
    (space / "outbox" / "sms_3.csv").write_bytes(b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)))
    assert call("gate", "outbox", "--flow", "sms-daily").code == 1


def test_a_broken_policy_is_an_error_at_its_line(space, call, told):
    (space / "policies" / "flows.yaml").write_text("version: 1\nflows:\n  a:\n    recipent: acme\n    purpose: sms\n")
    lines = told(call("gate", "outbox/sms_1.csv", "--flow", "a"), 2)
    assert any(line.startswith("policies/flows.yaml:4:5: ") and "recipient" in line for line in lines)


def test_errors_in_several_policy_files_are_told_all_at_once(space, call, told):
    (space / "policies" / "a.yaml").write_text("version: 1\nflovs: {}\n")
    (space / "policies" / "b.yaml").write_text("version: 1\nstorage:\n  never: [card_cvv]\n  nevr: []\n")
    lines = told(call("gate", "outbox/sms_1.csv", "--flow", "sms-daily"), 2)
    assert [line.split(": ")[0] for line in lines] == [
        "policies/a.yaml:2:1",
        "policies/b.yaml:3:11",
        "policies/b.yaml:4:3",
    ]


def test_an_unknown_flow_is_answered_with_the_nearest_one(space, call, told):
    [line] = told(call("gate", "outbox/sms_1.csv", "--flow", "sms-dialy"), 2)
    assert "sms-dialy" in line
    assert "sms-daily" in line


def test_an_unknown_recipient_is_answered_with_the_nearest_one(space, call, told):
    [line] = told(call("gate", "outbox/sms_1.csv", "--recipient", "acmee", "--purpose", "sms"), 2)
    assert "acme" in line


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--recipient", "acme"],
        ["--flow", "sms-daily", "--recipient", "acme"],
        ["--flow", "sms-daily", "--as-of", "2026-02-30"],
        ["--flow", "sms-daily", "--fail-on", "terrible"],
        ["--flow", "sms-daily", "--format", "xslx"],
    ],
)
def test_a_call_that_cannot_be_meant_is_a_usage_error_in_one_line(space, call, told, words):
    answer = call("gate", "outbox/sms_1.csv", *words)
    assert len(told(answer, 2)) == 1
    assert answer.out == ""


def test_recipient_and_purpose_stand_in_for_a_flow(space, call, excess):
    words = ("--recipient", "acme", "--purpose", "sms", "--allow-gaps")
    assert call("gate", "outbox/sms_1.csv", *words).code == 0
    assert call("gate", excess, *words).code == 1


def test_an_exception_for_a_column_lets_no_text_pass(space, excess, call):
    (space / "policies" / "exceptions.yaml").write_text(
        "version: 1\nexceptions:\n  - {rule: SHR002, flow: sms-daily, identifier: cn_resident_id, owner: A, approver: B,"
        " reason: r, until: 2099-01-01, while: {fields: [id_no], forms: [plain]}}\n"
    )
    note = space / "note.txt"
    note.write_text("13800138000 belongs to 11010519491231002X\n")
    assert call("gate", excess, "--flow", "sms-daily").code == 0
    for paths in ([note], [excess, note]):
        answer = call("gate", *paths, "--flow", "sms-daily", "--format", "json")
        assert answer.code == 1
        [finding] = json.loads(answer.out)["findings"]
        assert finding["evidence"]["in_text"]
        assert finding["evidence"]["forms"] == {"plain": 1 if paths == [note] else 3}


def test_what_cannot_be_proved_fails_unless_gaps_are_allowed(space, call):
    (space / "policies" / "flows.yaml").write_text(
        (space / "policies" / "flows.yaml").read_text().replace("    legal_basis: contract\n", "")
    )
    answer = call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--format", "json")
    assert answer.code == 1
    assert [(one["rule"], one["severity"]) for one in json.loads(answer.out)["findings"]] == [("SHR008", "high")]
    assert call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--allow-gaps").code == 0


def test_another_day_is_judged_by_what_held_then(space, call):
    answer = call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--as-of", "2024-12-31", "--format", "json")
    assert answer.code == 1
    assert "SHR007" in {one["rule"] for one in json.loads(answer.out)["findings"]}


def test_a_folder_of_the_source_is_judged_by_the_files_that_the_flow_matches(space, call):
    (space / "outbox" / "other.csv").write_text("id_no\n11010519491231002X\n")
    (space / "outbox" / "sms_1.ok").write_text("11010519491231002X")
    answer = call("gate", "outbox", "--flow", "sms-daily", "--format", "json")
    assert answer.code == 0
    read = {row["asset"]: row["status"] for row in json.loads(answer.out)["coverage"]}
    assert [name for name, status in read.items() if status == "inspected"] == ["sms_1.csv"]


def test_a_control_file_beside_an_export_is_passed_over_and_told(space, call, told):
    (space / "outbox" / "sms_1.ok").write_text("sms_1.csv|20")
    answer = call("gate", "outbox/sms_1.csv", "outbox/sms_1.ok", "--flow", "sms-daily", "--format", "json")
    assert answer.code == 0
    rows = {row["asset"]: (row["status"], row["reason"]) for row in json.loads(answer.out)["coverage"]}
    assert rows == {
        "outbox/sms_1.csv": ("inspected", None),
        "outbox/sms_1.ok": ("skipped", "a control file, ignored by *.ok"),
    }
    [line] = told(call("gate", "outbox/sms_1.ok", "--flow", "sms-daily"), 2)
    assert "sms_*.csv" in line


def test_a_folder_of_which_nothing_is_judged_is_not_passed_over_beside_a_file(space, call, told):
    (space / "outbox" / "today").mkdir()
    (space / "outbox" / "today" / "sms_1.ok").write_text("1")
    for paths in (["outbox/today"], ["outbox/sms_1.csv", "outbox/today"]):
        [line] = told(call("gate", *paths, "--flow", "sms-daily"), 2)
        assert line.startswith("outbox/today: there is no file to judge")


def test_a_folder_outside_the_source_is_judged_as_a_whole(space, call, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "other.csv").write_text("id_no\n11010519491231002X\n440524188001010014\n")
    assert call("gate", tmp_path / "elsewhere", "--flow", "sms-daily").code == 1


def test_a_file_that_belongs_to_another_flow_is_refused(space, call, told):
    (space / "outbox" / "other.csv").write_text("mobile\n13800138000\n")
    [line] = told(call("gate", "outbox/other.csv", "--flow", "sms-daily"), 2)
    assert "sms_*.csv" in line


def test_standard_input_is_judged_too(space, call, excess):
    assert call("gate", "-", "--flow", "sms-daily", stdin=(space / "outbox" / "sms_1.csv").read_bytes()).code == 0
    assert call("gate", "-", "--flow", "sms-daily", stdin=excess.read_bytes()).code == 1


def test_no_key_and_no_store_are_needed(space, call):
    audit = (space / "audit.yaml").read_text()
    (space / "audit.yaml").write_text("".join(line for line in audit.splitlines(True) if not line.startswith("key")))
    assert call("gate", "outbox/sms_1.csv", "--flow", "sms-daily").code == 0
    assert not (space / ".pii-audit").exists()


def test_a_gate_is_recorded_only_when_asked(space, excess, call):
    call("gate", excess, "--flow", "sms-daily")
    assert call("findings", "list").code == 2
    call("gate", excess, "--flow", "sms-daily", "--record")
    [row] = json.loads(call("findings", "list", "--format", "json").out)["findings"]
    assert (row["rule"], row["status"]) == ("SHR002", "open")


def test_a_job_on_github_gets_annotations_and_a_summary(space, excess, call, monkeypatch):
    (space / "summary.md").write_text("# before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(space / "summary.md"))
    answer = call("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--format", "github")
    assert answer.code == 1
    assert answer.out.startswith("::error file=outbox/sms_2.csv,line=1,title=SHR002 Excess element leaves::")
    summary = (space / "summary.md").read_text()
    assert summary.startswith("# before\n")
    assert "SHR002" in summary


def test_a_summary_that_cannot_be_written_is_told(space, excess, call, told, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(space / "nowhere" / "summary.md"))
    [line] = told(call("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--format", "github"), 2)
    assert "GITHUB_STEP_SUMMARY" in line


@pytest.mark.parametrize("mode", ["verify", "fix", "sql"])
def test_a_mode_whose_variable_is_empty_is_no_plain_gate(space, call, told, mode):
    answer = call("gate", "outbox/sms_1.csv", "--flow", "sms-daily", f"--{mode}=")
    told(answer, 2)
    assert "empty value" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("gate", "{long}", "--flow", "sms-daily"),
        ("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--fix", "{long}"),
        ("gate", "{long}", "--flow", "sms-daily", "--fix", "out.csv"),
        ("gate", "--sql", "{long}", "--flow", "sms-daily", "--dialect", "postgres"),
        ("gate", "outbox/sms_1.csv", "--flow", "sms-daily", "--identifiers", "{long}"),
        ("inspect", "{long}"),
        ("inspect", "outbox/sms_1.csv", "--identifiers", "{long}"),
        ("policy", "diff", "{long}", "policies"),
        ("policy", "diff", "policies", "{long}"),
        ("policy", "test", "{long}"),
        ("-w", "{long}", "run"),
        ("init", "{long}"),
        ("demo", "{long}"),
    ],
)
def test_a_path_that_is_too_long_for_the_system_is_told(space, call, told, words):
    answer = call(*(word.format(long="a" * 300 + ".csv") for word in words))
    told(answer, 2)
    assert "unexpectedly" not in answer.err


@pytest.mark.parametrize("entry", ["policies: [{long}]", "identifiers: [{long}]", 'store: "sqlite:{long}"'])
def test_a_name_in_audit_yaml_that_is_too_long_for_the_system_is_told(space, call, told, entry):
    text = (space / "audit.yaml").read_text()
    (space / "audit.yaml").write_text(text.replace("policies: [policies/]\n", "") + entry.format(long="a" * 300) + "\n")
    answer = call("run")
    told(answer, 2)
    assert "a" * 100 in answer.err
    assert "unexpectedly" not in answer.err


def test_a_share_whose_name_is_too_long_is_not_inspected_and_the_others_are(space, call, told):
    text = (space / "audit.yaml").read_text()
    (space / "audit.yaml").write_text(text.replace("url: share/", f"url: {'a' * 300}/"))
    answer = call("run", "--format", "json")
    told(answer, 1)
    rows = {(row["asset"], row["status"]) for row in json.loads(answer.out)["coverage"]}
    assert {("share:.", "failed"), ("core:customer", "inspected"), ("outbox:sms_1.csv", "inspected")} <= rows


@pytest.mark.parametrize("target", ["sms_2.csv", "gone.csv"], ids=["itself", "nothing"])
@pytest.mark.parametrize(
    "words",
    [
        ("gate", "outbox/sms_2.csv", "--flow", "sms-daily"),
        ("gate", "outbox/sms_1.csv", "outbox/sms_2.csv", "--flow", "sms-daily"),
        ("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--fix", "out.csv"),
        ("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--receipt", "receipt.json"),
        ("inspect", "outbox/sms_2.csv"),
    ],
)
def test_a_link_that_leads_to_no_file_is_something_unread(space, call, told, words, target):
    (space / "outbox" / "sms_2.csv").symlink_to(target)
    answer = call(*words)
    told(answer, 3)
    assert "unexpectedly" not in answer.err
    assert "sms_2.csv" in answer.out + answer.err
    assert not (space / "out.csv").exists()


def test_a_folder_with_nothing_but_such_links_is_no_export(space, call, told):
    (space / "box").mkdir()
    (space / "box" / "a.csv").symlink_to("a.csv")
    (space / "box" / "b.csv").symlink_to("gone.csv")
    told(call("gate", "box", "--flow", "sms-daily"), 2)


def test_a_name_can_neither_command_the_terminal_nor_add_a_line(space, call, told):
    (space / "a\x1b[31m\nb.csv").symlink_to("gone.csv")
    (line,) = told(call("inspect", "a\x1b[31m\nb.csv"), 3)
    assert line.startswith("a\\x1b[31m\\x0ab.csv: could not be inspected")


def test_what_cannot_be_opened_is_not_fixed(space, call, told):
    (space / "outbox" / "sms_2.csv").symlink_to(space / "gone.csv")
    told(call("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--fix", "out.csv"), 3)
    assert not (space / "out.csv").exists()
