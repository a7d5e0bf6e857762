"""Keeping: what must not be kept at all, and what must not lie in clear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.forms import Form
from pii_audit.model.levels import Levels
from pii_audit.model.run import Inspected
from pii_audit.policy.evaluation.forms import satisfies
from pii_audit.policy.evaluation.grades import raised_levels
from pii_audit.policy.evaluation.wording import FORMS, demanded
from pii_audit.policy.model import ALWAYS_PROHIBITED, Line, Lines
from pii_audit.rules.interface import Draft, Facts, concern, named, proof, titles

KEPT = frozenset({Form.PLAIN, Form.ENCODED, Form.BARE_HASH, Form.KEYED_HASH, Form.TOKENISED, Form.ENCRYPTED})
"""Forms in which prohibited data is still kept: PCI DSS 3.3.1 forbids it even encrypted."""


def prohibited(facts: Facts) -> Iterator[Draft]:
    """STO001: authentication data after authorisation, in whatever form; one finding an asset."""
    never = never_kept(facts)
    for one in stored(facts):
        statements = [statement for statement in one.fields if statement.form in KEPT and banned(never, statement)]
        if not statements:
            continue
        kinds = titles(facts, [statement.identifier for statement in statements])
        where = named(statements)
        yield Draft(
            "STO001",
            (one.asset.id,),
            Text(
                f"{one.asset.id} 留存了禁止保存的信息:{kinds.zh}({where.zh})",
                f"{one.asset.id} keeps what must not be kept: {kinds.en} ({where.en})",
            ),
            source=one.asset.source,
            asset=one.asset.id,
            identifiers=_identifiers(statements),
            evidence=proof(statements),
            policy=next((at for statement in statements if (at := _ban(never, statement))), None),
            concern=concern(facts, statements),
        )


def stored(facts: Facts) -> Iterator[Inspected]:
    """What keeps data: a view only shows what its tables keep."""
    return (one for one in facts.inspected if one.asset.kind.keeps)


Never = Mapping[tuple[str, str | None], Position | None]
"""What may not be kept in any form, by identifier and subject (None: everybody's), and the line that says so, if one does."""


def never_kept(facts: Facts) -> Never:
    """What may not be kept: sensitive authentication data, and what the policy adds to it."""
    never: dict[tuple[str, str | None], Position | None] = dict.fromkeys(
        (identifier, None) for identifier in facts.catalogue.expand(ALWAYS_PROHIBITED)
    )
    for element in facts.policy.storage.never:
        for identifier in facts.catalogue.expand(element.word):
            never[identifier, element.subject] = element.position
    return never


def banned(never: Never, statement: FieldEvidence) -> bool:
    """Whether what a statement tells of may not be kept."""
    return (statement.identifier, None) in never or (statement.identifier, statement.subject) in never


def _ban(never: Never, statement: FieldEvidence) -> Position | None:
    found = (never.get((statement.identifier, subject)) for subject in (None, statement.subject))
    return next((position for position in found if position is not None), None)


def in_clear(facts: Facts) -> Iterator[Draft]:
    """STO002: kept in a weaker form than `storage.forms` asks for; one finding an asset. What may not be kept at all is STO001's."""
    never = never_kept(facts)
    for one in stored(facts):
        if one.asset.kind is AssetKind.FEED:
            continue
        weak: list[tuple[FieldEvidence, Line]] = []
        raised = raised_levels(facts.policy.classification, (one,), facts.catalogue)
        for statement in one.fields:
            asked = (_line(facts, statement, lines, raised) for lines in facts.policy.storage.forms)
            line = next((line for line in asked if line and not _kept_safe(facts, one, statement, line)), None)
            if line is not None and not banned(never, statement):
                weak.append((statement, line))
        if not weak:
            continue
        statements = [statement for statement, _ in weak]
        kinds, where = titles(facts, [statement.identifier for statement in statements]), named(statements)
        wanted, seen = demanded(weak[0][1].requirement), FORMS[statements[0].form]
        yield Draft(
            "STO002",
            (one.asset.id,),
            Text(
                f"{one.asset.id} 中 {kinds.zh}({where.zh})保护不足:要求{wanted.zh},实为{seen.zh}",
                f"{one.asset.id}: {kinds.en} ({where.en}) too weakly protected: to be {wanted.en}, seen {seen.en}",
            ),
            source=one.asset.source,
            asset=one.asset.id,
            identifiers=_identifiers(statements),
            evidence=proof(statements),
            policy=weak[0][1].position,
            concern=concern(facts, statements),
        )


def _line(facts: Facts, statement: FieldEvidence, lines: Lines, raised: Mapping[str, Levels]) -> Line | None:
    """The most specific line about an identifier: its own, its group's, that of the level which it has in this asset."""
    by_id = next((line for line in lines if line.element.word == statement.identifier), None)
    if by_id:
        return by_id
    levels = raised.get(statement.identifier) or facts.catalogue[statement.identifier].levels
    by_level = (line for line in lines.levels if line.element.level and line.element.level.matches(levels))
    by_group = (
        line for line in lines.words.values() if statement.identifier in facts.catalogue.expand(line.element.word)
    )
    return next(chain(by_group, by_level), None)


def _kept_safe(facts: Facts, one: Inspected, statement: FieldEvidence, line: Line) -> bool:
    enumerable = facts.catalogue[statement.identifier].enumerable
    adequate = not statement.inadequate
    if satisfies(line.requirement, statement.form, adequate=adequate, enumerable=enumerable, shown=statement.shown):
        return True
    declared = facts.sources[one.asset.source].at_rest if one.asset.source in facts.sources else None
    by_medium = declared is not None and (declared.until is None or facts.as_of <= declared.until)
    return by_medium and Form.ENCRYPTED in line.requirement.forms


def _identifiers(statements: list[FieldEvidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(statement.identifier for statement in statements))


RULES = (prohibited, in_clear)
