"""What the institution's own rules say of a flow and of its elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pii_audit.model.finding import Outcome, Verdict
from pii_audit.policy.custom.asking import hold, said
from pii_audit.policy.evaluation.case import Case, Seen
from pii_audit.policy.evaluation.protection import Guard, guard
from pii_audit.policy.evaluation.volume import persons_this_run
from pii_audit.policy.model import CustomRule


def custom_verdicts(case: Case) -> Iterator[Verdict]:
    """A verdict for each rule and element, or flow, for which the rule's expression holds; a gap where it gives no answer."""
    for rule in case.policy.rules.values():
        if rule.about == "flow":
            yield from _about_flow(rule, case)
        elif rule.about == "element":
            yield from _about_elements(rule, case.seen, case)


def flow_rule_verdicts(case: Case) -> Iterator[Verdict]:
    """Those of rules about the flow as a whole."""
    for rule in case.policy.rules.values():
        if rule.about == "flow":
            yield from _about_flow(rule, case)


def element_rule_verdicts(seen: Seen, case: Case) -> Iterator[Verdict]:
    """Those of rules about elements, on one element."""
    for rule in case.policy.rules.values():
        if rule.about == "element":
            yield from _about_elements(rule, (seen,), case)


def _about_flow(rule: CustomRule, case: Case) -> Iterator[Verdict]:
    [answer] = hold(rule, [of_flow(case)])
    if answer is not False:
        yield _of_flow(rule, answer, case)


def _about_elements(rule: CustomRule, elements: Sequence[Seen], case: Case) -> Iterator[Verdict]:
    flow = of_flow(case)
    answers = hold(rule, [{**flow, **of_element(seen, case)} for seen in elements])
    for seen, answer in zip(elements, answers, strict=True):
        if answer is not False:
            yield _of_element(rule, seen, answer, case)


def of_flow(case: Case) -> dict[str, Any]:
    """The inputs of a flow as a whole."""
    flow, recipient, protection = case.flow, case.recipient, case.flow.protection
    layers = (protection.file, protection.channel) if protection is not None else ()
    return {
        "flow.id": flow.id,
        "flow.source": flow.source or "",
        "flow.channel": flow.channel or "",
        "flow.legal_basis": flow.legal_basis or "",
        "flow.consent": flow.consent.kind if flow.consent else "",
        "flow.pia": flow.pia or "",
        "flow.protected": any(guard(layer) is Guard.ENCRYPTED for layer in layers if layer),
        "recipient.id": recipient.id,
        "recipient.role": recipient.role,
        "recipient.region": recipient.region or "",
        "purpose.id": case.purpose.id,
        "persons": persons_this_run(case),
        "today": case.as_of.isoformat(),
        "elements": [seen.element for seen in case.seen],
        "classes": sorted({case.levels(seen.identifier).jrt0171 or "" for seen in case.seen} - {""}),
        "columns": list(dict.fromkeys(name for asset in case.observed.assets for name in asset.columns)),
    }


def of_element(seen: Seen, case: Case) -> dict[str, Any]:
    """The inputs of one element of a flow, beside those of the flow."""
    levels = case.levels(seen.identifier)
    return {
        "element.identifier": seen.identifier,
        "element.subject": seen.subject,
        "element.form": seen.form.value,
        "element.adequate": seen.adequate,
        "element.groups": list(case.groups(seen.identifier)),
        "element.class": levels.jrt0171 or "",
        "element.grade": levels.jrt0197 or 0,
        "element.sensitive": case.sensitive(seen),
        "element.rows": seen.hits,
        "element.columns": list(seen.fields),
    }


def _of_flow(rule: CustomRule, answer: bool | str, case: Case) -> Verdict:  # noqa: FBT001 - as above
    outcome, message = said(rule, answer)
    return case.of_flow(f"rule.{rule.id}", outcome, message, rule.position, rule.id, rule.remediation)


def _of_element(rule: CustomRule, seen: Seen, answer: bool | str, case: Case) -> Verdict:  # noqa: FBT001 - as above
    outcome, message = said(rule, answer)
    # Evidence in doubt shows a gap at most, as for the shipped rules.
    doubtful = outcome is Outcome.VIOLATION and not seen.certain
    return case.verdict(
        seen.element,
        Outcome.GAP if doubtful else outcome,
        message,
        rule.position,
        rule=rule.id,
        identifier=seen.identifier,
        subject=seen.subject,
        form=seen.form.value,
        fields=seen.fields,
        in_text=seen.in_text,
        assets=seen.assets,
        remedy=rule.remediation,
    )
