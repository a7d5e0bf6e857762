"""Governance: what holds personal information has an owner."""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.language import Text
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


RULES = (without_owner,)
