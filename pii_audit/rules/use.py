"""Using: who can read what, and real people where none should be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from pii_audit.language import Text
from pii_audit.model.evidence import FREE_TEXT, FieldEvidence
from pii_audit.model.finding import Outcome
from pii_audit.model.forms import PLAIN_EQUIVALENT
from pii_audit.model.grant import is_called
from pii_audit.model.run import Inspected
from pii_audit.policy.model import AccessRule, Environment
from pii_audit.rules.interface import Draft, Facts, concern, proof, titles
from pii_audit.rules.reach import within
from pii_audit.rules.use_access import access, administration, columns, exports

REAL_SHARE = 0.01
"""From this share of an environment's people on, they are the real ones; below, numbers may coincide by chance."""


def real_persons(facts: Facts) -> Iterator[Draft]:
    """USE006: what an environment forbids, where it concerns the same persons as the sources that the policy names.

    A gap where one of these was not read: then nobody knows.
    """
    for environment in facts.policy.storage.environments:
        unsure: dict[str, list[FieldEvidence]] = defaultdict(list)
        for one in facts.inspected:
            source = facts.sources.get(one.asset.source)
            if source is None or source.environment != environment.id or not one.asset.kind.keeps:
                continue
            statements = [
                statement
                for statement in within(one.fields, environment.forbid, facts.catalogue)
                if statement.form in PLAIN_EQUIVALENT
            ]
            draft = _real(facts, environment, one, statements)
            if draft is not None:
                yield draft
            else:
                unsure[source.id] += [one for one in statements if facts.catalogue[one.identifier].person_key]
        unread = [
            origin
            for origin in environment.same_persons_as
            if not any(_is_from(other, origin) for other in facts.inspected)
        ]
        for name, held in unsure.items() if unread else ():
            if held:
                yield _not_compared(facts, environment, name, held, unread)


def _not_compared(
    facts: Facts, environment: Environment, source: str, statements: list[FieldEvidence], unread: list[str]
) -> Draft:
    kinds, origins = titles(facts, [statement.identifier for statement in statements]), ", ".join(unread)
    return Draft(
        "USE006",
        (source, environment.id, *unread),
        Text(
            f"{environment.id} 环境的 {source} 含 {kinds.zh}，而 {origins} 没有读到，无从核对是否同一批人",
            f"{source} ({environment.id}) holds {kinds.en}; {origins} was not read, so whether these are the same people is not known",
        ),
        outcome=Outcome.GAP,
        source=source,
        identifiers=tuple(dict.fromkeys(statement.identifier for statement in statements)),
        evidence=proof(statements),
        policy=environment.position,
        remediation=Text(f"在能读取 {origins} 的工作区中一并检查", f"look into {origins} in the same run"),
        concern=concern(facts, statements),
    )


def _real(facts: Facts, environment: Environment, one: Inspected, statements: list[FieldEvidence]) -> Draft | None:
    if not statements:
        return None
    common, known, origin = 0, 0, ""
    if environment.same_persons_as:
        common, known, origin = _common(facts, one, statements, environment.same_persons_as)
        if not common or common < REAL_SHARE * known:
            return None
    kinds = titles(facts, [statement.identifier for statement in statements])
    same = (
        Text(f",其中 {common}/{known} 人与 {origin} 相同", f"; {common} of {known} persons are those of {origin}")
        if origin
        else Text("", "")
    )
    return Draft(
        "USE006",
        (one.asset.id,),
        Text(
            f"{environment.id} 环境的 {one.asset.id} 含 {kinds.zh}{same.zh}",
            f"{one.asset.id} ({environment.id}) holds {kinds.en}{same.en}",
        ),
        source=one.asset.source,
        asset=one.asset.id,
        identifiers=tuple(dict.fromkeys(statement.identifier for statement in statements)),
        evidence=proof(statements, [one.asset.id, *([origin] if origin else [])], common=common, same_as=origin),
        policy=environment.position,
        concern=concern(facts, statements),
    )


def _common(
    facts: Facts, one: Inspected, statements: list[FieldEvidence], origins: Iterable[str]
) -> tuple[int, int, str]:
    """The largest overlap with any asset of the sources: people in common, people here, the other asset.

    Only identifiers that tell people apart count: namesakes are not the same person.
    """
    best = (0, 0, "")
    telling = [statement for statement in statements if facts.catalogue[statement.identifier].person_key]
    for other in facts.inspected:
        if not any(_is_from(other, origin) for origin in origins):
            continue
        for statement in telling:
            mine = one.tally.fields[statement.field or FREE_TEXT].evidence[statement.identifier].persons
            for theirs in other.fields:
                if theirs.identifier == statement.identifier and theirs.form == statement.form:
                    sketch = other.tally.fields[theirs.field or FREE_TEXT].evidence[theirs.identifier].persons
                    best = max(best, (mine.common(sketch), len(mine), other.asset.id))
    return best


def _is_from(other: Inspected, origin: str) -> bool:
    """Whether an asset is meant by `core` (a source) or `core.customer` (an asset of one)."""
    return other.asset.source == origin or fnmatchcase(f"{other.asset.source}.{other.asset.name}", origin)


def incompatible(facts: Facts) -> Iterator[Draft]:
    """USE002: one principal in posts whose duties must be kept apart (T/PCAC 0001-2023, 14.2), by the policy or by its roles."""
    held = _posts(facts)
    for posts in facts.policy.access.incompatible:
        for principal, every in held.items():
            rules = [rule for rule in every if rule.post in posts]
            names = list(dict.fromkeys(rule.post or "" for rule in rules))
            if len(names) < 2:  # noqa: PLR2004 - duties are incompatible with others
                continue
            both = ", ".join(names)
            yield Draft(
                "USE002",
                (principal, *sorted(names)),
                Text(f"{principal} 同时担任不相容岗位：{both}", f"{principal} holds incompatible posts: {both}"),
                principal=principal,
                evidence=proof((), posts=names),
                policy=rules[-1].position,
            )


def _posts(facts: Facts) -> dict[str, list[AccessRule]]:
    """The rules under which each principal comes: those that name it, and those that name a role on one of its paths."""
    held: dict[str, dict[int, AccessRule]] = defaultdict(dict)
    if not facts.policy.access.incompatible:
        return {}
    for rule in facts.policy.access.rules:
        for principal in rule.principals if rule.post else ():
            held[principal][id(rule)] = rule
    paths = dict.fromkeys(
        (grant.principal, grant.principals) for grant in facts.grants if grant.principal.startswith("user:")
    )
    for principal, names in paths:
        said = [name for name in names if not facts.policy.access.means_everybody(name)]
        for rule in facts.policy.access.rules:
            if rule.post and any(is_called(name, rule.principals) for name in said):
                # Under the name that the policy has for it, if it has one.
                known = next((name for name in held if is_called(principal, (name,))), principal)
                held[known][id(rule)] = rule
    return {principal: list(rules.values()) for principal, rules in held.items()}


RULES = (access, administration, exports, columns, real_persons, incompatible)
