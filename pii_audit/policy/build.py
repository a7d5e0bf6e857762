"""Checked sections of policy files → the values of the policy model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from pii_audit.document import Section
from pii_audit.errors import Position
from pii_audit.language import same
from pii_audit.model.finding import Outcome, Severity
from pii_audit.model.forms import Form
from pii_audit.model.levels import LevelSelector
from pii_audit.policy.model import (
    EVERYONE,
    STRICTEST,
    AccessPolicy,
    AccessRule,
    Agreement,
    Attestation,
    Attestations,
    Certification,
    Classification,
    Combination,
    Consent,
    CrossBorder,
    CustomRule,
    Element,
    Environment,
    ExceptionRule,
    Floor,
    Flow,
    Governance,
    Grade,
    Judgement,
    Line,
    Lines,
    MaxPersons,
    NeverAccess,
    Population,
    Protection,
    Purpose,
    Raise,
    Recipient,
    Region,
    Requirement,
    Retention,
    Review,
    StoragePolicy,
    SubProcessor,
    Threshold,
    Transfer,
)

PLAIN = Requirement((Form.PLAIN,))


def element(written: str, position: Position) -> Element:
    """The element that a word with an optional `@subject` stands for."""
    word, _, subject = written.partition("@")
    return Element(word, position, subject or None, LevelSelector.parse(word))


def _elements(items: Any) -> tuple[Element, ...]:
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
    return tuple(Combination(_elements(combination), position) for combination, position in pairs)


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
        _elements(section.get("never")),
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
    parts = (("consent", Consent), ("protection", Protection), ("population", Population))
    for key, kind in parts:
        if key in section:
            values[key] = kind(section.at(key), **section[key])
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
        everyone=tuple(dict.fromkeys(everyone)) or EVERYONE,
        rules=tuple(_access_rule(rule) for section in sections for rule in section.get("rules", ())),
        never=tuple(
            NeverAccess(rule.position, tuple(rule["principals"]), _elements(rule["levels"]))
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
        _elements(rule.get("levels")),
        rule.get("up_to"),
        tuple(rule.get("actions", ())),
    )


def storage(sections: Sequence[tuple[str, Section]]) -> StoragePolicy:
    """The storage sections of all files with their layers; the loader has refused what one layer gives twice."""
    by_layer: dict[str, list[Lines]] = {}
    for layer, section in sections:
        if "forms" in section:
            by_layer.setdefault(layer, []).append(lines(section["forms"]))
    return StoragePolicy(
        never=tuple(member for _, section in sections for member in _elements(section.get("never"))),
        forms=tuple(Lines.of(chain.from_iterable(several), several[0].position) for several in by_layer.values()),
        environments=tuple(
            _environment(name, value, section["environments"].at(name))
            for _, section in sections
            for name, value in section.get("environments", {}).items()
        ),
        retention=tuple(
            Retention(rule.position, rule["asset"], rule["date"], rule.get("keep_at_least"), rule.get("delete_after"))
            for _, section in sections
            for rule in section.get("retention", ())
        ),
        regions=tuple(
            Region(element(word, section["regions"].at(word)), tuple(regions))
            for _, section in sections
            for word, regions in section.get("regions", {}).items()
        ),
    )


def retention_of_purposes(purposes: Iterable[tuple[Section, Position]]) -> tuple[Retention, ...]:
    """The periods of purposes, for each of the assets that serve them."""
    return tuple(
        Retention(
            section.at("retention"), asset, period["date"], period.get("keep_at_least"), period.get("delete_after")
        )
        for section, _ in purposes
        if (period := section.get("retention")) is not None
        for asset in section.get("held_in", ())
    )


def classification(sections: Sequence[Section]) -> Classification:
    """The classification sections of all files."""
    raises = [
        Raise(Combination(_elements(rule["together"]), rule.position), selector)
        for section in sections
        for rule in section.get("raise", ())
        if (selector := LevelSelector.parse(rule["to"])) is not None
    ]
    grades = [
        Grade(rule.position, rule["asset"], rule["grade"]) for section in sections for rule in section.get("grades", ())
    ]
    return Classification(tuple(raises), tuple(grades))


def cross_border(sections: Sequence[Section]) -> CrossBorder:
    """The cross-border sections of all files; the loader has refused two homes, and the lowest thresholds hold."""
    usual = CrossBorder()
    return CrossBorder(
        home=next((tuple(section["home"]) for section in sections if "home" in section), usual.home),
        assessment_from=_lowest(sections, "assessment_from") or usual.assessment_from,
        contract_from=_lowest(sections, "contract_from") or usual.contract_from,
    )


def severity(sections: Sequence[Section]) -> Threshold | None:
    """The numbers of people of all files; the lowest hold."""
    return _lowest(sections, "one_step_up")


def _lowest(sections: Sequence[Section], key: str) -> Threshold | None:
    stated = [section[key] for section in sections if key in section]
    if not stated:
        return None
    return Threshold(min(one["sensitive"] for one in stated), min(one["other"] for one in stated))


def floors(sections: Sequence[Section]) -> tuple[Floor, ...]:
    """The floors of all files."""
    return tuple(
        Floor(
            section.position,
            _elements(section.get("never")),
            lines(section["forms"], section.at("forms")) if "forms" in section else None,
        )
        for section in sections
    )


def _environment(name: str, section: Section, position: Position) -> Environment:
    same_persons = section.get("when", {}).get("same_persons_as", ())
    return Environment(name, position, _elements(section.get("forbid")), tuple(same_persons))


def attestations(sections: Sequence[Section]) -> Attestations:
    """The attestations of all files: what any asks for, and what any gives."""
    required = {
        item: position
        for section in sections
        if (items := section.get("required")) is not None
        for item, position in zip(items, items.positions, strict=True)
    }
    given = tuple(Attestation(one.position, **one) for section in sections for one in section.get("given", ()))
    return Attestations(required, given)


def governance(sections: Sequence[Section]) -> Governance:
    """The governance sections of all files; of a thing that several state the first holds."""

    def first(key: str) -> Any:
        return next((section[key] for section in sections if key in section), None)

    def review(key: str) -> Review | None:
        found = first(key)
        return Review(found.position, **found) if found is not None else None

    return Governance(first("officer"), review("compliance_audit"), review("access_review"))


def custom_rule(name: str, section: Section, position: Position) -> CustomRule:
    """One rule of the institution's own."""
    more: dict[str, Any] = {key: section[key] for key in ("stage", "remediation") if key in section}
    if "severity" in section:
        more["severity"] = Severity(section["severity"])
    if "outcome" in section:
        more["outcome"] = Outcome(section["outcome"])
    return CustomRule(name, position, section["title"], section["about"], section["when"], section["message"], **more)


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
