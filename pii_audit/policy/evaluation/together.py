"""Whether some elements are what a combination names: each member another one of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet


def each_another(wanted: Sequence[AbstractSet[Hashable]]) -> bool:
    """Whether every member can be another one of the elements that it may be.

    By augmenting paths (Kuhn 1955): trying every choice takes ages where words overlap.
    """
    taken: dict[Hashable, int] = {}

    def finds(member: int, asked: set[Hashable]) -> bool:
        for one in wanted[member] - asked:
            asked.add(one)
            if one not in taken or finds(taken[one], asked):
                taken[one] = member
                return True
        return False

    return all(finds(member, set()) for member in range(len(wanted)))
