"""What rules look at, and what they say: a draft, which the funnel turns into a finding."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from typing import Any

from pii_audit.errors import Position
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.language import Text, same
from pii_audit.model.coverage import Coverage
from pii_audit.model.evidence import FREE_TEXT, FieldEvidence
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.model.forms import PLAIN_EQUIVALENT
from pii_audit.model.grant import Grant
from pii_audit.model.run import Inspected
from pii_audit.model.setting import Setting
from pii_audit.model.sketch import Sketch
from pii_audit.policy.model import Flow, Policy
from pii_audit.rules.severity import Concern
from pii_audit.workspace import Account, Institution, Source


@dataclass(frozen=True, slots=True)
class Draft:
    """What a rule has to say of one thing. `resource` is its identity under the rule: never a position, never a value."""

    rule: str
    resource: tuple[str, ...]
    message: Text
    outcome: Outcome = Outcome.VIOLATION
    source: str | None = None
    asset: str | None = None
    field: str | None = None
    identifiers: tuple[str, ...] = ()
    flow: str | None = None
    recipient: str | None = None
    principal: str | None = None
    evidence: Mapping[str, Any] = attribute(default_factory=dict)
    policy: Position | None = None
    remediation: Text | None = None
    concern: Concern = Concern()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is known when rules are asked; names in it may be shown.

    `undeclared` are feed assets that no flow names, `leavers` the accounts of people who have left, `accounts` the register of all
    of them, `earlier` what recorded runs saw, each by itself, of assets whose content has to be kept for some time.
    """

    policy: Policy
    catalogue: Catalogue
    as_of: date
    sources: Mapping[str, Source]
    inspected: Sequence[Inspected] = ()
    grants: Sequence[Grant] = ()
    coverage: Sequence[Coverage] = ()
    verdicts: Sequence[Verdict] = ()
    flows: Mapping[str, Flow] = attribute(default_factory=dict)
    undeclared: Sequence[Inspected] = ()
    leavers: frozenset[str] = frozenset()
    earlier: Sequence[Sequence[Inspected]] = ()
    institution: Institution = attribute(default_factory=Institution)
    accounts: Sequence[Account] = ()
    settings: Sequence[Setting] = ()

    def of_source(self, source: str) -> list[Inspected]:
        """The inspected assets of one source."""
        return [one for one in self.inspected if one.asset.source == source]


Rule = Callable[[Facts], Iterator[Draft]]


def people(one: Inspected, statements: Sequence[FieldEvidence]) -> int:
    """The distinct people that some statements about an asset concern."""
    total = Sketch()
    for statement in statements:
        total = max(
            total, one.tally.fields[statement.field or FREE_TEXT].evidence[statement.identifier].persons, key=len
        )
    return len(total)


def concern(facts: Facts, statements: Sequence[FieldEvidence], *, everyone: bool = False) -> Concern:
    """Whom some statements concern: sensitive or other information, in clear or not."""
    # Children's information is sensitive whatever it is (PIPL Art. 28).
    sensitive, other = 0, 0
    for one in statements:
        if facts.catalogue[one.identifier].sensitive or one.subject == "minor":
            sensitive = max(sensitive, one.persons)
        else:
            other = max(other, one.persons)
    return Concern(
        sensitive=sensitive,
        other=other,
        c3_in_clear=any(
            statement.level.jrt0171 == "C3" and statement.form in PLAIN_EQUIVALENT for statement in statements
        ),
        everyone_can_read=everyone,
    )


LISTED = 50
"""Statements and assets that the evidence of one finding lists; the rest is counted."""


def proof(statements: Sequence[FieldEvidence], assets: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    """The evidence of a finding: what was found in sum and one by one, as counts and masked samples.

    `in_text`: text without fields is among it. `persons` is what is known at least, `persons_at_most` what limits are held against, where that may be more: the subjects of
    several assets added, and where nothing tells people apart, every hit as somebody else.
    """
    stood_on = list(dict.fromkeys((*assets, *(statement.asset for statement in statements))))
    facts: dict[str, Any] = {"assets": stood_on[:LISTED]}
    if len(stood_on) > LISTED:
        facts["assets_total"] = len(stood_on)
    if statements:
        forms: Counter[str] = Counter()
        for statement in statements:
            forms[str(statement.form)] += statement.hits
        fields = list(dict.fromkeys(statement.field for statement in statements if statement.field))
        if len(fields) > LISTED:
            facts["fields_total"] = len(fields)
        if any(statement.field is None for statement in statements):
            facts["in_text"] = True
        at_most: dict[tuple[str, str], int] = defaultdict(int)
        for statement in statements:
            place = statement.asset, statement.subject
            at_most[place] = max(at_most[place], statement.persons or statement.hits)
        persons = max(statement.persons for statement in statements)
        if sum(at_most.values()) > persons and "persons" not in more:
            facts["persons_at_most"] = sum(at_most.values())
        facts |= {
            "fields": fields[:LISTED],
            "forms": dict(forms),
            "hits": sum(forms.values()),
            "persons": persons,
            "samples": [sample for statement in statements for sample in statement.samples[:1]][:LISTED],
            "found": [_statement(statement) for statement in statements[:LISTED]],
        }
    if len(statements) == 1:
        one = statements[0]
        facts |= {
            "rows_inspected": one.rows_inspected,
            "prevalence": one.prevalence,
            "bound": one.bound,
            "samples": list(one.samples),
        }
    return {**facts, **more}


SHOWN = 3
"""Commands that a remedy names; the evidence lists them."""


def to_run(commands: Sequence[str]) -> Text | None:
    """The commands that would close a finding, as a remedy: for somebody to run who has decided to."""
    if not commands:
        return None
    shown = "; ".join(commands[:SHOWN]) + (" …" if len(commands) > SHOWN else "")
    return Text(f"审阅后由有权者执行：{shown}", f"once reviewed, run: {shown}")


def _place(statement: FieldEvidence) -> str:
    """Where in a spreadsheet the field stands (`B4:B205`), empty elsewhere."""
    return next((reason.detail.en for reason in statement.why if reason.factor == "place"), "")


def _statement(statement: FieldEvidence) -> dict[str, Any]:
    place = {"place": _place(statement)} if _place(statement) else {}
    return {
        **place,
        "asset": statement.asset,
        "field": statement.field,
        "identifier": statement.identifier,
        "form": str(statement.form),
        "hits": statement.hits,
        "rows_inspected": statement.rows_inspected,
        "prevalence": round(statement.prevalence, 6),
        "bound": round(statement.bound, 6),
        "confidence": statement.confidence,
        "persons": statement.persons,
        "samples": list(statement.samples),
    }


def named(statements: Sequence[FieldEvidence]) -> Text:
    """The fields of some statements, for a message: `name, phone B2:B9`, or the asset's free text."""
    names = [
        same(f"{statement.field} {_place(statement)}".rstrip()) if statement.field else Text("正文", "free text")
        for statement in statements
    ]
    return Text("、".join(dict.fromkeys(one.zh for one in names)), ", ".join(dict.fromkeys(one.en for one in names)))


def titles(facts: Facts, identifiers: Sequence[str]) -> Text:
    """The names of some identifiers, for a message."""
    kinds = [facts.catalogue[identifier].title for identifier in dict.fromkeys(identifiers)]
    return Text("、".join(kind.zh for kind in kinds), ", ".join(kind.en for kind in kinds))
