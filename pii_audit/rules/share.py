"""Providing to others: the verdicts on declared flows, and the feeds that nobody declared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pii_audit.detection.redact import pattern_of
from pii_audit.language import Text
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch
from pii_audit.rules.interface import Draft, Facts, concern, proof, titles
from pii_audit.workspace import Source


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
            if not verdict.fields or _told_of(statement.field, verdict)
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
                **_people(assets),
            ),
            policy=verdict.policy,
            remediation=verdict.remedy,
            concern=concern(facts, statements),
        )


def _told_of(field: str | None, verdict: Verdict) -> bool:
    return verdict.in_text if field is None else field in verdict.fields


def _people(assets: Sequence[Inspected]) -> dict[str, int]:
    """The people of a flow's files together; of a file in which nothing tells people apart, nobody knows whose they are."""
    if not all(one.persons or not one.fields for one in assets):
        return {}
    return {"persons": len(Sketch.union(one.persons for one in assets))}


def undeclared(facts: Facts) -> Iterator[Draft]:
    """SHR006: a feed that no flow declares. Dates in file names do not make it another feed."""
    seen: dict[tuple[str, str], list[str]] = {}
    for one in facts.undeclared:
        key = (one.asset.source, pattern_of(one.asset.name))
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
                f"{assets[0]} 没有对应的数据流声明；内容：{kinds.zh}",
                f"no flow declares {assets[0]}; it holds: {kinds.en}",
            ),
            outcome=Outcome.GAP,
            source=source,
            asset=assets[0] if len(assets) == 1 else None,
            identifiers=tuple(dict.fromkeys(statement.identifier for statement in statements)),
            evidence=proof(statements, assets),
            concern=concern(facts, statements),
        )


_SERVED = re.compile(
    r"(?i)(?:^|/)(?:public_html|htdocs|wwwroot|webroot|webapps/root|inetpub|var/www|srv/(?:www|http|ftp)|var/ftp"
    r"|nginx/html|tftpboot)(?=/|$)"
)
"""Folders that web and anonymous file servers hand out, as their packages and hosts lay them."""


def published(facts: Facts) -> Iterator[Draft]:
    """SHR011: personal information that anybody on the internet gets; a gap where a folder alone says so."""
    for source in facts.sources.values():
        by_place: dict[str, list[Inspected]] = {}
        for one in facts.of_source(source.id):
            served = _SERVED.search(f"{source.url}/{one.asset.name}") if not source.of_tables else None
            place = source.published or (served[0].strip("/") if served else None)
            if place is not None and one.fields:
                by_place.setdefault(place, []).append(one)
        for place, several in by_place.items():
            yield _published(facts, source, place, several)


def _published(facts: Facts, source: Source, place: str, several: list[Inspected]) -> Draft:
    statements = [statement for one in several for statement in one.fields]
    kinds = titles(facts, [statement.identifier for statement in statements])
    count = len(several)
    if source.published:
        message = Text(
            f"数据源 {source.id} 在互联网上公开（{place}），{count} 个对象含 {kinds.zh}",
            f"source {source.id} is open to the internet ({place}); {count} asset(s) hold {kinds.en}",
        )
    else:
        message = Text(
            f"数据源 {source.id} 的 {count} 个对象位于网站或匿名文件服务的目录 {place}，含 {kinds.zh}；是否对外开放须核实",
            f"{count} asset(s) of source {source.id} lie in {place}, a folder of web or anonymous file servers, and hold "
            f"{kinds.en}; whether it is served is to be checked",
        )
    return Draft(
        "SHR011",
        (source.id, place),
        message,
        outcome=Outcome.VIOLATION if source.published else Outcome.GAP,
        source=source.id,
        asset=several[0].asset.id if count == 1 else None,
        identifiers=tuple(dict.fromkeys(statement.identifier for statement in statements)),
        evidence=proof(statements, [one.asset.id for one in several]),
        policy=source.position if source.published else None,
        concern=concern(facts, statements, everyone=True),
    )


RULES = (verdicts, undeclared, published)
