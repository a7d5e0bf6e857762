"""JUnit XML as the Ant JUnit schema of Windy Road has it: suites of cases, for CI servers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from pii_audit.render.safe import safe_xml


@dataclass(frozen=True, slots=True)
class Case:
    """One test case; `kind` is how it ended: failure, error, skipped, or passed where it is empty."""

    name: str
    classname: str
    kind: str = ""
    type: str = ""
    message: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """Some cases that ran together; `seconds` is how long they took."""

    name: str
    started: datetime
    cases: Sequence[Case]
    seconds: float = 0.0
    properties: Mapping[str, str] = field(default_factory=dict)


def document(suites: Iterable[Suite]) -> str:
    """The whole XML document."""
    body = "".join(_suite(number, suite) for number, suite in enumerate(suites))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{body}</testsuites>\n'


def _suite(number: int, suite: Suite) -> str:
    def ended(kind: str) -> int:
        return sum(case.kind == kind for case in suite.cases)

    head = {
        "name": suite.name,
        "package": "pii_audit",
        "id": str(number),
        "timestamp": f"{suite.started:%Y-%m-%dT%H:%M:%S}",
        "hostname": "localhost",
        "tests": str(len(suite.cases)),
        "failures": str(ended("failure")),
        "errors": str(ended("error")),
        "skipped": str(ended("skipped")),
        "time": f"{suite.seconds:.3f}" if suite.seconds else "0",
    }
    attributes = " ".join(f"{name}={_quoted(value)}" for name, value in head.items())
    properties = suite.properties.items()
    listed = "".join(f"<property name={_quoted(name)} value={_quoted(value)}/>" for name, value in properties)
    return (
        f"<testsuite {attributes}>\n<properties>{listed}</properties>\n"
        + "".join(map(_case, suite.cases))
        + "<system-out></system-out>\n<system-err></system-err>\n</testsuite>\n"
    )


def _case(case: Case) -> str:
    head = f'<testcase name={_quoted(case.name)} classname={_quoted(case.classname)} time="0"'
    if not case.kind:
        return f"{head}/>\n"
    kind = f" type={_quoted(case.type)}" if case.type else ""
    # The detail has lines of its own, each made safe by itself.
    detail = "\n".join(escape(safe_xml(line)) for line in case.detail.split("\n"))
    return f"{head}><{case.kind} message={_quoted(case.message)}{kind}>{detail}</{case.kind}></testcase>\n"


def _quoted(text: str) -> str:
    return quoteattr(" ".join(safe_xml(text).split()))
