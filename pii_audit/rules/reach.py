"""Grants against the access policy: who reaches information that his post does not need, or that nobody may.

Least privilege: PBOC Order 2020 No. 5, Art. 33 (分级授权); PIPL Art. 51.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pii_audit.errors import Position
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.finding import Outcome
from pii_audit.model.forms import PLAIN_EQUIVALENT
from pii_audit.model.grant import Grant
from pii_audit.model.levels import LevelSelector
from pii_audit.model.run import Inspected
from pii_audit.policy.model import AccessPolicy, AccessRule, Element

READS = frozenset({"read", "select", "export", "all", "owner"})
"""Privileges by which content becomes known."""
SENSITIVE = LevelSelector("jrt0171", "C2", and_above=True)
"""What everyone must not reach, where the policy does not say."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A grant that reaches further than it may: to these statements about this asset, by the line that decided."""

    grant: Grant
    inspected: Inspected
    statements: tuple[FieldEvidence, ...]
    outcome: Outcome
    everyone: bool
    policy: Position | None


def judge_access(
    policy: AccessPolicy, grants: Iterable[Grant], inspected: Sequence[Inspected], catalogue: Catalogue
) -> Iterator[Reach]:
    """Every reading grant that reaches personal information which its principal may not read."""
    by_asset: dict[str, list[Grant]] = defaultdict(list)
    for grant in grants:
        if grant.privilege in READS:
            by_asset[grant.asset].append(grant)
    for one in inspected:
        clear = [statement for statement in one.fields if statement.form in PLAIN_EQUIVALENT]
        for grant in by_asset.get(one.asset.id, ()):
            reached = [statement for statement in clear if grant.field in (None, statement.field)]
            reach = _judge(policy, grant, one, reached, catalogue)
            if reach is not None:
                yield reach


def _judge(
    policy: AccessPolicy, grant: Grant, one: Inspected, statements: list[FieldEvidence], catalogue: Catalogue
) -> Reach | None:
    everyone = grant.principal in policy.everyone
    for never in policy.never:
        forbidden = _within(statements, never.levels, catalogue)
        if grant.principal in never.principals and forbidden:
            return Reach(grant, one, forbidden, Outcome.VIOLATION, everyone, never.position)
    if everyone:
        reached = tuple(statement for statement in statements if SENSITIVE.matches(statement.level))
        named = [rule for rule in policy.rules if _names(rule, grant, one.asset.source)]
        left = _beyond(reached, named, catalogue)
        return Reach(grant, one, left, Outcome.VIOLATION, everyone=True, policy=None) if left else None
    rules = [rule for rule in policy.rules if _names(rule, grant, one.asset.source)]
    left = _beyond(statements, rules, catalogue)
    if not left:
        return None
    if rules:
        return Reach(grant, one, left, Outcome.VIOLATION, everyone=False, policy=rules[0].position)
    if policy.default == "allow" or not policy.stated:
        return None
    return Reach(grant, one, left, Outcome(policy.default), everyone=False, policy=None)


def _names(rule: AccessRule, grant: Grant, source: str) -> bool:
    """Whether a rule is about a principal reading this source; `crm_app` names `user:crm_app` too."""
    bare = grant.principal.partition(":")[2]
    about = grant.principal in rule.principals or bare in rule.principals
    return about and (not rule.sources or source in rule.sources) and (not rule.actions or "read" in rule.actions)


def _beyond(
    statements: Sequence[FieldEvidence], rules: Sequence[AccessRule], catalogue: Catalogue
) -> tuple[FieldEvidence, ...]:
    """The statements that no rule covers."""
    return tuple(
        statement for statement in statements if not any(_covers(rule, statement, catalogue) for rule in rules)
    )


def _covers(rule: AccessRule, statement: FieldEvidence, catalogue: Catalogue) -> bool:
    if rule.up_to is not None:
        return statement.level.rank <= LevelSelector("jrt0171", rule.up_to).rank
    return bool(_within([statement], rule.levels, catalogue))


def _within(
    statements: Sequence[FieldEvidence], levels: Sequence[Element], catalogue: Catalogue
) -> tuple[FieldEvidence, ...]:
    words = frozenset(word for element in levels for word in catalogue.expand(element.word))
    return tuple(statement for statement in statements if statement.identifier in words)
