"""What an edit changes in the terms that no element tells: how many people, which of them, how often, what together, in which columns.

Compared are the purposes, recipients and flows that both policies have; what one that comes or goes lets leave is compared
element by element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from pii_audit.errors import Position
from pii_audit.policy.model import (
    STRICTEST,
    Combination,
    Flow,
    Frequency,
    Governance,
    Policy,
    Purpose,
    Recipient,
    Review,
)

_SPANS = ("day", "week", "month", "quarter", "year")
T = TypeVar("T")


class Term(NamedTuple):
    """One term that came, went or says something else: as an `Edit`."""

    section: str
    line: str
    before: Position | None
    after: Position | None
    looser: bool


def edited_terms(before: Policy, after: Policy) -> Iterator[Term]:
    """Every such term; one that only moved is none."""
    for name, purposes in _both(before.purposes, after.purposes):
        yield from _purpose(name, *purposes)
    for name, recipients in _both(before.recipients, after.recipients):
        yield from _limits(name, *recipients)
    for name, (was, now) in _both(before.flows, after.flows):
        yield from _flow(name, was, now)
        yield from _columns(name, was, now, before.recipients[was.recipient], after.recipients[now.recipient])
    yield from _reviews(before.governance, after.governance)


def _both(before: Mapping[str, T], after: Mapping[str, T]) -> Iterator[tuple[str, tuple[T, T]]]:
    return ((name, (was, after[name])) for name, was in before.items() if name in after)


def _purpose(name: str, was: Purpose, now: Purpose) -> Iterator[Term]:
    # Two that must not stand together are ruled out by each, two alternatives by any that names both.
    yield from _combinations(f"{name}.never_together", was.never_together, now.never_together, frozenset.issuperset)
    yield from _combinations(f"{name}.one_of", was.one_of, now.one_of, frozenset.issubset)
    for pattern in dict.fromkeys((*was.held_in, *now.held_in)):
        gone = pattern not in now.held_in
        if gone or pattern not in was.held_in:
            yield Term("purposes", f"{name}.held_in: {pattern}", was.position, now.position, gone)


def _combinations(
    key: str,
    was: tuple[Combination, ...],
    now: tuple[Combination, ...],
    covered: Callable[[frozenset[str], frozenset[str]], bool],
) -> Iterator[Term]:
    old, new = ({frozenset(map(str, one.elements)): one for one in several} for several in (was, now))
    for words, one in old.items():
        if words not in new:
            looser = not any(covered(words, other) for other in new)
            yield Term("purposes", f"{key}: {' + '.join(map(str, one.elements))}", one.position, None, looser)
    for words, one in new.items():
        if words not in old:
            yield Term("purposes", f"{key}: {' + '.join(map(str, one.elements))}", None, one.position, looser=False)


def _limits(name: str, was: Recipient, now: Recipient) -> Iterator[Term]:
    for key in ("per_run", "per_day", "per_year"):
        first, second = (getattr(one.max_persons, key, None) for one in (was, now))
        if first != second:
            line = f"{name}.max_persons.{key}: {_shown(first)} → {_shown(second)}"
            looser = second is None or (first is not None and second > first)
            yield Term("recipients", line, was.position, now.position, looser)


def _flow(name: str, was: Flow, now: Flow) -> Iterator[Term]:
    def told(key: str, first: object, second: object, *, looser: bool) -> Term:
        line = f"{name}.{key}: {_shown(first)} → {_shown(second)}"
        return Term("flows", line, was.at(key.partition(".")[0]), now.at(key.partition(".")[0]), looser)

    often = [_often(flow.frequency) for flow in (was, now)]
    if often[0] != often[1]:
        yield told("frequency", *often, looser=not _within(now.frequency, was.frequency))
    people = [f"{one.key} in {one.within}" if (one := flow.population) else None for flow in (was, now)]
    if people[0] != people[1]:
        yield told("population", *people, looser=people[0] is not None)
    if was.free_text != now.free_text and "forbid" in (was.free_text, now.free_text):
        yield told("free_text", was.free_text, now.free_text, looser=was.free_text == "forbid")
    proofs = [flow.consent.field if flow.consent else None for flow in (was, now)]
    if proofs[0] != proofs[1]:
        yield told("consent.field", *proofs, looser=proofs[0] is not None)


def _columns(name: str, was: Flow, now: Flow, from_: Recipient, to: Recipient) -> Iterator[Term]:
    first, second = _undeclared(was, from_), _undeclared(now, to)
    at = was.at("fields"), now.at("fields")
    if first != second:
        looser = STRICTEST.index(second) > STRICTEST.index(first)
        yield Term("flows", f"{name}.undeclared_fields: {first} → {second}", *at, looser)
    old, new = was.fields or {}, now.fields or {}
    for column in dict.fromkeys((*old, *new)) if was.fields is not None and now.fields is not None else ():
        before, after = str(old.get(column, "-")), str(new.get(column, "-"))
        if before != after:
            # A column that nobody declared was objected to; one that may hold nothing is let through with less.
            looser = after not in ("-", "none") or (column not in old and first != "allow")
            yield Term("flows", f"{name}.fields.{column}: {before} → {after}", *at, looser)


def _undeclared(flow: Flow, recipient: Recipient) -> str:
    if flow.fields is None:
        return "allow"
    return flow.undeclared_fields or ("violation" if recipient.outside else "gap")


def _often(frequency: Frequency | None) -> str | None:
    return f"{frequency.at_most} a {frequency.per}" if frequency else None


def _within(now: Frequency | None, was: Frequency | None) -> bool:
    """Whether whatever one declaration lets through the other does too."""
    if now is None or was is None:
        return was is None
    return now.at_most <= was.at_most and _SPANS.index(now.per) >= _SPANS.index(was.per)


def _reviews(was: Governance, now: Governance) -> Iterator[Term]:
    for key in ("compliance_audit", "access_review"):
        reviews: list[Review | None] = [getattr(one, key) for one in (was, now)]
        first, second = (review.every if review else None for review in reviews)
        if first != second:
            looser = second is None or (first is not None and second.days > first.days)
            stood, stands = (review.position if review else None for review in reviews)
            yield Term("governance", f"{key}.every: {_shown(first)} → {_shown(second)}", stood, stands, looser)


def _shown(value: object) -> str:
    return "-" if value is None else str(value)
