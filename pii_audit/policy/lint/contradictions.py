"""What cannot hold together: needs that nobody may serve, declarations that may not leave, assets with two flows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

from pii_audit.errors import Problem
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.model.forms import Form
from pii_audit.policy.evaluation.case import Case, Knowledge, Observed, Seen
from pii_audit.policy.evaluation.elements import never_leaves
from pii_audit.policy.evaluation.permission import Answer, permission
from pii_audit.policy.lint.elements import identifiers
from pii_audit.policy.model import Combination, Element, Flow, Policy, Purpose

_SHOWN = tuple(form for form in Form if form is not Form.ABSENT)


def contradictions(policy: Policy, catalogue: Catalogue, as_of: date) -> Iterator[Problem]:
    """Everything that a policy asks for and forbids at once."""
    for purpose in policy.purposes.values():
        yield from _together(purpose, catalogue)
    yield from _two_flows(policy)
    allowed = _Allowed(policy, catalogue, as_of)
    for flow in policy.flows.values():
        yield from _flow(flow, policy, allowed)


def _together(purpose: Purpose, catalogue: Catalogue) -> Iterator[Problem]:
    needed = {pair for line in purpose.needs for pair in identifiers(line.element, catalogue)}

    def needs(combination: Combination) -> list[Element]:
        return [element for element in combination.elements if identifiers(element, catalogue) & needed]

    for combination in purpose.never_together:
        if len(needs(combination)) == len(combination.elements):
            named = " + ".join(map(str, combination.elements))
            said = Text(
                f"用途 {purpose.id} 同时需要 {named}，又禁止放在一起",
                f"purpose {purpose.id} needs {named} and forbids them together",
            )
            yield Problem(combination.position, said)
    for combination in purpose.one_of:
        several = needs(combination)
        if len(several) > 1:
            named = " + ".join(map(str, several))
            said = Text(
                f"用途 {purpose.id} 同时需要 {named}，又只允许其一",
                f"purpose {purpose.id} needs {named} and allows one of them only",
            )
            yield Problem(combination.position, said)


def _two_flows(policy: Policy) -> Iterator[Problem]:
    """A flow without `match` claims all of its source, so that another over the same source claims some of it twice."""
    whole = {flow.source: flow for flow in policy.flows.values() if flow.source and not flow.match}
    for flow in policy.flows.values():
        other = whole.get(flow.source) if flow.source else None
        if other is not None and other is not flow:
            at = other.position.to_line
            said = Text(
                f"{other.id}（{at}）没有 match，已占有 {flow.source} 的全部资产",
                f"{other.id} ({at}) has no match and claims every asset of {flow.source}",
            )
            yield Problem(flow.position, said)


class _Allowed:
    """Whether a recipient may get an element for a purpose in any form at all; asked once for each pair."""

    def __init__(self, policy: Policy, catalogue: Catalogue, as_of: date) -> None:
        self._policy, self._catalogue, self._as_of = policy, catalogue, as_of
        self._asked = cache(self._ask)

    def __call__(self, element: Element, flow: Flow) -> bool:
        subject = element.subject or "customer"
        return self._asked(element.word, subject, flow.recipient, flow.purpose)

    def _ask(self, word: str, subject: str, recipient: str, purpose: str) -> bool:
        flow = Flow("", self._policy.recipients[recipient].position, recipient, purpose)
        case = Case.of(self._policy, flow, Observed(), self._catalogue, as_of=self._as_of, knowledge=Knowledge())
        return any(
            permission(seen, case).answer is Answer.ALLOWED and never_leaves(seen, case) is None
            for identifier in self._catalogue.expand(word)
            for seen in (Seen(identifier, subject, form) for form in _SHOWN)
        )


def _flow(flow: Flow, policy: Policy, allowed: _Allowed) -> Iterator[Problem]:
    """What a flow needs or declares and may not give in any form."""
    for line in policy.purposes[flow.purpose].needs:
        if not allowed(line.element, flow):
            said = Text(
                f"用途 {flow.purpose} 必需 “{line.element}”，而 {flow.recipient} 的合作范围不给",
                f'purpose {flow.purpose} needs "{line.element}", which {flow.recipient} may not get in any form',
            )
            yield Problem(flow.position, said)
    for column, declared in (flow.fields or {}).items():
        if not declared.is_none and not allowed(declared, flow):
            said = Text(
                f"列 “{column}” 声明为 {declared}，而用途和合作范围不允许提供",
                f'column "{column}" is declared {declared}, which purpose and scope do not allow in any form',
            )
            yield Problem(declared.position, said)
