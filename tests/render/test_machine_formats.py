"""SARIF, JUnit, GitLab, CSV and Prometheus: each what its schema or its readers ask for, whatever names are in it."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jsonschema import Draft4Validator
from lxml import etree

from pii_audit.errors import Position
from pii_audit.model.decision import Content, Decision
from pii_audit.model.finding import Status
from pii_audit.render.interface import FORMATS, render
from pii_audit.render.safe import safe_cell, short

SCHEMAS = Path(__file__).parent / "schemas"
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture(scope="module")
def sarif_schema():
    return Draft4Validator(json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def junit_schema():
    return etree.XMLSchema(etree.parse(SCHEMAS / "JUnit.xsd"))


@pytest.fixture
def accepted(run):
    """The run with its first finding accepted."""
    decision = Decision(
        "王某",
        "李某",
        "旧系统下线前",
        datetime(2026, 7, 1, tzinfo=UTC),
        Content("high", "gap"),
        "张某",
        date(2026, 12, 31),
    )
    first = replace(run.findings[0], status=Status.ACCEPTED, decision=decision)
    return replace(run, findings=(first, *run.findings[1:]))


def _sarif(run, language="en"):
    (only,) = json.loads(render("sarif", run, language))["runs"]
    return only


def _junit(run, language="en"):
    return etree.fromstring(render("junit", run, language).encode())


def _csv(run, language="en"):
    return list(csv.DictReader(io.StringIO(render("csv", run, language).decode("utf-8-sig"), newline="")))


def _metrics(run):
    return dict(
        line.rsplit(" ", 1) for line in render("prometheus", run, "en").splitlines() if not line.startswith("#")
    )


# SARIF


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sarif_is_what_its_schema_says(run, accepted, language, sarif_schema):
    for each in (run, accepted, replace(run, findings=(), suppressed=(), coverage=(), verdicts=())):
        assert list(sarif_schema.iter_errors(json.loads(render("sarif", each, language)))) == []


def test_sarif_keeps_the_identity_of_findings_and_explains_their_rules(run):
    log = _sarif(run, "zh")
    rules = log["tool"]["driver"]["rules"]
    for result in log["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert rules[result["ruleIndex"]]["help"]["text"]
    first = next(one for one in log["results"] if one["ruleId"] == "SHR002")
    assert first["partialFingerprints"] == {"piiAuditFinding/v1": "a1b2c3d4" * 4}
    assert (first["level"], first["baselineState"]) == ("error", "new")
    assert first["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "sms_20260701.csv",
        "uriBaseId": "outbox",
    }
    assert first["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 23}
    assert all(one["ruleId"] != "STO002" or one["baselineState"] == "unchanged" for one in log["results"])


def test_a_finding_on_a_table_stands_at_the_line_of_the_policy(run):
    on_table = replace(run.findings[1], asset="core:customer", source="core", policy=Position("policies/a b.yaml", 7))
    (result,) = _sarif(replace(run, findings=(on_table,), suppressed=()))["results"]
    physical = result["locations"][0]["physicalLocation"]
    assert physical == {"artifactLocation": {"uri": "policies/a%20b.yaml"}, "region": {"startLine": 7}}
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "core:customer"


def test_sarif_tells_what_is_set_aside_with_its_reason_and_what_could_not_be_read(accepted):
    log = _sarif(accepted)
    reasons = [one["suppressions"][0]["justification"] for one in log["results"] if "suppressions" in one]
    assert reasons == ["accepted: 旧系统下线前 (李某, until 2026-12-31)", "policies/exceptions.yaml:4"]
    (invocation,) = log["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [one["level"] for one in invocation["toolExecutionNotifications"]] == ["error", "note"]


# JUnit


@pytest.mark.parametrize("language", ["zh", "en"])
def test_junit_is_what_its_schema_says(run, accepted, language, junit_schema):
    for each in (run, accepted, replace(run, findings=(), coverage=(), verdicts=())):
        junit_schema.assertValid(_junit(each, language))


def test_junit_fails_what_the_exit_code_fails_and_errs_where_nothing_was_read(run, accepted):
    suites = _junit(run)
    assert sum(int(suite.get("failures")) for suite in suites) == sum(one.severity.rank >= 3 for one in run.standing)
    assert sum(int(suite.get("errors")) for suite in suites) == 1
    assert sum(int(suite.get("tests")) for suite in suites) == len(suites.findall(".//testcase"))
    (failure,) = suites.xpath("//testcase[starts-with(@name,'SHR002')]/failure")
    assert "remove the column id_no" in failure.text
    assert suites.xpath("//testcase[@name='sms-daily cn_mobile' and not(*)]")
    (skipped,) = _junit(accepted).xpath("//testcase[starts-with(@name,'SHR002')]/skipped")
    assert skipped.get("message") == "accepted: 旧系统下线前 (李某)"


def test_junit_never_calls_a_rule_passed_that_nobody_asked(run):
    assert not _junit(replace(run, findings=(), verdicts=())).xpath("//testcase[contains(@name,'COL001')]")


# GitLab, CSV, Prometheus


def test_gitlab_lists_what_stands_with_path_and_fingerprint(run):
    issues = json.loads(render("gitlab", run, "en"))
    assert [one["fingerprint"] for one in issues][:2] == ["0f1e2d3c" * 4, "a1b2c3d4" * 4]
    assert len(issues) == len(run.standing)
    assert issues[1]["location"] == {"path": "sms_20260701.csv", "lines": {"begin": 1}}
    assert {one["severity"] for one in issues} <= {"info", "minor", "major", "critical", "blocker"}


def test_github_annotates_what_stands_and_what_could_not_be_read(run):
    lines = render("github", run, "en").splitlines()
    assert len(lines) == len(run.standing) + sum(row.incomplete for row in run.coverage)
    assert all(re.match(r"::(error|warning|notice) file=[^,]+,line=[0-9]+,title=[^:,]+::", line) for line in lines)
    assert any(line.startswith("::error file=sms_20260701.csv,line=1,title=SHR002 ") for line in lines)


def test_a_name_cannot_end_a_github_command_or_begin_another(hostile):
    run, _ = hostile
    for line in render("github", run, "en").splitlines():
        head, _, message = line.removeprefix("::").partition("::")
        assert head.count(",") == 2
        assert "%" not in re.sub("%(25|3A|2C|0A|0D)", "", head + message)


def test_csv_has_a_row_for_every_finding_and_says_who_set_one_aside(accepted):
    rows = _csv(accepted)
    assert len(rows) == len(accepted.findings) + len(accepted.suppressed)
    by_rule = {row["rule"]: row for row in rows}
    assert by_rule["SHR002"]["set_aside_by"] == "旧系统下线前 (李某)"
    assert by_rule["SHR003"]["set_aside_by"] == "policies/exceptions.yaml:4"
    assert (by_rule["SHR002"]["due"], by_rule["SHR002"]["persons"]) == ("2026-07-15", "1000")
    assert render("csv", accepted, "en").startswith(b"\xef\xbb\xbfrun,")


def test_prometheus_counts_what_the_report_counts(run):
    metrics = _metrics(run)
    assert metrics['pii_audit_findings{severity="critical"}'] == "1"
    assert metrics["pii_audit_exit_code"] == "1"
    assert metrics["pii_audit_incomplete"] == "1"
    assert metrics['pii_audit_objects{source="share",status="failed"}'] == "1"
    assert metrics['pii_audit_findings_changed{change="fixed"}'] == "1"
    later = replace(run, finished=run.finished.replace(month=8))
    assert _metrics(later)['pii_audit_findings_overdue{severity="high"}'] == "1"


def test_prometheus_lines_are_of_the_exposition_format(run):
    line = re.compile(
        r'[a-z_]+(\{[a-z]+="([^"\\\n]|\\\\|\\"|\\n)*"(,[a-z]+="([^"\\\n]|\\\\|\\"|\\n)*")*\})? [-+0-9.e]+'
    )
    for one in render("prometheus", run, "en").splitlines():
        assert one.startswith(("# HELP pii_audit_", "# TYPE pii_audit_")) or line.fullmatch(one)


# Whatever names are in it


def test_hostile_names_break_no_format(hostile, sarif_schema, junit_schema):
    run, _ = hostile
    assert list(sarif_schema.iter_errors(json.loads(render("sarif", run, "en")))) == []
    junit_schema.assertValid(_junit(run))
    assert len(_junit(run).findall(".//testcase")) == len(_junit(run).xpath("//testcase"))
    assert len(json.loads(render("gitlab", run, "en"))) == len(run.standing)
    assert len(_csv(run)) == len(run.findings) + len(run.suppressed)
    assert _metrics(run)
    for name in ("sarif", "junit", "github", "gitlab", "csv", "prometheus"):
        written = render(name, run, "en")
        text = written if isinstance(written, str) else written.decode()
        assert not CONTROL.search(text)
        assert len(text) < 400_000


def test_no_cell_is_a_formula(hostile):
    run, _ = hostile
    cells = [cell for row in _csv(run) for cell in row.values()]
    assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@＝＋－＠"))]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("＠SUM", "'＠SUM"),
        ("\t=1", "\\t=1"),
        ("-5", "'-5"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_reckon_is_quoted(text, cell):
    assert safe_cell(text) == cell


def test_a_long_text_says_how_much_was_left_out():
    assert short("x" * 12, 10) == "xxxxxxxxxx… (+2)"
    assert short("x" * 10, 10) == "x" * 10


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_same_run_gives_the_same_bytes_in_every_format(run, name):
    if name not in ("xlsx", "docx"):
        assert render(name, run, "zh") == render(name, run, "zh")
