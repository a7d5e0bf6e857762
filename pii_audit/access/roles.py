"""Roles that are members of roles: whose rights somebody has at once, and whose after SET ROLE."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Membership:
    """`member` was granted `role`: it `inherits` its rights, may take it on by SET ROLE (`sets`), may pass it on (`admin`)."""

    role: str
    member: str
    inherits: bool = True
    sets: bool = True
    admin: bool = False


Path = tuple[str, ...]


class Roles:
    """The graph of memberships. Paths are shortest ones, from the member to the role, both ends included."""

    def __init__(self, memberships: Iterable[Membership]) -> None:
        self._inherited: dict[str, list[str]] = defaultdict(list)
        self._settable: dict[str, list[str]] = defaultdict(list)
        self.memberships = tuple(memberships)
        for one in self.memberships:
            if one.inherits:
                self._inherited[one.member].append(one.role)
            if one.sets:
                self._settable[one.member].append(one.role)
        self._known: dict[tuple[str, str], Mapping[str, Path]] = {}

    def inherited(self, role: str) -> Mapping[str, Path]:
        """Every role whose rights it has without doing anything, itself first."""
        return self._reach("inherit", role, self._inherited)

    def settable(self, role: str) -> Mapping[str, Path]:
        """Every role that it may SET ROLE to, itself first."""
        return self._reach("set", role, self._settable)

    def passed_on(self, chain: Path) -> Iterator[tuple[str, str]]:
        """The (role, member) of a chain of memberships whose member may give the role to others."""
        return ((role, member) for member, role in pairwise(chain) if (role, member) in self._admins)

    @cached_property
    def _admins(self) -> frozenset[tuple[str, str]]:
        return frozenset((one.role, one.member) for one in self.memberships if one.admin)

    def _reach(self, kind: str, start: str, edges: Mapping[str, list[str]]) -> Mapping[str, Path]:
        known = self._known.get((kind, start))
        if known is not None:
            return known
        found: dict[str, Path] = {start: (start,)}
        front = [start]
        while front:
            following = []
            for role in front:
                for parent in edges.get(role, ()):
                    if parent not in found:
                        found[parent] = (*found[role], parent)
                        following.append(parent)
            front = following
        self._known[kind, start] = found
        return found
