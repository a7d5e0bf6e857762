"""Checked sections of policy files → the values of the policy model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pii_audit.document import Section
from pii_audit.errors import Position
from pii_audit.language import same
from pii_audit.model.ended import Ended
from pii_audit.model.forms import Form
from pii_audit.model.grant import EVERYONE
from pii_audit.model.levels import LevelSelector
from pii_audit.policy.model import (
    STRICTEST,
    AccessPolicy,
    AccessRule,
    Agreement,
    Certification,
    Combination,
    Consent,
    Element,
    Endpoint,
    ExceptionRule,
    Flow,
    Frequency,
    Judgement,
    Line,
    Lines,
    MaxPersons,
    NeverAccess,
    Population,
    Protection,
    Purpose,
    Recipient,
    Requirement,
    Returned,
    SubProcessor,
    Transfer,
)

PLAIN = Requirement((Form.PLAIN,))


def element(written: str, position: Position) -> Element:
    """The element that a word with an optional `@subject` stands for."""
    word, _, subject = written.partition("@")
    return Element(word, position, subject or None, LevelSelector.parse(word))


def elements(items: Any) -> tuple[Element, ...]:
    """The elements of a list of words; none where there is no list."""
    if items is None:
        return ()
    return tuple(element(word, position) for word, position in zip(items, items.positions, strict=True))


def _requirement(value: Any) -> Requirement:
    if isinstance(value, Section):
        show = value.get("show")
        forms = tuple(Form(form) for form in value["forms"])
        return Requirement(forms, exact=True, show=(show["first"], show["last"]) if show else None)
    return Requirement((Form(value),))


def lines(section: Section, position: Position | None = None) -> Lines:
    """The permissions of a mapping from element to form, which stands at `position`."""
    every = (Line(element(word, section.at(word)), _requirement(value)) for word, value in section.items())
    return Lines.of(every, position or section.position)


def _combinations(items: Any) -> tuple[Combination, ...]:
    if items is None:
        return ()
    pairs = zip(items, items.positions, strict=True)
    return tuple(Combination(elements(combination), position) for combination, position in pairs)


def _alternatives(stated: Mapping[tuple[str, str], Line], one_of: Iterable[Combination]) -> Iterator[Line]:
    """The permissions that naming an alternative gives: the form of the one that is stated, else plain."""
    for combination in one_of:
        keys = [(member.word, member.subject or "customer") for member in combination.elements]
        requirement = next((stated[key].requirement for key in keys if key in stated), PLAIN)
        for member, key in zip(combination.elements, keys, strict=True):
            if key not in stated:
                yield Line(member, requirement)


def purpose(name: str, section: Section, position: Position) -> Purpose:
    """One purpose."""
    empty = Section(section.position)
    needs, allows = lines(section.get("needs", empty)), lines(section.get("allows", empty))
    one_of = _combinations(section.get("one_of"))
    stated = {**needs.words, **allows.words}
    permitted = Lines.of((*needs, *allows, *_alternatives(stated, one_of)), position)
    return Purpose(
        name,
        position,
        section.get("title", same(name)),
        needs,
        allows,
        permitted,
        one_of,
        _combinations(section.get("never_together")),
        tuple(section.get("held_in", ())),
    )


def _agreement(section: Section, position: Position) -> Agreement:
    return Agreement(
        position,
        section["ref"],
        section.get("from"),
        section.get("until"),
        tuple(section["purposes"]) if "purposes" in section else None,
        lines(section["scope"], section.at("scope")) if "scope" in section else None,
        tuple(section["items"]) if "items" in section else None,
        Returned(**section["returned"]) if "returned" in section else None,
    )


def _agreements(section: Section) -> tuple[Agreement, ...]:
    if "agreement" in section:
        return (_agreement(section["agreement"], section.at("agreement")),)
    several = section.get("agreements", ())
    return tuple(_agreement(agreement, agreement.position) for agreement in several)


def _sub_processor(value: Any) -> SubProcessor:
    return SubProcessor(**value) if isinstance(value, Section) else SubProcessor(value)


def recipient(name: str, section: Section, position: Position) -> Recipient:
    """One recipient."""
    limits, transfer = section.get("max_persons"), section.get("transfer")
    scope = section.get("scope")
    return Recipient(
        name,
        position,
        section.get("title", same(name)),
        section["role"],
        section.get("region"),
        _agreements(section),
        tuple(section["purposes"]) if "purposes" in section else None,
        section.positions.get("purposes"),
        lines(scope, section.at("scope")) if scope is not None else None,
        elements(section.get("never")),
        MaxPersons(section.at("max_persons"), **limits) if limits is not None else None,
        tuple(_sub_processor(value) for value in section.get("sub_processors", ())),
        section.get("return_or_delete"),
        Transfer(section.at("transfer"), **transfer) if transfer is not None else None,
        tuple(_certifications(section.get("certifications"))),
    )


def _certifications(items: Any) -> Iterator[Certification]:
    for value, position in zip(items, items.positions, strict=True) if items is not None else ():
        yield Certification(position, **value) if isinstance(value, Section) else Certification(position, value)


def flow(name: str, section: Section, position: Position, purpose: Section | None = None) -> Flow:
    """One flow; its population is that of its purpose where it states none."""
    values: dict[str, Any] = dict(section)
    if "fields" in section:
        declared = section["fields"]
        values["fields"] = {column: element(word, declared.at(column)) for column, word in declared.items()}
    parts = (
        ("consent", Consent),
        ("protection", Protection),
        ("population", Population),
        ("endpoint", Endpoint),
        ("frequency", Frequency),
    )
    for key, kind in parts:
        if key in section:
            values[key] = kind(section.at(key), **section[key])
    if "ended" in section:
        values["ended"] = Ended(**section["ended"])
    if "population" not in section and purpose is not None and "population" in purpose:
        values["population"] = Population(purpose.at("population"), **purpose["population"])
    values["match"] = tuple(section.get("match", ()))
    return Flow(name, position, positions=dict(section.positions), **values)


def access(sections: Sequence[Section]) -> AccessPolicy:
    """The access sections of all files: lists add up, and of the defaults of several layers the strictest holds."""
    if not sections:
        return AccessPolicy()
    defaults: list[Judgement] = [section["default"] for section in sections if "default" in section]
    everyone = [principal for section in sections for principal in section.get("everyone", ())]
    return AccessPolicy(
        default=min(defaults, key=STRICTEST.index, default="gap"),
        everyone=tuple(dict.fromkeys((*EVERYONE, *everyone))),
        rules=tuple(_access_rule(rule) for section in sections for rule in section.get("rules", ())),
        never=tuple(
            NeverAccess(rule.position, tuple(rule["principals"]), elements(rule["levels"]))
            for section in sections
            for rule in section.get("never", ())
        ),
        incompatible=tuple(tuple(posts) for section in sections for posts in section.get("incompatible", ())),
        stated=True,
    )


def _access_rule(rule: Section) -> AccessRule:
    return AccessRule(
        rule.position,
        tuple(rule["principals"]),
        rule.get("post"),
        tuple(rule.get("sources", ())),
        elements(rule.get("levels")),
        rule.get("up_to"),
        tuple(rule.get("actions", ())),
    )


def exception(section: Section) -> ExceptionRule:
    """One exception."""
    values: dict[str, Any] = {key: value for key, value in section.items() if key != "while"}
    state = section.get("while", {})
    return ExceptionRule(
        section.position,
        **values,
        fields=tuple(state["fields"]) if "fields" in state else None,
        forms=tuple(state["forms"]) if "forms" in state else None,
        persons_up_to=state.get("persons_up_to"),
    )
