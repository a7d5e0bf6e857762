"""Keeping: the people of a database table met again elsewhere, and the same content in several places.

What a deletion, a correction or a new protection does to the table, it does not do to its copies (PIPL Art. 47, Art. 51).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator

from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.run import Inspected
from pii_audit.policy.matching import FlowMatcher
from pii_audit.rules.interface import Draft, Facts, concern, named, proof, titles
from pii_audit.rules.people import Overlap, Populations

FEWEST = 20
"""People from whose number on two assets having them in common is no coincidence of a few customers."""
SAME = 0.8
"""The share of an asset's people who are those of a table, at 95 % confidence: then it was made of the table."""

PRODUCTION = ("prod", "production", "生产")
"""Environments in which customers' tables belong; so does one that is not said to be another."""


def copies(facts: Facts) -> Iterator[Draft]:
    """STO005: files, undeclared feeds and tables of another environment or region that hold the people of a database table."""
    tables = [one for one in facts.inspected if one.fields and _is_table(facts, one) and _in_production(facts, one)]
    suspects = [one for one in facts.inspected if one.fields and _may_be_copy(facts, one)]
    if not tables or not suspects:
        return
    populations = Populations(tables, facts.catalogue)
    flows = FlowMatcher(facts.policy)
    for one in suspects:
        if flows.find(one.asset.source, one.asset.name) is None:
            found = [(origin, overlap) for origin, overlap in populations.of(one) if _same(facts, one, origin, overlap)]
            if found:
                yield _copy(facts, one, *min(found, key=lambda pair: (pair[1].there, pair[0].asset.id)))


def _kind(facts: Facts, one: Inspected) -> str:
    source = facts.sources.get(one.asset.source)
    if source is None:
        return ""
    return "database" if source.of_tables else source.kind


def _is_table(facts: Facts, one: Inspected) -> bool:
    return one.asset.kind is AssetKind.TABLE and _kind(facts, one) == "database" and not _governed(facts, one)


def _in_production(facts: Facts, one: Inspected) -> bool:
    return facts.sources[one.asset.source].environment in (None, *PRODUCTION)


def _governed(facts: Facts, one: Inspected) -> bool:
    """Whether the policy says itself whose people that environment may not hold (USE006)."""
    environment = facts.sources[one.asset.source].environment
    return any(environment == said.id for said in facts.policy.storage.environments)


def _may_be_copy(facts: Facts, one: Inspected) -> bool:
    kind = _kind(facts, one)
    return kind in ("file_share", "feed") or (kind == "database" and _is_table(facts, one))


def _same(facts: Facts, one: Inspected, origin: Inspected, overlap: Overlap) -> bool:
    # A log or a mailbox is about the same customers and was not made of their table.
    in_columns = any(found.field is not None for found in one.fields if found.identifier == overlap.identifier)
    if not in_columns or overlap.common < FEWEST or overlap.share.at_least < SAME:
        return False
    if _kind(facts, one) != "database":
        return True
    # Systems of one bank share customers: in production at home they are no copies of each other.
    here, there = facts.sources[one.asset.source].region, facts.sources[origin.asset.source].region
    abroad = here is not None and there is not None and here != there and here not in facts.policy.cross_border.home
    return abroad or not _in_production(facts, one)


def _copy(facts: Facts, one: Inspected, origin: Inspected, overlap: Overlap) -> Draft:
    share, part = _percent(overlap.share.share), _percent(overlap.common / overlap.there)
    about = Text("", "") if overlap.share.exact else Text("约", "about ")
    kinds, where = titles(facts, [found.identifier for found in one.fields]), named(one.fields)
    elsewhere = _elsewhere(facts, one, origin)
    return Draft(
        "STO005",
        (one.asset.id,),
        Text(
            f"{one.asset.id} 的 {overlap.here:,} 人中{about.zh} {share} 是 {origin.asset.id} 的人（占其 {part}）{elsewhere.zh}：{kinds.zh}（{where.zh}）",
            f"{about.en}{share} of the {overlap.here:,} people in {one.asset.id} are those of {origin.asset.id}"
            f" ({part} of them){elsewhere.en}: {kinds.en} ({where.en})".strip(),
        ),
        source=one.asset.source,
        asset=one.asset.id,
        identifiers=tuple(dict.fromkeys(found.identifier for found in one.fields)),
        evidence=proof(
            one.fields,
            [one.asset.id, origin.asset.id],
            same_as=origin.asset.id,
            told_apart_by=overlap.identifier,
            common=overlap.common,
            share=round(overlap.share.share, 4),
            share_at_least=round(overlap.share.at_least, 4),
            share_at_most=round(overlap.share.at_most, 4),
        ),
        concern=concern(facts, one.fields),
    )


def _percent(share: float) -> str:
    """A whole number of per cent that is 100 for all of them alone, and 0 for nobody."""
    return "100%" if share >= 1 else f"{max(1, min(99, round(share * 100)))}%"


def _elsewhere(facts: Facts, one: Inspected, origin: Inspected) -> Text:
    """Which environment and region they were taken to, where that is another one."""
    here, there = facts.sources[one.asset.source], facts.sources[origin.asset.source]
    moved = [
        f"{before} → {after}"
        for before, after in ((there.environment, here.environment), (there.region, here.region))
        if before and after and before != after
    ]
    return Text(f",{'、'.join(moved)}", f", {', '.join(moved)}") if moved else Text("", "")


def identical(facts: Facts) -> Iterator[Draft]:
    """STO006: files with one content; one finding for each content, whose first file by name it is about."""
    flows = FlowMatcher(facts.policy)
    alike: dict[Hashable, list[Inspected]] = defaultdict(list)
    for one in facts.inspected:
        file = one.asset.kind in (AssetKind.FILE, AssetKind.FEED)
        if file and one.persons.payload and flows.find(one.asset.source, one.asset.name) is None:
            alike[_content(one)].append(one)
    for files in alike.values():
        if len(files) > 1:
            first, *others = sorted(files, key=lambda one: one.asset.id)
            kinds = titles(facts, [found.identifier for found in first.fields])
            more = Text(f" 等 {len(others)} 处", f" and {len(others) - 1} more") if others[1:] else Text("", "")
            yield Draft(
                "STO006",
                (first.asset.id,),
                Text(
                    f"{first.asset.id} 的内容另存于 {others[0].asset.id}{more.zh}：{kinds.zh}",
                    f"{first.asset.id} is kept with the same content as {others[0].asset.id}{more.en}: {kinds.en}",
                ),
                source=first.asset.source,
                asset=first.asset.id,
                identifiers=tuple(dict.fromkeys(found.identifier for found in first.fields)),
                evidence=proof(first.fields, [one.asset.id for one in (first, *others)]),
                concern=concern(facts, first.fields),
            )


def _content(one: Inspected) -> Hashable:
    """What was counted in it: two files with as many rows and characters and the very same people in every field are one content."""
    fields = (
        (
            name,
            tally.rows,
            tally.filled,
            tuple(sorted((kind, found.hits, found.persons.payload) for kind, found in tally.evidence.items())),
        )
        for name, tally in sorted(one.tally.fields.items())
    )
    return one.tally.rows, one.tally.characters, tuple(fields)


RULES = (copies, identical)
