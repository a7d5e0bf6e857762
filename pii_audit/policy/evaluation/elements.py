"""The verdict on every element seen: SHR001 must never leave, SHR002 is not permitted, SHR003 is in too weak a form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pii_audit.language import Text
from pii_audit.model.finding import Outcome, Use, Verdict
from pii_audit.policy.evaluation.case import Case, Seen
from pii_audit.policy.evaluation.permission import Answer, Party, Permission, as_plain, permission
from pii_audit.policy.evaluation.standing import standing
from pii_audit.policy.evaluation.wording import demanded, holds, removal, transformation
from pii_audit.policy.model import Line

AUTHENTICATION = "authentication"
"""The group of what proves who somebody is; its auxiliary data (one-time codes, answers) is C2, yet may never leave."""


def element_verdicts(case: Case) -> Iterator[Verdict]:
    """One verdict for every element and form that was seen."""
    for seen in case.seen:
        yield judge_element(seen, case)


def judge_element(seen: Seen, case: Case) -> Verdict:
    """The verdict on one element in one form."""
    return never_leaves(seen, case) or _by_permission(seen, permission(seen, case), case)


def of_element(seen: Seen, outcome: Outcome, message: Text, found: Permission, case: Case, **more: object) -> Verdict:
    """A verdict on an element, with all that tells where it was seen."""
    return case.verdict(
        seen.element,
        outcome,
        message,
        found.position,
        identifier=seen.identifier,
        subject=seen.subject,
        form=seen.form.value,
        fields=seen.fields,
        in_text=seen.in_text,
        assets=seen.assets,
        trail=found.trail,
        **{**standing(seen, found, case), **more},
    )


def breach(seen: Seen) -> Outcome:
    """A violation; a gap where the evidence is in doubt."""
    return Outcome.VIOLATION if seen.certain else Outcome.GAP


def never_leaves(seen: Seen, case: Case) -> Verdict | None:
    """SHR001: C3 and authentication data in a form that counts as clear (JR/T 0171-2020; T/PCAC 0001-2023)."""
    if not case.recipient.outside or not as_plain(seen, case):
        return None
    if case.levels(seen.identifier).jrt0171 != "C3" and AUTHENTICATION not in case.groups(seen.identifier):
        return None
    found = permission(seen, case)
    position = found.position if found.answer is Answer.FORBIDDEN else case.flow.position
    head = holds(seen, case.title(seen.identifier))
    message = Text(
        f"{head.zh}：C3 或鉴别辅助信息在任何情况下都不得提供给 {case.recipient.id}，不接受例外",
        f"{head.en}: C3 and authentication data may never leave, whatever a policy allows {case.recipient.id}",
    )
    trail = replace(found, position=position, trail=(*found.trail, position))
    return of_element(seen, breach(seen), message, trail, case, rule="SHR001", remedy=removal(seen), use=Use.FORBIDDEN)


def _by_permission(seen: Seen, found: Permission, case: Case) -> Verdict:
    if found.answer is Answer.ALLOWED and found.line is not None:
        head, line = holds(seen, case.title(seen.identifier)), found.line
        asked = demanded(line.requirement)
        message = Text(
            f"{head.zh}；“{line.element}” 允许（{asked.zh}）", f'{head.en}; "{line.element}" allows it ({asked.en})'
        )
        return of_element(seen, Outcome.COMPLIANT, message, found, case)
    if found.answer is Answer.TOO_WEAK and found.line is not None:
        return _too_weak(seen, found, found.line, case)
    return _excess(seen, found, case)


def _too_weak(seen: Seen, found: Permission, line: Line, case: Case) -> Verdict:
    head, asked = holds(seen, case.title(seen.identifier)), demanded(line.requirement)
    at = found.position.to_line
    message = Text(
        f"{head.zh}；{at} 的 “{line.element}” 要求：{asked.zh}",
        f'{head.en}; "{line.element}" at {at} asks for: {asked.en}',
    )
    remedy = transformation(seen, line.requirement, case.catalogue)
    return of_element(seen, breach(seen), message, found, case, rule="SHR003", remedy=remedy)


def _excess(seen: Seen, found: Permission, case: Case) -> Verdict:
    head, at = holds(seen, case.title(seen.identifier)), found.position.to_line
    purpose, recipient = case.purpose.id, case.recipient.id
    if found.never is not None:
        why = Text(
            f"{at} 的 never “{found.never}” 禁止提供给 {recipient}",
            f'never "{found.never}" of {recipient} at {at} forbids it',
        )
    elif found.party is Party.PURPOSE:
        why = Text(f"用途 {purpose}（{at}）不需要它", f"purpose {purpose} ({at}) does not list it")
    else:
        why = Text(f"{recipient} 的合作范围（{at}）没有列出它", f"the scope of {recipient} ({at}) does not list it")
    out = removal(seen)
    remedy = out
    if found.never is None:
        remedy = Text(
            f"{out.zh}；确有必要的，须经评估和批准，把 {seen.element} 写入用途 {purpose} 和 {recipient} 的 scope",
            f"{out.en}; if it is needed after all, assess it and have {seen.element} approved in purpose {purpose} "
            f"and in the scope of {recipient}",
        )
    # What stays in the house is not denied by default: nobody has said that it may, which is a gap.
    denied = case.recipient.outside or found.never is not None
    outcome = breach(seen) if denied else Outcome.GAP
    message = Text(f"{head.zh}；{why.zh}", f"{head.en}; {why.en}")
    return of_element(seen, outcome, message, found, case, rule="SHR002", remedy=remedy)
