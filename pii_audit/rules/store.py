"""Keeping: what must not be kept at all, and what must not lie in clear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.forms import Form
from pii_audit.model.run import Inspected
from pii_audit.policy.evaluation.case import CatalogueKinds, Seen
from pii_audit.policy.evaluation.grades import raised_levels
from pii_audit.policy.evaluation.permission import meets, speaking
from pii_audit.policy.evaluation.protection import Guard, guard
from pii_audit.policy.evaluation.wording import FORMS, demanded
from pii_audit.policy.model import ALWAYS_PROHIBITED, Line
from pii_audit.rules.interface import Draft, Facts, concern, named, proof, titles

_KEPT = frozenset({Form.PLAIN, Form.ENCODED, Form.BARE_HASH, Form.KEYED_HASH, Form.TOKENISED, Form.ENCRYPTED})
"""Forms in which prohibited data is still kept: PCI DSS 3.3.1 forbids it even encrypted."""


def prohibited(facts: Facts) -> Iterator[Draft]:
    """STO001: authentication data after authorisation, in whatever form; one finding an asset."""
    never = never_kept(facts)
    for one in stored(facts):
        statements = [statement for statement in one.fields if is_kept(statement) and banned(never, statement)]
        if not statements:
            continue
        kinds = titles(facts, [statement.identifier for statement in statements])
        where = named(statements)
        yield Draft(
            "STO001",
            (one.asset.id,),
            Text(
                f"{one.asset.id} 留存了禁止保存的信息：{kinds.zh}（{where.zh}）",
                f"{one.asset.id} keeps what must not be kept: {kinds.en} ({where.en})",
            ),
            source=one.asset.source,
            asset=one.asset.id,
            identifiers=_identifiers(statements),
            evidence=proof(statements),
            policy=next((at for statement in statements if (at := _ban(never, statement))), None),
            concern=concern(facts, statements),
        )


def is_kept(statement: FieldEvidence) -> bool:
    """Whether the data is still there: in one of these forms, or under a mask that shows more than it may."""
    return statement.form in _KEPT or statement.inadequate > 0


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
        kinds = CatalogueKinds(facts.catalogue, raised_levels(facts.policy.classification, (one,), facts.catalogue))
        for statement in one.fields:
            seen = _seen(statement)
            asked = _asked(facts, seen, kinds)
            line = next((line for line in asked if not _kept_safe(facts, one, seen, line, kinds)), None)
            if line is not None and not banned(never, statement):
                weak.append((statement, line))
        if not weak:
            continue
        statements = [statement for statement, _ in weak]
        held, where = titles(facts, [statement.identifier for statement in statements]), named(statements)
        wanted, form = demanded(weak[0][1].requirement), FORMS[statements[0].form]
        yield Draft(
            "STO002",
            (one.asset.id,),
            Text(
                f"{one.asset.id} 中 {held.zh}（{where.zh}）保护不足：要求{wanted.zh}，实为{form.zh}",
                f"{one.asset.id}: {held.en} ({where.en}) too weakly protected: to be {wanted.en}, seen {form.en}",
            ),
            source=one.asset.source,
            asset=one.asset.id,
            identifiers=_identifiers(statements),
            evidence=proof(statements),
            policy=weak[0][1].position,
            concern=concern(facts, statements),
        )


def _seen(statement: FieldEvidence) -> Seen:
    return Seen(
        statement.identifier,
        statement.subject,
        statement.form,
        adequate=not statement.inadequate,
        shown=statement.shown,
    )


def _asked(facts: Facts, seen: Seen, kinds: CatalogueKinds) -> Iterator[Line]:
    """The lines of every layer that speak of what was seen; a line without a subject is about everybody of whom no other speaks."""
    for lines in facts.policy.storage.forms:
        yield from speaking(lines, seen, kinds, everybody=True)


def _kept_safe(facts: Facts, one: Inspected, seen: Seen, line: Line, kinds: CatalogueKinds) -> bool:
    if meets(line, seen, kinds):
        return True
    declared = facts.sources[one.asset.source].at_rest if one.asset.source in facts.sources else None
    # What encrypts a medium has many names; of a few it is known that they do not.
    by_medium = declared is not None and guard(declared.method) is not Guard.CLEAR
    still = declared is not None and (declared.until is None or facts.as_of <= declared.until)
    return by_medium and still and Form.ENCRYPTED in line.requirement.forms


def _identifiers(statements: list[FieldEvidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(statement.identifier for statement in statements))


RULES = (prohibited, in_clear)
