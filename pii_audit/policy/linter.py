"""`policy check`: what a policy says that is not wrong, and yet hardly what its author means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from pii_audit.document import unknown
from pii_audit.errors import Problem
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.model.forms import Form
from pii_audit.policy.evaluation.case import Case, Knowledge, Observed, Seen
from pii_audit.policy.evaluation.permission import Answer, permission
from pii_audit.policy.model import CUSTOMER, AccessRule, Element, Flow, Line, Policy, Recipient

EXPIRES_SOON = timedelta(days=60)


def lint(policy: Policy, catalogue: Catalogue, as_of: date) -> list[Problem]:
    """Warnings on a policy that loads, in the order of the files."""
    found = [
        *_agreements(policy, as_of),
        *_exceptions(policy, as_of),
        *_unused(policy),
        *_dead_scope(policy, catalogue),
        *_contradictions(policy, catalogue, as_of),
        *_access(policy),
    ]
    return sorted(found, key=lambda problem: problem.position)


def unknown_sources(policy: Policy, sources: Iterable[str]) -> list[Problem]:
    """References to sources that the workspace does not have; a policy alone cannot tell."""
    known = tuple(sources)
    named = [(flow.source, flow.at("source")) for flow in policy.flows.values() if flow.source]
    named += [
        (flow.population.within.partition(".")[0], flow.population.position)
        for flow in policy.flows.values()
        if flow.population
    ]
    named += [(source, rule.position) for rule in policy.access.rules for source in rule.sources]
    named += [
        (source, place.position) for place in policy.storage.environments.values() for source in place.same_persons_as
    ]
    named += [(rule.source, rule.position) for rule in policy.exceptions if rule.source]
    kind = Text("数据源", "source")
    return [Problem(position, unknown(kind, source, known)) for source, position in named if source not in known]


def _agreements(policy: Policy, as_of: date) -> Iterator[Problem]:
    for recipient in policy.recipients.values():
        for agreement in recipient.agreements:
            if agreement.until is None:
                continue
            if agreement.until < as_of:
                said = Text(
                    f"协议 {agreement.ref} 已于 {agreement.until} 到期",
                    f"agreement {agreement.ref} ended on {agreement.until}",
                )
                yield Problem(agreement.position, said)
            elif agreement.until <= as_of + EXPIRES_SOON:
                days = (agreement.until - as_of).days
                said = Text(
                    f"协议 {agreement.ref} 将在 {days} 天后到期", f"agreement {agreement.ref} ends in {days} day(s)"
                )
                yield Problem(agreement.position, said)


def _exceptions(policy: Policy, as_of: date) -> Iterator[Problem]:
    for rule in policy.exceptions:
        if rule.until is None:
            said = Text("例外没有期限(until)", "an exception without until never lapses")
            yield Problem(rule.position, said)
        elif rule.until < as_of:
            said = Text(
                f"例外已于 {rule.until} 到期,不再适用", f"the exception ended on {rule.until} and no longer applies"
            )
            yield Problem(rule.position, said)
        scopes = (rule.flow, rule.identifier, rule.asset, rule.field, rule.source, rule.recipient, rule.principal)
        if not any(scopes):
            said = Text(
                f"例外没有范围:它免除全部 {rule.rule}", f"an exception without a scope lifts {rule.rule} everywhere"
            )
            yield Problem(rule.position, said)


def _unused(policy: Policy) -> Iterator[Problem]:
    purposes = {flow.purpose for flow in policy.flows.values()}
    agreed = {purpose for recipient in policy.recipients.values() for purpose in recipient.purposes or ()}
    for purpose in policy.purposes.values():
        if purpose.id not in purposes | agreed:
            yield Problem(
                purpose.position, Text(f"没有数据流使用用途 {purpose.id}", f"nobody uses purpose {purpose.id}")
            )
    recipients = {flow.recipient for flow in policy.flows.values()}
    for recipient in policy.recipients.values():
        if recipient.id not in recipients:
            said = Text(f"没有数据流发往 {recipient.id}", f"no flow goes to recipient {recipient.id}")
            yield Problem(recipient.position, said)


def _identifiers(element: Element, catalogue: Catalogue) -> set[tuple[str, str]]:
    subject = element.subject or CUSTOMER
    return {(identifier, subject) for identifier in catalogue.expand(element.word)}


def _given(lines: Iterable[Line], catalogue: Catalogue) -> set[tuple[str, str]]:
    return {pair for line in lines for pair in _identifiers(line.element, catalogue)}


def _purposes_of(recipient: Recipient, policy: Policy) -> set[str]:
    used = {flow.purpose for flow in policy.flows.values() if flow.recipient == recipient.id}
    return used | set(recipient.purposes or ()) & set(policy.purposes)


def _dead_scope(policy: Policy, catalogue: Catalogue) -> Iterator[Problem]:
    for recipient in policy.recipients.values():
        purposes = _purposes_of(recipient, policy)
        if recipient.scope is None or not purposes:
            continue
        used = _given((line for name in purposes for line in policy.purposes[name].permitted), catalogue)
        for line in recipient.scope:
            if not _identifiers(line.element, catalogue) & used:
                said = Text(
                    f"{recipient.id} 的任何用途都用不到 “{line.element}”",
                    f'no purpose of {recipient.id} uses "{line.element}"',
                )
                yield Problem(line.position, said)


def _case(flow: Flow, policy: Policy, catalogue: Catalogue, as_of: date) -> Case:
    return Case.of(policy, flow, Observed(), catalogue, as_of=as_of, knowledge=Knowledge())


def _allowed(element: Element, case: Case, form: Form) -> bool:
    return any(
        permission(Seen(identifier, subject, form), case).answer is Answer.ALLOWED
        for identifier, subject in _identifiers(element, case.catalogue)
    )


def _contradictions(policy: Policy, catalogue: Catalogue, as_of: date) -> Iterator[Problem]:
    """What a flow needs or declares and may not give in any form."""
    for flow in policy.flows.values():
        case = _case(flow, policy, catalogue, as_of)
        for line in case.purpose.needs:
            if not any(_allowed(line.element, case, form) for form in Form if form is not Form.ABSENT):
                said = Text(
                    f"用途 {case.purpose.id} 必需 “{line.element}”,而 {case.recipient.id} 的合作范围不给",
                    f'purpose {case.purpose.id} needs "{line.element}", '
                    f"which {case.recipient.id} may not get in any form",
                )
                yield Problem(flow.position, said)
        for column, declared in (flow.fields or {}).items():
            if declared.is_none or any(_allowed(declared, case, form) for form in Form if form is not Form.ABSENT):
                continue
            said = Text(
                f"列 “{column}” 声明为 {declared},而用途和合作范围不允许提供",
                f'column "{column}" is declared {declared}, which purpose and scope do not allow in any form',
            )
            yield Problem(declared.position, said)


def _access(policy: Policy) -> Iterator[Problem]:
    seen: dict[AccessRule, AccessRule] = {}
    for rule in policy.access.rules:
        bare = replace(
            rule,
            position=policy.access.rules[0].position,
            levels=tuple(replace(level, position=policy.access.rules[0].position) for level in rule.levels),
        )
        first = seen.setdefault(bare, rule)
        if first is not rule:
            at = first.position.to_line
            yield Problem(rule.position, Text(f"与 {at} 的规则相同", f"repeats the rule at {at}"))
