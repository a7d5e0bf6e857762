"""What came of the tests of policies: for a terminal, as JSON, and as JUnit XML for a CI job."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from pii_audit.language import Language, Text
from pii_audit.policy.testing import Covered, Result
from pii_audit.render.junit_xml import Case, Suite, document
from pii_audit.render.safe import safe

LISTED = 20
"""So many lines that no case weighs are listed unless all are asked for."""
SUITES = "pii_audit.policy"


def as_lines(results: Sequence[Result], covered: Covered, language: Language, *, verbose: bool) -> str:
    """One line a failed case (all cases when `verbose`), what differed below it, then the lines that no case weighed."""
    lines: list[str] = []
    for result in results:
        if result.passed and not verbose:
            continue
        mark = Text("通过", "passed") if result.passed else Text("失败", "FAILED")
        at, title = result.case.position, result.case.title.in_(language)
        lines.append(safe(f"{at.to_line}: {mark.in_(language)}: {title}"))
        lines += [safe(f"    {difference.in_(language)}") for difference in result.differences]
    listed = covered.missed if verbose else covered.missed[:LISTED]
    for position, what in listed:
        said = Text(f"没有用例考验：{what.zh}", f"no case weighs: {what.en}")
        lines.append(safe(f"{position.to_line}: {said.in_(language)}"))
    if len(listed) < len(covered.missed):
        more = len(covered.missed) - len(listed)
        lines.append(Text(f"……另有 {more} 行（-v 全部列出）", f"… and {more} more lines (-v lists them)").in_(language))
    lines.append(summary(results, covered).in_(language))
    return "".join(f"{line}\n" for line in lines)


def summary(results: Sequence[Result], covered: Covered) -> Text:
    """How many passed, and how much of the policy was weighed."""
    failed = sum(not result.passed for result in results)
    passed, weighed, every = len(results) - failed, len(covered.hit), len(covered.hit) + len(covered.missed)
    return Text(
        f"{passed} 个用例通过，{failed} 个失败；策略 {every} 行中有 {weighed} 行受到考验（{covered.share:.0%}）",
        f"{passed} passed, {failed} failed; cases weigh {weighed} of {every} lines of policy ({covered.share:.0%})",
    )


def as_json(results: Sequence[Result], covered: Covered, language: Language) -> str:
    """All cases with their verdicts, and the coverage, as one JSON document (version 1)."""
    document = {
        "version": 1,
        "cases": [
            {
                "title": result.case.title.in_(language),
                "position": str(result.case.position),
                "passed": result.passed,
                "differences": [difference.in_(language) for difference in result.differences],
                "verdicts": [
                    {
                        "element": verdict.element,
                        "outcome": verdict.outcome.value,
                        "rule": verdict.rule,
                        "message": verdict.message.in_(language),
                        "policy": verdict.policy.to_line if verdict.policy else None,
                    }
                    for verdict in result.verdicts
                ],
            }
            for result in results
        ],
        "coverage": {
            "share": round(covered.share, 4),
            "missed": [{"position": str(at), "what": what.in_(language)} for at, what in covered.missed],
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_junit(results: Sequence[Result], language: Language, started: datetime) -> str:
    """One suite for each file of cases, as JUnit XML; `started` is when they were run."""
    by_file = groupby(results, key=lambda result: result.case.position.file)
    return document(Suite(file, started, [_testcase(result, language) for result in group]) for file, group in by_file)


def _testcase(result: Result, language: Language) -> Case:
    case, classname = result.case, f"{SUITES}.{result.case.position.file}"
    if result.passed:
        return Case(case.title.in_(language), classname)
    told = [difference.in_(language) for difference in result.differences]
    detail = "\n".join([case.position.to_line, *told])
    return Case(case.title.in_(language), classname, "failure", "verdict", told[0], detail)
