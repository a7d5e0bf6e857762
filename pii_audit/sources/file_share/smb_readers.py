"""Who may do what with a file over SMB: whom its own access list lets in, and every list of its share besides.

The first entry about somebody decides ([MS-DTYP] 2.5.3.2). Somebody is a group where the directory says no more: whoever is in
it and, as far as is known, in no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pii_audit.directory import DOMAIN_USERS_NAME, NOBODY, Directory, memberships
from pii_audit.directory.sid import ANYBODY, USERS
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.smb_rights import (
    CHANGES_LIST,
    GIVES,
    OWNER_RIGHTS,
    PRIVILEGES,
    READS,
    AccessList,
    Entry,
    named,
)
from pii_audit.sources.file_share.smb_subjects import ALL, SOME, Subject, Subjects

PEOPLE, RIGHTS = 200, 100_000
"""A group of more people is told of as a whole, and so is every one once there are more rights of single people in a share."""
_ADMINISTRATORS, _SERVICES = "S-1-5-32-544", "S-1-5-80-"
_ADMINISTER = frozenset({_ADMINISTRATORS, "S-1-5-18"})
"""Owners who come to every file by their privileges, whatever its list says."""


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
        self._subjects = Subjects([layer.entries for layer in self._layers], directory)
        self._left = RIGHTS
        self.outside: dict[str, int] = {}
        """Groups by which somebody has a right, with the number of their members of whom nothing is known."""

    def ways(self, listed: AccessList, files: int = 1) -> Iterator[Way]:
        """The rights on so many files that have this access list; whoever may give himself the right to read has it."""
        for privilege, bits in PRIVILEGES.items():
            effective = self.people(listed, bits) if self._directory else 0
            found = self._subjects.through(listed, bits, effective)
            yield from self._of_groups(
                {one: self._way(one, by, privilege) for one, by in found.items()}, effective, files
            )
        told: set[Subject] = set()
        for right, bits in GIVES.items():
            effective = self._without_reading(listed, self.people(listed, bits)) if self._directory else 0
            found = {
                subject: by
                for subject, by in self._subjects.through(listed, bits, effective).items()
                if subject not in told
                and self._shares(READS, subject)
                and not self._subjects.lets(listed, READS, subject)
            }
            told |= found.keys()
            ways = {one: self._way(one, by, "read", right) for one, by in found.items()}
            yield from self._of_groups(ways, effective, files)

    def owned(self, listed: AccessList, owner: str, files: int = 1) -> Iterator[Way]:
        """What the owner of so many files has besides: he may change their lists, unless they say what he may ([MS-DTYP] 2.5.3.2)."""
        subject = (owner,)
        if owner in _ADMINISTER or owner.startswith(_SERVICES) or self._subjects.lets(listed, READS, subject):
            return
        said = [entry for entry in listed or () if entry.sid == OWNER_RIGHTS]
        wanted = READS | CHANGES_LIST
        own = (
            next((entry for entry in said if entry.mask & wanted), None)
            if said
            else Entry(owner, CHANGES_LIST, allows=True)
        )
        if own is None or not own.allows:
            return
        bits = READS if own.mask & READS else CHANGES_LIST
        rest = [self._subjects.entry(layer.entries, bits, subject) for layer in self._layers]
        if None in rest or not self._shares(READS, subject):
            return
        who = self._called(owner)
        opened = f"NTFS owner {who}"
        steps = (who, *self._through(own, [one for one in rest if one], opened, "change permissions"))
        closing = (f'icacls "{{path}}" /setowner *{_ADMINISTRATORS}',)
        way = Way(who, "read", opened, steps, closing, locking=self._locking(owner))
        effective = self._without_reading(listed, self._members(owner, allowed=True)) if self._directory else 0
        yield from self._of_groups({subject: way}, effective, files)

    def _without_reading(self, listed: AccessList, people: int) -> int:
        """Those of some people whom the share lets read, and the list does not yet."""
        for layer in self._layers:
            people &= self._let_in(layer.entries, READS)
        return people & ~self._let_in(listed, READS)

    def _shares(self, bits: int, subject: Subject) -> bool:
        return all(self._subjects.lets(layer.entries, bits, subject) for layer in self._layers)

    def people(self, listed: AccessList, bits: int) -> int:
        """Everybody in the directory who has a right, as the bits of a number."""
        found = self._let_in(listed, bits)
        for layer in self._layers:
            found &= self._let_in(layer.entries, bits)
        return found

    def _of_groups(self, groups: Mapping[Subject, Way], effective: int, files: int) -> Iterator[Way]:
        """The rights of groups, and of the people in them that have the right."""
        for subject in groups:
            self._notes_outside(subject)
        # Whoever carries the SID of an account that is disabled is told of, and not that account.
        yield from (way for subject, way in groups.items() if not self._is_disabled(subject[0]))
        if self._directory:
            yield from self._of_people(groups, effective, files)

    # Groups.

    def _is_disabled(self, sid: str) -> bool:
        node = self._directory.of_sid(sid)
        return node is not None and self._directory.is_disabled(node)

    def _notes_outside(self, subject: Subject) -> None:
        for node in map(self._directory.of_sid, subject):
            outside = self._directory.among(node).outside if node is not None else 0
            if node is not None and outside:
                self.outside[self._directory.principal(node)] = outside

    def _way(self, subject: Subject, matched: Sequence[Entry], privilege: str, right: str = "") -> Way:
        """How somebody comes to a right, by another `right` where it is not the same."""
        right = right or privilege
        first, *others = subject
        own, *rest = matched
        who = self._called(first)
        opened = "no access list" if own is ALL else f"NTFS {right} {self._called(own.sid)}"
        inside = self._chain(first, own.sid)
        steps = [who, *inside[1:]]
        steps += [f"only who is also in {self._called(sid).partition(':')[2] or self._called(sid)}" for sid in others]
        steps += self._through(own, rest, opened, right)
        return Way(
            who,
            privilege,
            opened,
            tuple(steps),
            self._closing(first, own, rest, inside=bool(inside)),
            self._leaving(first, own.sid),
            self._locking(first),
        )

    def _through(self, own: Entry, rest: Sequence[Entry], opened: str, right: str) -> list[str]:
        """The steps from a group to the file."""
        steps = ["inherited from its folder"] if own.inherited else []
        steps += ["if its condition holds"] if own.conditional else []
        steps.append(opened)
        for layer, entry in zip(self._layers, rest, strict=True):
            if entry is SOME:
                steps.append(f"{layer.label} {right} one of its groups")
            elif entry.sid not in ANYBODY:
                steps.append(f"{layer.label} {right} {self._called(entry.sid)}")
        return steps

    def _closing(self, sid: str, own: Entry, rest: Sequence[Entry], *, inside: bool) -> tuple[str, ...]:
        """What takes back the entry that names somebody: that of the share, where the file's own names others besides."""
        if sid != own.sid and not inside:
            for layer, entry in zip(self._layers, rest, strict=True):
                if entry.sid == sid and sid in layer.closing:
                    return (layer.closing[sid],)
        if own is ALL:
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
