"""The people of groups that a directory knows, with the rights that their groups have on databases and files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from pii_audit.access.effective import effective_access
from pii_audit.directory import Directory, memberships
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.smb import SmbShare
from pii_audit.sources.interface import Source, strangers

PEOPLE, RIGHTS = 200, 100_000
"""A group of more people is told of as a whole, and so is every one once there are more rights of single people in a source."""
_GROUP = "group:"


def access_of_people(source: Source, assets: Collection[str], directory: Directory) -> Iterator[Grant | Coverage]:
    """Who reaches these assets of a source, with the people of groups that the directory knows; else as `effective_access`.

    A module of its own: collectors take the others with them, and know no directory.
    """
    if isinstance(source, SmbShare):
        # What is denied to one group takes from another what it has: that is worked out where the lists are read.
        yield from source.grants(directory)
        return
    found = []
    for one in effective_access(source, assets):
        yield one
        if directory and isinstance(one, Grant):
            found.append(one)
    yield from of_people(source.id, found, directory)


def of_people(source: str, grants: Sequence[Grant], directory: Directory) -> Iterator[Grant | Coverage]:
    r"""The rights that single people have by their groups; of large groups, those of the people who are watched.

    A group is known by its name, as `group:BANK\sales`, `group:sales@bank.example` or `group:sales`.
    """
    known = {_right(grant) for grant in grants}
    by_group: dict[str, list[Grant]] = defaultdict(list)
    for grant in grants:
        if grant.principal.startswith(_GROUP):
            by_group[grant.principal].append(grant)
    left = RIGHTS
    for name, held in by_group.items():
        group = directory.of_name(name.removeprefix(_GROUP))
        if group is None or not directory.is_group(group):
            continue
        members = directory.among(group)
        if members.outside:
            yield strangers(source, name, members.outside)
        for inner in members.open_to:
            yield from _of(inner, group, held, directory)
        people, cost = members.people, members.people.bit_count() * len(held)
        if members.open_to or members.people.bit_count() > PEOPLE or cost > left:
            people &= directory.watched
        else:
            left -= cost
        for person in directory.persons(people):
            # What somebody has by a grant of his own is told of by that.
            yield from (one for one in _of(person, group, held, directory) if _right(one) not in known)


def _of(somebody: int, group: int, held: Sequence[Grant], directory: Directory) -> Iterator[Grant]:
    chain = directory.chain(somebody, group)
    names = tuple(map(directory.principal, chain[:-1])) or (directory.principal(somebody),)
    leaving = memberships.leaving(directory, chain)
    locking = memberships.locking(directory, somebody) if directory.is_person(somebody) else ()
    for grant in held:
        path = grant.path or (grant.principal,)
        yield replace(
            grant, principal=names[0], path=(*names, *path), leaving=(*leaving, *grant.leaving), locking=locking
        )


def _right(grant: Grant) -> tuple[str, str, str, str | None]:
    return grant.principal, grant.asset, grant.privilege, grant.field
