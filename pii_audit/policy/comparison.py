"""Two policies side by side: what may leave under one and not under the other, and how whole flows stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TypeVar

from pii_audit.errors import Position
from pii_audit.identifiers.model import Catalogue
from pii_audit.model.finding import WORST_FIRST, Finding, Outcome, Verdict
from pii_audit.model.forms import Form
from pii_audit.policy.evaluation.case import Case, Knowledge, Observed, Seen
from pii_audit.policy.evaluation.elements import judge_element
from pii_audit.policy.explanation import explain_properties
from pii_audit.policy.model import CUSTOMER, Element, Flow, Lines, Policy

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Judged:
    """How a policy judges one thing: the outcome, the rule that is broken, the line that decided."""

    outcome: Outcome
    rule: str | None = None
    position: Position | None = None

    @classmethod
    def of(cls, verdict: Verdict) -> Judged:
        """The essence of a verdict."""
        return cls(verdict.outcome, verdict.rule, verdict.policy)

    def differs(self, other: Judged) -> bool:
        """Whether outcome or rule is another; a line that only moved is no difference."""
        return (self.outcome, self.rule) != (other.outcome, other.rule)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the two policies judge differently; None where a policy does not judge it at all.

    `element` is in the form `form` where it is one; `fields` are the columns of a recorded run that hold it.
    """

    flow: str
    element: str
    before: Judged | None
    after: Judged | None
    form: str | None = None
    fields: tuple[str, ...] = ()

    @property
    def looser(self) -> bool:
        """Whether less is objected to than before."""
        if self.before is None or self.after is None:
            return self.before is not None and self.before.outcome is not Outcome.COMPLIANT
        return WORST_FIRST.index(self.after.outcome) > WORST_FIRST.index(self.before.outcome)


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A finding that only one of two policies gives, or that they hold for differently severe."""

    before: Finding | None
    after: Finding | None

    @property
    def looser(self) -> bool:
        """Whether it is gone, or milder."""
        if self.before is None or self.after is None:
            return self.after is None
        return self.after.severity.rank < self.before.severity.rank


def compared(before: Mapping[K, Judged], after: Mapping[K, Judged]) -> Iterator[tuple[K, Judged | None, Judged | None]]:
    """The keys that are judged differently, in order of their first appearance."""
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if old is None or new is None or old.differs(new):
            yield key, old, new


def changed_permissions(before: Policy, after: Policy, catalogue: Catalogue, as_of: date) -> Iterator[Change]:
    """What differs for every flow that either has: elements in each form, then the flow as a whole."""
    subjects = tuple(sorted(_subjects(before) | _subjects(after), key=lambda one: (one != CUSTOMER, one)))
    sides = [_Side(policy, catalogue, as_of, subjects) for policy in (before, after)]
    for name in dict.fromkeys((*before.flows, *after.flows)):
        if name not in before.flows or name not in after.flows:
            whole = [side.whole(name) for side in sides]
            yield Change(name, "flow", whole[0], whole[1])
            continue
        # Ten thousand flows that nobody touched are not asked about every element.
        if sides[0].words(name) != sides[1].words(name):
            elements = [side.elements(name) for side in sides]
            for (element, form), old, new in compared(*elements):
                yield Change(name, element, old, new, form)
        properties = [side.properties(name) for side in sides]
        yield from (Change(name, element, old, new) for element, old, new in compared(*properties))


def _bare(lines: Lines | None) -> frozenset[str] | None:
    """What lines say, wherever they stand."""
    return frozenset(f"{line.element}: {line.requirement}" for line in lines) if lines is not None else None


def _subjects(policy: Policy) -> set[str]:
    return {CUSTOMER, *(element.subject for element in _elements(policy) if element.subject is not None)}


def _elements(policy: Policy) -> Iterator[Element]:
    for lines in _lines(policy):
        yield from (line.element for line in lines)
    for recipient in policy.recipients.values():
        yield from recipient.never
    for floor in policy.floors:
        yield from floor.never


def _lines(policy: Policy) -> Iterator[Lines]:
    yield from (purpose.permitted for purpose in policy.purposes.values())
    scopes: Iterable[Lines | None] = (
        scope
        for recipient in policy.recipients.values()
        for scope in (recipient.scope, *(agreement.scope for agreement in recipient.agreements))
    )
    floors = (floor.forms for floor in policy.floors)
    yield from (lines for lines in (*scopes, *floors) if lines is not None)


class _Side:
    """One of the two policies; recipients and purposes that serve several flows are asked once."""

    def __init__(self, policy: Policy, catalogue: Catalogue, as_of: date, subjects: tuple[str, ...]) -> None:
        self._policy, self._catalogue, self._as_of, self._subjects = policy, catalogue, as_of, subjects
        self._between = cache(self._ask)

    def whole(self, name: str) -> Judged | None:
        """The flow as such; None when this policy has no such flow."""
        flow = self._policy.flows.get(name)
        return Judged(Outcome.COMPLIANT, None, flow.position) if flow is not None else None

    def words(self, name: str) -> tuple[object, ...]:
        """All that decides about the elements of a flow, without where it stands."""
        flow = self._policy.flows[name]
        recipient, floors = self._policy.recipients[flow.recipient], self._policy.floors
        agreements = (
            (one.covers(flow.purpose), one.in_force(self._as_of), _bare(one.scope)) for one in recipient.agreements
        )
        return (
            flow.recipient,
            flow.purpose,
            recipient.role,
            _bare(self._policy.purposes[flow.purpose].permitted),
            _bare(recipient.scope),
            tuple(map(str, recipient.never)),
            tuple(agreements),
            tuple((_bare(floor.forms), tuple(map(str, floor.never))) for floor in floors),
        )

    def elements(self, name: str) -> dict[tuple[str, str], Judged]:
        """How each element is judged in each form."""
        flow = self._policy.flows[name]
        return self._between(flow.recipient, flow.purpose)

    def properties(self, name: str) -> dict[str, Judged]:
        """How the flow as a whole stands, by property."""
        case = self._case(self._policy.flows[name])
        return {verdict.element: Judged.of(verdict) for verdict in explain_properties(case)}

    def _case(self, flow: Flow) -> Case:
        policy, catalogue, as_of = self._policy, self._catalogue, self._as_of
        return Case.of(policy, flow, Observed(), catalogue, as_of=as_of, knowledge=Knowledge())

    def _ask(self, recipient: str, purpose: str) -> dict[tuple[str, str], Judged]:
        case = self._case(Flow("", self._policy.recipients[recipient].position, recipient, purpose))
        return {
            (seen.element, form.value): Judged.of(judge_element(seen, case))
            for identifier in self._catalogue
            for subject in self._subjects
            for form in Form
            if form is not Form.ABSENT
            for seen in (Seen(identifier, subject, form),)
        }
