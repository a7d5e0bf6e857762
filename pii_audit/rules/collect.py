"""Collecting: what lies in an asset that serves a purpose and is not needed for it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pii_audit.language import Text
from pii_audit.policy.evaluation.case import CatalogueKinds, Seen
from pii_audit.policy.evaluation.permission import speaking
from pii_audit.policy.model import Purpose
from pii_audit.rules.interface import Draft, Facts, concern, named, proof, titles


def excess(facts: Facts) -> Iterator[Draft]:
    """COL001: elements that none of the purposes needs or may use which the asset serves (`held_in`); one finding an asset."""
    known = CatalogueKinds(facts.catalogue)
    for one in facts.inspected:
        purposes = _served(facts, f"{one.asset.source}.{one.asset.name}")
        if not purposes or not one.asset.kind.keeps:
            continue
        statements = [
            statement
            for statement in one.fields
            if not any(
                speaking(purpose.permitted, Seen(statement.identifier, statement.subject, statement.form), known)
                for purpose in purposes
            )
        ]
        if not statements:
            continue
        kinds, where = titles(facts, [statement.identifier for statement in statements]), named(statements)
        ids = ", ".join(purpose.id for purpose in purposes)
        yield Draft(
            "COL001",
            (one.asset.id,),
            Text(
                f"{one.asset.id} 用于 {ids}，多收集了 {kinds.zh}（{where.zh}）",
                f"{one.asset.id} serves {ids} and holds what that does not need: {kinds.en} ({where.en})",
            ),
            source=one.asset.source,
            asset=one.asset.id,
            identifiers=tuple(dict.fromkeys(statement.identifier for statement in statements)),
            evidence=proof(statements),
            policy=purposes[0].position,
            concern=concern(facts, statements),
        )


def _served(facts: Facts, name: str) -> list[Purpose]:
    """The purposes that an asset serves."""
    every = facts.policy.purposes.values()
    return [purpose for purpose in every if any(fnmatchcase(name, pattern) for pattern in purpose.held_in)]


RULES = (excess,)
