"""How a file of cases (`*.cases.yaml`) is written."""

from __future__ import annotations

from typing import Any

from pii_audit.document import (
    BOOLEAN,
    DATE,
    ID,
    TITLE,
    Choice,
    Either,
    ListOf,
    MapOf,
    Record,
    json_schema,
    number,
    whole,
)
from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.policy.language import ELEMENT, FORM, NON_EMPTY
from pii_audit.workspace.language import VERSION

OUTCOME = Choice(tuple(outcome.value for outcome in Outcome))
_SHOWN = Record({"first": whole(0), "last": whole(0)}, required=("first", "last"))
_AS_SEEN = Either(
    scalar=FORM,
    mapping=Record(
        {"form": FORM, "show": _SHOWN, "inadequate": BOOLEAN, "column": NON_EMPTY, "in_text": BOOLEAN},
        required=("form",),
        what=Text("形式", "a form"),
    ),
)
CASE = Record(
    {
        "title": TITLE,
        "flow": ID,
        "recipient": ID,
        "purpose": ID,
        "as_of": DATE,
        "given": MapOf(_AS_SEEN, key=ELEMENT),
        "persons": whole(1),
        "known": Record(
            {
                "persons_this_year": whole(0),
                "persons_this_day": whole(0),
                "abroad_this_year": whole(0),
                "sensitive_this_year": whole(0),
                "population_share": number(0, 1),
                "consent_proved": BOOLEAN,
            }
        ),
        "expect": OUTCOME,
        "rules": ListOf(NON_EMPTY),
        "elements": MapOf(OUTCOME, key=ELEMENT),
    },
    required=("title", "given", "expect"),
    what=Text("用例", "a case"),
)
CASE_FILE = Record(
    {"version": VERSION, "as_of": DATE, "cases": ListOf(CASE, at_least=1)},
    required=("version", "cases"),
    what=Text("用例文件", "a file of cases"),
)


def cases_schema() -> dict[str, Any]:
    """The JSON Schema of a file of cases (draft 2020-12), as published under reports/schemas/."""
    return json_schema(CASE_FILE, title="pii-audit policy cases")
