"""Who may do what with a file over SMB: whom its own access list lets in, and every list of its share besides.

The first entry about somebody decides ([MS-DTYP] 2.5.3.2). Somebody is a group where the directory says no more: whoever is in
it and, as far as is known, in no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from pii_audit.directory import DOMAIN_USERS_NAME, NOBODY, Directory, memberships
from pii_audit.directory.sid import ANONYMOUS, ANYBODY, AUTHENTICATED, EVERYONE, GUESTS, NETWORK, USERS
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.smb_rights import PRIVILEGES, AccessList, Entry, named

PEOPLE, RIGHTS = 200, 100_000
"""A group of more people is told of as a whole, and so is every one once there are more rights of single people in a share."""
_STRANGERS = frozenset({EVERYONE, NETWORK, ANONYMOUS, GUESTS})
"""Of whom it is not known that they have logged in."""
_ALL = Entry(EVERYONE, 0xFFFFFFFF, allows=True)
"""What stands for an entry where there is no list."""
_TWO = 2
Subject = tuple[str, ...]
"""Somebody who is in all of these at once, by their SIDs."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A list that has to let somebody in besides the file's own, `label` its name; `closing` takes the entry of a SID back."""

    label: str
    entries: AccessList
    closing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """A right on every file with the same access list; its commands name the file by `{path}`."""

    principal: str
    privilege: str
    opened_by: str
    path: tuple[str, ...]
    closing: tuple[str, ...]
    leaving: tuple[str, ...] = ()
    locking: tuple[str, ...] = ()

    def grant(self, asset: str, path: str) -> Grant:
        """The right on one of the files, whose UNC path is for the commands."""
        closing = tuple(command.replace("{path}", path) for command in self.closing)
        return Grant(
            self.principal,
            asset,
            self.privilege,
            self.opened_by,
            self.path,
            closing=closing,
            leaving=self.leaving,
            locking=self.locking,
        )


class Readers:
    """Works out who gets through the lists of one share, with what a directory knows of its people and groups."""

    def __init__(self, layers: Sequence[Layer] = (), directory: Directory = NOBODY) -> None:
        self._layers, self._directory = tuple(layers), directory
        self._tokens: dict[str, frozenset[str]] = {}
        self._left = RIGHTS
        self.outside: dict[str, int] = {}
        """Groups by which somebody has a right, with the number of their members of whom nothing is known."""

    def ways(self, listed: AccessList, files: int = 1) -> Iterator[Way]:
        """The rights on so many files that have this access list."""
        for privilege, bits in PRIVILEGES.items():
            yield from self._of_groups(listed, privilege, bits, files)

    def people(self, listed: AccessList, bits: int) -> int:
        """Everybody in the directory who has a right, as the bits of a number."""
        found = self._let_in(listed, bits)
        for layer in self._layers:
            found &= self._let_in(layer.entries, bits)
        return found

    def _of_groups(self, listed: AccessList, privilege: str, bits: int, files: int) -> Iterator[Way]:
        effective = self.people(listed, bits) if self._directory else 0
        groups: dict[Subject, Way] = {}
        for subject, matched in self._subjects(listed, bits).items():
            if not self._is_empty(subject, effective):
                groups[subject] = self._way(subject, matched, privilege)
                self._notes_outside(subject)
        yield from groups.values()
        if self._directory:
            yield from self._of_people(groups, effective, files)

    # Groups.

    def _subjects(self, listed: AccessList, bits: int) -> dict[Subject, list[Entry]]:
        """Whoever gets through every list, with the entries that let them: widest first, and nobody whom a wider one holds.

        Of two groups of which neither is known to be in the other, those may get through who are in both.
        """
        lists = (listed, *(layer.entries for layer in self._layers))
        own = list(self._named(listed, bits))
        mine = {(sid,) for sid in own}
        found: dict[Subject, list[Entry]] = {}
        for combined in product(own, *(self._named(entries, bits) for entries in lists[1:])):
            subject = self._joint(combined)
            # Nobody is two users at once.
            if subject not in found and sum(sid.startswith("user:") for sid in subject) < _TWO:
                matched = [self._decides(entries, subject, bits) for entries in lists]
                if all(matched):
                    found[subject] = [entry for entry in matched if entry is not None]
        return {
            subject: matched
            for subject, matched in found.items()
            if subject in mine
            or not any(
                other != subject and self._holds(other, subject) and (_is_open(other) or not _is_open(subject))
                for other in found
            )
        }

    def _named(self, entries: AccessList, bits: int) -> Iterator[str]:
        """Whom a list lets in, and the groups of everybody that are in those."""
        if entries is None:
            yield EVERYONE
        for entry in dict.fromkeys(entries or ()):
            if entry.allows and entry.mask & bits:
                yield entry.sid
                if entry.sid == USERS:
                    yield AUTHENTICATED
                node = self._directory.of_sid(entry.sid)
                for inner in self._directory.among(node).open_to if node is not None else ():
                    yield self._directory.sid(inner) or entry.sid

    def _joint(self, sids: Sequence[str]) -> Subject:
        """The same without those in which whoever is in another one is anyhow."""
        kept = list(dict.fromkeys(sids))
        for sid in tuple(kept):
            if any(sid in self._perhaps(other) for other in kept if other != sid):
                kept.remove(sid)
        return tuple(kept)

    def _holds(self, wide: Subject, narrow: Subject) -> bool:
        return all(any(sid in self._perhaps(one) for one in narrow) for sid in wide)

    def _decides(self, entries: AccessList, subject: Subject, bits: int) -> Entry | None:
        """The entry that lets somebody in; None where none does, or another keeps him out before."""
        if entries is None:
            return _ALL
        surely = frozenset[str]().union(*map(self._token, subject))
        perhaps = surely | ({USERS} if AUTHENTICATED in surely else set())
        for entry in entries:
            if entry.mask & bits:
                if entry.allows and entry.sid in perhaps:
                    return entry
                if not entry.allows and not entry.conditional and entry.sid in surely:
                    return None
        return None

    def _token(self, sid: str) -> frozenset[str]:
        """The groups that whoever is in this one is surely in; local ones of a server are not known."""
        if sid not in self._tokens:
            found = {sid, NETWORK} | (set() if sid == ANONYMOUS else {EVERYONE})
            if sid not in _STRANGERS:
                found.add(AUTHENTICATED)
            node = self._directory.of_sid(sid)
            for group in self._directory.groups_of(node) if node is not None else ():
                found.add(self._directory.sid(group) or sid)
                if self._directory.is_domain_users(group):
                    found.add(DOMAIN_USERS_NAME)
            if named(sid) == DOMAIN_USERS_NAME:
                found.add(DOMAIN_USERS_NAME)
            self._tokens[sid] = frozenset(found)
        return self._tokens[sid]

    def _perhaps(self, sid: str) -> frozenset[str]:
        """The same with the server's Users, in which everybody is who logs in, unless somebody took them out."""
        token = self._token(sid)
        return token | {USERS} if AUTHENTICATED in token else token

    def _is_empty(self, subject: Subject, effective: int) -> bool:
        """Whether the directory knows everybody in it, and none of them has the right."""
        if not self._directory:
            return False
        nodes = [self._directory.of_sid(sid) for sid in subject]
        known = [node for node in nodes if node is not None]
        held = self._directory.everybody
        for node in known:
            held &= self._directory.among(node).people
        if len(known) < len(nodes) or any(self._directory.among(node).outside for node in known):
            return False
        # A group that has no members today is told of: somebody may be added.
        return not held & effective and (len(nodes) > 1 or bool(held) or self._directory.is_disabled(known[0]))

    def _notes_outside(self, subject: Subject) -> None:
        for node in map(self._directory.of_sid, subject):
            outside = self._directory.among(node).outside if node is not None else 0
            if node is not None and outside:
                self.outside[self._directory.principal(node)] = outside

    def _way(self, subject: Subject, matched: Sequence[Entry], privilege: str) -> Way:
        first, *others = subject
        own, *rest = matched
        who = self._called(first)
        opened = "no access list" if own is _ALL else f"NTFS {privilege} {self._called(own.sid)}"
        inside = self._chain(first, own.sid)
        steps = [who, *inside[1:]]
        steps += [f"only who is also in {self._called(sid).partition(':')[2] or self._called(sid)}" for sid in others]
        steps += self._through(own, rest, opened, privilege)
        return Way(
            who,
            privilege,
            opened,
            tuple(steps),
            self._closing(first, own, rest, inside=bool(inside)),
            self._leaving(first, own.sid),
            self._locking(first),
        )

    def _through(self, own: Entry, rest: Sequence[Entry], opened: str, privilege: str) -> list[str]:
        """The steps from a group to the file."""
        steps = ["inherited from its folder"] if own.inherited else []
        steps += ["if its condition holds"] if own.conditional else []
        steps.append(opened)
        for layer, entry in zip(self._layers, rest, strict=True):
            if entry.sid not in ANYBODY:
                steps.append(f"{layer.label} {privilege} {self._called(entry.sid)}")
        return steps

    def _closing(self, sid: str, own: Entry, rest: Sequence[Entry], *, inside: bool) -> tuple[str, ...]:
        """What takes back the entry that names somebody: that of the share, where the file's own names others besides."""
        if sid != own.sid and not inside:
            for layer, entry in zip(self._layers, rest, strict=True):
                if entry.sid == sid and sid in layer.closing:
                    return (layer.closing[sid],)
        if own is _ALL:
            return ('icacls "{path}" /reset',)
        # An inherited entry can be taken from a file only after it has become the file's own.
        first = ('icacls "{path}" /inheritance:d',) if own.inherited else ()
        return (*first, f'icacls "{{path}}" /remove:g {self._trustee(own.sid)}')

    def _trustee(self, sid: str) -> str:
        return f"*{sid}" if sid.startswith("S-1-") else f'"{sid.partition(":")[2] or sid}"'

    def _called(self, sid: str) -> str:
        node = self._directory.of_sid(sid)
        return named(sid) if node is None else self._directory.principal(node)

    def _chain(self, sid: str, group: str) -> tuple[str, ...]:
        """The names from somebody to a group of the directory; none where they are not in it."""
        node, holder = self._directory.of_sid(sid), self._directory.of_sid(group)
        if node is None or holder is None:
            return ()
        return tuple(map(self._directory.principal, self._directory.chain(node, holder)))

    def _leaving(self, sid: str, group: str) -> tuple[str, ...]:
        node, holder = self._directory.of_sid(sid), self._directory.of_sid(group)
        if node is None or holder is None or node == holder:
            return ()
        return memberships.leaving(self._directory, self._directory.chain(node, holder))

    def _locking(self, sid: str) -> tuple[str, ...]:
        node = self._directory.of_sid(sid)
        return (
            memberships.locking(self._directory, node) if node is not None and self._directory.is_person(node) else ()
        )

    # People.

    def _let_in(self, entries: AccessList, bits: int) -> int:
        if entries is None:
            return self._directory.everybody
        found = decided = 0
        for entry in entries:
            if entry.mask & bits and (entry.allows or not entry.conditional):
                held = self._members(entry.sid, allowed=entry.allows) & ~decided
                decided |= held
                found |= held if entry.allows else 0
        return found

    def _members(self, sid: str, *, allowed: bool) -> int:
        if sid in ANYBODY or sid == DOMAIN_USERS_NAME or (sid == USERS and allowed):
            return self._directory.everybody
        node = self._directory.of_sid(sid)
        return 0 if node is None else self._directory.among(node).people

    def _of_people(self, groups: Mapping[Subject, Way], effective: int, files: int) -> Iterator[Way]:
        """The rights of single people: of all in a group, or, where that is everybody or large, of those who are watched."""
        left = effective
        for subject, way in groups.items():
            held = left
            for sid in subject:
                held &= self._members(sid, allowed=True)
            left &= ~held
            count = held.bit_count()
            if self._is_everybody(subject) or count > PEOPLE or count * files > self._left:
                held &= self._directory.watched
            else:
                self._left -= count * files
            for person in self._directory.persons(held):
                if self._directory.principal(person) != way.principal:
                    yield self._of_person(person, subject[0], way)

    def _is_everybody(self, subject: Subject) -> bool:
        nodes = map(self._directory.of_sid, subject)
        return all(node is None or self._directory.among(node).open_to for node in nodes)

    def _of_person(self, person: int, group: str, way: Way) -> Way:
        node, who = self._directory.of_sid(group), self._directory.principal(person)
        chain = self._directory.chain(person, node) if node is not None else ()
        steps = tuple(map(self._directory.principal, chain[:-1])) or (who,)
        leaving = memberships.leaving(self._directory, chain)
        return replace(
            way,
            principal=who,
            path=(*steps, *way.path),
            leaving=(*leaving, *way.leaving),
            locking=memberships.locking(self._directory, person),
        )


def _is_open(subject: Subject) -> bool:
    """Whether it is everybody, by whatever name: told of even where a group with a name of its own holds them."""
    return all(sid in ANYBODY or named(sid) == DOMAIN_USERS_NAME for sid in subject)
