"""Why a flow is judged as it is: the chain of lines that decided, in words that a lawyer can follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.model.forms import Form
from pii_audit.policy.evaluation.case import Case, Seen
from pii_audit.policy.evaluation.custom import element_rule_verdicts, flow_rule_verdicts
from pii_audit.policy.evaluation.elements import judge_element
from pii_audit.policy.evaluation.flow import property_verdicts
from pii_audit.policy.evaluation.forms import STRENGTH
from pii_audit.policy.evaluation.permission import Answer, Party, Permission, parties, permission
from pii_audit.policy.evaluation.wording import FORMS, demanded
from pii_audit.policy.model import CUSTOMER, Requirement


class Said(StrEnum):
    """What one line says about the element."""

    ALLOWS = "allows"
    OBJECTS = "objects"
    IS_SILENT = "is_silent"


@dataclass(frozen=True, slots=True)
class Step:
    """One line that was weighed, and what it says."""

    position: Position
    said: Said
    message: Text


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one element in one form is judged: the steps in order, then the verdict and the line that decided."""

    seen: Seen
    steps: tuple[Step, ...]
    verdict: Verdict


def explain_element(seen: Seen, case: Case) -> Explanation:
    """The chain for an element, as it would be judged were it seen in that form."""
    verdict = judge_element(seen, case)
    steps = [_question(case), *_weighed(seen, case)]
    if verdict.rule == "SHR001":
        message = Text(
            "C3 和鉴别辅助信息的明文在任何情况下都不得提供，策略写什么都不能改变",
            "C3 and authentication data may never leave in clear, whatever a policy says",
        )
        steps.append(Step(case.flow.position, Said.OBJECTS, message))
    own = list(element_rule_verdicts(seen, case))
    steps += [_own_rule(one) for one in own]
    if verdict.outcome is Outcome.COMPLIANT and own:
        verdict = next((one for one in own if one.outcome is Outcome.VIOLATION), own[0])
    return Explanation(seen, tuple(steps), verdict)


def _own_rule(found: Verdict) -> Step:
    message = Text(f"本机构的规则 {found.rule}:{found.message.zh}", f"rule {found.rule} of our own: {found.message.en}")
    return Step(found.policy or Position(""), Said.OBJECTS, message)


BEYOND = (
    "population",
    "consent.field",
    "max_persons.per_day",
    "max_persons.per_year",
    "transfer.threshold",
    "frequency",
    "columns",
)
"""What takes more than the flow's own files: other assets, or the runs of a year."""
ON_DATA = (*BEYOND, "max_persons.per_run")
"""What only data can show: without a run nothing is said of it."""


def explain_properties(case: Case) -> tuple[Verdict, ...]:
    """The verdicts on what belongs to the flow as a whole: agreement, basis, channel and so on.

    Where nothing was observed they are those on a file that holds what the purpose needs.
    """
    if case.observed.assets:
        judged = (*property_verdicts(case), *flow_rule_verdicts(case))
        return tuple(verdict for verdict in judged if verdict.element not in BEYOND)
    needed = tuple(
        Seen(name, line.element.subject or CUSTOMER, line.requirement.forms[0])
        for line in case.purpose.needs
        for name in sorted(case.catalogue.expand(line.element.word))
    )
    made_up = replace(case, seen=needed)
    judged = (*property_verdicts(made_up), *flow_rule_verdicts(made_up))
    return tuple(verdict for verdict in judged if verdict.element not in ON_DATA)


def asked_of(identifier: str, subject: str, case: Case) -> tuple[Requirement, ...] | None:
    """What every party asks of the form of an element, stricter than none at all; None when it may leave in no form."""
    for form in sorted((form for form in Form if form is not Form.ABSENT), key=STRENGTH.__getitem__):
        seen = Seen(identifier, subject, form)
        if judge_element(seen, case).outcome is Outcome.COMPLIANT and not any(element_rule_verdicts(seen, case)):
            asked = (found.line.requirement for found in parties(seen, case) if found.line is not None)
            said = tuple(dict.fromkeys(one for one in asked if one.forms != (Form.PLAIN,)))
            # What no line asks for and yet may not leave in clear: C3, or what a rule of our own objects to.
            return said or (() if form is Form.PLAIN else (Requirement((form,)),))
    return None


def elements_of(case: Case) -> tuple[tuple[str, str], ...]:
    """The identifiers, each with its subject, to speak of: those that are named or were seen, and all that may leave."""
    lines = [*case.purpose.permitted, *(case.recipient.scope or ())]
    for agreement in case.recipient.agreements:
        lines += agreement.scope or ()
    words = [line.element for line in lines]
    words += [declared for declared in (case.flow.fields or {}).values() if not declared.is_none]
    named = {(word.word, word.subject or CUSTOMER) for word in words}
    named |= {(seen.identifier, seen.subject) for seen in case.seen}
    meant = [(name, word.subject or CUSTOMER) for word in words for name in sorted(case.catalogue.expand(word.word))]
    meant += [(seen.identifier, seen.subject) for seen in case.seen]
    # A group or a level stands for many: of those that it brings in, what may not leave anyway needs no line.
    return tuple(pair for pair in dict.fromkeys(meant) if pair in named or asked_of(*pair, case) is not None)


def _question(case: Case) -> Step:
    flow, recipient, purpose = case.flow, case.recipient, case.purpose
    message = Text(
        f"数据流 {flow.id}：为“{purpose.title.zh}”（{purpose.id}）提供给 {recipient.title.zh}（{recipient.id}，{ROLES[recipient.role].zh}）",
        f'flow {flow.id} goes to {recipient.title.en} ({recipient.id}, {ROLES[recipient.role].en}) for "{purpose.title.en}" ({purpose.id})',
    )
    return Step(flow.position, Said.IS_SILENT, message)


ROLES = {
    "processor": Text("受托人", "a processor"),
    "controller": Text("其他个人信息处理者", "another handler"),
    "joint_controller": Text("共同处理者", "a joint handler"),
    "affiliate": Text("关联方", "an affiliate"),
    "authority": Text("主管部门", "an authority"),
    "internal": Text("本机构内部", "inside the house"),
}
_WHOSE = {
    Party.NEVER: Text("禁止项", "a prohibition"),
    Party.FLOOR: Text("底线", "the floor"),
    Party.PURPOSE: Text("用途", "the purpose"),
    Party.RECIPIENT: Text("接收方的合作范围", "the recipient's scope"),
    Party.AGREEMENT: Text("协议的范围", "the agreement's scope"),
}


def _weighed(seen: Seen, case: Case) -> Iterator[Step]:
    found = permission(seen, case)
    if found.never is not None:
        message = Text(f"never “{found.never}” 优先于一切允许", f'never "{found.never}" beats every permission')
        yield Step(found.position, Said.OBJECTS, message)
        return
    for one in parties(seen, case):
        yield _answer(one, seen)


def _answer(found: Permission, seen: Seen) -> Step:
    whose, form = _WHOSE[found.party], FORMS[seen.form]
    if found.line is None:
        message = Text(
            f"{whose.zh}没有列出 {seen.element}：没有写的就是不允许",
            f"{whose.en} does not list {seen.element}: what is not written is not allowed",
        )
        return Step(found.position, Said.OBJECTS, message)
    asked = demanded(found.line.requirement)
    if found.answer is Answer.TOO_WEAK:
        message = Text(
            f"{whose.zh}的 “{found.line.element}” 要求{asked.zh}，而这里是{form.zh}",
            f'{whose.en}: "{found.line.element}" asks for it {asked.en}, and here it is {form.en}',
        )
        return Step(found.position, Said.OBJECTS, message)
    message = Text(
        f"{whose.zh}的 “{found.line.element}” 允许（要求{asked.zh}）",
        f'{whose.en}: "{found.line.element}" allows it (asked for: {asked.en})',
    )
    return Step(found.position, Said.ALLOWS, message)
