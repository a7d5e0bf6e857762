"""Elements that may leave one by one and not together: SHR002 for `one_of` and `never_together`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pii_audit.language import Text
from pii_audit.model.finding import Outcome, Use, Verdict
from pii_audit.model.forms import Form
from pii_audit.model.run import Inspected
from pii_audit.policy.evaluation.case import Case, Seen
from pii_audit.policy.evaluation.together import each_another
from pii_audit.policy.evaluation.wording import columns
from pii_audit.policy.model import CUSTOMER, Combination, Element

_TELLS_NOTHING = frozenset({Form.KEYED_HASH, Form.TOKENISED, Form.PASSWORD_HASH, Form.ABSENT})
"""Forms that say nothing of a person to whoever reads them; a masked value still does."""


def without_surplus_alternatives(verdicts: Sequence[Verdict], case: Case) -> Iterator[Verdict]:
    """The verdicts, where more than one of some alternatives may leave: all but the first become SHR002.

    The alternative that the purpose needs stays, else the one named first.
    """
    surplus = {}
    for combination in case.purpose.one_of:
        leaving = [member for member in combination.elements if _leaves(member, verdicts, case)]
        leaving.sort(key=lambda member: (member.word, member.subject or CUSTOMER) not in case.purpose.needs.words)
        for member in leaving[1:]:
            surplus[member] = (leaving[0], combination)
    for verdict in verdicts:
        hit = next((member for member in surplus if _is(member, verdict, case)), None)
        yield verdict if hit is None else _surplus(verdict, hit, *surplus[hit])


def _is(member: Element, verdict: Verdict, case: Case) -> bool:
    return (
        verdict.outcome is Outcome.COMPLIANT
        and verdict.identifier is not None
        and verdict.subject == (member.subject or CUSTOMER)
        and verdict.identifier in case.catalogue.expand(member.word)
    )


def _leaves(member: Element, verdicts: Sequence[Verdict], case: Case) -> bool:
    return any(_is(member, verdict, case) for verdict in verdicts)


def _surplus(verdict: Verdict, member: Element, kept: Element, combination: Combination) -> Verdict:
    where = columns(verdict.fields, text=not verdict.fields)
    at = combination.position.to_line
    message = Text(
        f"{where.zh}含 {verdict.element}；{at} 的 one_of 只允许 {kept} 与 {member} 之一",
        f"{where.en}: {verdict.element}; one_of at {at} allows one of {kept} and {member}, not both",
    )
    remedy = Text(f"从导出中删除{where.zh}，或删除 {kept}", f"remove {where.en} from the export, or {kept} instead")
    trail = (*verdict.trail, combination.position)
    return replace(
        verdict,
        outcome=Outcome.VIOLATION,
        rule="SHR002",
        message=message,
        remedy=remedy,
        policy=combination.position,
        trail=trail,
        use=Use.EXCESS,
    )


def together_verdicts(case: Case) -> Iterator[Verdict]:
    """SHR002 for every combination that the purpose forbids and some row holds; in free text, some document."""
    for combination in case.purpose.never_together:
        hit = [asset for asset in case.observed.assets if _together(combination, asset, case)]
        if not hit:
            continue
        ids = tuple(asset.asset.id for asset in hit)
        members = [seen for seen in case.seen if _member(seen, combination, case) and {*ids} & {*seen.assets}]
        fields = tuple(dict.fromkeys(name for seen in members for name in seen.fields))
        where, at = columns(fields, text=not fields), combination.position.to_line
        named = " + ".join(str(element) for element in combination.elements)
        message = Text(
            f"{where.zh}把 {named} 放在一起；{at} 的 never_together 禁止",
            f"{where.en} bring {named} together; never_together at {at} forbids that",
        )
        remedy = Text("从导出中删除其中至少一项", "remove at least one of them from the export")
        yield case.verdict(
            named,
            Outcome.VIOLATION,
            message,
            combination.position,
            rule="SHR002",
            fields=fields,
            in_text=any(seen.in_text for seen in members),
            assets=ids,
            remedy=remedy,
        )


def _member(seen: Seen, combination: Combination, case: Case) -> bool:
    if seen.form in _TELLS_NOTHING:
        return False
    return any(_is_member(seen, element, case) for element in combination.elements)


def _is_member(seen: Seen, element: Element, case: Case) -> bool:
    return element.subject in (None, seen.subject) and seen.identifier in case.catalogue.expand(element.word)


def _together(combination: Combination, asset: Inspected, case: Case) -> bool:
    """Whether a row, or a text, holds all members of a combination: each another element, of the subject that it names."""
    here = [seen for seen in case.seen if asset.asset.id in seen.assets and seen.form not in _TELLS_NOTHING]
    wanted = [
        frozenset((seen.identifier, seen.subject) for seen in here if _is_member(seen, element, case))
        for element in combination.elements
    ]
    if not asset.columns:
        return each_another(wanted)
    return all(wanted) and any(
        each_another([frozenset(one for one in members if one[0] in row) for members in wanted])
        for row in asset.tally.together
    )
