"""How a policy file is written: its sections and keys, and the vocabulary that they draw on."""

from __future__ import annotations

from typing import Any

from pii_audit.document import (
    DATE,
    ID,
    PERIOD,
    PROOF,
    TITLE,
    Choice,
    Either,
    ListOf,
    MapOf,
    Record,
    Scalar,
    json_schema,
    whole,
    word,
)
from pii_audit.language import Text
from pii_audit.model.finding import Severity
from pii_audit.model.forms import Form
from pii_audit.policy.model import AGREEMENT_ITEMS
from pii_audit.workspace.language import ENDED, REGION, URL, VERSION


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError
    return text


NON_EMPTY = Scalar(Text("非空文本", "text that is not empty"), _text, {"type": "string", "minLength": 1})
ELEMENT = word(
    Text("识别项、组或级别，例如 cn_mobile、phone、C2+、cn_mobile@contact", "an identifier, group or level"),
    r"[A-Za-z0-9][A-Za-z0-9._:-]*\+?(?:@[a-z]+)?",
)
ELEMENTS = ListOf(ELEMENT)
FORM = Choice(tuple(form.value for form in Form))
COUNT = whole(1)


def _grade(text: str) -> int:
    if text not in ("1", "2", "3", "4", "5"):
        raise ValueError
    return int(text)


GRADE = Scalar(
    Text("级别 1 到 5", "a grade from 1 to 5"),
    _grade,
    {"type": "integer", "minimum": 1, "maximum": 5},
    quoted=False,
)
"""The levels of JR/T 0197-2020."""

REQUIREMENT = Either(
    scalar=FORM,
    mapping=Record(
        {
            "forms": ListOf(FORM, at_least=1),
            "show": Record({"first": whole(0), "last": whole(0)}, required=("first", "last")),
        },
        required=("forms",),
    ),
)
LINES = MapOf(REQUIREMENT, key=ELEMENT)
COMBINATIONS = ListOf(ListOf(ELEMENT, at_least=2))

POPULATION = Record({"key": ELEMENT, "within": NON_EMPTY}, required=("key", "within"))
PURPOSE = Record(
    {
        "title": TITLE,
        "needs": LINES,
        "allows": LINES,
        "one_of": COMBINATIONS,
        "never_together": COMBINATIONS,
        "population": POPULATION,
        "held_in": ListOf(NON_EMPTY, at_least=1, or_single=True),
        "retention": Record({"date": NON_EMPTY, "keep_at_least": PERIOD, "delete_after": PERIOD}, required=("date",)),
    },
    what=Text("用途", "a purpose"),
)
AGREEMENT = Record(
    {
        "ref": PROOF,
        "from": DATE,
        "until": DATE,
        "purposes": ListOf(ID),
        "scope": LINES,
        "items": ListOf(Choice(AGREEMENT_ITEMS)),
        "returned": Record({"on": DATE, "ref": PROOF}, required=("on",)),
    },
    required=("ref",),
    what=Text("协议", "an agreement"),
)
RECIPIENT = Record(
    {
        "title": TITLE,
        "role": Choice(("processor", "controller", "joint_controller", "affiliate", "authority", "internal")),
        "region": REGION,
        "agreement": AGREEMENT,
        "agreements": ListOf(AGREEMENT),
        "purposes": ListOf(ID),
        "scope": LINES,
        "never": ELEMENTS,
        "max_persons": Record({"per_run": COUNT, "per_day": COUNT, "per_year": COUNT}),
        "sub_processors": ListOf(
            Either(
                scalar=NON_EMPTY,
                mapping=Record({"name": NON_EMPTY, "region": REGION, "ref": PROOF}, required=("name",)),
            )
        ),
        "return_or_delete": ID,
        "transfer": Record(
            {
                "mechanism": Choice(("assessment", "certification", "standard_contract", "exempt", "adequacy")),
                "ref": PROOF,
                "until": DATE,
                "ground": Choice(("contract", "employment", "emergency", "number")),
            },
            required=("mechanism",),
        ),
        "certifications": ListOf(
            Either(scalar=NON_EMPTY, mapping=Record({"name": NON_EMPTY, "until": DATE}, required=("name",)))
        ),
    },
    what=Text("接收方", "a recipient"),
)

JUDGEMENT = Choice(("violation", "gap", "allow"))
LEGAL_BASES = (
    "consent",
    "contract",
    "employment",
    "statutory_duty",
    "emergency",
    "public_interest",
    "public_information",
    "other_law",
    "legitimate_interests",
)
"""PIPL Art. 13, and the one of the GDPR (Art. 6(1)(f)) that the PIPL does not know."""

FLOW = Record(
    {
        "source": ID,
        "match": ListOf(NON_EMPTY, at_least=1, or_single=True),
        "recipient": ID,
        "purpose": ID,
        "channel": ID,
        "protection": Record({"file": NON_EMPTY, "channel": NON_EMPTY, "ref": PROOF}),
        "legal_basis": Choice(LEGAL_BASES),
        "consent": Record(
            {"kind": Choice(("plain", "separate", "written")), "ref": PROOF, "field": NON_EMPTY},
            required=("kind",),
        ),
        "pia": PROOF,
        "fields": MapOf(ELEMENT, key=NON_EMPTY),
        "undeclared_fields": JUDGEMENT,
        "free_text": Choice(("forbid", "scan")),
        "population": POPULATION,
        "endpoint": Record({"url": URL, "region": REGION}),
        "frequency": Record(
            {"at_most": COUNT, "per": Choice(("day", "week", "month", "quarter", "year"))},
            required=("at_most", "per"),
        ),
        "ended": ENDED,
    },
    what=Text("数据流", "a flow"),
)

NEEDED = {"recipients": ("role",), "flows": ("recipient", "purpose")}
"""Keys that an entry needs, of its own or of the floor that it tightens."""

PRINCIPALS = ListOf(NON_EMPTY, at_least=1)
ACCESS = Record(
    {
        "default": JUDGEMENT,
        "everyone": ListOf(NON_EMPTY),
        "rules": ListOf(
            Record(
                {
                    "post": NON_EMPTY,
                    "principals": PRINCIPALS,
                    "sources": ListOf(ID, at_least=1),
                    "levels": ELEMENTS,
                    "up_to": Choice(("C1", "C2", "C3")),
                    "actions": ListOf(Choice(("read", "write", "export", "admin")), at_least=1),
                },
                required=("principals",),
            )
        ),
        "never": ListOf(
            Record({"principals": PRINCIPALS, "levels": ListOf(ELEMENT, at_least=1)}, required=("principals", "levels"))
        ),
        "incompatible": ListOf(ListOf(NON_EMPTY, at_least=2)),
    }
)
STORAGE = Record(
    {
        "never": ELEMENTS,
        "forms": LINES,
        "environments": MapOf(
            Record({"forbid": ELEMENTS, "when": Record({"same_persons_as": ListOf(ID, at_least=1)})}),
        ),
        "retention": ListOf(
            Record(
                {
                    "asset": NON_EMPTY,
                    "holding": ListOf(ELEMENT, at_least=1, or_single=True),
                    "date": NON_EMPTY,
                    "keep_at_least": PERIOD,
                    "delete_after": PERIOD,
                },
                what=Text("保存期限", "a retention period"),
            )
        ),
        "regions": MapOf(ListOf(REGION, at_least=1, or_single=True), key=ELEMENT),
    }
)
EXCEPTION = Record(
    {
        "rule": NON_EMPTY,
        "flow": ID,
        "identifier": ID,
        "asset": NON_EMPTY,
        "field": NON_EMPTY,
        "source": ID,
        "recipient": ID,
        "principal": NON_EMPTY,
        "owner": PROOF,
        "approver": PROOF,
        "reason": PROOF,
        "until": DATE,
        "while": Record({"fields": ListOf(NON_EMPTY), "forms": ListOf(FORM), "persons_up_to": COUNT}),
    },
    required=("rule", "owner", "approver", "reason"),
    what=Text("例外", "an exception"),
)
FLOOR = Record({"never": ELEMENTS, "forms": LINES, "no_exceptions": ListOf(NON_EMPTY)}, what=Text("底线", "a floor"))
REFERENCES = ListOf(NON_EMPTY)
PEOPLE = Record({"sensitive": COUNT, "other": COUNT}, required=("sensitive", "other"))
CLASSIFICATION = Record(
    {
        "raise": ListOf(Record({"together": ListOf(ELEMENT, at_least=2), "to": ELEMENT}, required=("together", "to"))),
        "grades": ListOf(Record({"asset": NON_EMPTY, "grade": GRADE}, required=("asset", "grade"))),
    }
)


def _expression(text: str) -> str:
    if not text.strip():
        raise ValueError
    if len(text) > MAX_EXPRESSION:
        raise ValueError(
            Text(f"表达式超过 {MAX_EXPRESSION} 个字符", f"an expression of more than {MAX_EXPRESSION} characters")
        )
    return text


MAX_EXPRESSION = 4000
EXPRESSION = Scalar(
    Text("CEL 表达式", "a CEL expression"), _expression, {"type": "string", "minLength": 1, "maxLength": MAX_EXPRESSION}
)
CUSTOM_RULE = Record(
    {
        "title": TITLE,
        "about": Choice(("element", "flow", "field")),
        "when": EXPRESSION,
        "message": TITLE,
        "remediation": TITLE,
        "severity": Choice(tuple(severity.value for severity in Severity)),
        "stage": Choice(("collect", "store", "use", "provide")),
        "outcome": Choice(("violation", "gap")),
    },
    required=("title", "about", "when", "message"),
    what=Text("自定义规则", "a custom rule"),
)
RULE_ID = word(Text("规则编号，例如 ORG001", "a rule id such as ORG001"), r"[A-Z]{2,8}[0-9]{3}")
REVIEW = Record({"last": DATE, "every": PERIOD, "ref": PROOF}, required=("last",))
GOVERNANCE = Record({"officer": PROOF, "compliance_audit": REVIEW, "access_review": REVIEW})
ATTESTATION = Record(
    {"item": RULE_ID, "by": PROOF, "on": DATE, "until": DATE, "ref": PROOF},
    required=("item", "by", "on", "until", "ref"),
    what=Text("证明", "an attestation"),
)
ATTESTATIONS = Record({"required": ListOf(RULE_ID), "given": ListOf(ATTESTATION)})
CROSS_BORDER = Record(
    {"home": ListOf(REGION, at_least=1, or_single=True), "assessment_from": PEOPLE, "contract_from": PEOPLE}
)
POLICY_FILE = Record(
    {
        "version": VERSION,
        "include": REFERENCES,
        "extends": REFERENCES,
        "floor": FLOOR,
        "purposes": MapOf(PURPOSE),
        "recipients": MapOf(RECIPIENT),
        "flows": MapOf(FLOW),
        "access": ACCESS,
        "storage": STORAGE,
        "classification": CLASSIFICATION,
        "cross_border": CROSS_BORDER,
        "severity": Record({"one_step_up": PEOPLE}, required=("one_step_up",)),
        "attestations": ATTESTATIONS,
        "governance": GOVERNANCE,
        "rules": MapOf(CUSTOM_RULE, key=RULE_ID),
        "exceptions": ListOf(EXCEPTION),
    },
    required=("version",),
    what=Text("策略文件", "a policy file"),
)


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of a policy file (draft 2020-12), as published under reports/schemas/."""
    return json_schema(POLICY_FILE, title="pii-audit policy")
