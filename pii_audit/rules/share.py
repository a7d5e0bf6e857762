"""Providing to others: the verdicts on declared flows, and the feeds that nobody declared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.rules.interface import Draft, Facts, concern, people, proof, titles


def verdicts(facts: Facts) -> Iterator[Draft]:
    """One finding for each flow and element that a policy does not let pass."""
    by_asset = {one.asset.id: one for one in facts.inspected}
    for verdict in facts.verdicts:
        if verdict.outcome is Outcome.COMPLIANT or verdict.rule is None:
            continue
        flow = facts.flows.get(verdict.flow)
        assets = [by_asset[name] for name in verdict.assets if name in by_asset]
        statements = [
            statement
            for one in assets
            for statement in one.fields
            if verdict.identifier is None or statement.identifier == verdict.identifier
            if not verdict.fields or (statement.field or "") in verdict.fields
        ]
        yield Draft(
            verdict.rule,
            (verdict.flow, verdict.element),
            verdict.message,
            outcome=verdict.outcome,
            source=flow.source if flow else None,
            asset=verdict.assets[0] if len(verdict.assets) == 1 else None,
            field=verdict.fields[0] if len(verdict.fields) == 1 else None,
            identifiers=(verdict.identifier,)
            if verdict.identifier
            else tuple(dict.fromkeys(one.identifier for one in statements)),
            flow=verdict.flow,
            recipient=flow.recipient if flow else None,
            evidence=proof(
                statements,
                verdict.assets,
                columns=list(verdict.fields),
                subject=verdict.subject,
                persons=max((people(one, one.fields) for one in assets), default=0),
            ),
            policy=verdict.policy,
            remediation=verdict.remedy,
            concern=concern(facts, statements),
        )


def undeclared(facts: Facts) -> Iterator[Draft]:
    """SHR006: a feed that no flow declares. Dates in file names do not make it another feed."""
    seen: dict[tuple[str, str], list[str]] = {}
    for one in facts.undeclared:
        key = (one.asset.source, re.sub(r"[0-9]+", "#", one.asset.name))
        seen.setdefault(key, []).append(one.asset.id)
    by_asset = {one.asset.id: one for one in facts.undeclared}
    for (source, pattern), assets in seen.items():
        statements = [statement for asset in assets for statement in by_asset[asset].fields]
        kinds = (
            titles(facts, [statement.identifier for statement in statements])
            if statements
            else Text("未见个人信息", "no personal information seen")
        )
        yield Draft(
            "SHR006",
            (source, pattern),
            Text(
                f"{assets[0]} 没有对应的数据流声明;内容:{kinds.zh}",
                f"no flow declares {assets[0]}; it holds: {kinds.en}",
            ),
            outcome=Outcome.GAP,
            source=source,
            asset=assets[0] if len(assets) == 1 else None,
            identifiers=tuple(dict.fromkeys(statement.identifier for statement in statements)),
            evidence=proof(statements, assets),
            concern=concern(facts, statements),
        )


RULES = (verdicts, undeclared)
