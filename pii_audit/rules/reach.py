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
from pii_audit.model.grant import Grant, is_called, is_called_in_any_case
from pii_audit.model.levels import LevelSelector
from pii_audit.model.run import Inspected
from pii_audit.policy.limits import is_within
from pii_audit.policy.model import AccessPolicy, AccessRule, Element

EXPORTS = "export"
"""To write what can be read to a file of the server, all at once; whoever has it can read as well, which is a right of its own."""
READS = frozenset({"read", "select", "execute", "trigger", EXPORTS, "all", "owner"})
"""Privileges by which content becomes known; a trigger is handed what others write."""
ADMINISTERS = frozenset({"all", "owner"})
"""Those of administrators, which no post for reading gives: they are judged as what they are."""
SENSITIVE = LevelSelector("jrt0171", "C2")
"""From this class on, everyone must not reach it, where the policy does not say."""
STRICT = LevelSelector("jrt0171", "C3", and_above=True)
"""What is granted column by column, to those who need it."""


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
    for grant, one, reached in reaching(grants, inspected):
        reach = _judge(policy, grant, one, reached, catalogue) if grant.privilege != EXPORTS else None
        if reach is not None:
            yield reach


def judge_export(
    policy: AccessPolicy, grants: Iterable[Grant], inspected: Sequence[Inspected], catalogue: Catalogue
) -> Iterator[Reach]:
    """Every right to export personal information of which no rule for its principal says so by `actions: [export]`."""
    if not policy.stated:
        return
    posts = any(EXPORTS in rule.actions for rule in policy.rules)
    for grant, one, reached in reaching(grants, inspected):
        if grant.privilege != EXPORTS:
            continue
        rules = [rule for rule in _nearest(policy, grant, one.asset.source, EXPORTS) if rule.actions]
        left = _beyond(reached, rules, catalogue)
        # Where a post extracts, nobody else does.
        outcome = Outcome.VIOLATION if posts or rules else policy.default
        if left and outcome != "allow":
            position = rules[0].position if rules else None
            yield Reach(
                grant, one, left, Outcome(outcome), everyone=policy.means_everybody(grant.principal), policy=position
            )


def judge_columns(
    policy: AccessPolicy, grants: Iterable[Grant], inspected: Sequence[Inspected], catalogue: Catalogue
) -> Iterator[Reach]:
    """Every right to a whole table whose C3 columns in clear no rule gives to its principal, and to which nobody objects otherwise."""
    for grant, one, reached in reaching(grants, inspected):
        whole = grant.privilege == "select" and grant.field is None
        strict = tuple(statement for statement in reached if statement.field and STRICT.matches(statement.level))
        if (
            not whole
            or not strict
            or policy.means_everybody(grant.principal)
            or _judge(policy, grant, one, reached, catalogue)
        ):
            continue
        left = _beyond(strict, _nearest(policy, grant, one.asset.source, "read"), catalogue)
        if left:
            yield Reach(grant, one, left, Outcome.GAP, everyone=False, policy=None)


def judge_administration(
    policy: AccessPolicy, grants: Iterable[Grant], inspected: Sequence[Inspected]
) -> Iterator[Reach]:
    """Whoever administers personal information, or may pass it on, without a post for that.

    Roles that nobody logs in as administer nothing by themselves.
    """
    if not policy.stated:
        return
    for grant, one, reached in reaching(grants, inspected):
        administers = grant.privilege in ADMINISTERS or grant.grantable
        if not administers or not reached or not grant.principal.startswith("user:"):
            continue
        rules = _nearest(policy, grant, one.asset.source)
        if rules and any("admin" in rule.actions for rule in rules):
            continue
        outcome = Outcome.VIOLATION if rules else policy.default
        if outcome != "allow":
            position = rules[0].position if rules else None
            yield Reach(grant, one, tuple(reached), Outcome(outcome), everyone=False, policy=position)


def reaching(
    grants: Iterable[Grant], inspected: Sequence[Inspected]
) -> Iterator[tuple[Grant, Inspected, list[FieldEvidence]]]:
    """Every reading grant with the asset that it opens and what stands there in clear."""
    by_asset: dict[str, list[Grant]] = defaultdict(list)
    for grant in grants:
        if grant.privilege in READS:
            by_asset[grant.asset].append(grant)
    for one in inspected:
        clear = [statement for statement in one.fields if statement.form in PLAIN_EQUIVALENT]
        for grant in by_asset.get(one.asset.id, ()):
            yield grant, one, [statement for statement in clear if grant.field in (None, statement.field)]


def _judge(
    policy: AccessPolicy, grant: Grant, one: Inspected, statements: list[FieldEvidence], catalogue: Catalogue
) -> Reach | None:
    everyone = policy.means_everybody(grant.principal)
    for never in policy.never:
        forbidden = within(statements, never.levels, catalogue)
        if forbidden and any(is_called_in_any_case(name, never.principals) for name in _held(policy, grant)):
            return Reach(grant, one, forbidden, Outcome.VIOLATION, everyone, never.position)
    rules = _nearest(policy, grant, one.asset.source, "read")
    if everyone:
        reached = tuple(statement for statement in statements if statement.level.implied >= SENSITIVE.rank)
        left = _beyond(reached, rules, catalogue)
        return Reach(grant, one, left, Outcome.VIOLATION, everyone=True, policy=None) if left else None
    left = _beyond(statements, rules, catalogue)
    if not left or (grant.privilege in ADMINISTERS and not rules):
        return None
    if rules:
        return Reach(grant, one, left, Outcome.VIOLATION, everyone=False, policy=rules[0].position)
    if policy.default == "allow" or not policy.stated:
        return None
    return Reach(grant, one, left, Outcome(policy.default), everyone=False, policy=None)


def _held(policy: AccessPolicy, grant: Grant) -> tuple[str, ...]:
    """The principal and the roles that it has on the path; what everybody has says nothing of this one."""
    first, *rest = grant.principals
    return (first, *(name for name in rest if not policy.means_everybody(name)))


def _nearest(policy: AccessPolicy, grant: Grant, source: str, action: str | None = None) -> list[AccessRule]:
    """The rules, about an action if one is named, for the first on the path of whom there are any.

    What is said of somebody holds however wide the roles behind; of whom nothing is said, the post's role speaks. Not for everybody:
    a post into whose group everybody was put was not meant for them.
    """
    about = [
        rule
        for rule in policy.rules
        if (not rule.sources or source in rule.sources)
        and (action is None or not rule.actions or {action, "admin"} & set(rule.actions))
    ]
    for name in grant.principals[:1] if policy.means_everybody(grant.principal) else grant.principals:
        rules = [rule for rule in about if is_called(name, rule.principals)]
        if rules:
            return rules
    return []


def _beyond(
    statements: Sequence[FieldEvidence], rules: Sequence[AccessRule], catalogue: Catalogue
) -> tuple[FieldEvidence, ...]:
    """The statements that no rule covers."""
    return tuple(
        statement for statement in statements if not any(_covers(rule, statement, catalogue) for rule in rules)
    )


def _covers(rule: AccessRule, statement: FieldEvidence, catalogue: Catalogue) -> bool:
    if rule.up_to is not None:
        return is_within(rule.up_to, statement.identifier, statement.level, catalogue)
    return bool(within([statement], rule.levels, catalogue))


def within(
    statements: Sequence[FieldEvidence], levels: Sequence[Element], catalogue: Catalogue
) -> tuple[FieldEvidence, ...]:
    """The statements that any of the levels is about: without a subject, everybody's; else those of that subject."""
    meant = [(element.subject, catalogue.expand(element.word)) for element in levels]
    return tuple(
        statement
        for statement in statements
        if any(
            subject in (None, statement.subject) and statement.identifier in identifiers
            for subject, identifiers in meant
        )
    )
