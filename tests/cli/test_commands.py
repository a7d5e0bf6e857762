"""Every command once in this process: exit code, streams, formats, languages."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest

from pii_audit import content
from pii_audit.cli.commands import COMMANDS
from pii_audit.policy.language import policy_schema

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_init_makes_a_workspace_that_runs_and_whose_key_lies_elsewhere(tmp_path, call, surroundings):
    made = call("init", tmp_path / "new")
    assert made.code == 0
    assert made.out == ""
    [key] = surroundings.rglob("*.key")
    assert str(key) in (tmp_path / "new" / "audit.yaml").read_text(encoding="utf-8")
    assert key.stat().st_mode & 0o077 == 0
    assert call("doctor", "-w", tmp_path / "new").code == 0
    assert call("policy", "check", "--strict", "-w", tmp_path / "new").code == 0
    assert call("run", "-w", tmp_path / "new").code == 0


def test_init_leaves_a_workspace_that_is_there_alone(space, call, told):
    before = (space / "audit.yaml").read_bytes()
    told(call("init", space), 2)
    assert (space / "audit.yaml").read_bytes() == before


def test_init_takes_a_folder_that_is_there_but_no_workspace(tmp_path, call):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "notes.txt").write_text("mine")
    assert call("init", tmp_path / "there").code == 0
    assert (tmp_path / "there" / "notes.txt").read_text() == "mine"


def test_doctor_is_content_with_a_workspace_in_order(space, call, told):
    answer = call("doctor")
    told(answer, 0)
    for name in ("core", "share", "outbox"):
        assert f"source {name}" in answer.out


@pytest.mark.parametrize(
    ("breaking", "said"),
    [
        (lambda space: (space / "core.db").write_bytes(b"not a database" * 100), "core"),
        (lambda space: (space / "policies" / "flows.yaml").write_text("version: 1\nflovs: {}\n"), "policy check"),
        (lambda space: (space / "audit.yaml").write_text("version: 1\nsources: []\nkye: x\n"), "audit.yaml:3"),
    ],
)
def test_doctor_says_what_is_broken_and_exits_2(space, call, told, breaking, said):
    breaking(space)
    answer = call("doctor")
    told(answer, 2)
    assert said in answer.out


def test_doctor_warns_of_a_key_that_lies_beside_the_store(space, call):
    (space / "key").write_text("5a" * 32 + "\n")
    (space / "key").chmod(0o600)
    audit = (space / "audit.yaml").read_text()
    (space / "audit.yaml").write_text(re.sub("key: .*", "key: file:key", audit))
    answer = call("doctor")
    assert answer.code == 0
    assert "whoever gets one has both" in answer.out


@pytest.mark.parametrize("sources", ["", "sources: []\n"])
def test_a_run_over_no_source_is_not_clean(space, call, told, sources):
    audit = (space / "audit.yaml").read_text()
    (space / "audit.yaml").write_text(re.sub(r"sources:\n(?:  - .*\n)+", sources, audit))
    [line] = told(call("run"), 2)
    assert line.startswith("audit.yaml:")
    assert "no source" in line


def test_a_run_finds_records_and_reports(space, excess, call, told):
    answer = call("run", "--format", "json")
    told(answer, 1)
    run = json.loads(answer.out)
    assert {"SHR002"} <= {one["rule"] for one in run["findings"]}
    assert {row["status"] for row in run["coverage"]} <= {"inspected", "skipped"}
    jsonschema.validate(run, json.loads(content.text("reports/schemas/run.schema.json")))


def test_what_is_as_it_was_is_not_new_in_the_second_run(space, excess, call):
    first = json.loads(call("run", "--format", "json").out)
    second = json.loads(call("run", "--format", "json").out)
    assert {one["change"] for one in first["findings"]} == {"new"}
    assert {one["change"] for one in second["findings"]} == {"persistent"}
    assert [one["fingerprint"] for one in first["findings"]] == [one["fingerprint"] for one in second["findings"]]


def test_a_source_that_points_elsewhere_closes_no_finding_of_what_lay_there(space, call):
    (space / "policies" / "storage.yaml").write_text("version: 1\nstorage: {never: [cn_mobile]}\n")
    (space / "share" / "list.csv").write_text("mobile\n13800138000\n13900139000\n")
    before = json.loads(call("run", "--source", "share", "--format", "json").out)["findings"]
    (space / "other").mkdir()
    (space / "other" / "clean.txt").write_text("hello")
    audit = space / "audit.yaml"
    audit.write_text(audit.read_text().replace("url: share/", "url: other/"))
    after = json.loads(call("run", "--source", "share", "--format", "json").out)["findings"]
    ours = {one["fingerprint"] for one in before if one["asset"]}
    assert ours
    assert {one["change"] for one in after if one["fingerprint"] in ours} == {"not_rechecked"}


def test_a_finding_that_was_put_right_is_fixed_in_the_next_run(space, excess, call):
    call("run")
    excess.unlink()
    (space / "outbox" / "sms_2.csv").write_text("mobile\n13800138000\n")
    changes = {one["rule"]: one["change"] for one in json.loads(call("run", "--format", "json").out)["findings"]}
    assert changes["SHR002"] == "fixed"


def test_fail_on_moves_the_threshold(space, excess, call):
    assert call("run", "--fail-on", "critical").code == 0
    assert call("run", "--fail-on", "high").code == 1


def test_a_run_of_one_source_looks_at_no_other(space, call):
    run = json.loads(call("run", "--source", "share", "--format", "json").out)
    assert {row["asset"].partition(":")[0] for row in run["coverage"]} == {"share"}


def test_a_sample_is_told_as_one(space, call):
    (space / "share" / "big.csv").write_text("mobile\n" + "".join(f"138{n:08d}\n" for n in range(5000)))
    run = json.loads(call("run", "--source", "share", "--sample", "100", "--format", "json").out)
    assert {row["asset"]: row["status"] for row in run["coverage"]}["share:big.csv"] == "sampled"
    full = json.loads(call("run", "--source", "share", "--full", "--format", "json").out)
    assert {row["asset"]: row["status"] for row in full["coverage"]}["share:big.csv"] == "inspected"


def test_inspect_needs_no_workspace(tmp_path, call, monkeypatch, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("mobile\n13800138000\n13900139000\n")
    answer = call("inspect", "a.csv", "--format", "json")
    told(answer, 0)
    seen = json.loads(answer.out)
    assert [(one["asset"], one["field"], one["identifier"]) for one in seen["fields"]] == [
        ("a.csv", "mobile", "cn_mobile")
    ]
    jsonschema.validate(seen, json.loads(content.text("reports/schemas/inspect.schema.json")))
    assert "cn_mobile" in call("inspect", "a.csv").out


def test_inspect_writes_one_line_a_match_in_reading_order(tmp_path, call, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "tel 13800138000, id 11010519491231002X\n"
    (tmp_path / "a.txt").write_text(text)
    lines = [json.loads(line) for line in call("inspect", "a.txt", "--format", "jsonl").out.splitlines()]
    assert [(one["identifier"], text[one["start"] : one["end"]]) for one in lines] == [
        ("cn_mobile", "13800138000"),
        ("cn_resident_id", "11010519491231002X"),
    ]
    assert {(one["asset"], one["field"], one["row"]) for one in lines} == {("a.txt", None, None)}
    assert lines[1]["masked"] == "1****************X"


def test_inspect_of_a_table_places_matches_by_row_and_cell(tmp_path, call, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("note,mobile\nx,13800138000\nto 13700137000,13900139000\n")
    lines = [json.loads(line) for line in call("inspect", "a.csv", "--format", "jsonl").out.splitlines()]
    assert [(one["row"], one["field"], one["start"], one["end"]) for one in lines] == [
        (0, "mobile", 0, 11),
        (1, "note", 3, 14),
        (1, "mobile", 0, 11),
    ]


def test_what_only_a_whole_column_can_tell_is_no_match_of_a_cell(tmp_path, call, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("place,phone\n唐山,13800138000\n常山,13900139000\n")
    lines = [json.loads(line) for line in call("inspect", "a.csv", "--format", "jsonl").out.splitlines()]
    assert {one["field"] for one in lines} == {"phone"}


def test_inspect_of_standard_input_is_called_by_a_dash(call):
    [line] = call("inspect", "-", "--format", "jsonl", stdin="电话13800138000".encode("gb18030")).out.splitlines()
    assert (json.loads(line)["asset"], json.loads(line)["start"]) == ("-", 2)


def test_inspect_looks_for_one_identifier_only_when_asked(tmp_path, call):
    (tmp_path / "a.txt").write_text("tel 13800138000, id 11010519491231002X\n")
    answer = call("inspect", tmp_path / "a.txt", "--identifier", "cn_mobile", "--format", "json")
    assert {one["identifier"] for one in json.loads(answer.out)["fields"]} == {"cn_mobile"}


def test_inspect_looks_for_names_in_text_only_when_asked(tmp_path, call):
    (tmp_path / "a.txt").write_text("客户姓名:张伟,已回访。\n", encoding="utf-8")
    plain = json.loads(call("inspect", tmp_path / "a.txt", "--format", "json").out)
    named = json.loads(call("inspect", tmp_path / "a.txt", "--names", "--format", "json").out)
    assert plain["fields"] == []
    assert {one["identifier"] for one in named["fields"]} == {"person_name"}


def test_inventory_shows_what_the_run_found(space, call):
    call("run")
    held = json.loads(call("inventory", "--format", "json").out)
    places = {(one["asset"], one["field"], one["identifier"]) for one in held["fields"]}
    assert ("core:customer", "card_no", "bank_card") in places
    assert ("share:note.txt", None, "cn_mobile") in places
    assert "card_no" in call("inventory").out


def test_findings_are_listed_filtered_and_shown_by_the_first_digits(space, excess, call, told):
    call("run")
    listed = json.loads(call("findings", "list", "--format", "json").out)["findings"]
    [one] = json.loads(call("findings", "list", "--rule", "SHR002", "--format", "json").out)["findings"]
    assert one in listed
    assert json.loads(call("findings", "list", "--source", "share", "--rule", "SHR002", "--format", "json").out) == {
        "version": 1,
        "findings": [],
    }
    shown = call("findings", "show", one["fingerprint"][:8])
    told(shown, 0)
    assert "SHR002" in shown.out
    told(call("findings", "show", "ffffffffffff"), 2)
    told(call("findings", "show"), 2)


def test_any_run_can_be_reported_again(space, excess, call):
    first = json.loads(call("run", "--format", "json").out)
    call("run", "--source", "share")
    again = json.loads(call("report", "--run", first["run"]["id"], "--format", "json").out)
    assert again == first
    assert first["run"]["id"] in call("report", "--list").out


@pytest.mark.parametrize("format_", ["table", "json", "html", "markdown"])
def test_a_report_in_a_file_is_the_one_on_standard_output(space, call, format_):
    call("run")
    spoken = call("report", "--format", format_).out
    assert call("report", "--format", format_, "-o", "out").out == ""
    written = (space / "out").read_text(encoding="utf-8")
    assert re.sub(r"\s+|[─-╿]", "", written) == re.sub(r"\s+|[─-╿]", "", spoken)


def test_an_unknown_format_is_refused_before_anything_is_read(space, call, told):
    [line] = told(call("run", "--format", "xlss"), 2)
    assert "xlss" in line
    assert not (space / ".pii-audit").exists()


def test_identifiers_are_listed_shown_and_tried(call, told):
    listed = json.loads(call("identifiers", "list", "--format", "json").out)["identifiers"]
    assert {"cn_resident_id", "bank_card", "person_name"} <= {one["id"] for one in listed}
    assert "GB 11643" in call("identifiers", "show", "cn_resident_id").out
    tried = json.loads(call("identifiers", "test", "卡4111111111111111", "--format", "json").out)
    assert [(one["identifier"], one["start"], one["end"]) for one in tried["matches"]] == [("bank_card", 1, 17)]
    [line] = told(call("identifiers", "show", "bank_crad"), 2)
    assert "bank_card" in line


def test_the_policy_schema_is_printed_as_json(call):
    assert json.loads(call("policy", "schema").out) == policy_schema()


def test_policy_check_warns_and_is_strict_only_when_asked(space, call):
    text = (space / "policies" / "recipients.yaml").read_text()
    (space / "policies" / "recipients.yaml").write_text(text.replace("2099-12-31", "2025-12-31"))
    assert call("policy", "check").code == 0
    strict = call("policy", "check", "--strict")
    assert strict.code == 2
    assert any(line.startswith("policies/recipients.yaml:") for line in strict.err.splitlines())


@pytest.mark.parametrize(
    "words",
    [
        ("-w", "{space}", "--lang", "zh", "gate", "{file}", "--flow", "sms-daily"),
        ("gate", "{file}", "--flow", "sms-daily", "-w", "{space}", "--lang=zh"),
        ("--lang", "zh", "gate", "-w", "{space}", "--flow", "sms-daily", "{file}"),
    ],
)
def test_global_options_stand_before_or_after_the_command(space, excess, call, monkeypatch, tmp_path, words):
    monkeypatch.chdir(tmp_path)
    answer = call(*(word.format(space=space, file=excess) for word in words))
    assert answer.code == 1
    assert HAN.search(answer.out)


def test_the_workspace_is_the_nearest_one_upward(space, call, monkeypatch):
    monkeypatch.chdir(space / "share")
    assert call("policy", "check").code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example_in_both_languages(call, command):
    for language, example in (("zh", "例："), ("en", "example: ")):
        answer = call(command, "--help", "--lang", language)
        assert answer.code == 0
        assert answer.err == ""
        assert f"{example}pii-audit {command}" in answer.out
        assert bool(HAN.search(answer.out.replace("自查", ""))) is (language == "zh")


@pytest.mark.parametrize(("locale", "chinese"), [("zh_CN.UTF-8", True), ("en_US.UTF-8", False), ("C", False)])
def test_the_language_is_that_of_the_locale(call, monkeypatch, locale, chinese):
    monkeypatch.setenv("LANG", locale)
    assert bool(HAN.search(call("--help").out)) is chinese


def test_version_and_no_command(call):
    assert re.fullmatch(r"pii-audit \d+\.\d+\.\d+\S*\n", call("--version").out)
    nothing = call()
    assert nothing.code == 2
    assert "gate" in nothing.out


def test_quiet_says_nothing_beside_the_payload(space, call):
    assert call("run", "-q").err == ""
    assert call("policy", "check", "-q").err == ""


def test_no_colour_codes_where_there_is_no_terminal(space, excess, call):
    for words in (("run",), ("gate", excess, "--flow", "sms-daily"), ("inspect", "share"), ("doctor",)):
        assert "\x1b" not in call(*words).out


def test_warnings_on_stderr_leave_the_payload_on_stdout_whole(space, call, told):
    (space / "share" / "broken.json").write_text('{"a": [1,')
    answer = call("inspect", "share", "--format", "json")
    assert told(answer, 3)
    assert json.loads(answer.out)["coverage"]
