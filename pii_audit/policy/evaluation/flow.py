"""The verdicts on one flow: every element, every declaration, every property, each with the line that decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.policy.evaluation.agreement import agreement_verdicts, ended_verdicts
from pii_audit.policy.evaluation.border import border_verdicts, channel_verdicts
from pii_audit.policy.evaluation.case import Case, Knowledge, Observed
from pii_audit.policy.evaluation.combination import together_verdicts, without_surplus_alternatives
from pii_audit.policy.evaluation.course import drift_verdicts, frequency_verdicts
from pii_audit.policy.evaluation.custom import custom_verdicts
from pii_audit.policy.evaluation.declaration import declaration_verdicts
from pii_audit.policy.evaluation.elements import element_verdicts
from pii_audit.policy.evaluation.lawfulness import assessment_verdicts, basis_verdicts
from pii_audit.policy.evaluation.standing import unused_verdicts
from pii_audit.policy.evaluation.volume import population_verdicts, volume_verdicts
from pii_audit.policy.model import Flow, Policy


def evaluate_flow(
    policy: Policy, flow: Flow, observed: Observed, catalogue: Catalogue, *, as_of: date, knowledge: Knowledge
) -> tuple[Verdict, ...]:
    """The verdicts on a flow, elements first: compliant, violation, or gap where it cannot be shown.

    `observed` is the judged content of its assets, `as_of` the day against which dates are judged. A flow of which
    nothing was observed gets one gap: QLT001, or SHR007 where its agreement has ended and nothing was returned. Rules:
    SHR001 to SHR005, SHR007 to SHR010, SHR012, SHR013, XBR001, XBR002, QLT001,
    and those of the policy itself.
    """
    case = Case.of(policy, flow, observed, catalogue, as_of=as_of, knowledge=knowledge)
    if not observed.assets:
        ended = tuple(ended_verdicts(case))
        message = Text("没有见到这个数据流的任何文件或消息", "nothing of this flow was seen")
        return ended or (case.of_flow("flow", Outcome.GAP, message, flow.at("match"), "QLT001"),)
    elements = tuple(without_surplus_alternatives(tuple(element_verdicts(case)), case))
    return (
        *elements,
        *together_verdicts(case),
        *declaration_verdicts(elements, case),
        *property_verdicts(case),
        *custom_verdicts(case),
        *unused_verdicts(case),
    )


def property_verdicts(case: Case) -> Iterator[Verdict]:
    """The verdicts on what belongs to the flow as a whole, given the elements seen."""
    yield from population_verdicts(case)
    yield from volume_verdicts(case)
    yield from agreement_verdicts(case)
    yield from basis_verdicts(case)
    yield from assessment_verdicts(case)
    yield from channel_verdicts(case)
    yield from border_verdicts(case)
    yield from frequency_verdicts(case)
    yield from drift_verdicts(case)
