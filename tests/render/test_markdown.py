"""The Markdown report: brief, complete in what it counts, and deaf to what data tries to say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pii_audit.errors import Position
from pii_audit.language import Text, same
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.finding import Change, Finding, Outcome, Severity, Status, Verdict
from pii_audit.model.run import Run
from pii_audit.render import markdown

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def finding(number: int = 0, *, severity: Severity = Severity.HIGH, message: str = "too much leaves") -> Finding:
    return Finding(
        "SHR002",
        (f"f{number}",),
        severity,
        Text("超范围要素", "Excess element"),
        Text("多给了", message),
        same("drop it"),
        fingerprint=f"{number:032x}",
        flow=f"flow-{number}",
        identifiers=("cn_mobile",),
        owner="数据部",
        policy=Position("policies/r.yaml", 23),
    )


def run(*findings: Finding, failed: int = 0, verdicts: tuple[Verdict, ...] = ()) -> Run:
    ledger = (
        Coverage("core", "main.t", CoverageStatus.INSPECTED, rows=5, total=5),
        *(
            Coverage("share", f"x{number}.pdf", CoverageStatus.FAILED, Text("有密码", "has a password"))
            for number in range(failed)
        ),
    )
    return Run(
        "r1",
        NOON,
        NOON,
        "0.1.0",
        "run",
        coverage=ledger,
        verdicts=verdicts,
        findings=findings,
        notes={"organisation": "示例银行"},
    )


def verdict(element: str, outcome: Outcome) -> Verdict:
    return Verdict(
        "sms-daily",
        element,
        outcome,
        Text("不在范围内", "not in scope"),
        Position("policies/r.yaml", 7),
        identifier="cn_mobile",
        form="plain",
    )


def rows(document: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in document.splitlines() if line.startswith("|")
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("示例银行", "1 项高及以上问题待处理", "多给了", "数据部")),
        ("en", ("示例银行", "Findings to act on at high or above: 1", "too much leaves", "数据部")),
    ],
)
def test_it_says_whose_result_it_is_and_lists_findings_with_policy_line_and_owner(language, words):
    document = markdown.render(run(finding()), language=language)
    for wanted in (*words, "SHR002", "flow-0 › cn_mobile", "policies/r.yaml:23"):
        assert wanted in document


def test_verdicts_that_are_not_in_order_are_listed_and_the_others_counted():
    document = markdown.render(
        run(
            verdicts=(
                verdict("cn_mobile@contact", Outcome.VIOLATION),
                verdict("pia", Outcome.GAP),
                verdict("email", Outcome.COMPLIANT),
            )
        ),
        language="en",
    )
    assert "sms-daily → recipient not stated: 1 violating, 1 gaps, 1 compliant" in document
    assert sum(row[0] == "sms-daily" for row in rows(document)) == 2
    assert "not in scope | policies/r.yaml:7" in document


def test_an_incomplete_run_says_so_at_the_head_and_why_at_the_end():
    document = markdown.render(run(failed=2), language="en")
    assert "✅" not in document.split("##")[0]
    assert "Objects that could not be inspected: 2." in document
    assert "| share | x1.pdf | has a password |" in document


def test_a_complete_run_without_findings_says_so():
    assert "**✅ Nothing at high or above, and every object was covered**" in markdown.render(run(), language="en")


def test_what_is_fixed_is_not_listed():
    fixed = replace(finding(), change=Change.FIXED, status=Status.CLOSED)
    assert "flow-0" not in markdown.render(run(fixed), language="en")


def test_a_long_list_says_how_much_of_it_stands_here():
    document = markdown.render(run(*(finding(number) for number in range(250)), failed=70), language="en")
    assert "The first 100 of 250." in document
    assert sum(row[1:2] == ["SHR002 Excess element"] for row in rows(document)) == markdown.FINDINGS
    assert "Not listed here: 20 more." in document
    assert len(document) < 65_536


HOSTILE = (
    "a|b",
    "<img src=x onerror=1>",
    "`code`",
    "*bold* __init__ ~~gone~~",
    "[x](javascript:1)",
    "![x](http://evil.example/x.png)",
    "@channel #12",
    "https://evil.example",
    "www.evil.example",
    "a\nb\r\n# heading",
    "\\| &lt; &amp;",
    "</td></table>",
    "$math$",
    "\u202egpj\x1b[31m",
    "| --- |",
)


@pytest.mark.parametrize("payload", HOSTILE)
def test_nothing_from_data_becomes_markup_a_mention_or_a_link(payload):
    plain, hostile = (markdown.render(run(finding(message=message)), language="en") for message in ("x", payload))
    assert len(plain.splitlines()) == len(hostile.splitlines())
    assert [len(row) for row in rows(plain)] == [len(row) for row in rows(hostile)]
    cell = next(row for row in rows(hostile) if row[0] == "high" and len(row) == 6)[3]
    assert not re.search(r"[<>`*\[\]~\\@!$]|&(?!#\d+;)|(?<!&)#|://|www\.|\b__|[\x00-\x1f\u202e]", cell)


def test_an_underscore_inside_a_name_stays_as_it_is():
    assert markdown.escape("cn_resident_id") == "cn_resident_id"
    assert markdown.escape("_x_") == "&#95;x&#95;"
