"""Effective rights where a right is held on everything, on a schema, on an object or on a column of it (Oracle, DM8, SQL Server, DB2).

What differs between these servers is worked out where their catalogs are read: whom a grant is held by, what statement takes it back, and
which tables a view or routine opens to whoever may use it. From there on it is the same for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from pii_audit.access.opening import ADMINISTERS
from pii_audit.access.roles import Path, Roles
from pii_audit.model.grant import Grant
from pii_audit.sources.database.names import qualified, split

PUBLIC = "PUBLIC"
PRIVILEGES = ("select", "insert", "update", "delete")

Place = tuple[str, str]
"""Schema and table."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody or a role; `told` whether rights of its own are told of, `locking` the statements that keep it from logging in."""

    name: str
    role: bool
    told: bool = True
    locking: Path = ()
    group: bool = False

    @property
    def shown(self) -> str:
        """As policies write it."""
        if self.name == PUBLIC:
            return PUBLIC
        if self.group:
            return f"group:{self.name}"
        return f"{'role' if self.role else 'user'}:{self.name}"


@dataclass(frozen=True, slots=True)
class Right:
    """One grant: on everything, on a `schema`, on a `table` of it (or a routine), or on a `column` of that.

    `closing` takes it back; where it is empty, leaving the role that holds it does. `denied` takes away what others give.
    """

    holder: str
    privilege: str
    opened_by: str
    closing: Path = ()
    schema: str | None = None
    table: str | None = None
    column: str | None = None
    withholding: Path = ()
    denied: bool = False

    def covers(self, place: Place) -> bool:
        """Whether it speaks of that table."""
        return self.schema in (None, place[0]) and self.table in (None, place[1])


@dataclass(frozen=True, slots=True)
class Opener:
    """A view or routine that opens these tables to whoever may use it; `kind` is the word for it."""

    kind: str
    place: Place
    opens: frozenset[Place]
    runs_as: str = ""

    @property
    def used_by(self) -> str:
        """The right that it takes."""
        return "select" if self.kind == "view" else "execute"

    @property
    def step(self) -> str:
        """How a path shows it."""
        return f"{self.kind} {qualified(*self.place)}" + (f" runs as {self.runs_as}" if self.runs_as else "")


@dataclass(frozen=True)
class Catalog:
    """All of it. `leave` gives the statement that ends a membership (role, member), `keep` the one that ends its admin option."""

    principals: Mapping[str, Principal]
    graph: Roles
    rights: tuple[Right, ...]
    leave: Callable[[str, str], str]
    keep: Callable[[str, str], str]
    openers: tuple[Opener, ...] = ()
    optional: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """Memberships (role, member) that count after SET ROLE."""
    acting: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Who may act as whom (other, holder), by what, and then has what that one has in place of his own."""


class Effective:
    """Iterates over the rights on some assets, one for each principal and each grant that opens a way."""

    def __init__(self, catalog: Catalog, source: str, assets: Iterable[str]) -> None:
        self._catalog = catalog
        self._source = source
        self._assets = {split(asset): asset for asset in assets}
        self._rights: dict[Place, list[Right]] = {}

    def __iter__(self) -> Iterator[Grant]:
        for principal in self._catalog.principals.values():
            if principal.told:
                yield from self._once(principal)

    def _once(self, principal: Principal) -> Iterator[Grant]:
        """What somebody may do, by the shortest way: an application that logs in for thousands has most of it as each of them."""
        told = set()
        for ways in self._contexts(principal.name):
            for grant in self._of(principal, ways):
                key = (grant.asset, grant.field, grant.privilege, grant.opened_by, grant.closing, grant.path[-1])
                if key not in told:
                    told.add(key)
                    yield grant

    def _contexts(self, name: str) -> Iterator[Mapping[str, Path]]:
        """What somebody holds, each holder with the way to it: as himself, and as everybody as whom he may act."""
        seen = {name}
        front: list[Path] = [(name,)]
        while front:
            way = front.pop(0)
            ways = {holder: (*way, *chain[1:]) for holder, chain in self._catalog.graph.settable(way[-1]).items()}
            if name != PUBLIC:
                ways[PUBLIC] = (*way, PUBLIC)
            yield ways
            for other, holder in sorted(self._catalog.acting):
                if holder in ways and other not in seen and name != PUBLIC:
                    seen.add(other)
                    front.append((*ways[holder], other))

    def _of(self, principal: Principal, ways: Mapping[str, Path]) -> Iterator[Grant]:
        for place, asset in self._assets.items():
            for right in self._held(place, ways, PRIVILEGES):
                if right.holder != PUBLIC or principal.name == PUBLIC:
                    yield self._grant(principal, ways, asset, right)
        for opener, places in self._openers:
            for right in self._held(opener.place, ways, (opener.used_by,)):
                if right.privilege in ADMINISTERS or (right.holder == PUBLIC and principal.name != PUBLIC):
                    continue
                for place in places:
                    if not self._reads(place, ways):
                        yield self._grant(principal, ways, self._assets[place], right, opener)

    def _held(self, place: Place, ways: Mapping[str, Path], privileges: Iterable[str]) -> Iterator[Right]:
        """What these holders may do with a table; a denial takes away what was granted, save to administrators and owners."""
        wanted = {*privileges, *ADMINISTERS}
        found = [one for one in self._of_place(place) if one.holder in ways and one.privilege in wanted]
        denials = [one for one in found if one.denied]
        for one in found:
            if not one.denied and (one.privilege in ADMINISTERS or not any(_takes(denial, one) for denial in denials)):
                yield one

    def _reads(self, place: Place, ways: Mapping[str, Path]) -> bool:
        """Whether these holders may read the whole table anyway."""
        return any(one.column is None for one in self._held(place, ways, ("select",)))

    def _of_place(self, place: Place) -> list[Right]:
        if place not in self._rights:
            named = self._by_schema[None] + self._by_schema[place[0]]
            self._rights[place] = [one for one in named if one.covers(place)]
        return self._rights[place]

    @cached_property
    def _by_schema(self) -> Mapping[str | None, list[Right]]:
        found: dict[str | None, list[Right]] = defaultdict(list)
        for right in self._catalog.rights:
            found[right.schema].append(right)
        return found

    @cached_property
    def _openers(self) -> list[tuple[Opener, list[Place]]]:
        """Views and routines with the wanted tables that they open, through other views and routines too."""
        known = {one.place: one for one in self._catalog.openers}
        found = []
        for opener in self._catalog.openers:
            seen, front = {opener.place}, [opener]
            opened: set[Place] = set()
            while front:
                for place in front.pop().opens - seen:
                    seen.add(place)
                    opened.add(place)
                    if place in known:
                        front.append(known[place])
            wanted = sorted(opened & self._assets.keys() - {opener.place})
            if wanted:
                found.append((opener, wanted))
        return found

    def _grant(
        self, principal: Principal, ways: Mapping[str, Path], asset: str, right: Right, through: Opener | None = None
    ) -> Grant:
        chain = ways[right.holder]
        # Nobody leaves PUBLIC, but it may be what lets somebody act as another.
        steps = [(member, role) for member, role in pairwise(chain) if role != PUBLIC]
        leaving = tuple(self._catalog.leave(role, member) for member, role in steps)
        passing = tuple(self._catalog.keep(role, member) for role, member in self._catalog.graph.passed_on(chain))
        withholding = () if through else (*right.withholding, *passing)
        return Grant(
            principal.shown,
            f"{self._source}:{asset}",
            right.privilege,
            right.opened_by,
            (*self._steps(chain), *([through.step] if through else [])),
            right.column,
            not through and (right.privilege in ADMINISTERS or bool(withholding)),
            right.closing or leaving[-1:],
            leaving,
            withholding,
            principal.locking,
        )

    def _steps(self, chain: Path) -> Path:
        steps = [self._shown(chain[0])]
        for member, role in pairwise(chain):
            steps += [f"SET ROLE {role}"] if (role, member) in self._catalog.optional else []
            steps += [self._catalog.acting[role, member]] if (role, member) in self._catalog.acting else []
            steps.append(self._shown(role))
        return tuple(steps)

    def _shown(self, name: str) -> str:
        known = self._catalog.principals.get(name)
        return known.shown if known else name


def _takes(denial: Right, right: Right) -> bool:
    """Whether a denial takes a right away: that of a table leaves what was granted on a column of it (SQL Server, DENY)."""
    if denial.privilege != right.privilege:
        return False
    return denial.column == right.column or (denial.column is None and right.column is None)
