"""`inventory --people`: how many people, and whose, from what was recorded."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from pii_audit import content

SCHEMA = "reports/schemas/people.schema.json"


@pytest.fixture
def people(space, call):
    """Answers in JSON of `inventory` in a workspace that was inspected; checked against the published schema."""
    assert call("run", "-q", "--fail-on", "critical").code in (0, 1)

    def ask(*words):
        answer = call("inventory", "--format", "json", *words)
        assert answer.code == 0, answer.err
        document = json.loads(answer.out)
        Draft202012Validator(json.loads(content.text(SCHEMA))).validate(document)
        return document

    return ask


def test_people_are_counted_by_source_flow_and_asset_and_nobody_twice(people):
    counts = {(one["scope"], one["name"]): one for one in people("--people")["people"]}
    assert counts["source", "core"]["persons"] == 2
    assert counts["flow", "sms-daily"]["persons"] == 2
    assert counts["asset", "outbox:sms_1.csv"]["exact"] is True
    assert counts["asset", "core:customer"]["identifier"] == "cn_mobile"


def test_the_share_of_one_source_in_a_table_of_another_is_told(people):
    [source, asset] = people("--source", "share", "--within", "core.customer")["people"]
    assert (source["scope"], asset["name"]) == ("source", "share:note.txt")
    assert source["within"] == {
        "identifier": "cn_mobile", "here": 1, "there": 2, "common": 1, "share": 1.0, "at_least": 1.0, "at_most": 1.0,
        "exact": True,
    }  # fmt: skip


def test_files_that_are_gone_count_since_the_day(people, space, call):
    (space / "outbox" / "sms_1.csv").unlink()
    (space / "outbox" / "sms_9.csv").write_text("mobile,name\n13700137000,王*\n13800138000,张*\n", encoding="utf-8")
    call("run", "-q")
    now = {one["name"]: one["persons"] for one in people("--people")["people"]}
    since = {one["name"]: one["persons"] for one in people("--since", "2020-01-01")["people"]}
    assert (now["sms-daily"], since["sms-daily"]) == (2, 3)
    assert "outbox:sms_1.csv" in since
    assert people("--since", "2999-01-01")["people"] == []


def test_the_table_says_what_its_figures_mean(people, call):
    english = call("inventory", "--within", "core", "--lang", "en").out
    assert "Of these in core" in english
    assert "100% (2)" in english
    chinese = call("inventory", "--since", "2020-01-01", "--lang", "zh").out
    assert "自 2020-01-01 起记录的每一次读取合计" in chinese
    assert call("inventory", "--since", "2999-01-01", "--lang", "en").out.startswith("there is nobody to count")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--within", "cora"), 'nothing called "cora" was inspected'),
        (("--within", "core.customers"), 'nothing called "core.customers" was inspected'),
        (("--source", "shar"), 'unknown source "shar"'),
        (("--since", "yesterday"), "expected a date YYYY-MM-DD"),
        (("--people", "--run", "20990101T0000-ffffff"), "no run 20990101T0000-ffffff is recorded"),
        (("--since", "2026-01-01", "--run", "x"), "--run does not go with --since"),
    ],
)
def test_what_cannot_be_answered_is_said_with_what_to_write_instead(people, call, told, words, said):
    lines = told(call("inventory", *words, "--lang", "en"), 2)
    assert said in "\n".join(lines)


def test_the_plain_inventory_can_be_of_one_source(people, call):
    out = call("inventory", "--source", "core", "--lang", "en").out
    assert "core:customer" in out
    assert "outbox" not in out
