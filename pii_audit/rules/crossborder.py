"""Across the border: where information is kept. What is provided abroad is judged with its flow."""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.finding import Outcome
from pii_audit.model.forms import PLAIN_EQUIVALENT
from pii_audit.policy.model import Region
from pii_audit.rules.interface import Draft, Facts, concern, proof, titles
from pii_audit.rules.reach import within
from pii_audit.workspace import Source


def kept_elsewhere(facts: Facts) -> Iterator[Draft]:
    """XBR003: a source outside the regions in which what it holds may be kept; a gap where its region is not on record."""
    for rule in facts.policy.storage.regions:
        for source in facts.sources.values():
            if source.region is not None and source.region in rule.regions:
                continue
            yield from _held(facts, rule, source)


def _held(facts: Facts, rule: Region, source: Source) -> Iterator[Draft]:
    found = {
        one.asset.id: several
        for one in facts.of_source(source.id)
        if one.asset.kind is not AssetKind.QUERY
        if (several := [each for each in within(one.fields, [rule.element], facts.catalogue) if _is_clear(each)])
    }
    if not found:
        return
    statements = [statement for several in found.values() for statement in several]
    kinds, allowed = titles(facts, [statement.identifier for statement in statements]), ", ".join(rule.regions)
    at = rule.element.position.to_line
    if source.region is None:
        message = Text(
            f"数据源 {source.id} 没有登记地区，{at} 要求 “{rule.element}” 存放在 {allowed}：{kinds.zh}",
            f'the region of source {source.id} is not on record; "{rule.element}" is to be kept in {allowed} ({at}): {kinds.en}',
        )
    else:
        message = Text(
            f"数据源 {source.id} 在 {source.region}，{at} 要求 “{rule.element}” 存放在 {allowed}：{kinds.zh}",
            f'source {source.id} is in {source.region}; "{rule.element}" is to be kept in {allowed} ({at}): {kinds.en}',
        )
    yield Draft(
        "XBR003",
        (source.id, str(rule.element)),
        message,
        outcome=Outcome.GAP if source.region is None else Outcome.VIOLATION,
        source=source.id,
        identifiers=tuple(dict.fromkeys(statement.identifier for statement in statements)),
        evidence=proof(statements, list(found)),
        policy=rule.element.position,
        concern=concern(facts, statements),
    )


def _is_clear(statement: FieldEvidence) -> bool:
    return statement.form in PLAIN_EQUIVALENT


RULES = (kept_elsewhere,)
