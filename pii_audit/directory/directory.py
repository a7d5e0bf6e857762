"""Who is in which group, of people and groups of groups: the graph that an export of Active Directory describes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pii_audit.directory.sid import ANYBODY, AUTHENTICATED, DOMAIN_USERS, sid_bytes, sid_text
from pii_audit.language import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DOMAIN_USERS_NAME = "Domain Users"


class Kind(IntEnum):
    """What an entry is. Others are computers, contacts and groups that are for mail alone: they give nobody access."""

    OTHER = 0
    USER = 1
    DISABLED = 2
    GROUP = 3


@dataclass(frozen=True, slots=True)
class Edges:
    """An adjacency list: those of `node` are `to[first[node] : first[node + 1]]`."""

    first: NDArray[np.int64]
    to: NDArray[np.int32]

    def of(self, node: int) -> NDArray[np.int32]:
        return self.to[self.first[node] : self.first[node + 1]]


@dataclass(frozen=True, slots=True)
class Members:
    """Whom a group holds, through all the groups in it.

    `people` are those who can log in, as the bits of a number; `open_to` are groups of everybody in it (Domain Users, Authenticated
    Users); `outside` counts the members that the export does not have.
    """

    people: int
    open_to: tuple[int, ...] = ()
    outside: int = 0


@dataclass(frozen=True, eq=False)
class Directory:
    """The people and groups of an export, each by its number; `problems` are what is wrong in the export, each with its place.

    `carried` are those (somebody, holder) whose SID another holds from earlier days (sIDHistory). `watched` are people who are told of by name, `spelled` how lists write some names. `by_sid` and `by_name` map hashes of SIDs and of names in small letters; one name may be several domains' own.
    """

    names: Sequence[str] = ()
    kinds: bytes = b""
    sids: Sequence[bytes] = ()
    domains: Sequence[str] = ()
    by_sid: dict[int, int] = field(default_factory=dict, repr=False)
    by_name: dict[int, int | tuple[int, ...]] = field(default_factory=dict, repr=False)
    members: Edges | None = field(default=None, repr=False)
    holders: Edges | None = field(default=None, repr=False)
    missing: dict[int, int] = field(default_factory=dict, repr=False)
    problems: tuple[tuple[str, Text], ...] = ()
    carried: frozenset[tuple[int, int]] = field(default_factory=frozenset, repr=False)
    watched: int = 0
    spelled: dict[int, str] = field(default_factory=dict, repr=False)
    _among: dict[int, Members] = field(default_factory=dict, repr=False)
    _chains: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.names)

    def of_sid(self, sid: str) -> int | None:
        """Who has that SID; None where nobody does."""
        try:
            return self.by_sid.get(hash(sid_bytes(sid)))
        except ValueError:
            return None

    def of_name(self, name: str, elsewhere: str = "") -> int | None:
        r"""Whose name that is, written as `BANK\sales`, `sales@bank.example` or `sales`; None where nobody's, or several domains'.

        `elsewhere` is a computer, whose own accounts are not those of the domain.
        """
        domain, short, plain = name.rpartition("\\")
        if not short:
            plain, _, domain = name.partition("@")
        found = self.by_name.get(hash(plain.strip().casefold()), ())
        candidates = found if isinstance(found, tuple) else (found,)
        domain = domain.strip().casefold()
        if domain:
            own = [one for one in candidates if domain in (self.domains[one], self.domains[one].partition(".")[0])]
            # The short name of a domain need not be the first part of its long one.
            local = domain == elsewhere.casefold().partition(".")[0]
            candidates = tuple(own) or (candidates if self._is_one_domain and not local else ())
        return candidates[0] if len(candidates) == 1 else None

    def is_group(self, node: int) -> bool:
        return self.kinds[node] == Kind.GROUP

    def is_person(self, node: int) -> bool:
        """Whether it is somebody who can log in."""
        return self.kinds[node] == Kind.USER

    def is_disabled(self, node: int) -> bool:
        """Whether it is an account that cannot log in."""
        return self.kinds[node] == Kind.DISABLED

    def sid(self, node: int) -> str | None:
        """Its SID; None where the export has none."""
        return sid_text(self.sids[node]) if self.sids[node] else None

    def principal(self, node: int) -> str:
        """As policies write it."""
        if self.is_domain_users(node):
            return DOMAIN_USERS_NAME
        if self.sid(node) in ANYBODY:
            return "Authenticated Users" if self.sid(node) == AUTHENTICATED else "world"
        return f"{'group' if self.is_group(node) else 'user'}:{self.account(node)}"

    def account(self, node: int) -> str:
        """Its name, with the domain where another domain has the same name."""
        name = self.spelled.get(node, self.names[node])
        if isinstance(self.by_name.get(hash(name.casefold())), tuple) and self.domains[node]:
            return f"{name}@{self.domains[node]}"
        return name

    def is_domain_users(self, node: int) -> bool:
        """Whether it is the group of everybody in a domain."""
        return self.sids[node][-4:] == DOMAIN_USERS.to_bytes(4, "little") and self.is_group(node)

    def among(self, node: int) -> Members:
        """Whom it holds; of a person, that person."""
        if node not in self._among:
            _bound(self._among, _GROUPS_KEPT)
            self._among[node] = self._held(node)
        return self._among[node]

    def chain(self, node: int, group: int) -> tuple[int, ...]:
        """The shortest way from it to a group that it is in, both ends included; empty where it is not in it."""
        if (node, group) not in self._chains:
            _bound(self._chains, _WAYS_KEPT)
            self._chains[node, group] = self._way(node, group)
        return self._chains[node, group]

    def groups_within(self, group: int) -> Iterator[int]:
        """The groups in a group, and others whose SID somebody carries, itself first."""
        if self.members is None:
            yield group
            return
        seen = {group}
        front = [group]
        while front:
            node = front.pop()
            yield node
            for one in self.members.of(node).tolist():
                if one not in seen and self._holds(one):
                    seen.add(one)
                    front.append(one)

    def groups_of(self, node: int) -> Iterator[int]:
        """The groups that it is in, those whose SIDs it carries, and all that these are in, itself first."""
        seen = {node}
        front = [node]
        while front:
            one = front.pop()
            yield one
            for holder in self.holders.of(one).tolist() if self.holders is not None else ():
                if holder not in seen and self._holds(holder):
                    seen.add(holder)
                    front.append(holder)

    @cached_property
    def _is_one_domain(self) -> bool:
        """Whether all entries are of one domain, as far as theirs is known."""
        return len({*self.domains} - {""}) <= 1

    @cached_property
    def everybody(self) -> int:
        """Everybody who can log in, as the bits of a number."""
        import numpy as np  # noqa: PLC0415 - as above

        return _bits(np.frombuffer(self.kinds, np.uint8) == Kind.USER)

    def watching(self, names: Iterable[str]) -> Directory:
        """The same, with the people of these names as those who are told of by name, spelled as these are.

        The directory does not tell capitals from small letters, but whoever compares names does.
        """
        watched, spelled = 0, {}
        for name in names if self else ():
            node = self.of_name(name.partition(":")[2] or name)
            plain = (name.partition(":")[2] or name).rpartition("\\")[2]
            if node is not None:
                watched |= 1 << node if self.is_person(node) else 0
                if plain.casefold() == self.names[node].casefold():
                    spelled[node] = plain
        return replace(self, watched=watched, spelled=spelled)

    def persons(self, bits: int) -> Iterator[int]:
        """The people whose bits are set."""
        import numpy as np  # noqa: PLC0415 - start-up must not

        data = np.frombuffer(bits.to_bytes((bits.bit_length() + 7) // 8, "little"), np.uint8)
        yield from np.flatnonzero(np.unpackbits(data, bitorder="little")).tolist()

    @cached_property
    def _owners(self) -> frozenset[int]:
        return frozenset(owner for owner, _ in self.carried)

    def _holds(self, node: int) -> bool:
        """Whether what stands below it has what it has: of a group, and of anybody whose SID others carry."""
        return self.is_group(node) or node in self._owners

    def _held(self, node: int) -> Members:
        import numpy as np  # noqa: PLC0415 - as above

        if not self._holds(node) or self.members is None:
            return Members(1 << node if self.is_person(node) else 0)
        held = np.zeros(len(self.names), bool)
        held[node] = True
        outside, open_to = 0, []
        for group in self.groups_within(node):
            held[self.members.of(group)] = True
            outside += self.missing.get(group, 0)
            anybody = self.sid(group) in ANYBODY
            if anybody or self.is_domain_users(group):
                open_to.append(group)
            if anybody:
                held[:] = True
        held &= np.frombuffer(self.kinds, np.uint8) == Kind.USER
        return Members(_bits(held), tuple(open_to), outside)

    def _way(self, node: int, group: int) -> tuple[int, ...]:
        came = {node: node}
        front = [node] if self.holders is not None else []
        while front and group not in came:
            following = []
            for one in front:
                for holder in self.holders.of(one).tolist() if self.holders is not None else ():
                    if holder not in came and self._holds(holder):
                        came[holder] = one
                        following.append(holder)
            front = following
        if group not in came:
            return ()
        way = [group]
        while way[-1] != node:
            way.append(came[way[-1]])
        return tuple(reversed(way))


def _bits(held: NDArray[np.bool_]) -> int:
    import numpy as np  # noqa: PLC0415 - as above

    return int.from_bytes(np.packbits(held, bitorder="little").tobytes(), "little")


_GROUPS_KEPT, _WAYS_KEPT = 512, 65_536
"""Answers that are remembered: a group's is a bit for each entry of the export."""


def _bound(known: dict[Any, Any], most: int) -> None:
    if len(known) >= most:
        known.clear()


NOBODY = Directory()
"""What is known without an export."""
