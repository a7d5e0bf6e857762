"""What an edit changes in the lines that no element of a flow tells: storage, access, grades, thresholds, exceptions, rules, terms.

Lines that forbid or ask for something loosen when they go or ask for less; lines that permit loosen when they come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pii_audit.document import Period
from pii_audit.errors import Position
from pii_audit.identifiers.model import Catalogue
from pii_audit.model.forms import Form
from pii_audit.policy.evaluation.forms import satisfies
from pii_audit.policy.model import (
    ALWAYS_PROHIBITED,
    STRICTEST,
    AccessPolicy,
    ExceptionRule,
    Policy,
    Requirement,
    Retention,
    Threshold,
)
from pii_audit.policy.permitted import loosened
from pii_audit.policy.terms import edited_terms


@dataclass(frozen=True, slots=True)
class Edit:
    """One line that came, went or says something else: its section and words, where it stood and stands, and whether that loosens."""

    section: str
    line: str
    before: Position | None
    after: Position | None
    looser: bool


_Lines = Mapping[tuple[str, str], Position | None]


def edited(before: Policy, after: Policy, catalogue: Catalogue) -> Iterator[Edit]:
    """Every such edit; a line that only moved is none."""
    yield from _never_kept(before, after, catalogue)
    old, new = dict(_forbidding(before)), dict(_forbidding(after))
    yield from _came_or_went(old, new, looser_when_gone=True)
    old, new = dict(_permitting(before)), dict(_permitting(after))
    yield from _came_or_went(old, new, looser_when_gone=False)
    yield from _forms(before, after, catalogue)
    yield from _retention(before, after)
    yield from _numbers(before, after)
    yield from (Edit(*term) for term in edited_terms(before, after))
    was, now = before.access.default, after.access.default
    if was != now:
        yield Edit("access", f"default: {was} → {now}", None, None, STRICTEST.index(now) > STRICTEST.index(was))


def _never_kept(before: Policy, after: Policy, catalogue: Catalogue) -> Iterator[Edit]:
    """A line loosens when it goes and some of what it forbade may now be kept: other lines may say the same."""
    old, new = ({str(one): one for one in policy.storage.never} for policy in (before, after))
    still: set[tuple[str, str | None]] = {(name, None) for name in catalogue.expand(ALWAYS_PROHIBITED)}
    still |= {(name, one.subject) for one in new.values() for name in catalogue.expand(one.word)}
    for word in dict.fromkeys((*old, *new)):
        if word not in new:
            freed = {
                name
                for name in catalogue.expand(old[word].word)
                if still.isdisjoint({(name, None), (name, old[word].subject)})
            }
            yield Edit("storage", f"never: {word}", old[word].position, None, looser=bool(freed))
        elif word not in old:
            yield Edit("storage", f"never: {word}", None, new[word].position, looser=False)


def _came_or_went(old: _Lines, new: _Lines, *, looser_when_gone: bool) -> Iterator[Edit]:
    for section, line in dict.fromkeys((*old, *new)):
        if (section, line) not in new:
            yield Edit(section, line, old[section, line], None, looser_when_gone)
        elif (section, line) not in old:
            yield Edit(section, line, None, new[section, line], not looser_when_gone)


def _forbidding(policy: Policy) -> Iterator[tuple[tuple[str, str], Position | None]]:
    for environment in policy.storage.environments:
        whose = f" ({', '.join(environment.same_persons_as)})" if environment.same_persons_as else ""
        for element in environment.forbid:
            yield ("storage", f"environments.{environment.id}: {element}{whose}"), environment.position
    for region in policy.storage.regions:
        yield ("storage", f"regions: {region.element} {', '.join(sorted(region.regions))}"), region.element.position
    yield from _forbidding_access(policy.access)
    for item, position in policy.attestations.required.items():
        yield ("attestations", item), position
    for one in policy.classification.raises:
        together = " + ".join(map(str, one.combination.elements))
        yield ("classification", f"raise: {together} → {one.to.scheme}:{one.to.value}"), one.combination.position
    for rule in policy.rules.values():
        yield ("rules", f"{rule.id}: {rule.about} {rule.outcome} {rule.when}"), rule.position


def _forbidding_access(access: AccessPolicy) -> Iterator[tuple[tuple[str, str], Position | None]]:
    for never in access.never:
        for principal in never.principals:
            for level in never.levels:
                yield ("access", f"never: {principal} {level}"), never.position
    for principal in access.everyone:
        yield ("access", f"everyone: {principal}"), None
    for posts in access.incompatible:
        yield ("access", f"incompatible: {' + '.join(posts)}"), None


def _permitting(policy: Policy) -> Iterator[tuple[tuple[str, str], Position | None]]:
    for rule in policy.access.rules:
        reach = rule.up_to or ", ".join(map(str, rule.levels))
        may, where = ", ".join(rule.actions) or "*", ", ".join(rule.sources) or "*"
        for principal in rule.principals:
            yield ("access", f"rules: {principal} {may} {reach} @ {where}"), rule.position
    for exception in policy.exceptions:
        yield ("exceptions", _scope(exception)), exception.position
    for region in policy.cross_border.home:
        yield ("cross_border", f"home: {region}"), None


def _scope(exception: ExceptionRule) -> str:
    scopes = ("flow", "identifier", "asset", "field", "source", "recipient", "principal")
    named = [f"{key} {value}" for key in scopes if (value := getattr(exception, key)) is not None]
    until = f"until {exception.until}" if exception.until else "without end"
    return ", ".join((exception.rule, *named, until))


def _forms(before: Policy, after: Policy, catalogue: Catalogue) -> Iterator[Edit]:
    """What is asked of what is kept; of several layers each asks for itself.

    A line loosens by what may be kept with it and might not be without: a new one may speak in place of a stricter one.
    """
    old, new = _asked(before), _asked(after)
    said = [{word: found[0] for word, found in side.items()} for side in (old, new)]
    loose = loosened(before.storage.forms, after.storage.forms, catalogue) if said[0] != said[1] else frozenset()
    for word in dict.fromkeys((*old, *new)):
        was, now = old.get(word), new.get(word)
        if was is not None and now is None:
            yield Edit("storage", f"forms: {word} {was[0]}", was[1], None, word in loose)
        elif was is None and now is not None:
            yield Edit("storage", f"forms: {word} {now[0]}", None, now[1], word in loose)
        elif was is not None and now is not None and was[0] != now[0]:
            yield Edit("storage", f"forms: {word} {was[0]} → {now[0]}", was[1], now[1], word in loose)


def _asked(policy: Policy) -> dict[str, tuple[Requirement, Position]]:
    """The strictest demand for each word, with its place."""
    found: dict[str, tuple[Requirement, Position]] = {}
    for lines in policy.storage.forms:
        for line in lines:
            word = str(line.element)
            if word not in found or len(_accepted(line.requirement)) < len(_accepted(found[word][0])):
                found[word] = (line.requirement, line.position)
    return found


def _accepted(requirement: Requirement) -> frozenset[Form]:
    return frozenset(form for form in Form if satisfies(requirement, form, adequate=True, enumerable=True))


def _retention(before: Policy, after: Policy) -> Iterator[Edit]:
    """Kept for less long, or for longer, than before: either may be the looser."""
    old, new = ({_of_what(line): line for line in policy.storage.retention} for policy in (before, after))
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        if was is None or now is None:
            before_, after_ = (line.position if line else None for line in (was, now))
            yield Edit("storage", f"retention: {key}", before_, after_, looser=now is None)
            continue
        ends = (
            ("keep_at_least", was.keep_at_least, now.keep_at_least, 1),
            ("delete_after", was.delete_after, now.delete_after, -1),
        )
        for name, first, second, sign in ends:
            if first != second:
                line = f"retention: {key} {name} {first or '-'} → {second or '-'}"
                yield Edit("storage", line, was.position, now.position, _weaker(first, second, sign))


def _of_what(line: Retention) -> str:
    held = f" ({', '.join(map(str, line.holding))})" if line.holding else ""
    return f"{line.asset}{held} {line.date or '-'}"


def _weaker(first: Period | None, second: Period | None, sign: int) -> bool:
    if first is None or second is None:
        return second is None
    return (first.days - second.days) * sign > 0


def _numbers(before: Policy, after: Policy) -> Iterator[Edit]:
    """Thresholds from which something holds: higher ones loosen."""
    border = (before.cross_border, after.cross_border)
    pairs = (
        ("cross_border", "assessment_from", border[0].assessment_from, border[1].assessment_from),
        ("cross_border", "contract_from", border[0].contract_from, border[1].contract_from),
        ("severity", "one_step_up", before.severity, after.severity),
    )
    for section, name, was, now in pairs:
        if was != now:
            yield Edit(section, f"{name}: {_people(was)} → {_people(now)}", None, None, _higher(was, now))


def _people(threshold: Threshold | None) -> str:
    return f"{threshold.sensitive:,} / {threshold.other:,}" if threshold else "-"


def _higher(was: Threshold | None, now: Threshold | None) -> bool:
    if was is None or now is None:
        return now is None
    return now.sensitive > was.sensitive or now.other > was.other
