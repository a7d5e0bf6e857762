"""Which groups get through several access lists at once, with what a directory knows of who is in which.

Of two groups of which neither is known to be in the other, those may get through who are in both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from pii_audit.directory import DOMAIN_USERS_NAME, Directory
from pii_audit.directory.sid import ANONYMOUS, ANYBODY, AUTHENTICATED, EVERYONE, GUESTS, NETWORK, USERS
from pii_audit.sources.file_share.smb_rights import AccessList, Entry, named

PAIRS = 1_000
"""Of a list that makes more pairs of groups, it is not told in which of its groups somebody has to be besides."""
ALL = Entry(EVERYONE, 0xFFFFFFFF, allows=True)
"""What stands for an entry where there is no list."""
SOME = Entry("", 0xFFFFFFFF, allows=True)
"""What stands for one of several entries of a list that are not told apart."""
_STRANGERS = frozenset({EVERYONE, NETWORK, ANONYMOUS, GUESTS})
"""Of whom it is not known that they have logged in."""
Subject = tuple[str, ...]
"""Somebody who is in all of these at once, by their SIDs."""
Further = frozenset[int]
"""The lists of which it is not told by which of their groups they let somebody in."""


class Subjects:
    """Finds them for one share, whose lists every file has besides its own."""

    def __init__(self, layers: Sequence[AccessList], directory: Directory) -> None:
        self._layers, self._directory = tuple(layers), directory
        self._of_layers: dict[int, list[_List]] = {}
        self._tokens: dict[str, frozenset[str]] = {}
        self._known: dict[str, bool] = {}

    def through(self, listed: AccessList, bits: int, effective: int) -> dict[Subject, list[Entry]]:
        """Whoever gets through every list, with the entries that let them: widest first, and nobody whom a wider one holds.

        `effective` are the people of the directory who have the right, as the bits of a number.
        """
        if bits not in self._of_layers:
            self._of_layers[bits] = [_List(entries, bits, self._everybody_in) for entries in self._layers]
        lists = [_List(listed, bits, self._everybody_in), *self._of_layers[bits]]
        own: Iterator[Subject] = ((sid,) for sid in lists[0].named)
        found: dict[Subject, Further] = {one: frozenset() for one in own if self._decides(lists[0], one)}
        mine = frozenset(found)
        for number in range(1, len(lists)):
            found = self._through_next(found, lists[: number + 1], effective)
        widest = _Widest({subject: self._all(subject) for subject in found})
        told: dict[Subject, list[Entry]] = {}
        for subject, further in found.items():
            wanted = subject in mine or not widest.holds(subject)
            if wanted and not self._is_empty(subject, [lists[number] for number in further], effective):
                matched = (
                    SOME if number in further else self._decides(one, subject) for number, one in enumerate(lists)
                )
                told[subject] = [entry for entry in matched if entry is not None]
        return told

    def entry(self, listed: AccessList, bits: int, subject: Subject) -> Entry | None:
        """The entry by which a list lets somebody in; None where it does not."""
        return self._decides(_List(listed, bits, self._everybody_in), subject)

    def lets(self, listed: AccessList, bits: int, subject: Subject) -> bool:
        """Whether a list lets somebody in."""
        return self.entry(listed, bits, subject) is not None

    def _through_next(
        self, found: dict[Subject, Further], lists: Sequence[_List], effective: int
    ) -> dict[Subject, Further]:
        """Those who get through the last of the lists as well: as they are, or if they are in a group besides that it lets in."""
        number = len(lists) - 1
        passing = {subject: self._decides(lists[-1], subject) for subject in found}
        joined = {subject: lists[-1].besides(by) for subject, by in passing.items()}
        # Of everybody there are no pairs: a group is in it.
        many = sum(len(sids) for subject, sids in joined.items() if not is_open(subject)) > PAIRS
        through: dict[Subject, Further] = {}
        for subject, further in found.items():
            besides = joined[subject]
            if many and besides and not is_open(subject):
                through.setdefault(subject, further | {number})
                continue
            if passing[subject]:
                through.setdefault(subject, further)
            asked = [one for at, one in enumerate(lists) if at not in further]
            untold = [lists[at] for at in further]
            for both in (self._joint((*subject, sid)) for sid in besides):
                # Nobody is two users at once, save by a name with its domain and without (NFS).
                users = {sid.partition("@")[0] for sid in both if sid.startswith("user:")}
                if both in through or len(users) > 1 or self._is_empty(both, untold, effective):
                    continue
                if all(self._decides(one, both) for one in asked):
                    through[both] = further
        return through

    def _everybody_in(self, sid: str) -> Iterator[str]:
        """The groups of everybody that are in a group."""
        if sid == USERS:
            yield AUTHENTICATED
        node = self._directory.of_sid(sid)
        for inner in self._directory.among(node).open_to if node is not None else ():
            yield self._directory.sid(inner) or sid

    def _joint(self, sids: Sequence[str]) -> Subject:
        """The same without those in which whoever is in another one is anyhow."""
        kept = list(dict.fromkeys(sids))
        for sid in tuple(kept):
            if any(sid in self._perhaps(other) for other in kept if other != sid):
                kept.remove(sid)
        return tuple(kept)

    def _all(self, subject: Subject) -> frozenset[str]:
        """The groups in which whoever is in all of these is."""
        return frozenset[str]().union(*map(self._perhaps, subject))

    def _decides(self, listed: _List, subject: Subject) -> Entry | None:
        """The entry that lets somebody in; None where none does, or another keeps him out before."""
        surely = frozenset[str]().union(*map(self._token, subject))
        return listed.decides(surely, surely | {USERS} if AUTHENTICATED in surely else surely)

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

    def _is_empty(self, subject: Subject, untold: Sequence[_List], effective: int) -> bool:
        """Whether the directory knows everybody in it, and none of them has the right; `untold` are lists of which any group may be meant."""
        if not self._directory or not all(map(self._is_known, subject)):
            return False
        if not all(self._is_known(sid) for one in untold for sid in one.named):
            return False
        nodes = [node for node in map(self._directory.of_sid, subject) if node is not None]
        held = self._directory.everybody
        for node in nodes:
            held &= self._directory.among(node).people
        # A group that has no members today is told of: somebody may be added.
        alone = len(nodes) == 1 and not untold
        return not held & effective and (not alone or bool(held) or self._directory.is_disabled(nodes[0]))

    def _is_known(self, sid: str) -> bool:
        """Whether the directory knows everybody who is in it."""
        if sid not in self._known:
            node = self._directory.of_sid(sid)
            self._known[sid] = node is not None and not self._directory.among(node).outside
        return self._known[sid]


class _List:
    """What one list says of one right: where the first entry about somebody stands that allows, and the first that surely denies."""

    def __init__(self, entries: AccessList, bits: int, everybody_in: Callable[[str], Iterable[str]]) -> None:
        self._entries = (ALL,) if entries is None else entries
        self.allows: dict[str, int] = {}
        self.denies: dict[str, int] = {}
        for at, entry in enumerate(self._entries):
            if entry.mask & bits and (entry.allows or not entry.conditional):
                (self.allows if entry.allows else self.denies).setdefault(entry.sid, at)
        self.named: dict[str, int] = {}
        """Whom it lets in, and the groups of everybody that are in those, by which entry."""
        for sid, at in self.allows.items():
            for one in (sid, *everybody_in(sid)):
                self.named.setdefault(one, at)

    def besides(self, by: Entry | None) -> Collection[str]:
        """The groups in which somebody may have to be as well to be let in, `by` the entry that does without.

        Whom another list wants in a group that this one denies, an entry before the denial may let in.
        """
        if by is None:
            return self.named
        if by is ALL or not self.denies:
            return ()
        last = max((at for at in self.denies.values() if at < self.allows[by.sid]), default=0)
        return [sid for sid, at in self.named.items() if at < last]

    def decides(self, surely: frozenset[str], perhaps: frozenset[str]) -> Entry | None:
        """The entry that lets in whoever is surely in these groups and perhaps in those; None where none does."""
        at = min((self.allows[sid] for sid in perhaps if sid in self.allows), default=None)
        if at is None or any(self.denies.get(sid, at) < at for sid in surely):
            return None
        return self._entries[at]


class _Widest:
    """Finds which of several others hold as well; with each stand all the groups in which it is."""

    def __init__(self, subjects: Mapping[Subject, frozenset[str]]) -> None:
        self._inside = subjects
        self._order = {subject: number for number, subject in enumerate(subjects)}
        self._by_first: dict[str, list[Subject]] = {}
        for subject in subjects:
            self._by_first.setdefault(subject[0], []).append(subject)

    def holds(self, narrow: Subject) -> bool:
        """Whether another does: of two that hold each other, the first. Of everybody only another name for everybody does."""
        inside = self._inside[narrow]
        return any(
            inside.issuperset(wide)
            and (is_open(wide) or not is_open(narrow))
            and (self._order[wide] < self._order[narrow] or not self._inside[wide].issuperset(narrow))
            for sid in inside
            for wide in self._by_first.get(sid, ())
            if wide != narrow
        )


def is_open(subject: Subject) -> bool:
    """Whether it is everybody, by whatever name: told of even where a group with a name of its own holds them."""
    return all(sid in ANYBODY or named(sid) == DOMAIN_USERS_NAME for sid in subject)
