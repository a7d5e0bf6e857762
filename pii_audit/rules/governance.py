"""Governance: what holds personal information has an owner, and the grade that its content asks for."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.policy.evaluation.grades import grade, raised_levels
from pii_audit.rules.interface import Draft, Facts, concern, proof


def without_owner(facts: Facts) -> Iterator[Draft]:
    """GOV001: a source with personal information for which nobody answers."""
    for source in facts.sources.values():
        holding = [one for one in facts.of_source(source.id) if one.fields]
        if source.owner or not holding:
            continue
        statements = [statement for one in holding for statement in one.fields]
        yield Draft(
            "GOV001",
            (source.id,),
            Text(
                f"来源 {source.id} 有 {len(holding)} 个含个人信息的对象,但没有责任人",
                f"source {source.id} holds personal information in {len(holding)} asset(s) and has no owner",
            ),
            source=source.id,
            evidence=proof((), [one.asset.id for one in holding]),
            policy=source.position,
            concern=concern(facts, statements),
        )


def graded_too_low(facts: Facts) -> Iterator[Draft]:
    """GOV002: an asset that the register of grades leaves out, or lists below the minimum of what it holds.

    Says nothing where no grade is on record at all: then there is no register to compare with.
    """
    classification = facts.policy.classification
    if not classification.grades:
        return
    for one in facts.inspected:
        if one.asset.kind is AssetKind.FEED:
            continue
        needed = grade(one.fields, raised_levels(classification, (one,), facts.catalogue))
        name = f"{one.asset.source}.{one.asset.name}"
        entry = next((entry for entry in classification.grades if fnmatchcase(name, entry.asset)), None)
        if needed is None or (entry is not None and entry.grade >= needed):
            continue
        if entry is None:
            message = Text(
                f"{one.asset.id} 没有定级;按内容至少为 {needed} 级",
                f"{one.asset.id} is not graded; it holds grade {needed}",
            )
        else:
            at = entry.position.to_line
            message = Text(
                f"{one.asset.id} 定为 {entry.grade} 级({at}),按内容至少为 {needed} 级",
                f"{one.asset.id} is graded {entry.grade} ({at}) and holds grade {needed}",
            )
        yield Draft(
            "GOV002",
            (one.asset.id,),
            message,
            source=one.asset.source,
            asset=one.asset.id,
            identifiers=tuple(dict.fromkeys(statement.identifier for statement in one.fields)),
            evidence=proof(one.fields, grade=needed),
            policy=entry.position if entry is not None else None,
            concern=concern(facts, one.fields),
        )


RULES = (without_owner, graded_too_low)
