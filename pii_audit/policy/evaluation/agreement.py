"""SHR007: an agreement with the recipient that is in force, covers the purpose and is whole (PIPL Art. 21 and 23)."""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.policy.evaluation.case import Case
from pii_audit.policy.model import AGREEMENT_ITEMS, Agreement

NO_AGREEMENT = frozenset({"authority", "internal"})
"""Roles with which nothing is agreed: an authority asks by law, and a department is the institution itself."""


def agreement_verdicts(case: Case) -> Iterator[Verdict]:
    """Whether the recipient may be served for this purpose, and under which agreement."""
    yield from _purpose(case)
    if case.recipient.role not in NO_AGREEMENT:
        yield _agreement(case)
        yield from _items(case)
        yield from _sub_processors(case)
    yield from _certifications(case)


def ended_verdicts(case: Case) -> Iterator[Verdict]:
    """Of a flow that no longer runs: whether what the recipient held was returned or deleted after the agreement's end.

    That is shown by a day from the end on that has come, and a reference.
    """
    about = [agreement for agreement in case.recipient.agreements if agreement.covers(case.flow.purpose)]
    if not about or any(one.until is None or one.until >= case.as_of for one in about):
        return
    last, asked = _latest(about), case.recipient.return_or_delete
    if asked is None and case.recipient.role != "processor":
        return
    at, returned = last.position, last.returned
    lacks = Text("没有登记信息的返还或删除", "no return or deletion of the data is on record")
    if returned is not None and returned.ref is None:
        lacks = Text("信息的返还或删除没有凭据（ref）", "the return or deletion of the data names no proof (ref)")
    elif returned is not None and last.until is not None and returned.on < last.until:
        lacks = Text(
            f"登记的返还或删除（{returned.on}）早于到期日",
            f"the return or deletion on record ({returned.on}) was before that day",
        )
    elif returned is not None and returned.on > case.as_of:
        lacks = Text(
            f"登记的返还或删除（{returned.on}）尚未发生",
            f"the return or deletion on record ({returned.on}) is yet to come",
        )
    elif returned is not None:
        message = Text(
            f"协议 {last.ref} 已于 {last.until} 到期，信息已于 {returned.on} 返还或删除（{returned.ref}）",
            f"agreement {last.ref} ended on {last.until}; its data was returned or deleted on {returned.on} ({returned.ref})",
        )
        yield case.of_flow("return_or_delete", Outcome.COMPLIANT, message, at, "SHR007")
        return
    message = Text(
        f"协议 {last.ref} 已于 {last.until} 到期（{at.to_line}），{lacks.zh}",
        f"agreement {last.ref} ended on {last.until} ({at.to_line}); {lacks.en}",
    )
    remedy = Text(
        "要求返还或删除并出具证明，登记 returned: {on: …, ref: …}",
        "have the data returned or deleted and certified, and enter returned: {on: …, ref: …}",
    )
    yield case.of_flow("return_or_delete", Outcome.GAP, message, at, "SHR007", remedy)


ITEMS = {
    "purpose": Text("处理目的", "the purpose"),
    "term": Text("期限", "the term"),
    "method": Text("处理方式", "the method"),
    "types": Text("信息种类", "the kinds of information"),
    "safeguards": Text("保护措施", "the safeguards"),
    "duties": Text("双方权利义务", "the parties' rights and duties"),
}


def _items(case: Case) -> Iterator[Verdict]:
    """What an agreement has to fix and does not (PIPL Art. 21); towards other handlers it needs no term."""
    wanted = [item for item in AGREEMENT_ITEMS if item != "term" or case.recipient.role == "processor"]
    for agreement in case.recipient.agreements:
        fixed = wanted if agreement.items is None else agreement.items
        lacking = [ITEMS[item] for item in wanted if item not in fixed]
        if not lacking or not (agreement.covers(case.flow.purpose) and agreement.in_force(case.as_of)):
            continue
        at = agreement.position
        missing = Text("、".join(one.zh for one in lacking), ", ".join(one.en for one in lacking))
        message = Text(
            f"协议 {agreement.ref}（{at.to_line}）没有约定{missing.zh}",
            f"agreement {agreement.ref} ({at.to_line}) does not fix {missing.en}",
        )
        remedy = Text("补充约定后更新 items", "have it added, then update items")
        yield case.of_flow(f"agreement.items.{agreement.ref}", Outcome.GAP, message, at, "SHR007", remedy)


def _sub_processors(case: Case) -> Iterator[Verdict]:
    """Whom a processor passes information on to needs our consent (PIPL Art. 21)."""
    for sub in case.recipient.sub_processors:
        if sub.ref is None and case.recipient.role == "processor":
            message = Text(
                f"{case.recipient.id} 转委托给 {sub.name}，没有登记同意的凭据（ref）",
                f"{case.recipient.id} passes it on to {sub.name}, and no consent to that is on record (ref)",
            )
            remedy = Text("取得并登记同意，或停止转委托", "agree to it and enter ref, or have it stopped")
            at = case.recipient.position
            yield case.of_flow(f"sub_processor.{sub.name}", Outcome.GAP, message, at, "SHR007", remedy)


def _certifications(case: Case) -> Iterator[Verdict]:
    for one in case.recipient.certifications:
        if one.until is not None and one.until < case.as_of:
            message = Text(
                f"{case.recipient.id} 的认证 {one.name} 已于 {one.until} 到期（{one.position.to_line}）",
                f"certification {one.name} of {case.recipient.id} ended on {one.until} ({one.position.to_line})",
            )
            remedy = Text("要求提供新的认证，或重新评估接收方", "ask for a new one, or assess the recipient anew")
            yield case.of_flow(f"certification.{one.name}", Outcome.GAP, message, one.position, "SHR007", remedy)


def _purpose(case: Case) -> Iterator[Verdict]:
    recipient, purpose = case.recipient, case.purpose.id
    if recipient.purposes is None:
        if recipient.role in NO_AGREEMENT or any(agreement.purposes for agreement in recipient.agreements):
            return
        message = Text(f"{recipient.id} 没有写明用途（purposes）", f"{recipient.id} states no purposes")
        remedy = Text("在接收方写明约定的 purposes", "write the agreed purposes under the recipient")
        yield case.of_flow("purpose", Outcome.GAP, message, recipient.position, "SHR007", remedy)
    elif purpose not in recipient.purposes:
        at = recipient.purposes_position or recipient.position
        message = Text(
            f"{recipient.id} 的用途（{at.to_line}）不含 {purpose}",
            f"the purposes of {recipient.id} ({at.to_line}) do not include {purpose}",
        )
        remedy = Text("停止该数据流，或先约定这一用途", "stop the flow, or have the purpose agreed first")
        yield case.of_flow("purpose", Outcome.VIOLATION, message, at, "SHR007", remedy)


def _agreement(case: Case) -> Verdict:
    recipient, purpose = case.recipient, case.purpose.id
    if not recipient.agreements:
        message = Text(f"没有登记与 {recipient.id} 的协议", f"no agreement with {recipient.id} is on record")
        remedy = Text("签订协议并登记 agreement", "conclude an agreement and enter it under agreement")
        return case.of_flow("agreement", Outcome.GAP, message, recipient.position, "SHR007", remedy)
    about = [agreement for agreement in recipient.agreements if agreement.covers(purpose)]
    if not about:
        at = recipient.agreements[0].position
        message = Text(
            f"与 {recipient.id} 的协议（{at.to_line}）不包含用途 {purpose}",
            f"no agreement with {recipient.id} ({at.to_line}) covers purpose {purpose}",
        )
        remedy = Text("停止该数据流，或补充约定这一用途", "stop the flow, or have the purpose agreed")
        return case.of_flow("agreement", Outcome.VIOLATION, message, at, "SHR007", remedy)
    in_force = next((agreement for agreement in about if agreement.in_force(case.as_of)), None)
    if in_force is not None:
        until = in_force.until
        message = Text(
            f"协议 {in_force.ref} 有效" + (f"至 {until}" if until else ""),
            f"agreement {in_force.ref} is in force" + (f" until {until}" if until else ""),
        )
        return case.of_flow("agreement", Outcome.COMPLIANT, message, in_force.position, "SHR007")
    return _not_in_force(_latest(about), case)


def _latest(agreements: list[Agreement]) -> Agreement:
    return max(agreements, key=lambda agreement: (agreement.until is None, agreement.until or agreement.from_))


def _not_in_force(agreement: Agreement, case: Case) -> Verdict:
    at = agreement.position.to_line
    if agreement.until is not None and agreement.until < case.as_of:
        ends = Text("", "")
        if case.recipient.return_or_delete:
            ends = Text(
                f",并按 return_or_delete: {case.recipient.return_or_delete} 收回或销毁",
                f", and have the data returned or deleted (return_or_delete: {case.recipient.return_or_delete})",
            )
        message = Text(
            f"协议 {agreement.ref} 已于 {agreement.until} 到期（{at}），数据流仍在运行",
            f"agreement {agreement.ref} ended on {agreement.until} ({at}) and the flow still runs",
        )
        remedy = Text(f"停止提供{ends.zh}，或续签后更新日期", f"stop the flow{ends.en}, or renew and update the dates")
    else:
        message = Text(
            f"协议 {agreement.ref} 自 {agreement.from_} 起才生效（{at}）",
            f"agreement {agreement.ref} is not in force before {agreement.from_} ({at})",
        )
        remedy = Text("生效前不得提供", "provide nothing before that day")
    return case.of_flow("agreement", Outcome.VIOLATION, message, agreement.position, "SHR007", remedy)
