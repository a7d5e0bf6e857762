"""The machine formats: their shape, their schema, and that the same run gives the same bytes."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from pii_audit import content
from pii_audit.language import Text
from pii_audit.model.finding import Severity
from pii_audit.model.forms import Form
from pii_audit.render.interface import render
from pii_audit.render.json import match_line, render_inspect
from pii_audit.render.wire import to_wire


def _schema(name):
    schema = json.loads(content.text(f"reports/schemas/{name}.schema.json"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_run_in_json_is_what_its_schema_says(run, language):
    document = json.loads(render("json", run, language))
    assert list(_schema("run").iter_errors(document)) == []
    assert document["version"] == 1


def test_an_inspection_in_json_is_what_its_schema_says(run):
    document = json.loads(render_inspect(run.inspected, run.coverage, "en"))
    assert list(_schema("inspect").iter_errors(document)) == []
    assert {row["asset"] for row in document["fields"]} == {
        "customer",
        "call_note",
        "hz/backup/应用日志 2026-06.log",
        "sms_20260701.csv",
    }
    assert [row["field"] for row in document["fields"] if row["identifier"] == "card_cvv2"] == [None]


def test_the_inventory_names_assets_with_their_source(run):
    document = json.loads(render_inspect(run.inspected, run.coverage, "en", qualified=True))
    assert document["assets"][0]["asset"] == "core:customer"
    assert document["coverage"][0]["asset"] == "core:customer"


def test_sentences_stand_in_the_language_asked_for(run):
    chinese, english = to_wire(run, "zh"), to_wire(run, "en")
    assert chinese["findings"][0]["title"] == "禁止留存的数据"
    assert english["findings"][0]["title"] == "Prohibited data kept"
    assert chinese["findings"][0]["fingerprint"] == english["findings"][0]["fingerprint"]


def test_a_finding_carries_policy_line_evidence_and_due_date(run):
    excess = next(one for one in to_wire(run, "en")["findings"] if one["rule"] == "SHR002")
    assert excess["policy"] == "policies/recipients.yaml:23"
    assert excess["location"] == {"file": "sms_20260701.csv", "line": 1, "column": 9}
    assert excess["due"] == "2026-07-15"
    assert excess["clauses"] == ["PIPL Art.6"]
    assert excess["evidence"]["samples"] == ["1****************X"]
    assert excess["evidence"]["persons"] == 1000


def test_the_run_says_how_it_ends_and_counts_only_what_stands(run):
    wire = to_wire(run, "en")["run"]
    assert wire["exit"] == {"code": 1, "fail_on": "high", "allow_incomplete": False}
    assert wire["incomplete"] is True
    assert wire["started"] == "2026-07-01T09:30:00+08:00"
    # Of six, one is fixed and one is of a table that this run did not meet.
    assert wire["counts"]["findings"] == 4
    assert wire["counts"]["severity"] == {"critical": 1, "high": 2, "medium": 1, "low": 0, "info": 0}
    assert wire["counts"]["change"]["fixed"] == 1
    assert wire["counts"]["coverage"] == {"inspected": 4, "sampled": 1, "skipped": 1, "failed": 1}
    assert (wire["suppressed"], wire["grouped"]) == (1, 9_999)


def test_the_notes_of_a_run_set_the_threshold_of_its_exit(run):
    quiet = replace(run, findings=(), notes={"fail_on": "low", "allow_incomplete": "true"})
    assert to_wire(quiet, "en")["run"]["exit"] == {"code": 0, "fail_on": "low", "allow_incomplete": True}


def test_findings_come_worst_first_whatever_their_order_in_the_run(run):
    shuffled = replace(run, findings=tuple(reversed(run.findings)))
    assert render("json", shuffled, "en") == render("json", run, "en")
    ranks = [Severity(one["severity"]).rank for one in to_wire(run, "en")["findings"]]
    assert ranks == sorted(ranks, reverse=True)


def test_evidence_of_any_kind_becomes_plain_json_without_nan(run):
    odd = {"share": math.nan, "forms": {Form.PLAIN: 2}, "names": {"b", "a"}, "said": Text("甲", "A"), "pair": (1, 2)}
    finding = replace(run.findings[0], evidence=odd)
    evidence = json.loads(render("json", replace(run, findings=(finding,)), "en"))["findings"][0]["evidence"]
    assert evidence == {"share": None, "forms": {"plain": 2}, "names": ["a", "b"], "said": "A", "pair": [1, 2]}


def test_names_keep_their_characters_but_drive_no_terminal(run):
    hostile = "a\x1b[31m\u202efdp.exe\udcff\u200b名单"
    document = render("json", replace(run, findings=(replace(run.findings[0], asset=hostile),)), "en")
    assert json.loads(document)["findings"][0]["asset"] == hostile
    assert "名单" in document
    assert not set(document) & set("\x1b\u202e\udcff\u200b")
    document.encode("utf-8")


def test_a_match_line_is_one_object_with_the_agreed_keys_in_order():
    line = match_line(
        asset="a.txt",
        field=None,
        row=None,
        start=7,
        end=25,
        identifier="cn_resident_id",
        score=0.95,
        form="plain",
        masked="1****************X",
    )
    assert line == (
        '{"asset": "a.txt", "field": null, "row": null, "start": 7, "end": 25, "identifier": "cn_resident_id", '
        '"score": 0.95, "form": "plain", "masked": "1****************X"}\n'
    )


def test_a_match_line_stays_one_line_whatever_the_name_of_the_file():
    line = match_line(
        asset="a\n\u2028b",
        field="x\x85",
        row=0,
        start=0,
        end=1,
        identifier="email",
        score=1.0,
        form="plain",
        masked="*",
    )
    assert len(line.splitlines()) == 1
    assert json.loads(line)["asset"] == "a\n\u2028b"
