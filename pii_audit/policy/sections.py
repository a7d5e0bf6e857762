"""Sections that hold for the whole policy, whichever files state them: storage, floors, grades, numbers, governance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from pii_audit.document import Section
from pii_audit.errors import Position
from pii_audit.model.finding import Outcome, Severity
from pii_audit.model.levels import LevelSelector
from pii_audit.policy.build import element, elements, lines
from pii_audit.policy.model import (
    Attestation,
    Attestations,
    Classification,
    Combination,
    CrossBorder,
    CustomRule,
    Environment,
    Floor,
    Governance,
    Grade,
    Lines,
    Raise,
    Region,
    Retention,
    Review,
    StoragePolicy,
    Threshold,
)


def storage(sections: Sequence[tuple[str, Section]]) -> StoragePolicy:
    """The storage sections of all files with their layers; the loader has refused what one layer gives twice."""
    by_layer: dict[str, list[Lines]] = {}
    for layer, section in sections:
        if "forms" in section:
            by_layer.setdefault(layer, []).append(lines(section["forms"]))
    return StoragePolicy(
        never=tuple(member for _, section in sections for member in elements(section.get("never"))),
        forms=tuple(Lines.of(chain.from_iterable(several), several[0].position) for several in by_layer.values()),
        environments=tuple(
            _environment(name, value, section["environments"].at(name))
            for _, section in sections
            for name, value in section.get("environments", {}).items()
        ),
        retention=tuple(_retention(rule) for _, section in sections for rule in section.get("retention", ())),
        regions=tuple(
            Region(element(word, section["regions"].at(word)), tuple(regions))
            for _, section in sections
            for word, regions in section.get("regions", {}).items()
        ),
    )


def _retention(rule: Section) -> Retention:
    return Retention(
        rule.position,
        rule.get("asset", "*"),
        rule.get("date"),
        rule.get("keep_at_least"),
        rule.get("delete_after"),
        elements(rule.get("holding")),
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
        Raise(Combination(elements(rule["together"]), rule.position), selector)
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
            elements(section.get("never")),
            lines(section["forms"], section.at("forms")) if "forms" in section else None,
        )
        for section in sections
    )


def _environment(name: str, section: Section, position: Position) -> Environment:
    same_persons = section.get("when", {}).get("same_persons_as", ())
    return Environment(name, position, elements(section.get("forbid")), tuple(same_persons))


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
