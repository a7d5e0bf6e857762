"""Rights folded for a picture: whoever reaches the same things the same way is one node, and so are things reached alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pii_audit.model.grant import is_principal
from pii_audit.render.matrix.rights import Right
from pii_audit.render.view.inventory import LEVELS

Chain = tuple[str, ...]
_Reach = tuple[Chain, str, str]
"""The roles on the path, the other end, and the gravest level."""


@dataclass(frozen=True, slots=True)
class Way:
    """One line of the picture: principals, the roles on their path (none where the right is their own), and assets.

    `level` is the gravest class that it leads to, `persons` how many people at least; `rights` of the table are folded into it.
    """

    principals: tuple[str, ...]
    roles: Chain
    assets: tuple[str, ...]
    level: str
    everyone: bool
    persons: int
    rights: int


def fold(rights: Sequence[Right]) -> tuple[Way, ...]:
    """Every right in one of the ways, the gravest way first.

    What a role may itself is not drawn once more where somebody comes through that role: it counts with whoever does.
    """
    through = {(role, right.asset) for right in rights for role in _roles(right)}
    reaches: dict[tuple[str, _Reach], list[Right]] = defaultdict(list)
    implied: Counter[tuple[str, str]] = Counter()
    for right in rights:
        if (right.principal, right.asset) in through:
            implied[right.principal, right.asset] += 1
        else:
            reaches[right.principal, (_roles(right), right.asset, right.level)].append(right)
    alike = _alike((principal, reach) for principal, reach in reaches)
    same = _alike((asset, (roles, principal, level)) for principal, (roles, asset, level) in reaches)
    ways: dict[tuple[Hashable, Chain, Hashable, str], list[tuple[str, str, list[Right]]]] = defaultdict(list)
    for (principal, (roles, asset, level)), members in reaches.items():
        ways[alike[principal], roles, same[asset], level].append((principal, asset, members))
    people: Counter[str] = Counter()
    for right in rights:
        people[right.asset] = max(people[right.asset], right.persons)
    made = [_way(roles, members, implied, people) for (_, roles, _, _), members in ways.items()]
    return tuple(sorted(made, key=_gravity))


def _roles(right: Right) -> Chain:
    return tuple(dict.fromkeys(step for step in right.path if is_principal(step) and step != right.principal))


def _alike(pairs: Iterable[tuple[str, _Reach]]) -> Mapping[str, Hashable]:
    """Name → what stands for everything of its kind that is joined to exactly the same, of one source."""
    joined: dict[str, set[_Reach]] = defaultdict(set)
    for name, reach in pairs:
        joined[name].add(reach)
    return {name: (name.partition(":")[0], frozenset(reached)) for name, reached in joined.items()}


def _way(
    roles: Chain,
    members: Sequence[tuple[str, str, list[Right]]],
    implied: Counter[tuple[str, str]],
    people: Mapping[str, int],
) -> Way:
    """One way; the members of a node come in the same order on every way that leads through it."""
    folded = [right for _, _, rights in members for right in rights]
    assets = tuple(sorted({asset for _, asset, _ in members}, key=lambda asset: (-people[asset], asset)))
    # Popped, so that a role that several come through is counted with the first of them.
    beside = sum(implied.pop((role, asset), 0) for role in roles for asset in assets)
    return Way(
        principals=tuple(sorted({principal for principal, _, _ in members})),
        roles=roles,
        assets=assets,
        level=folded[0].level,
        everyone=any(right.everyone for right in folded),
        persons=max(right.persons for right in folded),
        rights=len(folded) + beside,
    )


def _gravity(way: Way) -> tuple[bool, int, int, int, tuple[str, ...], Chain, tuple[str, ...]]:
    return (
        not way.everyone,
        LEVELS.index(way.level),
        -way.persons,
        -way.rights,
        way.principals,
        way.roles,
        way.assets,
    )
