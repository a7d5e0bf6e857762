"""What an element is to its flow: needed, allowed, excess or forbidden; how much of it was seen; what was never used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from pii_audit.language import Text
from pii_audit.model.evidence import FREE_TEXT
from pii_audit.model.finding import Measured, Outcome, Use, Verdict
from pii_audit.model.sketch import Sketch
from pii_audit.policy.evaluation.case import Case, Seen
from pii_audit.policy.evaluation.forms import STRENGTH
from pii_audit.policy.evaluation.permission import Answer, Permission, speaking
from pii_audit.policy.evaluation.wording import demanded
from pii_audit.policy.model import CUSTOMER, Element


def standing(seen: Seen, found: Permission, case: Case) -> dict[str, Any]:
    """The parts of a verdict that set an element as it was seen beside what was declared and what is allowed."""
    return {
        "use": _use(seen, found, case),
        "measured": _measured(seen, case),
        "declared": _declared(seen, case),
        "allowed": _allowed(found) if found.answer in (Answer.ALLOWED, Answer.TOO_WEAK) else None,
    }


def _use(seen: Seen, found: Permission, case: Case) -> Use:
    if found.answer is Answer.FORBIDDEN:
        return Use.FORBIDDEN
    if found.answer is Answer.UNLISTED:
        return Use.EXCESS
    return Use.NEEDED if speaking(case.purpose.needs, seen, case) else Use.ALLOWED


def _measured(seen: Seen, case: Case) -> Measured:
    rows, persons, holding = 0, Sketch(), frozenset(seen.assets)
    for asset in case.observed.assets:
        if asset.asset.id not in holding:
            continue
        tallies = asset.tally.fields
        for name in (*seen.fields, *((None,) if seen.in_text else ())):
            for one in case.found.get((asset.asset.id, name), ()):
                if (one.identifier, one.form) == (seen.identifier, seen.form):
                    rows += one.rows_inspected
                    tally = tallies.get(one.field or FREE_TEXT)
                    evidence = tally.evidence.get(one.identifier) if tally else None
                    persons += evidence.persons if evidence else Sketch()
    return Measured(seen.hits, rows, len(persons))


def _declared(seen: Seen, case: Case) -> tuple[str, ...]:
    fields = case.flow.fields or {}
    return tuple(dict.fromkeys(str(fields[name]) for name in seen.fields if name in fields))


def _allowed(found: Permission) -> Text | None:
    """The strongest form that any of those who have a say asks for."""
    asked = [line.requirement for line in found.asked]
    strictest = max(asked, key=lambda one: min(STRENGTH[form] for form in one.forms), default=None)
    return demanded(strictest) if strictest is not None else None


def unused_verdicts(case: Case) -> Iterator[Verdict]:
    """One for each element that the purpose may use and the flow never carried; no breach, but a scope that can be narrowed."""
    carried: dict[str, set[str]] = defaultdict(set)
    for seen in case.seen:
        carried[seen.subject].add(seen.identifier)
    for line in case.purpose.allows:
        if _stands_for_any(line.element, carried[line.element.subject or CUSTOMER], case):
            continue
        at = line.position.to_line
        yield case.verdict(
            str(line.element),
            Outcome.COMPLIANT,
            Text(
                f"“{line.element}” 允许提供（{at}），但从未见到",
                f'"{line.element}" may leave ({at}) and was never seen',
            ),
            line.position,
            use=Use.NOT_SEEN,
            allowed=demanded(line.requirement),
            remedy=Text(
                f"不需要的，从用途 {case.purpose.id} 和 {case.recipient.id} 的 scope 中删除",
                f"if it is not needed, take it out of purpose {case.purpose.id} and the scope of {case.recipient.id}",
            ),
        )


def _stands_for_any(element: Element, identifiers: AbstractSet[str], case: Case) -> bool:
    if element.level:
        return any(element.level.matches(case.levels(identifier)) for identifier in identifiers)
    return not case.catalogue.expand(element.word).isdisjoint(identifiers)
