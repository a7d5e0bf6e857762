"""The institution's own rules: those about fields of assets are asked here, the others with their flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.run import Inspected
from pii_audit.policy.custom.asking import hold, said
from pii_audit.policy.custom.inputs import of_field
from pii_audit.policy.model import CustomRule
from pii_audit.rules.catalogue import Rule
from pii_audit.rules.interface import Draft, Facts, concern, proof


def fields(facts: Facts) -> Iterator[Draft]:
    """One finding for each rule and asset, with the fields for which the rule's expression holds."""
    for rule in facts.policy.rules.values():
        if rule.about == "field":
            for one in facts.inspected:
                yield from _of_asset(rule, one, facts)


def _of_asset(rule: CustomRule, one: Inspected, facts: Facts) -> Iterator[Draft]:
    answers = hold(rule, [_inputs(one, statement, facts) for statement in one.fields])
    found = [(statement, answer) for statement, answer in zip(one.fields, answers, strict=True) if answer is not False]
    if not found:
        return
    statements = [statement for statement, _ in found]
    # True comes first: a breach that is certain is told before an answer that is wanting.
    outcome, message = said(rule, next((answer for _, answer in found if answer is True), found[0][1]))
    yield Draft(
        rule.id,
        (one.asset.id,),
        message,
        outcome=outcome,
        source=one.asset.source,
        asset=one.asset.id,
        identifiers=tuple(dict.fromkeys(statement.identifier for statement in statements)),
        evidence=proof(statements),
        policy=rule.position,
        concern=concern(facts, statements),
    )


def _inputs(one: Inspected, statement: FieldEvidence, facts: Facts) -> Mapping[str, object]:
    source, known = facts.sources.get(one.asset.source), facts.catalogue[statement.identifier]
    place = {
        "environment": (source.environment if source else None) or "",
        "region": (source.region if source else None) or "",
        "owner": (source.owner if source else None) or "",
    }
    more = {
        "element.groups": list(known.groups),
        "element.sensitive": "pipl28" in known.sensitive or statement.subject == "minor",
        "today": facts.as_of.isoformat(),
    }
    return of_field(one, statement, place, more)


def as_rule(custom: CustomRule) -> Rule:
    """A custom rule in the form of the catalogue; it cites nothing, and its title stands for what it does not say."""
    return Rule(
        id=custom.id,
        check=None,
        stage=custom.stage,
        phases=("ex_ante", "in_process"),
        severity=custom.severity,
        title=custom.title,
        why=custom.title,
        remediation=custom.remediation,
        bad=custom.title,
        good=custom.title,
        clauses=(),
        exceptable=True,
        scaled=True,
        position=custom.position,
    )


RULES = (fields,)
