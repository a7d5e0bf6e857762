"""`pii-audit policy`: every action run as a person runs it."""

from __future__ import annotations

import json
import re
import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

JUNIT = Path(__file__).parents[1] / "render" / "schemas" / "JUnit.xsd"
HAN = re.compile(r"[一-鿿]")


def test_every_action_has_help_of_its_own_in_both_languages(call):
    for action in ("check", "test", "explain", "diff", "draft", "schema"):
        for language in ("zh", "en"):
            answer = call("policy", action, "--help", "--lang", language)
            assert answer.code == 0
            assert f"pii-audit policy {action}" in answer.out
            assert bool(HAN.search(answer.out)) is (language == "zh")


def test_a_mistyped_action_is_answered_with_the_one_meant(call, told):
    [line] = told(call("policy", "chek"), 2)
    assert 'unknown choice "chek"; did you mean "check"?' in line


def test_check_tells_unknown_sources_and_slips_of_spelling_at_once(space, call, told):
    (space / "policies" / "more.yaml").write_text(
        "version: 1\naccess: {rules: [{principals: [x], sources: [cor], levels: [C9]}]}\n"
    )
    lines = told(call("policy", "check"), 2)
    assert [line.partition(": ")[2] for line in lines] == [
        'unknown source "cor"; did you mean "core"?',
        'unknown identifier, group or level "C9"',
    ]


def test_every_command_judges_by_the_environments_of_the_workspace_or_by_none(space, call):
    audit, export = space / "audit.yaml", space / "outbox" / "sms_1.csv"
    audit.write_text(audit.read_text().replace("owner: Retail}", "owner: Retail, environment: test}"))
    stated = space / "policies" / "environments.yaml"
    stated.write_text("version: 1\nstorage: {environments: {test: {forbid: [C3]}}}\n")
    (space / "policies" / "sms.cases.yaml").write_text(
        "version: 1\ncases: [{title: t, flow: sms-daily, given: {cn_mobile: plain}, expect: compliant}]\n"
    )
    assert call("run", "-q").code in (0, 1)
    commands = [
        ("run", "-q"),
        ("inventory", "--people"),
        ("gate", export, "--flow", "sms-daily"),
        ("policy", "check"),
        ("policy", "test"),
        ("policy", "explain", "sms-daily", "cn_mobile"),
        ("policy", "diff", "pack:pipl", space),
        ("policy", "draft", "--from-run", "last"),
    ]
    assert [command for command in commands if "environment" in call(*command).err] == []
    stated.write_text(stated.read_text().replace("{test:", "{Test:"))
    slip = 'policies/environments.yaml:2:26: unknown environment "Test"; did you mean "test"?'
    silent = [command for command in commands if slip not in "".join(call(*command)[1:])]
    assert silent == []


def test_check_names_what_ends_within_the_days_asked_for(space, call):
    path = space / "policies" / "recipients.yaml"
    path.write_text(path.read_text().replace("2099-12-31", "2026-12-31"))
    assert "ends in" not in call("policy", "check", "--as-of", "2026-06-30").err
    found = call("policy", "check", "--as-of", "2026-06-30", "--within", "184", "--strict")
    assert found.code == 2
    assert "policies/recipients.yaml:12:5: agreement HT-1 ends in 184 day(s)" in found.err


def test_check_against_a_run_names_lines_that_matched_nothing(space, call, told):
    assert call("run", "-q").code in (0, 1)
    path = space / "policies" / "recipients.yaml"
    path.write_text(path.read_text().replace("      person_name: masked\n    never", "      email: plain\n    never"))
    lines = told(call("policy", "check", "--run", "last"), 0)
    assert any('acme never got "email"' in line for line in lines)
    [line] = told(call("policy", "check", "--run", "none"), 2)
    assert "no run none is recorded" in line


@pytest.mark.parametrize("words", [("--within", "0"), ("--as-of", "2026-02-30"), ("--run",)])
def test_check_refuses_options_that_mean_nothing(space, call, told, words):
    told(call("policy", "check", *words), 2)


CASES = """\
version: 1
as_of: 2026-06-30
cases:
  - {title: {zh: 合规, en: sound}, flow: sms-daily, given: {cn_mobile: plain}, expect: compliant}
  - {title: "a <b> & \\"c\\"", flow: sms-daily, given: {bank_card: plain}, expect: compliant}
"""


def test_test_runs_the_cases_beside_the_policies(space, call):
    path = space / "policies" / "sms.cases.yaml"
    path.write_text(CASES, encoding="utf-8")
    answer = call("policy", "test")
    assert answer.code == 1
    assert answer.out.splitlines()[:2] == [
        'policies/sms.cases.yaml:5: FAILED: a <b> & "c"',
        "    expect: expected compliant, got violation",
    ]
    assert re.search(r"\n1 passed, 1 failed; cases weigh \d+ of \d+ lines of policy \(\d+%\)\n$", answer.out)
    path.write_text(CASES.replace("{bank_card: plain}, expect: compliant", "{bank_card: plain}, expect: violation"))
    assert call("policy", "test", "--lang", "zh").code == 0
    assert call("policy", "test", "--min-coverage", "100").code == 1
    assert "policies/sms.cases.yaml:4: passed: sound" in call("policy", "test", "-v").out
    assert call("policy", "check").code == 0


def test_test_writes_junit_and_json_that_parse(space, call, tmp_path):
    (space / "policies" / "sms.cases.yaml").write_text(CASES, encoding="utf-8")
    assert call("policy", "test", "--format", "junit", "-o", tmp_path / "cases.xml").code == 1
    written = etree.parse(tmp_path / "cases.xml")
    etree.XMLSchema(etree.parse(JUNIT)).assertValid(written)
    [suite] = written.getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == ["sound", 'a <b> & "c"']
    assert cases[1][0].get("message") == "expect: expected compliant, got violation"
    assert cases[1][0].text.startswith("policies/sms.cases.yaml:")
    document = json.loads(call("policy", "test", "--format", "json").out)
    assert [case["passed"] for case in document["cases"]] == [True, False]


def test_test_says_what_is_wrong_with_cases_and_that_there_are_none(space, call, told):
    [line] = told(call("policy", "test"), 2)
    assert "there is no file of cases" in line
    (space / "share" / "x.cases.yaml").write_text(CASES.replace("sms-daily", "sms-dayly"))
    assert all("unknown flow" in line for line in told(call("policy", "test", "share"), 2))
    told(call("policy", "test", "--min-coverage", "101"), 2)


def test_explain_tells_the_chain_of_lines_in_both_languages(space, call, told):
    answer = call("policy", "explain", "sms-daily", "person_name")
    assert answer.code == 0
    assert answer.out.splitlines()[0] == "person_name (in clear): VIOLATION SHR003 Form too weak"
    assert "policies/recipients.yaml:16  | person_name: masked" in answer.out
    assert HAN.search(call("policy", "explain", "sms-daily", "person_name", "--lang", "zh").out)
    whole = call("policy", "explain", "sms-daily").out
    assert "✓ person_name: masked" in whole
    assert "compliant agreement: agreement HT-1 is in force until 2099-12-31" in whole
    [one] = json.loads(call("policy", "explain", "sms-daily", "cn_mobile", "--format", "json").out)["explanations"]
    assert (one["outcome"], len(one["steps"])) == ("compliant", 3)
    assert "sms-daily" in told(call("policy", "explain", "sms-dayly"), 2)[0]
    assert "cn_mobile" in told(call("policy", "explain", "sms-daily", "cn_mobil"), 2)[0]
    told(call("policy", "explain", "sms-daily", "cn_mobile@boss"), 2)
    told(call("policy", "explain", "sms-daily", "--format", "json"), 2)


def test_explain_of_a_run_speaks_of_what_was_seen(space, excess, call):
    call("run", "-q")
    answer = call("policy", "explain", "sms-daily", "cn_resident_id", "--run", "last")
    assert 'column "id_no" holds cn_resident_id' in answer.out


def test_diff_tells_what_an_edit_changes_and_can_forbid_a_loosening(space, call, tmp_path, told):
    old = tmp_path / "old"
    shutil.copytree(space / "policies", old)
    path = space / "policies" / "recipients.yaml"
    path.write_text(path.read_text().replace("person_name: masked", "person_name: plain"))
    answer = call("policy", "diff", old, "policies")
    assert answer.code == 0
    assert answer.out.splitlines()[0] == "sms-daily:"
    assert "  - person_name (plain, encoded, bare hash, encrypted, password hash): VIOLATION SHR003" in answer.out
    assert answer.out.endswith("1 change(s), 1 of them looser\n")
    assert call("policy", "diff", old, space, "--forbid-loosening").code == 1
    assert call("policy", "diff", "policies", old, "--forbid-loosening").code == 0
    assert all(one["looser"] for one in json.loads(call("policy", "diff", old, ".", "--format", "json").out)["changes"])
    [line] = told(call("policy", "diff", "nowhere", "policies"), 2)
    assert line.startswith("nowhere: no such file or folder")


@pytest.mark.parametrize(("zone", "ended"), [("Pacific/Kiritimati", True), ("Pacific/Midway", False)])
def test_diff_judges_the_day_of_the_workspace(space, call, tmp_path, zone, ended):
    old = tmp_path / "old"
    shutil.copytree(space / "policies", old)
    audit, recipients = space / "audit.yaml", space / "policies" / "recipients.yaml"
    audit.write_text(audit.read_text("utf-8") + f"timezone: {zone}\n", "utf-8")
    # At no moment have these two islands the same day.
    last = datetime.now(ZoneInfo("Pacific/Midway")).date()
    recipients.write_text(recipients.read_text("utf-8").replace("2099-12-31", f"{last}"), "utf-8")
    changes = json.loads(call("policy", "diff", old, "policies", "--format", "json").out)["changes"]
    assert [one["element"] for one in changes] == (["agreement"] if ended else [])


def test_diff_against_a_run_tells_the_verdicts_and_findings_that_would_change(space, excess, call, tmp_path):
    call("run", "-q")
    old = tmp_path / "old"
    shutil.copytree(space / "policies", old)
    path = space / "policies" / "recipients.yaml"
    path.write_text(path.read_text().replace("    never:", "      cn_resident_id: plain\n    never:"))
    answer = call("policy", "diff", old, "policies", "--run", "last")
    assert "cn_resident_id (plain) [id_no]: VIOLATION SHR002 → VIOLATION SHR002" not in answer.out
    path.write_text(path.read_text().replace("allows: {", "allows: {cn_resident_id: plain, "))
    found = call("policy", "diff", old, "policies", "--run", "last", "--forbid-loosening")
    assert "  - cn_resident_id (plain) [id_no]: VIOLATION SHR002 → compliant" in found.out
    assert "findings:" in found.out
    assert found.code == 1


def test_draft_writes_a_policy_that_loads_and_matches_what_was_seen(space, call):
    (space / "policies" / "flows.yaml").unlink()
    call("run", "-q")
    answer = call("policy", "draft", "--from-run", "last", "-o", "policies/draft.yaml")
    assert answer.code == 0
    assert "lines for a human to confirm" in answer.err
    assert call("policy", "check").code == 0
    gated = call("gate", "outbox/sms_1.csv", "--flow", "sms-2", "--format", "json")
    rules = {finding["rule"] for finding in json.loads(gated.out)["findings"]}
    assert rules <= {"SHR007", "SHR008", "SHR009", "SHR010", "XBR001"}


def test_draft_needs_a_run(space, call, told):
    told(call("policy", "draft"), 2)
    told(call("policy", "draft", "--from-run", "last"), 2)


@pytest.mark.parametrize("words", [("policies", "none"), ("none", "policies")], ids=["new", "old"])
def test_a_folder_without_a_policy_is_compared_with_nothing(space, call, told, words):
    (space / "none").mkdir()
    [line] = told(call("policy", "diff", *words, "--forbid-loosening"), 2)
    assert line.startswith("none: the folder holds no policy file")


def test_a_folder_of_policies_that_cannot_be_listed_is_an_error(space, call, told, unlisted):
    (space / "policies" / "more").mkdir()
    unlisted("more")
    [line] = told(call("policy", "check"), 2)
    assert "policies/more" in line
    assert "Permission denied" in line
