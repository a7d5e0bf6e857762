"""Identifiers of the user's own: in audit.yaml, and by an option where no workspace is."""

from __future__ import annotations

import json

import pytest

from pii_audit.identifiers.trial import refused

STAFF = """\
id: staff_no
title: {zh: 工号, en: Staff number}
source: our own personnel system
groups: [identity_document]
levels: {jrt0171: C2}
patterns:
  - {name: plain, regex: 'EMP[0-9]{6}', boundary: ascii_alnum, score: 0.6}
columns: {en: [staff_no]}
show: {first: 3, last: 2}
adequate: {first: 3, last: 2, hidden: 3}
match: [EMP123456]
no_match: [EMP12345]
"""
ROWS = "staff_no,mobile\n" + "".join(f"EMP12345{row},1380013800{row}\n" for row in range(4))


@pytest.fixture
def own(space):
    (space / "own").mkdir()
    (space / "own" / "staff_no.yaml").write_text(STAFF, encoding="utf-8")
    return space


@pytest.mark.parametrize("name", ["staff_no.yaml", "staff_no.yml", "staff_no.YAML"])
def test_inspect_finds_them_by_an_option(own, call, name):
    (own / "own" / "staff_no.yaml").rename(own / "own" / name)
    (own / "a.csv").write_text(ROWS)
    answer = call("inspect", own / "a.csv", "--identifiers", own / "own", "--format", "json")
    fields = {(one["field"], one["identifier"]) for one in json.loads(answer.out)["fields"]}
    assert fields == {("staff_no", "staff_no"), ("mobile", "cn_mobile")}
    assert "EMP123450" not in answer.out


def test_they_are_listed_shown_and_tried(own, call):
    assert "staff_no" in call("identifiers", "list", "--identifiers", own / "own").out
    assert "Staff number" in call("identifiers", "show", "staff_no", "--identifiers", own / "own").out
    assert "EMP****56" in call("identifiers", "test", "EMP123456", "--identifiers", own / "own").out


def test_policies_may_name_those_of_the_workspace_and_a_run_and_a_gate_hold_to_them(own, call, told):
    (own / "audit.yaml").write_text((own / "audit.yaml").read_text() + "identifiers: [own/]\n")
    for file in (own / "policies").glob("*.yaml"):
        file.write_text(
            file.read_text().replace("      cn_mobile: plain\n", "      cn_mobile: plain\n      staff_no: masked\n")
        )
    told(call("policy", "check"), 0)
    (own / "outbox" / "sms_9.csv").write_text(ROWS)
    answer = call("gate", own / "outbox" / "sms_9.csv", "--flow", "sms-daily", "--format", "json")
    assert answer.code == 1
    assert any("staff_no" in one["identifiers"] for one in json.loads(answer.out)["findings"])
    run = json.loads(call("run", "--format", "json").out)
    assert any("staff_no" in one["identifiers"] for one in run["findings"])


def test_what_is_wrong_with_them_is_told_by_line_and_nothing_runs(own, call, monkeypatch):
    monkeypatch.setattr(refused, "__defaults__", (1,))
    (own / "own" / "staff_no.yaml").write_text(STAFF.replace("EMP[0-9]{6}", "(?:[a-z]+)+X"), encoding="utf-8")
    answer = call("inspect", own / "audit.yaml", "--identifiers", own / "own")
    assert answer.code == 2
    assert f"{own / 'own' / 'staff_no.yaml'}:7:" in answer.err
    assert "nothing was inspected" in answer.err
    assert answer.out == ""


def test_a_path_that_is_not_there_is_told(own, call):
    answer = call("inspect", own / "audit.yaml", "--identifiers", own / "nowhere")
    assert answer.code == 2
    assert "there is no such file or folder" in answer.err


@pytest.mark.parametrize(
    "words",
    [("inspect", "a.csv"), ("identifiers", "list"), ("gate", "a.csv", "--flow", "sms-daily")],
    ids=lambda words: words[0],
)
def test_a_folder_without_a_definition_is_a_mistake(space, call, told, words):
    (space / "a.csv").write_text("mobile\n13800138000\n")
    (space / "none").mkdir()
    (space / "none" / "readme.txt").write_text("nothing here")
    [line] = told(call(*words, "--identifiers", "none"), 2)
    assert line.startswith("none: the folder holds no YAML file")


def test_a_folder_of_definitions_that_cannot_be_listed_is_an_error(own, call, told, unlisted):
    (own / "own" / "more").mkdir()
    unlisted("more")
    for words in (("inspect", own / "a.csv"), ("identifiers", "list")):
        [line] = told(call(*words, "--identifiers", own / "own"), 2)
        assert line.startswith(f"{own / 'own' / 'more'}: the folder cannot be read")
    (own / "audit.yaml").write_text((own / "audit.yaml").read_text() + "identifiers: [own/]\n")
    for words in (("run",), ("policy", "check"), ("gate", "outbox/sms_1.csv", "--flow", "sms-daily")):
        told(call(*words), 2)
