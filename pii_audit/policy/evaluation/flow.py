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
    nothing was observed gets one gap: QLT001, unless it is declared to have ended, or SHR007 where its agreement has ended and
    nothing was returned. Rules: SHR001 to SHR010, SHR012, SHR013, XBR001, XBR002, QLT001,
    and those of the policy itself.
    """
    case = Case.of(policy, flow, observed, catalogue, as_of=as_of, knowledge=knowledge)
    if not observed.assets:
        ended = tuple(ended_verdicts(case))
        return ended or (() if flow.has_ended(as_of) else (_unseen(case),))
    elements = tuple(without_surplus_alternatives(tuple(element_verdicts(case)), case))
    return (
        *elements,
        *together_verdicts(case),
        *declaration_verdicts(elements, case),
        *property_verdicts(case),
        *custom_verdicts(case),
        *unused_verdicts(case),
    )


def _unseen(case: Case) -> Verdict:
    message = Text("没有见到这个数据流的任何文件或消息", "nothing of this flow was seen")
    remedy = Text("数据流已终止的，登记 ended: {on: …, by: …}", "where the flow has ended, enter ended: {on: …, by: …}")
    return case.of_flow("flow", Outcome.GAP, message, case.flow.at("match"), "QLT001", remedy)


def _still_there(case: Case) -> Iterator[Verdict]:
    ended = case.flow.ended
    if ended is None or not case.flow.has_ended(case.as_of):
        return
    message = Text(
        f"数据流{ended.words.zh}，但仍有它的文件或消息", f"the flow {ended.words.en}, and something of it is there"
    )
    remedy = Text(
        "查明由谁产生并停止，清除遗留文件；仍在使用的，删除 ended",
        "find out who makes it and stop that, clear what was left behind; take ended away where it is still in use",
    )
    yield case.of_flow("ended", Outcome.VIOLATION, message, case.flow.at("ended"), "SHR006", remedy)


def property_verdicts(case: Case) -> Iterator[Verdict]:
    """The verdicts on what belongs to the flow as a whole, given the elements seen."""
    yield from _still_there(case)
    yield from population_verdicts(case)
    yield from volume_verdicts(case)
    yield from agreement_verdicts(case)
    yield from basis_verdicts(case)
    yield from assessment_verdicts(case)
    yield from channel_verdicts(case)
    yield from border_verdicts(case)
    yield from frequency_verdicts(case)
    yield from drift_verdicts(case)
