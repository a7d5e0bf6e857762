"""Lines that can never decide anything, since others always speak first or forbid it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from pii_audit.errors import Position, Problem
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.policy.limits import is_within
from pii_audit.policy.lint.elements import identifiers
from pii_audit.policy.model import AccessPolicy, AccessRule, Element, Line, Lines, Policy, Recipient


def unreachable(policy: Policy, catalogue: Catalogue) -> Iterator[Problem]:
    """All lines of scopes, purposes, forms and access that never decide."""
    for purpose in policy.purposes.values():
        for lines in (purpose.needs, purpose.allows):
            yield from _shadowed(lines, catalogue)
    for recipient in policy.recipients.values():
        scopes = (recipient.scope, *(agreement.scope for agreement in recipient.agreements))
        for scope in scopes:
            if scope is not None:
                yield from _shadowed(scope, catalogue)
                yield from _forbidden(scope, recipient, catalogue)
    for lines in (*policy.storage.forms, *(floor.forms for floor in policy.floors if floor.forms is not None)):
        yield from _shadowed(lines, catalogue)
    yield from _never_kept(policy, catalogue)
    yield from _repeated(policy.access)
    yield from _denied(policy.access, catalogue)


def _kind(line: Line, catalogue: Catalogue) -> int:
    """How specific a line is: 0 an identifier, 1 a group, 2 a level."""
    if line.element.level is not None:
        return 2
    return 0 if line.element.word in catalogue else 1


def _shadowed(lines: Lines, catalogue: Catalogue) -> Iterator[Problem]:
    """Lines all of whose identifiers have a more specific line."""
    spoken_for: set[tuple[str, str]] = set()
    by_kind: tuple[list[Line], ...] = ([], [], [])
    for line in lines:
        by_kind[_kind(line, catalogue)].append(line)
    for same_kind in by_kind:
        for line in same_kind:
            if spoken_for and identifiers(line.element, catalogue) <= spoken_for:
                said = Text(
                    f"“{line.element}” 永远不起作用：它涵盖的每一项都有更具体的行",
                    f'"{line.element}" never decides: everything that it covers has a more specific line',
                )
                yield Problem(line.position, said)
        for line in same_kind:
            spoken_for |= identifiers(line.element, catalogue)


def _forbidden(scope: Lines, recipient: Recipient, catalogue: Catalogue) -> Iterator[Problem]:
    """Lines of a scope that `never` takes back; a level forbids what counts as plain, so other forms stay reachable."""
    outright = [element for element in recipient.never if element.level is None]
    for line in scope:
        by = next((element for element in outright if _covers(element, line.element, catalogue)), None)
        if by is None:
            continue
        at = by.position.to_line
        said = Text(
            f"“{line.element}” 永远不起作用：{at} 的 never “{by}” 优先",
            f'"{line.element}" never decides: never "{by}" at {at} beats it',
        )
        yield Problem(line.position, said)


def _covers(element: Element, other: Element, catalogue: Catalogue) -> bool:
    if element.subject is not None and element.subject != (other.subject or "customer"):
        return False
    return catalogue.expand(other.word) <= catalogue.expand(element.word)


def _never_kept(policy: Policy, catalogue: Catalogue) -> Iterator[Problem]:
    """A form asked of what may not be kept in any form."""
    everybodys = (element for element in policy.storage.never if element.subject is None)
    never = {name: element for element in everybodys for name in catalogue.expand(element.word)}
    for line in chain.from_iterable(policy.storage.forms):
        covered = catalogue.expand(line.element.word)
        if covered and covered <= never.keys():
            by = never[next(iter(covered))]
            said = Text(
                f"“{line.element}” 的形式永远不起作用：{by.position.to_line} 禁止留存",
                f'the form of "{line.element}" never decides: it may not be kept at all ({by.position.to_line})',
            )
            yield Problem(line.position, said)


def _repeated(access: AccessPolicy) -> Iterator[Problem]:
    seen: dict[AccessRule, AccessRule] = {}
    nowhere = Position("")
    for rule in access.rules:
        levels = tuple(replace(level, position=nowhere) for level in rule.levels)
        first = seen.setdefault(replace(rule, position=nowhere, levels=levels), rule)
        if first is not rule:
            at = first.position.to_line
            yield Problem(rule.position, Text(f"与 {at} 的规则相同", f"repeats the rule at {at}"))


def _given(rule: AccessRule, catalogue: Catalogue) -> set[str]:
    """The identifiers that a rule opens."""
    if rule.up_to is not None:
        return {name for name in catalogue if is_within(rule.up_to, name, catalogue[name].levels, catalogue)}
    return {name for element in rule.levels for name in catalogue.expand(element.word)}


def _denied(access: AccessPolicy, catalogue: Catalogue) -> Iterator[Problem]:
    """Rules all of whose principals may never reach any of what it gives."""
    forbidden: dict[str, dict[str, Position]] = {}
    for ban in access.never:
        reach = {
            name: level.position
            for level in ban.levels
            if level.subject is None
            for name in catalogue.expand(level.word)
        }
        for principal in ban.principals:
            forbidden.setdefault(principal, {}).update(reach)
    for rule in access.rules:
        given = _given(rule, catalogue)
        if given and all(given <= forbidden.get(principal, {}).keys() for principal in rule.principals):
            by = forbidden[rule.principals[0]][min(given)]
            said = Text(
                f"规则永远不起作用：{by.to_line} 的 never 优先",
                f"the rule never decides: never at {by.to_line} beats it",
            )
            yield Problem(rule.position, said)
